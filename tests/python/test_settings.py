"""The constructor: what it refuses, what it fills in, and what it says of itself."""

import copy
import pickle

import numpy as np
import pytest

import sparsegrow as sg
from support import assert_same_model, blobs, small_model

WRONG = [
    ({"topology": "sett"}, "topology: got 'sett', expected one of 'static', 'dense', 'set'"),
    ({"activation": "swish"}, "activation: got 'swish'.*'relu'.*'srelu'"),
    ({"loss": "hinge"}, "loss"),
    ({"optimizer": "rmsprop"}, "optimizer"),
    ({"decay": "l1"}, "decay"),
    ({"schedule": "step"}, "schedule"),
    ({"init": "xavier"}, "init"),
    ({"distribution": "normal"}, "distribution"),
    ({"dtype": "float16"}, "dtype"),
    ({"dtype": np.float32}, "dtype"),
    ({"output": "tanh"}, "output.*identity"),
    ({"epsilon": 0}, "epsilon: got 0, expected above 0"),
    ({"epsilon": float("nan")}, "epsilon.*finite"),
    ({"density": 1.5}, "density: got 1.5, expected above 0 and at most 1"),
    ({"density": "0.1"}, "density.*finite number"),
    ({"density": 0.1, "epsilon": 20}, "both"),
    ({"density": 0.1, "topology": "dense"}, "neither"),
    ({"learning_rate": 0}, "learning_rate"),
    ({"momentum": 1}, "momentum: got 1, expected at least 0 and below 1"),
    ({"weight_decay": -1}, "weight_decay"),
    ({"dropout": 1.0}, "dropout"),
    ({"dropout": True}, "dropout"),
    ({"batch_size": 0}, "batch_size: got 0, expected 1 to"),
    ({"batch_size": 2.5}, "batch_size: got 2.5, expected an integer"),
    ({"warmup_epochs": -1}, "warmup_epochs"),
    ({"final_factor": 0}, "final_factor"),
    ({"init_scale": float("inf")}, "init_scale"),
    ({"seed": -1}, "seed"),
    ({"seed": 2**63}, "seed"),
    ({"device": 3}, "device"),
    ({"device": "toaster"}, "toaster"),
]


@pytest.mark.parametrize(("settings", "message"), WRONG)
def test_a_wrong_setting_is_a_value_error(settings, message):
    with pytest.raises(ValueError, match=message):
        sg.SparseMLP([8, 5, 3], **settings)


@pytest.mark.parametrize(
    "layers", [[], [5], [5, 0], [5, -2, 3], [5, 2.5], "784", 5, None, [5, "3"]]
)
def test_wrong_layers_are_a_value_error(layers):
    with pytest.raises(ValueError, match="layers"):
        sg.SparseMLP(layers)


def test_numpy_numbers_will_do():
    model = sg.SparseMLP(np.array([8, 5, 3]), density=np.float32(0.5), seed=np.int64(4))
    assert model.layers == (8, 5, 3)
    assert type(model.config.seed) is int
    assert repr(model) == "SparseMLP([8, 5, 3], density=0.5, seed=4)"


@pytest.mark.parametrize(
    ("settings", "edges"),
    [
        ({}, [35680, 40000, 40000, 10000]),
        ({"epsilon": 13}, [23192, 26000, 26000, 10000]),
        ({"topology": "dense"}, [784000, 1000000, 1000000, 10000]),
        ({"density": 0.01, "distribution": "uniform"}, [7840, 10000, 10000, 100]),
    ],
)
def test_the_published_numbers_of_edges(settings, edges):
    model = sg.SparseMLP([784, 1000, 1000, 1000, 10], **settings)
    assert [len(model.edges(k)[0]) for k in range(4)] == edges
    assert model.nnz == sum(edges)
    assert model.parameters == sum(edges) + 3010


@pytest.mark.parametrize("distribution", ["erk", "er"])
def test_a_density_holds_for_the_whole_network(distribution):
    model = sg.SparseMLP([784, 1000, 1000, 10], density=0.01, distribution=distribution)
    assert abs(model.density - 0.01) < 1e-5
    densities = [len(model.edges(k)[0]) / n for k, n in enumerate((784000, 1000000, 10000))]
    assert densities[2] > densities[0] > densities[1]


def test_every_edge_is_there_once_and_in_its_layer():
    model = small_model(layers=[30, 50, 7], density=0.2)
    for k, (n, m) in enumerate([(30, 50), (50, 7)]):
        source, target, weight = model.edges(k)
        assert source.min() >= 0
        assert source.max() < n
        assert target.max() < m
        assert (np.diff(target) >= 0).all()
        assert len(set(zip(source.tolist(), target.tolist(), strict=True))) == len(source)
        assert weight.dtype == np.float32
        assert np.isfinite(weight).all()


def test_seeds_decide_topology_and_weights():
    assert_same_model(small_model(seed=5), small_model(seed=5))
    one, other = small_model(seed=5), small_model(seed=6)
    assert not np.array_equal(one.edges(0)[0], other.edges(0)[0])


@pytest.mark.parametrize(("activation", "gain"), [("relu", 2.0**0.5), ("tanh", 1.0)])
def test_start_weights_follow_the_edges_of_each_neuron(activation, gain):
    model = sg.SparseMLP([400, 400, 2], density=0.1, activation=activation, distribution="uniform")
    _, target, weight = model.edges(0)
    scaled = weight * np.sqrt(np.bincount(target, minlength=400))[target]
    assert abs(scaled.std() - gain) < 0.02 * gain
    assert abs(scaled.mean()) < 0.02


def test_defaults_that_hang_on_others():
    assert sg.SparseMLP([4, 3]).config.epsilon == 20
    assert sg.SparseMLP([4, 3], activation="all_relu").config.slope == 0.6
    assert sg.SparseMLP([4, 3], optimizer="sgd").config.learning_rate == 0.05
    assert sg.SparseMLP([4, 3], init="normal").config.init_scale == 0.1


@pytest.mark.parametrize(
    "written",
    [
        "SparseMLP([8, 5, 3], epsilon=20)",
        "SparseMLP([8, 5, 3], epsilon=4)",
        "SparseMLP([8, 3], topology='dense', optimizer='sgd', learning_rate=0.5)",
        "SparseMLP([8, 5, 3], density=0.5, activation='all_relu', slope=0.25, dtype='float64')",
        "SparseMLP([8, 5, 1], epsilon=4, loss='mse', output='tanh', dropout=0.5, seed=9)",
        "SparseMLP([8, 5, 3], density=0.5, topology='rigl')",
        "SparseMLP([8, 5, 3], density=0.5, topology='set', dynamics={'fraction': 0.2, 'every': 7})",
    ],
)
def test_a_model_is_written_as_it_was_made(written):
    model = eval(written, {"SparseMLP": sg.SparseMLP})
    assert repr(model) == written


def test_the_summary_tells_each_layer():
    model = sg.SparseMLP([784, 1000, 10], epsilon=20)
    text = model.summary()
    assert "784 x 1000       35,680     4.55%" in text
    assert f"{model.parameters:,} parameters, {model.nbytes:,} bytes, float32 on cpu" in text


@pytest.mark.parametrize("way", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copy_is_a_model_of_its_own(way):
    x, y = blobs()
    model = small_model().fit(x, y, 2, progress=False)
    other = way(model)
    assert_same_model(model, other)
    other.fit(x, y, 1, progress=False)
    assert len(model.history) == 2
    assert_same_model(other, model.fit(x, y, 1, progress=False))


class Named(sg.SparseMLP):
    """A user's own model, with something that no checkpoint knows."""

    def __init__(self, name):
        super().__init__([8, 6, 3])
        self.name = name


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
@pytest.mark.parametrize(
    "make",
    [
        lambda: Named("mine"),
        lambda: sg.SparseMLP([8, 6, 3]),
        lambda: sg.RestrictedBoltzmann(8, 4),
        lambda: sg.RestrictedBoltzmann(),
        lambda: sg.CharModel(),
    ],
)
def test_a_copy_keeps_what_was_added(make, way):
    model = make()
    model.note = ["a thing of mine"]
    other = way(model)
    assert type(other) is type(model)
    assert other.note == model.note
    assert getattr(other, "name", None) == getattr(model, "name", None)
    assert repr(other) == repr(model)
