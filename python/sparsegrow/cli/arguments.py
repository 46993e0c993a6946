"""What the commands share: options with several values, and what counts as a user's mistake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from sparsegrow import set_num_threads

LISTS = ("--hidden", "--levels")  # these take several values: --hidden 1000 1000
DEVICES = "cpu, metal, or auto for the fastest that is here."
Device = Annotated[str, typer.Option("--device", help=DEVICES)]
DeviceIfNew = Annotated[str | None, typer.Option("--device", help=f"Another device: {DEVICES}")]
Threads = Annotated[int | None, typer.Option(help="Threads; the result is the same.")]
MISTAKES = (ValueError, TypeError, IndexError, OSError, ImportError, RuntimeError, MemoryError)


class StoppedError(Exception):
    """Ctrl-C, with the line to leave behind."""


def use_threads(threads: int | None) -> None:
    """Compute with so many threads from now on, if a number was asked for."""
    if threads is not None:
        set_num_threads(threads)


def spread_lists(words: list[str]) -> list[str]:
    """Write `--hidden 10 20` as `--hidden 10 --hidden 20`, which typer understands."""
    return list(spread(words))


def spread(words: list[str]) -> Iterator[str]:
    """Yield the words with the list options repeated before each value."""
    option, values = "", 0
    for word in words:
        if word in LISTS:
            option, values = word, 0
        elif option and not word.startswith("-"):
            if values:
                yield option
            values += 1
        else:
            option = ""
        yield word


def is_mistake(error: Exception) -> bool:
    """Whether the user can mend it, rather than we."""
    return isinstance(error, MISTAKES) or is_usage(error)


def is_usage(error: Exception) -> bool:
    """Whether typer raised it about the command line; its class moves between versions."""
    return hasattr(error, "format_message")


def message_of(error: Exception) -> str:
    """Return the text for one line."""
    if is_usage(error):
        return str(error.format_message())  # type: ignore[attr-defined]
    if isinstance(error, OSError) and error.strerror:
        name = f" {error.filename}" if error.filename else ""
        return f"{error.strerror}{name}"
    return str(error) if isinstance(error, MISTAKES) else f"{type(error).__name__}: {error}"
