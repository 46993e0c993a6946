"""Samples, labels and target values at the door: taken as they are, or refused with the remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparsegrow.layered.config import Config

Array = NDArray[Any]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Samples:
    """Checked samples, their targets, and which of them are meant."""

    x: Array
    y: Array
    chosen: NDArray[np.int64]


def check_data(config: Config, x: Any, y: Any, name: str = "") -> Samples:
    """Check samples and targets for a network with these settings; all of them are meant."""
    x = check_samples(x, config.layers[0], config.dtype, f"{name}x")
    if not len(x):
        raise ValueError(f"{name}x: got no samples, expected at least one")
    size, outputs, name = len(x), config.layers[-1], f"{name}y"
    if config.classifies:
        targets = check_labels(y, size, outputs, name)
    else:
        targets = check_values(y, size, outputs, config.dtype, name)
    return Samples(x, targets, np.arange(size, dtype=np.int64))


def check_matrix(array: Any, columns: int, name: str, dtype: str, meaning: str) -> Array:
    """Return a float array [samples][columns] as it is, or refuse it.

    Nothing is converted behind the caller's back: a copy of the data may be larger than the
    network.

    Raises
    ------
    TypeError
        The object is no NumPy array of float32 or float64.
    ValueError
        The rank, the layout, the number of columns or a value is wrong.
    """
    if not isinstance(array, np.ndarray):
        raise TypeError(
            f"{name}: got {type(array).__name__}, expected a NumPy array; "
            f"use numpy.asarray({name}, dtype='float32')"
        )
    if array.dtype not in (np.float32, np.float64):
        raise TypeError(
            f"{name}: got dtype {array.dtype}, expected float32 or float64; "
            f"use {name}.astype('float32'), scaled to about 1"
        )
    if array.ndim != 2:
        raise ValueError(
            f"{name}: got shape {array.shape}, expected [samples][{columns}]; "
            f"use {name}.reshape(len({name}), -1) for one row per sample"
        )
    if array.shape[1] != columns:
        raise ValueError(f"{name}: got {array.shape[1]} {meaning}, expected {columns}")
    if not (array.flags.c_contiguous and array.flags.aligned):
        raise ValueError(
            f"{name}: got an array that is not C-contiguous; use numpy.ascontiguousarray({name})"
        )
    require_finite(array, name, dtype)
    return array


def require_finite(array: Array, name: str, dtype: str) -> None:
    """Refuse NaN, infinity and what would become infinite in the network's dtype."""
    if array.size == 0:
        return
    with np.errstate(invalid="ignore"):
        low, high = float(array.min()), float(array.max())  # NaN comes through both
    limit = float(np.finfo(dtype).max)
    if -limit <= low and high <= limit:
        return
    with np.errstate(invalid="ignore"):
        bad = np.argwhere(~(np.abs(array) <= limit))[0]
    value = array[tuple(bad)]
    where = "".join(f"[{index}]" for index in bad)
    raise ValueError(f"{name}: got {value} at {name}{where}, expected finite numbers of {dtype}")


def check_samples(x: Any, features: int, dtype: str, name: str = "x") -> Array:
    """Check the samples that a network is given, [samples][features]."""
    return check_matrix(x, features, name, dtype, "features")


def check_labels(y: Any, samples: int, classes: int, name: str = "y") -> Labels:
    """Return labels as int64; any integer dtype and whole floats are converted."""
    labels = np.asarray(y)
    if labels.ndim != 1:
        raise ValueError(
            f"{name}: got shape {labels.shape}, expected [samples]; use {name}.ravel() for a "
            f"column, {name}.argmax(axis=1) for one-hot rows"
        )
    if labels.dtype.kind not in "biuf":
        raise TypeError(
            f"{name}: got dtype {labels.dtype}, expected integers 0 to {classes - 1}; "
            f"numpy.unique({name}, return_inverse=True) numbers other labels"
        )
    require_length(len(labels), samples, name)
    if (
        labels.size
        and not ((labels >= 0) & (labels < classes) & (labels == np.floor(labels))).all()
    ):
        good = (labels >= 0) & (labels < classes) & (labels == np.floor(labels))
        bad = int(np.argmin(good))
        raise ValueError(
            f"{name}: got {labels[bad]} at {name}[{bad}], expected whole numbers 0 to {classes - 1}"
        )
    return np.ascontiguousarray(labels, dtype=np.int64)


def check_values(y: Any, samples: int, outputs: int, dtype: str, name: str = "y") -> Array:
    """Return target values [samples][outputs]; [samples] will do for one output."""
    if isinstance(y, np.ndarray) and y.ndim == 1 and outputs == 1:
        y = y.reshape(-1, 1) if y.flags.c_contiguous else y[:, np.newaxis]
    values = check_matrix(y, outputs, name, dtype, "values per sample")
    require_length(len(values), samples, name)
    return values


def require_length(got: int, expected: int, name: str) -> None:
    """Refuse another number of targets than there are samples."""
    if got != expected:
        raise ValueError(f"{name}: got {got} targets for {expected} samples")
