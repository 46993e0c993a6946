"""The rules of changing a topology, on one layer at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sparsegrow import _sparsegrow as native
from sparsegrow.layered.dynamics import DELTA, Dynamics
from sparsegrow.torch.starts import Int32, Pattern

if TYPE_CHECKING:
    from sparsegrow.torch.linear import SparseLinear

Links = tuple[Int32, Int32]
Draw = tuple[int, int]  # seed and stream

REMOVALS = ("signed", "magnitude", "relative", "sampled")


def choose_removed(
    layer: SparseLinear, rule: str, fraction: float, progress: float, draw: Draw
) -> Int32:
    """Return the positions of the links to remove; weights count as float32."""
    weights = layer.weight.detach().float().contiguous().numpy()
    if rule == "signed":
        return native.remove_signed(weights, fraction)
    count = native.removal_count(fraction, len(weights))
    if rule == "magnitude":
        return native.remove_magnitude(weights, count)
    given = (*layer.pattern(), layer.in_features, weights, count)
    if rule == "relative":
        return native.remove_relative(*given)
    return native.remove_sampled(*given, *draw, delta=native.removal_delta(*DELTA, progress))


def choose_added(
    layer: SparseLinear, kept: Pattern, count: int, rules: Dynamics, draw: Draw
) -> Links:
    """Return the ends (sources, targets) of the links to add to those that were kept."""
    if count == 0:
        return no_links()
    if rules.regrowth == "random":
        return native.regrow_random(*kept, layer.in_features, count, *draw)
    if rules.regrowth == "paths":
        how = rules.score, rules.choice
        return native.regrow_l3(*kept, layer.in_features, count, *how, *draw)
    if layer.traffic is None or not layer.traffic.gradients:
        raise RuntimeError(
            "TopologyScheduler.step: no gradient came back through a layer since the last step, "
            "expected forward and backward before each step"
        )
    return native.regrow_gradient(*kept, count, *layer.traffic.arrays(), *draw)


def no_links() -> Links:
    """Return an empty pair of ends."""
    return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32)
