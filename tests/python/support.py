"""Small nets and data that several tests use."""

import os
import subprocess
import sys

import numpy as np
import pytest

import sparsegrow as sg
from sparsegrow import _sparsegrow as native

# What models of tests compute on, unless a test is about devices.
DEVICE = os.environ.get("SPARSEGROW_TEST_DEVICE", "cpu")


def skip_without_double(dtype):
    """End a test in float64 on a device that has none."""
    if dtype != "float64":
        return
    try:
        native.Panel(1, 1, dtype, DEVICE)
    except ValueError as error:
        pytest.skip(str(error))


def rng(seed=0):
    return np.random.default_rng(seed)


def pattern(rows, columns):
    """Row offsets and columns from a list of column lists."""
    begin = np.cumsum([0, *(len(c) for c in columns)]).astype(np.int32)
    assert len(columns) == rows
    return begin, np.array([c for row in columns for c in row], dtype=np.int32)


def random_pattern(inputs, outputs, density, seed=0):
    """Irregular: shuffled columns, full rows, and every seventh row empty."""
    random = rng(seed)
    columns = []
    for row in range(outputs):
        count = 0 if row % 7 == 3 else inputs if row % 11 == 5 else random.binomial(inputs, density)
        columns.append(list(random.permutation(inputs)[:count]))
    return pattern(outputs, columns)


def dense_of(inputs, row_begin, column, values):
    outputs = len(row_begin) - 1
    weights = np.zeros((outputs, inputs), dtype=np.float64)
    weights[np.repeat(np.arange(outputs), np.diff(row_begin)), column] = values
    return weights


def network(widths, layers, hidden="tanh", output="identity", slope=0.1, dtype="float64"):
    net = native.Network.layered(
        widths,
        layers,
        getattr(native.HiddenActivation, hidden),
        getattr(native.OutputActivation, output),
        slope,
        dtype,
    )
    net.initialise(native.InitKind.normal, 0.7, 11)
    return net


def trainer(net, loss="cross_entropy", kind="sgd", rate=0.1, schedule=None, **options):
    batch, dropout = options.pop("batch", 64), options.pop("dropout", 0.0)
    return native.Trainer(
        net,
        getattr(native.Loss, loss),
        native.Optimizer(getattr(native.OptimizerKind, kind), **options),
        schedule or native.Schedule(native.ScheduleKind.constant, rate),
        dropout=dropout,
        batch=batch,
    )


def blobs(samples=240, features=8, classes=3, seed=0, dtype="float32"):
    """Classes around two centres each."""
    random = rng(seed)
    centres = random.normal(size=(2 * classes, features)) * 2
    chosen = random.integers(2 * classes, size=samples)
    x = centres[chosen] + 0.4 * random.normal(size=(samples, features))
    return x.astype(dtype), (chosen % classes).astype(np.int64)


def small_model(**settings):
    given = {"density": 0.4, "batch_size": 16, "seed": 3, "device": DEVICE, **settings}
    skip_without_double(given.get("dtype"))
    return sg.SparseMLP(given.pop("layers", [8, 24, 16, 3]), **given)


def arrays_of(model):
    return model._state().now.tensors


def assert_same_model(one, other):
    """Bit for bit, moments included."""
    left, right = arrays_of(one), arrays_of(other)
    assert left.keys() == right.keys()
    for name, array in left.items():
        assert array.dtype == right[name].dtype, name
        assert np.array_equal(array, right[name]), name
    assert one.layers == other.layers
    assert one._engine.network.steps == other._engine.network.steps


def without_times(history):
    return [(r.epoch, r.accuracy, r.val_loss, r.val_accuracy, r.learning_rate) for r in history]


def python(code, *arguments, **environment):
    """Run a program in a fresh interpreter."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )
