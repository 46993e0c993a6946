"""`SparseRBM`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.sparsefuncs import min_max_axis
from sklearn.utils.validation import check_is_fitted, validate_data

from sparsegrow.base.requirements import require_choice, require_flag, require_integer
from sparsegrow.layered.config import MAX_WIDTH
from sparsegrow.layered.engine import Array
from sparsegrow.rbm import RestrictedBoltzmann
from sparsegrow.rbm.config import CHOICES
from sparsegrow.sklearn.blocks import blocks, dense, rows_per_block, whole
from sparsegrow.sklearn.rbm_blocks import Rows, fit_rows
from sparsegrow.sklearn.refusals import unchanged_after

# Parameters that `RestrictedBoltzmann` knows under the same name.
PASSED = (
    "epsilon",
    "density",
    "k",
    "learning_rate",
    "momentum",
    "weight_decay",
    "decay",
    "batch_size",
    "topology",
    "zeta",
    "persistent",
    "mean_field_last",
    "sample_visible",
    "init_scale",
    "dtype",
    "device",
)


class SparseRBM(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """A restricted Boltzmann machine, sparse, that turns samples into hidden probabilities.

    Parameters are those of `RestrictedBoltzmann`, or have the meaning that they have in
    scikit-learn's `BernoulliRBM`. SciPy's sparse matrices are taken without making them dense as a
    whole, as by `SparseMLPClassifier`.

    Parameters
    ----------
    n_components
        Hidden units.
    epsilon, density
        How many links: epsilon * (features + n_components), or that fraction of all. Epsilon is 10
        if neither is given.
    k, persistent, mean_field_last, sample_visible
        Chains.
    learning_rate, momentum, weight_decay, decay, batch_size
        Gradient ascent.
    topology, zeta
        "set": before each epoch but the first, that fraction of the links of either sign gives way
        to random ones. "static": links stay.
    init_scale
        Deviation of the weights of new links.
    n_iter
        Epochs.
    rescale
        Map each feature from its range in the data of `fit` to 0 to 1, and cut off what lies
        beyond. Without it, values must be from 0 to 1.
    random_state
        Links, weights, order and draws follow from it, whatever the number of threads.
    verbose
        Show progress on standard error.
    dtype, device
        Of the engine and of what `transform` returns.

    Attributes
    ----------
    machine_ : RestrictedBoltzmann
        The machine.
    data_min_, data_range_
        Of each feature, with `rescale`.
    n_iter_
        Epochs trained.
    n_features_in_, feature_names_in_
        Of the samples that it was fitted to.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sparsegrow.sklearn import SparseRBM
    >>> x, _ = load_digits(return_X_y=True)
    >>> SparseRBM(50, density=0.2, n_iter=2, random_state=0).fit_transform(x).shape
    (1797, 50)
    """

    def __init__(
        self,
        n_components: int = 256,
        *,
        epsilon: float | None = None,
        density: float | None = None,
        k: int = 1,
        learning_rate: float = 0.1,
        momentum: float = 0.0,
        weight_decay: float = 2e-7,
        decay: str = "direct",
        batch_size: int = 10,
        topology: str = "set",
        zeta: float = 0.3,
        persistent: bool = False,
        mean_field_last: bool = False,
        sample_visible: bool = False,
        init_scale: float = 0.05,
        n_iter: int = 10,
        rescale: bool = True,
        random_state: Any = None,
        verbose: bool = False,
        dtype: str = "float32",
        device: str = "cpu",
    ) -> None:
        self.n_components = n_components
        self.epsilon = epsilon
        self.density = density
        self.k = k
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.decay = decay
        self.batch_size = batch_size
        self.topology = topology
        self.zeta = zeta
        self.persistent = persistent
        self.mean_field_last = mean_field_last
        self.sample_visible = sample_visible
        self.init_scale = init_scale
        self.n_iter = n_iter
        self.rescale = rescale
        self.random_state = random_state
        self.verbose = verbose
        self.dtype = dtype
        self.device = device

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    # --- training

    def fit(self, X: Any, y: Any = None) -> SparseRBM:
        """Train for `n_iter` epochs.

        Parameters
        ----------
        X
            Samples [samples][features], dense or sparse.
        y
            Ignored.
        """
        shown = bool(self.verbose)
        with unchanged_after(Exception, self):
            X = self._start(X)
            if isinstance(X, np.ndarray):
                self.machine_.fit(self._scaled(X), self.n_iter, progress=shown)
            else:
                fit_rows(self.machine_, Rows(X, self._scaled), self.n_iter, progress=shown)
            self.n_iter_ = int(self.n_iter)
        return self

    def partial_fit(self, X: Any, y: Any = None) -> SparseRBM:
        """Take one step for each batch, in order; the links stay, and the range is the first's.

        Parameters
        ----------
        X, y
            As in `fit`.
        """
        first = not hasattr(self, "machine_")
        with unchanged_after(Exception, self):
            X = self._start(X) if first else self._checked(X)
            for rows in self._blocks(X):
                self.machine_.partial_fit(rows)
            self.n_iter_ = 1 if first else self.n_iter_ + 1
        return self

    def _start(self, X: Any) -> Any:
        """Return checked samples, with a new machine and the range of the features."""
        require_integer("n_iter", self.n_iter, 1, 2**31 - 1)
        require_integer("n_components", self.n_components, 1, MAX_WIDTH)
        require_flag("rescale", self.rescale)
        X = self._checked(X, first=True)
        if self.rescale:
            low, high = min_max_axis(X, axis=0) if not isinstance(X, np.ndarray) else span(X)
            self.data_min_ = np.asarray(low, dtype=self.dtype)
            width = np.asarray(high, dtype=self.dtype) - self.data_min_
            self.data_range_ = np.where(width > 0, width, 1).astype(self.dtype)
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        settings = {name: getattr(self, name) for name in PASSED}
        self.machine_ = RestrictedBoltzmann(
            X.shape[1], self.n_components, seed=int(seed), **settings
        )
        self._n_features_out = self.n_components
        return X

    # --- use

    def transform(self, X: Any) -> Array:
        """Return the probabilities of the hidden units [samples][n_components]."""
        check_is_fitted(self, "machine_")
        parts = self._blocks(self._checked(X))
        return np.concatenate([self.machine_.transform(rows) for rows in parts])

    def score_samples(self, X: Any) -> Array:
        """Return minus the free energy: the logarithm of the likelihood, but for a constant."""
        check_is_fitted(self, "machine_")
        parts = self._blocks(self._checked(X))
        return np.concatenate([-self.machine_.free_energy(rows) for rows in parts])

    # --- data

    def _checked(self, X: Any, *, first: bool = False) -> Any:
        """Return samples as float rows, dense or CSR."""
        require_choice("dtype", self.dtype, CHOICES["dtype"])
        return validate_data(self, X, reset=first, accept_sparse="csr", dtype=self.dtype, order="C")

    def _blocks(self, X: Any) -> Iterator[Array]:
        """Yield samples as the machine takes them, whole or a block at a time."""
        if isinstance(X, np.ndarray):
            yield self._scaled(X)
            return
        for rows in blocks(whole(X.shape[0]), rows_per_block(X, self.batch_size)):
            yield self._scaled(dense(X[rows]))

    def _scaled(self, x: Array) -> Array:
        """Map dense samples to 0 to 1."""
        if not self.rescale:
            return x
        scaled: Array = np.clip((x - self.data_min_) / self.data_range_, 0, 1)
        return scaled


def span(x: Array) -> tuple[Array, Array]:
    """Return the least and the largest value of each feature."""
    return x.min(axis=0), x.max(axis=0)
