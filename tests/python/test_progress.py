"""What is shown while a model trains."""

import io
import os
import pty
import re
import subprocess
import sys
import time

import pytest
from rich.console import Console

from sparsegrow.layered import progress
from sparsegrow.layered.progress import Status
from sparsegrow.layered.records import EpochRecord
from support import blobs, small_model

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from support import blobs, small_model
x, y = blobs(samples=3000)
small_model().fit(x, y, 8, validation=0.2)
print("done")
"""


def on_a_terminal():
    """What a fit writes to standard error if that is a terminal, and to standard output."""
    outer, inner = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, os.path.dirname(__file__)],
        stdout=subprocess.PIPE,
        stderr=inner,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "200"},
    )
    os.close(inner)
    written = b""
    while True:
        try:
            part = os.read(outer, 65536)
        except OSError:  # Linux says so when the other side has closed
            break
        if not part:
            break
        written += part
    os.close(outer)
    return written.decode(), process.communicate()[0].decode()


def test_a_terminal_gets_a_live_bar():
    written, out = on_a_terminal()
    text = re.sub("\\x1b\\[[0-9;?]*[a-zA-Z]", "", written)
    assert out == "done\n"
    for shown in ("epoch 8/8", "loss ", "accuracy ", "validation loss ", "samples/s", "left"):
        assert shown in text


def test_elsewhere_there_is_a_line_for_each_epoch(capsys):
    x, y = blobs()
    small_model().fit(x, y, 2, validation=0.2)
    out, err = capsys.readouterr()
    line = r"epoch {}/2: loss [\d.]+, accuracy [\d.]+%, validation loss [\d.]+, accuracy [\d.]+%, "
    assert out == ""
    for number, text in enumerate(err.splitlines(), 1):
        assert re.match(line.format(number) + r"[\d,]+ samples/s$", text)


def test_a_long_epoch_speaks_up_now_and_then(capsys, monkeypatch):
    lines = progress.Lines(epochs=3, samples=200)
    lines.update(Status(0, 50, 2.0, 0.25, 1.0))
    monkeypatch.setattr(progress.Lines, "INTERVAL", -1.0)
    lines.update(Status(0, 100, 1.5, None, 2.0))
    assert capsys.readouterr().err == "50 % of epoch 1, loss 1.5000\n"


def test_silence(capsys):
    x, y = blobs()
    small_model().fit(x, y, 2, progress=False)
    assert capsys.readouterr() == ("", "")


def test_a_bar_that_starts_in_the_middle_counts_only_what_it_saw():
    """After resuming, the rate is that of this run, not of all samples so far."""
    bar = progress.Live(epochs=10, samples=100)
    bar.update(Status(5, 50, 1.0, 0.5, 0.1))
    bar.finished(EpochRecord(6, 1.0, 0.5, 0.9, 0.6, 0.1, 0.01))
    bar.update(Status(6, 50, 1.0, 0.5, 0.1))
    task = bar.bar.tasks[0]
    assert task.completed == 650
    assert task.total == 1000
    assert "validation loss 0.9000" in task.fields["figures"]


@pytest.mark.parametrize("width", [60, 80, 110, 160])
def test_a_narrow_terminal_shows_figures_and_time_left(width):
    bar = progress.Live(epochs=3000, samples=1000)
    bar.finished(EpochRecord(6, 1.0, 0.5, 0.9, 0.6, 0.1, 0.01))
    bar.first = (time.monotonic() - 60.0, 0)
    bar.update(Status(1499, 0, 1.0, 0.5, 0.1))
    console = Console(file=io.StringIO(), width=width)
    console.print(bar.bar.get_renderable())
    shown = " ".join(console.file.getvalue().split())
    for text in ("epoch 1500/3000", "validation", "samples/s", "━", "-:--:-- left"):
        assert text in shown, shown
