"""Changes of topology in the course of training."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from sparsegrow import _sparsegrow as native
from sparsegrow.base.requirements import (
    plain,
    require_choice,
    require_flag,
    require_integer,
    require_number,
)
from sparsegrow.layered.dynamics import CHOICES, METHODS, Dynamics, dynamics_of
from sparsegrow.torch.linear import SparseLinear
from sparsegrow.torch.rules import REMOVALS
from sparsegrow.torch.stacks import is_stack, require_stack
from sparsegrow.torch.traffic import Traffic
from sparsegrow.torch.update import LayerUpdate, Moment, Settings, TopologyUpdate

NEVER = 2**62
Timing = tuple[int, int, float, str]  # every, last, fraction, decay


class TopologyScheduler:
    """Replaces the least useful links of sparse layers as training goes on.

    Each layer keeps its number of links. Links that stay keep their weight and their optimizer
    state to the bit; the state of new links is zero. Methods have the names and the defaults that
    they have in `SparseMLP`, where a scheduler can know what they hang on: it sees steps, but
    neither epochs nor the end of a run.

    Parameters
    ----------
    model_or_layers
        A module, whose `SparseLinear` layers are all taken, or layers in the order in which they
        compute.
    optimizer
        Which holds the layers' weights.
    method
        "set": from each sign the weights nearest to zero go, and links come anywhere. "random": the
        smallest |weight| go, links come anywhere. "rigl": links come where the gradient of the loss
        is largest. "ch3l3", "ch2l3": where the layer's own paths of length 3 lead, without any
        gradient; "ch3l3n", "ch2l3n": the same by nodes, faster in denser layers.
    fraction
        Share of a layer's links that one update replaces.
    every
        Steps between updates.
    end
        Step from which on the topology rests; None for never.
    decay
        "constant", or "cosine": the fraction falls to zero at `end`. None: constant, but cosine for
        "rigl" with an `end`, of which 3/4 of the run is the usual one.
    removal
        "signed", "magnitude", "relative" (to the neuron's other links) or "sampled" (at random,
        by importance); None for what the method is known with.
    soft
        For methods by paths: links go and come by sampling, in proportion to their scores.
    chain_removal
        Whether links that lead nowhere after a removal go too and come back elsewhere. The layers
        must be a stack: each takes what the one before gives. None: for methods by paths, if that
        is plain, as in a list, or in `nn.Sequential` without other weight matrices between.
    new_weights
        "zero", and a link that comes back in the update that removed it is as if it had never left.
        "start": drawn as at the start. None for what the method is known with, "zero".
    seed
        Names the draws.
    stop_overlap
        A layer rests for good once this share of the links that came had just gone, such as 0.9.

    Attributes
    ----------
    history
        One `LayerUpdate` for each layer and update.
    """

    def __init__(
        self,
        model_or_layers: nn.Module | Iterable[SparseLinear],
        optimizer: torch.optim.Optimizer,
        method: str = "set",
        fraction: float = 0.3,
        every: int = 100,
        end: int | None = None,
        decay: str | None = None,
        removal: str | None = None,
        soft: bool = False,
        chain_removal: bool | None = None,
        seed: int = 0,
        stop_overlap: float | None = None,
        new_weights: str | None = None,
    ) -> None:
        self.layers = layers_by_name(model_or_layers)
        self.optimizer = optimizer
        if chain_removal is None and not is_stack(model_or_layers, self.layers):
            chain_removal = False
        asked = {"removal": removal, "chain_removal": chain_removal, "new_weights": new_weights}
        seed = require_integer("seed", seed, 0, 2**63 - 1)
        self.settings = Settings(rules_of(method, soft, asked), seed)
        self.timing = timing_of(every, end, fraction, decay_of(method, decay, end))
        self.schedule = native.UpdateSchedule(*self.timing)
        self.end = None if end is None else int(end)
        if stop_overlap is not None:
            require_number("stop_overlap", stop_overlap, 0.0, 1.0)
        self.stop_overlap = stop_overlap
        self.steps = 0
        self.frozen: set[str] = set()
        self.history: list[LayerUpdate] = []
        require_held(self.layers, optimizer)
        if self.settings.rules.chain_removal:
            require_stack(self.layers)
        self._prepare()

    def step(self) -> list[LayerUpdate]:
        """Count a step; update the topology if that is due. Call it after `optimizer.step()`.

        Returns
        -------
        list of LayerUpdate
            Empty when nothing was due.
        """
        steps = self.steps + 1
        records = self._update(steps) if self.schedule.due(steps) else []
        self.steps = steps
        self.history += records
        self._prepare()
        return records

    def _update(self, steps: int) -> list[LayerUpdate]:
        progress = min(1.0, steps / self.end) if self.end else 0.0
        moment = Moment(steps, self.schedule.fraction_at(steps), progress)
        update = TopologyUpdate(self.layers, self.frozen, self.settings, moment)
        records = update.apply(self.optimizer)
        if self.stop_overlap is not None:
            self.frozen |= {r.layer for r in records if r.overlap > self.stop_overlap}
        return records

    def _prepare(self) -> None:
        """Have layers keep what a method by gradients needs, in the step before an update only."""
        wanted = self.settings.rules.regrowth == "gradient" and self.schedule.due(self.steps + 1)
        for name, layer in self.layers.items():
            layer.traffic = Traffic() if wanted and name not in self.frozen else None

    def __getstate__(self) -> dict[str, Any]:
        kept = dict(self.__dict__)
        del kept["schedule"]  # the engine's, which follows from `timing`
        return kept

    def __setstate__(self, kept: dict[str, Any]) -> None:
        self.__dict__.update(kept)
        self.schedule = native.UpdateSchedule(*self.timing)
        if all(layer.traffic is None for layer in self.layers.values()):  # copies of layers
            self._prepare()

    def state_dict(self) -> dict[str, Any]:
        """Return what a resumed run needs beside model, optimizer and this constructor's call."""
        return {
            "steps": self.steps,
            "layers": list(self.layers),
            "frozen": sorted(self.frozen),
            "history": [record._asdict() for record in self.history],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a `state_dict()`, bit for bit.

        Raises
        ------
        ValueError
            The state is of other layers, or lacks something; nothing has changed then.
        """
        missing = sorted({"steps", "layers", "frozen", "history"} - set(state))
        if missing:
            raise ValueError(f"load_state_dict: expected {', '.join(missing)} in it as well")
        if state["layers"] != list(self.layers):
            raise ValueError(
                f"load_state_dict: got layers {state['layers']}, expected {list(self.layers)}"
            )
        history = [LayerUpdate(**record) for record in state["history"]]
        self.steps, self.frozen = int(state["steps"]), set(state["frozen"])
        self.history = history
        self._prepare()


def layers_by_name(model_or_layers: nn.Module | Iterable[SparseLinear]) -> dict[str, SparseLinear]:
    """Return the sparse layers of a model, or of a list, where their place is their name."""
    if isinstance(model_or_layers, nn.Module):
        named = dict(model_or_layers.named_modules())
        layers = {name: m for name, m in named.items() if isinstance(m, SparseLinear)}
    else:
        layers = {str(place): layer for place, layer in enumerate(model_or_layers)}
    for name, layer in layers.items():
        if not isinstance(layer, SparseLinear):
            raise TypeError(
                f"TopologyScheduler: layer {name}: got {type(layer).__name__}, "
                "expected SparseLinear"
            )
    if not layers:
        raise ValueError("TopologyScheduler: got no SparseLinear, expected at least one")
    if len(set(layers.values())) < len(layers):
        raise ValueError("TopologyScheduler: got a layer twice, expected different ones")
    return layers


def rules_of(method: str, soft: bool, asked: dict[str, Any]) -> Dynamics:
    """Fill in what the method is known with, and check everything."""
    require_choice("method", method, tuple(METHODS))
    given = {name: plain(value) for name, value in asked.items() if value is not None}
    if "removal" in given:
        require_choice("removal", given["removal"], REMOVALS)
    usual = dynamics_of(method, None)
    assert usual is not None  # each method changes something
    if require_flag("soft", soft) and usual.regrowth != "paths":
        raise ValueError(f"soft: got True with method={method!r}, expected a method by paths")
    sampled = {"removal": "sampled", "choice": "sampled"} if soft else {}
    return replace(usual, **{**sampled, **given})


def decay_of(method: str, decay: str | None, end: int | None) -> str:
    """Return how the fraction falls; over which steps, only `end` can say."""
    if decay is None:
        return METHODS[method].get("decay", "constant") if end is not None else "constant"
    require_choice("decay", decay, CHOICES["decay"])
    if decay == "cosine" and end is None:
        raise ValueError("end: got None with decay='cosine', expected the step at which it ends")
    return decay


def timing_of(every: int, end: int | None, fraction: float, decay: str) -> Timing:
    """Check when and how much; return what the engine's schedule is made of."""
    every = require_integer("every", every, 1, NEVER)
    require_number("fraction", fraction, 0.0, 1.0)
    last = NEVER if end is None else require_integer("end", end, 0, NEVER)
    return every, last, float(fraction), decay


def require_held(layers: dict[str, SparseLinear], optimizer: torch.optim.Optimizer) -> None:
    """Refuse an optimizer that does not train the layers."""
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    for name, layer in layers.items():
        if id(layer.weight) not in held:
            raise ValueError(
                f"TopologyScheduler: the optimizer does not hold the weight of layer {name}"
            )
