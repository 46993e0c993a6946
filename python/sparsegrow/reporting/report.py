"""One self-contained page about a run: how it grew, what it tried, and what came of it."""

from __future__ import annotations

from pathlib import Path

from sparsegrow.base.files import PathLike, require_writable, write_text, write_whole
from sparsegrow.reporting.data import gather
from sparsegrow.reporting.net import token_of
from sparsegrow.reporting.page import page_of

PAGE = "report.html"
DOCTYPE = b"<!doctype html"


def report(folder: PathLike, out: PathLike | None = None, sub_dag: str = "e") -> Path:
    """Write a page about a run that opens without network.

    Parameters
    ----------
    folder
        The run's folder. The run may still be going on, or have been killed.
    out
        The page to write; ``report.html`` in the folder by default.
    sub_dag
        The character whose sub-DAG is shown first, or ``space``, ``newline``, ``tab``, ``other``.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    ValueError
        The folder is not that of a run, or is damaged; or there is no such character.
        Or the file is there and is no page.
    OSError
        The page cannot be written.
    """
    return write_report(folder, out, sub_dag)[0]


def write_report(folder: PathLike, out: PathLike | None, sub_dag: str) -> tuple[Path, list[str]]:
    """Write the page; return where it is and what it had to leave out, a line each."""
    token = token_of(sub_dag)
    run = gather(Path(folder))
    path = Path(folder, PAGE) if out is None else Path(out)
    require_page(require_writable(path))
    page = page_of(run, token)
    write_whole(path, lambda draft: write_text(draft, page))
    return path, run.notes


def require_page(path: Path) -> None:
    """Refuse to write over a file that is not a page."""
    if not path.exists():
        return
    with path.open("rb") as file:
        begin = file.read(len(DOCTYPE))
    if begin and begin.lower() != DOCTYPE:
        raise ValueError(f"{path}: is not a page and would be lost; choose another file")
