"""Checkpoints of growing models: safetensors with a versioned header in JSON.

A file holds the arrays of the network, those of its trainer (`trainer.` and `scout.`) where it was
saved in the middle of a run, and the metadata entry `sparsegrow`: `format`, `kind`, `version` and
`run`, what else the run needs to go on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparsegrow import _sparsegrow as native
from sparsegrow.base.files import PathLike, write_whole
from sparsegrow.layered.checkpoint import ENTRY, MAX_HEADER, write_tensors

FORMAT = 1
KIND = "CharModel"
OF_TRAINER = ("trainer.", "scout.")

Arrays = dict[str, NDArray[Any]]


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
    header = {"format": FORMAT, "kind": KIND, "version": native.__version__, "run": saved.run}
    metadata = {ENTRY: json.dumps(header)}
    arrays = {**saved.net, **saved.trainer}
    write_whole(path, lambda draft: write_tensors(draft, arrays, metadata))


def read(path: PathLike) -> SavedModel:
    """Read a checkpoint; nothing in it is executed.

    Raises
    ------
    ValueError
        The file is not a checkpoint of a growing model, or is damaged.
    OSError
        It cannot be read.
    """
    require_file(path)
    try:
        return read_arrays(Path(path))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def require_file(path: PathLike) -> None:
    """Refuse what is not there or not a file."""
    file = Path(path)
    if not file.exists():
        raise FileNotFoundError(f"{path}: there is no such file")
    if not file.is_file():
        raise ValueError(f"{path}: not a file")


def read_arrays(path: Path) -> SavedModel:
    """Read a file; a ValueError says what is wrong with it."""
    from safetensors import SafetensorError, safe_open

    saved = SavedModel({}, {})
    try:
        with safe_open(path, framework="numpy") as file:
            saved.run = run_of(header_of((file.metadata() or {}).get(ENTRY)))
            for name in file.keys():  # noqa: SIM118 - no mapping
                part = saved.trainer if name.startswith(OF_TRAINER) else saved.net
                part[name] = finite(name, np.ascontiguousarray(file.get_tensor(name)))
    except SafetensorError as error:
        raise ValueError(f"not a safetensors file, or damaged ({error})") from error
    return saved


def kind_of(path: PathLike) -> str:
    """Return the kind of model that a checkpoint holds.

    Raises
    ------
    ValueError
        It is no checkpoint.
    """
    from safetensors import SafetensorError, safe_open

    require_file(path)
    try:
        with safe_open(Path(path), framework="numpy") as file:
            return str(parsed((file.metadata() or {}).get(ENTRY)).get("kind"))
    except SafetensorError as error:
        raise ValueError(f"{path}: not a safetensors file, or damaged ({error})") from error
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def parsed(text: str | None) -> dict[str, Any]:
    """Return a header, whose author may be anybody."""
    if text is None:
        raise ValueError("a safetensors file, but no checkpoint of sparsegrow")
    if len(text) > MAX_HEADER:
        raise ValueError(f"the header has {len(text)} characters, expected at most {MAX_HEADER}")
    try:
        header = json.loads(text)
    except RecursionError as error:
        raise ValueError("the header is nested too deeply") from error
    if not isinstance(header, dict):
        raise ValueError("the header is not a JSON object")
    return header


def header_of(text: str | None) -> dict[str, Any]:
    """Return the header of a growing model."""
    header = parsed(text)
    if header.get("kind") != KIND:
        raise ValueError(f"the header is not that of a {KIND}")
    if header.get("format") != FORMAT:
        found = f"{header.get('format')!r:.20}"
        raise ValueError(f"has format {found}, this version of sparsegrow reads {FORMAT}")
    return header


def run_of(header: dict[str, Any]) -> dict[str, Any] | None:
    """Return the state of the run, if the file was saved in one."""
    run = header.get("run")
    if run is not None and not isinstance(run, dict):
        raise ValueError("the header's run is damaged")
    return run


def finite(name: str, array: NDArray[Any]) -> NDArray[Any]:
    """Refuse values that training can never have left."""
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{name} holds NaN or infinity")
    return array
