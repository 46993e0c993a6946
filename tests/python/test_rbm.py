"""Sparse restricted Boltzmann machines: learning, likelihood, topology."""

import itertools

import numpy as np
import pytest

import sparsegrow as sg
from rbm_support import assert_same, bars_and_stripes, fitted, machine
from sparsegrow.rbm import RestrictedBoltzmann
from support import rng


def dense(model):
    """Weights [visible][hidden] and both biases, float64."""
    visible, hidden, weight = model.links()
    weights = np.zeros(model.config.widths)
    weights[visible, hidden] = weight
    return weights, *(bias.astype(float) for bias in model.biases())


def all_states(units):
    return np.array(list(itertools.product([0, 1], repeat=units)), dtype="float32")


def test_a_sample_alone_is_as_among_others():
    x = rng(0).random((131, 33)).astype("float32")
    model = RestrictedBoltzmann(33, 70, density=0.8).fit(x, 2, progress=False)
    for call in (model.transform, model.reconstruct, model.free_energy):
        whole = call(x)
        for size in (1, 11, 65):
            parts = [call(x[begin : begin + size]) for begin in range(0, 131, size)]
            assert np.array_equal(np.concatenate(parts), whole)


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


@pytest.mark.parametrize(
    "wrong", [{"validation": 2.0}, {"checkpoint": "absent/m"}, {"validation": np.zeros((2, 3))}]
)
def test_a_refused_fit_leaves_the_width_open(wrong) -> None:
    model = sg.RestrictedBoltzmann(n_hidden=8)
    with pytest.raises((ValueError, TypeError, OSError)):
        model.fit(np.zeros((20, 16), np.float32), **wrong, progress=False)
    assert model.config.n_visible is None
