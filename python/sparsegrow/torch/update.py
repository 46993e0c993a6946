"""One update of the topology of a list of layers."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import torch

from sparsegrow import _sparsegrow as native
from sparsegrow.layered.dynamics import Dynamics
from sparsegrow.torch.carrying import carry
from sparsegrow.torch.linear import SparseLinear
from sparsegrow.torch.rules import Draw, Links, choose_added, choose_removed, no_links
from sparsegrow.torch.starts import Int32, draw_values

REMOVAL, REGROWTH, VALUES = range(3)


class LayerUpdate(NamedTuple):
    """What one update did to one layer."""

    step: int
    """Steps done."""
    layer: str
    """Name of the layer in the model, or its place in the list."""
    removed: int
    """Links that went, by the removal rule."""
    chained: int
    """Links that went because they led nowhere any more."""
    regrown: int
    """Links that came."""
    overlap: float
    """Share of the links that came which had just gone."""
    seconds: float
    """Time spent on the layer."""


@dataclass(frozen=True)
class Settings:
    """What all updates of a scheduler have in common."""

    rules: Dynamics
    seed: int


@dataclass(frozen=True)
class Moment:
    """When an update happens, and how much of each layer it replaces."""

    step: int
    fraction: float
    progress: float

    def draw(self, seed: int, layer: int, purpose: int) -> Draw:
        """Return seed and stream for one purpose; no two purposes share a stream."""
        return seed, (self.step << 24) + 4 * layer + purpose


@dataclass
class Change:
    """One layer in the course of an update."""

    layer: SparseLinear
    name: str
    place: int
    removed: Int32
    chained: int = 0
    seconds: float = 0.0


class TopologyUpdate:
    """Removes links from all layers, then those that lead nowhere, and regrows as many.

    Parameters
    ----------
    layers
        By name, in the order in which they compute.
    frozen
        Names of layers that stay as they are; so do those that have all their links.
    settings, moment
        What is done, and when.
    """

    def __init__(
        self,
        layers: dict[str, SparseLinear],
        frozen: set[str],
        settings: Settings,
        moment: Moment,
    ) -> None:
        self.settings, self.moment = settings, moment
        self.fixed = frozen | {name for name, layer in layers.items() if layer.density == 1}
        self.changes = [
            self._begin(layer, name, place) for place, (name, layer) in enumerate(layers.items())
        ]
        if settings.rules.chain_removal:
            self._remove_chains()

    def _draw(self, place: int, purpose: int) -> Draw:
        return self.moment.draw(self.settings.seed, place, purpose)

    def _begin(self, layer: SparseLinear, name: str, place: int) -> Change:
        """Choose the links of one layer that go."""
        start = perf_counter()
        change = Change(layer, name, place, np.empty(0, dtype=np.int32))
        if name not in self.fixed:
            change.removed = choose_removed(
                layer,
                self.settings.rules.removal,
                self.moment.fraction,
                self.moment.progress,
                self._draw(place, REMOVAL),
            )
        change.seconds = perf_counter() - start
        return change

    def _remove_chains(self) -> None:
        """Add the links that lead nowhere to those that go, but in layers that stay as they are."""
        patterns = [change.layer.pattern() for change in self.changes]
        removed = [change.removed for change in self.changes]
        cut, _ = native.chain_removal(patterns, removed, keep_last=False)
        for change, more in zip(self.changes, cut, strict=True):
            if change.name not in self.fixed:
                change.removed = np.sort(np.concatenate([change.removed, more]))
                change.chained = len(more)

    def apply(self, optimizer: torch.optim.Optimizer) -> list[LayerUpdate]:
        """Regrow, and carry values and optimizer state over; return what happened."""
        changes = [change for change in self.changes if change.name not in self.fixed]
        added = [self._added(change) for change in changes]
        pairs = zip(changes, added, strict=True)
        return [self._commit(change, links, optimizer) for change, links in pairs]

    def _added(self, change: Change) -> Links:
        """Choose the links of one layer that come."""
        start = perf_counter()
        layer = change.layer
        before = (*layer.pattern(), layer.in_features, change.removed)
        *kept, _ = native.rewired(*before, no_links())
        links = choose_added(
            layer,
            (kept[0], kept[1]),
            len(change.removed),
            self.settings.rules,
            self._draw(change.place, REGROWTH),
        )
        change.seconds += perf_counter() - start
        return links

    def _commit(
        self, change: Change, added: Links, optimizer: torch.optim.Optimizer
    ) -> LayerUpdate:
        """Change one layer."""
        start = perf_counter()
        layer, removed = change.layer, change.removed
        redraws = self.settings.rules.new_weights == "start"
        before = (*layer.pattern(), layer.in_features)
        overlap = native.regrown_overlap(native.links_at(*before, removed), added)
        *pattern, origin = native.rewired(*before, removed, added, keep_regrown=not redraws)
        values: Any = None
        if redraws:
            draw = self._draw(change.place, VALUES)
            values = draw_values(layer.init, (pattern[0], pattern[1]), layer.in_features, *draw)
        carry(layer, (pattern[0], pattern[1]), origin, values, optimizer)
        return LayerUpdate(
            self.moment.step,
            change.name,
            len(removed) - change.chained,
            change.chained,
            len(added[0]),
            overlap,
            change.seconds + perf_counter() - start,
        )
