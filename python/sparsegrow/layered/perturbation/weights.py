"""Disturbed copies of a network's weights: links removed, shuffled within bins, drowned in noise.

A *pool* is a slice of the weights within which links are ranked, values move, and noise has one
deviation: a layer, or all layers together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparsegrow.layered.engine import Array
from sparsegrow.layered.wiring import PERTURBATION_STREAM, generator

PRUNING = ("prune_strong", "prune_random", "prune_weak")
KINDS = (*PRUNING, "shuffle", "gaussian")
Booleans = NDArray[np.bool_]
Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Analysis:
    """One way to disturb a network, at rising levels.

    Attributes
    ----------
    kind
        One of `KINDS`.
    levels
        The axis, 0 first: fraction of links removed, deviation of the noise, or for "shuffle"
        1 - log(groups) / log(links), so that 0 is the identity and 1 a shuffle of everything.
    groups
        For "shuffle", the number of groups at each level.
    mode
        Of "shuffle": "signed" or "magnitude". Of "gaussian": "additive" or "multiplicative".
    """

    kind: str
    levels: tuple[float, ...]
    groups: tuple[int, ...] = ()
    mode: str = ""

    @property
    def draws(self) -> bool:
        """Whether repeats differ."""
        return self.kind in ("prune_random", "shuffle", "gaussian")


@dataclass(frozen=True)
class Disturbed:
    """The weights at one level and, after pruning, which links are still there."""

    weights: Array
    kept: Booleans | None = None


def disturbed(
    analysis: Analysis, weights: Array, pools: Sequence[slice], seed: int, repeat: int
) -> Iterator[Disturbed]:
    """Yield a disturbed copy of the weights for each level.

    Parameters
    ----------
    analysis
        What to do.
    weights
        Of all links; those outside the pools stay as they are.
    pools
        Where links are ranked and moved.
    seed, repeat
        What is drawn follows from these, the kind, and for "shuffle" the number of groups.
    """
    if analysis.kind == "shuffle":
        for groups in analysis.groups:
            random = drawn_for(analysis.kind, seed, repeat, groups)
            yield Disturbed(shuffled(weights, pools, groups, analysis.mode, random))
        return
    random = drawn_for(analysis.kind, seed, repeat)
    if analysis.kind == "gaussian":
        noise = random.standard_normal(len(weights))  # the same at all levels
        for sigma in analysis.levels:
            yield Disturbed(noisy(weights, pools, sigma, analysis.mode, noise))
        return
    orders = [removal_order(analysis.kind, weights, pool, random) for pool in pools]
    for fraction in analysis.levels:
        kept = kept_links(len(weights), orders, fraction)
        yield Disturbed(np.where(kept, weights, weights.dtype.type(0)), kept)


def drawn_for(kind: str, seed: int, repeat: int, level: int = 0) -> np.random.Generator:
    """Return the random stream of one repeat; no two that differ in anything share one."""
    stream = PERTURBATION_STREAM + (KINDS.index(kind) << 59) + (level << 28) + repeat
    return generator(seed, stream)


# --- pruning


def removal_order(kind: str, weights: Array, pool: slice, random: np.random.Generator) -> Positions:
    """Return the positions of a pool's links in the order in which they go; ties by index."""
    if kind == "prune_random":
        order = random.permutation(pool.stop - pool.start)
    else:
        size = np.abs(weights[pool])
        order = np.argsort(size if kind == "prune_weak" else -size, kind="stable")
    positions: Positions = order + pool.start
    return positions


def kept_links(links: int, orders: Sequence[Positions], fraction: float) -> Booleans:
    """Return which links are left when the first floor(fraction * N) of each order are gone."""
    kept = np.ones(links, dtype=np.bool_)
    for order in orders:
        kept[order[: whole(fraction * len(order))]] = False
    return kept


def whole(count: float) -> int:
    """Return the floor, as if 0.29 were 29 / 100 and not the double next to it."""
    return int(count + 1e-9 * max(1.0, count))


# --- shuffling


def shuffled(
    weights: Array, pools: Sequence[slice], groups: int, mode: str, random: np.random.Generator
) -> Array:
    """Return the weights with the values of each bin of like magnitudes permuted in it."""
    result = weights.copy()
    for pool in pools:
        values = weights[pool]
        order = np.argsort(np.abs(values), kind="stable")
        bins = np.repeat(np.arange(len(sizes := bin_sizes(len(values), groups))), sizes)
        source = order[np.lexsort((random.random(len(values)), bins))]
        moved = np.empty_like(values)
        moved[order] = values[source]
        result[pool] = moved if mode == "signed" else np.copysign(moved, values)
    return result


def bin_sizes(links: int, groups: int) -> NDArray[np.int64]:
    """Return the sizes of as many bins, which differ by at most 1; none is empty."""
    groups = max(1, min(groups, links))
    sizes: NDArray[np.int64] = links // groups + (np.arange(groups) < links % groups)
    return sizes


# --- noise


def noisy(weights: Array, pools: Sequence[slice], sigma: float, mode: str, noise: Array) -> Array:
    """Return w + sigma * s * z with the deviation s of a pool's weights, or w * (1 + sigma * z)."""
    result = weights.copy()
    if sigma == 0:
        return result
    for pool in pools:
        values = weights[pool].astype(np.float64)
        scale = values if mode == "multiplicative" else values.std() if len(values) else 0.0
        result[pool] = values + sigma * scale * noise[pool]
    return result
