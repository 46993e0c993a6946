"""The sparse verbs of a single layer against SciPy in double precision."""

import numpy as np
import pytest
from scipy.sparse import csr_array

import sparsegrow as sg
from sparsegrow import _sparsegrow as native
from support import random_pattern, rng

SHAPES = [(1, 1, 1.0), (5, 3, 0.5), (3, 40, 0.3), (64, 64, 0.1), (200, 33, 0.2), (97, 130, 0.9)]
BATCHES = [1, 2, 7, 8, 9, 16, 31, 32, 33, 64, 100, 257]
TOLERANCE = {"float32": 2e-5, "float64": 1e-13}


def panel(samples, dtype):
    out = native.Panel(samples.shape[1], samples.shape[0], dtype)
    out.pack(samples)
    return out


def close(actual, expected, dtype):
    scale = max(1.0, np.abs(expected).max(initial=0.0))
    return np.abs(actual - expected).max(initial=0.0) <= TOLERANCE[dtype] * scale


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
def test_verbs_equal_scipy(shape, dtype):
    inputs, outputs, density = shape
    begin, column = random_pattern(inputs, outputs, density, seed=inputs)
    layer = native.SparseLayer(inputs, begin, column, dtype)
    values = rng(1).normal(size=layer.edges).astype(dtype)
    layer.set_values(values)
    weights = csr_array((values.astype(float), column, begin), shape=(outputs, inputs))
    targets = np.repeat(np.arange(outputs), np.diff(begin))
    for batch in BATCHES:
        x = rng(2).normal(size=(batch, inputs)).astype(dtype)
        dy = rng(3).normal(size=(batch, outputs)).astype(dtype)
        y, dx = native.Panel(outputs, batch, dtype), native.Panel(inputs, batch, dtype)
        px, pdy = panel(x, dtype), panel(dy, dtype)
        layer.spmm(px, y)
        assert close(y.unpack(), (weights @ x.T.astype(float)).T, dtype)
        layer.spmm_t(pdy, dx)
        assert close(dx.unpack(), (weights.T @ dy.T.astype(float)).T, dtype)
        layer.sddmm(px, pdy)
        expected = np.einsum("be,be->e", dy[:, targets].astype(float), x[:, column].astype(float))
        assert close(layer.gradient, expected, dtype)


def test_a_step_of_sgd():
    begin, column = random_pattern(9, 6, 0.5)
    layer = native.SparseLayer(9, begin, column, "float64")
    values = rng(1).normal(size=layer.edges)
    layer.set_values(values)
    x, dy = rng(2).normal(size=(4, 9)), rng(3).normal(size=(4, 6))
    layer.sddmm(panel(x, "float64"), panel(dy, "float64"))
    layer.sgd(0.25)
    assert np.allclose(layer.values, values - 0.25 * layer.gradient, rtol=1e-14)


def test_a_layer_without_edges():
    layer = native.SparseLayer(3, np.zeros(5, np.int32), np.empty(0, np.int32))
    y = native.Panel(4, 6)
    y.pack(np.ones((6, 4), np.float32))
    layer.spmm(panel(np.ones((6, 3), np.float32), "float32"), y)
    assert layer.edges == 0
    assert not y.unpack().any()


@pytest.mark.parametrize("batch", BATCHES)
def test_packing_keeps_every_value(batch):
    samples = rng(4).normal(size=(batch, 19))
    for dtype in ("float32", "float64"):
        assert np.array_equal(panel(samples, dtype).unpack(), samples.astype(dtype))


def test_unpacking_into_a_given_array():
    samples = rng(4).normal(size=(5, 19))
    out = np.zeros((5, 19))
    assert panel(samples, "float64").unpack(out=out) is out
    assert np.array_equal(out, samples)


READ_ONLY = np.zeros((5, 19))
READ_ONLY.flags.writeable = False


@pytest.mark.parametrize(
    ("out", "error", "message"),
    [
        (np.zeros((5, 19), np.float32), TypeError, "out: got dtype float32, expected float64"),
        (np.zeros(95), ValueError, "out: got 1 dimensions, expected 2"),
        (np.zeros((19, 5)).T, ValueError, "out: got an array that is not C-contiguous"),
        (np.zeros((19, 5)), ValueError, r"out: got \[19\]\[5\], expected \[5\]\[19\]"),
        (READ_ONLY, ValueError, "out: got an array that is read-only, expected one"),
        ([[0.0] * 19] * 5, TypeError, "incompatible function arguments"),
    ],
)
def test_an_array_that_cannot_be_unpacked_into(out, error, message):
    with pytest.raises(error, match=message):
        panel(np.ones((5, 19)), "float64").unpack(out=out)


@pytest.mark.parametrize("threads", [2, 3])
def test_the_same_bits_for_any_number_of_threads(threads):
    begin, column = random_pattern(300, 400, 0.2)
    x, dy = rng(2).normal(size=(200, 300)), rng(3).normal(size=(200, 400))

    def results():
        layer = native.SparseLayer(300, begin, column)
        layer.set_values(rng(1).normal(size=layer.edges).astype("float32"))
        px, pdy = panel(x, "float32"), panel(dy, "float32")
        y, dx = native.Panel(400, 200), native.Panel(300, 200)
        layer.spmm(px, y)
        layer.spmm_t(pdy, dx)
        layer.sddmm(px, pdy)
        return y.unpack(), dx.unpack(), layer.gradient

    alone = results()
    sg.set_num_threads(threads)
    assert all(np.array_equal(a, b) for a, b in zip(alone, results(), strict=True))
