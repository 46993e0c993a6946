"""Dynamic sparse training: methods beside one another on one data set, over several seeds.

python bench/dst.py --data FILE.npz                                   # 784-1000x3-10 at 99 %
python bench/dst.py --data FILE.npz --epsilon 20 --methods set static --epochs 50
python bench/dst.py --data FILE.npz --control                         # what is removed matters
python bench/dst.py --data FILE.npz --picture FILE.png --inputs FILE.png --degrees FILE.png

The file holds x_train, y_train, x_test, y_test. A method is a topology of `SparseMLP`, with a start
after a colon: `ch3l3:small_world`. The table gives test accuracy after the last epoch (mean and
deviation over seeds), the mean over the first ten epochs, and over all of them, links, the share of
hidden neurons that are alive, and seconds per epoch.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import sparsegrow as sg
from machine import describe_machine
from sparsegrow.base.pictures import new_figure, save
from sparsegrow.data.datasets import from_file
from sparsegrow.layered.topology_plots import (
    degree_picture,
    input_degrees,
    input_picture,
    neuron_degrees,
)

METHODS = ("static", "set", "random", "rigl", "ch3l3", "ch3l3:small_world")
CONTROLS = {"nearest to zero": "magnitude", "random": "random", "largest": "largest"}


def standardised(train: Any, test: Any) -> tuple[Any, Any]:
    """Return both with mean 0 and deviation 1 over all pixels of the training set."""
    mean, deviation = train.mean(), train.std()
    return (train - mean) / deviation, (test - mean) / deviation


def model_of(method: str, given: argparse.Namespace, seed: int, ends: tuple[int, int]) -> Any:
    """Return a network for a method."""
    topology, _, start = method.partition(":")
    dense = topology == "dense"
    sparsity = {} if dense else sparsity_of(given)
    return sg.SparseMLP(
        [ends[0], *given.hidden, ends[1]],
        topology=topology,
        dynamics=dynamics_of(topology, given),
        start=start or "er",
        start_randomness=given.randomness,
        optimizer="sgd",
        learning_rate=given.rate,
        momentum=0.9,
        weight_decay=given.decay,
        batch_size=given.batch,
        schedule="linear",
        dropout=given.dropout,
        activation=given.activation,
        seed=seed,
        **sparsity,
    )


def sparsity_of(given: argparse.Namespace) -> dict[str, Any]:
    """Return how sparse the network is."""
    if given.epsilon is not None:
        return {"epsilon": given.epsilon}
    return {"density": given.density, "distribution": "uniform", "dense_last": True}


def dynamics_of(topology: str, given: argparse.Namespace) -> dict[str, Any] | None:
    """Return what the command line says of updates."""
    if topology in ("static", "dense"):
        return None
    return {name: parsed(value) for name, value in (part.split("=") for part in given.set)}


def parsed(text: str) -> Any:
    """Return a number, a truth value or a word."""
    try:
        return json.loads(text.lower() if text in ("True", "False") else text)
    except ValueError:
        return text


def trained(method: str, given: argparse.Namespace, seed: int, data: Sequence[Any]) -> dict:
    """Train once and return what came of it."""
    x, y, x_test, y_test = data
    model = model_of(method, given, seed, (x.shape[1], int(y.max()) + 1))
    start = model.nnz
    maps = {"start": input_degrees(model)}

    def look(model: Any, record: Any) -> None:
        if record.epoch in given.at:
            maps[f"epoch {record.epoch}"] = input_degrees(model)

    model.fit(x, y, given.epochs, validation=(x_test, y_test), progress=False, callbacks=[look])
    assert model.nnz == start, "the number of links has changed"
    return {
        "method": method,
        "seed": seed,
        "accuracy": [record.val_accuracy for record in model.history],
        "seconds": statistics.median(record.seconds for record in model.history),
        "links": model.nnz,
        "alive": model.alive_fraction,
        "inputs": maps,
        "degrees": neuron_degrees(model),
    }


def print_table(results: list[dict]) -> None:
    """Print one line per method."""
    print("| method | last epoch | sd | first ten | all epochs | links | alive | s/epoch |")
    print("| :-- | --: | --: | --: | --: | --: | --: | --: |")
    for method in dict.fromkeys(r["method"] for r in results):
        some = [r for r in results if r["method"] == method]
        last = [100 * r["accuracy"][-1] for r in some]
        early = statistics.mean(100 * np.mean(r["accuracy"][:10]) for r in some)
        area = statistics.mean(100 * np.mean(r["accuracy"]) for r in some)
        print(
            f"| {method} | {statistics.mean(last):.2f} | {np.std(last):.2f} | {early:.2f} "
            f"| {area:.2f} | {some[0]['links']:,} | {100 * some[0]['alive']:.0f} % "
            f"| {statistics.mean(r['seconds'] for r in some):.2f} |"
        )


def draw(results: list[dict], path: Path) -> None:
    """Draw accuracy against epoch, the mean over seeds of each method."""
    figure, (axes,) = new_figure(1, 8.0)
    for method in dict.fromkeys(r["method"] for r in results):
        curves = np.array([r["accuracy"] for r in results if r["method"] == method]) * 100
        epochs = np.arange(1, curves.shape[1] + 1)
        (line,) = axes.plot(epochs, curves.mean(axis=0), label=method)
        axes.fill_between(
            epochs, curves.min(axis=0), curves.max(axis=0), color=line.get_color(), alpha=0.15
        )
    low = min(np.mean(r["accuracy"][1:3]) for r in results) * 100
    axes.set(xlabel="epoch", ylabel="test accuracy, %", ylim=(low, None))
    axes.grid(alpha=0.25)
    axes.legend(frameon=False)
    save(figure, path)


def training_arguments(doc: str | None, epochs: int) -> argparse.ArgumentParser:
    """Return a parser of what the training of a net needs."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    parser.add_argument("--hidden", type=int, nargs="+", default=[1000, 1000, 1000])
    parser.add_argument("--density", type=float, default=0.01)
    parser.add_argument("--epsilon", type=float)
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--decay", type=float, default=3e-4)
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--activation", default="relu")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--randomness", type=float, default=0.25)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="dynamics")
    parser.add_argument("--json", type=Path)
    return parser


def arguments() -> argparse.Namespace:
    """Return the command line's settings."""
    parser = training_arguments(__doc__, epochs=50)
    parser.add_argument("--control", action="store_true", help="removal rules against one another")
    parser.add_argument("--picture", type=Path, help="accuracy against epoch")
    parser.add_argument("--inputs", type=Path, help="edges per pixel, of the last method")
    parser.add_argument("--at", type=int, nargs="+", default=[1, 10, 50], help="epochs of --inputs")
    parser.add_argument("--shape", type=int, nargs="+", default=[28, 28], help="of the pictures")
    parser.add_argument("--degrees", type=Path, help="degrees of hidden neurons")
    return parser.parse_args()


def prepared(given: argparse.Namespace) -> tuple[Any, ...]:
    """Set the threads, say where it runs, and return the data."""
    sg.set_num_threads(given.threads)
    print(f"# {describe_machine()}, {given.threads} threads", file=sys.stderr)
    data = from_file(given.data)
    x, x_test = standardised(data.x_train, data.x_test)
    return x, data.y_train, x_test, data.y_test


def main() -> None:
    given = arguments()
    data = prepared(given)
    results = []
    for method, name, extra in plan(given):
        for seed in given.seeds:
            given.set = extra
            results.append({**trained(method, given, seed, data), "method": name})
            last = results[-1]["accuracy"][-1]
            print(f"{name}, seed {seed}: {100 * last:.2f}", file=sys.stderr, flush=True)
    print_table(results)
    firsts = [r for r in results if r["seed"] == given.seeds[0]]
    if given.degrees:
        save(degree_picture({r["method"]: r["degrees"] for r in firsts}), given.degrees)
    if given.inputs:
        save(input_picture(firsts[-1]["inputs"], given.shape), given.inputs)
    if given.json:
        given.json.write_text(json.dumps(results, default=lambda array: array.tolist()))
    if given.picture:
        draw(results, given.picture)


def plan(given: argparse.Namespace) -> list[tuple[str, str, list[str]]]:
    """Return method, name in the table and settings of updates of each run."""
    if not given.control:
        return [(method, method, given.set) for method in given.methods]
    return [
        ("random", f"removes {name}", [*given.set, f"removal={rule}"])
        for name, rule in CONTROLS.items()
    ]


if __name__ == "__main__":
    main()
