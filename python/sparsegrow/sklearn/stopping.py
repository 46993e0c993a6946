"""When a fit has converged, by the rules of scikit-learn's MLPs."""

from __future__ import annotations

from sparsegrow import _sparsegrow as native
from sparsegrow.layered.mlp import SparseMLP
from sparsegrow.layered.records import EpochRecord


class Monitor:
    """Callback that ends a run once it gets no better.

    Parameters
    ----------
    tol
        What counts as better.
    patience
        Epochs in a row without that after which to stop.
    early
        Go by the score on validation data and keep the best weights, not by the training loss.
    variance
        Of the validation targets of a regression; the score is then the explained fraction of it.
    """

    def __init__(self, tol: float, patience: float, *, early: bool, variance: float | None) -> None:
        self.tol = tol
        self.patience = patience
        self.early = early
        self.variance = variance
        self.losses: list[float] = []
        self.scores: list[float] = []
        self.waited = 0
        self.stopped = False
        self.best: native.NetworkSnapshot | None = None

    def __call__(self, model: SparseMLP, record: EpochRecord) -> bool:
        """Return whether the run shall end."""
        better = self.by_score(model, record) if self.early else self.by_loss(record)
        self.waited = 0 if better else self.waited + 1
        self.stopped = self.waited > self.patience
        return self.stopped

    def by_loss(self, record: EpochRecord) -> bool:
        """Note the training loss and return whether it fell by more than the tolerance."""
        before = min(self.losses, default=float("inf"))
        self.losses.append(record.loss)
        return record.loss <= before - self.tol

    def by_score(self, model: SparseMLP, record: EpochRecord) -> bool:
        """Note the validation score, keep the best weights, and return whether it rose."""
        before = max(self.scores, default=-float("inf"))
        score = self.score(record)
        self.losses.append(record.loss)
        self.scores.append(score)
        if score > before:
            self.best = model._engine.locked(model._engine.network.snapshot)
        return score >= before + self.tol

    def score(self, record: EpochRecord) -> float:
        """Return the score on the validation data."""
        if record.val_accuracy is not None:
            return record.val_accuracy
        assert record.val_loss is not None  # early stopping always has validation data
        assert self.variance is not None
        if self.variance == 0:
            return float(record.val_loss == 0)
        return 1.0 - record.val_loss / self.variance

    def restore(self, model: SparseMLP) -> None:
        """Go back to the best weights."""
        if self.best is not None:
            model._engine.locked(model._engine.network.rollback, self.best)
            self.best = None
