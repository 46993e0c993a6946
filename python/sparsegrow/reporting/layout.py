"""Where the parts of a sub-DAG are drawn, and which of its edges are strong enough to be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from sparsegrow.reporting.net import Link, SubDag

WIDTH, LEFT, RIGHT = 900.0, 152.0, 16.0
TOP, ROW, INPUT = 34.0, 92.0, 104.0  # output's height, between layers, from the input to layer 1
SWEEPS = 8
MOST_IN_ROW = 140  # neurons of a layer beyond which the weakest are left out
WIDEST_BLOCK = 46.0
NARROWEST, LARGEST = 2.4, 9.0  # radius of a neuron
Place = tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """Coordinates of a sub-DAG.

    Attributes
    ----------
    places
        Of each neuron that is drawn, by its position in the sub-DAG; the output has the last one.
    radius
        Of each layer's neurons, by layer.
    rows
        Height of each layer, by layer; layer 0 is the input.
    links
        Edges that are drawn, the strongest last.
    blocks
        Left ends of the context's characters, the furthest back first, and the right end.
    """

    places: dict[int, Place]
    radius: dict[int, float]
    rows: dict[int, float]
    links: list[Link]
    blocks: list[float]

    @property
    def height(self) -> float:
        """Return the height of the whole drawing."""
        return self.rows[0] + 68


def layout_of(dag: SubDag, most_links: int) -> Layout:
    """Place the neurons of a sub-DAG so that few edges cross."""
    depth = dag.depth
    rows = {layer: TOP + ROW * (depth + 1 - layer) for layer in range(1, depth + 1)}
    rows[0] = TOP + ROW * depth + INPUT
    layers = {layer: strongest_neurons(dag, layer) for layer in range(1, depth + 1)}
    middles = arranged(dag, layers)
    span = WIDTH - LEFT - RIGHT
    places = {i: (LEFT + span * middles[i], rows[dag.neurons[i].layer]) for i in middles}
    places[len(dag.neurons)] = (LEFT + span / 2, TOP)
    return Layout(
        places=places,
        radius={layer: radius_of(len(layers[layer])) for layer in layers},
        rows=rows,
        links=strongest_links(dag, set(places), most_links),
        blocks=blocks_of(dag.context),
    )


def radius_of(neurons: int) -> float:
    """Return the radius of so many neurons in a row."""
    apart = (WIDTH - LEFT - RIGHT) / max(1, neurons)
    return max(NARROWEST, min(LARGEST, 0.36 * apart))


def blocks_of(context: int) -> list[float]:
    """Return where the characters of the context stand: ends of their blocks."""
    span = min(WIDTH - LEFT - RIGHT, WIDEST_BLOCK * context)
    first = LEFT + (WIDTH - LEFT - RIGHT - span) / 2
    return [first + span * i / max(1, context) for i in range(context + 1)]


def importance(dag: SubDag) -> list[float]:
    """Return the sum of the strengths at each neuron."""
    sums = [0.0] * (len(dag.neurons) + 1)
    for link in dag.links:
        sums[link.source] += abs(link.strength)
        sums[link.target] += abs(link.strength)
    return sums


def strongest_neurons(dag: SubDag, layer: int) -> list[int]:
    """Return the neurons of a layer that are drawn, in their order."""
    members = [i for i, neuron in enumerate(dag.neurons) if neuron.layer == layer]
    if len(members) <= MOST_IN_ROW:
        return members
    sums = importance(dag)
    return sorted(sorted(members, key=lambda i: -sums[i])[:MOST_IN_ROW])


def arranged(dag: SubDag, layers: dict[int, list[int]]) -> dict[int, float]:
    """Return where along its row each neuron stands, from 0 to 1.

    Each sweep moves the neurons of one layer after another towards the mean of those they are
    strongly wired to, and spreads them evenly in the order that gives.
    """
    middles = {i: x for members in layers.values() for i, x in spread(members).items()}
    middles[len(dag.neurons)] = 0.5
    near = neighbours(dag)
    for sweep in range(SWEEPS):
        for layer in sorted(layers, reverse=sweep % 2 == 0):
            pulled = {i: pull(near[i], middles, middles[i]) for i in layers[layer]}
            middles.update(spread(sorted(layers[layer], key=pulled.__getitem__)))
    del middles[len(dag.neurons)]
    return middles


def spread(members: list[int]) -> dict[int, float]:
    """Return even distances, in the middle where there are few."""
    count = len(members)
    apart = min(1 / max(1, count), 0.09)
    return {i: 0.5 + (k - (count - 1) / 2) * apart for k, i in enumerate(members)}


def neighbours(dag: SubDag) -> list[list[tuple[int, float]]]:
    """Return the other end and the strength of each edge, by neuron."""
    near: list[list[tuple[int, float]]] = [[] for _ in range(len(dag.neurons) + 1)]
    for link in dag.links:
        near[link.source].append((link.target, abs(link.strength)))
        near[link.target].append((link.source, abs(link.strength)))
    return near


def pull(near: list[tuple[int, float]], middles: dict[int, float], here: float) -> float:
    """Return the weighted mean of the neighbours, with a little weight on where one is."""
    known = [(middles[i], weight) for i, weight in near if i in middles]
    total = sum(weight for _, weight in known)
    if total <= 0:
        return here
    return 0.9 * sum(x * weight for x, weight in known) / total + 0.1 * here


def strongest_links(dag: SubDag, shown: set[int], most: int) -> list[Link]:
    """Return the edges that are drawn: the strongest, and the strongest out of each neuron."""
    drawable = [k for k in dag.links if k.source in shown and k.target in shown]
    ranked = sorted(drawable, key=lambda link: abs(link.strength))
    if len(ranked) <= most:
        return ranked
    by_source = sorted(ranked, key=lambda link: link.source)  # stable: strongest last
    chosen = {id(list(group)[-1]) for _, group in groupby(by_source, key=lambda k: k.source)}
    others = [id(link) for link in ranked if id(link) not in chosen]
    chosen.update(others[max(0, len(ranked) - max(most, len(chosen))) :])
    return [link for link in ranked if id(link) in chosen]
