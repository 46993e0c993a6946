"""Copies and pickles of models around an engine that can be written down, but not copied."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar


class CopiedByState(ABC):
    """Copies and pickles by what a checkpoint holds, and by what subclasses and users have added.

    Attributes
    ----------
    OWN
        Names of the attributes that come out of the state; all others are carried along.
    """

    OWN: ClassVar[frozenset[str]]

    @abstractmethod
    def _state(self) -> Any:
        """Return all that the model is."""

    @abstractmethod
    def _restore(self, state: Any) -> None:
        """Become the model of that state."""

    def __getstate__(self) -> tuple[Any, dict[str, Any]]:
        added = {name: value for name, value in vars(self).items() if name not in self.OWN}
        return self._state(), added

    def __setstate__(self, saved: tuple[Any, dict[str, Any]]) -> None:
        state, added = saved
        self._restore(state)
        vars(self).update(added)
