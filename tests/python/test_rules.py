"""The topology rules as functions on arrays."""

import numpy as np
import pytest

from sparsegrow import _sparsegrow as native
from support import dense_of, pattern, random_pattern, rng

I32, F32 = np.int32, np.float32


def as32(*values):
    return np.array(values, I32)


def weights(*values):
    return np.array(values, F32)


def by_row(*rows):
    """A pattern whose rows are targets, from a matrix of 0 and 1 whose rows are sources."""
    matrix = np.array([list(row) for row in rows]) == "1"
    return pattern(matrix.shape[1], [list(np.flatnonzero(column)) for column in matrix.T])


LAYER = random_pattern(20, 15, 0.2)
EDGES = len(LAYER[1])


def cells_of(links, inputs=20):
    return set((links[1].astype(np.int64) * inputs + links[0]).tolist())


def present(layer=LAYER, inputs=20):
    rows = np.repeat(np.arange(len(layer[0]) - 1), np.diff(layer[0]))
    return set((rows * inputs + layer[1]).tolist())


def test_signed_removal_has_a_quota_for_each_sign():
    values = weights(0.01, 0.02, 0.03, 0.04, -1, -2, -3, -4)
    assert native.remove_signed(values, 0.5).tolist() == [0, 1, 4, 5]
    assert native.remove_magnitude(values, 4).tolist() == [0, 1, 2, 3]


def test_counts_forgive_rounding():
    assert native.removal_count(0.3, 10) == 3
    assert native.removal_count(0.29, 100) == 29


def test_relative_importance_looks_at_both_ends():
    # |W| = [[.1, .4], [0, .2]], rows are sources: importance 1.2, 1.4667, 1.3333.
    row_begin, column = pattern(2, [[0], [0, 1]])
    values = weights(0.1, 0.4, 0.2)
    removed = native.remove_relative(row_begin, column, 2, values, 2)
    assert removed.tolist() == [0, 2]


def test_sampled_removal_takes_zeros_first_and_repeats():
    values = rng().normal(size=EDGES).astype(F32)
    values[:5] = 0
    first, again, other = (
        native.remove_sampled(*LAYER, 20, values, EDGES // 3, 7, stream, delta=0.7)
        for stream in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert set(range(5)) <= set(first.tolist())
    assert len(first) == EDGES // 3
    assert native.removal_delta(0.5, 0.9, 0.25) == pytest.approx(0.6)


def test_random_regrowth_fills_absent_cells():
    links = native.regrow_random(*LAYER, 20, 30, 3)
    assert len(cells_of(links)) == 30
    assert not cells_of(links) & present()


@pytest.mark.parametrize("kind", ["ch3_path", "ch2_path", "ch3_node", "ch2_node"])
def test_regrowth_by_paths_takes_the_best(kind):
    layer = by_row("1100", "0110", "1011", "0001")
    sources, targets = native.regrow_l3(*layer, 4, 3, kind, "best", 0)
    assert set(zip(sources.tolist(), targets.tolist(), strict=True)) == {(2, 1), (0, 2), (1, 0)}
    sampled = native.regrow_l3(*layer, 4, 3, kind, "sampled", 0)
    assert not cells_of(sampled, 4) & present(layer, 4)


@pytest.mark.parametrize(("inputs", "outputs"), [(20, 15), (5000, 150)])
def test_gradient_regrowth_takes_the_largest(inputs, outputs):
    layer = random_pattern(inputs, outputs, 0.02)
    x = rng(1).normal(size=(37, inputs)).astype(F32)
    dy = rng(2).normal(size=(37, outputs)).astype(F32)
    gradient = np.abs(dy.astype(float).T @ x)
    gradient[dense_of(inputs, *layer, np.ones(len(layer[1]))) != 0] = -1
    links = native.regrow_gradient(*layer, 40, x, dy, 0)
    order = np.argsort(-gradient, axis=None, kind="stable")[:40]
    assert cells_of(links, inputs) == set(order.tolist())


def test_chain_removal_of_a_stack():
    layers = [
        by_row("1010", "0100", "0010"),
        by_row("100", "001", "000", "010"),
        by_row("10", "00", "01"),
    ]
    cut, alive = native.chain_removal(layers, [as32(), as32(), as32()], True)
    assert [part.tolist() for part in cut] == [[2, 3], [1], []]
    assert [marks.tolist() for marks in alive] == [
        [True, True, False, False],
        [True, False, True],
    ]


def test_rewired_says_where_each_link_was():
    row_begin, column = pattern(2, [[2, 0], [1]])
    added = as32(1, 2), as32(0, 0)
    for keep, origin in ((False, [1, -1, -1, 2]), (True, [1, -1, 0, 2])):
        begin, columns, were = native.rewired(row_begin, column, 3, as32(0), added, keep)
        assert begin.tolist() == [0, 3, 4]
        assert columns.tolist() == [0, 1, 2, 1]
        assert were.tolist() == origin


def test_overlap_and_links_at():
    removed = native.links_at(*LAYER, 20, as32(0, 3, 4))
    assert cells_of(removed) <= present()
    assert native.regrown_overlap(removed, removed) == 1
    assert native.regrown_overlap(removed, (as32(), as32())) == 0


def test_schedule():
    schedule = native.UpdateSchedule(100, 1000, 0.3, "cosine")
    due = [time for time in range(1200) if schedule.due(time)]
    assert due == list(range(100, 1000, 100))
    assert schedule.fraction_at(500) == pytest.approx(0.15)
    assert schedule.fraction_at(1000) == pytest.approx(0)


def test_starts_have_exactly_the_links_asked_for():
    x = rng().normal(size=(50, 20)).astype(F32)
    drawn = [
        native.small_world(20, 15, 70, 0.25, 1),
        native.scale_free(20, 15, 70, 2.76, 1),
        native.receptive_field(20, 15, 70, 0.25, "fixed", 1),
        native.receptive_field(20, 15, 70, 0.25, "uniform", 1),
        native.correlated_features(x, 20, 40, 70, 1),
    ]
    for row_begin, column in drawn:
        assert row_begin[-1] == len(column) == 70
    values = native.swi_weights(*LAYER, 20, "neuron", 1.0, 5)
    assert values.dtype == F32
    assert len(values) == EDGES
    assert native.swi_weights(*LAYER, 20, "mean", 0.0, 5).max() == 0


X, DY = np.zeros((4, 20), F32), np.zeros((4, 15), F32)
REFUSED = [
    (lambda: native.remove_signed(np.zeros(3), 0.3), TypeError, "float64.*float32"),
    (lambda: native.remove_signed(weights(1), 1.5), ValueError, "fraction"),
    (lambda: native.remove_magnitude(weights(1), 2), ValueError, "2"),
    (lambda: native.remove_relative(*LAYER, 20, weights(1), 0), ValueError, "weights"),
    (
        lambda: native.remove_relative(*LAYER, 2, weights(1), 0),
        ValueError,
        "expected 0 to 1|column",
    ),
    (
        lambda: native.remove_sampled(*LAYER, 20, np.zeros(EDGES, F32), 1, 0, delta=1.0),
        ValueError,
        "delta",
    ),
    (lambda: native.regrow_random(*LAYER, 20, 1000, 0), ValueError, "1000 links to add"),
    (lambda: native.regrow_l3(*LAYER, 20, 1, "ch1", "best", 0), ValueError, "'ch1'"),
    (lambda: native.regrow_l3(*LAYER, 20, 1, "ch3_path", "worst", 0), ValueError, "'worst'"),
    (lambda: native.regrow_gradient(*LAYER, 1, X, X, 0), ValueError, "20 targets, expected 15"),
    (lambda: native.regrow_gradient(*LAYER, 1, X, DY[:2], 0), ValueError, "4 samples of x and 2"),
    (lambda: native.regrow_gradient(*LAYER, 1, X.astype(float), DY, 0), ValueError, "float64"),
    (lambda: native.regrow_gradient(*LAYER, 1, X.astype(int), DY, 0), TypeError, "int64"),
    (
        lambda: native.rewired(*LAYER, 20, as32(1, 0), (as32(), as32())),
        ValueError,
        "rise strictly",
    ),
    (
        lambda: native.rewired(*LAYER, 20, as32(), (as32(1), as32())),
        ValueError,
        "1 sources and 0 targets",
    ),
    (lambda: native.rewired(*LAYER, 20, as32(), (as32(20), as32(0))), ValueError, "20"),
    (lambda: native.links_at(*LAYER, 20, as32(EDGES)), IndexError, "position"),
    (lambda: native.chain_removal([], [], False), ValueError, "no layers"),
    (lambda: native.UpdateSchedule(0, 1), ValueError, "every|0"),
    (lambda: native.UpdateSchedule(1, 1, 0.3, "linear"), ValueError, "'linear'"),
    (lambda: native.receptive_field(4, 4, 4, 0.5, "odd", 0), ValueError, "'odd'"),
    (lambda: native.swi_weights(*LAYER, 20, "odd", 1.0, 0), ValueError, "'odd'"),
    (lambda: native.correlated_features(X.T, 20, 20, 4, 0), ValueError, "not C-contiguous"),
]


@pytest.mark.parametrize(("call", "kind", "text"), REFUSED)
def test_refusals_say_why(call, kind, text):
    with pytest.raises(kind, match=text):
        call()


def product(edges=EDGES):
    return native.SparseProduct(20, *LAYER), np.ones(edges, F32), np.zeros(15, F32)


def test_product_refuses_what_does_not_fit():
    layer, values, bias = product()
    for arguments, kind, text in [
        ((X.astype(float), values, bias, DY), TypeError, "y: got dtype float32, expected float64"),
        ((X[:, :5].copy(), values, bias, DY), ValueError, r"x: got \[4\]\[5\], expected \[4\]\[20"),
        ((X, values[1:], bias, DY), ValueError, "values: got"),
        ((X, values, bias[1:], DY), ValueError, "bias: got 14 values, expected 15"),
        ((X, values, bias, DY[:3]), ValueError, r"y: got \[3\]\[15\], expected \[4\]\[15\]"),
        ((X[:, ::-1], values, bias, DY), ValueError, "not C-contiguous"),
    ]:
        with pytest.raises(kind, match=text):
            layer.forward(*arguments)


def test_product_writes_only_what_may_be_written():
    layer, values, bias = product()
    frozen = DY.copy()
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="not writeable"):
        layer.forward(X, values, bias, frozen)
    with pytest.raises(ValueError, match="not writeable"):
        layer.backward(X, values, DY, None, None, frozen[0])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("samples", [0, 1, 5, 33, 100])
def test_product_equals_the_dense_one(dtype, samples):
    layer = native.SparseProduct(20, *LAYER)
    x, dy = (rng(k).normal(size=(samples, n)).astype(dtype) for k, n in ((0, 20), (1, 15)))
    values, bias = (rng(k).normal(size=n).astype(dtype) for k, n in ((2, EDGES), (3, 15)))
    dense = dense_of(20, *LAYER, values)
    y, dx, dvalues, dbias = (np.full_like(a, 7) for a in (dy, x, values, bias))
    layer.forward(x, values, bias, y)
    layer.backward(x, values, dy, dx, dvalues, dbias)
    close = {"rtol": 1e-5, "atol": 1e-5} if dtype == "float32" else {"rtol": 1e-12, "atol": 1e-12}
    rows = np.repeat(np.arange(15), np.diff(LAYER[0]))
    np.testing.assert_allclose(y, x @ dense.T + bias, **close)
    np.testing.assert_allclose(dx, dy @ dense, **close)
    np.testing.assert_allclose(dvalues, (dy.T.astype(float) @ x)[rows, LAYER[1]], **close)
    np.testing.assert_allclose(dbias, dy.sum(0), **close)
