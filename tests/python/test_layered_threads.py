"""Layered nets and machines that one thread trains while another looks."""

import threading

import numpy as np
import pytest

import sparsegrow as sg


def network() -> tuple:
    x = np.random.default_rng(0).normal(size=(64, 200)).astype(np.float32)
    model = sg.SparseMLP(
        [200, 300, 2], density=0.1, topology="set", dynamics={"every": 1}, batch_size=8, seed=1
    )
    labels = (x[:, 0] > 0).astype(np.int64)
    return model, lambda: model.fit(x, labels, epochs=60, progress=False)


def machine() -> tuple:
    x = np.random.default_rng(0).random((20, 200)).astype(np.float32)
    model = sg.RestrictedBoltzmann(200, 200, epsilon=10, seed=1)
    return model, lambda: model.fit(x, 200, progress=False)


def looks_of(model) -> list:
    """Calls that read what training changes, each with what must hold of its result."""
    if isinstance(model, sg.RestrictedBoltzmann):
        x = np.full((3, 200), 0.5, np.float32)
        return [
            lambda: model.parameters == model.nnz + 400,
            lambda: len(model.biases()[0]) == 200,
            lambda: len(model.links()[2]) > 0,
            lambda: np.isfinite(model.transform(x)).all(),
        ]
    x = np.zeros((3, 200), np.float32)
    return [
        lambda: 0 < model.density < 1 and model.nbytes > model.nnz,
        lambda: model.parameters > model.nnz,
        lambda: np.isfinite(model.predict_proba(x)).all(),
    ]


@pytest.mark.parametrize("make", [network, machine])
def test_a_thread_may_look_while_another_trains(make) -> None:
    alone, train_alone = make()
    train_alone()
    model, train = make()
    done, errors = threading.Event(), []

    def look(holds) -> None:
        while not done.is_set():
            try:
                assert holds()
            except Exception as error:
                errors.append(error)
                return

    users = [threading.Thread(target=look, args=[holds]) for holds in looks_of(model)]
    for user in users:
        user.start()
    try:
        train()
    finally:
        done.set()
        for user in users:
            user.join()
    assert errors == []
    for name, values in alone._engine.tensors().items():
        assert np.array_equal(values, model._engine.tensors()[name]), name


@pytest.mark.parametrize("make", [network, machine])
def test_fits_of_several_threads_come_one_after_another(make) -> None:
    model, train = make()
    threads = [threading.Thread(target=train) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    epochs = [record.epoch for record in model.history]
    assert epochs == list(range(1, len(epochs) + 1))
    twice, train_again = make()
    train_again()
    train_again()
    for name, values in twice._engine.tensors().items():
        assert np.array_equal(values, model._engine.tensors()[name]), name
