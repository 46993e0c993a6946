"""Checkpoints of growing models: safetensors with a versioned header in JSON.

A file holds the arrays of the network, those of its trainer (`trainer.` and `scout.`) where it was
saved in the middle of a run, and the metadata entry `sparsegrow`: `format`, `kind`, `version`,
`digest` and `run`, what else the run needs to go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sparsegrow.base.checkpoint_file import Arrays, open_checkpoint, write_checkpoint
from sparsegrow.base.files import PathLike

FORMAT = 2
KIND = "CharModel"
OF_TRAINER = ("trainer.", "scout.")


@dataclass
class SavedModel:
    """What a file holds.

    Attributes
    ----------
    net, trainer
        Arrays of the network, and of its trainer, empty outside a run.
    run
        State of the run, None outside one.
    """

    net: Arrays
    trainer: Arrays
    run: dict[str, Any] | None = None


def write(path: PathLike, saved: SavedModel) -> None:
    """Write a checkpoint, whole or not at all.

    Raises
    ------
    OSError
        It could not be written; an older file of that name is as it was.
    """
    arrays = {**saved.net, **saved.trainer}
    write_checkpoint(path, KIND, FORMAT, {"run": saved.run}, arrays)


def read(path: PathLike) -> SavedModel:
    """Read a checkpoint; nothing in it is executed.

    Raises
    ------
    ValueError
        The file is not a checkpoint of a growing model, or is damaged.
    OSError
        It cannot be read.
    """
    saved = SavedModel({}, {})
    with open_checkpoint(path) as file:
        saved.run = run_of(file.header_of(KIND, FORMAT))
        for name in sorted(file.unread):
            part = saved.trainer if name.startswith(OF_TRAINER) else saved.net
            part[name] = file.read_any(name)
        file.require_whole()
    return saved


def run_of(header: dict[str, Any]) -> dict[str, Any] | None:
    """Return the state of the run, if the file was saved in one."""
    run = header.get("run")
    if run is not None and not isinstance(run, dict):
        raise ValueError("the header's run is damaged")
    return run
