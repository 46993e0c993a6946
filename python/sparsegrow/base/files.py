"""Files that are either written whole or not at all."""

from __future__ import annotations

import glob
import os
import secrets
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

PathLike = str | os.PathLike[str]

DRAFT = ".{name}.{unique}.tmp"  # a folder, since libraries put drafts of their own beside the file


def write_whole(path: PathLike, write: Callable[[Path], None]) -> None:
    """Write into a folder of its own beside `path`, flush it to the disk, and rename it.

    Parameters
    ----------
    path
        Where the file shall be; through a symbolic link, where that points.
    write
        Writes the file it is given and raises if it cannot.

    Raises
    ------
    OSError
        Nothing could be written. Then the old file is as it was, and no other is left behind.
    """
    final = require_writable(path)
    folder = final.with_name(DRAFT.format(name=final.name, unique=secrets.token_hex(4)))
    draft = folder / final.name
    try:
        folder.mkdir()
        mode = mode_for(final, draft)
        write(draft)
        draft.chmod(mode)
        flush(draft)
        os.replace(draft, final)
        flush(final.parent)
    except OSError as error:
        raised = type(error)(f"cannot write {path}: {error.strerror or error}")
        raised.errno = error.errno
        raise raised from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def mode_for(final: Path, draft: Path) -> int:
    """Return the mode of the file that is there, else that of a new one, which becomes the draft.

    Libraries that write may choose another, such as one that shuts all others out.
    """
    draft.touch()
    return stat.S_IMODE((final if final.exists() else draft).stat().st_mode)


def remove_drafts(path: PathLike) -> None:
    """Remove what processes that were killed while they wrote `path` have left beside it."""
    final = Path(os.path.realpath(path))
    for folder in final.parent.glob(DRAFT.format(name=glob.escape(final.name), unique="*")):
        shutil.rmtree(folder, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write a file of text, for `write_whole`; what has no place in UTF-8 is replaced."""
    path.write_text(text, encoding="utf-8", errors="replace")


def flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def require_writable(path: PathLike) -> Path:
    """Refuse, before hours of training, a path that cannot be written.

    Returns
    -------
    Path
        Where `write_whole` will write.

    Raises
    ------
    OSError
        The folder is missing or may not be written, or at the path is something else than a file.
    """
    final = Path(os.path.realpath(path))
    if final.is_dir():
        raise IsADirectoryError(f"cannot write {path}: it is a folder")
    if final.exists() and not final.is_file():
        raise OSError(f"cannot write {path}: it is a device or a pipe, expected a file")
    if not final.parent.is_dir():
        raise FileNotFoundError(f"cannot write {path}: there is no folder {final.parent}")
    if not os.access(final.parent, os.W_OK | os.X_OK):
        raise PermissionError(f"cannot write {path}: the folder {final.parent} is read-only")
    return final
