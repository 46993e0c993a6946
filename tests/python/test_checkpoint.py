"""Checkpoints come back bit for bit."""

import json

import numpy as np
import pytest

import sparsegrow as sg
from support import assert_same_model, blobs, small_model

X, Y = blobs(samples=80)


def model_with_history(**settings):
    return small_model(**settings).fit(X, Y, 3, validation=0.2, progress=False)


@pytest.mark.parametrize("optimizer", ["sgd", "nesterov", "adam"])
@pytest.mark.parametrize("settings", [{}, {"activation": "srelu", "dtype": "float64"}])
def test_a_model_comes_back_bit_for_bit(tmp_path, optimizer, settings):
    path = tmp_path / "m.safetensors"
    model = model_with_history(optimizer=optimizer, **settings)
    model.save(path)
    other = sg.load(path)
    assert_same_model(model, other)
    assert other.history == model.history
    assert other.config == model.config
    assert repr(other) == repr(model)
    assert np.array_equal(model.forward(X), other.forward(X))
    assert_same_model(model.fit(X, Y, 1, progress=False), other.fit(X, Y, 1, progress=False))


def test_the_header_is_plain_json(tmp_path):
    from safetensors import safe_open

    path = tmp_path / "m.safetensors"
    model = model_with_history()
    model.save(path)
    with safe_open(path, framework="numpy") as file:
        header = json.loads(file.metadata()["sparsegrow"])
        names = set(file.keys())
    assert header["format"] == 2
    assert header["kind"] == "SparseMLP"
    assert header["version"] == sg.__version__
    assert header["steps"] == 12
    assert header["config"]["layers"] == [8, 24, 16, 3]
    assert len(header["history"]) == 3
    states = {f"state.{name}{m}" for name in ("weight", "bias") for m in ("", ".m", ".v")}
    layers = {f"layers.{k}.{part}" for k in range(3) for part in ("row_begin", "column")}
    assert names == states | layers


def test_counts_may_be_those_of_numpy(tmp_path):
    path, two = tmp_path / "m.safetensors", np.int64(2)
    model = small_model(
        topology="set", dynamics={"every": np.int64(3), "fraction": np.float32(0.5)}
    )
    model.fit(X, Y, two, validation=0.2, patience=two, progress=False, checkpoint=path)
    assert len(sg.load(path).history) == 2
    model.grow(np.int64(1), np.int64(3), fan_in=two, fan_out=two)
    model.save(path)
    assert sg.load(path).layers == (8, 27, 16, 3)


def test_a_path_may_be_a_string_or_a_link(tmp_path):
    real, link = tmp_path / "real.safetensors", tmp_path / "link.safetensors"
    model = small_model()
    model.save(str(real))
    link.symlink_to(real)
    model.fit(X, Y, 1, progress=False).save(link)
    assert link.is_symlink()
    assert_same_model(sg.load(str(real)), model)


def test_where_to_compute_may_change(tmp_path):
    path = tmp_path / "m.safetensors"
    small_model().save(path)
    assert sg.load(path, device="auto").config.device == "auto"
    with pytest.raises(ValueError, match="toaster"):
        sg.load(path, device="toaster")


def test_a_checkpoint_has_the_mode_that_files_have(tmp_path) -> None:
    path, other = tmp_path / "m.safetensors", tmp_path / "other"
    other.touch()
    model = sg.SparseMLP([4, 5, 3])
    model.save(path)
    assert path.stat().st_mode == other.stat().st_mode
    path.chmod(0o640)
    model.save(path)
    assert path.stat().st_mode & 0o777 == 0o640
