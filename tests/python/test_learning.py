"""Networks learn, and the same on any number of threads and any instruction set."""

import threading

import numpy as np
import pytest
from sklearn.datasets import load_digits

import sparsegrow as sg
from sparsegrow import _sparsegrow as native
from support import DEVICE, assert_same_model, blobs, python, rng, small_model


@pytest.fixture(scope="module")
def digits():
    x, y = load_digits(return_X_y=True)
    order = rng(0).permutation(len(x))
    x = np.ascontiguousarray((x[order] / 16).astype("float32"))
    return x[:1437], y[order][:1437], x[1437:], y[order][1437:]


@pytest.mark.parametrize("settings", [{}, {"activation": "srelu"}, {"optimizer": "nesterov"}])
def test_digits_at_nine_tenths_sparsity(digits, settings):
    x, y, x_test, y_test = digits
    model = sg.SparseMLP([64, 300, 300, 10], density=0.1, device=DEVICE, **settings)
    assert model.fit(x, y, 25, progress=False).score(x_test, y_test) >= 0.95


@pytest.mark.parametrize(
    "activation", ["relu", "leaky_relu", "tanh", "sigmoid", "srelu", "all_relu"]
)
@pytest.mark.parametrize("optimizer", ["sgd", "nesterov", "adam"])
def test_every_activation_with_every_optimizer(activation, optimizer):
    x, y = blobs()
    rate = 0.3 if activation == "sigmoid" and optimizer != "adam" else None
    model = small_model(activation=activation, optimizer=optimizer, learning_rate=rate)
    assert model.fit(x, y, 30, progress=False).score(x, y) > 0.95


def test_regression():
    x = rng(1).normal(size=(1500, 6)).astype("float32")
    y = np.stack([np.sin(x[:, 0]) + x[:, 1] * x[:, 2], np.abs(x[:, 3])], axis=1)
    model = sg.SparseMLP([6, 200, 200, 2], density=0.2, loss="mse", device=DEVICE)
    model.fit(x[:1200], y[:1200], 60, progress=False)
    assert model.score(x[1200:], y[1200:]) > 0.85
    assert model.predict(x).dtype == np.float32


def test_what_helps_does_not_hurt():
    """Dropout, decay and a warm-up, together."""
    x, y = blobs()
    model = small_model(dropout=0.2, weight_decay=0.01, decay="decoupled", warmup_epochs=2)
    assert model.fit(x, y, 40, progress=False).score(x, y) > 0.95


def test_early_stopping_goes_back_to_the_best_epoch():
    x, y = blobs(samples=60)
    noisy = rng(2).permutation(y)  # nothing to learn: the validation loss soon rises
    model = small_model(schedule="constant", learning_rate=0.02)
    model.fit(x, noisy, 200, validation=0.5, patience=4, progress=False)
    losses = [record.val_loss for record in model.history]
    assert len(losses) < 200
    assert len(losses) - 1 - int(np.argmin(losses)) == 4
    held = small_model(schedule="constant", learning_rate=0.02)
    held.fit(x, noisy, int(np.argmin(losses)) + 1, validation=0.5, progress=False)
    assert_same_model(model, held)


def test_the_best_weights_come_back_at_the_end_as_well():
    x, y = blobs(samples=60)
    model = small_model(schedule="constant", learning_rate=0.02)
    model.fit(x, rng(2).permutation(y), 30, validation=0.5, patience=50, progress=False)
    best = min(record.val_loss for record in model.history)
    assert len(model.history) == 30
    assert model.history[-1].val_loss > best
    held = small_model(schedule="constant", learning_rate=0.02)
    epochs = 1 + int(np.argmin([record.val_loss for record in model.history]))
    held.fit(x, rng(2).permutation(y), epochs, validation=0.5, progress=False)
    assert_same_model(model, held)


def test_the_history_tells_each_epoch():
    x, y = blobs()
    model = small_model(schedule="linear", final_factor=0.1, learning_rate=0.01)
    model.fit(x, y, 3, validation=(x, y), progress=False).fit(x, y, 2, progress=False)
    history = model.history
    assert [record.epoch for record in history] == [1, 2, 3, 4, 5]
    assert [record.val_loss is None for record in history] == [False] * 3 + [True] * 2
    assert history[0].loss > history[2].loss
    assert 0 < history[0].accuracy <= 1
    assert all(record.seconds > 0 for record in history)
    rates = [record.learning_rate for record in history]
    assert rates[2] == pytest.approx(0.001, rel=0.2)
    assert rates[3] > rates[2]  # the second call goes through the schedule again


def test_callbacks_see_each_epoch_and_can_end_the_run():
    x, y = blobs()
    seen = []

    def stop_at_three(model, record):
        seen.append((record.epoch, len(model.history)))
        return record.epoch == 3

    model = small_model().fit(x, y, 10, progress=False, callbacks=[stop_at_three])
    assert seen == [(1, 1), (2, 2), (3, 3)]
    assert len(model.history) == 3


@pytest.mark.parametrize(("answer", "epochs"), [(np.True_, 1), (np.False_, 3), (None, 3), (1, 3)])
def test_what_a_callback_may_answer(answer, epochs):
    x, y = blobs(samples=40)
    model = small_model().fit(x, y, 3, progress=False, callbacks=[lambda *_: answer])
    assert len(model.history) == epochs


@pytest.mark.parametrize("callbacks", [None, print, ["print"], 3])
def test_callbacks_that_are_none_are_named(callbacks):
    x, y = blobs(samples=40)
    model = small_model()
    with pytest.raises(TypeError, match=r"callbacks: got .*, expected a list of functions"):
        model.fit(x, y, 1, progress=False, callbacks=callbacks)
    assert model.history == []


def test_the_score_of_values_that_are_all_alike():
    x, _ = blobs(samples=40)
    model = small_model(layers=[8, 5, 2], loss="mse")
    exact = np.zeros_like(x)
    met = np.tile(model.forward(exact)[:1], (40, 1))
    assert model.score(exact, met) == 1.0
    assert model.score(exact, met + 1) == 0.0
    assert model.score(exact, met + np.array([0, 1], np.float32)) == 0.5


def test_divergence_keeps_the_last_good_epoch(tmp_path):
    x, y = blobs()
    path = tmp_path / "model.safetensors"
    model = small_model(optimizer="sgd", learning_rate=0.01, schedule="constant")
    model.fit(x, y, 2, progress=False, checkpoint=path)
    kept = path.read_bytes()
    good = small_model(optimizer="sgd", learning_rate=0.01, schedule="constant")
    good.fit(x, y, 2, progress=False)
    spoilt = x.copy()
    spoilt[50:] *= 1e25  # finite, but not for long
    with pytest.raises(RuntimeError, match="diverged"):
        model.fit(spoilt, y, 5, progress=False, checkpoint=path)
    assert_same_model(model, good)
    assert len(model.history) == 2
    assert path.read_bytes() == kept


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_threads_do_not_change_a_bit(optimizer):
    x, y = blobs(samples=300, features=100, classes=5)
    settings = {"layers": [100, 300, 200, 5], "batch_size": 96, "density": 0.2, "dropout": 0.3}
    models = []
    for threads in (1, 2, 3):
        sg.set_num_threads(threads)
        assert sg.num_threads() == threads
        model = small_model(optimizer=optimizer, activation="srelu", **settings)
        models.append(model.fit(x, y, 2, validation=0.2, progress=False))
    for other in models[1:]:
        assert_same_model(models[0], other)
        assert [r.loss for r in models[0].history] == pytest.approx([r.loss for r in other.history])
        assert [r.val_loss for r in models[0].history] == [r.val_loss for r in other.history]
        assert np.array_equal(models[0].forward(x), other.forward(x))


def test_other_threads_may_use_a_model_that_is_trained():
    x, y = blobs(samples=400, features=60)
    expected = small_model(layers=[60, 200, 100, 3]).fit(x, y, 4, progress=False)
    model = small_model(layers=[60, 200, 100, 3])
    done, errors = threading.Event(), []

    def use():
        while not done.is_set():
            try:
                model.predict(x)
                model.edges(1)
                model.evaluate(x, y)
            except Exception as error:
                errors.append(error)

    users = [threading.Thread(target=use) for _ in range(2)]
    for user in users:
        user.start()
    model.fit(x, y, 4, progress=False)
    done.set()
    for user in users:
        user.join()
    assert not errors
    assert_same_model(model, expected)


PROGRAM = """
import sparsegrow as sg
from sparsegrow.data.datasets import open_data
data = open_data("synthetic")
model = sg.SparseMLP([64, 200, 200, 10], density=0.1)
model.fit(data.x_train, data.y_train, 6, progress=False)
print(sg.info()["isa"], model.score(data.x_test, data.y_test))
"""


@pytest.mark.parametrize("isa", native.supported_isas())
def test_every_instruction_set_trains(isa):
    result = python(PROGRAM, SPARSEGROW_ISA=isa, SPARSEGROW_NUM_THREADS="1")
    assert result.returncode == 0, result.stderr
    used, accuracy = result.stdout.split()
    assert used == isa
    assert float(accuracy) > 0.8


def test_an_unknown_instruction_set_is_refused():
    result = python("import sparsegrow as sg; print(sg.info())", SPARSEGROW_ISA="mmx")
    assert result.returncode == 1
    assert (
        "ValueError: [SPARSEGROW_ISA] got 'mmx', expected one that this build has for this machine"
        in (result.stderr)
    )


@pytest.mark.parametrize("threads", ["abc", "0", "-2", "1000", "4x", "99999999999999"])
def test_an_impossible_number_of_threads_is_refused(threads):
    result = python("import sparsegrow as sg; print(sg.info())", SPARSEGROW_NUM_THREADS=threads)
    assert result.returncode == 1
    assert f"ValueError: [SPARSEGROW_NUM_THREADS] got '{threads}', expected 1 to 256" in (
        result.stderr
    )


def test_no_number_of_threads_is_the_number_of_cores():
    result = python("import sparsegrow as sg; print(sg.info())", SPARSEGROW_NUM_THREADS="")
    assert result.returncode == 0, result.stderr
