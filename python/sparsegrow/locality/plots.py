"""Pictures of locality: over a run's growth, of one sub-DAG, of synthetic graphs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sparsegrow import _sparsegrow as native
from sparsegrow.base.pictures import new_figure
from sparsegrow.locality.wires import LINE_BYTES, Wires, profile
from sparsegrow.text.tokens import text_of, tokenise

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Record = dict[str, Any]

COLOURS = {"all": "#222222", "input": "#1f77b4", "pattern": "#d9822b", "hidden": "#2a9d5c"}
MOST_NODES = 600  # of an adjacency picture, so that single edges can be seen


def growth_picture(
    records: Sequence[Record],
    net: native.CharNet,
    letter: str | None = None,
    line_bytes: int = LINE_BYTES,
) -> Figure:
    """Return utilisation and lines per 32 edges over the growth, and one sub-DAG's adjacency.

    Parameters
    ----------
    records
        Of `locality.jsonl`.
    net
        The network as it is now.
    letter
        Whose sub-DAG; the one with the most neurons if not given.
    line_bytes
        Size of a line in the records.
    """
    figure, (left, middle, right) = new_figure(3, 15)
    draw_series(left, records, "utilisation", 100)
    left.set(title="Share of fetched bytes that are used", ylabel="%", ylim=(0, 105))
    draw_series(middle, records, "lines_per_32", 1)
    middle.set(title=f"{line_bytes}-byte lines per 32 edges", ylabel="lines", ylim=(0, None))
    left.legend(frameon=False)
    draw_sub_dag(right, net, largest(net) if letter is None else int(tokenise(letter)[0]))
    return figure


def draw_series(axes: Axes, records: Sequence[Record], key: str, scale: float) -> None:
    """Draw a figure over the number of edges, of all edges and of each kind."""
    edges = [r["edges"] for r in records]
    for kind, colour in COLOURS.items():
        parts = [r if kind == "all" else r.get(kind, {}) for r in records]
        points = [
            (e, scale * p[key]) for e, p in zip(edges, parts, strict=True) if p.get("edges", 0) > 0
        ]
        if points:
            axes.plot(*zip(*points, strict=True), color=colour, label=kind, marker=".", lw=1.4)
    mark_edges(axes)
    axes.grid(alpha=0.25)


def mark_edges(axes: Axes) -> None:
    """Label the logarithmic axis of edges at 1, 2 and 5, in few letters: 20k, 50k, 100k."""
    from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter

    axes.set(xscale="log", xlabel="edges")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    axes.xaxis.set_minor_formatter(NullFormatter())


def largest(net: native.CharNet) -> int:
    """Return the sub-DAG with the most neurons."""
    return int(np.argmax(net.sub_dags()["hidden"]))


def draw_sub_dag(axes: Axes, net: native.CharNet, sub_dag: int) -> None:
    """Draw which neuron of a sub-DAG reads which, in order of creation, its output last."""
    row_begin, column = net.hidden_graph()
    neurons = np.flatnonzero(net.neurons()["sub_dag"] == sub_dag)
    rows = np.append(neurons, net.hidden + sub_dag)
    place = {int(row): k for k, row in enumerate(rows)}
    points = [
        (place[int(source)], place[int(row)])
        for row in rows
        for source in column[row_begin[row] : row_begin[row + 1]]
    ]
    if points:
        x, y = np.array(points).T
        size = max(4.0, min(60.0, 3000 / len(rows)))
        axes.scatter(x, y, s=size, color=COLOURS["hidden"], marker="s")
    last = len(rows) - 0.5
    token = np.array([sub_dag], np.uint8)
    axes.axhline(last - 1, color="#999999", lw=0.8)
    axes.set(
        title=f"Sub-DAG of {text_of(token)!r}: {len(neurons)} hidden, output last",
        xlabel="reads from, in order of creation",
        ylabel="neuron, in order of creation",
        xlim=(-0.5, last),
        ylim=(last, -0.5),
    )
    axes.locator_params(integer=True)


def conditions_picture(graphs: dict[str, Wires], line_bytes: int = LINE_BYTES) -> Figure:
    """Return the adjacency of each graph in its order of places, with its figures."""
    figure, panels = new_figure(len(graphs), 4.8 * len(graphs))
    for axes, (name, wires) in zip(panels, graphs.items(), strict=True):
        draw_adjacency(axes, wires)
        found = profile(wires, line_bytes=line_bytes)
        told = f"{found['lines_per_32']:.1f} lines per 32, {100 * found['utilisation']:.0f} % used"
        axes.set_title(f"{name}: {told}")
    panels[0].set_ylabel("node")
    return figure


def draw_adjacency(axes: Axes, wires: Wires) -> None:
    """Draw the edges among the first nodes as dots."""
    nodes = min(MOST_NODES, wires.rows)
    row = np.repeat(np.arange(wires.rows), np.diff(wires.row_begin))
    seen = (row < nodes) & (wires.column < nodes)
    size = (260 / nodes) ** 2
    axes.scatter(wires.column[seen], row[seen], s=size, color=COLOURS["all"], lw=0)
    told = f"reads from (first {nodes:,} of {wires.rows:,})" if nodes < wires.rows else "reads from"
    axes.set(xlim=(0, nodes), ylim=(nodes, 0), xlabel=told, aspect="equal")
