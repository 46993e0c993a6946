"""Training speed of growing networks from 100 thousand to 10 million edges, and how time scales.

python bench/growth_speed.py                       # two threads, sizes 1e5 .. 1e7
python bench/growth_speed.py --text FILE --threads 1 --sizes 1e5 1e6

Networks are grown from the embryo by its own mutations: wider, deeper, longer context, memory, and
patterns found while training. One step is 1,024 characters. Figures are medians over repeats; the
slope is that of log(time of a step) against log(edges), by least squares.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from machine import describe_machine
from sparsegrow import _sparsegrow as engine
from sparsegrow import set_num_threads
from sparsegrow.text.corpus import Corpus, load_corpus

SYMBOLS = 98
CHARACTERS = 1024  # of one step
WARM_STEPS = 5


@dataclass(frozen=True)
class Row:
    """What was measured of one network."""

    edges: int
    parameters: int
    hidden: int
    megabytes: float
    step: float  # seconds
    commit: float  # seconds


def grown(edges: float) -> engine.CharNet:
    """Return a network of about that many edges: context and neurons grow alike."""
    per_sub_dag = edges / SYMBOLS / SYMBOLS
    context = max(2, min(20, round(per_sub_dag**0.5)))
    neurons = max(1, round(per_sub_dag / context))
    net = engine.CharNet(seed=0)
    wider = [proposal("expand_context", s, context - 2) for s in range(SYMBOLS) if context > 2]
    wider += [proposal("widen", s, neurons - 1, layer=1) for s in range(SYMBOLS) if neurons > 1]
    if wider:
        net.grow(wider)
    net.grow([proposal("deepen", s, max(1, neurons // 4), layer=1) for s in range(SYMBOLS)])
    net.grow([proposal("activate_memory", s, 1) for s in range(SYMBOLS)])
    return net


def proposal(kind: str, sub_dag: int, count: int, layer: int = 0) -> engine.Proposal:
    """Return a proposal with a fixed seed."""
    return engine.Proposal(kind=kind, sub_dag=sub_dag, count=count, layer=layer, seed=1)


def median_seconds(run: Callable[[], object], repeats: int) -> float:
    """Return the median time of a call."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def measure(edges: float, corpus: Corpus, repeats: int, steps: int) -> Row:
    """Grow a network and time its steps, and one small commit with its rollback's snapshot."""
    net = grown(edges)
    trainer = engine.CharTrainer(net, corpus.train)
    trainer.train(WARM_STEPS)
    step = median_seconds(lambda: trainer.train(steps), repeats) / steps
    size = (net.edges, net.parameters, net.hidden, net.bytes / 1e6)
    commit = median_seconds(lambda: commit_of(net), repeats)
    return Row(*size, step, commit)


def commit_of(net: engine.CharNet) -> engine.CharNetSnapshot:
    """Widen a sub-DAG as growth does, and return what a rollback would need."""
    before = net.snapshot()
    net.grow([proposal("widen", 69, 1, layer=1)])
    return before


def slope_of(rows: list[Row]) -> float:
    """Return the slope of log time against log edges."""
    x = np.log([row.edges for row in rows])
    return float(np.polyfit(x, np.log([row.step for row in rows]), 1)[0])


def table(rows: list[Row]) -> str:
    """Return the figures as Markdown."""
    lines = [
        "| edges | parameters | hidden | MB | ms/step | chars/s | ns/edge | commit, ms |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for r in rows:
        lines.append(
            f"| {r.edges:,} | {r.parameters:,} | {r.hidden:,} | {r.megabytes:.0f} | "
            f"{1e3 * r.step:.2f} | {CHARACTERS / r.step:,.0f} | {1e9 * r.step / r.edges:.2f} | "
            f"{1e3 * r.commit:.1f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--text", type=Path, help="what to train on; the demo corpus if not given")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--sizes", type=float, nargs="+", default=[1e5, 3e5, 5e5, 1e6, 3e6, 1e7])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--steps", type=int, default=10, help="of one measurement")
    options = parser.parse_args()
    set_num_threads(options.threads)
    corpus = Corpus.from_files(options.text) if options.text else load_corpus("demo")
    print(describe_machine(), f"{options.threads} threads", sep=", ")
    rows = [measure(edges, corpus, options.repeats, options.steps) for edges in options.sizes]
    print(table(rows))
    print(f"slope of log(time of a step) against log(edges): {slope_of(rows):.2f}")


if __name__ == "__main__":
    main()
