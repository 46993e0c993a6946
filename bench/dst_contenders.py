"""The contenders of dst_peers.py, each a process of its own that trains an epoch when told to.

python bench/dst_contenders.py NAME FOLDER SETTINGS

reads x.npy and y.npy from the folder, says what memory that took, and trains one epoch for each
line on standard input. An epoch after the first begins with an update of the topology.
"""

from __future__ import annotations

import importlib
import itertools
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE, MOMENTUM, FRACTION = 0.02, 0.9, 0.3
BLOCK = 512  # links whose gradients are computed at a time: their operands stay in the cache
IMPORTS = {
    "bare": (),
    "sparsegrow": ("sparsegrow",),
    "dense torch": ("torch",),
    "masked torch": ("torch",),
    "SciPy CSR": ("scipy.sparse",),
}
Array = NDArray[Any]
Turn = Callable[[float, int], bool]  # takes mean loss and links; whether to train another epoch


def links_of(settings: dict[str, Any]) -> list[int]:
    """Links of each layer: by epsilon, or by density with a dense last layer."""
    pairs = list(itertools.pairwise(settings["layers"]))
    if settings["density"] is None:
        return [min(n * m, round(settings["epsilon"] * (n + m))) for n, m in pairs]
    *sparse, (last, outputs) = pairs
    return [*(round(settings["density"] * n * m) for n, m in sparse), last * outputs]


def absent_cells(random: np.random.Generator, cells: int, count: int, taken: Array) -> Array:
    """Distinct cells, each as likely as any other, of those that are not taken."""
    found = np.empty(0, np.int64)
    while len(found) < count:
        drawn = random.integers(cells, size=2 * (count - len(found)) + 8)
        found = np.union1d(found, np.setdiff1d(drawn, taken))
    return random.permutation(found)[:count]


def nearest_to_zero(values: Array) -> Array:
    """Positions of the links that go: of each sign its own share."""
    chosen = []
    for positions in (np.flatnonzero(values >= 0), np.flatnonzero(values < 0)):
        count = int(FRACTION * len(positions))
        order = np.argsort(np.abs(values[positions]))
        chosen.append(positions[order[:count]])
    return np.concatenate(chosen)


def batches_of(random: np.random.Generator, samples: int, batch: int) -> Iterator[Array]:
    order = random.permutation(samples)
    yield from (order[begin : begin + batch] for begin in range(0, samples, batch))


def train_ours(x: Array, y: Array, settings: dict[str, Any], turn: Turn) -> None:
    import sparsegrow as sg

    sg.set_num_threads(settings["threads"])
    sparsity = {"epsilon": settings["epsilon"]}
    if settings["density"] is not None:
        sparsity = {"density": settings["density"], "distribution": "uniform", "dense_last": True}
    net = sg.SparseMLP(
        settings["layers"], topology="set", dynamics={"fraction": FRACTION}, optimizer="sgd",
        learning_rate=RATE, momentum=MOMENTUM, batch_size=settings["batch"], schedule="constant",
        **sparsity,
    )  # fmt: skip
    ask = [lambda net, record: not turn(record.loss, net.nnz)]
    net.fit(x, y, settings["epochs"], progress=False, callbacks=ask)


class Torch:
    """Dense layers, and if masked, masks on them that SET changes."""

    def __init__(self, settings: dict[str, Any], masked: bool) -> None:
        import torch

        torch.set_num_threads(settings["threads"])
        torch.manual_seed(0)
        self.torch, self.batch, self.masks = torch, settings["batch"], []
        pairs = list(itertools.pairwise(settings["layers"]))
        self.linear = [torch.nn.Linear(n, m) for n, m in pairs]
        stack = itertools.chain(*((linear, torch.nn.ReLU()) for linear in self.linear))
        self.net = torch.nn.Sequential(*list(stack)[:-1])
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=RATE, momentum=MOMENTUM)
        if masked:
            for linear, links in zip(self.linear, links_of(settings), strict=True):
                self.add_mask(linear, links)

    def add_mask(self, linear: Any, links: int) -> None:
        torch, weight = self.torch, linear.weight
        mask = torch.zeros(weight.numel())
        mask[torch.randperm(weight.numel())[:links]] = 1
        self.masks.append(mask.view_as(weight))
        with torch.no_grad():
            weight.normal_(0, (2 * weight.shape[0] / links) ** 0.5).mul_(self.masks[-1])

    @property
    def masked(self) -> list[tuple[Any, Any]]:
        return list(zip(self.linear, self.masks, strict=True)) if self.masks else []

    @property
    def links(self) -> int:
        counted = [mask.sum() for mask in self.masks]
        return int(sum(counted or [linear.weight.numel() for linear in self.linear]))

    def epoch(self, x: Any, y: Any) -> float:
        """Trains one epoch and returns the mean loss."""
        torch, total = self.torch, 0.0
        for chosen in torch.randperm(len(x)).split(self.batch):
            loss = torch.nn.functional.cross_entropy(self.net(x[chosen]), y[chosen])
            self.optimizer.zero_grad()
            loss.backward()
            for linear, mask in self.masked:
                linear.weight.grad.mul_(mask)
            self.optimizer.step()
            total += loss.item() * len(chosen)
        return total / len(x)

    def evolve(self) -> None:
        """Moves links in the masks, of all layers that are not full."""
        with self.torch.no_grad():
            for linear, mask in self.masked:
                if not mask.all():
                    self.evolve_layer(linear.weight, mask.view(-1))

    def evolve_layer(self, weight: Any, mask: Any) -> None:
        torch = self.torch
        present = mask.nonzero().view(-1)
        gone = present[torch.from_numpy(nearest_to_zero(weight.view(-1)[present].numpy()))]
        mask[gone] = 0
        for values in (weight, self.optimizer.state[weight]["momentum_buffer"]):
            values.view(-1)[gone] = 0
        empty = (mask == 0).nonzero().view(-1)
        mask[empty[torch.randperm(len(empty))[: len(gone)]]] = 1


def train_torch(x: Array, y: Array, settings: dict[str, Any], turn: Turn, masked: bool) -> None:
    net = Torch(settings, masked)
    x, y = net.torch.from_numpy(x), net.torch.from_numpy(y)
    while turn(net.epoch(x, y), net.links):
        net.evolve()


class ScipyLayer:
    """Weights as CSR [inputs][outputs] in float64, as the published pure-Python SET has them."""

    def __init__(self, random: np.random.Generator, inputs: int, outputs: int, links: int) -> None:
        self.shape, self.random, self.links = (inputs, outputs), random, links
        none = np.empty(0, np.int64)
        full = links == inputs * outputs
        cells = np.arange(links) if full else absent_cells(random, inputs * outputs, links, none)
        values = random.standard_normal(links) * (2 * outputs / links) ** 0.5
        self.bias, self.bias_velocity = np.zeros(outputs), np.zeros(outputs)
        self.assemble(cells, values, np.zeros(links))

    def assemble(self, cells: Array, values: Array, velocity: Array) -> None:
        from scipy.sparse import csr_array

        order = np.argsort(cells)
        self.cells, self.velocity = cells[order], velocity[order]
        self.row, self.column = np.divmod(self.cells, self.shape[1])
        begin = np.searchsorted(self.row, np.arange(self.shape[0] + 1))
        self.weights = csr_array((values[order], self.column, begin), shape=self.shape)

    def gradient(self, x: Array, delta: Array) -> Array:
        """Sum over the batch for each link, never the dense product."""
        inputs, outputs = np.ascontiguousarray(x.T), np.ascontiguousarray(delta.T)
        found = np.empty(self.links)
        for begin in range(0, self.links, BLOCK):
            part = slice(begin, begin + BLOCK)
            one, other = inputs[self.row[part]], outputs[self.column[part]]
            np.einsum("ij,ij->i", one, other, out=found[part])
        return found

    def update(self, x: Array, delta: Array) -> None:
        self.velocity *= MOMENTUM
        self.velocity -= RATE * self.gradient(x, delta)
        self.weights.data += self.velocity
        self.bias_velocity = MOMENTUM * self.bias_velocity - RATE * delta.sum(axis=0)
        self.bias += self.bias_velocity

    def evolve(self) -> None:
        """Moves links, unless the layer is full."""
        cells = self.shape[0] * self.shape[1]
        if self.links == cells:
            return
        kept = np.ones(self.links, bool)
        kept[nearest_to_zero(self.weights.data)] = False
        count = self.links - int(kept.sum())
        new, zeros = absent_cells(self.random, cells, count, self.cells[kept]), np.zeros(count)
        parts = (self.cells, new), (self.weights.data, zeros), (self.velocity, zeros)
        self.assemble(*(np.concatenate([old[kept], fresh]) for old, fresh in parts))


def scipy_step(layers: list[ScipyLayer], x: Array, y: Array) -> float:
    """Trains on one batch and returns the sum of its losses."""
    values = [x]
    for layer in layers:
        z = values[-1] @ layer.weights + layer.bias
        values.append(z if layer is layers[-1] else np.maximum(z, 0))
    scores = values.pop()
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    delta = odds / odds.sum(axis=1, keepdims=True)
    loss = -np.log(delta[np.arange(len(y)), y] + 1e-300).sum()
    delta[np.arange(len(y)), y] -= 1
    delta /= len(y)
    for layer, value in zip(reversed(layers), reversed(values), strict=True):
        before = (delta @ layer.weights.T) * (value > 0) if layer is not layers[0] else delta
        layer.update(value, delta)
        delta = before
    return float(loss)


def train_scipy(x: Array, y: Array, settings: dict[str, Any], turn: Turn) -> None:
    random = np.random.default_rng(0)
    pairs = zip(itertools.pairwise(settings["layers"]), links_of(settings), strict=True)
    layers = [ScipyLayer(random, n, m, links) for (n, m), links in pairs]
    for epoch in itertools.count():
        loss = 0.0
        for layer in layers if epoch else ():
            layer.evolve()
        for chosen in batches_of(random, len(x), settings["batch"]):
            loss += scipy_step(layers, x[chosen].astype(np.float64), y[chosen])
        if not turn(loss / len(x), sum(layer.links for layer in layers)):
            return


def peak_megabytes() -> float:
    """Most memory that this process has had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e6 / 1024)


def say(**facts: float) -> None:
    print(json.dumps(facts | {"peak": peak_megabytes()}), flush=True)


class Turns:
    """Waits for its turn, and tells how long it took."""

    def __init__(self) -> None:
        self.begun = 0.0

    def wait(self) -> bool:
        more = bool(sys.stdin.readline())
        self.begun = time.perf_counter()
        return more

    def __call__(self, loss: float, links: int) -> bool:
        say(seconds=time.perf_counter() - self.begun, loss=loss, links=links)
        return self.wait()


def main() -> None:
    name, folder, settings = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3])
    x, y = np.load(folder / "x.npy"), np.load(folder / "y.npy")
    for module in IMPORTS[name]:
        importlib.import_module(module)
    say()
    turns = Turns()
    if not turns.wait():
        return
    if name == "sparsegrow":
        train_ours(x, y, settings, turns)
    elif name == "SciPy CSR":
        train_scipy(x, y, settings, turns)
    else:
        train_torch(x, y, settings, turns, masked=name == "masked torch")


if __name__ == "__main__":
    main()
