"""The folder of a run: what is in it, and how it stays whole whatever happens.

`config.json` holds the settings, `metrics.jsonl` one record per evaluation, `growth.jsonl` one per
proposal, `locality.jsonl` one each time that the graph has grown by a tenth, `model.safetensors`
the last checkpoint. A checkpoint says how long the record files were when it was made; whoever goes
on from it cuts off what came after.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sparsegrow.base.files import PathLike, flush, write_whole
from sparsegrow.growth import checkpoint as char_checkpoint
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

    @classmethod
    def create(cls, path: PathLike, config: dict[str, Any]) -> RunFolder:
        """Make the folder of a new run.

        Raises
        ------
        RunError
            There is a run in it already, or it cannot be made.
        """
        folder = cls(path)
        if (folder.path / MODEL).exists():
            raise RunError(f"{path}: holds a run already; resume it, or choose another folder")
        try:
            folder.path.mkdir(parents=True, exist_ok=True)
            for name in RECORDS:
                (folder.path / name).write_bytes(b"")
        except OSError as error:
            raise RunError(f"{path}: cannot be made ({error.strerror or error})") from error
        folder.write_config(config)
        return folder

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
            raise RunError(f"{path}: there is no such folder")
        for name in (CONFIG, MODEL):
            if not (folder.path / name).is_file():
                raise RunError(f"{path}: is not the folder of a run, it has no {name}")
        return folder

    def write_config(self, config: dict[str, Any]) -> None:
        """Write the settings."""
        text = json.dumps(config, indent=2).encode()
        write_whole(self.path / CONFIG, lambda draft: write_bytes(draft, text))

    def config(self) -> dict[str, Any]:
        """Return the settings.

        Raises
        ------
        RunError
            They are damaged.
        """
        try:
            values = json.loads((self.path / CONFIG).read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise RunError(f"{self.path / CONFIG}: damaged ({error})") from error
        if not isinstance(values, dict):
            raise RunError(f"{self.path / CONFIG}: damaged, expected a JSON object")
        return values

    def append(self, name: str, records: Iterable[dict[str, Any]]) -> None:
        """Add records to one of the record files, one a line."""
        text = "".join(json.dumps(record) + "\n" for record in records)
        with (self.path / name).open("ab") as file:
            file.write(text.encode())

    def last_record(self) -> dict[str, Any] | None:
        """Return the last record of `metrics.jsonl`."""
        lines = (self.path / METRICS).read_text(encoding="utf-8").splitlines()
        return json.loads(lines[-1]) if lines else None

    def records(self, name: str) -> list[dict[str, Any]]:
        """Return all records of one of the record files."""
        lines = (self.path / name).read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def metrics(self) -> list[dict[str, Any]]:
        """Return all records of `metrics.jsonl`."""
        return self.records(METRICS)

    def save(self, saved: SavedModel) -> None:
        """Write a checkpoint; the records so far are on the disk before it."""
        for name in RECORDS:
            flush(self.path / name)
        sizes = {name: (self.path / name).stat().st_size for name in RECORDS}
        saved.run = {**(saved.run or {}), "sizes": sizes}
        char_checkpoint.write(self.path / MODEL, saved)

    def restore(self) -> SavedModel:
        """Read the last checkpoint, and cut the records off where it was made.

        Raises
        ------
        RunError
            It was not saved in a run, or the records do not go with it.
        ValueError
            It is damaged.
        """
        saved = char_checkpoint.read(self.path / MODEL)
        sizes = (saved.run or {}).get("sizes")
        if not isinstance(sizes, dict) or set(sizes) != set(RECORDS):
            raise RunError(f"{self.path / MODEL}: was not saved in a run")
        for name in RECORDS:
            self.cut(name, sizes[name])
        return saved

    def cut(self, name: str, size: Any) -> None:
        """Leave the first `size` bytes of a record file."""
        path = self.path / name
        found = path.stat().st_size if path.is_file() else 0
        if not isinstance(size, int) or size > found:
            raise RunError(f"{path}: has {found} bytes, the checkpoint knows of {size}")
        if size < found:
            os.truncate(path, size)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file."""
    path.write_bytes(content)
