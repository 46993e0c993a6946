"""Changes of topology: exact numbers of edges, survivors bit for bit, all or nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sparsegrow as sg
from support import arrays_of, assert_same_model, blobs, rng, small_model

WIDTHS = [8, 12, 10, 3]
X, Y = blobs(samples=64)
EDGE_STATES = ("weight", "weight.m", "weight.v")


def trained(**options):
    """A model whose moments are not zero."""
    model = small_model(layers=WIDTHS, **options)
    return model.fit(X, Y, 1, progress=False)


def plain_model(model):
    """Each layer as a list of (source, target, weight, m, v), in order of position."""
    engine, layers = model._engine, []
    states = [engine.network.state(name) for name in EDGE_STATES]
    for k, span in enumerate(engine.spans()):
        source, target, _ = model.edges(k)
        values = [state[span.begin : span.end].tolist() for state in states]
        layers.append(list(zip(source.tolist(), target.tolist(), *values, strict=True)))
    return layers


def changed(layer, removed, added):
    """What a layer should be: survivors in their order, new edges last in their rows."""
    kept = [edge for k, edge in enumerate(layer) if k not in removed]
    new = [(s, t, float(np.float32(w)), 0.0, 0.0) for s, t, w in added]
    return sorted(kept + new, key=lambda edge: edge[1])  # stable


def free_cells(layer, k, removed=()):
    taken = {(s, t) for i, (s, t, *_) in enumerate(layer) if i not in removed}
    cells = [(s, t) for t in range(WIDTHS[k + 1]) for s in range(WIDTHS[k])]
    return [cell for cell in cells if cell not in taken]


def draw_change(random, layer, k):
    """A random change of one layer: positions to remove, edges to add."""
    count = random.integers(0, len(layer) + 1) if len(layer) else 0
    removed = random.permutation(len(layer))[: count // 2].tolist()
    free = free_cells(layer, k, set(removed))
    chosen = random.permutation(len(free))[: random.integers(0, 6)]
    added = [(*free[i], float(random.normal())) for i in chosen]
    return removed, added


@settings(max_examples=60, derandomize=True, deadline=None, database=None)
@given(seed=st.integers(0, 2**32 - 1), rounds=st.integers(1, 4))
def test_random_changes_against_a_plain_model(seed, rounds):
    random = np.random.default_rng(seed)
    model = trained(seed=int(seed % 7))
    for _ in range(rounds):
        layers = plain_model(model)
        changes = [draw_change(random, layer, k) for k, layer in enumerate(layers)]
        by_ends = random.random() < 0.5
        remove = {}
        for k, (removed, _) in enumerate(changes):
            ends = np.array([layers[k][i][:2] for i in removed], dtype=np.int64).reshape(-1, 2)
            remove[k] = (ends[:, 0], ends[:, 1]) if by_ends else np.array(removed, dtype=np.int64)
        add = {
            k: ([a[0] for a in added], [a[1] for a in added])
            for k, (_, added) in enumerate(changes)
        }
        weights = {k: [a[2] for a in added] for k, (_, added) in enumerate(changes)}
        before = model.nnz
        moved = model.update_topology(remove=remove, add=add, weights=weights)
        expected = [changed(layers[k], set(r), a) for k, (r, a) in enumerate(changes)]
        assert plain_model(model) == expected
        assert model.nnz == before + sum(len(a) - len(r) for r, a in changes)
        for k, layer in enumerate(layers):
            kept = moved[k][moved[k] >= 0].tolist()
            assert sorted(kept) == sorted(set(range(len(layer))) - set(changes[k][0]))
            assert (moved[k] < 0).sum() == len(changes[k][1])
        model.fit(X, Y, 1, progress=False)


def refused(model):
    """Changes that cannot be, and what is said of them."""
    source, target, _ = model.edges(1)
    here = (source[:1], target[:1])
    free = free_cells(plain_model(model)[1], 1)[0]
    absent = ([free[0]], [free[1]])
    return [
        ({"add": {1: here}}, ValueError, r"already|duplicate|twice"),
        ({"add": {1: ([free[0]] * 2, [free[1]] * 2)}}, ValueError, r"already|duplicate|twice"),
        ({"remove": {1: [0, 0]}}, ValueError, "twice"),
        ({"remove": {1: absent}}, ValueError, f"no edge from {free[0]} to {free[1]}"),
        ({"remove": {1: [10**6]}}, IndexError, r"remove\[1\]: got 1000000, expected 0 to"),
        ({"remove": {1: [-1]}}, IndexError, "got -1"),
        ({"remove": {1: [0.5]}}, TypeError, "float64, expected integers"),
        ({"remove": {1: [[0]]}}, ValueError, "2 dimensions"),
        ({"remove": {3: [0]}}, ValueError, "layer: got 3, expected 0 to 2"),
        ({"remove": [0]}, TypeError, "got list, expected {layer"),
        ({"add": {1: ([12], [0])}}, IndexError, r"add\[1\] sources: got 12, expected 0 to 11"),
        ({"add": {1: ([0], [10])}}, IndexError, "targets: got 10, expected 0 to 9"),
        ({"add": {1: ([0, 1], [0])}}, ValueError, "2 sources and 1 targets"),
        ({"add": {1: [0, 1]}}, TypeError, "pair"),
        ({"add": {1: absent}, "weights": {1: [1.0, 2.0]}}, ValueError, r"expected numbers \[1\]"),
        ({"add": {1: absent}, "weights": {1: [np.nan]}}, ValueError, "NaN"),
        ({"weights": {0: [1.0]}}, ValueError, r"layers \[0\]"),
    ]


@pytest.mark.parametrize("case", range(17))
def test_a_change_that_cannot_be_changes_nothing(case):
    model = trained()
    change, error, message = refused(model)[case]
    with pytest.raises(error, match=message):
        model.update_topology(**change)
    assert_same_model(model, trained())


def test_an_edge_that_is_removed_and_added_again_is_new():
    model = trained()
    source, target, weight = model.edges(0)
    model.update_topology(remove={0: [4]}, add={0: (source[4:5], target[4:5])}, weights={0: [2.5]})
    last = int(np.flatnonzero(model.edges(0)[1] == target[4])[-1])
    assert model.edges(0)[0][last] == source[4]
    assert plain_model(model)[0][last][2:] == (2.5, 0.0, 0.0)
    assert model.nnz == trained().nnz
    assert weight[4] != 2.5


def test_all_edges_can_go_and_come_back():
    model = trained()
    before = [model.edges(k) for k in range(3)]
    model.update_topology(remove={k: np.arange(len(before[k][0])) for k in range(3)})
    assert model.nnz == 0
    model.fit(X, Y, 1, progress=False)
    model.update_topology(
        add={k: before[k][:2] for k in range(3)}, weights={k: before[k][2] for k in range(3)}
    )
    for k in range(3):
        assert all(np.array_equal(a, b) for a, b in zip(model.edges(k), before[k], strict=True))


def test_a_changed_model_trains_on_after_save_and_load(tmp_path):
    model = trained()
    source, target = free_cells(plain_model(model)[0], 0)[3]
    model.update_topology(remove={1: np.arange(0, 20, 3)}, add={0: ([source], [target])})
    model.grow(2, 3)
    model.save(tmp_path / "m.safetensors")
    other = sg.load(tmp_path / "m.safetensors")
    assert_same_model(model, other)
    one, two = (m.fit(X, Y, 2, progress=False) for m in (model, other))
    assert_same_model(one, two)
    one.grow(1, 2)
    two.grow(1, 2)
    assert_same_model(one, two)


@pytest.mark.parametrize("layer", [1, 2])
@pytest.mark.parametrize("activation", ["relu", "srelu", "tanh"])
def test_growing_changes_nothing_that_is_computed(layer, activation):
    model = trained(activation=activation)
    before, logits = plain_model(model), model.forward(X)
    rows, biases = sum(WIDTHS), model._engine.network.state("bias")
    fans = {"fan_in": 4, "fan_out": 2}
    model.grow(layer, 5, **fans)
    assert model.layers == (*WIDTHS[:layer], WIDTHS[layer] + 5, *WIDTHS[layer + 1 :])
    # Not to the last bit: an edge of weight zero may move the others to another partial sum.
    assert np.abs(model.forward(X) - logits).max() < 1e-6 * np.abs(logits).max()
    assert model.nnz == sum(map(len, before)) + 5 * 4 + 5 * 2
    after = plain_model(model)
    old = [edge for edge in after[layer - 1] if edge[1] < WIDTHS[layer]]
    assert old == before[layer - 1]
    assert [edge for edge in after[layer] if edge[0] < WIDTHS[layer]] == before[layer]
    new = [edge for edge in after[layer - 1] if edge[1] >= WIDTHS[layer]]
    assert all(edge[2] != 0 and edge[3:] == (0.0, 0.0) for edge in new)
    leaving = [edge for edge in after[layer] if edge[0] >= WIDTHS[layer]]
    assert len(leaving) == 10
    assert all(edge[2:] == (0.0, 0.0, 0.0) for edge in leaving)
    end = sum(WIDTHS[: layer + 1])
    grown = model._engine.network.state("bias")
    assert np.array_equal(grown[:end], biases[:end])
    assert np.array_equal(grown[end + 5 :], biases[end:])
    assert len(grown) == rows + 5
    loss = model.evaluate(X, Y)["loss"]
    model.fit(X, Y, 10, progress=False)
    assert model.evaluate(X, Y)["loss"] < loss


def test_growing_follows_the_seed_and_the_layer():
    models = [trained() for _ in range(2)]
    for model in models:
        model.grow(1, 3)
        model.grow(1, 3)
    assert_same_model(*models)
    sources = [models[0].edges(0)[0][models[0].edges(0)[1] >= n] for n in (12, 15)]
    assert not np.array_equal(sources[0][: len(sources[1])], sources[1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 1), "layer: got 0, expected 1 to 2"),
        ((3, 1), "layer: got 3"),
        ((1, 0), "neurons: got 0"),
        ((1, 1, 9), "fan_in: got 9, expected 0 to 8"),
        ((1, 1, 1, 11), "fan_out: got 11, expected 0 to 10"),
    ],
)
def test_growth_that_cannot_be(arguments, message):
    fans = dict(zip(("fan_in", "fan_out"), arguments[2:], strict=False))
    model = trained()
    with pytest.raises(ValueError, match=message):
        model.grow(*arguments[:2], **fans)
    assert_same_model(model, trained())


def test_a_network_without_hidden_layers_cannot_widen():
    with pytest.raises(ValueError, match="no hidden layer"):
        sg.SparseMLP([4, 3]).grow(1, 1)


def test_rollback_restores_every_bit():
    model = trained(activation="srelu", schedule="constant")
    network = model._engine.network
    before, saved = arrays_of(model), network.snapshot()
    graph = network.graph.row_begin.copy()
    model.update_topology(remove={0: np.arange(5), 2: np.arange(3)})
    model.fit(X, Y, 2, progress=False)
    network.rollback(saved)
    assert np.array_equal(network.graph.row_begin, graph)
    after = arrays_of(model)
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert network.steps == 4
    other = trained(activation="srelu", schedule="constant")
    order = rng(3).permutation(64)
    records = [m._engine.train(X, Y, order) for m in (model, other)]
    assert records[0].loss == records[1].loss
    assert_same_model(model, other)


def test_a_callback_may_change_the_topology_after_each_epoch():
    def replace_weakest(model, record):
        source, target, weight = model.edges(1)
        weakest = np.abs(weight).argsort(kind="stable")[:10]
        taken = set(zip(source.tolist(), target.tolist(), strict=True))
        free = [(s, t) for s in range(12) for t in range(10) if (s, t) not in taken]
        chosen = [free[i] for i in rng(record.epoch).permutation(len(free))[:10]]
        ends = ([s for s, _ in chosen], [t for _, t in chosen])
        model.update_topology(remove={1: weakest}, add={1: ends})

    model = small_model(layers=WIDTHS, density=0.3, learning_rate=0.01)
    edges = model.nnz
    options = {"validation": (X, Y), "patience": 30, "progress": False}
    model.fit(X, Y, 60, callbacks=[replace_weakest], **options)
    assert model.nnz == edges
    assert model.score(X, Y) > 0.9
