"""`sparsegrow bench`: one layer's forward, dX and dW, checked and then timed beside the peers."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import typer

from sparsegrow import _sparsegrow as native
from sparsegrow.base.requirements import require_integer, require_number
from sparsegrow.cli.arguments import Threads, use_threads
from sparsegrow.layered.engine import Array, Pattern
from sparsegrow.layered.wiring import generator

VERBS = ("forward", "dX", "dW")
TOLERANCE = 1e-4  # of float32 against float64, relative to the largest value
ROUND_SECONDS = 0.02
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True)
class Layer:
    """A random layer and what goes through it; all float32, samples innermost."""

    pattern: Pattern
    values: Array  # [edges]
    x: Array  # [inputs][batch]
    dy: Array  # [outputs][batch]

    @property
    def targets(self) -> Array:
        """Output neuron of each edge."""
        return np.repeat(np.arange(len(self.dy)), np.diff(self.pattern[0]))

    def dense(self) -> Array:
        """Return the weights [outputs][inputs] in float64."""
        weights = np.zeros((len(self.dy), len(self.x)))
        weights[self.targets, self.pattern[1]] = self.values
        return weights


@dataclass(frozen=True)
class Peer:
    """An implementation: for each verb what is timed, and how its result is read."""

    name: str
    verbs: dict[str, tuple[Callable[[], Any], Callable[[], Array]]]


def make_layer(inputs: int, outputs: int, density: float, batch: int) -> Layer:
    """Draw a layer."""
    links = max(1, round(inputs * outputs * density))
    pattern = native.erdos_renyi(inputs, outputs, links, seed=0)
    random = generator(0, 0)
    draws = (
        random.standard_normal(shape, dtype=np.float32)
        for shape in (links, (inputs, batch), (outputs, batch))
    )
    return Layer(pattern, *draws)


def truth(layer: Layer) -> dict[str, Array]:
    """Return the three results in float64, from a dense product."""
    weights, x, dy = layer.dense(), layer.x.astype(np.float64), layer.dy.astype(np.float64)
    gradient = (dy @ x.T)[layer.targets, layer.pattern[1]]
    return {"forward": weights @ x, "dX": weights.T @ dy, "dW": gradient}


def our_peer(layer: Layer) -> Peer:
    """Our own layer."""
    batch = layer.x.shape[1]
    engine = native.SparseLayer(len(layer.x), *layer.pattern)
    engine.set_values(layer.values)
    x, dx = native.Panel(len(layer.x), batch), native.Panel(len(layer.x), batch)
    y, dy = native.Panel(len(layer.dy), batch), native.Panel(len(layer.dy), batch)
    x.pack(np.ascontiguousarray(layer.x.T))
    dy.pack(np.ascontiguousarray(layer.dy.T))
    verbs: dict[str, tuple[Callable[[], Any], Callable[[], Array]]] = {
        "forward": (lambda: engine.spmm(x, y), lambda: y.unpack().T),
        "dX": (lambda: engine.spmm_t(dy, dx), lambda: dx.unpack().T),
        "dW": (lambda: engine.sddmm(x, dy), lambda: engine.gradient),
    }
    return Peer("sparsegrow", verbs)


def returning(verbs: dict[str, Callable[[], Any]], read: Callable[[str, Any], Array]) -> Any:
    """Make the verbs of a peer whose calls return their result."""
    return {
        name: (call, lambda name=name, call=call: read(name, call()))
        for name, call in verbs.items()
    }


def scipy_peer(layer: Layer) -> Peer | None:
    """SciPy's compressed rows, if SciPy is installed; it has no product on a pattern for dW."""
    try:
        from scipy.sparse import csr_array
    except ImportError:
        return None
    begin, column = layer.pattern
    weights = csr_array((layer.values, column, begin), shape=(len(layer.dy), len(layer.x)))
    turned, targets = weights.T.tocsr(), layer.targets
    verbs = {
        "forward": lambda: weights @ layer.x,
        "dX": lambda: turned @ layer.dy,
        "dW": lambda: np.einsum("eb,eb->e", layer.dy[targets], layer.x[column]),
    }
    return Peer("scipy", returning(verbs, lambda name, result: result))


def torch_peer(layer: Layer) -> Peer | None:
    """PyTorch's dense product, if PyTorch is installed."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(native.num_threads())
    weights = torch.from_numpy(layer.dense().astype(np.float32))
    x, dy = torch.from_numpy(layer.x), torch.from_numpy(layer.dy)
    verbs = {
        "forward": lambda: weights @ x,
        "dX": lambda: weights.T @ dy,
        "dW": lambda: dy @ x.T,
    }

    def read(name: str, result: Any) -> Array:
        array: Array = result.numpy()
        return array[layer.targets, layer.pattern[1]] if name == "dW" else array

    return Peer("torch dense", returning(verbs, read))


def check(peer: Peer, expected: dict[str, Array]) -> None:
    """Run each verb once and refuse to time a wrong result."""
    for verb, (call, read) in peer.verbs.items():
        call()
        error = np.abs(read() - expected[verb]).max() / np.abs(expected[verb]).max()
        if not error < TOLERANCE:
            raise RuntimeError(f"{peer.name}: {verb} is wrong by {error:.2g}, not timed")


def timed(call: Callable[[], Any], rounds: int) -> list[float]:
    """Return seconds per call of several rounds, shortest first, after a warm-up."""
    begun = time.perf_counter()
    call()
    repeats = max(1, round(ROUND_SECONDS / max(time.perf_counter() - begun, 1e-7)))
    seconds = []
    for _ in range(rounds):
        begun = time.perf_counter()
        for _ in range(repeats):
            call()
        seconds.append((time.perf_counter() - begun) / repeats)
    return sorted(seconds)


def measure(layer: Layer, rounds: int) -> Iterator[dict[str, Any]]:
    """Yield one record per verb and peer."""
    expected = truth(layer)
    peers = [peer for peer in (our_peer(layer), scipy_peer(layer), torch_peer(layer)) if peer]
    for peer in peers:
        check(peer, expected)
    work = 2 * len(layer.values) * layer.x.shape[1]
    for verb in VERBS:
        ours = 0.0
        for peer in peers:
            seconds = timed(peer.verbs[verb][0], rounds)
            median = statistics.median(seconds)
            ours = ours or median
            yield {
                "verb": verb,
                "engine": peer.name,
                "milliseconds": median * 1e3,
                "spread": (seconds[-1] - seconds[0]) / median,
                "gflops": work / median / 1e9,
                "times_ours": median / ours,
            }


def bench(
    inputs: Annotated[int, typer.Option(help="Neurons before the layer.")] = 1000,
    outputs: Annotated[int, typer.Option(help="Neurons of the layer.")] = 1000,
    density: Annotated[float, typer.Option(help="Fraction of all edges.")] = 0.04,
    batch: Annotated[int, typer.Option(help="Samples.")] = 128,
    rounds: Annotated[int, typer.Option(help="The median of so many is shown.")] = 7,
    threads: Threads = None,
    json_: Json = False,
) -> None:
    """Time one sparse layer beside SciPy and PyTorch, where installed, after checking it."""
    for name, value in (("inputs", inputs), ("outputs", outputs), ("batch", batch)):
        require_integer(f"--{name}", value, 1, 2**16)
    require_integer("--rounds", rounds, 1, 1000)
    require_number("--density", density, 0.0, 1.0, low_open=True)
    use_threads(threads)
    rows = list(measure(make_layer(inputs, outputs, density, batch), rounds))
    if json_:
        print(json.dumps(rows))
    else:
        show(rows, f"{inputs} x {outputs}, density {density:g}, batch {batch}")


def show(rows: list[dict[str, Any]], shape: str) -> None:
    """Print a table."""
    from rich.console import Console
    from rich.table import Table

    title = f"{shape}, float32, {native.num_threads()} threads, {native.active_isa()}"
    table = Table(title=title, caption="Checked against float64 first; GFLOP/s on stored edges.")
    for heading in ("verb", "engine", "ms", "spread", "GFLOP/s", "times ours"):
        table.add_column(heading, justify="left" if heading in ("verb", "engine") else "right")
    for row in rows:
        table.add_row(
            row["verb"],
            row["engine"],
            f"{row['milliseconds']:.3f}",
            f"{row['spread']:.0%}",
            f"{row['gflops']:.1f}",
            f"{row['times_ours']:.2f}",
        )
    Console(file=sys.stdout).print(table)
