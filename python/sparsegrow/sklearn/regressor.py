"""`SparseMLPRegressor`."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.validation import column_or_1d

from sparsegrow.layered.engine import Array
from sparsegrow.sklearn.estimator import SparseMLPEstimator
from sparsegrow.sklearn.refusals import unchanged_after


class SparseMLPRegressor(RegressorMixin, SparseMLPEstimator):
    """A regressor, for one value per sample or several, that stores only the edges it has.

    The loss is the mean square over samples and outputs; targets should be scaled to about 1, for
    example by a `TransformedTargetRegressor`. With `early_stopping` the score is the explained
    fraction of the validation targets' variance.

    Parameters, attributes, and what holds for sparse samples and for weights of samples are as in
    `SparseMLPClassifier`; there are no classes.

    Examples
    --------
    >>> import numpy as np
    >>> from sparsegrow.sklearn import SparseMLPRegressor
    >>> x = np.random.default_rng(0).normal(size=(500, 5))
    >>> y = x[:, 0] * x[:, 1]
    >>> SparseMLPRegressor(density=0.5, random_state=0).fit(x, y).score(x, y) > 0.8
    True
    """

    _loss = "mse"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any) -> SparseMLPRegressor:
        """Train until it gets no better.

        Parameters
        ----------
        X
            Samples [samples][features], dense or sparse.
        y
            Values [samples] or [samples][outputs].
        """
        first = not self._goes_on()
        with unchanged_after(BaseException, self):
            X, y = self._checked(X, y, first=first)
            targets = self._as_values(y, first=first)
            converged = self._fit(X, targets, targets.shape[1])
        self._warn_unless(converged)
        return self

    def partial_fit(self, X: Any, y: Any) -> SparseMLPRegressor:
        """Train for one epoch, at a constant learning rate.

        The topology changes in it only where `dynamics` asks for an update every so many steps.

        Parameters
        ----------
        X, y
            As in `fit`.
        """
        first = not hasattr(self, "model_")
        with unchanged_after(BaseException, self):
            X, y = self._checked(X, y, first=first)
            targets = self._as_values(y, first=first)
            self._partial_fit(X, targets, targets.shape[1])
        return self

    def predict(self, X: Any) -> Array:
        """Return values, shaped as the targets of `fit` were."""
        outputs = self._forward(X).astype(np.float64)
        return outputs[:, 0] if self.n_outputs_ == 1 else outputs

    def _as_values(self, y: Array, *, first: bool) -> Array:
        """Return targets [samples][outputs]; a column is taken as [samples], with a warning."""
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        values: Array = np.ascontiguousarray(y.reshape(len(y), -1), dtype=self.dtype)
        if first:
            self.n_outputs_ = values.shape[1]
        elif values.shape[1] != self.n_outputs_:
            raise ValueError(
                f"y: got {values.shape[1]} values per sample, expected {self.n_outputs_} as before"
            )
        return values
