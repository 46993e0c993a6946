"""A line chart against wall time, with points of another run beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sparsegrow.reporting.markup import Markup, element, join, label, line, picture
from sparsegrow.reporting.scale import Scale, compact, duration, tick_time

WIDTH, HEIGHT = 460.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 46.0, 26.0, 30.0
LEAST_STEP = 0.7  # units of length between two points that are both drawn
Point = tuple[float, float]


@dataclass(frozen=True)
class Series:
    """Values over time.

    Attributes
    ----------
    label
        What it is called in the legend.
    points
        Seconds and value, in order of time.
    tint
        Class of its colour.
    steps
        The value stays until the next point, as a count does.
    """

    label: str
    points: list[Point]
    tint: str = "ours"
    steps: bool = False


@dataclass(frozen=True)
class Chart:
    """What a chart shows.

    Attributes
    ----------
    name, title
        Unique on the page; for people.
    series
        Lines.
    marks
        Single points to compare with, those of the paper.
    reference
        A value to compare with and what it is, drawn across.
    kind
        Of the value axis: "log" or "linear", which then starts at zero.
    write
        Writes a value.
    until
        Seconds that the time axis has room for at least.
    """

    name: str
    title: str
    series: list[Series]
    marks: list[Point] = field(default_factory=list)
    reference: tuple[float, str] | None = None
    kind: str = "linear"
    write: Callable[[float], str] = compact
    until: float = 1.0


def draw(chart: Chart) -> Markup:
    """Return a chart as a figure."""
    x, y = axes(chart)
    body = [
        *grid(chart, x, y),
        *reference_line(chart, y),
        *(curve(series, x, y) for series in reversed(chart.series)),
        *(mark(point, chart.write, x, y) for point in chart.marks),
        *ends(chart, x, y),
        *legend(chart),
    ]
    image = picture(chart.name, (WIDTH, HEIGHT), chart.title, told(chart), *body)
    return element("figure", element("figcaption", chart.title), image)


def axes(chart: Chart) -> tuple[Scale, Scale]:
    """Return the axes that have room for everything."""
    points = [*(p for series in chart.series for p in series.points), *chart.marks]
    values = [value for _, value in points] + ([chart.reference[0]] if chart.reference else [])
    if chart.kind == "log":
        values = [value for value in values if value > 0]
    low, high = min(values, default=1.0), max(values, default=1.0)
    low, high = (low / 1.12, high * 1.12) if chart.kind == "log" else (0.0, max(high * 1.08, 1.0))
    latest = max([chart.until, *(seconds for seconds, _ in points)])
    x = Scale("time", 0.0, latest, LEFT, WIDTH - RIGHT)
    return x, Scale(chart.kind, low, high, HEIGHT - BOTTOM, TOP)


def grid(chart: Chart, x: Scale, y: Scale) -> list[Markup]:
    """Return the lines and figures of both axes."""
    parts = []
    for value in y.ticks(26):
        parts.append(line(LEFT, y(value), WIDTH - RIGHT, y(value), "grid"))
        parts.append(label(chart.write(value), LEFT - 6, y(value) + 4, "end", "tick"))
    for seconds in x.ticks(44):
        parts.append(line(x(seconds), HEIGHT - BOTTOM, x(seconds), HEIGHT - BOTTOM + 4, "axis"))
        parts.append(label(tick_time(seconds), x(seconds), HEIGHT - 10, "middle", "tick"))
    parts.append(line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "axis"))
    return parts


def reference_line(chart: Chart, y: Scale) -> list[Markup]:
    """Return the value to compare with, as a line across."""
    if chart.reference is None:
        return []
    value, what = chart.reference
    beside = 14 if y(value) < TOP + 14 else -5
    return [
        line(LEFT, y(value), WIDTH - RIGHT, y(value), "reference"),
        label(what, LEFT + 6, y(value) + beside, "start", "tick paper-text halo"),
    ]


def curve(series: Series, x: Scale, y: Scale) -> Markup:
    """Return the line of a series, with a dot at its end."""
    places = thinned([(x(seconds), y(value)) for seconds, value in series.points])
    if not places:
        return Markup("")
    path = "M" + "".join(moves(places, series.steps))[1:]
    dot = element("circle", cx=places[-1][0], cy=places[-1][1], r=3, class_=f"dot {series.tint}")
    return join([element("path", d=path, class_=f"curve {series.tint}"), dot])


def thinned(places: list[Point]) -> list[Point]:
    """Leave out points that would fall on the one before; never the last."""
    kept: list[Point] = []
    for place in places:
        if not kept or place[0] - kept[-1][0] >= LEAST_STEP:
            kept.append(place)
    if places and kept[-1] != places[-1]:
        kept.append(places[-1])
    return kept


def moves(places: list[Point], steps: bool) -> Iterable[str]:
    """Yield the commands of a path through the places."""
    for px, py in places:
        yield f"H{px:.1f}V{py:.1f}" if steps and (px, py) != places[0] else f"L{px:.1f},{py:.1f}"


def mark(point: Point, write: Callable[[float], str], x: Scale, y: Scale) -> Markup:
    """Return a point of the other run."""
    words = f"paper, {duration(point[0])}: {write(point[1])}"
    return element(
        "circle", element("title", words), cx=x(point[0]), cy=y(point[1]), r=4, class_="mark"
    )


def ends(chart: Chart, x: Scale, y: Scale) -> list[Markup]:
    """Return the last value of the line that matters, at its right."""
    solid = [series for series in chart.series if series.points and series.tint == "ours"]
    if len(solid) != 1:
        return []
    seconds, value = solid[0].points[-1]
    px, py = x(seconds), y(value)
    return [label(chart.write(value), px + 8, py + 4, "start", "value halo")]


def legend(chart: Chart) -> list[Markup]:
    """Return the names of the lines, above the chart."""
    parts, left = [], LEFT
    names = [(series.label, series.tint) for series in chart.series if series.points]
    for name, tint in names:
        parts.append(line(left, 10, left + 16, 10, f"curve {tint}"))
        parts.append(label(name, left + 21, 14, "start", "tick"))
        left += 36 + 6.4 * len(name)
    if chart.marks:
        parts.append(element("circle", cx=left + 6, cy=10, r=4, class_="mark"))
        parts.append(label("paper", left + 15, 14, "start", "tick"))
    return parts


def told(chart: Chart) -> str:
    """Return what a chart shows in words."""
    sentences = []
    for series in chart.series:
        if series.points:
            (start, first), (end, last) = series.points[0], series.points[-1]
            began = f"from {chart.write(first)} at {duration(start)}"
            sentences.append(f"{series.label}: {began} to {chart.write(last)} at {duration(end)}.")
    if chart.marks:
        seconds, value = chart.marks[-1]
        sentences.append(f"The paper's last point: {chart.write(value)} at {duration(seconds)}.")
    return " ".join(sentences) or "No figures."
