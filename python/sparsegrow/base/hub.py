"""What is read from the Hugging Face hub: the client, and whatever goes wrong in one line."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


class HubError(RuntimeError):
    """Data that cannot be had, or are not as expected. The message is one line for the user."""


@dataclass(frozen=True)
class Source:
    """A set of data on the hub, or in a folder laid out like it.

    Parameters
    ----------
    name
        What the set is called in messages.
    repository
        A repository of the hub, or a folder.
    instead
        What there is without it, for the end of a message.
    error
        What is raised.
    """

    name: str
    repository: str
    instead: str
    error: type[RuntimeError] = HubError

    def client(self) -> Any:
        """Import the client, which is optional."""
        try:
            import datasets
        except ImportError as error:
            raise self.lacks("Hugging Face datasets", error) from error
        return datasets

    def lacks(self, what: str, error: ImportError) -> RuntimeError:
        """Return the error about a library that is missing."""
        return self.error(
            f"{self.name}: needs {what}, which cannot be imported ({error}); "
            f"pip install 'sparsegrow[hub]', or {self.instead}"
        )

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Read inside this; whatever goes wrong is one line."""
        try:
            self.client()  # whose import sets the loggers up
            with quiet():
                yield
        except (self.error, MemoryError):
            raise
        except Exception as error:  # the hub's client has dozens, of several libraries
            reason = " ".join(str(error).split()) or type(error).__name__
            raise self.error(
                f"{self.name}: cannot be had from {self.repository} ({reason}); {self.instead}"
            ) from error


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the client from announcing each new attempt; the last error says it all."""
    loggers = [logging.getLogger(name) for name in ("datasets", "huggingface_hub")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
