"""A growth run by the clock: bits per character at every minute, size, memory, where time went.

python bench/growth.py --text TRAIN --valid VALID --minutes 20
python bench/growth.py --text TRAIN --valid VALID --minutes 20 --mutations paper
python bench/growth.py --text TRAIN --valid VALID --minutes 20 --max-params 3000000
python bench/growth.py --run DIR          # the table of a run that is there already

The figures along the way are on the part of the held-out text that judges rounds, the last one is
over all of it.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import sparsegrow as sg
from machine import describe_machine
from sparsegrow.growth.run_folder import RunFolder

PAPER_BITS = 2.89  # where the paper's run ended
Record = dict[str, Any]


def first_below(records: list[Record], bits: float) -> float | None:
    """Return the seconds at which the bits fell below a figure."""
    return next((r["seconds"] for r in records if r["val_bpc"] <= bits), None)


def by_minute(records: list[Record]) -> list[Record]:
    """Return the first record at or after each whole minute, and the last one."""
    last = records[-1]
    minutes = range(1, int(last["seconds"] // 60) + 1)
    rows = [next((r for r in records if r["seconds"] >= 60 * m), last) for m in minutes]
    return [*rows, last] if not rows or rows[-1] is not last else rows


def table(records: list[Record]) -> str:
    """Return the run as Markdown."""
    lines = [
        "| time | val bpc | train bpc | params | hidden | depth | context | memory | patterns "
        "| chars/s | MB |",
        "| ---: " * 11 + "|",
    ]
    for r in by_minute(records):
        train = "" if r["train_bpc"] is None else f"{r['train_bpc']:.3f}"
        lines.append(
            f"| {r['seconds']:.0f} s | {r['val_bpc']:.3f} | {train} | {r['params']:,} | "
            f"{r['hidden']:,} | {r['max_depth']} | {r['max_context']} | {r['memory_neurons']} | "
            f"{r['patterns']:,} | {r['chars_per_second']:,} | {r['bytes'] / 1e6:.0f} |"
        )
    return "\n".join(lines)


def summary(records: list[Record]) -> str:
    """Return the figures that are not in the table."""
    last = records[-1]
    reached = first_below(records, PAPER_BITS)
    when = "never" if reached is None else f"after {reached:.2f} s"
    parts = ("training", "mutations", "trials", "evaluation")
    shares = ", ".join(f"{p} {last[f'seconds_{p}'] / last['seconds']:.1%}" for p in parts)
    return (
        f"{PAPER_BITS} bits per character: {when}\n"
        f"at the end: {last['val_bpc']:.4f} bits per character, {last['params']:,} parameters\n"
        f"engine memory: {last['bytes'] / 1e6:.0f} MB at the end, "
        f"{last['peak_bytes'] / 1e6:.0f} MB at most, snapshots included\n"
        f"time: {shares}\n"
        f"mutations: {last['accepted']:,} accepted, {last['rejected']:,} rejected, "
        f"{last['rolled_back']:,} rolled back"
    )


def grown(options: argparse.Namespace) -> list[Record]:
    """Run, and return the records."""
    folder = options.out or Path(tempfile.mkdtemp()) / "run"
    corpus = sg.Corpus.from_files(options.text, options.valid) if options.text else "demo"
    run = sg.grow(
        corpus=corpus,
        minutes=options.minutes,
        out=folder,
        seed=options.seed,
        threads=options.threads,
        controller=options.controller,
        mutations=options.mutations,
        max_params=options.max_params,
    )
    return run.metrics


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--run", type=Path, help="folder of a finished run")
    parser.add_argument("--text", type=Path, help="what to train on; the demo corpus if not given")
    parser.add_argument("--valid", type=Path)
    parser.add_argument("--out", type=Path, help="keep the run there")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--controller", default="reinforce")
    parser.add_argument("--mutations", default="all")
    parser.add_argument("--max-params", type=int)
    options = parser.parse_args()
    records = RunFolder(options.run).metrics() if options.run else grown(options)
    print(describe_machine())
    print(table(records), summary(records), sep="\n\n")


if __name__ == "__main__":
    main()
