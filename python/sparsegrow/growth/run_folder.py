"""The folder of a run: what is in it, and how it stays whole whatever happens.

`model.safetensors` is the last checkpoint, and all that a run goes on from: network, trainer, state
and settings change in one rename. `config.json` is a copy of the settings for people and tools.
`metrics.jsonl` has one record per evaluation, `growth.jsonl` one per proposal, `locality.jsonl` one
each time that the graph has grown by a tenth. A checkpoint says how long these were when it was
made; whoever goes on from it cuts off what came after.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sparsegrow.base.files import PathLike, flush, remove_drafts, write_text, write_whole
from sparsegrow.growth import checkpoint
from sparsegrow.growth.checkpoint import SavedModel

CONFIG, METRICS, GROWTH, LOCALITY, MODEL = (
    "config.json",
    "metrics.jsonl",
    "growth.jsonl",
    "locality.jsonl",
    "model.safetensors",
)
RECORDS = (METRICS, GROWTH, LOCALITY)


class RunError(ValueError):
    """A folder that a run cannot be in. The message is one line for the user."""


class RunFolder:
    """Reads and writes the files of a run.

    Parameters
    ----------
    path
        Of the folder.
    """

    def __init__(self, path: PathLike) -> None:
        self.path = Path(path)

    def make(self) -> None:
        """Make the folder, if it is not there.

        Raises
        ------
        RunError
            It cannot be made.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(f"{self.path}: cannot be made ({error.strerror or error})") from error

    def begin(self, config: dict[str, Any]) -> None:
        """Write the files of a new run into the folder, which is there and claimed.

        Raises
        ------
        RunError
            There is a run in it already or somebody else's file, or it cannot be written to.
        """
        self.require_free()
        self.remove_drafts()
        try:
            for name in RECORDS:
                (self.path / name).write_bytes(b"")
        except OSError as error:
            raise RunError(f"{self.path}: cannot be written to ({error.strerror})") from error
        self.write_config(config)

    @classmethod
    def open(cls, path: PathLike) -> RunFolder:
        """Open the folder of a run that was begun.

        Raises
        ------
        RunError
            It is none.
        """
        folder = cls(path)
        if not folder.path.is_dir():
            what = "is not a folder" if folder.path.exists() else "there is no such folder"
            raise RunError(f"{path}: {what}")
        if not (folder.path / MODEL).is_file():
            raise RunError(f"{path}: is not the folder of a run, it has no {MODEL}")
        return folder

    def require_free(self) -> None:
        """Refuse to write over a run, or over files that are not of one that ended as it began.

        Raises
        ------
        RunError
            The folder is not free, or cannot be made where there is a file.
        """
        there = next(path for path in (self.path, *self.path.parents) if path.exists())
        if not there.is_dir():
            raise RunError(f"{there}: is not a folder; choose another")
        if (self.path / MODEL).exists():
            raise RunError(f"{self.path}: holds a run already; resume it, or choose another folder")
        if set(self.config_file()) >= {"version", "settings", "budget"}:
            return
        for name in (CONFIG, *RECORDS):
            path = self.path / name
            if path.is_dir() or (path.exists() and path.stat().st_size > 0):
                raise RunError(f"{path}: is not of a run and would be lost; choose another folder")

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Keep other processes from training in this folder meanwhile.

        Raises
        ------
        RunError
            One does.
        """
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            lock(descriptor, self.path)
            yield
        finally:
            os.close(descriptor)

    def write_config(self, config: dict[str, Any]) -> None:
        """Write the settings."""
        text = json.dumps(config, indent=2)
        write_whole(self.path / CONFIG, lambda draft: write_text(draft, text))

    def config_file(self) -> dict[str, Any]:
        """Return what `config.json` holds, nothing if it is missing or damaged."""
        try:
            values = json.loads((self.path / CONFIG).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return values if isinstance(values, dict) else {}

    def append(self, name: str, records: Iterable[dict[str, Any]]) -> None:
        """Add records to one of the record files, one a line."""
        text = "".join(json.dumps(record) + "\n" for record in records)
        with (self.path / name).open("ab") as file:
            file.write(text.encode())

    def records(self, name: str) -> list[dict[str, Any]]:
        """Return all records of one of the record files; a last line that is cut off is left out.

        Raises
        ------
        RunError
            Another line is damaged.
        """
        return list(whole_records(self.path / name))

    def metrics(self) -> list[dict[str, Any]]:
        """Return all records of `metrics.jsonl`."""
        return self.records(METRICS)

    def save(self, saved: SavedModel, config: dict[str, Any]) -> None:
        """Write a checkpoint; the records so far are on the disk before it."""
        for name in RECORDS:
            flush(self.path / name)
        sizes = {name: (self.path / name).stat().st_size for name in RECORDS}
        saved.run = {**(saved.run or {}), "sizes": sizes, "config": config}
        checkpoint.write(self.path / MODEL, saved)
        if self.config_file() != config:
            self.write_config(config)

    def read(self) -> SavedModel:
        """Read the last checkpoint; nothing is changed.

        Raises
        ------
        RunError
            It was not saved in a run, or the records do not go with it.
        ValueError
            It is damaged.
        """
        saved = checkpoint.read(self.path / MODEL)
        run = saved.run or {}
        sizes = run.get("sizes")
        if not isinstance(sizes, dict) or set(sizes) != set(RECORDS):
            raise RunError(f"{self.path / MODEL}: was not saved in a run")
        if not isinstance(run.get("config"), dict):
            raise RunError(f"{self.path / MODEL}: lacks the settings of its run")
        for name, size in sizes.items():
            path = self.path / name
            found = path.stat().st_size if path.is_file() else 0
            if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= found:
                raise RunError(f"{path}: has {found} bytes, the checkpoint knows of {size}")
        return saved

    def go_back_to(self, saved: SavedModel) -> None:
        """Cut the records off where the checkpoint was made, and sweep out unfinished drafts."""
        for name, size in (saved.run or {})["sizes"].items():
            os.truncate(self.path / name, size)
        self.remove_drafts()

    def remove_drafts(self) -> None:
        """Sweep out what processes that were killed while they wrote have left."""
        for name in (MODEL, CONFIG):
            remove_drafts(self.path / name)


def whole_records(path: Path) -> Iterator[dict[str, Any]]:
    """Give the records of a file of one JSON object a line."""
    lines = path.read_bytes().splitlines()
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict):
            yield record
        elif number < len(lines):
            raise RunError(f"{path}: line {number} is damaged")


def lock(descriptor: int, path: Path) -> None:
    """Lock a folder until it is closed, also by the end of the process."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise RunError(f"{path}: another process trains in it") from error
    except OSError:
        return  # a file system without locks
