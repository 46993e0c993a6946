"""Gradients by finite differences in double precision."""

import itertools

import numpy as np
import pytest

from support import network, random_pattern, rng, trainer

ACTIVATIONS = ["identity", "relu", "leaky_relu", "tanh", "sigmoid", "srelu", "all_relu"]
OUTPUTS = [
    ("cross_entropy", "identity"),
    ("mse", "identity"),
    ("mse", "tanh"),
    ("mse", "sigmoid"),
]
WIDTHS = [6, 9, 8, 4]
STEP = 1e-5


def net_of(hidden, output, widths=WIDTHS):
    layers = [
        random_pattern(n, m, 0.5, seed=k) for k, (n, m) in enumerate(itertools.pairwise(widths))
    ]
    net = network(widths, layers, hidden, output)
    bias = 0.3 * rng(5).normal(size=sum(widths))
    bias[: widths[0]] = 0
    net.set_state("bias", bias)
    if hidden == "srelu":  # four different numbers for each neuron, left threshold below the right
        rows = sum(widths)
        numbers = rng(6).uniform(0.2, 0.9, size=(4, rows))
        numbers[0] *= -1
        net.set_state("srelu", numbers.ravel())
    return net


def data(loss, batch, widths=WIDTHS):
    x = rng(7).normal(size=(batch, widths[0]))
    if loss == "cross_entropy":
        return x, rng(8).integers(widths[-1], size=batch)
    return x, rng(8).normal(size=(batch, widths[-1]))


def numeric(net, train, name, x, y, order):
    """Central differences of the mean loss, one parameter after the other."""
    values = net.state(name)
    slopes = np.zeros_like(values)
    for k in range(len(values)):
        for sign in (1, -1):
            moved = values.copy()
            moved[k] += sign * STEP
            net.set_state(name, moved)
            slopes[k] += sign * train.evaluate(x, y, order).loss / (2 * STEP)
    net.set_state(name, values)
    return slopes


@pytest.mark.parametrize(("loss", "output"), OUTPUTS)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("batch", [1, 5, 33])
def test_gradients_equal_finite_differences(hidden, loss, output, batch):
    net = net_of(hidden, output)
    train = trainer(net, loss)
    x, y = data(loss, batch)
    order = np.arange(batch)
    names = ["weight", "bias"] + ["srelu"] * (hidden == "srelu")
    train.gradients(x, y, order)
    analytic = {name: net.gradient(name) for name in names}
    for name in names:
        expected = numeric(net, train, name, x, y, order)
        scale = np.abs(expected).max()
        assert scale > 1e-4
        assert np.abs(analytic[name] - expected).max() < 1e-6 * scale, name


def test_gradients_change_nothing():
    net = net_of("srelu", "identity")
    before = {name: net.state(name) for name in net.state_names}
    trainer(net).gradients(*data("cross_entropy", 8), np.arange(8))
    for name, values in before.items():
        assert np.array_equal(values, net.state(name))


def test_only_the_chosen_samples_count():
    net = net_of("tanh", "identity")
    train = trainer(net)
    x, y = data("cross_entropy", 12)
    chosen = np.array([7, 2, 11])
    train.gradients(x, y, chosen)
    some = net.gradient("weight")
    train.gradients(np.ascontiguousarray(x[chosen]), y[chosen], np.arange(3))
    assert np.array_equal(some, net.gradient("weight"))


def test_a_single_precision_gradient_is_close_to_the_double_one():
    gradients = []
    for dtype in ("float64", "float32"):
        net = network(
            [40, 30, 5], [random_pattern(40, 30, 0.3), random_pattern(30, 5, 0.6)], dtype=dtype
        )
        x, y = data("cross_entropy", 50, [40, 30, 5])
        trainer(net).gradients(x, y, np.arange(50))
        gradients.append(net.gradient("weight"))
    assert gradients[1].dtype == np.float32
    assert np.abs(gradients[0] - gradients[1]).max() < 1e-4 * np.abs(gradients[0]).max()
