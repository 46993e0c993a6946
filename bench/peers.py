"""Sparse layer kernels beside torch dense, torch CSR and SciPy CSR, in one run.

python bench/peers.py                      # all shapes, one and two threads
python bench/peers.py --shapes K1 K2 --threads 1 --repeats 15 --markdown table.md

Every contender is checked against a float64 reference before it is timed. The contenders of one
cell take turns inside each repeat, so that a machine whose clock drifts slows all of them alike.
Times are medians; the spread is half the distance between the quartiles, in per cent of the median.
Everything is float32.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

os.environ["OPENBLAS_THREAD_TIMEOUT"] = "10"  # else its idle threads hold a core for a while

import numpy as np
import scipy.sparse
import torch

import sparsegrow as sg
from contenders import Contender, Problem, make_contenders, ours
from machine import describe_machine

OPERATIONS = ("forward", "dX", "dW", "step")
PEERS = ("torch dense", "torch CSR", "SciPy CSR")
TURN = 4e-3  # seconds of one timed sample
REST = 10e-3  # seconds in which idle threads of the call before go to sleep


@dataclass(frozen=True)
class Shape:
    """One layer of the table in the specification: inputs x outputs, batch, density."""

    name: str
    inputs: int
    outputs: int
    batch: int
    density: float


def _family(
    name: str, layers: list[tuple[int, int]], batches: list[int], densities: list[float]
) -> list[Shape]:
    return [Shape(name, n, m, b, d) for n, m in layers for b in batches for d in densities]


SHAPES: list[Shape] = [
    *_family("K1", [(512, 256)], [128], [0.2, 0.1, 0.05, 0.02, 0.01]),
    Shape("K2", 784, 1000, 128, 0.0455),
    Shape("K2", 1000, 1000, 128, 0.04),
    Shape("K3", 3072, 4000, 100, 0.0115),
    Shape("K3", 4000, 1000, 100, 0.025),
    Shape("K3", 1000, 4000, 100, 0.025),
    *_family("K4", [(3072, 1024), (1024, 1024)], [100], [0.05, 0.01]),
    *_family("K5", [(784, 1568), (1568, 1568), (3072, 3072)], [32], [0.01]),
    *_family("K6", [(3072, 768)], [1, 256], [0.2, 0.1, 0.05, 0.01]),
    *_family("K7", [(384, 1536)], [128, 2048], [0.1]),
    *_family("K7", [(640, 2560)], [128, 1024], [0.1]),
]


@dataclass
class Cell:
    """Medians in milliseconds for one operation, and their spreads in per cent."""

    shape: Shape
    threads: int
    operation: str
    ms: dict[str, float] = field(default_factory=dict)
    spread: dict[str, float] = field(default_factory=dict)

    def ratio(self, peer: str) -> float:
        """How many times faster than the peer we are; above 1 we win."""
        return self.ms[peer] / self.ms["sparsegrow"]

    def flop_share(self) -> float:
        """Our FLOP rate per stored edge over torch dense's FLOP rate."""
        return self.ratio("torch dense") * self.shape.density


def spread_of(times: list[float]) -> float:
    """Half the distance between the quartiles, in per cent of the median."""
    low, middle, high = statistics.quantiles(times, n=4)
    return 50.0 * (high - low) / middle


def time_cell(calls: dict[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """Times the calls in turns; each sample runs long enough for the clock to be exact.

    Before a turn the machine rests and the call is made once, untimed: idle threads of the other
    libraries spin for a while after their turn and would otherwise take a core away.
    """
    inner = {}
    for name, call in calls.items():
        call()
        start = time.perf_counter()
        call()
        inner[name] = max(1, min(500, int(TURN / max(time.perf_counter() - start, 1e-7))))
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(repeats):
        for name, call in calls.items():
            time.sleep(REST)
            call()
            start = time.perf_counter()
            for _ in range(inner[name]):
                call()
            times[name].append((time.perf_counter() - start) / inner[name])
    return times


def measure(shape: Shape, threads: int, repeats: int) -> list[Cell]:
    """All operations of one shape at one thread count."""
    torch.set_num_threads(threads)
    sg.set_num_threads(threads)
    problem = Problem(shape.inputs, shape.outputs, shape.batch, shape.density, seed=1)
    contenders: list[Contender] = make_contenders(problem)
    cells = []
    for operation in OPERATIONS:
        calls = {c.name: c.operations[operation] for c in contenders}
        times = time_cell(calls, repeats)
        cell = Cell(shape, threads, operation)
        cell.ms = {name: 1e3 * statistics.median(t) for name, t in times.items()}
        cell.spread = {name: spread_of(t) for name, t in times.items()}
        cells.append(cell)
    return cells


def row_of(cell: Cell) -> list[str]:
    """One table row: the shape, every contender's time with its spread, then the ratios."""
    s = cell.shape
    columns = [s.name, f"{s.inputs}x{s.outputs}", str(s.batch), f"{100 * s.density:g} %"]
    columns += [str(cell.threads), cell.operation]
    for name in ("sparsegrow", *PEERS):
        columns.append(f"{cell.ms[name]:.3f} ±{cell.spread[name]:.0f} %")
    columns.append(f"{100 * cell.flop_share():.0f} %")
    columns.append(" / ".join(f"{cell.ratio(peer):.1f}" for peer in PEERS))
    return columns


HEADER = ["shape", "layer", "batch", "density", "threads", "operation", "sparsegrow ms"]
HEADER += [f"{peer} ms" for peer in PEERS]
HEADER += ["FLOP rate vs dense", "times faster than dense / torch CSR / SciPy"]


def markdown(cells: list[Cell]) -> str:
    """The whole table."""
    lines = ["| " + " | ".join(HEADER) + " |", "|" + " --- |" * len(HEADER)]
    lines += ["| " + " | ".join(row_of(cell)) + " |" for cell in cells]
    return "\n".join(lines)


def verdict(cells: list[Cell]) -> list[str]:
    """The bars of the project, counted over the cells at 90 % sparsity and above."""
    sparse = [c for c in cells if c.shape.density <= 0.1]
    kernels = [c for c in sparse if c.operation != "step"]
    lines = []
    for peer in PEERS:
        won = sum(c.ratio(peer) > 1 for c in sparse)
        lines.append(f"faster than {peer}: {won} of {len(sparse)} cells at <= 10 % density")
    double = sum(c.ratio("torch CSR") >= 2 for c in sparse)
    lines.append(f"at least twice as fast as torch CSR: {double} of {len(sparse)}")
    share = [c.flop_share() for c in kernels]
    lines.append(
        f"at least 60 % of torch dense's FLOP rate: {sum(s >= 0.6 for s in share)} of {len(share)}"
        f" kernels, median {100 * statistics.median(share):.0f} %"
    )
    return lines


def large_batches(threads: int, repeats: int) -> list[str]:
    """Our FLOP rate at the large batches of K7 over that at 128 on the same layer, in turns."""
    sg.set_num_threads(threads)
    lines = []
    for shape in (s for s in SHAPES if s.name == "K7" and s.batch > 128):
        small, large = (
            ours(Problem(shape.inputs, shape.outputs, batch, shape.density, seed=1))
            for batch in (128, shape.batch)
        )
        for operation in large.operations:
            calls = {"small": small.operations[operation], "large": large.operations[operation]}
            times = {k: statistics.median(v) for k, v in time_cell(calls, repeats).items()}
            gain = times["small"] / times["large"] * shape.batch / 128
            layer = f"{shape.inputs}x{shape.outputs}, {threads} threads, {operation}"
            lines.append(f"rate at batch {shape.batch} over batch 128, {layer}: {gain:.2f}")
    return lines


def parse() -> argparse.Namespace:
    """Command-line options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shapes", nargs="+", choices=[f"K{i}" for i in range(1, 8)])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--markdown", type=Path, help="also write the table to this file")
    parser.add_argument("--json", type=Path, help="also write every cell to this file")
    return parser.parse_args()


def main() -> int:
    """Measures, prints, and writes what was asked for."""
    options = parse()
    warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
    machine = describe_machine(
        torch=torch.__version__, scipy=scipy.__version__, numpy=np.__version__
    )
    print(machine, flush=True)
    cells: list[Cell] = []
    for shape in SHAPES:
        if options.shapes and shape.name not in options.shapes:
            continue
        for threads in options.threads:
            for cell in measure(shape, threads, options.repeats):
                print("  ".join(row_of(cell)), flush=True)
                cells.append(cell)
    found = verdict(cells)
    if not options.shapes or "K7" in options.shapes:
        for threads in options.threads:
            found += large_batches(threads, options.repeats)
    text = "\n".join([machine, "", markdown(cells), "", *found])
    print("\n".join(["", *found]))
    if options.markdown:
        options.markdown.write_text(text + "\n", encoding="utf-8")
    if options.json:
        options.json.write_text(json.dumps([asdict(cell) for cell in cells]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
