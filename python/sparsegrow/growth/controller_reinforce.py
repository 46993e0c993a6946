"""The controller that learns: policy gradient over candidate mutations, with a learned baseline.

The probability of accepting a candidate is sigmoid(w . x), x its features. After a round with
reward R the policy moves along

    (R' - V(o)) sum over the round's n candidates of (accepted - p) x / sqrt(n)   +   entropy bonus

with R' the reward in units of its running deviation and V a linear function of the observation,
fitted to the rewards as they come. docs/growth.md says what the features and the reward are.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparsegrow.growth.controller import KINDS, WHOLE_NETWORK, Controller, Decision, Observation

Vector = NDArray[np.float64]

# Chances at the start, before anything was learned: growth that is cheap for what it brings first.
START = {
    "widen": 0.55,
    "deepen": 0.35,
    "expand_context": 0.5,
    "activate_memory": 0.3,
    "specialise": 0.97,
    "prune": 0.03,
}
OF_CANDIDATE = 6  # features besides the kind
OF_OBSERVATION = 5
POLICY_RATE = 0.15
VALUE_RATE = 0.05
ENTROPY = 0.002
LONGEST_STEP = 0.3  # of the policy's weights, in one round
FLOOR = 0.01  # no candidate is quite impossible, none quite certain
KEEP = 0.9  # of running means, per round


class ReinforceController(Controller):
    """A linear policy, trained by REINFORCE while the network grows."""

    name = "reinforce"

    def __init__(self, seed: int = 0) -> None:
        super().__init__(seed)
        odds = [math.log(START[kind] / (1 - START[kind])) for kind in KINDS]
        self.policy: Vector = np.concatenate([odds, np.zeros(OF_CANDIDATE)])
        self.value: Vector = np.zeros(OF_OBSERVATION)
        self.spread = 1.0  # running mean square of rewards
        self.rounds = 0
        self.of_kind: Vector = np.zeros(len(KINDS))  # running mean advantage while accepted
        self.features: Vector = np.zeros((0, self.policy.size))
        self.verdicts: Vector = np.zeros((0, 2))  # accepted, probability
        self.seen: Vector = np.zeros(OF_OBSERVATION)

    def probabilities(self, observation: Observation, candidates: list[Decision]) -> Vector:
        """Return sigmoid(w . x) of each candidate."""
        self.features = np.array(
            [self.features_of(observation, c) for c in candidates], dtype=np.float64
        ).reshape(len(candidates), self.policy.size)
        self.seen = observed(observation)
        return np.clip(sigmoid(self.features @ self.policy), FLOOR, 1 - FLOOR)

    def features_of(self, observation: Observation, candidate: Decision) -> Vector:
        """Return the features of a candidate."""
        kind = np.eye(len(KINDS))[KINDS.index(candidate.kind)]
        cost = math.log10(1 + abs(candidate.cost)) / 4 - 1
        paid = float(self.of_kind[KINDS.index(candidate.kind)])
        pressure = max(0, candidate.cost) * 2 / max(1, observation.room)
        if candidate.sub_dag == WHOLE_NETWORK:
            return np.concatenate([kind, [cost, paid, pressure, 0.0, 0.0, 0.0]])
        share = math.log(1e-4 + float(observation.loss_share[candidate.sub_dag]) * 98)
        own = observation.sub_dags["edges"][candidate.sub_dag] / max(1, observation.edges) * 98
        depth = observation.sub_dags["depth"][candidate.sub_dag] / observation.max_depth
        rest = [
            cost,
            paid,
            pressure,
            share / 4,
            math.log(1e-4 + float(own)) / 4,
            float(depth) - 0.5,
        ]
        return np.concatenate([kind, rest])

    def decide(self, observation: Observation, candidates: list[Decision]) -> list[Decision]:
        """Decide, and remember the verdicts for `learn`."""
        decisions = super().decide(observation, candidates)
        self.verdicts = np.array([[d.accepted, d.probability] for d in decisions], np.float64)
        self.verdicts = self.verdicts.reshape(len(decisions), 2)
        return decisions

    def learn(self, reward: float, rolled_back: bool) -> None:
        """Take one step of policy gradient and one of the baseline."""
        self.rounds += 1
        self.spread = KEEP * self.spread + (1 - KEEP) * reward * reward
        scaled = float(np.clip(reward / math.sqrt(self.spread + 1e-12), -3, 3))
        advantage = scaled - float(self.seen @ self.value)
        self.value = self.value + VALUE_RATE * advantage * self.seen
        if len(self.verdicts) == 0:
            return
        accepted, chance = self.verdicts[:, 0], self.verdicts[:, 1]
        step = POLICY_RATE * advantage * ((accepted - chance) @ self.features)
        step = step / math.sqrt(len(self.verdicts))
        # The slope of a verdict's entropy is -logit(p) p (1 - p): pulls towards one half.
        logits = np.log(chance / (1 - chance))
        step = step - ENTROPY * ((logits * chance * (1 - chance)) @ self.features)
        self.policy = self.policy + shortened(step)
        self.note_kinds(advantage)

    def note_kinds(self, advantage: float) -> None:
        """Move the running advantage of each kind that was accepted."""
        used = (self.features[:, : len(KINDS)] * self.verdicts[:, :1]).sum(axis=0) > 0
        moved = KEEP * self.of_kind + (1 - KEEP) * advantage
        self.of_kind = np.where(used, moved, self.of_kind)

    def state_dict(self) -> dict[str, Any]:
        """Return all of it; JSON keeps a float to its last bit."""
        return {
            "policy": self.policy.tolist(),
            "value": self.value.tolist(),
            "spread": self.spread,
            "rounds": self.rounds,
            "of_kind": self.of_kind.tolist(),
            "features": self.features.tolist(),
            "verdicts": self.verdicts.tolist(),
            "seen": self.seen.tolist(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a saved state."""
        size = self.policy.size
        self.policy = vector(state["policy"], size)
        self.value = vector(state["value"], OF_OBSERVATION)
        self.spread, self.rounds = float(state["spread"]), int(state["rounds"])
        self.of_kind = vector(state["of_kind"], len(KINDS))
        self.features = np.array(state["features"], np.float64).reshape(-1, size)
        self.verdicts = np.array(state["verdicts"], np.float64).reshape(-1, 2)
        self.seen = vector(state["seen"], OF_OBSERVATION)


def observed(observation: Observation) -> Vector:
    """Return what the baseline sees: how far the network has come."""
    return np.array(
        [
            1.0,
            math.log10(1 + observation.work),
            math.log10(observation.params) - 5,
            observation.val_bpc - 2.5,
            observation.val_bpc - observation.train_bpc,
        ]
    )


def sigmoid(x: Vector) -> Vector:
    """Return 1 / (1 + exp(-x)), without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))


def shortened(step: Vector) -> Vector:
    """Return a step of at most LONGEST_STEP."""
    length = float(np.linalg.norm(step))
    return step * min(1.0, LONGEST_STEP / length) if length > 0 else step


def vector(values: Any, size: int) -> Vector:
    """Return saved numbers as a vector, or say that there are too many or too few."""
    result = np.array(values, np.float64)
    if result.shape != (size,):
        raise ValueError(f"controller state: got shape {result.shape}, expected ({size},)")
    return result
