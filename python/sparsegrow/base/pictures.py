"""Pictures by Matplotlib, which is asked for only here: drawn without a window, written whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sparsegrow.base.files import PathLike, require_writable, write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class MatplotlibMissingError(ValueError):
    """Matplotlib is not installed. The message is one line for the user."""


def new_figure(panels: int, width: float, rows: int = 1) -> tuple[Figure, list[Axes]]:
    """Return a figure with panels side by side, in each row; nothing opens a window."""
    figure_class, canvas = matplotlib_classes()
    figure = figure_class(figsize=(width, 4.6 * rows), layout="constrained")
    canvas(figure)
    return figure, list(figure.subplots(rows, panels, squeeze=False).flat)


def matplotlib_classes() -> tuple[Any, Any]:
    """Return what figures are made of, and what draws them without a window."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MatplotlibMissingError(
            "pictures need Matplotlib: pip install 'sparsegrow[plot]'"
        ) from error
    return Figure, FigureCanvasAgg


def require_picture(path: PathLike) -> None:
    """Refuse, before anything is measured, a picture that cannot be written.

    Raises
    ------
    ValueError
        Matplotlib is missing, or the ending is not one that it writes.
    OSError
        The folder is missing or may not be written.
    """
    form_of(path)
    require_writable(path)


def form_of(path: PathLike) -> str:
    """Return the form that the ending of a name stands for."""
    forms = matplotlib_classes()[1].get_supported_filetypes()
    form = Path(path).suffix[1:].lower()
    if form not in forms:
        listed = ", ".join(f".{name}" for name in sorted(forms))
        raise ValueError(f"{path}: no picture ends in {Path(path).suffix!r}, expected {listed}")
    return form


def save(figure: Figure, path: PathLike) -> None:
    """Write a figure, whole or not at all; the ending says in which form.

    Raises
    ------
    ValueError
        The ending is not one that Matplotlib writes.
    OSError
        It could not be written; an older picture of that name is as it was.
    """
    form = form_of(path)
    write_whole(path, lambda draft: figure.savefig(draft, format=form, dpi=150))
