"""A checkpoint is written whole or not at all."""

import errno
import os

import pytest

import sparsegrow as sg
from sparsegrow.base import checkpoint_file, files
from support import assert_same_model, blobs, python, small_model

X, Y = blobs(samples=80)


def assert_intact(path, model, before):
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]
    assert_same_model(sg.load(path), model)


@pytest.mark.parametrize("place", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file(tmp_path, monkeypatch, place):
    path = tmp_path / "m.safetensors"
    model = small_model()
    model.save(path)
    before = path.read_bytes()

    def fail(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, place, fail)
    with pytest.raises(OSError, match=f"cannot write {path}: No space left on device") as caught:
        small_model(seed=9).save(path)
    assert caught.value.errno == errno.ENOSPC
    assert_intact(path, model, before)


def test_a_failure_of_the_writer_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "m.safetensors"
    model = small_model()
    model.save(path)
    before = path.read_bytes()
    write = checkpoint_file.write_tensors

    def cut_short(draft, tensors, metadata):
        write(draft, tensors, metadata)
        os.truncate(draft, 1000)
        raise OSError("the disk is gone")

    monkeypatch.setattr(checkpoint_file, "write_tensors", cut_short)
    with pytest.raises(OSError, match=r"cannot write .*the disk is gone"):
        small_model(seed=9).save(path)
    assert_intact(path, model, before)


FULL_DISK = """
import resource, sys
sys.path.insert(0, sys.argv[2])
from support import small_model
small_model(seed=1).save(sys.argv[1])
before = open(sys.argv[1], "rb").read()
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
try:
    small_model(layers=[8, 100, 3], seed=2).save(sys.argv[1])
except OSError as error:
    print("refused:", error)
assert open(sys.argv[1], "rb").read() == before
"""


def test_a_full_disk_leaves_the_old_file(tmp_path):
    path = tmp_path / "m.safetensors"
    result = python(FULL_DISK, path, os.path.dirname(__file__))
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"refused: cannot write {path}: ")
    assert_intact(path, small_model(seed=1), path.read_bytes())


def assert_refused_before_training(path, match):
    model = small_model()
    with pytest.raises(OSError, match=match):
        model.save(path)
    with pytest.raises(OSError, match=match):
        model.fit(X, Y, 1, progress=False, checkpoint=path)
    assert not model.history


def test_a_pipe_is_not_written_over_and_is_found_before_training(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert_refused_before_training(path, "pipe: it is a device or a pipe, expected a file")
    assert path.is_fifo()


def test_a_folder_that_is_not_there_is_found_before_training(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    for path in (tmp_path / "no" / "m.safetensors", blocked / "m.safetensors", tmp_path):
        assert_refused_before_training(path, "cannot write")
    assert blocked.read_text() == "in the way"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_found_before_training(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError, match="read-only"):
        small_model().fit(X, Y, 1, progress=False, checkpoint=tmp_path / "m.safetensors")
