"""Cache-line profiles of graphs, and the orders that a reordering pass would give them."""

from sparsegrow.locality.wires import (
    CONDITIONS,
    LINE_BYTES,
    GrownWires,
    Wires,
    compare,
    embryo,
    profile,
    synthetic,
)

__all__ = [
    "CONDITIONS",
    "LINE_BYTES",
    "GrownWires",
    "Wires",
    "compare",
    "embryo",
    "profile",
    "synthetic",
]
