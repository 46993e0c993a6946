"""What every kind of checkpoint is: safetensors with a versioned header in JSON.

The metadata entry `sparsegrow` is the header: `format`, `kind`, `version`, what the kind adds, and
`digest`, by which bytes that changed since are noticed; it is no protection against an author who
means harm. Reading a checkpoint executes nothing, and allocates no more than what the file holds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparsegrow import _sparsegrow as native
from sparsegrow.base.files import PathLike, write_whole

ENTRY = "sparsegrow"
DIGEST = "digest"
MAX_HEADER = 1 << 26  # characters; a million epochs need about twice as much
MAX_COUNT = 1 << 62
DTYPES = {"float32": "F32", "float64": "F64"}

Arrays = dict[str, NDArray[Any]]


def write_checkpoint(
    path: PathLike, kind: str, form: int, header: Mapping[str, Any], arrays: Arrays
) -> None:
    """Write a checkpoint, whole or not at all.

    Raises
    ------
    OSError
        It could not be written; an older file of that name is as it was.
    """
    full = {"format": form, "kind": kind, "version": native.__version__, **header}
    full[DIGEST] = digest_of(full, {name: fingerprint(array) for name, array in arrays.items()})
    metadata = {ENTRY: json.dumps(full)}
    write_whole(path, lambda draft: write_tensors(draft, arrays, metadata))


def write_tensors(path: Path, arrays: Arrays, metadata: dict[str, str]) -> None:
    """Write a safetensors file and read its structure back: a full disk may come to light late."""
    from safetensors import SafetensorError, safe_open
    from safetensors.numpy import save_file

    try:
        save_file(arrays, path, metadata=metadata)
        with safe_open(path, framework="numpy"):
            pass
    except SafetensorError as error:
        raise OSError(str(error)) from error


def digest_of(header: Mapping[str, Any], fingerprints: Mapping[str, str]) -> str:
    """Return what tells a header without its digest, and the arrays by name, from all others."""
    return hashlib.sha256(json.dumps([header, sorted(fingerprints.items())]).encode()).hexdigest()


def fingerprint(array: NDArray[Any]) -> str:
    """Return what tells an array from all others of any type and shape."""
    digest = hashlib.sha256(f"{array.dtype.str} {array.shape} ".encode())
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


class CheckpointFile:
    """An open checkpoint: its header, and its arrays, each of which is read once."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._fingerprints: dict[str, str] = {}
        self.unread = set(file.keys())

    def header(self) -> dict[str, Any]:
        """Return the header, whose author may be anybody."""
        text = (self._file.metadata() or {}).get(ENTRY)
        if text is None:
            raise ValueError("a safetensors file, but no checkpoint of sparsegrow")
        if len(text) > MAX_HEADER:
            raise ValueError(
                f"the header has {len(text)} characters, expected at most {MAX_HEADER}"
            )
        try:
            header = json.loads(text)
        except RecursionError as error:
            raise ValueError("the header is nested too deeply") from error
        if not isinstance(header, dict):
            raise ValueError("the header is not a JSON object")
        return header

    def header_of(self, kind: str, form: int, *keys: str) -> dict[str, Any]:
        """Return the header of one kind of model, which has at least these keys."""
        header = self.header()
        if header.get("kind") != kind:
            raise ValueError(f"the header is not that of a {kind}")
        if header.get("format") != form:
            found = f"{header.get('format')!r:.20}"
            raise ValueError(f"has format {found}, this version of sparsegrow reads {form}")
        missing = set(keys) - set(header)
        if missing:
            raise ValueError(f"the header lacks {', '.join(sorted(missing))}")
        return header

    def length(self, name: str) -> int:
        """Return how many elements an array of one dimension has, without reading it."""
        if name not in self.unread:
            raise ValueError(f"lacks the array {name}")
        shape = self._file.get_slice(name).get_shape()
        if len(shape) != 1:
            raise ValueError(f"{name} has shape {list(shape)}, expected one dimension")
        return int(shape[0])

    def read(self, name: str, dtype: str, shape: tuple[int, ...]) -> NDArray[Any]:
        """Read one array if it is as expected."""
        if name not in self.unread:
            raise ValueError(f"lacks the array {name}")
        view = self._file.get_slice(name)
        found = view.get_dtype(), tuple(view.get_shape())
        if found != (dtype, shape):
            raise ValueError(
                f"{name} is {found[0]} {list(found[1])}, expected {dtype} {list(shape)}"
            )
        return self.read_any(name)

    def read_any(self, name: str) -> NDArray[Any]:
        """Read one array, of whatever type and shape; floats are finite."""
        self.unread.remove(name)
        array: NDArray[Any] = np.ascontiguousarray(self._file.get_tensor(name))
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{name} holds NaN or infinity")
        self._fingerprints[name] = fingerprint(array)
        return array

    def require_whole(self) -> None:
        """Refuse, once all is read, arrays that nobody knows and what is not as it was written."""
        if self.unread:
            raise ValueError(f"holds unknown arrays: {', '.join(sorted(self.unread)):.200}")
        header = self.header()
        if header.pop(DIGEST, None) != digest_of(header, self._fingerprints):
            raise ValueError("damaged: what it holds is not what was written (the digest differs)")


@contextmanager
def open_checkpoint(path: PathLike) -> Iterator[CheckpointFile]:
    """Open a checkpoint; what the caller finds wrong with it is told with the name of the file.

    Raises
    ------
    ValueError
        It is no safetensors file, or the caller raised one.
    OSError
        It cannot be read.
    """
    from safetensors import SafetensorError, safe_open

    require_file(path)
    try:
        with safe_open(Path(path), framework="numpy") as file:
            yield CheckpointFile(file)
    except SafetensorError as error:
        raise ValueError(f"{path}: not a safetensors file, or damaged ({error})") from error
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def kind_of(path: PathLike) -> str:
    """Return the kind of model that a checkpoint holds.

    Raises
    ------
    ValueError
        It is no checkpoint.
    """
    with open_checkpoint(path) as file:
        return str(file.header().get("kind"))


def require_replaceable(path: PathLike, kind: str) -> None:
    """Refuse to write a checkpoint over a file that is not one of this kind.

    Raises
    ------
    ValueError
        There is such a file.
    """
    file = Path(path)
    if not file.exists() or file.stat().st_size == 0:
        return
    try:
        found = f"is a {kind_of(path)}"
    except ValueError:
        found = "is not a checkpoint"
    if found != f"is a {kind}":
        raise ValueError(f"{path}: {found} and would be lost; choose another file")


def require_file(path: PathLike) -> None:
    """Refuse what is not there or not a file."""
    file = Path(path)
    if not file.exists():
        raise FileNotFoundError(f"{path}: there is no such file")
    if not file.is_file():
        raise ValueError(f"{path}: not a file")


def count_of(value: Any, name: str) -> int:
    """Check a number of things that were counted."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < MAX_COUNT:
        raise ValueError(f"{name} is {value!r:.40}, expected a count")
    return value


def require_offsets(name: str, offsets: NDArray[Any], edges: int) -> None:
    """Refuse row offsets that do not rise from 0 to the number of edges."""
    if offsets[0] != 0 or offsets[-1] != edges or (offsets[1:] < offsets[:-1]).any():
        raise ValueError(f"{name} does not rise from 0 to {edges}")


def require_moments(name: str, array: NDArray[Any]) -> None:
    """Refuse second moments that training can never have left."""
    if name.endswith(".v") and (array < 0).any():
        raise ValueError(f"{name} holds negative second moments")
