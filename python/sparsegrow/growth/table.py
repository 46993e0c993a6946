"""The growth of a run beside that of the paper, at comparable times."""

from __future__ import annotations

from typing import Any

from sparsegrow.base.text_table import beside
from sparsegrow.growth.paper import COLUMNS, ROWS, Row, known_at

HEAD = ("wall time", "val bpc", "params", "hidden", "depth", "context")


def rows_of(records: list[dict[str, Any]]) -> list[tuple[dict[str, Any], Row | None]]:
    """Return the record at each of the paper's times, and the last one, with the paper's row."""
    times = [record["seconds"] for record in records]
    reached = [row for row in ROWS if times and row[0] <= times[-1]]
    rows: list[tuple[dict[str, Any], Row | None]] = [
        (records[known_at(times, row[0])], row) for row in reached
    ]
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
    return told(tuple(record[column] for column in COLUMNS))


def told(row: tuple[float, ...]) -> tuple[str, ...]:
    """Return the cells of a row."""
    seconds, bits, params, hidden, depth, context = row
    whole = round(seconds)
    time = f"{whole // 60} m {whole % 60:02d} s" if whole >= 60 else f"{whole} s"
    return (time, f"{bits:.2f}", short(params), f"{hidden:,.0f}", f"{depth:.0f}", f"{context:.0f}")


def short(count: float) -> str:
    """Return a count as 39K or 1.3M."""
    return f"{count / 1e6:.1f}M" if count >= 1e6 else f"{count / 1e3:.0f}K"
