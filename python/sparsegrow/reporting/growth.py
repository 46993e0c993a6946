"""How a run grew: curves against wall time and a table, with the figures of the paper beside."""

from __future__ import annotations

from sparsegrow.growth import paper
from sparsegrow.reporting.chart import Chart, Point, Series, draw
from sparsegrow.reporting.data import Evaluation, RunFacts
from sparsegrow.reporting.markup import Markup, element, table
from sparsegrow.reporting.scale import compact, decimals, duration, whole


def growth_section(run: RunFacts) -> Markup:
    """Return the curves and the table."""
    return element(
        "section",
        element("h2", "Growth", id="growth"),
        element("p", INTRODUCTION, class_="note"),
        element("div", *(draw(chart) for chart in charts(run)), class_="charts"),
        comparison(run),
    )


INTRODUCTION = (
    "Time is wall time, on a logarithmic axis that has a place for zero. Circles are the paper's "
    "run, on other text and another machine."
)


def charts(run: RunFacts) -> list[Chart]:
    """Return the charts in the order in which they stand."""
    return [
        bits_chart(run),
        chart(run, "params", "Parameters", kind="log"),
        edges_chart(run),
        chart(run, "hidden", "Hidden units", kind="log"),
        chart(run, "max_depth", "Greatest depth, in hidden layers"),
        chart(run, "max_context", "Longest context, in characters"),
        memory_chart(run),
        chart(run, "chars_per_second", "Characters per second in training", steps=False),
    ]


def bits_chart(run: RunFacts) -> Chart:
    """Return bits per character, of the validation and the training text."""
    validation = Series("validation", points_of(run, "val_bpc"))
    training = Series("training", points_of(run, "train_bpc"), tint="third")
    return Chart(
        name="bits",
        title="Bits per character",
        series=[validation, training],
        marks=paper_points("val_bpc"),
        kind="log",
        write=lambda value: f"{value:.3g}",
    )


def edges_chart(run: RunFacts) -> Chart:
    """Return edges by where they come from."""
    parts = (
        ("all", "edges", "ours"),
        ("input", "input_edges", "second"),
        ("hidden", "hidden_edges", "third"),
        ("pattern", "pattern_edges", "fourth"),
    )
    series = [Series(name, positive(points_of(run, key)), tint, True) for name, key, tint in parts]
    final = (paper.FINAL_EDGES, f"the paper's final net: {paper.FINAL_EDGES:,}")
    return Chart(
        name="edges",
        title="Edges by source",
        series=series,
        reference=final,
        kind="log",
        until=paper.ROWS[-1][0],
    )


def memory_chart(run: RunFacts) -> Chart:
    """Return memory neurons."""
    final = (paper.FINAL_MEMORY_NEURONS, f"the paper's final net: {paper.FINAL_MEMORY_NEURONS}")
    return chart(run, "memory_neurons", "Memory neurons", reference=final)


def chart(
    run: RunFacts,
    key: str,
    title: str,
    *,
    kind: str = "linear",
    steps: bool = True,
    reference: tuple[float, str] | None = None,
) -> Chart:
    """Return one figure of the evaluations over time."""
    return Chart(
        name=key.replace("_", "-"),
        title=title,
        series=[Series("this run", points_of(run, key), steps=steps)],
        marks=paper_points(key),
        reference=reference,
        kind=kind,
        until=paper.ROWS[-1][0],
    )


def points_of(run: RunFacts, key: str) -> list[Point]:
    """Return a figure over time, where it is known."""
    pairs = ((e.seconds, getattr(e, key)) for e in run.evaluations)
    return [(seconds, value) for seconds, value in pairs if value is not None]


def positive(points: list[Point]) -> list[Point]:
    """Leave out what has no place on a logarithmic axis."""
    return [(seconds, value) for seconds, value in points if value > 0]


def paper_points(key: str) -> list[Point]:
    """Return the paper's values of a figure, none where it does not give it."""
    if key not in paper.COLUMNS:
        return []
    column = paper.COLUMNS.index(key)
    return [(float(row[0]), float(row[column])) for row in paper.ROWS]


def comparison(run: RunFacts) -> Markup:
    """Return the paper's table with ours beside it, and our last line."""
    head = ["Wall time", "Bits per character", "paper", "Parameters", "paper"]
    head += ["Hidden", "paper", "Depth", "paper", "Context", "paper"]
    rows = [compared(run, row) for row in paper.ROWS if row[0] <= run.last.seconds]
    return table(head, [*rows, final_row(run.last)], "Growth at the times the paper reports")


def compared(run: RunFacts, row: tuple[float, ...]) -> list[str]:
    """Return one of the paper's lines with ours of that moment."""
    ours = figures(evaluation_at(run, row[0]))
    theirs = paper_figures(row)
    return [duration(row[0]), *(cell for pair in zip(ours, theirs, strict=True) for cell in pair)]


def final_row(last: Evaluation) -> list[str]:
    """Return the last line, which the paper has no counterpart to."""
    cells = [cell for figure in figures(last) for cell in (figure, "")]
    return [f"{duration(last.seconds)}, the last", *cells]


def evaluation_at(run: RunFacts, seconds: float) -> Evaluation:
    """Return the last evaluation that was known at a time, or the first."""
    return run.evaluations[paper.known_at([e.seconds for e in run.evaluations], seconds)]


def figures(e: Evaluation) -> list[str]:
    """Return the columns of an evaluation."""
    sizes = (e.params, e.hidden, e.max_depth, e.max_context)
    return [decimals(e.val_bpc), *(whole(size) for size in sizes)]


def paper_figures(row: tuple[float, ...]) -> list[str]:
    """Return the columns of the paper; it gives its parameters rounded."""
    return [decimals(row[1]), compact(row[2]), *(whole(value) for value in row[3:])]
