"""Axes: where a value goes on the page, which values are marked, and how they are written."""

from __future__ import annotations

import math
from dataclasses import dataclass

TIMES = (0, 1, 3, 10, 30, 60, 120, 300, 600, 1200, 3600, 7200, 18000, 36000, 86400, 259200, 864000)
STEPS = (1, 2, 5, 10)
NO_FIGURE = "\N{EN DASH}"


@dataclass(frozen=True)
class Scale:
    """A mapping of values to coordinates.

    Attributes
    ----------
    kind
        "linear"; "log"; or "time", which is logarithmic but has a place for zero seconds.
    low, high
        Values at the two ends.
    start, end
        Their coordinates.
    """

    kind: str
    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the coordinate of a value, never beyond the ends."""
        low, high = self._warp(self.low), self._warp(self.high)
        share = (self._warp(value) - low) / (high - low) if high > low else 0.5
        return self.start + (self.end - self.start) * min(1.0, max(0.0, share))

    def _warp(self, value: float) -> float:
        if self.kind == "time":
            return math.log1p(max(value, 0.0))
        return math.log(max(value, 1e-9)) if self.kind == "log" else value

    def ticks(self, apart: float) -> list[float]:
        """Return the values to mark, at least so many units of length apart."""
        chosen: list[float] = []
        for value in self._candidates(apart):
            if not chosen or abs(self(value) - self(chosen[-1])) >= apart:
                chosen.append(value)
        return chosen

    def _candidates(self, apart: float) -> list[float]:
        if self.kind == "time":
            return [float(t) for t in TIMES if t <= self.high]
        if self.kind == "log" and self.high > 3 * self.low:
            return log_ticks(self.low, self.high)
        return linear_ticks(self.low, self.high, abs(self.end - self.start) / apart)


def log_ticks(low: float, high: float) -> list[float]:
    """Return values of the form 1, 2, 5 times a power of ten; only powers over wide ranges."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1,) if high > 2000 * low else (1, 2, 3, 4, 6) if high < 10 * low else (1, 2, 5)
    values = [step * 10.0**power for power in powers for step in steps]
    return [value for value in values if low <= value <= high]


def linear_ticks(low: float, high: float, most: float) -> list[float]:
    """Return round values, evenly spaced, at most so many."""
    raw = max((high - low) / max(most, 1.0), 1e-9)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(s * power for s in STEPS if s * power >= raw * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [i * step for i in range(first, math.floor(high / step + 1e-9) + 1)]


def compact(value: float) -> str:
    """Return a count with three digits at most: 98, 39K, 1.3M.

    Examples
    --------
    >>> [compact(v) for v in (0, 98, 2466, 38808, 1_300_000)]
    ['0', '98', '2.5K', '39K', '1.3M']
    """
    for unit, size in (("G", 1e9), ("M", 1e6), ("K", 1e3)):
        if abs(value) >= size:
            scaled = value / size
            return (
                f"{scaled:.1f}".removesuffix(".0") + unit
                if scaled < 9.95
                else f"{scaled:.0f}{unit}"
            )
    return f"{value:.3g}"


def whole(value: float | None) -> str:
    """Return a count in full: 1,812,885."""
    return NO_FIGURE if value is None else f"{value:,.0f}"


def decimals(value: float | None, digits: int = 2) -> str:
    """Return a figure with so many decimals."""
    return NO_FIGURE if value is None else f"{value:,.{digits}f}"


def duration(seconds: float | None) -> str:
    """Return a time as the tables have it: 0 s, 37 s, 13 m 14 s, 2 h 05 m.

    Examples
    --------
    >>> [duration(t) for t in (0, 0.25, 37, 794, 7500)]
    ['0 s', '0.25 s', '37 s', '13 m 14 s', '2 h 05 m']
    """
    if seconds is None:
        return NO_FIGURE
    if seconds < 10:
        return f"{seconds:.2f}".rstrip("0").rstrip(".") + " s"
    full = round(seconds)
    if full < 60:
        return f"{full} s"
    minutes, rest = divmod(full, 60)
    if minutes < 60:
        return f"{minutes} m {rest:02d} s" if rest else f"{minutes} m"
    return f"{minutes // 60} h {minutes % 60:02d} m"


def tick_time(seconds: float) -> str:
    """Return a time for an axis, where only round ones stand.

    Examples
    --------
    >>> [tick_time(t) for t in (0, 30, 300, 7200, 86400)]
    ['0', '30 s', '5 min', '2 h', '1 d']
    """
    if seconds < 60:
        return f"{seconds:g} s" if seconds else "0"
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:g} {unit}"
    raise AssertionError("unreachable")
