"""A path that is wrong is one clear line, whichever command it is given to."""

import pytest

import sparsegrow as sg
from growth_support import small_corpus
from sparsegrow.cli import main

# Command lines with PATH in place of what is wrong, and what is said where it does not exist.
ANYTHING = {
    "eval PATH --text text.txt": "no such file",
    "eval mlp --text PATH": "mlp: the header is not that of a CharModel",  # it is read first
    "sample PATH": "no such file",
    "profile PATH": "no such file",
    "report PATH": "no such folder",
    "resume PATH": "no such folder",
    "train --text PATH --steps 1 --out run": "no such file",
    "train --text text.txt --valid PATH --steps 1 --out run": "no such file",
    "perturb PATH --data iris": "no such file",
    "fit --data iris --resume --out PATH": "no such file",
    "fit --data PATH.npz": "there is no file PATH.npz",
    "fit --data PATH": "expected breast_cancer",
}
WRITTEN = {
    "fit --data iris --epochs 1 --out PATH": "cannot write PATH",
    "perturb mlp --data iris --plot PATH": "PATH",
    "profile --embryo --plot PATH": "PATH",
    "synth --nodes 300 --plot PATH": "PATH",
}


@pytest.fixture
def mistaken(tmp_path, monkeypatch, capsys):
    """Run a command that must fail; return its one line."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.txt").write_text("the sun and the sea. " * 1000)
    (tmp_path / "folder").mkdir()
    (tmp_path / "junk").write_bytes(b"x" * 500)
    sg.SparseMLP([4, 5, 3]).save(tmp_path / "mlp")

    def call(command, path):
        code = main([word.replace("PATH", path) for word in command.split()])
        shown = capsys.readouterr()
        assert (code, shown.out) == (2, "")
        told = [line for line in shown.err.splitlines() if not line.startswith("reading ")]
        assert len(told) == 1
        assert told[0].startswith("error: ")
        return told[0]

    return call


@pytest.mark.parametrize("command", ANYTHING)
def test_what_is_not_there(mistaken, command):
    assert ANYTHING[command].replace("PATH", "absent") in mistaken(command, "absent")


@pytest.mark.parametrize("command", [c for c in ANYTHING if ".npz" not in c])
@pytest.mark.parametrize("path", ["folder", "junk"])
def test_what_is_something_else(mistaken, command, path):
    mistaken(command, path)


@pytest.mark.parametrize("command", ["eval PATH --text text.txt", "sample PATH", "profile PATH"])
def test_a_checkpoint_of_another_kind(mistaken, command):
    assert "mlp: the header is not that of a CharModel" in mistaken(command, "mlp")


@pytest.mark.parametrize(
    "command", ["fit --data iris --epochs 1 --out PATH", "report run --out PATH"]
)
def test_a_file_of_something_else_is_not_lost(mistaken, command, tmp_path):
    sg.grow(corpus=small_corpus(), steps=1, out=tmp_path / "run", progress=False)
    before = (tmp_path / "text.txt").read_bytes()
    assert "would be lost; choose another file" in mistaken(command, "text.txt")
    assert (tmp_path / "text.txt").read_bytes() == before


def test_a_grown_model_is_not_lost(mistaken, tmp_path):
    model = tmp_path / "grown.safetensors"
    sg.CharModel().save(model)
    before = model.read_bytes()
    told = mistaken("fit --data iris --epochs 1 --out PATH", model.name)
    assert told == f"error: {model.name}: is a CharModel and would be lost; choose another file"
    assert model.read_bytes() == before


def test_an_own_file_may_be_written_again(tmp_path, capsys):
    model = str(tmp_path / "m.safetensors")
    for _ in range(2):
        assert main(["fit", "--data", "iris", "--epochs", "1", "--out", model]) == 0


@pytest.mark.parametrize("path", ["text.txt", "text.txt/run"])
def test_a_run_needs_a_folder(mistaken, path):
    command = "train --text absent.txt --steps 1 --out PATH"  # told before a text is read
    assert mistaken(command, path) == "error: text.txt: is not a folder; choose another"


def test_the_text_that_is_too_short_is_named(mistaken, tmp_path):
    (tmp_path / "short.txt").write_text("the sun")
    command = "train --text text.txt --valid PATH --steps 1 --out run"
    assert mistaken(command, "short.txt").startswith("error: short.txt: got 7 characters")


@pytest.mark.parametrize("command", WRITTEN)
@pytest.mark.parametrize("path", ["folder", "absent/out.png"])
def test_what_cannot_be_written(mistaken, command, path):
    assert WRITTEN[command].replace("PATH", path) in mistaken(command, path)
