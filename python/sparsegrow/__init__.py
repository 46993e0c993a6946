"""Neural networks stored sparse whose topology grows and changes while they train."""

from __future__ import annotations

from typing import Any

from sparsegrow._sparsegrow import (
    __version__,
    active_isa,
    backends,
    num_threads,
    set_num_threads,
)
from sparsegrow.mlp import SparseMLP

load = SparseMLP.load


def info() -> dict[str, Any]:
    """Return version, instruction set in use, threads, and each device or why it is missing."""
    return {
        "version": __version__,
        "isa": active_isa(),
        "threads": num_threads(),
        "backends": backends(),
    }


__all__ = ["SparseMLP", "__version__", "info", "load", "num_threads", "set_num_threads"]
