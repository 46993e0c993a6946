"""What a person sees on standard error while work goes on: on a terminal, elsewhere, or nothing."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TypeVar

Some = TypeVar("Some", bound="Display")


class Display:
    """Shows nothing: the silent display of each kind of work, from which the others come."""

    def __enter__(self: Some) -> Some:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to show something."""

    def stop(self) -> None:
        """Leave standard error to others."""


class Speaker:
    """Prints plain lines, and knows how long it has been silent."""

    spoken = float("-inf")  # when

    def say(self, line: str) -> None:
        """Print a line."""
        self.spoken = time.monotonic()
        print(line, file=sys.stderr, flush=True)

    def silent_for(self, seconds: float) -> bool:
        """Tell whether nothing has been said for that long."""
        return time.monotonic() - self.spoken >= seconds


def on_terminal() -> bool:
    """Tell whether standard error is a terminal, on which something can be drawn anew."""
    return sys.stderr is not None and sys.stderr.isatty()
