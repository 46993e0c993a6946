"""The command `perturb`, run as a user runs it."""

import json
import sys

import numpy as np
import pytest

from sparsegrow.cli import main
from sparsegrow.layered.perturbation.weights import KINDS
from support import blobs

FIT = ["--hidden", "40", "30", "--density", "0.3", "--epochs", "15"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Data, and two networks trained on it."""
    path = tmp_path_factory.mktemp("perturb")
    x, y = blobs(samples=300)
    np.savez(path / "d.npz", x_train=x[:200], y_train=y[:200], x_test=x[200:], y_test=y[200:])
    for seed in (0, 1):
        out = ["--seed", str(seed), "--out", str(path / f"{seed}.safetensors"), "--json"]
        assert main(["fit", "--data", str(path / "d.npz"), *FIT, *out]) == 0
    return path


@pytest.fixture
def run(folder, monkeypatch, capsys):
    """Run `perturb` in the folder; return what it printed."""
    monkeypatch.chdir(folder)

    def call(*words, code=0):
        capsys.readouterr()
        assert main(["perturb", *map(str, words)]) == code
        return capsys.readouterr()

    return call


def test_table(run):
    shown = run("0.safetensors", "--data", "d.npz", "--repeats", "2")
    lines = shown.out.splitlines()
    assert lines[0].split()[:3] == ["kind", "AUC", "p50"]
    assert [line.split()[0] for line in lines[1:]] == list(KINDS)
    assert "accuracy at 0.9" in lines[0]
    assert [line.split(":")[0] for line in shown.err.splitlines()] == list(KINDS)


def test_json(run):
    shown = run("0.safetensors", "1.safetensors", "--data", "d.npz", "--repeats", "2", "--json")
    facts = json.loads(shown.out)
    assert shown.err == ""
    assert facts["data"] == "d.npz"
    assert len(facts["models"]) == len(facts["nnz"]) == 2
    assert [curve["runs"] for curve in facts["curves"]] == [2, 4, 2, 4, 4]


def test_options(run):
    words = ["0.safetensors", "--data", "d.npz", "--json", "--repeats", "1"]
    options = ["--scope", "global", "--include-output", "--shuffle-mode", "magnitude"]
    facts = json.loads(run(*words, *options, "--kind", "shuffle", "--levels", 1, 8).out)
    (curve,) = facts["curves"]
    assert (facts["scope"], facts["include_output"]) == ("global", True)
    assert curve["groups"] == [facts["nnz"][0], 8, 1]
    assert curve["mode"] == "magnitude"
    facts = json.loads(run(*words, "--kind", "gaussian", "--levels", 0.5).out)
    assert facts["curves"][0]["levels"] == [0.0, 0.5]


@pytest.mark.parametrize("kind", ["all", "shuffle", "prune_weak"])
def test_pictures(run, folder, kind):
    pytest.importorskip("matplotlib")
    words = ["--kind", kind, "--repeats", 2, "--plot", "picture.png"]
    run("0.safetensors", "--data", "d.npz", *words)
    assert (folder / "picture.png").read_bytes().startswith(b"\x89PNG")


NO_PICTURES = [("picture.nothing", "'.nothing'"), ("none/picture.png", "none"), ("bare", "''")]


@pytest.mark.parametrize(("name", "message"), NO_PICTURES)
def test_a_picture_that_cannot_be_is_refused_before_anything_is_measured(run, name, message):
    shown = run("0.safetensors", "--data", "d.npz", "--plot", name, code=2)
    assert shown.out == ""
    assert message in shown.err
    assert len(shown.err.splitlines()) == 1


def test_pictures_without_matplotlib_are_refused_at_once(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    shown = run("0.safetensors", "--data", "d.npz", "--plot", "picture.png", code=2)
    assert shown.err == "error: pictures need Matplotlib: pip install 'sparsegrow[plot]'\n"


def test_figures_are_printed_before_they_are_drawn(run, monkeypatch):
    def fail(path, draw):
        raise OSError("the disk is full")

    monkeypatch.setattr("sparsegrow.base.pictures.write_whole", fail)
    options = ["--kind", "prune_weak", "--plot", "picture.png"]
    shown = run("0.safetensors", "--data", "d.npz", *options, code=2)
    assert "prune_weak" in shown.out
    assert shown.err.splitlines()[-1] == "error: the disk is full"


MISTAKES = [
    (["0.safetensors"], "--data"),
    (["0.safetensors", "--data", "d.npz", "--kind", "prune"], "kind: got 'prune'"),
    (["0.safetensors", "--data", "d.npz", "--levels", "0.5"], "levels"),
    (["0.safetensors", "--data", "d.npz", "--kind", "shuffle", "--levels", "inf"], "levels"),
    (["0.safetensors", "--data", "iris"], "0.safetensors: takes 8 features, the data have 4"),
    (["2.safetensors", "--data", "d.npz"], "2.safetensors"),
    (["d.npz", "--data", "d.npz"], "d.npz"),
]


@pytest.mark.parametrize(("words", "message"), MISTAKES)
def test_mistakes_are_one_line(run, words, message):
    shown = run(*words, code=2)
    assert message in shown.err
    assert len(shown.err.strip().splitlines()) == 1
