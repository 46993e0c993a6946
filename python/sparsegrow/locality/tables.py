"""The locality of a growth run in the paper's two tables, the paper's rows beside ours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sparsegrow.base.text_table import aligned, beside

Record = dict[str, Any]

# Edges, lines per 32 edges, utilisation, KB useful, KB fetched, amplification; None if not stated.
PAPER_LINES: tuple[tuple[float | None, ...], ...] = (
    (19_306, 1.0, 0.770, 75, 98, 1.3),
    (44_268, None, 0.847, None, None, None),
    (77_058, None, 0.886, None, None, None),
    (119_498, None, 0.858, None, None, None),
    (197_278, None, 0.853, None, None, None),
    (256_134, 1.1, 0.850, None, None, None),
    (303_688, None, 0.862, None, None, None),
)
LINES_HEAD = ("edges", "lines/32", "util %", "useful", "fetched", "amplification")
# Edges, longest row, mean row, longest / mean, GB/s (not stated), MB per step.
PAPER_ROWS: tuple[tuple[float | None, ...], ...] = (
    (19_306, 196, 98.0, 2.0, None, 2.0),
    (77_058, 438, 187.7, 2.3, None, 7.3),
    (256_134, 782, 330.2, 2.4, None, 23.1),
    (581_040, 1_156, 432.8, 2.7, None, 50.8),
    (1_024_576, 1_678, 548.2, 3.1, None, 88.4),
    (1_658_326, 2_156, 668.4, 5.7, None, 132.7),
)
ROWS_HEAD = ("edges", "max fan-in", "mean", "SIMD worst", "GB/s", "MB/step")
LINES = ("edges", "lines_per_32", "utilisation", "useful_kb", "fetched_kb", "amplification")
ROWS = ("edges", "max_fan_in", "mean_fan_in", "simd_worst")
KINDS = ("input", "pattern", "hidden")


def tables_of(records: Sequence[Record]) -> str:
    """Return both tables of a run; each of the paper's rows stands beside ours nearest in edges."""
    near = [nearest(records, row[0]) for row in PAPER_LINES]
    lines = beside(
        [LINES_HEAD, *(line_cells(line_values(r)) for r in near)],
        [LINES_HEAD, *(line_cells(row) for row in PAPER_LINES)],
        "the paper's",
    )
    near = [nearest(records, row[0]) for row in PAPER_ROWS]
    rows = beside(
        [ROWS_HEAD, *(row_cells(row_values(r)) for r in near)],
        [ROWS_HEAD, *(row_cells(row) for row in PAPER_ROWS)],
        "the paper's",
    )
    return f"{lines}\n\n{rows}"


def nearest(records: Sequence[Record], edges: float | None) -> Record:
    """Return the record with the nearest number of edges, by ratio."""
    return min(records, key=lambda r: abs(math.log(r["edges"] / (edges or 1))))


def kinds_table(record: Record) -> str:
    """Return one graph's figures, for all edges and by kind of source."""
    head = ("sources", *LINES_HEAD, "max fan-in", "mean", "SIMD worst")
    lines: list[Sequence[str]] = [head, ("all", *kind_cells(record))]
    lines += [(kind, *kind_cells(record[kind])) for kind in KINDS if kind in record]
    return "\n".join(aligned(lines))


def kind_cells(record: Record) -> tuple[str, ...]:
    """Return the cells of a kind of edges."""
    return (*line_cells(line_values(record)), *row_cells(row_values(record))[1:4])


def is_profile(record: Record) -> bool:
    """Whether a record that was read has the figures of which the tables are made."""
    wanted = *LINES, *ROWS
    return all(isinstance(record.get(name), int | float) for name in wanted) and record["edges"] > 0


def line_values(record: Record) -> tuple[float | None, ...]:
    """Return a record's values for the first table."""
    return tuple(record[name] for name in LINES)


def row_values(record: Record) -> tuple[float | None, ...]:
    """Return a record's values for the second table."""
    moved = (record.get(name) or None for name in ("gb_per_second", "mb_per_step"))
    return (*(record[name] for name in ROWS), *moved)


def line_cells(values: Sequence[float | None]) -> tuple[str, ...]:
    """Return the cells of the first table."""
    edges, lines, utilisation, useful, fetched, amplification = values
    return (
        told(edges, ",.0f"),
        told(lines, ".1f"),
        told(utilisation and 100 * utilisation, ".1f"),
        told(useful, ",.0f", " KB"),
        told(fetched, ",.0f", " KB"),
        told(amplification, ".1f", "x"),
    )


def row_cells(values: Sequence[float | None]) -> tuple[str, ...]:
    """Return the cells of the second table."""
    edges, longest, mean, worst, rate, moved = values
    return (
        told(edges, ",.0f"),
        told(longest, ",.0f"),
        told(mean, ",.1f"),
        told(worst, ".1f", "x"),
        told(rate, ".1f"),
        told(moved, ",.1f"),
    )


def told(value: float | None, form: str, unit: str = "") -> str:
    """Return a cell, empty where there is no figure."""
    return "" if value is None else f"{value:{form}}{unit}"


def conditions_table(records: Sequence[Record]) -> str:
    """Return the figures of `compare`, and the seconds that an order took where there are some."""
    head = ("condition", "nodes", "edges", "lines/32", "util %", "amplification", "seconds")
    lines: list[Sequence[str]] = [head]
    for record in records:
        edges, per_group, utilisation, _, _, amplification = line_cells(line_values(record))
        seconds = told(record.get("seconds"), ".3f")
        nodes = f"{record['nodes']:,}"
        lines.append(
            (record["condition"], nodes, edges, per_group, utilisation, amplification, seconds)
        )
    return "\n".join(aligned(lines))
