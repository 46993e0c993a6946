"""The network as the report needs it: sizes of the sub-DAGs, and any one of them taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparsegrow.growth.char_model import CharModel
from sparsegrow.text.tokens import UNKNOWN, VOCABULARY, text_of, tokenise

Integers = NDArray[np.integer[Any]]
Floats = NDArray[np.floating[Any]]
SUB_DAG_KEYS = ("context", "hidden", "input_neurons", "depth", "memory", "edges")
NEURON_KEYS = ("node", "sub_dag", "layer", "memory", "fan_in", "fan_out")
NAMES = {" ": "space", "\n": "newline", "\t": "tab", "\ufffd": "other"}
SYMBOLS = {" ": "␣", "\n": "↵", "\t": "⇥", "\ufffd": "□"}


@dataclass(frozen=True, eq=False)
class NetFacts:
    """The network in arrays, as `CharNet` gives them out.

    Attributes
    ----------
    sub_dags
        Per character: context, hidden, input_neurons, depth, memory, edges.
    neurons
        Per hidden neuron: node, sub_dag, layer, memory, fan_in, fan_out.
    row_begin, column
        Edges among neurons by target: rows are the hidden neurons, then the outputs.
    strength
        Weight times gate of each of these edges.
    patterns
        Per character: pattern inputs that its output has.
    """

    sub_dags: Mapping[str, Integers]
    neurons: Mapping[str, Integers]
    row_begin: Integers
    column: Integers
    strength: Floats
    patterns: Integers

    @property
    def sizes(self) -> Mapping[str, Integers]:
        """Return what there is to know per character, the patterns included."""
        return {**self.sub_dags, "patterns": self.patterns}

    @cached_property
    def inner_fan_in(self) -> Integers:
        """How many edges each hidden neuron has from others."""
        hidden = len(self.neurons["layer"])
        counts: Integers = np.diff(self.row_begin)[:hidden]
        return counts

    @cached_property
    def reads_input(self) -> NDArray[np.bool_]:
        """Which hidden neurons are wired to the characters of the context."""
        from_input = self.neurons["fan_in"] > self.inner_fan_in
        if from_input.sum() >= self.sub_dags["input_neurons"].sum():
            return from_input
        reads: NDArray[np.bool_] = self.neurons["layer"] == 1  # fan_in counts neurons only
        return reads


@dataclass(frozen=True)
class Neuron:
    """A hidden neuron of one sub-DAG."""

    node: int
    layer: int
    memory: bool
    reads_input: bool
    fan_in: int
    fan_out: int


@dataclass(frozen=True)
class Link:
    """An edge of one sub-DAG: positions in its list of neurons, whose length means the output."""

    source: int
    target: int
    strength: float


@dataclass(frozen=True)
class SubDag:
    """One character's network.

    Attributes
    ----------
    token
        The character.
    context
        Characters it looks back.
    edges
        All that it has, those from the input included, those from patterns not.
    patterns
        Pattern inputs of its output.
    neurons, links
        Hidden neurons in order of their rows, and the edges among them and to the output.
    """

    token: int
    context: int
    edges: int
    patterns: int
    neurons: list[Neuron]
    links: list[Link]

    @property
    def depth(self) -> int:
        """Return the number of hidden layers."""
        return max((neuron.layer for neuron in self.neurons), default=0)

    @property
    def memory(self) -> int:
        """Return how many neurons have memory."""
        return sum(neuron.memory for neuron in self.neurons)


def read_net(path: Path) -> NetFacts:
    """Read the network of a checkpoint.

    Raises
    ------
    ValueError
        The file is damaged or of another kind.
    """
    return facts_of(CharModel.load(path).net)


def facts_of(net: Any) -> NetFacts:
    """Take what the report needs from a `CharNet`, and check that it fits together.

    Raises
    ------
    ValueError
        It does not.
    """
    row_begin, column = (np.asarray(part) for part in net.hidden_graph())
    facts = NetFacts(
        sub_dags={key: np.asarray(net.sub_dags()[key]) for key in SUB_DAG_KEYS},
        neurons={key: np.asarray(net.neurons()[key]) for key in NEURON_KEYS},
        row_begin=row_begin,
        column=column,
        strength=np.nan_to_num(np.asarray(net.gates())),
        patterns=pattern_counts(net.arrays().get("tree.output")),
    )
    hidden = len(facts.neurons["layer"])
    rows, edges = hidden + VOCABULARY, len(column)
    if len(row_begin) != rows + 1 or row_begin[-1] != edges or len(facts.strength) != edges:
        raise ValueError(f"the network's parts differ: {hidden} neurons, {edges} edges")
    return facts


def pattern_counts(outputs: Any) -> Integers:
    """Count the pattern inputs of each output; a network may have none.

    Raises
    ------
    ValueError
        They belong to no output.
    """
    found = np.zeros(0, np.int64) if outputs is None else np.asarray(outputs)
    counts: Integers = np.bincount(found, minlength=VOCABULARY)
    if len(counts) != VOCABULARY:
        raise ValueError(f"a pattern belongs to output {len(counts) - 1} of {VOCABULARY}")
    return counts


def take_out(net: NetFacts, token: int) -> SubDag:
    """Return the sub-DAG of a character."""
    rows = np.flatnonzero(net.neurons["sub_dag"] == token)
    hidden = len(net.neurons["layer"])
    place = np.full(hidden, -1)
    place[rows] = np.arange(len(rows))
    return SubDag(
        token=token,
        context=int(net.sub_dags["context"][token]),
        edges=int(net.sub_dags["edges"][token]),
        patterns=int(net.patterns[token]),
        neurons=[neuron_of(net, int(row)) for row in rows],
        links=links_of(net, [*rows.tolist(), hidden + token], place),
    )


def neuron_of(net: NetFacts, row: int) -> Neuron:
    """Return the hidden neuron of a row."""
    values = {key: int(net.neurons[key][row]) for key in ("node", "layer", "fan_in", "fan_out")}
    memory, reads = bool(net.neurons["memory"][row]), bool(net.reads_input[row])
    return Neuron(**values, memory=memory, reads_input=reads)


def links_of(net: NetFacts, rows: list[int], place: Integers) -> list[Link]:
    """Return the edges into the rows of one sub-DAG, the last of which is its output."""
    links = []
    for target, row in enumerate(rows):
        for edge in range(int(net.row_begin[row]), int(net.row_begin[row + 1])):
            source = int(place[net.column[edge]])
            if source >= 0:
                links.append(Link(source, target, float(net.strength[edge])))
    return links


def token_of(name: str) -> int:
    """Return the token that a character, or the name of one, stands for.

    Raises
    ------
    ValueError
        It is neither.

    Examples
    --------
    >>> token_of("e"), token_of("space"), token_of("newline")
    (69, 0, 95)
    """
    for character, known in NAMES.items():
        if name in (known, SYMBOLS[character]):
            return UNKNOWN if known == "other" else int(tokenise(character)[0])
    if len(name) != 1:
        names = ", ".join(NAMES.values())
        raise ValueError(f"sub_dag: got {name!r:.40}, expected one character, or one of {names}")
    return int(tokenise(name)[0])


def character_of(token: int) -> str:
    """Return the character of a token."""
    return text_of(np.array([token], np.uint8))


def symbol_of(token: int) -> str:
    """Return a visible sign for a token: ␣ for the space."""
    character = character_of(token)
    return SYMBOLS.get(character, character)


def name_of(token: int) -> str:
    """Return what a token is called in a sentence: 'e', space."""
    character = character_of(token)
    return NAMES.get(character, f"'{character}'")
