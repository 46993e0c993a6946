"""What a growth run knows of itself: where it stands, its last round, what is on trial."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparsegrow import _sparsegrow as native
from sparsegrow.growth.controller import Decision
from sparsegrow.text.tokens import VOCABULARY

BITS = float(np.log2(np.e))  # of a nat
KEEP = 0.8  # of running means, per round


def fits(value: Any, kind: Any) -> bool:
    """Whether a value that was read can be a bool, an int or a finite float."""
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    return isinstance(value, int) or (
        kind is float and isinstance(value, float) and math.isfinite(value)
    )


def checked(kind: type[Any], values: Any, what: str) -> dict[str, Any]:
    """Return saved fields of a dataclass if all are there, and numbers where numbers belong."""
    if not isinstance(values, dict) or set(values) != {f.name for f in fields(kind)}:
        raise ValueError(f"the run's {what} is damaged")
    for entry in fields(kind):
        is_number = isinstance(entry.default, int | float)
        if is_number and not fits(values[entry.name], type(entry.default)):
            raise ValueError(f"the run's {what} is damaged: {entry.name}")
    return values


@dataclass
class Progress:
    """Where a run stands; all of it is saved."""

    round: int = 0
    seconds: float = 0.0
    seconds_training: float = 0.0
    seconds_mutations: float = 0.0
    seconds_trials: float = 0.0
    seconds_evaluation: float = 0.0
    work: float = 0.0
    steps: int = 0  # trained, those rolled back included
    chars: int = 0  # likewise
    accepted: int = 0
    rejected: int = 0
    rolled_back: int = 0
    val_bpc: float = 0.0  # at the end of the last round
    val_mean: float = 0.0  # running mean over rounds
    val_spread: float = 0.0  # running mean square of the deviations from it
    val_best: float = 1e9  # least running mean since the rates were last lowered
    cooling: float = 1.0  # factor on the rates, lowered while the held-out text gains nothing
    peak_bytes: int = 0  # of the network, most until the last checkpoint
    located: int = 0  # edges at the last record of locality
    began: float = 0.0  # seconds at which the present budget began
    began_step: int = 0
    finished: bool = False  # measured on the whole held-out text after the end of the budget

    def note(self, val_bpc: float) -> None:
        """Take a round's figure into the running mean and its spread."""
        away = val_bpc - self.val_mean
        self.val_mean += (1 - KEEP) * away
        self.val_spread = KEEP * (self.val_spread + (1 - KEEP) * away * away)
        self.val_bpc = val_bpc

    def worst(self, sigmas: float, tolerance: float) -> float:
        """Return what a trial must not exceed: chance alone moves a round's figure, too."""
        return self.val_mean + sigmas * math.sqrt(self.val_spread) + tolerance

    @property
    def gaining(self) -> bool:
        """Whether the held-out text is at its best, so that there is a use in growing."""
        return self.val_mean <= self.val_best

    def cool(self, factor: float, tolerance: float) -> None:
        """Lower the rates where the held-out text has become worse than it was."""
        if self.gaining:
            self.val_best = self.val_mean
        elif self.val_mean > self.val_best + tolerance:
            self.cooling *= factor
            self.val_best = self.val_mean

    def begin_budget(self) -> None:
        """Count time and steps from here."""
        self.began, self.began_step, self.finished = self.seconds, self.steps, False

    def begin_text(self, val_bpc: float) -> None:
        """Begin anew with a held-out text on which nothing but this was measured."""
        self.val_bpc = self.val_mean = val_bpc
        self.val_spread, self.val_best, self.cooling = 0.0, 1e9, 1.0

    @classmethod
    def of_dict(cls, values: Any) -> Progress:
        """Return a state that was saved.

        Raises
        ------
        ValueError
            It is damaged.
        """
        return cls(**checked(cls, values, "progress"))


@dataclass
class Trial:
    """What was committed and is not judged yet."""

    decisions: list[Decision]
    added: dict[int, int]  # edges by place in `decisions`
    before: native.CharNetSnapshot
    val_bpc: float  # running mean
    worst: float  # bits per character above which it is rolled back
    edges: int
    work: float
    seconds: float
    step: int
    round: int


@dataclass
class RoundTraining:
    """Sums over the training of one round."""

    loss: float = 0.0
    chars: int = 0
    steps: int = 0
    bytes: int = 0  # moved at least
    seconds: float = 0.0
    class_loss: NDArray[np.float64] = field(default_factory=lambda: np.zeros(VOCABULARY))
    class_count: NDArray[np.int64] = field(default_factory=lambda: np.zeros(VOCABULARY, np.int64))

    def add(self, record: native.TrainRecord) -> None:
        """Add a call's record."""
        self.loss += record.loss * record.chars
        self.chars += record.chars
        self.steps += record.steps
        self.bytes += record.bytes
        self.class_loss = self.class_loss + record.class_loss
        self.class_count = self.class_count + record.class_count

    @property
    def bpc(self) -> float:
        """Mean bits per character."""
        return self.loss / max(1, self.chars) * BITS

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "loss": self.loss,
            "chars": self.chars,
            "steps": self.steps,
            "bytes": self.bytes,
            "seconds": self.seconds,
            "class_loss": self.class_loss.tolist(),
            "class_count": self.class_count.tolist(),
        }

    @classmethod
    def of_dict(cls, values: Any) -> RoundTraining:
        """Return sums that were saved.

        Raises
        ------
        ValueError
            They are damaged.
        """
        found = dict(checked(cls, values, "last round"))
        for name, dtype in (("class_loss", np.float64), ("class_count", np.int64)):
            found[name] = sums_of(name, found[name], dtype)
        return cls(**found)


def sums_of(name: str, values: Any, dtype: type[Any]) -> NDArray[Any]:
    """Return saved sums by character."""
    try:
        sums = np.array(values, dtype)
        if sums.shape == (VOCABULARY,) and np.isfinite(sums).all() and (sums >= 0).all():
            return sums
    except (TypeError, ValueError, OverflowError):
        pass
    raise ValueError(f"the run's last round is damaged: {name}")


def growth_records(trial: Trial, reward: float, rolled_back: bool) -> list[dict[str, Any]]:
    """Return the records of a judged round, one per proposal."""
    return [
        {
            "seconds": round(trial.seconds, 3),
            "step": trial.step,
            "round": trial.round,
            "kind": d.kind,
            "sub_dag": d.sub_dag,
            "layer": d.layer,
            "count": d.count,
            "probability": d.probability,
            "accepted": d.accepted,
            "reward": reward,
            "rolled_back": rolled_back and d.accepted,
            "edges_added": trial.added.get(k, 0) * (-1 if d.kind == "prune" else 1),
        }
        for k, d in enumerate(trial.decisions)
    ]
