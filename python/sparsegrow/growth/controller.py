"""Who decides what a growing network becomes: the interface, and what is seen and said through it.

A round of growth goes: train, measure, `decide` on a list of candidates, make the accepted ones in
one commit, train on, measure, and tell the controller with `learn` what came of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparsegrow import _sparsegrow as native

KINDS = ("widen", "deepen", "expand_context", "activate_memory", "specialise", "prune")
PAPER_KINDS = ("widen", "deepen", "expand_context", "activate_memory", "prune")
CONTROLLERS = ("reinforce", "random", "greedy")
WHOLE_NETWORK = -1  # sub-DAG of what belongs to none


@dataclass(frozen=True)
class Observation:
    """What a controller sees at the end of a round's training.

    Attributes
    ----------
    round
        Number of the round, from 0.
    step, work
        Optimizer steps so far, and the seconds they take on a nominal machine: a figure of sizes
        alone, so that decisions do not depend on the clock.
    sub_dags
        Arrays [98] by name: context, hidden, input_neurons, depth, memory, edges.
    class_loss, class_count
        Nats and characters of the round's training, by the character to be predicted.
    val_bpc, train_bpc
        Bits per character on held-out text and in training.
    offered
        Pattern edges that promise a gain now.
    room
        Parameters that may still be added.
    kinds
        Mutations that are allowed.
    """

    round: int
    step: int
    work: float
    sub_dags: dict[str, NDArray[np.int32]]
    class_loss: NDArray[np.float64]
    class_count: NDArray[np.int64]
    val_bpc: float
    train_bpc: float
    edges: int
    params: int
    pattern_edges: int
    offered: int
    room: int
    max_depth: int
    kinds: tuple[str, ...]

    @property
    def loss_share(self) -> NDArray[np.float64]:
        """Share of the training loss that each character carries."""
        total = float(self.class_loss.sum())
        return self.class_loss / total if total > 0 else np.full(98, 1 / 98)


@dataclass
class Decision:
    """A candidate mutation and the verdict on it; fields as of the engine's Proposal.

    Attributes
    ----------
    cost
        Edges that it would add at most; negative if it removes some.
    probability
        With which it was to be accepted.
    """

    kind: str
    sub_dag: int
    layer: int
    count: int
    seed: int
    cost: int
    probability: float = 0.0
    accepted: bool = False

    def proposal(self) -> native.Proposal:
        """Return it as the engine takes it."""
        return native.Proposal(
            kind=self.kind,
            sub_dag=self.sub_dag,
            layer=self.layer,
            count=self.count,
            seed=self.seed,
        )


class Controller(ABC):
    """Accepts or rejects candidate mutations, and learns from what came of them.

    Parameters
    ----------
    seed
        All randomness follows from it and the number of the round.
    """

    name = ""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    @abstractmethod
    def probabilities(
        self, observation: Observation, candidates: list[Decision]
    ) -> NDArray[np.float64]:
        """Return the probability of accepting each candidate."""

    def decide(self, observation: Observation, candidates: list[Decision]) -> list[Decision]:
        """Return the candidates with the verdict on each."""
        rng = np.random.default_rng([self.seed, observation.round, 1])
        chances = self.probabilities(observation, candidates)
        for decision, chance, draw in zip(
            candidates, chances, rng.random(len(candidates)), strict=True
        ):
            decision.probability = float(chance)
            decision.accepted = bool(draw < chance)
        return candidates

    @abstractmethod
    def learn(self, reward: float, rolled_back: bool) -> None:
        """Hear what came of the round that was decided last."""

    @abstractmethod
    def state_dict(self) -> dict[str, Any]:
        """Return what must be saved, as JSON can hold it."""

    @abstractmethod
    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a saved state."""


def make_controller(name: str, seed: int = 0) -> Controller:
    """Return a controller by its name: "reinforce", "random" or "greedy"."""
    from sparsegrow.growth.controller_greedy import GreedyController
    from sparsegrow.growth.controller_random import RandomController
    from sparsegrow.growth.controller_reinforce import ReinforceController

    known = {c.name: c for c in (ReinforceController, RandomController, GreedyController)}
    if name not in known:
        raise ValueError(f"controller: got {name!r}, expected one of {', '.join(known)}")
    return known[name](seed)
