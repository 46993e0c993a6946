"""Checkpoints of restricted Boltzmann machines: safetensors with a versioned header in JSON.

A file holds `layers.0.row_begin` and `layers.0.column` (int32), `state.NAME` for every array that
training needs, and `chains` where they persist. The metadata entry `sparsegrow` is the header:
`format`, `kind`, `version`, `digest`, `config`, `steps`, `changes`, `history`, `run`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from sparsegrow.base.checkpoint_file import (
    DTYPES,
    CheckpointFile,
    count_of,
    open_checkpoint,
    require_offsets,
    write_checkpoint,
)
from sparsegrow.base.files import PathLike
from sparsegrow.layered.records import EpochRecord, RunState, from_header
from sparsegrow.rbm.config import RbmConfig, config_of
from sparsegrow.rbm.engine import CHAINS, COLUMN, ROW_BEGIN, Tensors

FORMAT = 2
KIND = "RestrictedBoltzmann"
KEYS = ("config", "steps", "changes", "history", "run")


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
        "config": saved.config.as_dict(),
        "steps": saved.steps,
        "changes": saved.changes,
        "history": [asdict(record) for record in saved.history],
        "run": None if saved.run is None else asdict(saved.run),
    }
    write_checkpoint(path, KIND, FORMAT, header, saved.tensors)


def read(path: PathLike) -> SavedRbm:
    """Read a checkpoint, and check everything that it claims. Nothing in it is executed.

    Raises
    ------
    ValueError
        The file is not a checkpoint of this kind and version, or is damaged.
    OSError
        It cannot be read.
    """
    with open_checkpoint(path) as file:
        saved = saved_of(file.header_of(KIND, FORMAT, *KEYS))
        saved.tensors = read_tensors(file, saved.config)
        file.require_whole()
    return saved


def saved_of(header: dict[str, Any]) -> SavedRbm:
    """Check a header, whose author may be anybody; the arrays are still to be read."""
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


def read_tensors(file: CheckpointFile, config: RbmConfig) -> Tensors:
    """Read the arrays; all shapes are known before the first is read."""
    links = file.length(COLUMN)
    tensors = {}
    for name, shape in shapes_of(config, links).items():
        dtype = "I32" if name in (ROW_BEGIN, COLUMN) else DTYPES[config.dtype]
        tensors[name] = file.read(name, dtype, shape)
    require_offsets(ROW_BEGIN, tensors[ROW_BEGIN], links)
    if config.persistent and not np.isin(tensors[CHAINS], (0, 1)).all():
        raise ValueError(f"{CHAINS} holds other values than 0 and 1")
    return tensors


def shapes_of(config: RbmConfig, links: int) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the arrays of a machine with these settings."""
    units = sum(config.widths)
    shapes: dict[str, tuple[int, ...]] = {ROW_BEGIN: (config.n_hidden + 1,), COLUMN: (links,)}
    for name, size in (("weight", links), ("bias", units)):
        shapes.update({f"state.{name}": (size,), f"state.{name}.m": (size,)})
    if config.persistent:
        shapes[CHAINS] = (config.batch_size, config.n_hidden)
    return shapes
