"""Orders that a reordering pass would give a graph, with the time that each takes."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sparsegrow.locality.wires import Int32, Wires

PART = 32  # nodes of a part that is split no further: a line of 128 bytes


class ScipyMissingError(ValueError):
    """SciPy is not installed. The message is one line for the user."""


def reordered(wires: Wires, order: str) -> tuple[Wires, float]:
    """Return a graph in another order, and the seconds that finding and applying it took.

    Parameters
    ----------
    wires
        A graph over its own rows.
    order
        `rcm`, reverse Cuthill-McKee; or `partition`, halves of breadth-first orders again and
        again, down to parts of one line.

    Raises
    ------
    ScipyMissingError
        SciPy is not installed.
    """
    find = ORDERS[order]
    start = time.perf_counter()
    place = find(wires)
    return wires.relabelled(place), time.perf_counter() - start


def adjacency(wires: Wires) -> object:
    """Return the graph without directions, as a SciPy matrix."""
    try:
        from scipy.sparse import csr_array
    except ImportError as error:
        raise ScipyMissingError("orders need SciPy: pip install scipy") from error
    ones = np.ones(wires.edges, np.int8)
    matrix = csr_array((ones, wires.column, wires.row_begin), shape=(wires.rows, wires.rows))
    return (matrix + matrix.T).tocsr()


def place_of(order: NDArray[np.integer]) -> Int32:
    """Return the new name of each node, from the nodes in their new order."""
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return place


def rcm(wires: Wires) -> Int32:
    """Return the places of reverse Cuthill-McKee."""
    matrix = adjacency(wires)
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    return place_of(reverse_cuthill_mckee(matrix, symmetric_mode=True))


def partition(wires: Wires) -> Int32:
    """Return the places of a recursive bisection by breadth-first order.

    A part is cut in the middle of the order in which a search from its far end meets its nodes.
    Parts, not edges or nodes, are looped over.
    """
    matrix = adjacency(wires)
    parts = [np.arange(wires.rows)]
    done: list[NDArray[np.integer]] = []
    while parts:
        part = parts.pop()
        if len(part) <= PART:
            done.append(part)
            continue
        met = part[search_order(matrix[part][:, part])]  # type: ignore[index]
        half = len(met) // 2
        parts += [met[half:], met[:half]]
    return place_of(np.concatenate(done))


def search_order(matrix: object) -> NDArray[np.integer]:
    """Return all nodes in breadth-first order from a far end, component after component."""
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    count, label = connected_components(matrix, directed=False)
    orders = []
    for c in range(count):
        start = int(np.argmax(label == c))
        far = breadth_first_order(matrix, start, directed=False, return_predecessors=False)[-1]
        orders.append(breadth_first_order(matrix, far, directed=False, return_predecessors=False))
    return np.concatenate(orders)


ORDERS: dict[str, Callable[[Wires], Int32]] = {"rcm": rcm, "partition": partition}
