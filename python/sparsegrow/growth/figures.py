"""The records that a growth run writes as it goes: one of its sizes and one of its locality."""

from __future__ import annotations

from typing import Any

from sparsegrow import _sparsegrow as native
from sparsegrow.growth.records import Progress, RoundTraining
from sparsegrow.locality.wires import GrownWires


def figures(
    net: native.CharNet, progress: Progress, training: RoundTraining, rate: float
) -> dict[str, Any]:
    """Return a record of `metrics.jsonl`."""
    p = progress
    return {
        "seconds": round(p.seconds, 3),
        "step": p.steps,
        "chars": p.chars,
        "train_bpc": training.bpc if training.chars else None,
        "val_bpc": p.val_bpc,
        "edges": net.edges,
        "params": net.parameters,
        "hidden": net.hidden,
        "max_depth": net.depth,
        "max_context": net.context,
        "memory_neurons": net.memory_neurons,
        "bytes": net.bytes,
        "peak_bytes": max(net.peak_bytes, p.peak_bytes),
        "patterns": net.patterns,
        "pattern_edges": net.pattern_edges,
        "input_edges": net.input_edges,
        "hidden_edges": net.hidden_edges,
        "chars_per_second": round(training.chars / training.seconds) if training.seconds else 0,
        "rate": rate,
        "round": p.round,
        "accepted": p.accepted,
        "rejected": p.rejected,
        "rolled_back": p.rolled_back,
        "seconds_training": round(p.seconds_training, 3),
        "seconds_mutations": round(p.seconds_mutations, 3),
        "seconds_trials": round(p.seconds_trials, 3),
        "seconds_evaluation": round(p.seconds_evaluation, 3),
    }


def locality_figures(
    net: native.CharNet, progress: Progress, training: RoundTraining
) -> dict[str, Any]:
    """Return a record of `locality.jsonl`: how the graph lies in memory, and what a step moves."""
    return {
        "seconds": round(progress.seconds, 3),
        "step": progress.steps,
        "params": net.parameters,
        "mb_per_step": training.bytes / max(1, training.steps) / 1e6,
        "gb_per_second": training.bytes / 1e9 / training.seconds if training.seconds else 0.0,
        **GrownWires.of_net(net).profile(),
    }
