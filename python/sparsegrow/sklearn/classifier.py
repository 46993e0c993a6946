"""`SparseMLPClassifier`."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from sparsegrow.layered.engine import Array
from sparsegrow.layered.samples import Labels
from sparsegrow.sklearn.estimator import SparseMLPEstimator
from sparsegrow.sklearn.refusals import unchanged_after


class SparseMLPClassifier(ClassifierMixin, SparseMLPEstimator):
    """A classifier that stores and computes only the edges it has.

    Parameters are those of `SparseMLP`, or have scikit-learn's meaning. Samples have no weights:
    `fit` takes no `sample_weight`. Features should be scaled to about 1, for example by a
    `StandardScaler` or `MaxAbsScaler` before it in a pipeline.

    SciPy's sparse matrices are taken without making them dense as a whole: of each epoch's shuffled
    order, as many batches as fit 32 MB are made dense at a time, at least one. The trained network
    is the same to the bit as with dense data, at the cost of filling the blocks in each epoch.

    Parameters
    ----------
    hidden_layer_sizes
        Widths of the hidden layers.
    density, epsilon, distribution
        How many edges there are. Where neither of the first two is given, epsilon is 20: a layer
        from n to m neurons gets 20 * (n + m) edges, at most all.
    topology, dynamics
        "static": edges stay where they are. "dense": all edges. "set", "random", "rigl", "ch3l3",
        "ch2l3", "ch3l3n", "ch2l3n": edges go and come back elsewhere, as the mapping `dynamics`
        says; by default after each epoch, under "rigl" every 100 steps.
    start, start_randomness, dense_last
        Where edges are at first.
    activation, slope
        Of the hidden layers.
    optimizer, learning_rate, momentum
        How weights move.
    alpha, decay
        How much and how weights decay; "l2" adds alpha * w to the gradient of the mean loss.
    dropout
        Fraction of hidden neurons that are silent in a step.
    batch_size
        Samples per step; "auto" is 200, at most all samples.
    schedule, warmup_epochs, final_factor
        The learning rate over `max_iter` epochs. "constant" suits the two stopping rules.
    init, init_scale
        Start weights.
    max_iter
        Most epochs.
    tol, n_iter_no_change
        Training ends after more than `n_iter_no_change` epochs in a row in which the training loss
        did not fall, or with `early_stopping` the validation score did not rise, by `tol`.
    early_stopping, validation_fraction
        Set a fraction of the samples aside, of each class its share, and keep the weights that did
        best on them.
    warm_start
        A next `fit` goes on from the present weights, with the settings of the first one but for
        those of stopping and of `schedule`. The classes and features must be the same.
    random_state
        Topology, weights, shuffling and dropout follow from it, whatever the number of threads.
    verbose
        Show progress on standard error.
    dtype, device
        Of the engine; samples are converted.

    Attributes
    ----------
    model_ : SparseMLP
        The network.
    classes_
        Labels, in order of the columns of `predict_proba`.
    n_features_in_, feature_names_in_
        Of the samples that it was fitted to.
    n_iter_, loss_, loss_curve_, best_loss_
        Epochs and training losses.
    validation_scores_, best_validation_score_
        With `early_stopping`.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sparsegrow.sklearn import SparseMLPClassifier
    >>> x, y = load_digits(return_X_y=True)
    >>> net = SparseMLPClassifier((300, 300), density=0.05, topology="rigl", random_state=0)
    >>> line = make_pipeline(StandardScaler(), net).fit(x[:1400], y[:1400])
    >>> line.score(x[1400:], y[1400:]) > 0.9
    True
    """

    _loss = "cross_entropy"
    classes_: Array

    def fit(self, X: Any, y: Any) -> SparseMLPClassifier:
        """Train until it gets no better.

        Parameters
        ----------
        X
            Samples [samples][features], dense or sparse.
        y
            A label of any kind per sample.
        """
        with unchanged_after(BaseException, self):
            X, y = self._checked(X, y, first=not self._goes_on())
            y = self._as_labels(y)
            classes = np.unique(y)
            if self._goes_on() and not np.array_equal(classes, self.classes_):
                raise ValueError(
                    f"warm_start: got classes {classes!s:.80}, expected {self.classes_!s:.80}"
                )
            self.classes_ = classes
            converged = self._fit(X, self._numbered(y), len(classes))
        self._warn_unless(converged)
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> SparseMLPClassifier:
        """Train for one epoch, at a constant learning rate.

        The topology changes in it only where `dynamics` asks for an update every so many steps.

        Parameters
        ----------
        X, y
            As in `fit`; not every class need be there.
        classes
            All labels; needed in the first call.
        """
        first = not hasattr(self, "model_")
        if first and classes is None:
            raise ValueError("classes must be passed on the first call to partial_fit.")
        with unchanged_after(BaseException, self):
            X, y = self._checked(X, y, first=first)
            y = self._as_labels(y)
            self.classes_ = self._known(y, classes, first=first)
            self._partial_fit(X, self._numbered(y), len(self.classes_))
        return self

    def _known(self, y: Array, classes: Any, *, first: bool) -> Array:
        """Return all labels, which must be those of the first call and have those of `y`."""
        known: Array = np.unique(classes) if first else self.classes_
        if classes is not None and not np.array_equal(known, np.unique(classes)):
            raise ValueError(f"classes: got {classes!s:.80}, expected {known!s:.80} as before")
        stray = np.setdiff1d(y, known)
        if len(stray):
            raise ValueError(f"y: got labels {stray!s:.80}, expected some of {known!s:.80}")
        return known

    def predict(self, X: Any) -> Array:
        """Return the likeliest label of each sample."""
        outputs = self._forward(X)
        labels: Array = self.classes_[outputs.argmax(axis=1)]
        return labels

    def predict_log_proba(self, X: Any) -> Array:
        """Return the logarithm of each class's probability [samples][classes]."""
        outputs = self._forward(X).astype(np.float64)
        outputs -= outputs.max(axis=1, keepdims=True)
        logs: Array = outputs - np.log(np.exp(outputs).sum(axis=1, keepdims=True))
        return logs

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class [samples][classes]."""
        probabilities: Array = np.exp(self.predict_log_proba(X))
        return probabilities

    def _as_labels(self, y: Array) -> Array:
        labels: Array = column_or_1d(y, warn=True)
        check_classification_targets(labels)
        return labels

    def _numbered(self, y: Array) -> Labels:
        return np.searchsorted(self.classes_, y).astype(np.int64)
