"""Cache-line profiles: what gathering the inputs of each row of a graph costs in lines of memory.

For each row its edges are taken in groups of 32, as one vector instruction of 32 lanes would; the
distinct lines that hold a group's sources are counted. All figures are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparsegrow import _sparsegrow as native
from sparsegrow.base.requirements import require_integer, require_number

Int32 = NDArray[np.int32]
Record = dict[str, Any]

FLOAT_BYTES = 4
KB = 1024
LINE_BYTES = 128
MOST = 2**31 - 1
CONDITIONS = ("temporal", "random", "shuffled")


@dataclass(frozen=True)
class Wires:
    """A directed graph for profiling: which places of an array each row reads.

    Parameters
    ----------
    row_begin, column
        CSR by target: row r reads the places `column[row_begin[r]:row_begin[r + 1]]`.
    places
        Length of the array.
    level
        Level of each row, for the ratio of longest to mean row within a level.
    """

    row_begin: Int32
    column: Int32
    places: int
    level: Int32 | None = None

    @property
    def rows(self) -> int:
        """Rows, those without edges included."""
        return len(self.row_begin) - 1

    @property
    def edges(self) -> int:
        """Edges."""
        return len(self.column)

    def by_source(self) -> Wires:
        """Return the same edges from the other side: which rows each place feeds."""
        row_begin, column = native.transposed(self.row_begin, self.column, self.places)
        return Wires(row_begin, column, self.rows)

    def slice(self, begin: int, end: int) -> Wires:
        """Return the rows `begin` to `end` alone."""
        first, last = self.row_begin[begin], self.row_begin[end]
        return Wires(self.row_begin[begin : end + 1] - first, self.column[first:last], self.places)

    def relabelled(self, place: Int32) -> Wires:
        """Return a graph over its own rows with node i renamed to `place[i]`."""
        return Wires(*native.relabelled(self.row_begin, self.column, place), self.places)


def profile(
    wires: Wires,
    *,
    line_bytes: int = LINE_BYTES,
    run: int = 1,
    begin: int = 0,
    end: int | None = None,
) -> Record:
    """Return the cache-line figures of a graph.

    Parameters
    ----------
    line_bytes
        Size of a line.
    run
        Floats that each place holds: 1 for one sample, more where a batch lies side by side.
    begin, end
        Only edges from places in `[begin, end)` count, as if the others were not there.

    Returns
    -------
    dict
        `edges, lines_per_32, utilisation, useful_kb, fetched_kb, amplification, max_fan_in,
        mean_fan_in, simd_worst`, and `fan_in`, the number of rows with 2^k to 2^(k+1) - 1 edges for
        each k. KB are of 1,024 bytes.

    Raises
    ------
    ValueError
        The line is no whole number of floats, or the arrays are no graph.

    Examples
    --------
    >>> row = profile(embryo())
    >>> row["edges"], row["lines_per_32"], round(100 * row["utilisation"], 1), row["max_fan_in"]
    (19306, 1.0, 77.0, 196)
    """
    require_integer("line_bytes", line_bytes, FLOAT_BYTES, MOST)
    require_integer("run", run, 1, MOST)
    if line_bytes % FLOAT_BYTES:
        raise ValueError(f"line_bytes: got {line_bytes}, expected a positive multiple of 4")
    found = native.line_profile(
        wires.row_begin,
        wires.column,
        wires.places,
        line=line_bytes // FLOAT_BYTES,
        run=run,
        begin=begin,
        end=wires.places if end is None else end,
    )
    return {
        "edges": found.edges,
        "lines_per_32": found.lines_per_32,
        "utilisation": found.utilisation,
        "useful_kb": found.useful_bytes / KB,
        "fetched_kb": found.fetched_bytes / KB,
        "amplification": found.amplification,
        "max_fan_in": found.max_fan_in,
        "mean_fan_in": found.mean_fan_in,
        "simd_worst": found.simd_worst,
        "fan_in": found.fan_in,
    }


@dataclass(frozen=True)
class GrownWires:
    """The whole graph of a growing network over one array.

    Parameters
    ----------
    wires
        Its edges; the array holds one-hot inputs, pattern inputs, neurons and outputs.
    first_pattern, first_neuron
        Where pattern inputs and neurons begin.
    """

    wires: Wires
    first_pattern: int
    first_neuron: int

    @classmethod
    def of_net(cls, net: native.CharNet) -> GrownWires:
        """Return the graph of a network."""
        flat = net.flat_graph()
        wires = Wires(flat["row_begin"], flat["column"], flat["places"], flat["level"])
        return cls(wires, flat["first_pattern"], flat["first_neuron"])

    def ranges(self) -> dict[str, tuple[int, int]]:
        """Return the places of each kind of source."""
        return {
            "input": (0, self.first_pattern),
            "pattern": (self.first_pattern, self.first_neuron),
            "hidden": (self.first_neuron, self.wires.places),
        }

    def profile(self, *, line_bytes: int = LINE_BYTES, run: int = 1) -> Record:
        """Return the figures of all edges, and of those from each kind of source apart."""
        record = profile(self.wires, line_bytes=line_bytes, run=run)
        assert self.wires.level is not None
        worst = native.simd_worst_level(self.wires.row_begin, self.wires.level)
        record["simd_worst_level"] = worst
        for kind, (begin, end) in self.ranges().items():
            record[kind] = profile(self.wires, line_bytes=line_bytes, run=run, begin=begin, end=end)
        return record

    def profile_by_source(self, *, line_bytes: int = LINE_BYTES, run: int = 1) -> Record:
        """Return the same for the way back, in which each place gathers from the rows it feeds."""
        back = self.wires.by_source()
        record = profile(back, line_bytes=line_bytes, run=run)
        for kind, (begin, end) in self.ranges().items():
            record[kind] = profile(back.slice(begin, end), line_bytes=line_bytes, run=run)
        return record


def embryo(context: int = 2) -> Wires:
    """Return the graph that a growing network starts with."""
    return GrownWires.of_net(native.CharNet(context=context)).wires


def synthetic(
    nodes: int = 4000,
    *,
    sub_dags: int = 8,
    fan_in: int = 32,
    window: int = 80,
    bias: float = 0.9,
    seed: int = 0,
) -> dict[str, Wires]:
    """Return graphs grown node by node under three conditions.

    Sub-DAGs are grown one by one and laid out one after another. A new node takes its edges from
    older nodes of its sub-DAG.

    Parameters
    ----------
    nodes, sub_dags
        How many.
    fan_in
        Edges of a node, fewer while its sub-DAG is smaller than that.
    window, bias
        `temporal` draws that share of a node's edges from the latest nodes, as many as `window`
        says, and the others from what is older.
    seed
        All randomness follows from it.

    Returns
    -------
    dict
        `temporal`; `random`, which draws from all older nodes alike; and `shuffled`, which is
        `temporal` with all nodes renamed at random.

    Raises
    ------
    ValueError
        A size is below one, or the bias is outside 0 to 1.

    Examples
    --------
    >>> graphs = synthetic(4000)
    >>> lines = [profile(graphs[name])["lines_per_32"] for name in CONDITIONS]
    >>> lines[0] < lines[1] < lines[2]
    True
    """
    shape = {"nodes": nodes, "sub_dags": sub_dags, "fan_in": fan_in, "window": window}
    for name, value in shape.items():
        require_integer(name, value, 1, MOST)
    require_number("bias", bias, 0.0, 1.0)
    shape["seed"] = require_integer("seed", seed, 0, 2**63 - 1)
    temporal = Wires(*native.synthetic(**shape, bias=bias), nodes)
    return {
        "temporal": temporal,
        "random": Wires(*native.synthetic(**shape, bias=0.0), nodes),
        "shuffled": temporal.relabelled(native.random_order(nodes, seed)),
    }


def compare(graphs: dict[str, Wires], **options: Any) -> list[Record]:
    """Return one record per condition: its name, nodes, and the figures of `profile`."""
    return [
        {"condition": name, "nodes": wires.rows, **profile(wires, **options)}
        for name, wires in graphs.items()
    ]
