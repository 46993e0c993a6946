"""`sparsegrow perturb`: how a trained network bears disturbed weights."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sparsegrow import SparseMLP
from sparsegrow import perturb as measure
from sparsegrow.base.pictures import require_picture, save
from sparsegrow.cli.arguments import DeviceIfNew, StoppedError, Threads, use_threads
from sparsegrow.cli.fit import DataName, Json, Standardise
from sparsegrow.data.datasets import Data, open_data
from sparsegrow.layered.perturbation.curves import PerturbResult
from sparsegrow.layered.perturbation.weights import KINDS

if TYPE_CHECKING:
    from rich.progress import Progress

Models = Annotated[
    list[Path], typer.Argument(metavar="MODEL...", help="Checkpoints of networks of one shape.")
]
Numbers = Annotated[
    list[float] | None,
    typer.Option(help="Of one kind: --levels 0.5 0.9. Fractions, deviations, or numbers of bins."),
]
Plot = Annotated[Path | None, typer.Option(help="Also draw a picture into this file.")]


def perturb(
    models: Models,
    data: DataName,
    kind: Annotated[str, typer.Option(help=f"all, {', '.join(KINDS)}.")] = "all",
    repeats: Annotated[int, typer.Option(help="Of the random kinds, on each network.")] = 20,
    seed: Annotated[int, typer.Option(help="Of the repeats.")] = 0,
    scope: Annotated[str, typer.Option(help="Rank links by layer, or global.")] = "layer",
    include_output: Annotated[
        bool, typer.Option("--include-output", help="Disturb the last layer too.")
    ] = False,
    levels: Numbers = None,
    shuffle_mode: Annotated[str, typer.Option(help="signed, magnitude.")] = "signed",
    noise: Annotated[str, typer.Option(help="additive, multiplicative.")] = "additive",
    threads: Threads = None,
    device: DeviceIfNew = None,
    standardise: Standardise = None,
    plot: Plot = None,
    json_: Json = False,
) -> None:
    """Measure networks on the test data while links go, are shuffled, or drown in noise."""
    use_threads(threads)
    if plot is not None:
        require_picture(plot)
    networks = [SparseMLP.load(path, device=device) for path in models]
    samples = open_data(data, standardise)
    for path, network in zip(models, networks, strict=True):
        require_features(path, network, samples)
    options = {
        "repeats": repeats,
        "seed": seed,
        "scope": scope,
        "include_output": include_output,
        "levels": numbers(kind, levels),
        "shuffle_mode": shuffle_mode,
        "noise": noise,
    }
    found = watched(networks, (samples.x_test, samples.y_test), kind, options, quiet=json_)
    facts = {"models": [str(path) for path in models], "data": samples.name, **found.as_dict()}
    print(json.dumps(facts) if json_ else found.table(), flush=True)
    if plot is not None:
        draw(found, plot)


def require_features(path: Path, network: SparseMLP, samples: Data) -> None:
    """Refuse a network that takes other samples, by its name."""
    if network.layers[0] != samples.features:
        raise ValueError(
            f"{path}: takes {network.layers[0]} features, the data have {samples.features}"
        )


def numbers(kind: str, levels: list[float] | None) -> list[float] | None:
    """Return the levels; numbers of groups as whole numbers."""
    if kind != "shuffle" or levels is None:
        return levels
    return [int(level) if level.is_integer() else level for level in levels]


def watched(
    networks: list[SparseMLP],
    data: tuple[Any, Any],
    kind: str,
    options: dict[str, Any],
    *,
    quiet: bool,
) -> PerturbResult:
    """Measure, with a bar on a terminal and a line for each kind elsewhere."""
    terminal = sys.stderr.isatty()
    try:
        if not terminal:
            told = None if quiet else say
            return measure(networks, *data, kind, callback=told, **options)
        with bar() as shown:
            return measure(networks, *data, kind, callback=mover(shown), **options)
    except KeyboardInterrupt:
        raise StoppedError("stopped; the networks are as they were") from None


def say(kind: str, done: int, total: int) -> None:
    """Write a line when a kind is through."""
    if done == total:
        print(f"{kind}: {total} measurements", file=sys.stderr, flush=True)


def bar() -> Progress:
    """Return a bar on standard error."""
    from rich.console import Console
    from rich.progress import Progress

    return Progress(console=Console(stderr=True))


def mover(shown: Progress) -> Callable[[str, int, int], None]:
    """Return what moves the bar of a kind."""
    tasks: dict[str, Any] = {}

    def move(kind: str, done: int, total: int) -> None:
        if kind not in tasks:
            tasks[kind] = shown.add_task(kind, total=total)
        shown.update(tasks[kind], completed=done)

    return move


def draw(found: PerturbResult, path: Path) -> None:
    """Draw all curves."""
    from sparsegrow.layered.perturbation.plots import perturb_picture

    save(perturb_picture(found), path)
