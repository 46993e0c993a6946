"""Settings at the door: what is not as asked for is refused, with what was got and expected."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """Turn a NumPy scalar into the Python number that it is."""
    return value.item() if isinstance(value, np.generic) else value


def keep_plain(settings: Any) -> None:
    """Turn NumPy scalars among the fields of a frozen dataclass into Python's numbers, for JSON."""
    for field in fields(settings):
        object.__setattr__(settings, field.name, plain(getattr(settings, field.name)))


def require_kind(name: str, value: Any, *kinds: type) -> None:
    """Refuse a value of another kind."""
    if not isinstance(value, kinds):
        listed = " or ".join(kind.__name__ for kind in kinds if kind is not type(None))
        raise TypeError(f"{name}: got {type(value).__name__}, expected {listed}")


def require_functions(name: str, values: Any) -> Any:
    """Refuse anything but functions in a row; return them."""
    if not isinstance(values, Sequence) or not all(map(callable, values)):
        raise TypeError(f"{name}: got {values!r:.80}, expected a list of functions")
    return values


def require_choice(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    """Refuse a name that is not in the list."""
    if not isinstance(value, str) or value not in allowed:
        listed = ", ".join(repr(one) for one in allowed)
        raise ValueError(f"{name}: got {value!r:.80}, expected one of {listed}")


def require_flag(name: str, value: Any) -> bool:
    """Refuse anything but True or False, Python's or NumPy's; return it as Python's own."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name}: got {value!r:.80}, expected True or False")
    return bool(value)


def require_integer(name: str, value: Any, low: int, high: int) -> int:
    """Refuse anything but an integer from `low` to `high`; return it as Python's own."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise ValueError(f"{name}: got {value!r:.80}, expected an integer")
    if not low <= value <= high:
        raise ValueError(f"{name}: got {value}, expected {low} to {high}")
    return int(value)


def require_number(
    name: str,
    value: Any,
    low: float,
    high: float,
    *,
    low_open: bool = False,
    high_open: bool = False,
) -> None:
    """Refuse anything but a finite number of an interval, whose ends may be left out."""
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name}: got {value!r:.80}, expected a finite number")
    if value < low or value > high or (low_open and value == low) or (high_open and value == high):
        above = f"above {low:g}" if low_open else f"at least {low:g}"
        below = "" if high == math.inf else f" and {'below' if high_open else 'at most'} {high:g}"
        raise ValueError(f"{name}: got {value:g}, expected {above}{below}")
