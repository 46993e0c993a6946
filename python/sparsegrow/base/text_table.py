"""Tables as aligned text."""

from __future__ import annotations

from collections.abc import Sequence


def aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines with their cells right-aligned under one another, two spaces apart."""
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
    return [
        "  ".join(cell.rjust(w) for cell, w in zip(line, widths, strict=True)) for line in lines
    ]


def beside(ours: Sequence[Sequence[str]], theirs: Sequence[Sequence[str]], title: str) -> str:
    """Return two tables of as many lines side by side, the left one ours."""
    left, right = aligned(ours), aligned(theirs)
    rows = [f"{a}  |  {b}" for a, b in zip(left, right, strict=True)]
    return "\n".join([f"{'ours'.ljust(len(left[0]))}  |  {title}", *rows])
