"""Which nets bear disturbed weights better: perturbation analyses of several methods side by side.

python bench/robustness.py --data FILE.npz                       # MNIST 784-1000x3-10 at 99 %
python bench/robustness.py --data FILE.npz --methods ch3l3 random --repeats 20 --seeds 0 1 2 3 4

Nets are trained as in `bench/dst.py`, one per seed, and disturbed on test samples. The table gives
the area under the accuracy over the level (median over seeds and repeats, quartiles in brackets),
and the accuracy without disturbance. A method is steadier where its area is larger; where both
bands of quartiles overlap, the difference may be chance.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import sparsegrow as sg
from dst import model_of, prepared, training_arguments

KINDS = ("prune_weak", "prune_random", "prune_strong", "shuffle", "gaussian")


def trained(method: str, given: argparse.Namespace, data: tuple[Any, ...]) -> list[Any]:
    """Train one net per seed."""
    x, y = data[:2]
    nets = []
    for seed in given.seeds:
        net = model_of(method, given, seed, (x.shape[1], int(y.max()) + 1))
        nets.append(net.fit(x, y, given.epochs, progress=False))
        print(f"{method}, seed {seed}: trained", file=sys.stderr, flush=True)
    return nets


def measured(method: str, given: argparse.Namespace, data: tuple[Any, ...]) -> dict[str, Any]:
    """Train and disturb."""
    x, y = data[2][: given.samples], data[3][: given.samples]
    found = sg.perturb(trained(method, given, data), x, y, repeats=given.repeats)
    return {
        "method": method,
        "accuracy": float(found["prune_weak"].score[:, 0].mean()),
        **{kind: found[kind].auc for kind in KINDS},
    }


def told(area: dict[str, float]) -> str:
    """Return an area with its quartiles."""
    return f"{area['median']:.3f} ({area['q25']:.3f}-{area['q75']:.3f})"


def print_table(rows: list[dict[str, Any]]) -> None:
    """Print one line per method."""
    print(f"| method | accuracy | {' | '.join(KINDS)} |")
    print(f"| :-- | --: |{' --: |' * len(KINDS)}")
    for row in rows:
        areas = " | ".join(told(row[kind]) for kind in KINDS)
        print(f"| {row['method']} | {100 * row['accuracy']:.2f} | {areas} |")


def arguments() -> argparse.Namespace:
    """Return the command line's settings."""
    parser = training_arguments(__doc__, epochs=20)
    parser.set_defaults(methods=["static", "set", "random", "ch3l3:small_world"])
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--samples", type=int, default=2000, help="test samples, the first ones")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    data = prepared(given)
    rows = [measured(method, given, data) for method in given.methods]
    print_table(rows)
    if given.json:
        given.json.write_text(json.dumps(rows))


if __name__ == "__main__":
    main()
