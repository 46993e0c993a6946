"""The controller that goes by what has paid so far."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparsegrow.growth.controller import KINDS, Controller, Decision, Observation

KEEP = 0.8  # of a running mean, per round
CURIOSITY = 0.1  # share of verdicts that are made at random


class GreedyController(Controller):
    """Accepts the kinds whose rounds have been better than the running mean of all rounds.

    A kind that has not been tried counts as better. One verdict in ten is turned over, so that
    a kind that paid late is not lost.
    """

    name = "greedy"

    def __init__(self, seed: int = 0) -> None:
        super().__init__(seed)
        self.mean = 0.0
        self.of_kind: dict[str, float] = {}
        self.used: list[str] = []

    def probabilities(
        self, observation: Observation, candidates: list[Decision]
    ) -> NDArray[np.float64]:
        """Return nearly 1 for kinds that paid, nearly 0 for the others."""
        good = [self.of_kind.get(c.kind, self.mean) >= self.mean for c in candidates]
        return np.where(good, 1 - CURIOSITY, CURIOSITY)

    def decide(self, observation: Observation, candidates: list[Decision]) -> list[Decision]:
        """Remember the kinds that were accepted."""
        decisions = super().decide(observation, candidates)
        accepted = {d.kind for d in decisions if d.accepted}
        self.used = [kind for kind in KINDS if kind in accepted]
        return decisions

    def learn(self, reward: float, rolled_back: bool) -> None:
        """Move the running means of the kinds that were used."""
        for kind in self.used:
            before = self.of_kind.get(kind, reward)
            self.of_kind[kind] = KEEP * before + (1 - KEEP) * reward
        self.mean = KEEP * self.mean + (1 - KEEP) * reward

    def state_dict(self) -> dict[str, Any]:
        """Return the means."""
        return {"mean": self.mean, "of_kind": dict(self.of_kind), "used": list(self.used)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from saved means."""
        self.mean, self.used = float(state["mean"]), list(state["used"])
        self.of_kind = {str(kind): float(value) for kind, value in state["of_kind"].items()}
