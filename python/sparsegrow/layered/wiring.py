"""Who is wired at the start, and the random streams that everything is drawn from."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparsegrow import _sparsegrow as native
from sparsegrow.layered.config import Config
from sparsegrow.layered.engine import Pattern

# Second half of a Philox key. Epoch e shuffles with (seed, e); the other purposes count from far
# above, so that no two draws share a stream.
SPLIT_STREAM = 1 << 62
GROWTH_STREAM = 1 << 63
PERTURBATION_STREAM = 3 << 62
SCALE_FREE_EXPONENT = 2.76  # degrees of preferential attachment


def generator(seed: int, stream: int) -> np.random.Generator:
    """Return the counter-based stream (seed, stream)."""
    return np.random.Generator(np.random.Philox(key=np.array([seed, stream], dtype=np.uint64)))


def links_per_layer(config: Config, density: float | None = None) -> list[int]:
    """Return how many edges each edge layer has, at another density than the config's if given."""
    widths = list(config.layers)
    if config.topology == "dense":
        return native.links_uniform(widths, 1.0)
    if not config.dense_last:
        return sparse_links(config, widths, density)
    last = widths[-2] * widths[-1]
    return [*(sparse_links(config, widths[:-1], density) if len(widths) > 2 else []), last]


def sparse_links(config: Config, widths: list[int], density: float | None) -> list[int]:
    """Return the edges of layers that are all as sparse as the settings say."""
    if config.epsilon is not None:
        return native.links_by_epsilon(widths, config.epsilon)
    density = density if density is not None else config.density
    assert density is not None  # it or epsilon is given, see Config
    if config.distribution == "uniform":
        return native.links_uniform(widths, density)
    return native.links_erk(widths, density)  # without kernels, ER and ERK are the same


def start_patterns(config: Config, x: NDArray[Any] | None = None) -> list[Pattern]:
    """Draw the start topology.

    Parameters
    ----------
    config
        Settings.
    x
        Samples to follow the correlations of; without any, "csti" is random at first.
    """
    begin = config.dynamics.start_density if config.dynamics is not None else 0.0
    links = links_per_layer(config, begin or None)
    pairs = zip(config.layers[:-1], config.layers[1:], links, strict=True)
    return [start_pattern(config, k, *shape, x) for k, shape in enumerate(pairs)]


def start_pattern(
    config: Config, layer: int, inputs: int, outputs: int, links: int, x: NDArray[Any] | None
) -> Pattern:
    """Draw one layer's start topology; a layer with all its edges has no choice."""
    size, seeds = (inputs, outputs, links), (config.seed, layer)
    if links < inputs * outputs:
        if config.start == "small_world":
            return native.small_world(*size, config.start_randomness, *seeds)
        if config.start == "receptive_field":
            return native.receptive_field(*size, config.start_randomness, "fixed", *seeds)
        if config.start == "scale_free":
            return native.scale_free(*size, SCALE_FREE_EXPONENT, *seeds)
        if config.start == "csti" and x is not None:
            table = np.ascontiguousarray(x, np.float32)
            return native.correlated_features(table, *size, *seeds)
    return native.erdos_renyi(*size, *seeds)
