"""Test error of a sparse restricted Boltzmann machine on COIL-20: adaptive and fixed links.

python bench/rbm.py --data coil20.npz                 # 1024-200, epsilon 10, seeds 0 to 2
python bench/rbm.py --data coil20.npz --seeds 0 --epochs 1000
python bench/rbm.py --data coil20.npz --seeds 0 --epochs 100 --picture rbm.png

The setting is that of the SET paper's own program: CD-1, rate 0.1, decay 2e-7, batch 10, zeta 0.3.
The errors are mean squares over test pictures and pixels of one reconstruction, with drawn hidden
units, as that program measures them, and with their probabilities. Errors are taken after an
epoch's steps, before the next change of links; the time of an epoch is that of its steps. That of
a change of links is told apart.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import sparsegrow as sg
from machine import describe_machine
from sparsegrow.rbm import RestrictedBoltzmann

Floats = NDArray[np.float32]
SHOWN = (1, 10, 50, 100, 200, 500, 1000)
PUBLISHED = {  # epoch: adaptive, fixed; result files of the SET paper's program, one run each
    1: (0.0567, 0.0567),
    10: (0.0320, 0.0330),
    50: (0.0229, None),
    100: (0.0195, 0.0271),
    200: (0.0170, None),
    500: (0.0148, None),
    1000: (0.01354, 0.0266),
}


def load(path: Path) -> tuple[Floats, Floats]:
    """Training and test pictures, one row each, from 0 to 1."""
    with np.load(path) as file:
        pictures, train, test = (file[name] for name in ("X", "train_idx", "test_idx"))
    return pictures[train].astype(np.float32), pictures[test].astype(np.float32)


class Run:
    """One machine over all epochs, with its errors at those that are shown."""

    def __init__(self, options: argparse.Namespace, topology: str, seed: int) -> None:
        self.model = RestrictedBoltzmann(
            options.visible, options.hidden, epsilon=options.epsilon, topology=topology, seed=seed
        )
        self.errors: dict[int, tuple[float, float]] = {}

    def train(self, x: Floats, test: Floats, epochs: int) -> None:
        """Train up to `epochs` epochs."""
        for last in [epoch for epoch in SHOWN if epoch <= epochs]:
            done = self.model.history[-1].epoch if self.model.history else 0
            self.model.fit(x, last - done, progress=False)
            error = self.model.reconstruction_error
            self.errors[last] = error(test, sampled=True), error(test)


def draw(model: RestrictedBoltzmann, test: Floats, path: Path) -> None:
    """Write a picture: test pictures, their reconstructions, chains from them, and from noise."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    chosen = np.ascontiguousarray(test[:: len(test) // 10][:10])
    rows = {
        "test": chosen,
        "reconstructed": model.reconstruct(chosen),
        "after 10 sweeps": model.sample(10, 10, start=chosen),
        "after 1000 sweeps\nfrom noise": model.sample(10, 1000),
    }
    side = round(chosen.shape[1] ** 0.5)
    figure, axes = pyplot.subplots(len(rows), 10, figsize=(11, 4.8))
    for line, (name, pictures) in zip(axes, rows.items(), strict=True):
        for axis, picture in zip(line, pictures, strict=True):
            axis.imshow(picture.reshape(side, side).T, cmap="gray", vmin=0, vmax=1)
            axis.set(xticks=[], yticks=[])
        line[0].set_ylabel(name, rotation=0, ha="right", va="center")
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def cell(values: list[float]) -> str:
    """Mean and range over the seeds."""
    return f"{statistics.mean(values):.4f} ({min(values):.4f}-{max(values):.4f})"


def report(runs: dict[str, list[Run]]) -> None:
    """One line per topology and epoch."""
    print(f"{'links':<8} {'epoch':>5} {'drawn':>24} {'probabilities':>24} {'published':>9}")
    for topology, machines in runs.items():
        for epoch in machines[0].errors:
            drawn, mean = zip(*(run.errors[epoch] for run in machines), strict=True)
            known = PUBLISHED[epoch][topology == "static"]
            print(
                f"{topology:<8} {epoch:>5} {cell(list(drawn)):>24} {cell(list(mean)):>24} "
                f"{'-' if known is None else f'{known:.4f}':>9}"
            )
        times = [record.seconds for run in machines for record in run.model.history]
        print(
            f"{topology}: {statistics.median(times):.4f} s per epoch ({min(times):.4f} at least), "
            f"{machines[0].model.nnz:,} links"
        )


def report_changes(model: RestrictedBoltzmann, times: int = 50) -> None:
    """Print the time of a change of links."""
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        model.rewire()
        seconds.append(time.perf_counter() - begun)
    print(
        f"change of links: {statistics.median(seconds):.4f} s ({min(seconds):.4f} at least), "
        f"{model.nnz:,} links after {times}"
    )


def parse() -> argparse.Namespace:
    """Command-line options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="X, train_idx, test_idx")
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--hidden", type=int, default=200)
    parser.add_argument("--epsilon", type=float, default=10.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--topologies", nargs="+", default=["set", "static"])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--picture", type=Path, help="draw what the first machine has learnt")
    return parser.parse_args()


def main() -> int:
    """Trains, prints the table, draws."""
    options = parse()
    sg.set_num_threads(options.threads)
    x, test = load(options.data)
    options.visible = x.shape[1]
    print(describe_machine(), f"{options.threads} threads", sep=", ")
    runs: dict[str, list[Run]] = {}
    for topology in options.topologies:
        runs[topology] = [Run(options, topology, seed) for seed in options.seeds]
        for run in runs[topology]:
            run.train(x, test, options.epochs)
    report(runs)
    if options.picture:
        draw(runs[options.topologies[0]][0].model, test, options.picture)
    report_changes(runs[options.topologies[0]][0].model)
    return 0


if __name__ == "__main__":
    sys.exit(main())
