"""The growth of a run beside that of the paper, at comparable times."""

from __future__ import annotations

from typing import Any

from sparsegrow.base.text_table import beside

PaperRow = tuple[float, float, int, int, int, int]
# Seconds, bits per character, parameters, hidden neurons, depth, context: WikiText-103, M1 Pro GPU.
PAPER: tuple[PaperRow, ...] = (
    (0, 6.62, 39_000, 98, 1, 2),
    (11, 3.80, 157_000, 436, 2, 4),
    (37, 3.32, 397_000, 802, 3, 7),
    (93, 3.24, 620_000, 1_123, 4, 9),
    (156, 3.15, 774_000, 1_351, 5, 10),
    (381, 3.03, 1_300_000, 1_716, 5, 14),
    (794, 2.94, 2_500_000, 2_133, 5, 19),
    (1_193, 2.89, 3_000_000, 2_297, 5, 21),
)
HEAD = ("wall time", "val bpc", "params", "hidden", "depth", "context")


def rows_of(records: list[dict[str, Any]]) -> list[tuple[dict[str, Any], PaperRow | None]]:
    """Return the record at each of the paper's times, and the last one, with the paper's row."""
    rows: list[tuple[dict[str, Any], PaperRow | None]] = []
    for row in PAPER:
        near = [r for r in records if r["seconds"] >= row[0]]
        if near:
            rows.append((near[0], row))
    if records and (not rows or rows[-1][0] is not records[-1]):
        rows.append((records[-1], None))
    return rows


def table_of(records: list[dict[str, Any]]) -> str:
    """Return the table as aligned text."""
    rows = rows_of(records)
    ours = [HEAD, *(told_ours(record) for record, _ in rows)]
    theirs = [HEAD, *(told(paper) if paper else ("",) * len(HEAD) for _, paper in rows)]
    return beside(ours, theirs, "the paper's")


def told_ours(record: dict[str, Any]) -> tuple[str, ...]:
    """Return a record's cells."""
    return told(
        (
            record["seconds"],
            record["val_bpc"],
            record["params"],
            record["hidden"],
            record["max_depth"],
            record["max_context"],
        )
    )


def told(row: tuple[float, ...]) -> tuple[str, ...]:
    """Return the cells of a row."""
    seconds, bits, params, hidden, depth, context = row
    whole = round(seconds)
    time = f"{whole // 60} m {whole % 60:02d} s" if whole >= 60 else f"{whole} s"
    return (time, f"{bits:.2f}", short(params), f"{hidden:,.0f}", f"{depth:.0f}", f"{context:.0f}")


def short(count: float) -> str:
    """Return a count as 39K or 1.3M."""
    return f"{count / 1e6:.1f}M" if count >= 1e6 else f"{count / 1e3:.0f}K"
