"""The named methods of changing a topology, on one layer at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sparsegrow import _sparsegrow as native
from sparsegrow.torch.starts import Int32, Pattern

if TYPE_CHECKING:
    from sparsegrow.torch.linear import SparseLinear

Links = tuple[Int32, Int32]
Draw = tuple[int, int]  # seed and stream

REMOVALS = ("signed", "magnitude", "relative", "sampled")
DELTA = (0.5, 0.75)  # of sampled removal, at the start and at the end of training


@dataclass(frozen=True)
class Method:
    """How links go and come.

    Parameters
    ----------
    removal
        Usual rule of removal, one of REMOVALS.
    regrowth
        "random", "gradient", or a kind of score by paths.
    redraws
        Whether new links start like those at the start of training; otherwise at zero, and a link
        that comes back in the update that removed it is as if it had never left.
    """

    removal: str
    regrowth: str
    redraws: bool = False

    @property
    def by_paths(self) -> bool:
        """Whether regrowth goes by scores of paths, which can be sampled."""
        return self.regrowth.startswith("ch")


METHODS = {
    "set": Method("signed", "random", redraws=True),
    "random": Method("magnitude", "random"),
    "rigl": Method("magnitude", "gradient"),
    "ch3l3": Method("magnitude", "ch3_path"),
    "ch2l3": Method("magnitude", "ch2_path"),
    "ch3l3n": Method("magnitude", "ch3_node"),
    "ch2l3n": Method("magnitude", "ch2_node"),
}


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
    layer: SparseLinear, kept: Pattern, count: int, method: Method, sampled: bool, draw: Draw
) -> Links:
    """Return the ends (sources, targets) of the links to add to those that were kept."""
    if count == 0:
        return no_links()
    if method.regrowth == "random":
        return native.regrow_random(*kept, layer.in_features, count, *draw)
    if method.by_paths:
        rule = "sampled" if sampled else "best"
        return native.regrow_l3(*kept, layer.in_features, count, method.regrowth, rule, *draw)
    if layer.traffic is None or not layer.traffic.gradients:
        raise RuntimeError(
            "TopologyScheduler.step: no gradient came back through a layer since the last step, "
            "expected forward and backward before each step"
        )
    return native.regrow_gradient(*kept, count, *layer.traffic.arrays(), *draw)


def no_links() -> Links:
    """Return an empty pair of ends."""
    return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32)
