"""Sparse restricted Boltzmann machines: learning, likelihood, topology, files, bad input."""

import itertools

import numpy as np
import pytest

import sparsegrow as sg
from sparsegrow.rbm import RestrictedBoltzmann
from support import DEVICE, rng, skip_without_double


def bars_and_stripes(side=4):
    """All pictures of full rows or of full columns, each once."""
    masks = np.array(list(itertools.product([0, 1], repeat=side)), dtype="float32")
    rows = np.repeat(masks, side, axis=1)
    columns = np.tile(masks, (1, side))
    return np.unique(np.concatenate([rows, columns]), axis=0)


def machine(**settings):
    given = {"n_hidden": 12, "density": 0.6, "learning_rate": 0.2, "batch_size": 6, "seed": 1}
    skip_without_double(settings.get("dtype"))
    return RestrictedBoltzmann(**{**given, "device": DEVICE, **settings})


def fitted(x, epochs, **settings):
    return machine(**settings).fit(x, epochs, progress=False)


def state_of(model):
    tensors = model._engine.tensors()
    return {name: tensors[name].copy() for name in sorted(tensors)}


def assert_same(one, other):
    """Bit for bit, velocities and chains included."""
    left, right = state_of(one), state_of(other)
    assert left.keys() == right.keys()
    for name, array in left.items():
        assert np.array_equal(array, right[name]), name
    assert one._engine.changes == other._engine.changes
    assert one._engine.network.steps == other._engine.network.steps
    assert [r.loss for r in one.history] == pytest.approx([r.loss for r in other.history])


def dense(model):
    """Weights [visible][hidden] and both biases, float64."""
    visible, hidden, weight = model.links()
    weights = np.zeros(model.config.widths)
    weights[visible, hidden] = weight
    return weights, *(bias.astype(float) for bias in model.biases())


def all_states(units):
    return np.array(list(itertools.product([0, 1], repeat=units)), dtype="float32")


# --- learning


@pytest.mark.parametrize(
    "settings",
    [
        {"k": 5},
        {"topology": "static", "k": 5},
        {"persistent": True, "sample_visible": True, "momentum": 0.5, "learning_rate": 0.01},
        {"mean_field_last": True, "sample_visible": True, "k": 3},
    ],
    ids=["set", "static", "persistent", "mean-field"],
)
def test_the_likelihood_of_bars_and_stripes_rises(settings):
    x = bars_and_stripes()
    model = machine(**{"zeta": 0.1, "learning_rate": 0.05, **settings})
    likelihoods = []
    for epochs in (1, 300, 600):
        model.fit(x, epochs, progress=False)
        likelihoods.append(model.log_likelihood(x, method="exact"))
    assert likelihoods[0] < -10.5  # 16 coins give -11.1
    assert likelihoods[0] < likelihoods[1] < likelihoods[2]
    assert likelihoods[2] > -9.0
    assert model.nnz == round(0.6 * 16 * 12)


def test_a_trained_machine_tells_its_data_from_noise():
    x = bars_and_stripes()
    model = fitted(x, 600, k=5, zeta=0.1)
    noise = rng(3).integers(2, size=(200, 16)).astype("float32")
    for method in ("pseudo", "free_energy"):
        assert model.score_samples(x, method).mean() > model.score_samples(noise, method).mean() + 1
    assert model.reconstruction_error(x) < 0.5 * model.reconstruction_error(noise)


def test_pictures_that_it_draws_are_likely():
    x = bars_and_stripes()
    model = fitted(x, 900, k=5, zeta=0.1, sample_visible=True)
    drawn = model.sample(300, 200, seed=5)
    assert drawn.shape == (300, 16)
    energy = model.free_energy(np.round(drawn)).mean()
    noise = rng(3).integers(2, size=(300, 16)).astype("float32")
    assert energy < model.free_energy(noise).mean() - 2
    assert np.array_equal(drawn, model.sample(300, 200, seed=5))
    assert not np.array_equal(drawn, model.sample(300, 200, seed=6))


def test_history_has_a_record_per_epoch():
    x = bars_and_stripes()
    model = machine().fit(x, 4, validation=0.2, progress=False)
    assert [record.epoch for record in model.history] == [1, 2, 3, 4]
    assert all(0 < record.loss < 0.3 and 0 < record.val_loss < 0.3 for record in model.history)
    model.fit(x, 1, validation=x, progress=False)
    assert model.history[-1].val_loss == pytest.approx(model.reconstruction_error(x))


def test_any_number_of_threads_gives_the_same_bits():
    x = rng(0).random((300, 400)).astype("float32")
    models = []
    for threads in (1, 3):
        sg.set_num_threads(threads)
        models.append(fitted(x, 2, n_hidden=150, density=0.3, batch_size=100, persistent=True))
    assert_same(*models)


# --- formulas


def test_inference_is_that_of_a_dense_machine():
    x = rng(1).random((40, 16))
    model = fitted(bars_and_stripes(), 20, dtype="float64")
    weights, visible, hidden = dense(model)
    z = hidden + x @ weights
    h = 1 / (1 + np.exp(-z))
    v = 1 / (1 + np.exp(-(visible + h @ weights.T)))
    assert np.allclose(model.transform(x), h)
    assert np.allclose(model.reconstruct(x), v)
    assert np.isclose(model.reconstruction_error(x), ((v - x) ** 2).mean())
    assert model.reconstruction_error(x, sampled=True) > model.reconstruction_error(x)
    assert np.allclose(model.free_energy(x), -x @ visible - np.logaddexp(0, z).sum(axis=1))


@pytest.mark.parametrize("hidden", [5, 12, 30])
def test_probabilities_of_all_pictures_sum_to_one(hidden):
    model = fitted(bars_and_stripes(3), 200, n_hidden=hidden)  # 9 visible units
    energy = model.free_energy(all_states(9))
    exact = model.log_partition("exact")
    assert exact.log_z == pytest.approx(np.log(np.exp(-energy).sum()), abs=1e-4)
    assert exact.deviation == 0


@pytest.mark.parametrize("hidden", [4, 12])
def test_annealing_meets_enumeration(hidden):
    x = bars_and_stripes()
    model = fitted(x, 400, n_hidden=hidden, k=5, zeta=0.1)
    exact, annealed = model.log_partition("exact"), model.log_partition("ais", base=x)
    assert annealed.deviation < 0.2
    assert abs(annealed.log_z - exact.log_z) < 4 * annealed.deviation + 0.02
    assert 1 <= annealed.effective_chains <= 100
    difference = model.log_likelihood(x) - model.log_likelihood(x, method="exact")
    assert abs(difference) == pytest.approx(abs(annealed.log_z - exact.log_z), abs=1e-6)


# --- topology


def test_the_number_of_links_is_exact():
    model = RestrictedBoltzmann(1024, 200)  # epsilon 10
    assert model.nnz == 12240
    assert model.parameters == 12240 + 1224
    model.rewire()
    visible, hidden, _ = model.links()
    assert model.nnz == len(set(zip(visible.tolist(), hidden.tolist(), strict=True))) == 12240


def test_survivors_keep_weight_and_velocity():
    model = fitted(bars_and_stripes(), 30, momentum=0.5)

    def by_ends():
        visible, hidden, weight = model.links()
        velocity = model._engine.network.state("weight.m")
        ends = zip(visible.tolist(), hidden.tolist(), strict=True)
        return dict(zip(ends, zip(weight, velocity, strict=True), strict=True))

    before = by_ends()
    model.rewire()
    after = by_ends()
    kept = [ends for ends in after if before.get(ends) == after[ends]]
    weights = np.array([weight for weight, _ in before.values()])
    removed = int(0.3 * (weights > 0).sum()) + int(0.3 * (weights < 0).sum())
    assert len(kept) == len(before) - removed
    assert all(after[ends][1] == 0 for ends in set(after) - set(kept))


def test_the_last_removal_is_made_up_for_by_the_next_epoch():
    x = bars_and_stripes()
    model = fitted(x, 3, final_removal=True)
    assert model.nnz < model.config.links
    model.fit(x, 1, progress=False)
    assert model._engine.changes == 5  # before epochs 2, 3 and 4, and after 3 and 4
    assert model.nnz < model.config.links
    assert fitted(x, 3, topology="static", final_removal=True).nnz == model.config.links


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

    monkeypatch.setattr("sparsegrow.rbm_engine.RbmEngine.train", cut)
    monkeypatch.setattr("sparsegrow.interrupt.DeferredInterrupt.check", check)
    with pytest.raises(KeyboardInterrupt):
        model.fit(x, 4, progress=False, checkpoint=path)
    monkeypatch.undo()
    resumed = RestrictedBoltzmann.resume(path)
    assert resumed._engine.network.steps == steps
    assert_same(whole, resumed.fit(x, 4, progress=False))


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


def test_damaged_files_are_refused(tmp_path):
    path, broken = tmp_path / "machine.safetensors", tmp_path / "broken.safetensors"
    fitted(bars_and_stripes(), 1).save(path)
    good = path.read_bytes()
    for bad in (good[: len(good) // 2], b"", good.replace(b'\\"k\\":1', b'\\"k\\":0'), b"x" * 100):
        broken.write_bytes(bad)
        if bad == good:
            continue
        with pytest.raises(ValueError, match="broken"):
            RestrictedBoltzmann.load(broken)
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
