"""Data by name, for the command line: bundled sets, a generated one, the hub's, or a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sparsegrow.data.image_hub import REPOSITORIES, read_images
from sparsegrow.layered.samples import Array, Labels
from sparsegrow.layered.wiring import generator

BUNDLED = ("breast_cancer", "digits", "iris", "wine")
ARRAYS = ("x_train", "y_train", "x_test", "y_test")
TEST_FRACTION = 0.2
SPLIT_SEED = 0  # the same test set whatever the seed of the network
TINY = 1e-6  # deviation below which a feature is constant


@dataclass(frozen=True)
class Data:
    """Samples [samples][features] in float32 with labels, for training and for testing."""

    name: str
    x_train: Array
    y_train: Labels
    x_test: Array
    y_test: Labels

    @property
    def features(self) -> int:
        """Number of features."""
        return int(self.x_train.shape[1])

    @property
    def classes(self) -> int:
        """Number of classes: one more than the highest label."""
        return int(max(self.y_train.max(), self.y_test.max())) + 1


def open_data(name: str, standardise: bool | None = None) -> Data:
    """Return the data that a name or a path stands for.

    Parameters
    ----------
    name
        One of `BUNDLED`, "synthetic", a set of images of the Hugging Face hub, one of
        `REPOSITORIES`, a folder as the hub's client writes it, or the path of an `.npz` file with
        `x_train`, `y_train`, `x_test` and `y_test`.
    standardise
        Give each feature mean 0 and deviation 1 over the training data. If not said, only for the
        bundled sets; bytes, as in images, are divided by 255 in any case.

    Raises
    ------
    ValueError
        The name is unknown, or the file does not hold what it should.
    ImportError
        scikit-learn is not installed.
    HubError
        The images cannot be had; the message is one line that also says what works instead.
    """
    if name in BUNDLED:
        data = bundled(name)
    elif name == "synthetic":
        data = synthetic()
    elif name in REPOSITORIES:
        data = from_hub(name, REPOSITORIES[name])
    elif name.endswith(".npz"):
        data = from_file(Path(name))
    elif Path(name).is_dir():
        data = from_hub(Path(name).resolve().name, name)
    else:
        known = ", ".join((*BUNDLED, "synthetic", *REPOSITORIES))
        raise ValueError(
            f"--data: got {name!r}, expected {known}, a file that ends in .npz or a folder"
        )
    wanted = name in BUNDLED if standardise is None else standardise
    return standardised(data) if wanted else data


def bundled(name: str) -> Data:
    """Return one of scikit-learn's bundled sets, a fifth of it for testing."""
    try:
        from sklearn import datasets
    except ImportError as error:
        raise ImportError(
            f"--data {name} needs scikit-learn, which cannot be imported ({error}); "
            "pip install 'sparsegrow[sklearn]', or use --data synthetic"
        ) from error
    x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    return split_off_test(name, x.astype(np.float32), y.astype(np.int64))


def synthetic(samples: int = 6000, features: int = 64, classes: int = 10) -> Data:
    """Return points around 8 centres for each class, in 12 dimensions that are mixed into all.

    No hyperplane separates the classes; half of the features' variance is noise.
    """
    random = generator(SPLIT_SEED, 1)
    centres = random.standard_normal((8 * classes, 12)) * 2.0
    chosen = random.integers(len(centres), size=samples)
    hidden = centres[chosen] + random.standard_normal((samples, 12)) * 0.6
    x = hidden @ random.standard_normal((12, features)) / 12.0**0.5
    x += random.standard_normal(x.shape)
    return split_off_test("synthetic", x.astype(np.float32), (chosen % classes).astype(np.int64))


def split_off_test(name: str, x: Array, y: Labels) -> Data:
    """Hold out a fifth of the samples, the same each time."""
    order = generator(SPLIT_SEED, 0).permutation(len(x))
    held = round(len(x) * TEST_FRACTION)
    test, train = order[:held], order[held:]
    return Data(name, x[train], y[train], x[test], y[test])


def from_hub(name: str, repository: str) -> Data:
    """Read labelled images; where none are for testing, a fifth is held out."""
    parts = read_images(name, repository)
    arrays: dict[str, Array] = {}
    for part, (images, labels) in parts.items():
        arrays |= {f"x_{part}": images, f"y_{part}": labels}
    if "test" in parts:
        return checked(name, name, arrays)
    x = as_rows(f"{name}: x_train", arrays["x_train"])
    return split_off_test(name, x, as_labels(f"{name}: y_train", arrays["y_train"], len(x)))


def from_file(path: Path) -> Data:
    """Read an `.npz` file; nothing in it is executed."""
    if not path.is_file():
        raise FileNotFoundError(f"--data: there is no file {path}")
    try:
        arrays = arrays_in(path)
    except PermissionError:
        raise
    except Exception as error:  # a dozen of NumPy, zipfile, zlib and the parser of headers
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"{path}: not an .npz file of plain arrays ({reason})") from error
    missing = [name for name in ARRAYS if name not in arrays]
    if missing:
        raise ValueError(f"{path}: lacks {', '.join(missing)}")
    return checked(path.name, str(path), arrays)


def arrays_in(path: Path) -> dict[str, Array]:
    """Return those of `ARRAYS` that a file has."""
    file = np.load(path, allow_pickle=False)
    if isinstance(file, np.ndarray):
        raise ValueError("a single array without a name")
    with file:
        return {name: file[name] for name in ARRAYS if name in file}


def checked(name: str, where: str, arrays: Mapping[str, Array]) -> Data:
    """Bring arrays into the shape of `Data`; `where` is for messages."""
    named: dict[str, Any] = {}
    for part in ("train", "test"):
        x, y = arrays[f"x_{part}"], arrays[f"y_{part}"]
        named[f"x_{part}"] = as_rows(f"{where}: x_{part}", x)
        named[f"y_{part}"] = as_labels(f"{where}: y_{part}", y, len(x))
    data = Data(name, **named)
    if data.x_train.shape[1] != data.x_test.shape[1]:
        raise ValueError(
            f"{where}: x_train has {data.x_train.shape[1]} features, x_test {data.x_test.shape[1]}"
        )
    return data


def as_rows(name: str, x: Array) -> Array:
    """Return samples as rows of float32; bytes come out between 0 and 1."""
    if x.ndim < 2 or x.size == 0 or x.dtype.kind not in "fiub":
        raise ValueError(f"{name} is {x.dtype} {list(x.shape)}, expected numbers [samples][...]")
    scale = np.float32(255 if x.dtype == np.uint8 else 1)
    with np.errstate(over="ignore"):  # what is too large for float32 is refused as infinite
        rows: Array = np.ascontiguousarray(x.reshape(len(x), -1), dtype=np.float32)
    return rows / scale


def as_labels(name: str, y: Array, samples: int) -> Labels:
    """Return labels as int64."""
    labels = y.reshape(-1) if y.ndim == 2 and y.shape[1] == 1 else y
    if labels.ndim != 1 or labels.dtype.kind not in "iub" or len(labels) != samples:
        raise ValueError(
            f"{name} is {y.dtype} {list(y.shape)}, expected one whole number for each of "
            f"{samples} samples"
        )
    if labels.min() < 0 or labels.max() >= 1 << 20:
        raise ValueError(
            f"{name} goes from {labels.min()} to {labels.max()}, expected 0, 1, 2, ..."
        )
    return labels.astype(np.int64)


def standardised(data: Data) -> Data:
    """Give each feature mean 0 and deviation 1 over the training data."""
    mean = data.x_train.mean(axis=0, dtype=np.float64)
    deviation = data.x_train.std(axis=0, dtype=np.float64)
    deviation[deviation < TINY] = 1.0
    train, test = (((x - mean) / deviation).astype(np.float32) for x in (data.x_train, data.x_test))
    return Data(data.name, train, data.y_train, test, data.y_test)
