"""The drawing of one sub-DAG: context at the bottom, layers of neurons, the output on top."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sparsegrow.reporting.layout import LEFT, RIGHT, TOP, WIDTH, Layout, layout_of
from sparsegrow.reporting.markup import Markup, element, join, label, line, picture
from sparsegrow.reporting.net import Link, Neuron, SubDag, name_of, symbol_of

MOST_WEDGES = 40  # more would add up to a solid block
BANDS = 5  # kinds of stroke, from weak to strong
BLOCK = 26.0  # height of a character of the context
MINUS = "\N{MINUS SIGN}"
LEAST_LABEL = 24.0  # width that the number of a character needs


def draw_sub_dag(dag: SubDag, most_links: int, *, words: bool = True) -> Markup:
    """Return a figure of a sub-DAG.

    Parameters
    ----------
    dag
        What is drawn.
    most_links
        How many edges are drawn; a few more where each neuron shall have one.
    words
        Neurons tell about themselves under the pointer; takes most of the room of a drawing.
    """
    layout = layout_of(dag, most_links)
    parts = [
        *bundles(dag, layout),
        *input_blocks(dag, layout),
        *strokes(layout),
        *(mark(dag.neurons[i], layout, i, words) for i in sorted(layout.places)[:-1]),
        *patterns(dag, layout),
        *output(dag, layout),
        *row_labels(dag, layout),
    ]
    name, title = f"dag-{dag.token}", f"The sub-DAG of {name_of(dag.token)}"
    image = picture(name, (WIDTH, layout.height), title, told(dag, layout), *parts)
    scroll = element("div", image, class_="scroll wide", tabindex="0")
    caption = element("figcaption", title, element("span", told(dag, layout), class_="note"))
    return element("figure", caption, scroll, class_="dag")


def told(dag: SubDag, layout: Layout) -> str:
    """Return the sizes, and what is not drawn, in words."""
    reading = sum(neuron.reads_input for neuron in dag.neurons)
    text = (
        f"{counted(dag.depth, 'hidden layer')}, {counted(len(dag.neurons), 'neuron')}, "
        f"{dag.memory} with memory; {counted(dag.context, 'character')} of context, read by "
        f"{reading:,}; {counted(dag.edges, 'edge')}, {len(dag.links):,} of them among neurons. "
    )
    also = (
        f"Its output also has {counted(dag.patterns, 'pattern')}, inputs that are live when the "
        "last few characters equal a string. "
    )
    return text + (also if dag.patterns else "") + left_out(dag, layout)


def left_out(dag: SubDag, layout: Layout) -> str:
    """Return how much is too weak to be drawn."""
    hidden_links = len(dag.links) - len(layout.links)
    hidden_neurons = len(dag.neurons) - (len(layout.places) - 1)
    if not hidden_links:
        return "All edges among neurons are drawn."
    total = sum(abs(link.strength) for link in dag.links) or 1.0
    drawn = sum(abs(link.strength) for link in layout.links) / total
    also = f", nor {counted(hidden_neurons, 'weak neuron')}" if hidden_neurons else ""
    return (
        f"The {hidden_links:,} weakest edges among neurons are not drawn{also}; those drawn hold "
        f"{drawn:.1%} of the strength."
    )


def counted(count: int, what: str) -> str:
    """Return a count with its noun."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def bundles(dag: SubDag, layout: Layout) -> Iterable[Markup]:
    """Yield the wedges from all characters of the context to the neurons that read them."""
    left, right, base = layout.blocks[0], layout.blocks[-1], layout.rows[0]
    wedges = wedges_of(dag, layout)
    ends = (
        f"M{left:.0f},{base:.0f}L{x1:.0f},{y:.0f}H{x2:.0f}L{right:.0f},{base:.0f}Z"
        for x1, x2, y in wedges
    )
    opacity = f"{min(0.12, 0.7 / max(1, len(wedges))):.3f}"
    yield element("g", *(element("path", d=d) for d in ends), class_="bundle", fill_opacity=opacity)


def wedges_of(dag: SubDag, layout: Layout) -> list[tuple[float, float, float]]:
    """Return left, right and height of the upper ends; one for a whole layer of many readers."""
    reading = [p for i, p in sorted(layout.places.items())[:-1] if dag.neurons[i].reads_input]
    if len(reading) <= MOST_WEDGES:
        return [(x, x, y) for x, y in reading]
    layers = {y: [x for x, height in reading if height == y] for _, y in reading}
    return [(min(xs), max(xs), y) for y, xs in layers.items()]


def input_blocks(dag: SubDag, layout: Layout) -> Iterable[Markup]:
    """Yield a block for each character of the context, numbered backwards."""
    base, blocks = layout.rows[0], layout.blocks
    step = (blocks[-1] - blocks[0]) / max(1, dag.context)
    box = f"h{step - 2:.1f}v{BLOCK:.0f}h{2 - step:.1f}z"
    frames = "".join(f"M{left + 1:.1f},{base:.0f}{box}" for left in blocks[:-1])
    yield element("path", d=frames, class_="block")
    inside = step >= LEAST_LABEL
    every = 1 if inside else next(n for n in (5, 10, 20, 50, 10**6) if n * step >= 2 * LEAST_LABEL)
    for back in range(1, dag.context + 1):
        if back % every == 0 or back == 1:
            middle, y = blocks[-1] - step * (back - 0.5), base + (17 if inside else BLOCK + 14)
            yield label(f"{MINUS}{back}", middle, y, "middle", "tick")
    text = f"the last {counted(dag.context, 'character')}, one of 98 inputs live in each"
    yield label(text, (LEFT + WIDTH - RIGHT) / 2, base + BLOCK + 32, "middle", "tick")


def strokes(layout: Layout) -> Iterable[Markup]:
    """Yield the edges, the weak ones first, one path for all of the same band and sign."""
    levels = bands([link.strength for link in layout.links])
    for band in range(BANDS):
        for sign, class_ in ((1, "positive"), (-1, "negative")):
            found = [
                curve(link, layout)
                for link, level in zip(layout.links, levels, strict=True)
                if level == band and (link.strength >= 0) == (sign > 0)
            ]
            if found:
                yield element("path", d="".join(found), class_=f"link {class_} band{band}")


def bands(strengths: list[float]) -> list[int]:
    """Return how bold each edge is drawn, from 0 to 4, relative to the strongest few."""
    sizes = np.abs(np.array(strengths, np.float64))
    most = float(np.percentile(sizes, 99)) if len(sizes) else 0.0
    if most <= 0:
        return [0] * len(sizes)
    levels: list[int] = np.clip(np.sqrt(sizes / most) * BANDS, 0, BANDS - 1).astype(int).tolist()
    return levels


def curve(link: Link, layout: Layout) -> str:
    """Return an edge that leaves and arrives upright."""
    (x1, y1), (x2, y2) = layout.places[link.source], layout.places[link.target]
    across, rise, half = x2 - x1, y2 - y1, (y2 - y1) / 2
    return f"M{x1:.0f},{y1:.0f}c0,{half:.0f} {across:.0f},{half:.0f} {across:.0f},{rise:.0f}"


def mark(neuron: Neuron, layout: Layout, position: int, words: bool) -> Markup:
    """Return a neuron: a circle, or a square with a loop where it has memory."""
    x, y = layout.places[position]
    radius = layout.radius[neuron.layer]
    inside = [element("title", about(neuron))] if words else []
    if neuron.memory:
        return join(memory_mark(x, y, max(radius, 3.5), *inside))
    return element("circle", *inside, cx=x, cy=y, r=radius, class_="neuron")


def about(neuron: Neuron) -> str:
    """Return what there is to know of a neuron."""
    kind = ", memory" if neuron.memory else ""
    return f"neuron {neuron.node}{kind}: {neuron.fan_in:,} in, {neuron.fan_out:,} out"


def memory_mark(x: float, y: float, radius: float, *inside: Markup) -> Iterable[Markup]:
    """Yield a square with the loop that stands for its recurrence."""
    side, reach = 2 * radius, 1.9 * radius
    bend = f"c{reach:.1f},{-reach:.1f} {reach:.1f},{reach:.1f} 0,{0.9 * radius:.1f}"
    yield element("path", d=f"M{x + radius:.1f},{y - 0.5 * radius:.1f}{bend}", class_="loop")
    shape = {"x": x - radius, "y": y - radius, "width": side, "height": side, "rx": radius / 4}
    yield element("rect", *inside, **shape, class_="memory")


def patterns(dag: SubDag, layout: Layout) -> Iterable[Markup]:
    """Yield the pattern inputs, which go straight to the output, as one block."""
    if not dag.patterns:
        return
    (x, y), right = layout.places[len(dag.neurons)], WIDTH - RIGHT
    width = 60.0 + 6.5 * len(f"{dag.patterns:,}")
    yield line(x, y, right - width, y, "pattern-link")
    shape = {"x": right - width, "y": y - BLOCK / 2, "width": width, "height": BLOCK, "rx": 3.0}
    yield element("rect", **shape, class_="pattern")
    yield label(counted(dag.patterns, "pattern"), right - width / 2, y + 4, "middle", "tick")


def output(dag: SubDag, layout: Layout) -> Iterable[Markup]:
    """Yield the output with its character."""
    x, y = layout.places[len(dag.neurons)]
    yield element("circle", cx=x, cy=y, r=17, class_="output")
    yield label(symbol_of(dag.token), x, y + 6, "middle", "output-sign")


def row_labels(dag: SubDag, layout: Layout) -> Iterable[Markup]:
    """Yield what stands at the left of each row."""
    yield label("output", 0, TOP + 4, "start", "lane")
    yield label("input", 0, layout.rows[0] + 11, "start", "lane")
    yield label(f"{98 * dag.context:,} positions", 0, layout.rows[0] + 26, "start", "tick")
    for layer in range(1, dag.depth + 1):
        members = [neuron for neuron in dag.neurons if neuron.layer == layer]
        memory = sum(neuron.memory for neuron in members)
        y = layout.rows[layer]
        yield label(f"layer {layer}", 0, y - 2, "start", "lane")
        more = f", {memory} memory" if memory else ""
        yield label(f"{counted(len(members), 'neuron')}{more}", 0, y + 13, "start", "tick")


def drawing_legend(*, patterns: bool) -> Markup:
    """Return what the signs of the drawings mean; patterns only where there are some."""
    neuron = element("circle", cx=9, cy=9, r=6, class_="neuron")
    memory = join(memory_mark(7, 10, 5))
    bundle = element("path", d="M0,18L14,0L28,18Z", class_="bundle", fill_opacity=0.3)
    plus, minus = line(0, 9, 28, 9, "link positive band4"), line(0, 9, 28, 9, "link negative band4")
    weak = element("path", d="M0,5H28M0,13H28", class_="link positive band1")
    pattern = element("rect", x=1, y=3, width=26, height=14, rx=3, class_="pattern")
    keys = [
        (neuron, "neuron", 18),
        (memory, "memory neuron, with its own recurrence", 22),
        (plus, "positive", 28),
        (minus, "negative", 28),
        (weak, "weak: width and depth of colour grow with |weight · gate|", 28),
        (bundle, "reads every character of the context", 28),
        *([(pattern, "inputs live after a certain string", 28)] if patterns else []),
    ]
    return element("p", *(legend_key(*key) for key in keys), class_="keys")


def legend_key(sign: Markup, words: str, width: int) -> Markup:
    """Return one sign and its meaning."""
    box = f"0 0 {width} 20"
    image = element("svg", sign, viewBox=box, width=width, height=20.0, aria_hidden="true")
    return element("span", image, words, class_="key")
