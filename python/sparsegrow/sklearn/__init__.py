"""scikit-learn's estimators on the sparse engine; `pip install 'sparsegrow[sklearn]'`."""

from __future__ import annotations

try:
    import sklearn  # noqa: F401
except ImportError as error:
    raise ImportError(
        "sparsegrow.sklearn needs scikit-learn: pip install 'sparsegrow[sklearn]'"
    ) from error

from sparsegrow.sklearn.classifier import SparseMLPClassifier
from sparsegrow.sklearn.rbm import SparseRBM
from sparsegrow.sklearn.regressor import SparseMLPRegressor

__all__ = ["SparseMLPClassifier", "SparseMLPRegressor", "SparseRBM"]
