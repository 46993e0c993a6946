"""`sparsegrow fit`: train a network on named data and report on it."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sparsegrow import SparseMLP
from sparsegrow.base.checkpoint_file import require_replaceable
from sparsegrow.base.files import require_writable
from sparsegrow.cli.arguments import DeviceIfNew, StoppedError, Threads, use_threads
from sparsegrow.data.datasets import BUNDLED, Data, open_data
from sparsegrow.data.image_hub import REPOSITORIES
from sparsegrow.layered.checkpoint import KIND
from sparsegrow.layered.config import CHOICES

METHODS = CHOICES["topology"]
DEFAULT_HIDDEN = (300, 300)
DYNAMICS = ("fraction", "every", "chain_removal")
NAMED_OTHERWISE = ("method", "hidden", *DYNAMICS)
# What says how a network is; a checkpoint says it for --resume.
NETWORK = (
    *NAMED_OTHERWISE,
    "epsilon",
    "density",
    "start",
    "dense_last",
    "batch_size",
    "learning_rate",
    "optimizer",
    "activation",
    "dropout",
    "weight_decay",
    "seed",
)

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
# None by default, so that what was given is known; shown is the default of `SparseMLP`.
Method = Annotated[str | None, typer.Option(help=f"{', '.join(METHODS)}.", show_default="static")]
Start = Annotated[
    str | None,
    typer.Option(help=f"First edges: {', '.join(CHOICES['start'])}.", show_default="er"),
]
DenseLast = Annotated[bool | None, typer.Option("--dense-last", help="All edges to the outputs.")]
ChainRemoval = Annotated[
    bool | None,
    typer.Option("--chain-removal/--no-chain-removal", help="Take out what leads nowhere."),
]
BatchSize = Annotated[int | None, typer.Option(help="Samples per step.", show_default="64")]
Optimizer = Annotated[str | None, typer.Option(help="sgd, nesterov, adam.", show_default="adam")]
Activation = Annotated[str | None, typer.Option(help="Of the hidden layers.", show_default="relu")]
Dropout = Annotated[
    float | None, typer.Option(help="Fraction of silent neurons.", show_default="0")
]
WeightDecay = Annotated[float | None, typer.Option(help="Added to the gradient.", show_default="0")]
Seed = Annotated[
    int | None, typer.Option(help="Everything random follows from it.", show_default="0")
]


def fit(
    data: DataName,
    method: Method = None,
    hidden: Hidden = None,
    epsilon: Annotated[float | None, typer.Option(help="Erdos-Renyi: edges / (n + m).")] = None,
    density: Annotated[float | None, typer.Option(help="Fraction of all edges.")] = None,
    start: Start = None,
    dense_last: DenseLast = None,
    fraction: Annotated[float | None, typer.Option(help="Of the edges, moved at once.")] = None,
    every: Annotated[int | None, typer.Option(help="Steps between updates; 0: an epoch.")] = None,
    chain_removal: ChainRemoval = None,
    epochs: Annotated[int, typer.Option(help="Passes over the data, in all.")] = 20,
    batch_size: BatchSize = None,
    learning_rate: Annotated[float | None, typer.Option(help="Rate at the start.")] = None,
    optimizer: Optimizer = None,
    activation: Activation = None,
    dropout: Dropout = None,
    weight_decay: WeightDecay = None,
    seed: Seed = None,
    threads: Threads = None,
    device: DeviceIfNew = None,
    standardise: Standardise = None,
    out: Out = None,
    resume: Resume = False,
    json_: Json = False,
) -> None:
    """Train a network and measure it on the test data after each epoch."""
    words = dict(locals())
    given = {name: words[name] for name in NETWORK if words[name] is not None}
    use_threads(threads)
    require_options(given, out, resume)
    samples = open_data(data, standardise)
    if resume and out is not None:
        model = resumed(out, samples, device)
    else:
        model = made(samples, device or "cpu", given)
    train(model, samples, epochs, out, quiet=json_)
    facts = report(model, samples)
    print(json.dumps(facts) if json_ else told(model, samples, facts))


def require_options(given: dict[str, Any], out: Path | None, resume: bool) -> None:
    """Refuse, before the data are read, what cannot be and what would go unheard."""
    if "method" in given and given["method"] not in METHODS:
        listed = ", ".join(METHODS)
        raise ValueError(f"--method: got {given['method']!r}, expected one of {listed}")
    if resume and out is None:
        raise ValueError("--resume: needs --out, the checkpoint to go on with")
    if resume and given:
        words = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise ValueError(f"--resume: {out} says what the network is; got {words} as well")
    if out is not None:
        require_writable(out)
        if not resume:
            require_replaceable(out, KIND)


def made(samples: Data, device: str, given: dict[str, Any]) -> SparseMLP:
    """Return a new network for the data, with `SparseMLP`'s defaults for what is not given."""
    settings = {name: value for name, value in given.items() if name not in NAMED_OTHERWISE}
    return SparseMLP(
        [samples.features, *given.get("hidden", DEFAULT_HIDDEN), samples.classes],
        topology=given.get("method", "static"),
        dynamics={name: given[name] for name in DYNAMICS if name in given},
        device=device,
        **settings,
    )


def resumed(out: Path, samples: Data, device: str | None) -> SparseMLP:
    """Return the model of a checkpoint, if it suits the data."""
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
