"""The 98 characters side by side: size, context and depth that each chose, and the fan-in."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sparsegrow.reporting.markup import Markup, element, label, line, picture, table
from sparsegrow.reporting.net import Integers, NetFacts, name_of, symbol_of
from sparsegrow.reporting.scale import Scale, compact, whole

LEFT, COLUMN, RIGHT = 8.0, 9.4, 10.0
PANEL, BARS = 92.0, 62.0  # height of a panel and of its bars
PANELS = (
    ("edges", "Edges", "log"),
    ("hidden", "Hidden units", "linear"),
    ("context", "Context, in characters", "linear"),
    ("depth", "Depth, in hidden layers", "linear"),
    ("memory", "Memory neurons", "linear"),
    ("patterns", "Pattern inputs of the output", "linear"),
)
COLUMNS = (
    ("edges", "Edges"),
    ("hidden", "Hidden"),
    ("input_neurons", "Reading input"),
    ("context", "Context"),
    ("depth", "Depth"),
    ("memory", "Memory"),
    ("patterns", "Patterns"),
)
FAN_WIDTH, FAN_HEIGHT, FAN_BASE, FAN_TOP = 460.0, 250.0, 208.0, 24.0
FAN_WIDEST = 64.0


def characters_section(net: NetFacts) -> Markup:
    """Return the bars of all characters and a table for those who want figures."""
    order = np.argsort(-net.sub_dags["edges"].astype(np.int64), kind="stable")
    more = element(
        "details", element("summary", "All 98 characters in figures"), character_table(net, order)
    )
    return element(
        "section",
        element("h2", "Characters", id="characters"),
        element("p", INTRODUCTION, class_="note"),
        element("div", bars(net, order), class_="scroll wide", tabindex="0"),
        more,
    )


INTRODUCTION = (
    "Each character has its own sub-DAG, which chose its own size, context and depth. The largest "
    "stands left. ␣ is the space, ↵ the newline, ⇥ the tab, and □ any other character."
)


def bars(net: NetFacts, order: Integers) -> Markup:
    """Return a panel of bars for each figure, over the same characters."""
    shown = [each for each in PANELS if each[0] != "patterns" or net.patterns.any()]
    width, height = LEFT + COLUMN * len(order) + RIGHT, PANEL * len(shown) + 24
    panels = [
        part
        for i, (key, title, kind) in enumerate(shown)
        for part in panel(net.sizes[key][order], title, kind, PANEL * i, order)
    ]
    signs = [
        label(symbol_of(int(t)), middle(i), height - 8, "middle", "sign")
        for i, t in enumerate(order)
    ]
    title = "Size, context and depth of each character's sub-DAG"
    return picture("characters-bars", (width, height), title, told(net, order), *panels, *signs)


def middle(position: int) -> float:
    """Return the middle of a column."""
    return LEFT + COLUMN * (position + 0.5)


def panel(values: Integers, title: str, kind: str, top: float, order: Integers) -> Iterable[Markup]:
    """Yield the bars of one figure with its scale."""
    base, most = top + PANEL - 6, int(values.max())
    low = max(1.0, float(values.min())) / 1.5 if kind == "log" else 0.0
    y = Scale(kind, low, max(1.0, float(most)), base, base - BARS)
    right = middle(len(values)) - COLUMN / 2
    yield line(LEFT, base - BARS, right, base - BARS, "grid")
    yield line(LEFT, base, right, base, "axis")
    scale = "logarithmic, " if kind == "log" else ""
    yield label(title, LEFT, top + 16, "start", "lane")
    yield label(f"{scale}largest {most:,}", right, top + 16, "end", "tick")
    for i, value in enumerate(values.tolist()):
        if value > 0:
            yield column(i, y(value), base, f"{name_of(int(order[i]))}: {value:,}")


def column(position: int, top: float, base: float, words: str) -> Markup:
    """Return one bar, whose value shows under the pointer."""
    left = LEFT + COLUMN * position + 1
    shape = {"x": left, "y": top, "width": COLUMN - 2, "height": max(1.0, base - top)}
    return element("rect", element("title", words), **shape, class_="bar")


def told(net: NetFacts, order: Integers) -> str:
    """Return the ends of the range in words."""
    first, last = int(order[0]), int(order[-1])
    parts = []
    for what, token in (("largest", first), ("smallest", last)):
        sizes = {key: int(net.sub_dags[key][token]) for key in ("edges", "context", "depth")}
        parts.append(
            f"The {what} is {name_of(token)}: {sizes['edges']:,} edges, context "
            f"{sizes['context']}, depth {sizes['depth']}."
        )
    return " ".join(parts)


def character_table(net: NetFacts, order: Integers) -> Markup:
    """Return all figures of all characters."""
    rows = [
        [name_of(int(t)), *(whole(int(net.sizes[key][t])) for key, _ in COLUMNS)]
        for t in order.tolist()
    ]
    return table(["Character", *(heading for _, heading in COLUMNS)], rows, "Sub-DAGs by size")


def fan_in_section(net: NetFacts) -> Markup:
    """Return how many edges the hidden neurons have coming in."""
    fan_in = net.neurons["fan_in"]
    text = (
        f"Mean {fan_in.mean():,.1f}, largest {fan_in.max():,}, over {len(fan_in):,} hidden "
        "neurons. Each bar begins at twice the number of edges of the one before."
    )
    figures = (
        histogram("fan-in-all", "All incoming edges", fan_in),
        histogram("fan-in-hidden", "Incoming edges from other hidden neurons", net.inner_fan_in),
    )
    heading = element("h2", "Fan-in", id="fan-in")
    note = element("p", text, class_="note")
    return element("section", heading, note, element("div", *figures, class_="charts"))


def histogram(name: str, title: str, fan_in: Integers) -> Markup:
    """Return a figure with bars over bins that double."""
    bins = doubling_bins(fan_in)
    y = Scale("linear", 0.0, float(max(count for *_, count in bins)), FAN_BASE, FAN_TOP)
    step = min(FAN_WIDEST, (FAN_WIDTH - 2 * LEFT) / len(bins))
    parts = [line(LEFT, FAN_BASE, FAN_WIDTH - LEFT, FAN_BASE, "axis")]
    for i, (low, high, count) in enumerate(bins):
        parts += histogram_bar(LEFT + step * i, step, (low, high, count), y(count))
    parts.append(label("incoming edges", FAN_WIDTH / 2, FAN_HEIGHT - 6, "middle", "tick"))
    words = "; ".join(f"{low} to {high}: {count}" for low, high, count in bins if count)
    image = picture(name, (FAN_WIDTH, FAN_HEIGHT), title, words, *parts)
    return element("figure", element("figcaption", title), image)


def histogram_bar(
    left: float, step: float, found: tuple[int, int, int], top: float
) -> Iterable[Markup]:
    """Yield one bar with its count and its bin."""
    low, high, count = found
    centre = left + step / 2
    if count:
        words = element("title", f"{low:,} to {high:,} edges: {count:,} neurons")
        shape = {"x": left + 1.5, "y": top, "width": step - 3, "height": max(1.0, FAN_BASE - top)}
        yield element("rect", words, **shape, class_="bar")
        yield label(compact(count), centre, top - 5, "middle", "tick")
    yield label(compact(low), centre, FAN_BASE + 16, "middle", "tick")


def doubling_bins(values: Integers) -> list[tuple[int, int, int]]:
    """Return first, last and count of the bins 1, 2-3, 4-7, ...; zero has its own.

    Examples
    --------
    >>> doubling_bins(np.array([1, 2, 3, 9]))
    [(1, 1, 1), (2, 3, 2), (4, 7, 0), (8, 15, 1)]
    """
    powers = [int(value).bit_length() for value in values]  # 0 -> 0, 1 -> 1, 2 and 3 -> 2
    first, last = min(powers), max(powers)
    counts = np.bincount(powers, minlength=last + 1).tolist()
    return [((1 << p) >> 1, max(0, (1 << p) - 1), counts[p]) for p in range(first, last + 1)]
