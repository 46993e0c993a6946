"""Runs of sparse restricted Boltzmann machines: in parts, from files, on bad input."""

import numpy as np
import pytest

import sparsegrow as sg
from rbm_support import assert_same, bars_and_stripes, fitted, machine, state_of
from sparsegrow.rbm import RestrictedBoltzmann

# --- runs


@pytest.mark.parametrize("settings", [{}, {"persistent": True, "momentum": 0.5}])
def test_runs_add_up(settings):
    x = bars_and_stripes()
    whole, parts = fitted(x, 8, **settings), fitted(x, 5, **settings)
    assert_same(whole, parts.fit(x, 3, progress=False))


@pytest.mark.parametrize("settings", [{}, {"persistent": True, "momentum": 0.5, "k": 2}])
@pytest.mark.parametrize("steps", [3, 5, 6, 13])
def test_after_an_interruption_in_mid_epoch(tmp_path, monkeypatch, settings, steps):
    x = bars_and_stripes()  # 30 pictures, 5 batches
    path = tmp_path / "machine.safetensors"
    whole, model = fitted(x, 4, **settings), machine(n_visible=16, **settings)
    train = type(model._engine).train

    def cut(engine, x, order):  # never past the step at which the user interrupts
        left = steps - engine.network.steps
        return train(engine, x, order[: 6 * left])

    def check(interrupt):
        if model._engine.network.steps == steps:
            raise KeyboardInterrupt

    monkeypatch.setattr("sparsegrow.rbm.engine.RbmEngine.train", cut)
    monkeypatch.setattr("sparsegrow.base.interrupt.DeferredInterrupt.check", check)
    with pytest.raises(KeyboardInterrupt):
        model.fit(x, 4, progress=False, checkpoint=path)
    monkeypatch.undo()
    resumed = RestrictedBoltzmann.resume(path)
    assert resumed._engine.network.steps == steps
    assert_same(whole, resumed.fit(x, 4, progress=False))


def test_a_machine_shows_its_size():
    assert repr(RestrictedBoltzmann(n_hidden=3)) == (
        "<RestrictedBoltzmann: 3 hidden units, not fitted yet>"
    )
    assert repr(RestrictedBoltzmann(1000, 500, epsilon=2)) == (
        "<RestrictedBoltzmann: 1,000 visible, 500 hidden units, 3,000 links, float32 on cpu>"
    )


def test_epochs_may_be_counted_by_numpy(tmp_path):
    path = tmp_path / "machine.safetensors"
    machine().fit(bars_and_stripes(), np.int64(2), progress=False, checkpoint=path)
    assert len(RestrictedBoltzmann.load(path).history) == 2


def test_a_next_run_is_the_same_from_a_file(tmp_path):
    x = bars_and_stripes()
    path = tmp_path / "machine.safetensors"
    model = fitted(x, 2)
    model.save(path)
    again = RestrictedBoltzmann.load(path)
    assert_same(model.fit(x, 2, progress=False), again.fit(x, 2, progress=False))


def test_files_go_there_and_back(tmp_path):
    x = bars_and_stripes()
    path = tmp_path / "machine.safetensors"
    model = fitted(x, 5, persistent=True, momentum=0.9)
    model.save(path)
    for again in (RestrictedBoltzmann.load(path), sg.load(path)):
        assert isinstance(again, RestrictedBoltzmann)
        assert_same(model, again)
        assert again.config == model.config
        assert np.array_equal(model.transform(x), again.transform(x))


def test_a_run_is_not_resumed_on_other_data(tmp_path):
    x = bars_and_stripes()
    path = tmp_path / "machine.safetensors"
    machine().fit(x, 2, progress=False, checkpoint=path)
    with pytest.raises(ValueError, match="12 samples to train on, but the run"):
        RestrictedBoltzmann.resume(path).fit(x[:12], 4, progress=False)


DAMAGE = {
    "half": (lambda good: good[: len(good) // 2], "not a safetensors file, or damaged"),
    "empty": (lambda good: b"", "not a safetensors file, or damaged"),
    "foreign": (lambda good: b"x" * 100, "not a safetensors file, or damaged"),
    "no sweep": (lambda good: good.replace(rb"\"k\": 1", rb"\"k\": 0"), "k: got 0, expected 1 to"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damaged_files_are_refused(tmp_path, case):
    path = tmp_path / "machine.safetensors"
    damage, message = DAMAGE[case]
    fitted(bars_and_stripes(), 1).save(path)
    good = path.read_bytes()
    assert damage(good) != good
    path.write_bytes(damage(good))
    with pytest.raises(ValueError, match=f"machine.safetensors: {message}"):
        RestrictedBoltzmann.load(path)


def test_files_of_others_are_refused(tmp_path):
    other = tmp_path / "mlp.safetensors"
    sg.SparseMLP([4, 5, 3], density=0.5).save(other)
    with pytest.raises(ValueError, match="not that of a RestrictedBoltzmann"):
        RestrictedBoltzmann.load(other)
    with pytest.raises(FileNotFoundError):
        RestrictedBoltzmann.load(tmp_path / "none")


def test_partial_fit_builds_the_machine_and_learns():
    x = bars_and_stripes()
    model = machine()
    for _ in range(300):
        model.partial_fit(x)
    assert model.history == []
    assert model._engine.network.steps == 1500
    assert model.log_likelihood(x, method="exact") > -9.5


# --- what is wrong

WRONG = {
    "outside": (
        "x",
        np.full((6, 16), 1.5, "float32"),
        "got 1.5 at x[0][0], expected values from 0",
    ),
    "below": ("x", -np.eye(16, dtype="float32"), "got -1 at x[0][0], expected values from 0 to 1"),
    "NaN": ("x", np.full((6, 16), np.nan), "got nan at x[0][0], expected finite numbers"),
    "width": ("x", np.zeros((6, 17), "float32"), "got 17 features, expected 16"),
    "rank": ("x", np.zeros(16, "float32"), "got shape (16,), expected [samples][16]"),
    "integers": ("x", np.zeros((6, 16), int), "got dtype int64, expected float32 or float64"),
    "list": ("x", [[0.0] * 16], "got list, expected a NumPy array"),
    "layout": ("x", np.zeros((16, 6)).T, "not C-contiguous"),
    "none": ("x", np.zeros((0, 16)), "got no samples"),
    "epochs": ("epochs", 0, "epochs: got 0, expected 1 to"),
    "validation": ("validation", 1.0, "validation: got 1, expected above 0 and below 1"),
}


@pytest.mark.parametrize("case", WRONG)
def test_bad_data_are_refused_in_one_line(case):
    name, value, message = WRONG[case]
    model = machine(n_visible=16)
    before = state_of(model)
    arguments = {"x": bars_and_stripes(), "epochs": 2, name: value}
    with pytest.raises((TypeError, ValueError)) as caught:
        model.fit(**arguments, progress=False)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert all(np.array_equal(before[key], array) for key, array in state_of(model).items())


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("n_visible", 0),
        ("n_hidden", 2.5),
        ("density", 1.5),
        ("epsilon", -1.0),
        ("k", 0),
        ("learning_rate", 0.0),
        ("momentum", 1.0),
        ("weight_decay", -1.0),
        ("decay", "strong"),
        ("batch_size", 0),
        ("topology", "rigl"),
        ("zeta", 1.1),
        ("persistent", 1),
        ("seed", -1),
        ("dtype", "float16"),
        ("device", 3),
    ],
)
def test_bad_settings_are_refused(setting, value):
    with pytest.raises(ValueError, match=setting):
        RestrictedBoltzmann(**{"n_visible": 16, setting: value})


def test_both_epsilon_and_density_are_refused():
    with pytest.raises(ValueError, match="epsilon, density"):
        RestrictedBoltzmann(16, epsilon=3, density=0.5)


def test_a_machine_without_data_says_so(tmp_path):
    model = machine()
    for call in (
        lambda: model.transform(bars_and_stripes()),
        lambda: model.save(tmp_path / "x"),
        model.links,
        lambda: model.sample(3),
        model.log_partition,
    ):
        with pytest.raises(ValueError, match="n_visible is not known yet"):
            call()


def test_too_many_units_for_enumeration():
    with pytest.raises(ValueError, match="at most 20 of either"):
        RestrictedBoltzmann(30, 40).log_partition("exact")


def test_divergence_leaves_the_machine_as_at_its_last_good_epoch(tmp_path):
    x = bars_and_stripes()
    path = tmp_path / "machine.safetensors"
    model = machine(persistent=True, weight_decay=1e3)  # each step turns weights over
    with pytest.raises(RuntimeError, match="diverged"):
        model.fit(x, 20, progress=False, checkpoint=path)
    assert 1 <= len(model.history) < 20
    assert_same(model, RestrictedBoltzmann.load(path))
