"""What classifier and regressor share: parameters, training, early stopping."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from sparsegrow.base.requirements import (
    plain,
    require_choice,
    require_flag,
    require_integer,
    require_number,
)
from sparsegrow.layered.config import CHOICES, MAX_WIDTH
from sparsegrow.layered.engine import Array
from sparsegrow.layered.mlp import SparseMLP
from sparsegrow.sklearn.blocks import fit_blocks, outputs_of
from sparsegrow.sklearn.stopping import Monitor

# Parameters that `SparseMLP` knows under the same name.
PASSED = (
    "density",
    "epsilon",
    "topology",
    "dynamics",
    "start",
    "start_randomness",
    "dense_last",
    "distribution",
    "activation",
    "slope",
    "optimizer",
    "learning_rate",
    "momentum",
    "decay",
    "dropout",
    "schedule",
    "warmup_epochs",
    "final_factor",
    "init",
    "init_scale",
    "dtype",
    "device",
)
AUTO_BATCH = 200
MOST_BATCH = 2**20


class SparseMLPEstimator(BaseEstimator):
    """A `SparseMLP` with the manners of scikit-learn; see `SparseMLPClassifier`."""

    _loss = ""
    hidden_layer_sizes: int | Sequence[int]
    alpha: float
    batch_size: int | str
    schedule: str
    warmup_epochs: float
    max_iter: int
    tol: float
    n_iter_no_change: int
    early_stopping: bool
    validation_fraction: float
    warm_start: bool
    random_state: Any
    verbose: bool
    dtype: str
    model_: SparseMLP
    loss_curve_: list[float]

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        *,
        density: float | None = None,
        epsilon: float | None = None,
        topology: str = "static",
        dynamics: Mapping[str, Any] | None = None,
        start: str = "er",
        start_randomness: float = 0.25,
        dense_last: bool = False,
        distribution: str = "erk",
        activation: str = "relu",
        slope: float | None = None,
        optimizer: str = "adam",
        learning_rate: float | None = None,
        momentum: float = 0.9,
        alpha: float = 0.0,
        decay: str = "l2",
        dropout: float = 0.0,
        batch_size: int | str = "auto",
        schedule: str = "constant",
        warmup_epochs: float = 0.0,
        final_factor: float = 0.01,
        init: str = "swi",
        init_scale: float | None = None,
        max_iter: int = 200,
        tol: float = 1e-4,
        n_iter_no_change: int = 10,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: bool = False,
        dtype: str = "float32",
        device: str = "cpu",
    ) -> None:
        given = dict(locals())
        del given["self"]  # what is left are the parameters, each under its own name
        self.__dict__.update(given)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    # --- training

    def _fit(self, X: Any, targets: Array, outputs: int) -> bool:
        """Train on checked data until it gets no better; return whether that was the end."""
        random = check_random_state(self.random_state)
        model = self._model_for(X.shape[1], outputs, random, fresh=not self._goes_on())
        self._schedule(model, self.schedule, self.warmup_epochs)
        held = None
        if self.early_stopping:
            X, targets, held = self._split(X, targets, random)
        variance = None if held is None else float(np.var(held[1], axis=0).mean())
        monitor = Monitor(
            self.tol, self.n_iter_no_change, early=self.early_stopping, variance=variance
        )
        self._train(model, X, targets, self.max_iter, held, [monitor])
        monitor.restore(model)
        self._keep(model, monitor)
        return monitor.stopped

    def _warn_unless(self, converged: bool) -> None:
        if not converged and self.schedule == "constant":
            warnings.warn(
                f"max_iter: the training has not converged after {self.max_iter} epochs",
                ConvergenceWarning,
                stacklevel=3,
            )

    def _keep(self, model: SparseMLP, monitor: Monitor) -> None:
        self.model_ = model
        self.loss_curve_ = monitor.losses
        self.n_iter_ = len(monitor.losses)
        self.loss_ = monitor.losses[-1]
        self.best_loss_ = None if self.early_stopping else min(monitor.losses)
        self.validation_scores_ = monitor.scores if self.early_stopping else None
        self.best_validation_score_ = max(monitor.scores) if self.early_stopping else None

    def _partial_fit(self, X: Any, targets: Array, outputs: int) -> None:
        """Train for one epoch on checked data."""
        if self.early_stopping:
            raise ValueError("early_stopping: partial_fit does not support it, got True")
        random = check_random_state(self.random_state)
        first = not hasattr(self, "model_")
        model = self._model_for(X.shape[1], outputs, random, fresh=first)
        self._schedule(model, "constant", 0.0)
        monitor = Monitor(self.tol, np.inf, early=False, variance=None)
        self._train(model, X, targets, 1, None, [monitor])
        monitor.losses = [*([] if first else self.loss_curve_), *monitor.losses]
        self._keep(model, monitor)

    def _train(
        self,
        model: SparseMLP,
        X: Any,
        targets: Array,
        epochs: int,
        held: tuple[Any, Array] | None,
        callbacks: Sequence[Any],
    ) -> None:
        shown = bool(self.verbose)
        if isinstance(X, np.ndarray):
            model.fit(X, targets, epochs, validation=held, callbacks=callbacks, progress=shown)
        else:
            fit_blocks(model, X, targets, epochs, held, callbacks, progress=shown)

    def _split(
        self, X: Any, targets: Array, random: np.random.RandomState
    ) -> tuple[Any, Array, tuple[Any, Array]]:
        """Set samples aside for early stopping, of each class its share."""
        train, held, own, other = train_test_split(
            X,
            targets,
            test_size=self.validation_fraction,
            random_state=random,
            stratify=targets if is_classifier(self) else None,
        )
        return train, own, (held, other)

    # --- the model

    def _goes_on(self) -> bool:
        return bool(self.warm_start) and hasattr(self, "model_")

    def _model_for(
        self, features: int, outputs: int, random: np.random.RandomState, *, fresh: bool
    ) -> SparseMLP:
        """Return a new model, or the one that training goes on with.

        A seed is drawn in any case, so that both set the same samples aside afterwards.
        """
        seed = int(random.randint(np.iinfo(np.int32).max))
        if not fresh:
            return self.model_
        return SparseMLP(
            [features, *widths_of(self.hidden_layer_sizes), outputs],
            loss=self._loss,
            weight_decay=self.alpha,
            batch_size=AUTO_BATCH if isinstance(self.batch_size, str) else self.batch_size,
            seed=seed,
            **{name: getattr(self, name) for name in PASSED},
        )

    def _schedule(self, model: SparseMLP, schedule: str, warmup_epochs: float) -> None:
        """Set the learning rate's course over the next run."""
        engine = model._engine
        warmup = plain(warmup_epochs)
        engine.config = replace(engine.config, schedule=schedule, warmup_epochs=warmup)

    # --- data

    def _require_settings(self) -> None:
        """Refuse what `SparseMLP` would not see, or would call otherwise."""
        for index, width in enumerate(widths_of(self.hidden_layer_sizes)):
            require_integer(f"hidden_layer_sizes[{index}]", width, 1, MAX_WIDTH)
        require_number("alpha", plain(self.alpha), 0.0, np.inf)
        require_choice("dtype", self.dtype, CHOICES["dtype"])
        require_integer("max_iter", self.max_iter, 1, 2**31 - 1)
        require_integer("n_iter_no_change", self.n_iter_no_change, 1, 2**31 - 1)
        require_number("tol", plain(self.tol), 0.0, np.inf)
        for name in ("early_stopping", "warm_start"):
            require_flag(name, getattr(self, name))
        if self.batch_size != "auto":
            require_integer("batch_size", self.batch_size, 1, MOST_BATCH)

    def _checked(self, X: Any, y: Any, *, first: bool) -> tuple[Any, Array]:
        """Return samples as float rows, dense or CSR, and targets as they came."""
        self._require_settings()
        X, y = validate_data(
            self,
            X,
            y,
            reset=first,
            accept_sparse="csr",
            dtype=self.dtype,
            order="C",
            multi_output=True,
            y_numeric=not is_classifier(self),
        )
        return X, y

    def _forward(self, X: Any) -> Array:
        """Return the outputs of the network."""
        check_is_fitted(self, "model_")
        X = validate_data(self, X, reset=False, accept_sparse="csr", dtype=self.dtype, order="C")
        return outputs_of(self.model_, X)


def widths_of(sizes: Any) -> list[Any]:
    """Return the widths of hidden layers; a single one may stand alone."""
    return list(sizes) if np.iterable(sizes) else [sizes]
