"""Does the controller learn? Runs of equal wall time under each, over several seeds.

python bench/controllers.py --text TRAIN --valid VALID --minutes 3 --seeds 0 1 2

Runs of one seed follow one another, so that a machine whose speed drifts slows all controllers
alike. Bits per character are over the whole held-out text.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

import sparsegrow as sg
from machine import describe_machine
from sparsegrow.growth.controller import CONTROLLERS

Record = dict[str, Any]


def run(controller: str, seed: int, corpus: sg.Corpus | str, options: Any, folder: Path) -> Record:
    """Return the last record of a run."""
    finished = sg.grow(
        corpus=corpus,
        minutes=options.minutes,
        out=folder / f"{controller}-{seed}",
        controller=controller,
        mutations=options.mutations,
        seed=seed,
        threads=options.threads,
        progress=False,
    )
    return finished.metrics[-1]


def table(results: dict[str, list[Record]]) -> str:
    """Return one row per controller as Markdown."""
    lines = [
        "| controller | bits per character, by seed | mean | spread | params | accepted "
        "| rolled back |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, records in results.items():
        bits = [r["val_bpc"] for r in records]
        spread = max(bits) - min(bits)
        means = [statistics.mean(r[k] for r in records) for k in ("params", "accepted")]
        back = statistics.mean(r["rolled_back"] for r in records)
        lines.append(
            f"| {name} | {', '.join(f'{b:.4f}' for b in bits)} | {statistics.mean(bits):.4f} | "
            f"{spread:.4f} | {means[0]:,.0f} | {means[1]:,.0f} | {back:,.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--text", type=Path, help="what to train on; the demo corpus if not given")
    parser.add_argument("--valid", type=Path)
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--controllers", nargs="+", default=list(CONTROLLERS))
    parser.add_argument("--mutations", default="all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write all last records there")
    options = parser.parse_args()
    corpus = sg.Corpus.from_files(options.text, options.valid) if options.text else "demo"
    results: dict[str, list[Record]] = {name: [] for name in options.controllers}
    with tempfile.TemporaryDirectory() as folder:
        for seed in options.seeds:
            for name in options.controllers:
                results[name].append(run(name, seed, corpus, options, Path(folder)))
                print(f"{name}, seed {seed}: {results[name][-1]['val_bpc']:.4f}", flush=True)
    print(f"{describe_machine()}, {options.minutes} minutes each", table(results), sep="\n\n")
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
