"""Labelled images from a folder as the hub's client writes it, without a network."""

import json

import numpy as np
import pytest

from picture_support import INSTEAD, SIZES, pictures
from sparsegrow.data.datasets import open_data
from support import python

QUICK = ["--hidden", "12", "--density", "0.5", "--epochs", "2", "--threads", "1", "--json"]

# In a process of its own: the client warns about itself, and reads its settings when imported.
WRITE = """
import sys
from pathlib import Path
import numpy as np
import datasets
from PIL import Image
datasets.disable_progress_bars()
folder, kind = Path(sys.argv[1]), sys.argv[2]
arrays = np.load(sys.argv[3])
features = datasets.Features(
    picture=datasets.Image(), note=datasets.Value("string"), sort=datasets.ClassLabel(3)
)
def rows(split):
    images = [Image.fromarray(pixels) for pixels in arrays["x_" + split]]
    columns = {"picture": images, "note": ["a"] * len(images), "sort": arrays["y_" + split]}
    return datasets.Dataset.from_dict(columns, features=features)
if kind == "parquet":
    (folder / "data").mkdir(parents=True)
    for split in ("train", "test"):
        rows(split).to_parquet(folder / "data" / f"{split}-00000-of-00001.parquet")
elif kind == "saved":
    datasets.DatasetDict({split: rows(split) for split in ("train", "test")}).save_to_disk(folder)
else:
    rows("train").save_to_disk(folder)
"""
READ = """
import sys
from sparsegrow.cli import main
sys.exit(main())
"""
SAVE = """
import sys
import numpy as np
from sparsegrow.data.datasets import open_data
data = open_data(sys.argv[1])
np.savez(sys.argv[2], name=data.name, x_train=data.x_train, y_train=data.y_train,
         x_test=data.x_test, y_test=data.y_test)
"""


@pytest.fixture
def offline(tmp_path):
    """Run a program with a cache of its own and no network."""
    pytest.importorskip("datasets", reason="Hugging Face datasets is not installed")
    cache = {"HF_HOME": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1", "PYTHONUTF8": "1"}
    return lambda code, *words: python(code, *words, **cache)


def written(offline, tmp_path, kind, colours=False):
    """Write a folder of images; return it and what an `.npz` file of the same would hold."""
    arrays = {}
    for split in SIZES:
        arrays[f"x_{split}"], arrays[f"y_{split}"] = pictures(split, colours)
    np.savez(tmp_path / "same.npz", **arrays)
    folder = tmp_path / "pictures"
    result = offline(WRITE, folder, kind, tmp_path / "same.npz")
    assert result.returncode == 0, result.stderr
    return folder


@pytest.mark.parametrize(("kind", "colours"), [("parquet", True), ("saved", False)])
def test_a_folder_is_the_same_as_an_npz_file(offline, tmp_path, kind, colours):
    folder = written(offline, tmp_path, kind, colours)
    result = offline(SAVE, folder, tmp_path / "read.npz")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    expected = open_data(str(tmp_path / "same.npz"))
    with np.load(tmp_path / "read.npz") as read:
        assert str(read["name"]) == "pictures"
        for name in ("x_train", "y_train", "x_test", "y_test"):
            assert read[name].dtype == getattr(expected, name).dtype
            assert np.array_equal(read[name], getattr(expected, name)), name


def test_fit_and_perturb_take_a_folder_without_splits(offline, tmp_path):
    folder, model = written(offline, tmp_path, "whole"), tmp_path / "m.safetensors"
    result = offline(READ, "fit", "--data", folder, *QUICK, "--out", model)
    assert (result.returncode, result.stderr) == (0, "")
    facts = json.loads(result.stdout)
    assert (facts["data"], facts["layers"]) == ("pictures", [64, 12, 3])
    words = ["--kind", "prune_weak", "--levels", "0.5", "--json"]
    result = offline(READ, "perturb", model, "--data", folder, *words)
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout)["data"] == "pictures"


def test_offline_is_one_line(offline):
    result = offline(READ, "fit", "--data", "mnist")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: mnist: cannot be had from ylecun/mnist (")
    assert result.stderr.endswith(f"; {INSTEAD}\n")
    assert len(result.stderr.splitlines()) == 1


QUIET = """
import logging
from sparsegrow.base.hub import Source
with Source("a", "b", "c").guarded():
    import huggingface_hub.utils
    inner = logging.getLogger("huggingface_hub.utils._http")
    assert not inner.isEnabledFor(logging.WARNING)
assert inner.isEnabledFor(logging.WARNING)
"""


def test_the_client_does_not_announce_its_attempts(offline):
    result = offline(QUIET)
    assert result.returncode == 0, result.stderr


def test_a_folder_of_something_else_is_one_line(offline, tmp_path):
    (tmp_path / "empty").mkdir()
    result = offline(READ, "fit", "--data", tmp_path / "empty")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: empty: cannot be had from ")
    assert len(result.stderr.splitlines()) == 1
