"""What a person sees during training: a live bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sparsegrow.base.display import Display, Speaker, on_terminal
from sparsegrow.layered.records import EpochRecord

if TYPE_CHECKING:
    import rich.progress


@dataclass(frozen=True)
class Status:
    """Where an epoch stands: its number in the run from 0, and means over what was seen of it."""

    epoch: int
    seen: int
    loss: float
    accuracy: float | None
    seconds: float


class Progress(Display):
    """The silent display, and the interface of the others."""

    def update(self, status: Status) -> None:
        """Show where the present epoch stands."""

    def finished(self, record: EpochRecord) -> None:
        """Show an epoch that is over."""


class Lines(Progress, Speaker):
    """One plain line per epoch on standard error, and one every half minute of a long one.

    Parameters
    ----------
    epochs, samples
        Of the run.
    """

    INTERVAL = 30.0

    def __init__(self, epochs: int, samples: int) -> None:
        self.epochs = epochs
        self.samples = samples
        self.epoch = 0
        self.spoken = time.monotonic()

    def update(self, status: Status) -> None:
        """Speak up if nothing has been said for a while."""
        self.epoch = status.epoch
        if self.silent_for(self.INTERVAL):
            done = f"{100 * status.seen / self.samples:.0f} % of epoch {status.epoch + 1}"
            self.say(f"{done}, {describe(status.loss, status.accuracy)}")

    def finished(self, record: EpochRecord) -> None:
        """Say how the epoch went."""
        rate = self.samples / max(record.seconds, 1e-9)
        figures = describe(record.loss, record.accuracy, record.val_loss, record.val_accuracy)
        self.say(f"epoch {self.epoch + 1}/{self.epochs}: {figures}, {rate:,.0f} samples/s")


class Live(Progress):
    """A bar over all epochs, with loss, accuracy, samples per second and the time left."""

    def __init__(self, epochs: int, samples: int) -> None:
        self.epochs = epochs
        self.samples = samples
        self.first: tuple[float, int] | None = None
        self.validation = ""
        self.bar = bar_for_terminal()
        self.task = self.bar.add_task(
            "", total=epochs * samples, epoch=1, epochs=epochs, figures=""
        )

    def start(self) -> None:
        """Begin to draw."""
        self.bar.start()

    def stop(self) -> None:
        """End the drawing."""
        self.bar.stop()

    def update(self, status: Status) -> None:
        """Move the bar."""
        done = status.epoch * self.samples + status.seen
        self.first = self.first or (time.monotonic(), done)
        seconds, before = time.monotonic() - self.first[0], self.first[1]
        rate = (done - before) / seconds if seconds > 0 else status.seen / max(status.seconds, 1e-9)
        figures = (
            f"{describe(status.loss, status.accuracy)}{self.validation}  {rate:,.0f} samples/s"
        )
        self.bar.update(self.task, completed=done, epoch=status.epoch + 1, figures=figures)

    def finished(self, record: EpochRecord) -> None:
        """Keep the validation figures beside the bar."""
        if record.val_loss is not None:
            figures = describe(None, None, record.val_loss, record.val_accuracy)
            self.validation = f", {figures}"


def describe(
    loss: float | None,
    accuracy: float | None,
    val_loss: float | None = None,
    val_accuracy: float | None = None,
) -> str:
    """Return the figures that there are as text."""
    named = (("loss", loss, ".4f"), ("accuracy", accuracy, ".2%"))
    held = (("validation loss", val_loss, ".4f"), ("accuracy", val_accuracy, ".2%"))
    return ", ".join(f"{n} {v:{form}}" for n, v, form in (*named, *held) if v is not None)


def bar_for_terminal() -> rich.progress.Progress:
    """Return a bar on standard error that knows the columns of `Live`."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar
    from rich.table import Column

    return Bar(
        TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[figures]}", table_column=Column()),  # takes two lines if it must
        TimeRemainingColumn(),
        TextColumn("left"),
        console=Console(stderr=True),
    )


def progress_for(epochs: int, samples: int, wanted: bool) -> Progress:
    """Return the display that suits where the program runs."""
    if not wanted:
        return Progress()
    return Live(epochs, samples) if on_terminal() else Lines(epochs, samples)
