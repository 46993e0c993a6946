"""The network as the report takes it apart, and the places that the parts get."""

import doctest

import numpy as np
import pytest

from run_folders import embryo_facts, grown_facts, hand_made_net
from sparsegrow import _sparsegrow as native
from sparsegrow.reporting import characters, markup, net, scale
from sparsegrow.reporting.drawing import bands, draw_sub_dag, told
from sparsegrow.reporting.layout import MOST_IN_ROW, layout_of
from sparsegrow.reporting.net import facts_of, name_of, symbol_of, take_out, token_of

E = token_of("e")


@pytest.mark.parametrize("module", [characters, markup, net, scale])
def test_the_examples_are_right(module):
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_every_character_has_a_name_and_a_visible_sign():
    signs = [symbol_of(token) for token in range(98)]
    assert len(set(signs)) == 98
    assert not any(sign.isspace() for sign in signs)
    assert [name_of(token) for token in (0, 95, 96, 97)] == ["space", "newline", "tab", "other"]
    assert all(token_of(signs[token]) == token for token in range(98))
    assert token_of(" ") == token_of("␣") == 0


@pytest.mark.parametrize("name", ["", "ee", "spaces"])
def test_what_is_no_character_is_refused(name):
    with pytest.raises(ValueError, match="expected one character, or one of space, newline"):
        token_of(name)


def test_the_embryo_is_taken_apart():
    dag = take_out(embryo_facts(), E)
    assert (dag.context, dag.edges, dag.depth, dag.memory, dag.patterns) == (2, 197, 1, 0, 0)
    (neuron,) = dag.neurons
    assert (neuron.layer, neuron.fan_in, neuron.reads_input) == (1, 196, True)
    assert [(link.source, link.target) for link in dag.links] == [(0, 1)]


def test_all_edges_among_neurons_belong_to_one_sub_dag():
    net = grown_facts()
    dags = [take_out(net, token) for token in range(98)]
    assert sum(len(dag.links) for dag in dags) == len(net.column)
    assert sum(len(dag.neurons) for dag in dags) == len(net.neurons["layer"])
    assert sum(sum(n.reads_input for n in d.neurons) for d in dags) == net.reads_input.sum()
    assert [dag.depth for dag in dags] == net.sub_dags["depth"].tolist()


def test_a_net_whose_parts_differ_is_refused():
    net = hand_made_net({E: [3, 2]})
    net.parts["strength"] = net.parts["strength"][:-1]
    with pytest.raises(ValueError, match="parts differ"):
        facts_of(net)
    net = hand_made_net({E: [3, 2]})
    net.parts["patterns"] = np.array([98], np.int32)
    with pytest.raises(ValueError, match="output 98 of 98"):
        facts_of(net)


def test_layers_stand_above_each_other_and_neurons_apart():
    dag = take_out(grown_facts(), E)
    layout = layout_of(dag, 600)
    heights = [layout.rows[layer] for layer in range(dag.depth + 1)]
    assert heights == sorted(heights, reverse=True)
    assert len(set(layout.places.values())) == len(dag.neurons) + 1
    for place, (x, y) in layout.places.items():
        assert 0 < x < 900
        if place < len(dag.neurons):
            assert y == layout.rows[dag.neurons[place].layer]


def test_weak_edges_are_thinned_out_and_counted():
    dag = take_out(facts_of(hand_made_net({E: [60, 50, 40]})), E)
    layout = layout_of(dag, 300)
    assert len(layout.links) == 300
    drawn = sum(abs(link.strength) for link in layout.links)
    assert drawn > 300 / len(dag.links) * sum(abs(link.strength) for link in dag.links)
    assert {link.source for link in layout.links} == set(range(len(dag.neurons)))
    text = told(dag, layout)
    assert f"The {len(dag.links) - len(layout.links):,} weakest edges among neurons" in text
    assert "All edges" in told(dag, layout_of(dag, len(dag.links)))


def test_a_crowded_layer_keeps_its_strongest_neurons():
    dag = take_out(facts_of(hand_made_net({E: [MOST_IN_ROW + 60, 2]})), E)
    layout = layout_of(dag, 200)
    assert len(layout.places) == MOST_IN_ROW + 2 + 1
    assert "60 weak neurons" in told(dag, layout)


def test_strokes_grow_with_the_strength():
    assert bands([]) == []
    assert bands([0.0, 0.0]) == [0, 0]
    levels = bands([0.001, -0.1, 0.3, -0.6, 1.0])
    assert levels == sorted(levels)
    assert (levels[0], levels[-1]) == (0, 4)


def test_memory_and_signs_are_marked():
    figure = draw_sub_dag(take_out(grown_facts(), E), 600)
    memory = take_out(grown_facts(), E).memory
    assert memory > 0
    assert figure.count('class="memory"') == figure.count('class="loop"') == memory
    assert "link positive" in figure
    assert "link negative" in figure
    assert "patterns" in figure


def test_bins_of_the_fan_in_hold_every_neuron():
    values = np.array([0, 1, 1, 2, 3, 196, 2058])
    bins = characters.doubling_bins(values)
    assert sum(count for *_, count in bins) == len(values)
    assert bins[0] == (0, 0, 1)
    assert bins[-1] == (2048, 4095, 1)
    assert all(low <= high for low, high, _ in bins)


def test_the_engine_gives_what_is_needed():
    net = native.CharNet(seed=3)
    grown = [("widen", E, 1, 4), ("deepen", E, 1, 3), ("expand_context", E, 0, 2)]
    for kind, sub_dag, layer, count in [*grown, ("activate_memory", E, 0, 2)]:
        proposal = native.Proposal(kind=kind, sub_dag=sub_dag, layer=layer, count=count, seed=1)
        net.grow([proposal])
    facts = facts_of(net)
    dag = take_out(facts, E)
    assert (len(dag.neurons), dag.depth, dag.context, dag.memory) == (8, 2, 4, 2)
    assert sum(neuron.reads_input for neuron in dag.neurons) == 5
    assert dag.edges == 5 * 4 * 98 + len(dag.links)
    assert sum(take_out(facts, token).edges for token in range(98)) == net.edges
    assert f"{dag.edges:,} edges" in draw_sub_dag(dag, 600)
