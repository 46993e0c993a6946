"""A full pattern trains exactly like a dense network written down in NumPy."""

import itertools

import numpy as np
import pytest

from support import network, pattern, rng, trainer

WIDTHS = [5, 7, 6, 3]
RATE, BATCH, STEPS = 0.05, 8, 12


class DenseNet:
    """tanh, tanh, softmax cross-entropy; weights [outputs][inputs]."""

    def __init__(self, net):
        self.weights, self.bias = [], []
        flat, bias = net.state("weight"), net.state("bias")
        for n, m in itertools.pairwise(WIDTHS):
            self.weights.append(flat[: n * m].reshape(m, n).copy())
            flat = flat[n * m :]
        for k, m in enumerate(WIDTHS[1:]):
            begin = sum(WIDTHS[: k + 1])
            self.bias.append(bias[begin : begin + m].copy())

    def parameters(self):
        return [*self.weights, *self.bias]

    def gradients(self, x, y):
        activations = [x]
        for k, (w, b) in enumerate(zip(self.weights, self.bias, strict=True)):
            z = activations[-1] @ w.T + b
            activations.append(np.tanh(z) if k + 1 < len(self.weights) else z)
        powers = np.exp(activations[-1] - activations[-1].max(axis=1, keepdims=True))
        delta = powers / powers.sum(axis=1, keepdims=True)
        loss = -np.log(delta[np.arange(len(y)), y]).mean()
        delta[np.arange(len(y)), y] -= 1
        delta /= len(y)
        of_weights, of_bias = [], []
        for k in reversed(range(len(self.weights))):
            of_weights.insert(0, delta.T @ activations[k])
            of_bias.insert(0, delta.sum(axis=0))
            delta = (delta @ self.weights[k]) * (1 - activations[k] ** 2)
        return loss, [*of_weights, *of_bias]


class Stepper:
    """The optimizers, as torch and the papers define them."""

    def __init__(self, kind, decay, amount):
        self.kind, self.decay, self.amount = kind, decay, amount
        self.m, self.v, self.t = {}, {}, 0

    def step(self, parameters, gradients):
        self.t += 1
        for k, (w, g) in enumerate(zip(parameters, gradients, strict=True)):
            if self.decay == "l2":
                g = g + self.amount * w
            shrink = {"l2": 0, "decoupled": RATE * self.amount, "direct": self.amount}
            change = self.change(k, g)
            w += change - shrink[self.decay] * w

    def change(self, k, g):
        m, v = self.m.get(k, 0.0), self.v.get(k, 0.0)
        if self.kind == "adam":
            self.m[k] = m = 0.9 * m + (1 - 0.9) * g
            self.v[k] = v = 0.999 * v + (1 - 0.999) * g * g
            corrected = m / (1 - 0.9**self.t), v / (1 - 0.999**self.t)
            return -RATE * corrected[0] / (np.sqrt(corrected[1]) + 1e-8)
        self.m[k] = m = 0.9 * m - RATE * g
        return 0.9 * m - RATE * g if self.kind == "nesterov" else m


@pytest.mark.parametrize("decay", ["l2", "decoupled", "direct"])
@pytest.mark.parametrize("kind", ["sgd", "nesterov", "adam"])
def test_every_step_equals_the_dense_reference(kind, decay):
    from sparsegrow import _sparsegrow as native

    full = [pattern(m, [list(range(n))] * m) for n, m in itertools.pairwise(WIDTHS)]
    net = network(WIDTHS, full)
    amount = 0.01
    train = trainer(
        net,
        kind=kind,
        rate=RATE,
        batch=BATCH,
        weight_decay=amount,
        decay=getattr(native.DecayKind, decay),
    )
    dense, stepper = DenseNet(net), Stepper(kind, decay, amount)
    x, y = rng(1).normal(size=(40, 5)), rng(2).integers(3, size=40)
    for step in range(STEPS):
        chosen = rng(step).permutation(40)[:BATCH]
        record = train.train(x, y, chosen)
        loss, gradients = dense.gradients(x[chosen], y[chosen])
        stepper.step(dense.parameters(), gradients)
        assert abs(record.loss - loss) < 1e-12
        flat = np.concatenate([w.ravel() for w in dense.weights])
        assert np.abs(net.state("weight") - flat).max() < 1e-12
        bias = np.concatenate([np.zeros(WIDTHS[0]), *dense.bias])
        assert np.abs(net.state("bias") - bias).max() < 1e-12


def test_mean_square_error_is_the_mean_over_samples_and_outputs():
    full = [pattern(2, [[0, 1, 2]] * 2)]
    net = network([3, 2], full)
    x, y = rng(1).normal(size=(9, 3)), rng(2).normal(size=(9, 2))
    weights = net.state("weight").reshape(2, 3)
    record = trainer(net, "mse").evaluate(x, y, np.arange(9))
    assert abs(record.loss - np.mean((x @ weights.T - y) ** 2)) < 1e-12


@pytest.mark.parametrize("rate", [0.25, 0.5])
def test_dropout_silences_its_fraction_and_keeps_the_mean(rate):
    """One hidden layer of identities, all weights 1: the output counts the survivors."""
    hidden = 4000
    layers = [pattern(hidden, [[0]] * hidden), pattern(1, [list(range(hidden))])]
    net = network([1, hidden, 1], layers, "identity")
    net.set_state("weight", np.concatenate([np.ones(hidden), np.full(hidden, 1 / hidden)]))
    x, y = np.ones((50, 1)), np.zeros((50, 1))
    train = trainer(net, "mse", rate=1e-30, batch=50, dropout=rate)
    root_mean_square = train.train(x, y, np.arange(50)).loss ** 0.5
    assert abs(root_mean_square - 1) < 0.02
    assert abs(train.evaluate(x, y, np.arange(50)).loss - 1) < 1e-9
