"""Small Boltzmann machines and pictures that they learn."""

import itertools

import numpy as np
import pytest

from sparsegrow.rbm import RestrictedBoltzmann
from support import DEVICE, skip_without_double


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
