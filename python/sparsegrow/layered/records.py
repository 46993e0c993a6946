"""What is remembered of training: one record per epoch, and where a run of epochs stands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

Record = TypeVar("Record")


@dataclass(frozen=True)
class EpochRecord:
    """One epoch of training.

    Attributes
    ----------
    epoch
        Counted from 1 over the whole life of the model.
    loss, accuracy
        Means over the batches of the epoch as they were trained, dropout included; accuracy is
        None unless the loss is cross-entropy.
    val_loss, val_accuracy
        The same for the validation data after the epoch, None without any.
    seconds
        Time spent in training, without validation.
    learning_rate
        Rate of the last step.
    """

    epoch: int
    loss: float
    accuracy: float | None
    val_loss: float | None
    val_accuracy: float | None
    seconds: float
    learning_rate: float


@dataclass
class RunState:
    """Where one call of `fit` stands; with the network's state, all that resuming needs.

    Attributes
    ----------
    epochs, samples
        Epochs asked for and samples trained on.
    first_step, first_epoch
        Optimizer steps and epochs that the model had behind it when the run began.
    ended
        Early stopping or a callback has ended the run.
    waited, best_epoch, best_loss
        For early stopping: epochs since the best one, and that one.
    rewired, frozen
        For changing topologies: steps of the run at its last update, and a bit for each layer
        that is left alone.
    loss_sum, correct, seconds
        Sums over the part of the present epoch that is done.
    """

    epochs: int
    samples: int
    first_step: int
    first_epoch: int
    ended: bool = False
    waited: int = 0
    best_epoch: int | None = None
    best_loss: float | None = None
    rewired: int = 0
    frozen: int = 0
    loss_sum: float = 0.0
    correct: int = 0
    seconds: float = 0.0


def continued_run(run: RunState, epochs: int, samples: int) -> RunState:
    """Return the state of a run from a checkpoint that shall go on to `epochs` epochs.

    Raises
    ------
    ValueError
        It was a run on another number of samples.
    """
    if run.samples != samples:
        raise ValueError(
            f"x: got {samples} samples to train on, but the run that is resumed had {run.samples}"
        )
    return replace(run, epochs=epochs)


def from_header(kind: type[Record], values: Any, what: str) -> Record:
    """Make a record from a header's values, which may come from anybody.

    Raises
    ------
    ValueError
        A field is missing, unknown, of a wrong type or not finite.
    """
    declared = {field.name: str(field.type) for field in fields(kind)}  # type: ignore[arg-type]
    if not isinstance(values, Mapping) or set(values) != set(declared):
        raise ValueError(f"{what}: expected the fields {', '.join(declared)}")
    for name, declaration in declared.items():
        if not fits(values[name], declaration):
            raise ValueError(f"{what}: {name} is {values[name]!r:.80}, expected {declaration}")
    return kind(**values)


def fits(value: Any, declaration: str) -> bool:
    """Whether a value suits a declared type; integers count something, floats are finite."""
    if value is None:
        return declaration.endswith("| None")
    if isinstance(value, bool) or declaration == "bool":
        return isinstance(value, bool) and declaration == "bool"
    if isinstance(value, int):
        return 0 <= value < 2**62
    return isinstance(value, float) and declaration.startswith("float") and math.isfinite(value)
