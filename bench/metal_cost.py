"""What a training step costs on an Apple GPU, by the Metal backend's own counters.

python bench/metal_cost.py                             # 19 and 300 thousand, 1.8 million edges
python bench/metal_cost.py --gigabytes 400 --launch 3  # another GPU

Networks are grown on the CPU by their own mutations and handed to the Metal backend, which trains
one step of 1,024 characters. Bytes are those that each kernel must read and write at least, every
edge of a sparse product with a line of its own: nothing is taken to stay in a cache. The expected
time is bytes over the memory's bandwidth, plus a fixed time for each dispatch. It runs wherever the
Metal backend is, the software device included: the counts are the same, only the clock is not.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass

from growth_speed import grown, proposal
from machine import describe_machine
from sparsegrow import _sparsegrow as engine
from sparsegrow.text.corpus import load_corpus
from sparsegrow.text.tokens import Tokens

CHARACTERS = 1024  # of one step
SCOUT_STEPS = 40  # before patterns can be offered
SUFFIX = "_f32"


@dataclass(frozen=True)
class Cost:
    """One step of one network."""

    edges: int
    parameters: int
    kernels: dict[str, dict[str, int]]
    command_buffers: int
    staged: int


def network(edges: float, text: Tokens) -> engine.CharNet:
    """Grow a network on the CPU, with what patterns are offered by then; the embryo has none."""
    if edges < 20_000:
        return engine.CharNet(seed=0)
    net = grown(edges)
    trainer = engine.CharTrainer(net, text)
    trainer.train(SCOUT_STEPS)
    trainer.grow([proposal("specialise", -1, round(edges))])
    return net


def measure(edges: float, text: Tokens, device: str) -> Cost:
    """Count one step on the device."""
    net = engine.CharNet.from_arrays(network(edges, text).arrays(), device=device)
    trainer = engine.CharTrainer(net, text)
    engine.reset_device_use(device)
    trainer.train(1)
    net.gates()  # waits
    use = engine.device_use(device)
    return Cost(
        net.edges, net.parameters, use["kernels"], use["command_buffers"], use["staged_bytes"]
    )


def verbs(costs: list[Cost]) -> list[str]:
    """Return the names of all kernels that ran."""
    return sorted({name for cost in costs for name in cost.kernels})


def microseconds(bytes_: int, dispatches: int, given: argparse.Namespace) -> float:
    """Return the expected time of so much work."""
    return bytes_ / given.gigabytes / 1e3 + dispatches * given.launch


def table(costs: list[Cost], given: argparse.Namespace) -> str:
    """Return dispatches, megabytes and expected microseconds, kernel by kernel."""
    heads = [f"{c.edges:,} edges: dispatches | MB | us" for c in costs]
    lines = [f"| kernel | {' | '.join(heads)} |", f"| :-- |{' --: |' * (3 * len(costs))}"]
    for name in verbs(costs):
        cells = []
        for cost in costs:
            use = cost.kernels.get(name, {"dispatches": 0, "bytes": 0})
            expected = microseconds(use["bytes"], use["dispatches"], given)
            cells.append(f"{use['dispatches']} | {use['bytes'] / 1e6:.2f} | {expected:.0f}")
        lines.append(f"| {name.removesuffix(SUFFIX)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def totals(costs: list[Cost], given: argparse.Namespace) -> str:
    """Return the sums over all kernels."""
    lines = [
        "| edges | parameters | command buffers | dispatches | MB | staged MB | expected ms | "
        "characters/s |",
        "| --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for cost in costs:
        dispatches = sum(use["dispatches"] for use in cost.kernels.values())
        moved = sum(use["bytes"] for use in cost.kernels.values())
        expected = microseconds(moved, dispatches, given)
        lines.append(
            f"| {cost.edges:,} | {cost.parameters:,} | {cost.command_buffers} | {dispatches} | "
            f"{moved / 1e6:.1f} | {cost.staged / 1e6:.2f} | {expected / 1e3:.2f} | "
            f"{CHARACTERS / expected * 1e6:,.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=float, nargs="+", default=[19_306, 3e5, 1.8e6])
    parser.add_argument("--gigabytes", type=float, default=200, help="per second, of the memory")
    parser.add_argument("--launch", type=float, default=5, help="microseconds for each dispatch")
    parser.add_argument("--device", default="metal")
    given = parser.parse_args()
    print(f"# {describe_machine()}", file=sys.stderr)
    text = load_corpus("demo").train
    costs = [measure(edges, text, given.device) for edges in given.sizes]
    print(table(costs, given))
    print()
    print(totals(costs, given))


if __name__ == "__main__":
    main()
