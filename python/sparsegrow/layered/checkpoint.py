"""Checkpoints: safetensors with a versioned header in JSON. Reading one executes nothing.

A file holds `layers.K.row_begin` and `layers.K.column` (int32) per edge layer and `state.NAME` for
every array that training needs; while early stopping is on, the same for the best epoch under
`best.`. The metadata entry `sparsegrow` is the header: `format`, `kind`, `version`, `digest`,
`config`, `steps`, `changes`, `history`, `run`, `best`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sparsegrow.base.checkpoint_file import (
    DTYPES,
    CheckpointFile,
    count_of,
    open_checkpoint,
    require_moments,
    require_offsets,
    write_checkpoint,
)
from sparsegrow.base.files import PathLike
from sparsegrow.layered.config import Config, as_layers
from sparsegrow.layered.dynamics import dynamics_of
from sparsegrow.layered.engine import Tensors
from sparsegrow.layered.records import EpochRecord, RunState, from_header

FORMAT = 2
KIND = "SparseMLP"
KEYS = ("config", "steps", "changes", "history", "run", "best")


@dataclass
class Saved:
    """A network at one moment: widths, optimizer steps, arrays."""

    layers: tuple[int, ...]
    steps: int
    tensors: Tensors


@dataclass
class Checkpoint:
    """All that a model is.

    Attributes
    ----------
    config
        Settings, with the present widths.
    now, best
        The present network; the best one so far, while early stopping is on.
    changes
        How often the topology was changed: names the random stream of the next change.
    history, run
        Records of the epochs; where the last call of `fit` stands.
    """

    config: Config
    now: Saved
    changes: int = 0
    history: list[EpochRecord] = field(default_factory=list)
    run: RunState | None = None
    best: Saved | None = None


def write(path: PathLike, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, whole or not at all.

    Raises
    ------
    OSError
        It could not be written; an older file of that name is as it was.
    """
    tensors = dict(checkpoint.now.tensors)
    if checkpoint.best is not None:
        tensors.update({f"best.{name}": array for name, array in checkpoint.best.tensors.items()})
    write_checkpoint(path, KIND, FORMAT, header_of(checkpoint), tensors)


def header_of(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return what this kind adds to the header, as plain values."""
    best = checkpoint.best
    return {
        "config": checkpoint.config.as_dict(),
        "steps": checkpoint.now.steps,
        "changes": checkpoint.changes,
        "history": [asdict(record) for record in checkpoint.history],
        "run": None if checkpoint.run is None else asdict(checkpoint.run),
        "best": None if best is None else {"layers": best.layers, "steps": best.steps},
    }


def read(path: PathLike) -> Checkpoint:
    """Read a checkpoint, and check everything that it claims.

    Raises
    ------
    ValueError
        The file is not a checkpoint of this version, or is damaged.
    OSError
        It cannot be read.
    """
    with open_checkpoint(path) as file:
        checkpoint = checkpoint_of(file.header_of(KIND, FORMAT, *KEYS))
        checkpoint.now.tensors = read_saved(file, "", checkpoint, checkpoint.now)
        if checkpoint.best is not None:
            checkpoint.best.tensors = read_saved(file, "best.", checkpoint, checkpoint.best)
        file.require_whole()
    return checkpoint


def checkpoint_of(header: dict[str, Any]) -> Checkpoint:
    """Build a checkpoint, still without arrays, from a header of this format."""
    config = config_of(header["config"])
    history, run, best = header["history"], header["run"], header["best"]
    if not isinstance(history, list):
        raise ValueError("the header's history is not a list")
    return Checkpoint(
        config=config,
        now=Saved(config.layers, count_of(header["steps"], "steps"), {}),
        changes=count_of(header["changes"], "changes"),
        history=[from_header(EpochRecord, record, "history") for record in history],
        run=None if run is None else from_header(RunState, run, "run"),
        best=None if best is None else saved_of(best),
    )


def config_of(values: Any) -> Config:
    """Check the settings of a header."""
    if not isinstance(values, dict) or not isinstance(values.get("layers"), list):
        raise ValueError("the header's config is damaged")
    try:
        dynamics = dynamics_of(values.get("topology", ""), values.get("dynamics"))
        return Config(**{**values, "layers": tuple(values["layers"]), "dynamics": dynamics})
    except TypeError as error:
        raise ValueError(f"the header's config is damaged ({error})") from error


def saved_of(values: Any) -> Saved:
    """Check what a header says of the best epoch."""
    if not isinstance(values, dict) or set(values) != {"layers", "steps"}:
        raise ValueError("the header's best is damaged")
    return Saved(as_layers(values["layers"]), count_of(values["steps"], "steps"), {})


def read_saved(file: CheckpointFile, prefix: str, checkpoint: Checkpoint, saved: Saved) -> Tensors:
    """Read one network's arrays; all shapes are known before the first is read."""
    config = replace(checkpoint.config, layers=saved.layers)
    shapes = pattern_shapes(file, prefix, config)
    edges = sum(shapes[f"layers.{k}.column"][0] for k in range(len(config.layers) - 1))
    shapes.update(state_shapes(config, edges))
    tensors = {}
    for name, shape in shapes.items():
        dtype = "I32" if name.startswith("layers.") else DTYPES[config.dtype]
        tensors[name] = file.read(prefix + name, dtype, shape)
        if name.endswith(".row_begin"):
            require_offsets(prefix + name, tensors[name], shapes[f"{name[:-10]}.column"][0])
        require_moments(prefix + name, tensors[name])
    return tensors


def pattern_shapes(file: CheckpointFile, prefix: str, config: Config) -> dict[str, tuple[int, ...]]:
    """Return the shapes that the patterns must have; the number of edges is the file's word."""
    shapes: dict[str, tuple[int, ...]] = {}
    for k, width in enumerate(config.layers[1:]):
        shapes[f"layers.{k}.row_begin"] = (width + 1,)
        shapes[f"layers.{k}.column"] = (file.length(f"{prefix}layers.{k}.column"),)
    return shapes


def state_shapes(config: Config, edges: int) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the state arrays that a network with these settings has."""
    rows = sum(config.layers)
    sizes = {"weight": edges, "bias": rows}
    if config.activation == "srelu":
        sizes["srelu"] = 4 * rows
    moments = ("", ".m", ".v") if config.optimizer == "adam" else ("", ".m")
    return {f"state.{name}{m}": (size,) for name, size in sizes.items() for m in moments}
