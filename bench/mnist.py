"""Seconds per epoch and test accuracy of a static sparse MLP on MNIST, beside masked torch.

python bench/mnist.py mnist.npz    # 784-1000-1000-1000-10, epsilon 20, batch 100
python bench/mnist.py mnist.npz --epochs 20 --threads 2 --no-torch

Both nets have the same shape, links, optimizer (SGD, momentum 0.9) and batch; their epochs take
turns. The time of an epoch is that of its training steps; data are in memory before, and testing is
not counted.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import time
from pathlib import Path

import sparsegrow as sg
from machine import describe_machine
from sparsegrow.data.datasets import Data, from_file

HIDDEN = [1000, 1000, 1000]
RATE = 0.05


class Sparse:
    """Our net, one call of fit per epoch."""

    def __init__(self, data: Data, epsilon: float, batch: int, threads: int) -> None:
        sg.set_num_threads(threads)
        self.data, self.threads = data, threads
        layers = [data.features, *HIDDEN, 10]
        self.net = sg.SparseMLP(
            layers, epsilon=epsilon, optimizer="sgd", learning_rate=RATE, batch_size=batch,
            schedule="constant",
        )  # fmt: skip

    def epoch(self) -> float:
        """Trains one epoch and returns its seconds."""
        sg.set_num_threads(self.threads)
        self.net.fit(self.data.x_train, self.data.y_train, epochs=1, progress=False)
        return self.net.history[-1].seconds

    def accuracy(self) -> float:
        """Share of the test images that are named right."""
        return self.net.score(self.data.x_test, self.data.y_test)


class MaskedTorch:
    """The same links as masks on dense layers, as most dynamic sparse training code does it."""

    def __init__(self, data: Data, sparse: Sparse, batch: int, threads: int) -> None:
        import torch

        self.torch, self.batch, self.threads = torch, batch, threads
        self.x, self.y = map(torch.from_numpy, (data.x_train, data.y_train))
        self.test_x, self.test_y = map(torch.from_numpy, (data.x_test, data.y_test))
        layers = sparse.net.layers
        self.masks, self.linear, stack = [], [], []
        for k, (n, m) in enumerate(itertools.pairwise(layers)):
            source, target, weight = sparse.net.edges(k)
            linear, mask = torch.nn.Linear(n, m), torch.zeros(m, n)
            mask[target, source] = 1
            with torch.no_grad():
                linear.weight.zero_()
                linear.weight[target, source] = torch.from_numpy(weight)
                linear.bias.zero_()
            self.masks.append(mask)
            self.linear.append(linear)
            stack += [linear, torch.nn.ReLU()]
        self.net = torch.nn.Sequential(*stack[:-1])
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=RATE, momentum=0.9)

    def epoch(self) -> float:
        """Trains one epoch and returns its seconds."""
        torch = self.torch
        torch.set_num_threads(self.threads)
        order = torch.randperm(len(self.x))
        begun = time.perf_counter()
        for begin in range(0, len(order), self.batch):
            chosen = order[begin : begin + self.batch]
            loss = torch.nn.functional.cross_entropy(self.net(self.x[chosen]), self.y[chosen])
            self.optimizer.zero_grad()
            loss.backward()
            for linear, mask in zip(self.linear, self.masks, strict=True):
                linear.weight.grad.mul_(mask)
            self.optimizer.step()
        return time.perf_counter() - begun

    def accuracy(self) -> float:
        """Share of the test images that are named right."""
        with self.torch.no_grad():
            return float((self.net(self.test_x).argmax(1) == self.test_y).float().mean())


def parse() -> argparse.Namespace:
    """Command-line options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="file with x_train, y_train, x_test, y_test")
    parser.add_argument("--epochs", type=int, default=7)
    parser.add_argument("--epsilon", type=float, default=20.0)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--no-torch", action="store_true")
    return parser.parse_args()


def main() -> int:
    """Trains, prints one line per net and thread count."""
    options = parse()
    data = from_file(options.data)
    print(describe_machine())
    print(f"{'net':<14} {'threads':>7} {'s/epoch':>8} {'min':>6} {'max':>6} {'test accuracy':>14}")
    for threads in options.threads:
        sparse = Sparse(data, options.epsilon, options.batch, threads)
        nets: dict[str, Sparse | MaskedTorch] = {"sparsegrow": sparse}
        if not options.no_torch:
            nets["masked torch"] = MaskedTorch(data, sparse, options.batch, threads)
        seconds: dict[str, list[float]] = {name: [] for name in nets}
        for _ in range(options.epochs):
            for name, net in nets.items():
                seconds[name].append(net.epoch())
        for name, net in nets.items():
            times = seconds[name]
            print(
                f"{name:<14} {threads:>7} {statistics.median(times):>8.2f} {min(times):>6.2f} "
                f"{max(times):>6.2f} {net.accuracy():>14.4f}",
                flush=True,
            )
        print(f"links {sparse.net.nnz:,}, parameters {sparse.net.parameters:,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
