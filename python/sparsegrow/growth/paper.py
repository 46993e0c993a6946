"""The paper's run, on WikiText-103 characters with the GPU of an M1 Pro, for comparison."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

Row = tuple[float, float, int, int, int, int]

COLUMNS = ("seconds", "val_bpc", "params", "hidden", "max_depth", "max_context")
ROWS: tuple[Row, ...] = (
    (0, 6.62, 39_000, 98, 1, 2),
    (11, 3.80, 157_000, 436, 2, 4),
    (37, 3.32, 397_000, 802, 3, 7),
    (93, 3.24, 620_000, 1_123, 4, 9),
    (156, 3.15, 774_000, 1_351, 5, 10),
    (381, 3.03, 1_300_000, 1_716, 5, 14),
    (794, 2.94, 2_500_000, 2_133, 5, 19),
    (1_193, 2.89, 3_000_000, 2_297, 5, 21),
)
FINAL_EDGES = 1_812_885
FINAL_MEMORY_NEURONS = 89


def known_at(times: Sequence[float], seconds: float) -> int:
    """Return which of our records was the last one at a time of the paper's, or the first."""
    return max(0, bisect_right(times, seconds) - 1)
