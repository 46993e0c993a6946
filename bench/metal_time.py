"""Time of a training step on a device, beside the CPU of the same machine.

python bench/metal_time.py                             # 19 and 300 thousand, 1.8 million edges

The networks and the step are those of metal_cost.py, whose expected times these figures are to be
held against. Medians over repeats. On the software device the figures mean nothing.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time

from machine import describe_machine
from metal_cost import CHARACTERS, network
from sparsegrow import _sparsegrow as engine
from sparsegrow.text.corpus import load_corpus
from sparsegrow.text.tokens import Tokens

WARM_STEPS = 5


def step_seconds(
    net: engine.CharNet, text: Tokens, device: str, given: argparse.Namespace
) -> float:
    """Train a copy of the network on the device; each repeat ends when its loss is known."""
    copy = engine.CharNet.from_arrays(net.arrays(), device=device)
    trainer = engine.CharTrainer(copy, text)
    trainer.train(WARM_STEPS)
    times = []
    for _ in range(given.repeats):
        start = time.perf_counter()
        trainer.train(given.steps)
        times.append((time.perf_counter() - start) / given.steps)
    return statistics.median(times)


def row(edges: float, text: Tokens, given: argparse.Namespace) -> str:
    """Return one line of the table."""
    net = network(edges, text)
    cells = []
    for device in ("cpu", given.device):
        seconds = step_seconds(net, text, device, given)
        cells.append(f"{1e3 * seconds:.2f} | {CHARACTERS / seconds:,.0f}")
    return f"| {net.edges:,} | {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=float, nargs="+", default=[19_306, 3e5, 1.8e6])
    parser.add_argument("--steps", type=int, default=20, help="of one repeat")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--device", default="metal")
    given = parser.parse_args()
    print(f"# {describe_machine()}", file=sys.stderr)
    text = load_corpus("demo").train
    print(f"| edges | CPU, ms | characters/s | {given.device}, ms | characters/s |")
    print("| --: | --: | --: | --: | --: |")
    for edges in given.sizes:
        print(row(edges, text, given), flush=True)


if __name__ == "__main__":
    main()
