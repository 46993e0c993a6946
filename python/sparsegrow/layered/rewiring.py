"""Changes of a layered network's topology: checked here, made by one commit of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparsegrow import _sparsegrow as native
from sparsegrow.base.requirements import require_integer
from sparsegrow.layered.engine import Engine, Indices, LayerSpan
from sparsegrow.layered.wiring import GROWTH_STREAM, generator

Ends = tuple[Any, Any]
Floats = NDArray[np.float64]


def layer_edges(engine: Engine, span: LayerSpan) -> tuple[Indices, Indices]:
    """Return source and target of each edge of a layer, in order of position."""
    row_begin, column = engine.pattern(span)
    rows = np.arange(len(row_begin) - 1, dtype=np.int32)
    return column, np.repeat(rows, np.diff(row_begin))


class Rewiring:
    """Removals and additions, gathered per layer and applied at one go.

    Parameters
    ----------
    engine
        Whose topology changes.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.spans = engine.spans()
        self.removed: list[Indices] = []
        self.sources: list[Indices] = []
        self.targets: list[Indices] = []
        self.weights: list[Floats] = []

    def remove(self, layer: int, what: Any) -> None:
        """Remove edges, given by position in the layer or by (sources, targets)."""
        span = self.spans[check_layer("remove", layer, len(self.spans))]
        if isinstance(what, tuple):
            positions = self.find(layer, what)
        else:
            positions = as_indices(f"remove[{layer}]", what, span.end - span.begin)
        self.removed.append(positions + np.int32(span.begin))

    def find(self, layer: int, ends: Ends) -> Indices:
        """Return the positions of edges that are given by their ends."""
        span, name = self.spans[layer], f"remove[{layer}]"
        sources, targets = self.as_ends(name, layer, ends)
        width = self.engine.config.layers[layer]
        edge_sources, edge_targets = layer_edges(self.engine, span)
        keys = edge_targets.astype(np.int64) * width + edge_sources
        wanted = targets.astype(np.int64) * width + sources
        order = np.argsort(keys)
        place = np.searchsorted(keys, wanted, sorter=order)
        found = order[np.minimum(place, len(keys) - 1)] if len(keys) else np.zeros_like(wanted)
        missing = keys[found] != wanted if len(keys) else np.ones(len(wanted), dtype=bool)
        if missing.any():
            k = int(np.argmax(missing))
            raise ValueError(f"{name}: there is no edge from {sources[k]} to {targets[k]}")
        return found.astype(np.int32)

    def add(self, layer: int, ends: Any, weights: Any) -> None:
        """Add edges, given by (sources, targets), with weights or at zero."""
        span = self.spans[check_layer("add", layer, len(self.spans))]
        if not isinstance(ends, tuple) or len(ends) != 2:
            raise TypeError(f"add[{layer}]: expected a pair (sources, targets)")
        sources, targets = self.as_ends(f"add[{layer}]", layer, ends)
        nodes = self.engine.network.graph.node_of_row
        self.sources.append(nodes[sources + np.int32(span.sources)])
        self.targets.append(nodes[targets + np.int32(span.first_row)])
        self.weights.append(as_weights(f"weights[{layer}]", weights, len(sources)))

    def as_ends(self, name: str, layer: int, ends: Ends) -> tuple[Indices, Indices]:
        """Check a pair of index arrays."""
        if len(ends) != 2:
            raise TypeError(f"{name}: expected a pair (sources, targets)")
        widths = self.engine.config.layers
        sources = as_indices(f"{name} sources", ends[0], widths[layer])
        targets = as_indices(f"{name} targets", ends[1], widths[layer + 1])
        if len(sources) != len(targets):
            raise ValueError(
                f"{name}: got {len(sources)} sources and {len(targets)} targets, "
                "expected as many of each"
            )
        return sources, targets

    def commit(self, new_nodes: list[tuple[int, int]]) -> list[Indices]:
        """Change the network; return where each edge of each layer was before, -1 if new."""
        remap = self.engine.locked(
            self.engine.network.grow,
            joined(self.sources, np.int32),
            joined(self.targets, np.int32),
            joined(self.weights, np.float64),
            joined(self.removed, np.int32),
            new_nodes,
        )
        moved = []
        for before, after in zip(self.spans, self.engine.spans(), strict=True):
            old = remap.edge[after.begin : after.end]
            moved.append(np.where(old < 0, np.int32(-1), old - np.int32(before.begin)))
        return moved


def update(
    engine: Engine,
    remove: Mapping[int, Any] | None,
    add: Mapping[int, Any] | None,
    weights: Mapping[int, Any] | None,
) -> list[Indices]:
    """Remove and add edges; see `SparseMLP.update_topology`."""
    rewiring = Rewiring(engine)
    for name, given in (("remove", remove), ("add", add), ("weights", weights)):
        if given is not None and not isinstance(given, Mapping):
            raise TypeError(f"{name}: got {type(given).__name__}, expected {{layer: ...}}")
    stray = set(weights or {}) - set(add or {})
    if stray:
        raise ValueError(f"weights: got layers {sorted(stray)}, to which nothing is added")
    for layer, what in (remove or {}).items():
        rewiring.remove(layer, what)
    for layer, ends in (add or {}).items():
        rewiring.add(layer, ends, (weights or {}).get(layer))
    return rewiring.commit([])


def widen(engine: Engine, layer: int, neurons: int, fans: tuple[int, int], stream: int) -> None:
    """Add hidden neurons with random edges; those that leave them start at zero.

    Parameters
    ----------
    engine
        Whose network grows.
    layer
        Index in `config.layers`.
    neurons
        How many.
    fans
        Mean number of edges that enter and leave a new neuron.
    stream
        Names the random draws.
    """
    config, graph = engine.config, engine.network.graph
    spans, nodes = engine.spans(), graph.node_of_row
    first = len(graph.row_of_node)  # ids of new nodes go on from here
    earlier, later = config.layers[layer - 1], config.layers[layer + 1]
    seeds = config.seed, (1 << 32) + 2 * stream
    begin, column = native.erdos_renyi(earlier, neurons, fans[0] * neurons, *seeds)
    targets = np.repeat(np.arange(neurons, dtype=np.int32), np.diff(begin))
    scale = np.full(len(targets), config.init_scale)
    if config.init == "swi":
        scale /= np.sqrt(np.diff(begin)[targets])
    drawn = generator(config.seed, GROWTH_STREAM + stream).standard_normal(len(column))
    out_begin, out_column = native.erdos_renyi(
        neurons, later, fans[1] * neurons, config.seed, seeds[1] + 1
    )
    out_targets = np.repeat(np.arange(later, dtype=np.int32), np.diff(out_begin))
    rewiring = Rewiring(engine)
    rewiring.sources = [
        nodes[column + np.int32(spans[layer - 1].sources)],
        out_column + np.int32(first),
    ]
    rewiring.targets = [
        targets + np.int32(first),
        nodes[out_targets + np.int32(spans[layer].first_row)],
    ]
    rewiring.weights = [drawn * scale, np.zeros(len(out_column))]
    rewiring.commit([(layer, layer)] * neurons)


def mean_fan(edges: int, neurons: int, most: int) -> int:
    """Return the usual number of edges of a neuron, at least 1."""
    return min(most, max(1, round(edges / neurons)))


def check_layer(name: str, layer: Any, layers: int) -> int:
    """Return the index of an edge layer."""
    return require_integer(f"{name}: layer", layer, 0, layers - 1)


def as_indices(name: str, values: Any, size: int) -> Indices:
    """Return indices below `size` as int32; any integer dtype is converted."""
    array = np.asarray(values)
    if array.size == 0:
        return np.empty(0, dtype=np.int32)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name}: got dtype {array.dtype}, expected integers")
    if array.ndim != 1:
        raise ValueError(f"{name}: got {array.ndim} dimensions, expected 1")
    if array.min() < 0 or array.max() >= size:
        bad = array[(array < 0) | (array >= size)][0]
        raise IndexError(f"{name}: got {bad}, expected 0 to {size - 1}")
    return array.astype(np.int32)


def as_weights(name: str, values: Any, edges: int) -> Floats:
    """Return start weights as float64, zero where none are given."""
    if values is None:
        return np.zeros(edges)
    array = np.asarray(values)
    if array.dtype.kind not in "fiu" or array.shape != (edges,):
        raise ValueError(
            f"{name}: got {array.dtype} {list(array.shape)}, expected numbers [{edges}]"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: got NaN or infinity, expected finite numbers")
    return array.astype(np.float64)


def joined(parts: list[Any], dtype: type[np.generic]) -> NDArray[Any]:
    """Return one array of a list of them, which may be empty."""
    return np.concatenate(parts).astype(dtype) if parts else np.empty(0, dtype=dtype)
