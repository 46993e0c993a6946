"""Labelled images from the Hugging Face hub, or from a folder as the hub's client writes it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from sparsegrow.base.hub import Source
from sparsegrow.layered.samples import Array

REPOSITORIES = {
    "mnist": "ylecun/mnist",
    "fashion_mnist": "zalando-datasets/fashion_mnist",
    "emnist": "claudiogsc/emnist_balanced",
    "cifar10": "uoft-cs/cifar10",
}
INSTEAD = "without it there are the sets of scikit-learn (--data digits), synthetic and FILE.npz"
ROWS = 1000  # that are decoded at a time
SAVED = ("dataset_dict.json", "state.json")  # either is what save_to_disk has left
MODES = {"L": "L", "1": "L", "LA": "L", "RGB": "RGB", "RGBA": "RGB", "P": "RGB"}  # read as


def read_images(name: str, repository: str) -> dict[str, tuple[Array, Array]]:
    """Return images and labels of "train" and, where there is such a split, of "test".

    Parameters
    ----------
    name
        What the set is called in messages.
    repository
        A repository of the hub, a folder laid out like one, or one that `save_to_disk` has written.

    Returns
    -------
    dict
        Images as uint8 [samples][height][width], with [channels] at the end if they have colours,
        and their labels.

    Raises
    ------
    HubError
        `datasets` or Pillow is not installed, the hub cannot be reached, or the data are not
        as expected.
    """
    source = Source(name, repository, INSTEAD)
    with source.guarded():
        splits = open_splits(source)
        if "train" not in splits:
            raise source.error(f"{name}: has no split train, but {', '.join(splits) or 'nothing'}")
        wanted = [split for split in ("train", "test") if split in splits]
        return {split: decoded(source, split, splits[split]) for split in wanted}


def open_splits(source: Source) -> Mapping[str, Any]:
    """Return the splits of a repository or a folder; one that has none is all for training."""
    client = source.client()
    require_pillow(source)
    folder = Path(source.repository)
    with bars_on_terminals(client):
        if any((folder / name).is_file() for name in SAVED):
            found = client.load_from_disk(source.repository)
        else:
            found = client.load_dataset(source.repository)
    return found if isinstance(found, Mapping) else {"train": found}


def require_pillow(source: Source) -> None:
    """Images are decoded by Pillow, which the client does not bring along."""
    try:
        import PIL.Image  # noqa: F401
    except ImportError as error:
        raise source.lacks("Pillow", error) from error


@contextmanager
def bars_on_terminals(client: Any) -> Iterator[None]:
    """Let the client draw its bars where a person sees them only."""
    hide = not sys.stderr.isatty() and not client.are_progress_bars_disabled()
    if hide:
        client.disable_progress_bars()
    try:
        yield
    finally:
        if hide:
            client.enable_progress_bars()


def decoded(source: Source, split: str, rows: Any) -> tuple[Array, Array]:
    """Return the images of a split as bytes, with their labels."""
    where = f"{source.name}: {split}"
    images, labels = np.empty(0, np.uint8), np.empty(len(rows), np.int64)
    if not len(rows):
        raise source.error(f"{where} is empty, expected images")
    for k, (picture, label) in enumerate(labelled(source, where, rows)):
        pixels = pixels_of(source, f"{where}: image {k}", picture)
        if k == 0:
            images = np.empty((len(rows), *pixels.shape), np.uint8)
        if pixels.shape != images.shape[1:]:
            raise source.error(
                f"{where}: image {k} is {list(pixels.shape)}, "
                f"expected {list(images.shape[1:])} as image 0 is"
            )
        images[k], labels[k] = pixels, label
    return images, labels


def labelled(source: Source, where: str, rows: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the images of a split, each with its label; other columns are not read."""
    names = columns_of(source, where, rows.features)
    for batch in rows.select_columns(list(names)).iter(batch_size=ROWS):
        yield from zip(*(batch[name] for name in names), strict=True)


def columns_of(source: Source, where: str, features: Mapping[str, Any]) -> tuple[str, str]:
    """Return the names of the columns with the images and with the labels, found by their types."""
    client = source.client()
    images = [name for name, kind in features.items() if isinstance(kind, client.Image)]
    labels = [name for name, kind in features.items() if isinstance(kind, client.ClassLabel)]
    labels = labels or [name for name, kind in features.items() if is_whole(kind)]
    if len(images) != 1 or len(labels) != 1:
        listed = ", ".join(f"{name} ({type(kind).__name__})" for name, kind in features.items())
        raise source.error(f"{where}: got columns {listed}; expected one of images, one of labels")
    return images[0], labels[0]


def is_whole(kind: Any) -> bool:
    """Whether a column holds whole numbers, as labels do that have no names."""
    return str(getattr(kind, "dtype", "")).startswith(("int", "uint"))


def pixels_of(source: Source, where: str, picture: Any) -> Array:
    """Return an image as uint8, [height][width] in grey and with [3] at the end in colour."""
    if picture is None:
        raise source.error(f"{where} is missing")
    if picture.mode not in MODES:
        raise source.error(f"{where} is of mode {picture.mode}, expected one of {', '.join(MODES)}")
    mode = MODES[picture.mode]
    return np.asarray(picture if picture.mode == mode else picture.convert(mode), dtype=np.uint8)
