"""Checkpoints of restricted Boltzmann machines: safetensors with a versioned header in JSON.

A file holds `layers.0.row_begin` and `layers.0.column` (int32), `state.NAME` for every array that
training needs, and `chains` where they persist. The metadata entry `sparsegrow` is the header:
`format`, `kind`, `version`, `config`, `steps`, `changes`, `history`, `run`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sparsegrow import _sparsegrow as native
from sparsegrow.base.files import PathLike, write_whole
from sparsegrow.growth.checkpoint import parsed, require_file
from sparsegrow.layered.checkpoint import (
    DTYPES,
    ENTRY,
    count_of,
    read_array,
    require_offsets,
    require_state,
    write_tensors,
)
from sparsegrow.layered.records import EpochRecord, RunState, from_header
from sparsegrow.rbm.config import RbmConfig, config_of
from sparsegrow.rbm.engine import CHAINS, COLUMN, ROW_BEGIN, Tensors

FORMAT = 1
KIND = "RestrictedBoltzmann"


@dataclass
class SavedRbm:
    """All that a machine is.

    Attributes
    ----------
    config, steps, changes
        Settings; steps of training; changes of the topology.
    history, run
        Records of the epochs; where the last call of `fit` stands.
    tensors
        Arrays, by the names of the file.
    """

    config: RbmConfig
    steps: int
    changes: int
    history: list[EpochRecord]
    run: RunState | None
    tensors: Tensors = field(default_factory=dict)


def write(path: PathLike, saved: SavedRbm) -> None:
    """Write a checkpoint, whole or not at all.

    Raises
    ------
    OSError
        It could not be written; an older file of that name is as it was.
    """
    header = {
        "format": FORMAT,
        "kind": KIND,
        "version": native.__version__,
        "config": saved.config.as_dict(),
        "steps": saved.steps,
        "changes": saved.changes,
        "history": [asdict(record) for record in saved.history],
        "run": None if saved.run is None else asdict(saved.run),
    }
    metadata = {ENTRY: json.dumps(header)}
    write_whole(path, lambda draft: write_tensors(draft, saved.tensors, metadata))


def read(path: PathLike) -> SavedRbm:
    """Read a checkpoint, and check everything that it claims. Nothing in it is executed.

    Raises
    ------
    ValueError
        The file is not a checkpoint of this kind and version, or is damaged.
    OSError
        It cannot be read.
    """
    require_file(path)
    try:
        return read_checked(Path(path))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def read_checked(path: Path) -> SavedRbm:
    """Read a checkpoint; a ValueError says what is wrong with it."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            saved = saved_of(parsed((file.metadata() or {}).get(ENTRY)))
            names = set(file.keys())
            saved.tensors = read_tensors(file, names, saved.config)
    except SafetensorError as error:
        raise ValueError(f"not a safetensors file, or damaged ({error})") from error
    if names:
        raise ValueError(f"holds unknown arrays: {', '.join(sorted(names)):.200}")
    return saved


def saved_of(header: dict[str, Any]) -> SavedRbm:
    """Check a header, whose author may be anybody; the arrays are still to be read."""
    if header.get("kind") != KIND:
        raise ValueError(f"the header is not that of a {KIND}")
    if header.get("format") != FORMAT:
        found = f"{header.get('format')!r:.20}"
        raise ValueError(f"has format {found}, this version of sparsegrow reads {FORMAT}")
    missing = {"config", "steps", "changes", "history", "run"} - set(header)
    if missing:
        raise ValueError(f"the header lacks {', '.join(sorted(missing))}")
    history, run = header["history"], header["run"]
    if not isinstance(history, list):
        raise ValueError("the header's history is not a list")
    return SavedRbm(
        config=config_of(header["config"]),
        steps=count_of(header["steps"], "steps"),
        changes=count_of(header["changes"], "changes"),
        history=[from_header(EpochRecord, record, "history") for record in history],
        run=None if run is None else from_header(RunState, run, "run"),
    )


def read_tensors(file: Any, names: set[str], config: RbmConfig) -> Tensors:
    """Read the arrays and take their names off the list.

    Shapes are compared before anything is read, so that what is allocated is never more than what
    the file really holds.
    """
    links = count_of_links(file, names)
    tensors = {}
    for name, shape in shapes_of(config, links).items():
        integer = name in (ROW_BEGIN, COLUMN)
        dtype = "I32" if integer else DTYPES[config.dtype]
        tensors[name] = read_array(file, names, name, dtype, shape)
        if not integer:
            require_state(name, tensors[name])
    require_offsets(ROW_BEGIN, tensors[ROW_BEGIN], links)
    if config.persistent and not np.isin(tensors[CHAINS], (0, 1)).all():
        raise ValueError(f"{CHAINS} holds other values than 0 and 1")
    return tensors


def count_of_links(file: Any, names: set[str]) -> int:
    """Return how many links there are; that is the file's word."""
    if COLUMN not in names:
        raise ValueError(f"lacks the array {COLUMN}")
    shape = file.get_slice(COLUMN).get_shape()
    if len(shape) != 1:
        raise ValueError(f"{COLUMN} has shape {list(shape)}, expected one dimension")
    return int(shape[0])


def shapes_of(config: RbmConfig, links: int) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the arrays of a machine with these settings."""
    units = sum(config.widths)
    shapes: dict[str, tuple[int, ...]] = {ROW_BEGIN: (config.n_hidden + 1,), COLUMN: (links,)}
    for name, size in (("weight", links), ("bias", units)):
        shapes.update({f"state.{name}": (size,), f"state.{name}.m": (size,)})
    if config.persistent:
        shapes[CHAINS] = (config.batch_size, config.n_hidden)
    return shapes
