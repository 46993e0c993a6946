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
from sparsegrow.char_model import CharModel, load
from sparsegrow.corpus import Corpus, load_corpus
from sparsegrow.corpus_error import CorpusError
from sparsegrow.growing import Run, grow, resume
from sparsegrow.growth_settings import GrowthSettings
from sparsegrow.mlp import SparseMLP
from sparsegrow.perturb import perturb
from sparsegrow.report import report


def info() -> dict[str, Any]:
    """Return version, instruction set in use, threads, and each device or why it is missing."""
    return {
        "version": __version__,
        "isa": active_isa(),
        "threads": num_threads(),
        "backends": backends(),
    }


__all__ = [
    "CharModel",
    "Corpus",
    "CorpusError",
    "GrowthSettings",
    "Run",
    "SparseMLP",
    "__version__",
    "grow",
    "info",
    "load",
    "load_corpus",
    "num_threads",
    "perturb",
    "report",
    "resume",
    "set_num_threads",
]
