"""A run that was stopped and resumed is bit for bit the run that never stopped."""

import copy
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import sparsegrow as sg
from sparsegrow.layered import fitting
from sparsegrow.layered.engine import Engine
from support import assert_same_model, blobs, small_model, without_times

X, Y = blobs(samples=200)
SETTINGS = [
    {},
    {"optimizer": "nesterov", "dropout": 0.3, "activation": "srelu"},
    {"optimizer": "sgd", "schedule": "exponential", "warmup_epochs": 1.5, "dtype": "float64"},
]


class Stop:
    """Raises KeyboardInterrupt after so many calls of the engine, each of one step."""

    def __init__(self, monkeypatch, steps):
        self.left = steps
        train = Engine.train

        def counted(engine, x, y, order):
            if self.left == 0:
                raise KeyboardInterrupt
            self.left -= 1
            return train(engine, x, y, order)

        monkeypatch.setattr(fitting, "SLICE_SECONDS", 0.0)
        monkeypatch.setattr(Engine, "train", counted)


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("steps", [1, 12, 13, 14, 40])
def test_after_an_interruption_in_mid_epoch(tmp_path, settings, steps):
    """13 steps make an epoch, so this stops inside, just before and at its end."""
    path = tmp_path / "run.safetensors"
    whole = small_model(**settings).fit(X, Y, 5, validation=0.05, progress=False)
    with pytest.MonkeyPatch.context() as patch:
        Stop(patch, steps)
        with pytest.raises(KeyboardInterrupt):
            small_model(**settings).fit(X, Y, 5, validation=0.05, progress=False, checkpoint=path)
    model = sg.SparseMLP.resume(path)
    assert model._engine.network.steps == steps
    model.fit(X, Y, 5, validation=0.05, progress=False, checkpoint=path)
    assert_same_model(model, whole)
    assert without_times(model.history) == without_times(whole.history)
    losses = [[record.loss for record in one.history] for one in (model, whole)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-12)
    assert_same_model(sg.load(path), whole)


def test_after_an_interruption_the_model_itself_is_at_its_last_step(monkeypatch):
    model = small_model()
    with monkeypatch.context() as patch:
        Stop(patch, 20)
        with pytest.raises(KeyboardInterrupt):
            model.fit(X, Y, 5, progress=False)
    assert model._engine.network.steps == 20
    assert len(model.history) == 1
    model.fit(X, Y, 1, progress=False)
    assert [record.epoch for record in model.history] == [1, 2]


def test_early_stopping_resumes_with_its_best_weights(tmp_path):
    path = tmp_path / "run.safetensors"
    noisy = np.random.default_rng(2).permutation(Y)
    settings = {"schedule": "constant", "learning_rate": 0.02}
    options = {"validation": 0.3, "patience": 3, "progress": False}
    whole = small_model(**settings).fit(X, noisy, 60, **options)
    stop = len(whole.history) - 2  # after the best epoch, before the end
    with pytest.MonkeyPatch.context() as patch:
        Stop(patch, stop * 9 + 4)
        with pytest.raises(KeyboardInterrupt):
            small_model(**settings).fit(X, noisy, 60, checkpoint=path, **options)
    model = sg.SparseMLP.resume(path).fit(X, noisy, 60, checkpoint=path, **options)
    assert_same_model(model, whole)
    assert without_times(model.history) == without_times(whole.history)
    again = sg.SparseMLP.resume(path).fit(X, noisy, 60, **options)  # has ended, stays ended
    assert_same_model(again, whole)


def test_a_finished_run_can_be_made_longer(tmp_path):
    path = tmp_path / "run.safetensors"
    constant = {"schedule": "constant"}
    small_model(**constant).fit(X, Y, 3, progress=False, checkpoint=path)
    model = sg.SparseMLP.resume(path).fit(X, Y, 5, progress=False)
    assert_same_model(model, small_model(**constant).fit(X, Y, 5, progress=False))
    same = sg.SparseMLP.resume(path).fit(X, Y, 3, progress=False)
    assert len(same.history) == 3


def test_load_begins_a_new_run_and_resume_does_so_the_second_time(tmp_path):
    path = tmp_path / "run.safetensors"
    model = small_model().fit(X, Y, 3, progress=False, checkpoint=path)
    model.fit(X, Y, 2, progress=False)
    loaded = sg.load(path).fit(X, Y, 2, progress=False)
    resumed = sg.SparseMLP.resume(path).fit(X, Y, 3, progress=False).fit(X, Y, 2, progress=False)
    for other in (loaded, resumed):
        assert_same_model(model, other)
        assert [record.epoch for record in other.history] == [1, 2, 3, 4, 5]


def test_a_run_is_not_resumed_on_other_data(tmp_path):
    path = tmp_path / "run.safetensors"
    small_model().fit(X, Y, 1, progress=False, checkpoint=path)
    with pytest.raises(ValueError, match=r"got 150 samples.*resumed had 200"):
        sg.SparseMLP.resume(path).fit(X[:150], Y[:150], 2, progress=False)


def test_resuming_a_model_that_was_never_trained_trains_it(tmp_path):
    path = tmp_path / "fresh.safetensors"
    small_model().save(path)
    resumed = sg.SparseMLP.resume(path).fit(X, Y, 2, progress=False)
    assert_same_model(resumed, small_model().fit(X, Y, 2, progress=False))


PROGRAM = """
import signal, sys
sys.path.insert(0, {tests!r})
signal.signal(signal.SIGINT, signal.default_int_handler)
import sparsegrow as sg
from support import blobs
sg.set_num_threads(1)
x, y = blobs(samples=2000, features=50)
model = sg.SparseMLP([50, 400, 400, 3], density=0.3, batch_size=16, seed=3)
print("ready", flush=True)
model.fit(x, y, 100000, checkpoint={path!r})
"""


def start(tmp_path):
    """A long fit in a process of its own, after its second epoch."""
    path = tmp_path / "run.safetensors"
    code = PROGRAM.format(tests=os.path.dirname(__file__), path=str(path))
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    for line in process.stderr:
        if line.startswith("epoch 2/"):
            break
    return path, process


def until(model, epochs):
    """Go on to the end of an epoch of a run that is far longer."""
    x, y = blobs(samples=2000, features=50)
    callbacks = [lambda model, record: record.epoch >= epochs]
    return model.fit(x, y, 100000, progress=False, callbacks=callbacks)


def assert_resumes(path):
    epochs = len(sg.load(path).history)
    assert epochs >= 2
    fresh = sg.SparseMLP([50, 400, 400, 3], density=0.3, batch_size=16, seed=3)
    assert_same_model(until(sg.SparseMLP.resume(path), epochs + 1), until(fresh, epochs + 1))


def test_kill_in_the_middle_of_a_fit_leaves_a_checkpoint_to_resume(tmp_path):
    path, process = start(tmp_path)
    time.sleep(0.05)  # somewhere in an epoch, or in the writing of a file
    process.kill()
    process.communicate()
    assert_resumes(path)


def test_control_c_leaves_a_checkpoint_of_the_last_step(tmp_path):
    path, process = start(tmp_path)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "KeyboardInterrupt" in errors
    assert os.listdir(tmp_path) == [path.name]
    assert_resumes(path)


def test_a_copy_goes_on_with_the_run_too(tmp_path):
    path = tmp_path / "run.safetensors"
    whole = small_model().fit(X, Y, 4, progress=False)
    with pytest.MonkeyPatch.context() as patch:
        Stop(patch, 15)
        with pytest.raises(KeyboardInterrupt):
            small_model().fit(X, Y, 4, progress=False, checkpoint=path)
    twin = copy.deepcopy(sg.SparseMLP.resume(path))
    assert_same_model(twin.fit(X, Y, 4, progress=False), whole)
