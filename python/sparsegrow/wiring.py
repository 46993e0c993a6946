"""Who is wired at the start, and the random streams that everything is drawn from."""

from __future__ import annotations

import numpy as np

from sparsegrow import _sparsegrow as native
from sparsegrow.config import Config
from sparsegrow.engine import Pattern

# Second half of a Philox key. Epoch e shuffles with (seed, e); the other purposes count from far
# above, so that no two draws share a stream.
SPLIT_STREAM = 1 << 62
GROWTH_STREAM = 1 << 63
PERTURBATION_STREAM = 3 << 62


def generator(seed: int, stream: int) -> np.random.Generator:
    """Return the counter-based stream (seed, stream)."""
    return np.random.Generator(np.random.Philox(key=np.array([seed, stream], dtype=np.uint64)))


def links_per_layer(config: Config) -> list[int]:
    """Return how many edges each edge layer starts with."""
    widths = list(config.layers)
    if config.topology == "dense":
        return native.links_uniform(widths, 1.0)
    if config.epsilon is not None:
        return native.links_by_epsilon(widths, config.epsilon)
    assert config.density is not None  # one of the two is given, see Config
    if config.distribution == "uniform":
        return native.links_uniform(widths, config.density)
    return native.links_erk(widths, config.density)  # without kernels, ER and ERK are the same


def start_patterns(config: Config) -> list[Pattern]:
    """Draw the start topology: in each layer any set of that many edges is equally likely."""
    links = links_per_layer(config)
    pairs = zip(config.layers[:-1], config.layers[1:], strict=True)
    return [
        native.erdos_renyi(inputs, outputs, links[k], config.seed, stream=k)
        for k, (inputs, outputs) in enumerate(pairs)
    ]
