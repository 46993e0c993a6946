"""Neural networks stored sparse whose topology grows and changes while they train."""

from __future__ import annotations

from typing import Any

from sparsegrow import locality
from sparsegrow._sparsegrow import (
    __version__,
    active_isa,
    backends,
    num_threads,
    set_num_threads,
)
from sparsegrow.growth.char_model import CharModel
from sparsegrow.growth.growing import Run, grow, resume
from sparsegrow.growth.settings import GrowthSettings
from sparsegrow.layered.dynamics import Dynamics
from sparsegrow.layered.mlp import SparseMLP
from sparsegrow.layered.perturbation.analysis import perturb
from sparsegrow.loading import load
from sparsegrow.rbm import RestrictedBoltzmann
from sparsegrow.reporting.report import report
from sparsegrow.text.corpus import Corpus, load_corpus
from sparsegrow.text.corpus_error import CorpusError


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
    "Dynamics",
    "GrowthSettings",
    "RestrictedBoltzmann",
    "Run",
    "SparseMLP",
    "__version__",
    "grow",
    "info",
    "load",
    "load_corpus",
    "locality",
    "num_threads",
    "perturb",
    "report",
    "resume",
    "set_num_threads",
]
