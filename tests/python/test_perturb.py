"""Perturbation analyses of trained networks."""

import doctest
import json

import numpy as np
import pytest

import sparsegrow as sg
from sparsegrow.layered.perturbation import analysis
from sparsegrow.layered.perturbation.analysis import perturb
from sparsegrow.layered.perturbation.weights import KINDS, PRUNING
from support import arrays_of, blobs, rng, small_model, without_times


def trained(seed=3, **settings):
    x, y = blobs(samples=300, seed=1)
    model = small_model(layers=[8, 60, 40, 3], seed=seed, **settings)
    return model.fit(x, y, epochs=20, progress=False), x, y


@pytest.fixture(scope="module")
def net():
    return trained()


def bits(array):
    return array.tobytes()


def assert_same_result(one, other):
    assert json.dumps(one.as_dict()) == json.dumps(other.as_dict())
    for kind, curve in one.curves.items():
        assert bits(curve.score) == bits(other[kind].score)
        assert bits(curve.loss) == bits(other[kind].loss)


def test_order_of_the_areas(net):
    model, x, y = net
    found = perturb(model, x, y, seed=4)
    area = {kind: found[kind].auc["median"] for kind in PRUNING}
    assert area["prune_weak"] >= area["prune_random"] >= area["prune_strong"]
    assert area["prune_weak"] > area["prune_strong"] + 0.1
    assert all(
        len(found[kind].score) == (20 if found[kind].analysis.draws else 1) for kind in KINDS
    )


@pytest.mark.parametrize("settings", [{}, {"topology": "dense", "density": None}, {"density": 0.1}])
@pytest.mark.parametrize("scope", ["layer", "global"])
def test_level_0_is_the_network_and_the_network_stays(settings, scope):
    model, x, y = trained(**settings)
    before, usual, outputs = arrays_of(model), model.evaluate(x, y), model.forward(x)
    history = without_times(model.history)
    found = model.perturb(x, y, repeats=2, scope=scope, include_output=True)
    for curve in found.curves.values():
        assert set(curve.score[:, 0]) == {usual["accuracy"]}
        assert set(curve.loss[:, 0]) == {usual["loss"]}
    after = arrays_of(model)
    assert after.keys() == before.keys()
    assert all(bits(after[name]) == bits(array) for name, array in before.items())
    assert bits(model.forward(x)) == bits(outputs)
    assert without_times(model.history) == history


def test_a_pruned_link_is_as_good_as_absent(net):
    model, x, y = net
    found = perturb(model, x, y, "prune_weak", levels=[0.5])["prune_weak"]
    other, remove = trained()[0], {}
    for layer in (0, 1):
        size = np.abs(other.edges(layer)[2])
        remove[layer] = np.argsort(size, kind="stable")[: len(size) // 2]
    other.update_topology(remove=remove)
    figures = other.evaluate(x, y)
    assert found.score[0, 1] == figures["accuracy"]
    assert found.loss[0, 1] == pytest.approx(figures["loss"], rel=1e-5)


def test_determined_by_the_seed(net):
    model, x, y = net
    one, same = (perturb(model, x, y, repeats=3, seed=7) for _ in range(2))
    assert_same_result(one, same)
    other = perturb(model, x, y, repeats=3, seed=8)
    for kind in KINDS:
        assert (bits(one[kind].loss) != bits(other[kind].loss)) == one[kind].analysis.draws
    more = perturb(model, x, y, repeats=5, seed=7)
    assert bits(more["gaussian"].loss[:3]) == bits(one["gaussian"].loss)


def test_independent_of_threads(net):
    model, x, y = net
    one = perturb(model, x, y, repeats=2)
    sg.set_num_threads(2)
    assert_same_result(one, perturb(model, x, y, repeats=2))


def test_noise_at_one_level_does_not_hang_on_the_others(net):
    model, x, y = net
    for kind, levels in (("gaussian", [0.5, 1.5]), ("shuffle", [2, 16]), ("prune_random", [0.5])):
        few = perturb(model, x, y, kind, repeats=2, levels=levels)[kind]
        whole = perturb(model, x, y, kind, repeats=2)[kind]
        places = [whole.levels.index(level) for level in few.levels]
        assert bits(few.loss) == bits(np.ascontiguousarray(whole.loss[:, places]))


def test_neurons_alive_fall(net):
    model, x, y = net
    for kind in PRUNING:
        alive = perturb(model, x, y, kind, repeats=3)[kind].alive
        assert (np.diff(alive, axis=1) <= 0).all()
        assert 90 < alive[0, 0] <= 100
        assert alive[0, -1] < 40


def test_power_is_reported(net):
    model, x, y = net
    curve = perturb(model, x, y, "gaussian", repeats=60, noise="multiplicative")["gaussian"]
    assert np.allclose(curve.power.mean(axis=0), 1 + np.square(curve.levels), rtol=0.03)
    assert curve.alive is None


@pytest.mark.parametrize("noise", ["additive", "multiplicative"])
def test_noise_is_in_units_of_each_layer_whatever_the_scope(noise):
    model, x, y = trained()
    engine = model._engine
    weights, second = engine.network.state("weight"), engine.spans()[1]
    weights[second.begin : second.end] *= 100
    engine.network.set_state("weight", weights)
    one, other = (
        perturb(model, x, y, "gaussian", repeats=2, levels=[0.1], scope=scope, noise=noise)
        for scope in ("layer", "global")
    )
    assert bits(one["gaussian"].loss) == bits(other["gaussian"].loss)


def test_several_models_make_one_curve(net):
    _, x, y = net
    models = [trained(seed=s)[0] for s in (1, 2)]
    both = perturb(models, x, y, "prune_random", repeats=3)
    each = [perturb(one, x, y, "prune_random", repeats=3) for one in models]
    curves = [found["prune_random"] for found in each]
    assert bits(both["prune_random"].loss) == bits(np.concatenate([c.loss for c in curves]))
    assert both.as_dict()["nnz"] == [model.nnz for model in models]


def test_values(tmp_path):
    x = rng(0).normal(size=(300, 5)).astype("float32")
    y = np.stack([x[:, 0] * x[:, 1], x[:, 2]], axis=1)
    model = sg.SparseMLP([5, 60, 2], loss="mse").fit(x, y, epochs=40, progress=False)
    found = perturb(model, x, y, repeats=3)
    assert found.metric == "explained"
    assert found.as_dict()["chance"] == 0
    spread = np.var(y.astype(np.float64), axis=0).mean()
    expected = 1 - model.evaluate(x, y)["loss"] / spread
    assert found["shuffle"].score[0, 0] == pytest.approx(expected)
    assert found["prune_weak"].auc["median"] > found["prune_strong"].auc["median"]


def test_values_that_are_all_alike_are_not_explained_by_missing_them():
    x, _ = blobs(samples=40)
    model = small_model(layers=[8, 6, 2], loss="mse")
    curve = model.perturb(x, np.full((40, 2), 9, "float32"), "prune_weak")["prune_weak"]
    assert (curve.score == 0).all()


def test_json_names(net):
    model, x, y = net
    facts = perturb(model, x, y, repeats=2).as_dict()
    assert {"layers", "nnz", "samples", "scope", "seed", "chance", "metric"} <= set(facts)
    for curve in facts["curves"]:
        named = {"kind", "levels", "runs", "accuracy", "loss", "auc", "p50"}
        assert named <= set(curve)
        assert ("alive" in curve) == (curve["kind"] in PRUNING)
        assert ("groups" in curve) == (curve["kind"] == "shuffle")
        assert set(curve["auc"]) == {"q25", "median", "q75"}
        assert len(curve["accuracy"]["median"]) == len(curve["levels"])


def test_stopping_leaves_the_network_as_it_was(net):
    model, x, y = net
    before = arrays_of(model)

    def stop(kind, done, total):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        perturb(model, x, y, "prune_weak", callback=stop)
    assert all(bits(arrays_of(model)[name]) == bits(array) for name, array in before.items())


def test_progress_counts_to_the_end(net):
    model, x, y = net
    seen = []
    perturb(model, x, y, repeats=2, callback=lambda *told: seen.append(told))
    last = {kind: (done, total) for kind, done, total in seen}
    assert list(last) == list(KINDS)
    assert all(done == total for done, total in last.values())
    assert last["prune_random"] == (42, 42)


MISTAKES = [
    ({"kind": "prune"}, ValueError, "kind: got 'prune'"),
    ({"scope": "all"}, ValueError, "scope: got 'all'"),
    ({"include_output": "no"}, ValueError, "include_output: got 'no', expected True or False"),
    ({"repeats": 0}, ValueError, "repeats: got 0"),
    ({"seed": -1}, ValueError, "seed: got -1"),
    ({"noise": "pink"}, ValueError, "noise: got 'pink'"),
    ({"shuffle_mode": "all"}, ValueError, "shuffle_mode: got 'all'"),
    ({"levels": [0.5]}, ValueError, "expected {kind: levels}"),
    ({"levels": {"prune_all": [0.5]}}, ValueError, "prune_all"),
    ({"levels": [1.5], "kind": "prune_weak"}, ValueError, "levels: got 1.5"),
    ({"levels": [-1.0], "kind": "gaussian"}, ValueError, "levels: got -1"),
    ({"levels": [0.5], "kind": "shuffle"}, ValueError, "levels: got 0.5"),
    ({"levels": 0.5, "kind": "gaussian"}, TypeError, "expected a list"),
]


@pytest.mark.parametrize(("options", "error", "message"), MISTAKES)
def test_mistakes(net, options, error, message):
    model, x, y = net
    with pytest.raises(error, match=message):
        model.perturb(x, y, **options)


def test_networks_without_hidden_links_or_of_other_widths(net):
    model, x, y = net
    flat = small_model(layers=[8, 3])
    with pytest.raises(ValueError, match="include_output=True"):
        flat.perturb(x, y)
    assert len(flat.perturb(x, y, repeats=1, include_output=True).curves) == 5
    with pytest.raises(ValueError, match="same for all models"):
        perturb([model, small_model()], x, y)
    with pytest.raises(ValueError, match="at least one"):
        perturb([], x, y)


def test_the_example_of_the_docstring():
    outcome = doctest.testmod(analysis)
    assert outcome.attempted > 0
    assert outcome.failed == 0
