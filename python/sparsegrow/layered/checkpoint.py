"""Checkpoints: safetensors with a versioned header in JSON. Reading one executes nothing.

A file holds `layers.K.row_begin` and `layers.K.column` (int32) per edge layer and `state.NAME` for
every array that training needs; while early stopping is on, the same for the best epoch under
`best.`. The metadata entry `sparsegrow` is the header: `format`, `kind`, `version`, `config`,
`steps`, `changes`, `history`, `run`, `best`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from sparsegrow import _sparsegrow as native
from sparsegrow.base.files import PathLike, write_whole
from sparsegrow.layered.config import Config, as_layers
from sparsegrow.layered.dynamics import dynamics_of
from sparsegrow.layered.engine import Tensors
from sparsegrow.layered.records import EpochRecord, RunState, from_header

FORMAT = 1
KIND = "SparseMLP"
ENTRY = "sparsegrow"
MAX_HEADER = 1 << 26  # characters; a million epochs need about twice as much
MAX_STEPS = 1 << 62
DTYPES = {"float32": "F32", "float64": "F64"}


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
    metadata = {ENTRY: json.dumps(header_of(checkpoint))}
    write_whole(path, lambda draft: write_tensors(draft, tensors, metadata))


def write_tensors(path: Path, tensors: Tensors, metadata: dict[str, str]) -> None:
    """Write a safetensors file and read its structure back: a full disk may come to light late."""
    from safetensors import SafetensorError, safe_open
    from safetensors.numpy import save_file

    try:
        save_file(tensors, path, metadata=metadata)
        with safe_open(path, framework="numpy"):
            pass
    except SafetensorError as error:
        raise OSError(str(error)) from error


def header_of(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return the header as plain values."""
    best = checkpoint.best
    return {
        "format": FORMAT,
        "kind": KIND,
        "version": native.__version__,
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
    file = Path(path)
    if file.exists() and not file.is_file():
        raise ValueError(f"{path}: not a file")
    if not file.exists():
        raise FileNotFoundError(f"{path}: there is no such file")
    try:
        return read_checked(file)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def read_checked(path: Path) -> Checkpoint:
    """Read a checkpoint; a ValueError says what is wrong with it."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            checkpoint = parse_header((file.metadata() or {}).get(ENTRY))
            names = set(file.keys())
            checkpoint.now.tensors = read_saved(file, names, "", checkpoint, checkpoint.now)
            if checkpoint.best is not None:
                best = read_saved(file, names, "best.", checkpoint, checkpoint.best)
                checkpoint.best.tensors = best
    except SafetensorError as error:
        raise ValueError(f"not a safetensors file, or damaged ({error})") from error
    if names:
        raise ValueError(f"holds unknown arrays: {', '.join(sorted(names)):.200}")
    return checkpoint


def parse_header(text: str | None) -> Checkpoint:
    """Check the header, whose author may be anybody."""
    if text is None:
        raise ValueError("a safetensors file, but no checkpoint of sparsegrow")
    if len(text) > MAX_HEADER:
        raise ValueError(f"the header has {len(text)} characters, expected at most {MAX_HEADER}")
    try:
        header = json.loads(text)
    except RecursionError as error:
        raise ValueError("the header is nested too deeply") from error
    if not isinstance(header, dict) or header.get("kind") != KIND:
        raise ValueError(f"the header is not that of a {KIND}")
    if header.get("format") != FORMAT:
        found = f"{header.get('format')!r:.20}"
        raise ValueError(f"has format {found}, this version of sparsegrow reads {FORMAT}")
    return checkpoint_of(header)


def checkpoint_of(header: dict[str, Any]) -> Checkpoint:
    """Build a checkpoint, still without arrays, from a header of this format."""
    missing = {"config", "steps", "changes", "history", "run", "best"} - set(header)
    if missing:
        raise ValueError(f"the header lacks {', '.join(sorted(missing))}")
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


def count_of(value: Any, name: str) -> int:
    """Check a number of things that were counted."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < MAX_STEPS:
        raise ValueError(f"{name} is {value!r:.40}, expected a count")
    return value


def read_saved(
    file: Any, names: set[str], prefix: str, checkpoint: Checkpoint, saved: Saved
) -> Tensors:
    """Read one network's arrays and take their names off the list.

    Shapes are compared before anything is read, so that what is allocated is never more than what
    the file really holds.
    """
    config = replace(checkpoint.config, layers=saved.layers)
    shapes = pattern_shapes(file, names, prefix, config)
    edges = sum(shapes[f"layers.{k}.column"][0] for k in range(len(config.layers) - 1))
    shapes.update(state_shapes(config, edges))
    tensors = {}
    for name, shape in shapes.items():
        integer = name.startswith("layers.")
        dtype = "I32" if integer else DTYPES[config.dtype]
        tensors[name] = read_array(file, names, prefix + name, dtype, shape)
        if name.endswith(".row_begin"):
            require_offsets(prefix + name, tensors[name], shapes[f"{name[:-10]}.column"][0])
        elif not integer:
            require_state(prefix + name, tensors[name])
    return tensors


def pattern_shapes(
    file: Any, names: set[str], prefix: str, config: Config
) -> dict[str, tuple[int, ...]]:
    """Return the shapes that the patterns must have; the number of edges is the file's word."""
    shapes: dict[str, tuple[int, ...]] = {}
    for k, width in enumerate(config.layers[1:]):
        column = f"layers.{k}.column"
        if prefix + column not in names:
            raise ValueError(f"lacks the array {prefix}{column}")
        shape = tuple(file.get_slice(prefix + column).get_shape())
        if len(shape) != 1:
            raise ValueError(f"{prefix}{column} has shape {list(shape)}, expected one dimension")
        shapes[f"layers.{k}.row_begin"] = (width + 1,)
        shapes[column] = shape
    return shapes


def state_shapes(config: Config, edges: int) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the state arrays that a network with these settings has."""
    rows = sum(config.layers)
    sizes = {"weight": edges, "bias": rows}
    if config.activation == "srelu":
        sizes["srelu"] = 4 * rows
    moments = ("", ".m", ".v") if config.optimizer == "adam" else ("", ".m")
    return {f"state.{name}{m}": (size,) for name, size in sizes.items() for m in moments}


def read_array(
    file: Any, names: set[str], name: str, dtype: str, shape: tuple[int, ...]
) -> np.ndarray[Any, np.dtype[Any]]:
    """Read one array if it is as expected, and take its name off the list."""
    if name not in names:
        raise ValueError(f"lacks the array {name}")
    names.remove(name)
    view = file.get_slice(name)
    found = view.get_dtype(), tuple(view.get_shape())
    if found != (dtype, shape):
        raise ValueError(f"{name} is {found[0]} {list(found[1])}, expected {dtype} {list(shape)}")
    array: np.ndarray[Any, np.dtype[Any]] = np.ascontiguousarray(file.get_tensor(name))
    return array


def require_offsets(name: str, offsets: np.ndarray[Any, np.dtype[Any]], edges: int) -> None:
    """Refuse row offsets that do not rise from 0 to the number of edges."""
    if offsets[0] != 0 or offsets[-1] != edges or (offsets[1:] < offsets[:-1]).any():
        raise ValueError(f"{name} does not rise from 0 to {edges}")


def require_state(name: str, array: np.ndarray[Any, np.dtype[Any]]) -> None:
    """Refuse values that training can never have left."""
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds NaN or infinity")
    if name.endswith(".v") and (array < 0).any():
        raise ValueError(f"{name} holds negative second moments")
