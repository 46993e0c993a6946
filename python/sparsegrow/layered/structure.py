"""The structure of a layered model: its edges, how they change, and what they cost."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from sparsegrow.base.copying import CopiedByState
from sparsegrow.base.requirements import require_integer
from sparsegrow.layered import rewiring
from sparsegrow.layered.checkpoint import Checkpoint, Saved
from sparsegrow.layered.config import Config, resolve
from sparsegrow.layered.engine import Array, Engine, Indices, engine_of
from sparsegrow.layered.perturbation.alive import alive_neurons
from sparsegrow.layered.perturbation.analysis import perturb
from sparsegrow.layered.perturbation.curves import PerturbResult
from sparsegrow.layered.records import EpochRecord, RunState


class LayeredModel(CopiedByState):
    """What `SparseMLP` knows of its own structure.

    Attributes
    ----------
    history : list of EpochRecord
        One record per epoch.
    """

    OWN = frozenset(("_engine", "_changes", "_best", "_run", "_fitting", "history"))
    history: list[EpochRecord]

    @staticmethod
    @abstractmethod
    def _defaults() -> dict[str, Any]:
        """Return the defaults of all settings, however subclasses are made."""

    def _start(self, engine: Engine, saved: Checkpoint) -> None:
        self._engine = engine
        self._changes = saved.changes
        self._best = saved.best
        self._run: RunState | None = saved.run
        self._resuming = False
        self._fitting = threading.RLock()  # a fit of another thread comes after this one
        self.history = saved.history

    def _state(self) -> Checkpoint:
        engine = self._engine
        now = Saved(engine.config.layers, engine.network.steps, engine.tensors())
        history = list(self.history)
        return Checkpoint(engine.config, now, self._changes, history, self._run, self._best)

    def _restore(self, state: Checkpoint) -> None:
        self._start(engine_of(state.config, state.now.tensors, state.now.steps), state)

    @property
    def config(self) -> Config:
        """The settings, defaults filled in; `config.layers` are the present widths."""
        return self._engine.config

    @property
    def layers(self) -> tuple[int, ...]:
        """The present widths."""
        return self.config.layers

    @property
    def nnz(self) -> int:
        """Number of edges."""
        return self._engine.network.edges

    @property
    def density(self) -> float:
        """Edges, as a fraction of those of a dense network of these widths."""
        return self.nnz / sum(n * m for n, m in zip(self.layers, self.layers[1:], strict=False))

    @property
    def alive_fraction(self) -> float:
        """Share of hidden neurons with edges on both sides that lead from inputs to outputs."""
        engine = self._engine
        with engine.lock:
            links = [engine.pattern(span) for span in engine.spans()]
        kept = np.ones(sum(len(column) for _, column in links), np.bool_)
        hidden = sum(self.layers[1:-1])
        return alive_neurons(links, kept) / hidden if hidden else 1.0

    @property
    def parameters(self) -> int:
        """Number of trained numbers: edges, biases and those of SReLU."""
        return self._engine.network.parameters

    @property
    def nbytes(self) -> int:
        """Bytes held by the engine: topology, weights, moments, gradients, activations."""
        return self._engine.network.bytes

    def edges(self, layer: int) -> tuple[Indices, Indices, Array]:
        """Return source, target and weight of each edge from `layers[layer]` to the next.

        The arrays are copies, in order of position. Sources and targets are counted inside their
        layers.
        """
        engine = self._engine
        with engine.lock:
            span = engine.spans()[rewiring.check_layer("edges", layer, len(self.layers) - 1)]
            source, target = rewiring.layer_edges(engine, span)
            return source, target, engine.network.state("weight")[span.begin : span.end]

    def update_topology(
        self,
        *,
        remove: Mapping[int, Any] | None = None,
        add: Mapping[int, Any] | None = None,
        weights: Mapping[int, Any] | None = None,
    ) -> list[Indices]:
        """Remove and add edges in one commit, all or nothing.

        Surviving edges keep their weights and moments bit for bit. A new edge comes last among
        those of its target and starts with moments of zero. Removals take effect before additions.

        Parameters
        ----------
        remove
            For each edge layer, positions in the order of `edges(layer)`, or a pair (sources,
            targets).
        add
            For each edge layer, a pair (sources, targets).
        weights
            For each layer of `add`, the weights of the new edges; zero if not given.

        Returns
        -------
        list of arrays
            For each edge layer, the old position of each edge in the new order, -1 for a new one.

        Raises
        ------
        ValueError, IndexError, TypeError
            An edge is not there, is there already, or does not exist; nothing has changed.

        Examples
        --------
        >>> import numpy as np
        >>> import sparsegrow as sg
        >>> model = sg.SparseMLP([4, 8, 2], density=0.5)
        >>> weakest = np.abs(model.edges(0)[2]).argsort()[:3]
        >>> before = model.nnz
        >>> moved = model.update_topology(remove={0: weakest})
        >>> before - model.nnz
        3
        """
        with self._engine.lock:
            moved = rewiring.update(self._engine, remove, add, weights)
        self._changes += 1
        return moved

    def grow(
        self, layer: int, neurons: int, *, fan_in: int | None = None, fan_out: int | None = None
    ) -> None:
        """Widen the hidden layer `layers[layer]`; what the network computes does not change.

        New neurons are wired at random. The edges that enter them are initialised like all
        others, those that leave them are zero.

        Parameters
        ----------
        layer
            1 for the first hidden layer.
        neurons
            How many to add.
        fan_in, fan_out
            Mean number of edges that enter and leave a new neuron; as the layer has now, if not
            given.
        """
        hidden = len(self.layers) - 2
        if hidden < 1:
            raise ValueError("grow: the network has no hidden layer")
        layer = require_integer("layer", layer, 1, hidden)
        neurons = require_integer("neurons", neurons, 1, 2**30)
        with self._engine.lock:
            fans = self._fans(layer, fan_in, fan_out)
            engine, widths = self._engine, self.layers
            rewiring.widen(engine, layer, neurons, fans, self._changes)
            grown = (*widths[:layer], widths[layer] + neurons, *widths[layer + 1 :])
            engine.config = replace(engine.config, layers=grown)
            self._changes += 1

    def _fans(self, layer: int, fan_in: int | None, fan_out: int | None) -> tuple[int, int]:
        """Return the mean fans of a layer's new neurons: as they are now, or as asked for."""
        widths = self.layers
        fans = [
            rewiring.mean_fan(span.end - span.begin, widths[layer], most)
            for span, most in zip(
                self._engine.spans()[layer - 1 : layer + 1],
                (widths[layer - 1], widths[layer + 1]),
                strict=True,
            )
        ]
        for k, (name, given) in enumerate((("fan_in", fan_in), ("fan_out", fan_out))):
            if given is not None:
                fans[k] = require_integer(name, given, 0, widths[layer - 1 + 2 * k])
        return fans[0], fans[1]

    def perturb(self, x: Array, y: Any, kind: str = "all", **options: Any) -> PerturbResult:
        """Measure how well disturbed weights still do; see `sparsegrow.perturb`."""
        return perturb(self, x, y, kind, **options)

    def summary(self) -> str:
        """Return a table of the layers."""
        config, spans = self.config, self._engine.spans()
        lines = [repr(self), f"{'layer':>15} {'edges':>12} {'density':>9}"]
        for k, (n, m) in enumerate(zip(self.layers, self.layers[1:], strict=False)):
            edges = spans[k].end - spans[k].begin
            lines.append(f"{f'{n} x {m}':>15} {edges:>12,} {edges / (n * m):>9.2%}")
        lines.append(f"{'all':>15} {self.nnz:>12,} {self.density:>9.2%}")
        size = f"{self.parameters:,} parameters, {self.nbytes:,} bytes"
        return "\n".join([*lines, f"{size}, {config.dtype} on {config.device}"])

    def __repr__(self) -> str:
        config, defaults = self.config, self._defaults()
        usual = resolve(defaults | config.choices()).as_dict()
        usual.update({name: defaults[name] for name in config.choices()})
        told = [str(list(self.layers))]
        for name, value in list(config.as_dict().items())[1:]:
            if value != usual[name]:
                told.append(f"{name}={written(value, usual[name])}")
        return f"{type(self).__name__}({', '.join(told)})"


def written(value: Any, usual: Any) -> str:
    """Return a setting as one would write it; of several in one, those that differ."""
    if isinstance(value, dict):
        return repr({name: one for name, one in value.items() if one != usual[name]})
    return f"{value:g}" if type(value) is float else repr(value)
