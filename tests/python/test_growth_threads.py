"""A growing model that several threads use at once."""

import threading

import numpy as np

import sparsegrow as sg
from growth_support import small_corpus
from sparsegrow import _sparsegrow as native
from sparsegrow.text.tokens import tokenise

TEXT = small_corpus().train[:4000]
Arrays = dict[str, np.ndarray]


def grow(model: sg.CharModel) -> tuple[Arrays, Arrays]:
    """Train, grow and roll back, a little each round."""
    trainer = native.CharTrainer(model.net, TEXT, streams=8, window=8)
    for round_ in range(12):
        before = model.net.snapshot()
        proposals = [
            native.Proposal(kind="widen", sub_dag=s, layer=1, count=2, seed=round_)
            for s in range(round_, 98, 5)
        ]
        trainer.grow([*proposals, native.Proposal(kind="activate_memory", sub_dag=round_)])
        trainer.train(3)
        if round_ % 4 == 3:
            model.net.rollback(before)
    return model.net.arrays(), trainer.arrays()


def assert_same(one: Arrays, other: Arrays) -> None:
    assert one.keys() == other.keys()
    for name, values in one.items():
        assert np.array_equal(values, other[name]), name


def test_other_threads_may_use_a_model_that_grows() -> None:
    expected = grow(sg.CharModel(seed=1))
    model = sg.CharModel(seed=1)
    prompt, text = tokenise("the sun "), tokenise("and the sea")
    done, errors = threading.Event(), []

    def use() -> None:
        stream = native.CharStream(model.net)
        while not done.is_set():
            try:
                chances = stream.feed(prompt)
                assert np.isclose(np.exp(chances.astype(np.float64)).sum(), 1, atol=1e-4)
                assert model.bits_per_character(text) > 0
                stats = model.stats()
                parts = (stats["input_edges"], stats["hidden_edges"], stats["pattern_edges"])
                assert sum(parts) == stats["edges"]
                assert len(model.net.neurons()["node"]) >= 98
                model.net.arrays()
            except Exception as error:
                errors.append(error)
                return

    users = [threading.Thread(target=use) for _ in range(2)]
    for user in users:
        user.start()
    found = grow(model)
    done.set()
    for user in users:
        user.join()
    assert not errors
    for one, other in zip(expected, found, strict=True):
        assert_same(one, other)


def test_a_net_keeps_its_trainer_apart_from_others() -> None:
    net = native.CharNet(seed=1)
    trainer = native.CharTrainer(net, TEXT, streams=8, window=8, least_gain=0.0)
    trainer.train(20)
    native.CharTrainer(net, TEXT, streams=8, window=8)  # comes and goes
    sg.CharModel.of_net(net).bits_per_character("the sea")
    assert trainer.grow([native.Proposal(kind="specialise", count=10)]) == [10]
    assert net.pattern_edges == 10
