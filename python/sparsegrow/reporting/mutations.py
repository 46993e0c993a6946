"""What was proposed, and what became of it: marks on a time line and a table, by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sparsegrow.growth.controller import KINDS
from sparsegrow.reporting.data import Mutation, RunFacts
from sparsegrow.reporting.markup import Markup, element, join, label, line, picture, table
from sparsegrow.reporting.scale import Scale, compact, decimals, tick_time, whole

WIDTH, LEFT, RIGHT = 940.0, 10.0, 10.0
LANE, BARS, BAR = 62.0, 34.0, 6.0  # height of a lane and of its bars, width of a bar
TOP, BOTTOM = 6.0, 30.0
FATES = ("kept", "rolled back", "rejected")
FOOTNOTE = "* of those accepted, rolled back or not; the edges are of those kept."
WORDS = {"kept": "accepted and kept", "rolled back": "rolled back", "rejected": "rejected"}


def mutations_section(run: RunFacts) -> Markup:
    """Return the time line and the table."""
    heading = element("h2", "Mutations", id="mutations")
    if not run.mutations:
        return element("section", heading, element("p", "No mutation has been proposed yet."))
    return element(
        "section",
        heading,
        element("p", explanation(run.mutations), class_="note"),
        element("p", *(key_of(fate) for fate in FATES), class_="keys"),
        element("div", time_line(run), class_="scroll wide", tabindex="0"),
        outcomes(run.mutations),
        element("p", FOOTNOTE, class_="note"),
    )


def explanation(mutations: list[Mutation]) -> str:
    """Return a sentence or two on what is to be seen."""
    kept = sum(m.fate == "kept" for m in mutations)
    text = (
        f"{len(mutations):,} proposals, of which {kept:,} were accepted and kept. Each bar holds "
        "the proposals of a short while; every kind has its own scale."
    )
    return text if any(m.accepted for m in mutations) else f"{text} None has been accepted yet."


def key_of(fate: str) -> Markup:
    """Return an entry of the legend."""
    swatch = element("span", class_=f"swatch fate-{fate.replace(' ', '-')}")
    return element("span", swatch, WORDS[fate], class_="key")


def kinds_of(mutations: list[Mutation]) -> list[str]:
    """Return the kinds that occur, those we know first."""
    found = {m.kind for m in mutations}
    return [kind for kind in KINDS if kind in found] + sorted(found - set(KINDS))


def time_line(run: RunFacts) -> Markup:
    """Return a lane of bars for each kind."""
    kinds = kinds_of(run.mutations)
    height = TOP + LANE * len(kinds) + BOTTOM
    latest = max(run.last.seconds, run.mutations[-1].seconds, 1.0)
    x = Scale("time", 0.0, latest, LEFT, WIDTH - RIGHT)
    lanes = [lane(run.mutations, kind, x, TOP + LANE * i) for i, kind in enumerate(kinds)]
    told = "; ".join(f"{spoken(kind)}: {tally(run.mutations, kind)}" for kind in kinds)
    parts = [*time_axis(x, height), *lanes]
    return picture("timeline", (WIDTH, height), "Mutations over wall time, by kind", told, *parts)


def time_axis(x: Scale, height: float) -> Iterable[Markup]:
    """Yield the marks of the time axis."""
    base = height - BOTTOM
    for seconds in x.ticks(60):
        place = x(seconds)
        yield line(place, TOP, place, base, "grid")
        anchor = "start" if place < LEFT + 15 else "end" if place > WIDTH - 30 else "middle"
        yield label(tick_time(seconds), place, height - 10, anchor, "tick")


def lane(mutations: list[Mutation], kind: str, x: Scale, top: float) -> Markup:
    """Return the bars of one kind and what they add up to."""
    bins = binned([m for m in mutations if m.kind == kind], x)
    most = max(sum(counts.values()) for counts in bins.values())
    base = top + LANE - 6
    bars = (bar(place, counts, BARS / most, base) for place, counts in sorted(bins.items()))
    return join(
        [
            line(LEFT, base, WIDTH - RIGHT, base, "axis"),
            *bars,
            label(spoken(kind), LEFT, top + 14, "start", "lane halo"),
            label(f"highest bar: {most:,}", WIDTH - RIGHT, top + 14, "end", "tick halo"),
            label(tally(mutations, kind), LEFT + 130, top + 14, "start", "tick halo"),
        ]
    )


def binned(mutations: list[Mutation], x: Scale) -> dict[int, Counter[str]]:
    """Count the fates by where on the axis they fall."""
    bins: dict[int, Counter[str]] = {}
    last = int((WIDTH - LEFT - RIGHT) / BAR) - 1
    for mutation in mutations:
        place = min(last, int((x(mutation.seconds) - LEFT) / BAR))
        bins.setdefault(place, Counter())[mutation.fate] += 1
    return bins


def bar(place: int, counts: Counter[str], unit: float, base: float) -> Markup:
    """Return one stacked bar; what there is of a fate is always visible."""
    parts = []
    for fate in FATES:
        if counts[fate]:
            height = max(1.0, counts[fate] * unit)
            base -= height
            shape = {"x": LEFT + BAR * place + 0.5, "y": base, "width": BAR - 1, "height": height}
            parts.append(element("rect", **shape, class_=f"fate-{fate.replace(' ', '-')}"))
    return join(parts)


def tally(mutations: list[Mutation], kind: str) -> str:
    """Return the fates of a kind in words."""
    counts = Counter(m.fate for m in mutations if m.kind == kind)
    return " · ".join(f"{counts[fate]:,} {fate}" for fate in FATES)


def spoken(kind: str) -> str:
    """Return a kind in words."""
    return kind.replace("_", " ")


def outcomes(mutations: list[Mutation]) -> Markup:
    """Return counts and mean rewards by kind."""
    head = ["Kind", "Proposed", "Kept", "Rolled back", "Rejected", "Mean reward*", "Edges"]
    rows = [
        outcome(spoken(kind), [m for m in mutations if m.kind == kind])
        for kind in kinds_of(mutations)
    ]
    return table(head, [*rows, outcome("all", mutations)], "Proposals by kind")


def outcome(name: str, mutations: list[Mutation]) -> list[str]:
    """Return a line of the table."""
    counts = Counter(m.fate for m in mutations)
    rewards = [m.reward for m in mutations if m.accepted and m.reward is not None]
    reward = sum(rewards) / len(rewards) if rewards else None
    kept = [m for m in mutations if m.fate == "kept"]
    edges = sum(m.edges_added for m in kept if m.edges_added)
    fates = [whole(counts[fate]) for fate in FATES]
    return [name, whole(len(mutations)), *fates, decimals(reward, 3), compact(edges)]
