"""Labelled images from a hub that is there or is not."""

import sys
from types import ModuleType

import numpy as np
import pytest

from picture_support import INSTEAD, SIZES, pictures
from sparsegrow import cli
from sparsegrow.base.hub import HubError
from sparsegrow.data import image_hub
from sparsegrow.data.datasets import open_data


def image_of(pixels, mode=None):
    pillow = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    made = pillow.fromarray(pixels)
    return made if mode is None else made.convert(mode)


class Image:
    """As the client's own classes, by which columns are told apart."""


class ClassLabel:
    """Labels that have names."""

    dtype = "int64"


class Value:
    """Any other column."""

    def __init__(self, dtype):
        self.dtype = dtype


class Rows:
    """What of a split is used."""

    def __init__(self, columns, features):
        self.columns, self.features = columns, features

    def __len__(self):
        return len(next(iter(self.columns.values())))

    def select_columns(self, names):
        return Rows({name: self.columns[name] for name in names}, self.features)

    def iter(self, batch_size):
        for begin in range(0, len(self), batch_size):
            part = slice(begin, begin + batch_size)
            yield {name: values[part] for name, values in self.columns.items()}


def rows_of(split, colours=False, mode=None, labels=None):
    images, numbers = pictures(split, colours)
    columns = {"id": list(range(len(images))), "x": [image_of(p, mode) for p in images]}
    features = {"id": Value("string"), "x": Image(), "kind": labels or ClassLabel()}
    return Rows({**columns, "kind": list(numbers)}, features)


@pytest.fixture
def client(monkeypatch):
    """Put a client in place whose `load_dataset` is given."""

    def replace(load):
        module = ModuleType("datasets")
        module.Image, module.ClassLabel = Image, ClassLabel
        module.load_dataset = load
        module.bars = [True]
        module.are_progress_bars_disabled = lambda: not module.bars[-1]
        module.disable_progress_bars = lambda: module.bars.append(False)
        module.enable_progress_bars = lambda: module.bars.append(True)
        monkeypatch.setitem(sys.modules, "datasets", module)
        return module

    return replace


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "emnist", "cifar10"])
def test_a_name_is_a_repository_of_the_hub(client, monkeypatch, name):
    asked, colours = [], name == "cifar10"
    found = {split: rows_of(split, colours) for split in SIZES}
    module = client(lambda repository: asked.append(repository) or found)
    monkeypatch.setattr(image_hub, "ROWS", 7)
    data = open_data(name)
    assert asked == [image_hub.REPOSITORIES[name]]
    assert module.bars == [True, False, True]
    for split in SIZES:
        images, labels = pictures(split, colours)
        rows = images.reshape(len(images), -1) / np.float32(255)
        assert np.array_equal(getattr(data, f"x_{split}"), rows)
        assert np.array_equal(getattr(data, f"y_{split}"), labels)
    assert (data.name, data.x_train.dtype, data.y_train.dtype) == (name, np.float32, np.int64)
    assert data.classes == 3


def test_images_keep_their_shape(client):
    client(lambda _: {"train": rows_of("train"), "test": rows_of("test", colours=True)})
    parts = image_hub.read_images("mnist", "where")
    assert parts["train"][0].shape == (60, 8, 8)
    assert parts["test"][0].shape == (20, 8, 8, 3)
    assert parts["train"][0].dtype == np.uint8


def test_images_of_other_modes_become_grey_or_rgb(client):
    client(lambda _: {"train": rows_of("train", True, "RGBA"), "test": rows_of("test", mode="1")})
    parts = image_hub.read_images("mnist", "where")
    assert np.array_equal(parts["train"][0], pictures("train", colours=True)[0])
    assert parts["test"][0].shape == (20, 8, 8)
    assert set(np.unique(parts["test"][0])) == {0, 255}


def test_whole_numbers_are_labels_where_none_have_names(client):
    client(lambda _: {"train": rows_of("train", labels=Value("int32")), "test": rows_of("test")})
    assert np.array_equal(open_data("mnist").y_train, pictures("train")[1])


def test_a_fifth_is_held_out_where_there_is_no_test_split(client):
    client(lambda _: rows_of("train"))
    data = open_data("mnist")
    assert (len(data.x_train), len(data.x_test)) == (48, 12)
    images, _ = pictures("train")
    both = np.concatenate([data.x_train, data.x_test])
    assert both.sum(dtype=np.float64) == pytest.approx(images.sum() / 255, rel=1e-6)


def changed(**columns):
    """A split of which some columns are others."""
    rows = rows_of("train")
    for name, (values, kind) in columns.items():
        rows.columns[name], rows.features[name] = values, kind
    return {"train": rows, "test": rows_of("test")}


def odd(index, picture):
    images = [image_of(p) for p in pictures("train")[0]]
    images[index] = picture
    return changed(x=(images, Image()))


def wide():
    return image_of(np.zeros((8, 9), np.uint8))


def deep():
    return image_of(np.zeros((8, 8), np.uint16))


BROKEN = [
    (lambda: {"dev": rows_of("test")}, "mnist: has no split train, but dev"),
    (lambda: changed(x=([0] * 60, Value("string"))), "got columns id (Value), x (Value), kind"),
    (lambda: changed(z=([0] * 60, ClassLabel())), "expected one of images, one of labels"),
    (lambda: changed(kind=([0] * 60, Value("string"))), "expected one of images, one of labels"),
    (lambda: {"train": Rows({"x": []}, {})}, "mnist: train is empty, expected images"),
    (lambda: odd(9, wide()), "mnist: train: image 9 is [8, 9], expected [8, 8] as image 0 is"),
    (lambda: odd(3, deep()), "mnist: train: image 3 is of mode I;16, expected one of L, 1, LA"),
    (lambda: odd(5, None), "mnist: train: image 5 is missing"),
    (lambda: changed(kind=([-1] * 60, ClassLabel())), "mnist: y_train goes from -1 to -1"),
    (lambda: changed(kind=([None] * 60, ClassLabel())), "int() argument"),
]


@pytest.mark.parametrize("case", range(len(BROKEN)))
def test_data_that_are_not_as_expected_are_one_line(client, case):
    make, message = BROKEN[case]
    found = make()
    client(lambda _: found)
    with pytest.raises((HubError, ValueError)) as caught:
        open_data("mnist")
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def failing(words, capsys):
    """Run a command line that must fail with one line; return it."""
    code = cli.main(words)
    captured = capsys.readouterr()
    assert (code, captured.out) == (2, "")
    assert len(captured.err.splitlines()) == 1
    return captured.err


def test_a_hub_that_cannot_be_reached_is_one_line(client, capsys):
    def unreachable(repository):
        raise ConnectionError(f"Couldn't reach\n{repository}")

    module = client(unreachable)
    assert failing(["fit", "--data", "cifar10"], capsys) == (
        "error: cifar10: cannot be had from uoft-cs/cifar10 (Couldn't reach uoft-cs/cifar10); "
        f"{INSTEAD}\n"
    )
    assert module.bars == [True, False, True]


@pytest.mark.parametrize(
    ("module", "what"), [("datasets", "Hugging Face datasets"), ("PIL", "Pil")]
)
def test_a_library_that_is_missing_is_one_line(client, monkeypatch, capsys, module, what):
    client(lambda _: {})
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, "PIL.Image", raising=False)
    line = failing(["fit", "--data", "mnist"], capsys)
    assert line.startswith(f"error: mnist: needs {what}")
    assert line.endswith(f"pip install 'sparsegrow[hub]', or {INSTEAD}\n")
