"""Candidate mutations of a round: only what can be made and what there is room for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sparsegrow.growth.controller import WHOLE_NETWORK, Decision, Observation

SYMBOLS = 98
MAX_CONTEXT = 64
FAN_IN = 17  # most edges of a neuron above the first layer, with that to its output
FAN_OUT = 16  # most edges of one that is slipped in below others, to them


@dataclass(frozen=True)
class CandidateSettings:
    """How many candidates, and how large.

    Parameters
    ----------
    per_round, beside_patterns
        Sub-DAGs that get a candidate each round, drawn by their share of the loss; fewer where
        patterns may be made, which bring more for their cost until text gets scarce.
    widen_share
        New first-layer neurons, as a share of those that a sub-DAG has.
    specialise_share
        Most pattern edges of one round, as a share of those that there are.
    least_specialise
        The same at the start.
    prune_share
        Edges that a prune takes, as a share of all.
    """

    per_round: int = 24
    beside_patterns: int = 6
    widen_share: float = 0.35
    specialise_share: float = 1.0
    least_specialise: int = 20_000
    prune_share: float = 0.02

    def most_patterns(self, pattern_edges: int) -> int:
        """Return how many edges a specialise may make at most."""
        return max(self.least_specialise, round(self.specialise_share * pattern_edges))


def candidates(
    observation: Observation, seed: int, settings: CandidateSettings | None = None
) -> list[Decision]:
    """Return the candidates of a round; the same for the same seed and observation."""
    settings = settings or CandidateSettings()
    rng = np.random.default_rng([seed, observation.round, 0])
    found = whole_network(observation, settings, rng)
    structural = [kind for kind in observation.kinds if kind not in ("specialise", "prune")]
    if structural:
        share = 0.5 * observation.loss_share + 0.5 / SYMBOLS
        patterns = "specialise" in observation.kinds
        wanted = settings.beside_patterns if patterns else settings.per_round
        chosen = rng.choice(SYMBOLS, min(wanted, SYMBOLS), replace=False, p=share / share.sum())
        for sub_dag in sorted(int(s) for s in chosen):
            kind = structural[int(rng.integers(len(structural)))]
            decision = of_sub_dag(kind, sub_dag, observation, settings, rng)
            if decision is not None:
                found.append(decision)
    return within_room(found, observation.room)


def whole_network(
    observation: Observation, settings: CandidateSettings, rng: np.random.Generator
) -> list[Decision]:
    """Return the candidates that belong to no sub-DAG."""
    found = []
    if "specialise" in observation.kinds and observation.offered > 0:
        count = max(1, min(observation.offered, observation.room // 2))
        found.append(decision_of("specialise", WHOLE_NETWORK, 0, count, count, rng))
    if "prune" in observation.kinds:
        count = max(1, round(settings.prune_share * observation.edges))
        found.append(decision_of("prune", WHOLE_NETWORK, 0, count, -count, rng))
    return found


def of_sub_dag(
    kind: str,
    sub_dag: int,
    observation: Observation,
    settings: CandidateSettings,
    rng: np.random.Generator,
) -> Decision | None:
    """Return a candidate of a kind for a sub-DAG, or None where there can be none."""
    own = {name: int(values[sub_dag]) for name, values in observation.sub_dags.items()}
    neurons, context, depth = own["input_neurons"], own["context"], own["depth"]
    if kind == "widen":
        layer = int(rng.integers(1, depth + 1)) if rng.random() < 0.3 else 1
        count = max(1, round(settings.widen_share * neurons))
        cost = count * (SYMBOLS * context + 1 if layer == 1 else FAN_IN)
        return decision_of(kind, sub_dag, layer, count, cost, rng)
    if kind == "deepen" and depth < observation.max_depth:
        count = max(1, round(settings.widen_share * neurons))
        layer = int(rng.integers(1, depth + 1))
        return decision_of(kind, sub_dag, layer, count, count * (FAN_IN + FAN_OUT), rng)
    if kind == "expand_context" and context < MAX_CONTEXT:
        return decision_of(kind, sub_dag, 0, 1, SYMBOLS * neurons, rng)
    if kind == "activate_memory" and own["memory"] < own["hidden"]:
        return decision_of(kind, sub_dag, 0, 1, 0, rng)
    return None


def decision_of(
    kind: str, sub_dag: int, layer: int, count: int, cost: int, rng: np.random.Generator
) -> Decision:
    """Return a candidate without a verdict."""
    return Decision(kind, sub_dag, layer, count, int(rng.integers(1 << 62)), cost)


def within_room(found: list[Decision], room: int) -> list[Decision]:
    """Return those that there is room for even if all of them are accepted; an edge is two."""
    kept, left = [], room
    for decision in found:
        need = 2 * max(0, decision.cost) + 20 * decision.count * (decision.kind != "specialise")
        if decision.kind == "prune" or need <= left:
            kept.append(decision)
            left -= need if decision.kind != "prune" else 0
    return kept
