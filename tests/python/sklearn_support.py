"""Estimators and data for the tests with scikit-learn."""

import numpy as np

from sparsegrow.sklearn import SparseMLPClassifier, SparseMLPRegressor
from support import blobs, rng

QUICK = {
    "hidden_layer_sizes": (40, 30),
    "density": 0.4,
    "random_state": 0,
    "schedule": "cosine",
    "max_iter": 12,
    "batch_size": 16,
}


def classifier(**settings):
    return SparseMLPClassifier(**{**QUICK, **settings})


def regressor(**settings):
    return SparseMLPRegressor(**{**QUICK, **settings})


def values(outputs=1, samples=200):
    x = rng(1).normal(size=(samples, 6)).astype("float32")
    y = np.stack([x[:, 0] * x[:, 1], x[:, 2] + x[:, 3], x[:, 4]], axis=1)[:, :outputs]
    return x, y[:, 0] if outputs == 1 else y


def sparse_blobs(samples=150):
    """Mostly zeros, float32."""
    x, y = blobs(samples=samples, features=20)
    x[rng(3).random(x.shape) < 0.7] = 0
    return x, y
