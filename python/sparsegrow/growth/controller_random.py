"""The controller that knows nothing: it accepts with one fixed probability."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparsegrow.growth.controller import Controller, Decision, Observation

ACCEPTED = 0.5


class RandomController(Controller):
    """Accepts every candidate with the same probability, blind to everything."""

    name = "random"

    def probabilities(
        self, observation: Observation, candidates: list[Decision]
    ) -> NDArray[np.float64]:
        """Return the same for all."""
        return np.full(len(candidates), ACCEPTED)

    def learn(self, reward: float, rolled_back: bool) -> None:
        """Learn nothing."""

    def state_dict(self) -> dict[str, Any]:
        """Return nothing: there is nothing to remember."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take nothing."""
