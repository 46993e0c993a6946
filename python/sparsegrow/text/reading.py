"""What a person sees while text is read: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

from sparsegrow.base.display import Display, Speaker, on_terminal


class Reading(Display):
    """The silent display, and the interface of the others."""

    def advance(self, size: int) -> None:
        """Show that so many more bytes are read."""

    def expect(self, total: int | None) -> None:
        """Show how many bytes there are in all, once that is known."""


class ReadingLines(Reading, Speaker):
    """One plain line on standard error, and another every half minute."""

    INTERVAL = 30.0

    def __init__(self, what: str) -> None:
        self.what = what
        self.done = 0
        self.say(f"reading {what}")

    def advance(self, size: int) -> None:
        """Speak up if nothing has been said for a while."""
        self.done += size
        if self.silent_for(self.INTERVAL):
            self.say(f"reading {self.what}: {self.done / 1e6:,.0f} MB")


class ReadingBar(Reading):
    """A bar with bytes, speed and the time left, which vanishes when all is read."""

    def __init__(self, what: str, total: int | None) -> None:
        from rich.console import Console
        from rich.markup import escape
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        self.bar = Progress(
            TextColumn("reading {task.description}"),
            BarColumn(bar_width=24),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self.task = self.bar.add_task(escape(what), total=total)

    def start(self) -> None:
        """Begin to draw."""
        self.bar.start()

    def stop(self) -> None:
        """End the drawing."""
        self.bar.stop()

    def advance(self, size: int) -> None:
        """Move the bar."""
        self.bar.advance(self.task, size)

    def expect(self, total: int | None) -> None:
        """Give the bar an end."""
        self.bar.update(self.task, total=total)


def reading(what: str, total: int | None = None, wanted: bool = True) -> Reading:
    """Return the display that suits where the program runs.

    Parameters
    ----------
    what
        What is read, in a few words.
    total
        Its size in bytes, where that is known.
    wanted
        Whether anything shall be shown at all.
    """
    if not wanted:
        return Reading()
    return ReadingBar(what, total) if on_terminal() else ReadingLines(what)
