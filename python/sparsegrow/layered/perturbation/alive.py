"""Hidden neurons that are still of use when links are gone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sparsegrow import _sparsegrow as native
from sparsegrow.layered.engine import Pattern
from sparsegrow.layered.perturbation.weights import Booleans


def alive_neurons(layers: Sequence[Pattern], kept: Booleans) -> int:
    """Count the hidden neurons that chain removal leaves: those between an input and an output.

    Parameters
    ----------
    layers
        The links of each edge layer.
    kept
        Which of them are there, layer after layer.
    """
    ends = np.cumsum([len(column) for _, column in layers])
    gone = [np.flatnonzero(~part).astype(np.int32) for part in np.split(kept, ends[:-1].tolist())]
    _, alive = native.chain_removal(layers, gone, keep_last=False)
    return sum(int(neurons.sum()) for neurons in alive)
