"""The command line as a shell starts it: lists of values, what is missing, Ctrl-C."""

import os
import signal
import subprocess
import sys

import pytest

import sparsegrow as sg
from sparsegrow.cli.arguments import spread_lists
from support import python

MAIN = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from sparsegrow.cli import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("--hidden 1 2 3", "--hidden 1 --hidden 2 --hidden 3"),
        ("--hidden 1 2 --json", "--hidden 1 --hidden 2 --json"),
        ("--a 1 2 --hidden 1", "--a 1 2 --hidden 1"),
        ("--hidden 1 --hidden 2", "--hidden 1 --hidden 2"),
        ("--hidden --json", "--hidden --json"),
    ],
)
def test_lists_of_values(words, expected):
    assert spread_lists(words.split()) == expected.split()


def test_the_package_runs_as_the_command():
    command = [sys.executable, "-m", "sparsegrow", "info", "--json"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f'"version": "{sg.__version__}"' in result.stdout


EARLY = """
import sys
class Stop:
    def find_spec(self, name, *rest):
        if name == "sparsegrow.cli":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Stop())
from sparsegrow.__main__ import run
sys.exit(run())
"""


def test_control_c_while_the_command_is_loaded_is_one_line():
    result = python(EARLY)
    assert (result.returncode, result.stderr) == (130, "stopped\n")


def test_scikit_learn_is_named_when_it_is_missing():
    code = "import sys; sys.modules['sklearn'] = None\n" + MAIN
    result = python(code, "fit", "--data", "digits")
    assert result.returncode == 2
    assert "needs scikit-learn" in result.stderr
    assert "sparsegrow[sklearn]" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def interrupted(tmp_path, *words):
    """Start a long fit, press Ctrl-C after its second epoch, and return exit code and errors."""
    command = [sys.executable, "-c", MAIN, "fit", "--data", "synthetic", "--epochs", "100000"]
    process = subprocess.Popen(
        [*command, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SPARSEGROW_NUM_THREADS": "1"},
    )
    for line in process.stderr:
        if line.startswith("epoch 2/"):
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert out == ""
    return process.returncode, err.splitlines()[-1]


def test_control_c_is_one_line_and_keeps_the_checkpoint(tmp_path):
    path = tmp_path / "m.safetensors"
    code, line = interrupted(tmp_path, "--out", path)
    assert code == 130
    assert line.startswith("stopped after ")
    assert line.endswith(f"--resume goes on from {path}")
    assert len(sg.load(path).history) >= 2
    assert interrupted(tmp_path)[0] == 130
