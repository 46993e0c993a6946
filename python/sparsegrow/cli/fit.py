"""`sparsegrow fit`: train a network on named data and report on it."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sparsegrow import SparseMLP, set_num_threads
from sparsegrow.cli.arguments import DeviceIfNew, StoppedError
from sparsegrow.data.datasets import BUNDLED, Data, open_data
from sparsegrow.data.image_hub import REPOSITORIES
from sparsegrow.layered.config import CHOICES

METHODS = CHOICES["topology"]
DEFAULT_HIDDEN = (300, 300)

DATA = ", ".join((*BUNDLED, "synthetic", *REPOSITORIES))
DataName = Annotated[str, typer.Option("--data", help=f"{DATA}, FILE.npz or a folder of images.")]
Hidden = Annotated[list[int] | None, typer.Option(help="Widths: --hidden 1000 1000 1000.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
Out = Annotated[Path | None, typer.Option(help="Checkpoint, written after each epoch.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")]
Standardise = Annotated[
    bool | None,
    typer.Option(
        "--standardise/--no-standardise",
        help="Mean 0 and deviation 1 for each feature; the default for scikit-learn's sets.",
    ),
]


def fit(
    data: DataName,
    method: Annotated[str, typer.Option(help=f"{', '.join(METHODS)}.")] = "static",
    hidden: Hidden = None,
    epsilon: Annotated[float | None, typer.Option(help="Erdos-Renyi: edges / (n + m).")] = None,
    density: Annotated[float | None, typer.Option(help="Fraction of all edges.")] = None,
    start: Annotated[str, typer.Option(help=f"First edges: {', '.join(CHOICES['start'])}.")] = "er",
    dense_last: Annotated[
        bool, typer.Option("--dense-last", help="All edges to the outputs.")
    ] = False,
    fraction: Annotated[float | None, typer.Option(help="Of the edges, moved at once.")] = None,
    every: Annotated[int | None, typer.Option(help="Steps between updates; 0: an epoch.")] = None,
    chain_removal: Annotated[
        bool | None,
        typer.Option("--chain-removal/--no-chain-removal", help="Take out what leads nowhere."),
    ] = None,
    epochs: Annotated[int, typer.Option(help="Passes over the data, in all.")] = 20,
    batch_size: Annotated[int, typer.Option(help="Samples per step.")] = 64,
    learning_rate: Annotated[float | None, typer.Option(help="Rate at the start.")] = None,
    optimizer: Annotated[str, typer.Option(help="sgd, nesterov, adam.")] = "adam",
    activation: Annotated[str, typer.Option(help="Of the hidden layers.")] = "relu",
    dropout: Annotated[float, typer.Option(help="Fraction of silent neurons.")] = 0.0,
    weight_decay: Annotated[float, typer.Option(help="Added to the gradient.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Everything random follows from it.")] = 0,
    threads: Annotated[int | None, typer.Option(help="Threads; the result is the same.")] = None,
    device: DeviceIfNew = None,
    standardise: Standardise = None,
    out: Out = None,
    resume: Resume = False,
    json_: Json = False,
) -> None:
    """Train a network and measure it on the test data after each epoch."""
    if threads is not None:
        set_num_threads(threads)
    if method not in METHODS:
        raise ValueError(f"--method: got {method!r}, expected one of {', '.join(METHODS)}")
    samples = open_data(data, standardise)
    if resume:
        model = resumed(out, samples, device)
    else:
        model = SparseMLP(
            [samples.features, *(hidden or DEFAULT_HIDDEN), samples.classes],
            epsilon=epsilon,
            density=density,
            topology=method,
            dynamics=given_of(fraction=fraction, every=every, chain_removal=chain_removal),
            start=start,
            dense_last=dense_last,
            batch_size=batch_size,
            learning_rate=learning_rate,
            optimizer=optimizer,
            activation=activation,
            dropout=dropout,
            weight_decay=weight_decay,
            seed=seed,
            device=device or "cpu",
        )
    train(model, samples, epochs, out, quiet=json_)
    facts = report(model, samples)
    print(json.dumps(facts) if json_ else told(model, samples, facts))


def given_of(**options: Any) -> dict[str, Any]:
    """Return the options that were given."""
    return {name: value for name, value in options.items() if value is not None}


def resumed(out: Path | None, samples: Data, device: str | None) -> SparseMLP:
    """Return the model of a checkpoint, if it suits the data."""
    if out is None:
        raise ValueError("--resume: needs --out, the checkpoint to go on with")
    model = SparseMLP.resume(out, device=device)
    ends = (model.layers[0], model.layers[-1])
    if ends != (samples.features, samples.classes):
        raise ValueError(
            f"--resume: {out} goes from {ends[0]} features to {ends[1]} classes, "
            f"the data from {samples.features} to {samples.classes}"
        )
    return model


def train(model: SparseMLP, samples: Data, epochs: int, out: Path | None, *, quiet: bool) -> None:
    """Train; a bar on a terminal is fine even when standard output is for a machine."""
    test = (samples.x_test, samples.y_test)
    show = not quiet or sys.stderr.isatty()
    try:
        model.fit(
            samples.x_train,
            samples.y_train,
            epochs,
            validation=test,
            progress=show,
            checkpoint=out,
        )
    except KeyboardInterrupt:
        kept = f"; --resume goes on from {out}" if out else ""
        done = model.history[-1].epoch if model.history else 0
        raise StoppedError(f"stopped after {done} epochs{kept}") from None


def report(model: SparseMLP, samples: Data) -> dict[str, Any]:
    """Return the figures of a finished run."""
    return {
        "method": model.config.topology,
        "data": samples.name,
        "test_accuracy": model.score(samples.x_test, samples.y_test),
        "accuracy_per_epoch": [record.val_accuracy for record in model.history],
        "seconds_per_epoch": [record.seconds for record in model.history],
        "layers": model.layers,
        "density": model.density,
        "nnz": model.nnz,
        "alive": model.alive_fraction,
        "params": model.parameters,
        "model_bytes": model.nbytes,
        "peak_bytes": peak_bytes(),
    }


def peak_bytes() -> int:
    """Return the most memory that this process has had, data and interpreter included."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def told(model: SparseMLP, samples: Data, facts: dict[str, Any]) -> str:
    """Return the figures for a person."""
    seconds = facts["seconds_per_epoch"]
    mean = sum(seconds) / max(1, len(seconds))
    return (
        f"{model.summary()}\n"
        f"test accuracy {facts['test_accuracy']:.2%} on {len(samples.x_test):,} samples of "
        f"{samples.name}, {len(seconds)} epochs, {mean:.3g} s each"
    )
