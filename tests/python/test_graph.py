"""The graph from Python: edits that are queued, committed, given up and taken back."""

import numpy as np

import sparsegrow as sg
from sparsegrow import _sparsegrow as native
from support import network, pattern, rng, trainer


def small_graph():
    """Inputs 0 to 2, two hidden nodes, an output; committed."""
    graph = native.Graph()
    for group, level in ((0, 0), (0, 0), (0, 0), (1, 1), (1, 1), (2, 2)):
        graph.add_node(group, level, input=level == 0)
    graph.add_edges(*ends((0, 3), (1, 3), (2, 4), (3, 5), (4, 5)))
    graph.commit()
    return graph


def ends(*pairs):
    return tuple(np.array(side, np.int32) for side in zip(*pairs, strict=True))


def edges_of(graph):
    """Pairs of node ids, in order of position."""
    rows = np.repeat(np.arange(graph.rows), np.diff(graph.row_begin))
    node = graph.node_of_row
    return [(int(node[s]), int(node[t])) for s, t in zip(graph.column, rows, strict=True)]


def test_edits_count_once_they_are_committed():
    graph = small_graph()
    before = edges_of(graph)
    graph.remove_edges(*ends((1, 3)))
    graph.add_edges(*ends((1, 4)))
    assert graph.has_edits
    assert edges_of(graph) == before
    graph.commit()
    assert not graph.has_edits
    assert edges_of(graph) == [(0, 3), (2, 4), (1, 4), (3, 5), (4, 5)]


def test_edits_that_are_discarded_leave_nothing():
    graph = small_graph()
    before = edges_of(graph)
    graph.remove_node(3)
    graph.discard()
    assert not graph.has_edits
    graph.commit()
    assert edges_of(graph) == before


def test_a_node_goes_with_its_edges_and_its_id_does_not_come_back():
    graph = small_graph()
    graph.remove_node(3)
    graph.commit()
    assert edges_of(graph) == [(2, 4), (4, 5)]
    assert graph.row_of_node[3] == -1
    assert graph.add_node(1, 1) == 6


def test_statistics_of_the_activations_by_level():
    full = [pattern(5, [[0, 1, 2, 3]] * 5), pattern(2, [[0, 1, 2, 3, 4]] * 2)]
    net = network([4, 5, 2], full, hidden="relu")
    x = rng(1).normal(size=(9, 4))
    trainer(net, batch=9).evaluate(x, np.zeros(9, np.int64), np.arange(9))
    weight, bias = net.state("weight"), net.state("bias")
    hidden = np.maximum(x @ weight[:20].reshape(5, 4).T + bias[4:9], 0)
    for given, values in zip(net.activation_stats(), (x, hidden), strict=False):
        assert np.isclose(given["mean"], values.mean())
        assert np.isclose(given["mean_square"], (values**2).mean())
        assert np.isclose(given["max_abs"], np.abs(values).max())
        assert np.isclose(given["zero_fraction"], (values == 0).mean())


def test_bits_by_character_add_up():
    record = sg.CharModel().evaluate("to be or not to be, that is the question")
    assert np.isclose(record.class_bits.sum(), record.bits)
    assert record.class_count.sum() == record.chars
    assert (record.class_bits[record.class_count == 0] == 0).all()
