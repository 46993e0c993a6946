"""Candidates and controllers: what is proposed, what is learned, and that both can be resumed."""

import json
import math

import numpy as np
import pytest

from sparsegrow import _sparsegrow as native
from sparsegrow.growth.candidates import CandidateSettings, candidates
from sparsegrow.growth.controller import (
    KINDS,
    PAPER_KINDS,
    Controller,
    Decision,
    Observation,
    make_controller,
)
from sparsegrow.growth.controller_reinforce import ReinforceController

NAMES = ("reinforce", "random", "greedy")


def observation(round_=0, **changes) -> Observation:
    """The embryo after some training; 'e' and the space carry much of the loss."""
    ones = np.ones(98, np.int32)
    loss = np.ones(98)
    loss[[0, 69]] = 60
    values = {
        "round": round_,
        "step": 100,
        "work": 1.0,
        "sub_dags": {
            "context": 2 * ones,
            "hidden": ones,
            "input_neurons": ones,
            "depth": ones,
            "memory": 0 * ones,
            "edges": 197 * ones,
        },
        "class_loss": loss,
        "class_count": np.ones(98, np.int64),
        "val_bpc": 3.5,
        "train_bpc": 3.4,
        "edges": 19_306,
        "params": 38_808,
        "pattern_edges": 0,
        "offered": 400,
        "room": 1 << 30,
        "max_depth": 5,
        "kinds": KINDS,
        **changes,
    }
    return Observation(**values)


def test_every_candidate_can_be_made() -> None:
    net = native.CharNet()
    tokens = np.random.default_rng(0).integers(0, 98, 4000).astype(np.uint8)
    trainer = native.CharTrainer(net, tokens, streams=8, window=16)
    for round_ in range(30):
        trainer.train(2)
        seen = observation(
            round_, sub_dags=net.sub_dags(), edges=net.edges, offered=trainer.offered(500)
        )
        for candidate in candidates(seen, 0):
            before, edges = net.snapshot(), net.edges
            trainer.grow([candidate.proposal()])
            added = net.edges - edges
            exact = candidate.kind == "expand_context" or candidate.layer == 1
            if candidate.kind == "prune":  # one-hot inputs go by whole runs
                assert candidate.cost - 32 < added
            assert added <= candidate.cost
            assert added == candidate.cost or not exact or candidate.kind == "deepen"
            if round_ % 3:
                net.rollback(before)


def test_candidates_follow_the_seed_and_the_round() -> None:
    first = candidates(observation(), 1)
    assert first == candidates(observation(), 1)
    assert first != candidates(observation(), 2)
    assert first != candidates(observation(round_=1), 1)


def test_frequent_losses_get_more_candidates() -> None:
    counts = np.zeros(98)
    for round_ in range(100):
        for candidate in candidates(observation(round_), 0, CandidateSettings(beside_patterns=8)):
            if candidate.sub_dag >= 0:
                counts[candidate.sub_dag] += 1
    others = np.delete(counts, [0, 69])
    assert min(counts[0], counts[69]) > 3 * others.mean()


def test_candidates_keep_within_the_room() -> None:
    for room in (0, 100, 5000):
        found = [c for c in candidates(observation(room=room), 0) if c.kind != "prune"]
        assert sum(2 * max(0, c.cost) for c in found) <= room
    assert not [c for c in candidates(observation(room=0), 0) if c.kind != "prune"]


def test_only_allowed_kinds_are_proposed() -> None:
    found = {c.kind for r in range(40) for c in candidates(observation(r, kinds=PAPER_KINDS), 0)}
    assert found == set(PAPER_KINDS)
    deep = observation(sub_dags={**observation().sub_dags, "depth": np.full(98, 5, np.int32)})
    assert "deepen" not in {c.kind for c in candidates(deep, 0)}


@pytest.mark.parametrize("name", NAMES)
def test_a_controller_goes_on_from_its_state(name: str) -> None:
    one, other = make_controller(name, 5), make_controller(name, 5)
    for round_ in range(12):
        if round_ == 6:
            other = make_controller(name, 5)
            other.load_state_dict(json.loads(json.dumps(one.state_dict())))
        verdicts = [play(c, round_) for c in (one, other)]
        assert verdicts[0] == verdicts[1]
        for controller in (one, other):
            controller.learn(math.sin(round_), rolled_back=round_ % 4 == 0)
    assert one.state_dict() == other.state_dict()


def play(controller: Controller, round_: int) -> list[Decision]:
    seen = observation(round_)
    return controller.decide(seen, candidates(seen, 0, CandidateSettings(beside_patterns=24)))


def test_unknown_controllers_are_refused() -> None:
    with pytest.raises(ValueError, match="controller: got 'best', expected one of"):
        make_controller("best")


def test_a_damaged_state_is_refused() -> None:
    state = ReinforceController().state_dict()
    with pytest.raises(ValueError, match="controller state: got shape"):
        ReinforceController().load_state_dict({**state, "policy": [1.0]})


def world(controller: Controller, good: str, bad: str, rounds: int, seed: int) -> list[float]:
    """Rewards of a world in which one kind helps and another harms, with noise and a trend."""
    rng, rewards = np.random.default_rng(seed), []
    for round_ in range(rounds):
        decisions = play(controller, round_)
        helped = sum(d.accepted for d in decisions if d.kind == good)
        harmed = sum(d.accepted for d in decisions if d.kind == bad)
        reward = 1 / (1 + 0.05 * round_) + 0.3 * (helped - harmed) + 0.2 * rng.normal()
        rewards.append(reward)
        controller.learn(reward, rolled_back=False)
    return rewards


@pytest.mark.parametrize(("good", "bad"), [("deepen", "widen"), ("widen", "expand_context")])
def test_reinforce_learns_what_helps_and_beats_chance(good: str, bad: str) -> None:
    gains = []
    for seed in range(3):
        learned = ReinforceController(seed)
        late = np.mean(world(learned, good, bad, 150, seed)[-50:])
        blind = np.mean(world(make_controller("random", seed), good, bad, 150, seed)[-50:])
        gains.append(late - blind)
        last = play(learned, 1000)
        of_kind = {
            kind: np.mean([d.probability for d in last if d.kind == kind]) for kind in (good, bad)
        }
        assert of_kind[good] > of_kind[bad] + 0.2
    assert min(gains) > 0.3


def test_probabilities_stay_open() -> None:
    controller = ReinforceController()
    for round_ in range(200):
        play(controller, round_)
        controller.learn(1e6, rolled_back=False)
    assert all(0.01 <= d.probability <= 0.99 for d in play(controller, 201))
