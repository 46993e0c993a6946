"""Hidden neurons that are still of use when links are gone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sparsegrow.engine import Indices
from sparsegrow.perturb_weights import Booleans

Links = tuple[Indices, Indices]  # source and target of each link of a layer


def alive_neurons(widths: Sequence[int], layers: Sequence[Links], kept: Booleans) -> int:
    """Count the hidden neurons that chain removal leaves: those between an input and an output.

    One sweep back drops the links that lead nowhere, one forth those to which nothing leads.

    Parameters
    ----------
    widths
        Neurons per layer.
    layers
        For each edge layer, source and target of its links.
    kept
        Which links are there, layer after layer.
    """
    ends = np.cumsum([len(source) for source, _ in layers])
    present = np.split(kept.copy(), ends[:-1])
    useful = np.ones(widths[-1], dtype=np.bool_)
    for k in reversed(range(len(layers))):
        source, target = layers[k]
        present[k] &= useful[target]
        useful = marked(source[present[k]], widths[k])
    reached, count = np.ones(widths[0], dtype=np.bool_), 0
    for k, (source, target) in enumerate(layers[:-1]):
        reached = marked(target[present[k] & reached[source]], widths[k + 1])
        count += int(reached.sum())
    return count


def marked(neurons: Indices, width: int) -> Booleans:
    """Return which neurons of a layer are in a list."""
    found = np.zeros(width, dtype=np.bool_)
    found[neurons] = True
    return found
