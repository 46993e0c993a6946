"""Text to train on: files good and bad, what is shown, the demo."""

import io
import os
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from sparsegrow.text import corpus, demo, reading
from sparsegrow.text.corpus import Corpus, CorpusError, load_corpus
from sparsegrow.text.tokens import text_of, tokenise
from support import python

PROSE = "The quick brown fox jumps over the lazy dog, and caf\u00e9s close at ten.\n"


def written(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# --- files ---


def test_the_end_of_a_file_is_measured_on(tmp_path):
    path = written(tmp_path / "fox.txt", PROSE * 1000)
    whole = Corpus.from_files(path, valid_fraction=0.25)
    assert whole.name == "fox.txt"
    assert len(whole.valid) == round(whole.characters * 0.25)
    assert text_of(np.concatenate([whole.train, whole.valid])) == (PROSE * 1000).replace(
        "é", "\ufffd"
    )
    assert whole.outside == 1000
    assert "1.45% outside" in repr(whole)
    assert not whole.train.flags.writeable


def test_a_file_of_its_own_is_measured_on(tmp_path):
    path, held = tmp_path / "train.txt", tmp_path / "valid.txt"
    two = Corpus.from_files(written(path, PROSE * 100), written(held, "é" + "word " * 999))
    assert np.array_equal(two.valid, tokenise("é" + "word " * 999))
    assert len(two.train) == 100 * len(PROSE)
    assert two.outside == 101


def test_a_pipe_is_read_to_its_end(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=written, args=(path, PROSE * 20_000))
    writer.start()
    whole = Corpus.from_files(path)
    writer.join()
    assert whole.characters == 20_000 * len(PROSE)


@pytest.mark.parametrize(
    "first", ["\ufeff", "\u201cWell\u201d", "\u4e2d" * 40], ids=["mark", "quote", "Chinese"]
)
def test_a_pipe_is_not_judged_by_its_first_bytes(tmp_path, first):
    path = tmp_path / "pipe"
    os.mkfifo(path)

    def write():
        with open(path, "wb", buffering=0) as pipe:
            pipe.write(first.encode())
            time.sleep(0.1)  # the reader has seen no more than that
            pipe.write((PROSE * 1000).encode())

    writer = threading.Thread(target=write)
    writer.start()
    whole = Corpus.from_files(path)
    writer.join()
    assert whole.characters == len(first) + 1000 * len(PROSE)


def binary():
    return np.random.default_rng(0).bytes(50_000)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no such file"),
        (b"", "is empty"),
        (b"short", "0 characters to measure on, expected at least 1,000"),
        (b"words " * 3000, "900 characters to measure on, expected at least 1,000"),
        (binary(), "outside the vocabulary .* expected English text"),
        (bytes(50_000), "50,000 of the first 50,000 characters are outside"),
        ((PROSE * 1000).encode("utf-16"), "outside the vocabulary"),
    ],
)
def test_what_is_no_text_is_one_sentence(tmp_path, content, message):
    path = tmp_path / "text"
    if content is not None:
        written(path, content)
    with pytest.raises(CorpusError, match=message) as caught:
        Corpus.from_files(path, progress=False)
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_is_no_text(tmp_path):
    with pytest.raises(CorpusError, match="is a folder"):
        Corpus.from_files(tmp_path)


def test_an_unreadable_file_is_one_sentence(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    path = written(tmp_path / "text", PROSE)
    monkeypatch.setattr(corpus, "open", refuse, raising=False)
    with pytest.raises(CorpusError, match=r"text: cannot be read \(Permission denied\)"):
        Corpus.from_files(path)


def test_a_bad_file_to_measure_on_is_named(tmp_path):
    path = written(tmp_path / "text", PROSE * 100)
    with pytest.raises(CorpusError, match="absent: there is no such file"):
        Corpus.from_files(path, tmp_path / "absent")
    with pytest.raises(CorpusError, match="5 characters to measure on"):
        Corpus.from_files(path, written(tmp_path / "small", "small"))


@pytest.mark.parametrize("fraction", [0, 1, -0.5, float("nan")])
def test_a_fraction_leaves_both_parts_something(tmp_path, fraction):
    with pytest.raises(ValueError, match="valid_fraction: got"):
        Corpus.from_files(written(tmp_path / "text", PROSE), valid_fraction=fraction)


FRUGAL = """
import resource, sys
from sparsegrow.text.corpus import Corpus
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << (sys.platform != "darwin") * 10
before = peak()
whole = Corpus.from_files(sys.argv[1], progress=False)
print(peak() - before - whole.characters)
"""


def test_memory_is_that_of_the_tokens(tmp_path):
    path = written(tmp_path / "text", PROSE * 1_000_000)
    result = python(FRUGAL, path)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) < 12e6


# --- what a person sees ---


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_gets_a_bar(tmp_path, monkeypatch):
    path = written(tmp_path / "text", PROSE * 50_000)
    for name, value in {"TERM": "xterm", "COLUMNS": "300", "LINES": "50"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stderr", Terminal())
    Corpus.from_files(path)
    shown = sys.stderr.getvalue()
    assert "reading" in shown
    assert "MB" in shown


def test_elsewhere_there_is_a_line_now_and_then(tmp_path, capsys, monkeypatch):
    path = written(tmp_path / "text", PROSE * 20_000)
    Corpus.from_files(path)
    assert capsys.readouterr() == ("", f"reading {path}\n")
    monkeypatch.setattr(reading.ReadingLines, "INTERVAL", -1.0)
    Corpus.from_files(path)
    assert capsys.readouterr().err.splitlines() == [
        f"reading {path}", f"reading {path}: 1 MB", f"reading {path}: 1 MB"
    ]  # fmt: skip
    Corpus.from_files(path, progress=False)
    assert capsys.readouterr() == ("", "")


# --- by name ---


def test_an_unknown_name_is_refused():
    with pytest.raises(
        ValueError, match="got 'novel', expected one of demo, wikitext-2, wikitext-103"
    ):
        load_corpus("novel")


def test_the_demo_is_prose_that_is_the_same_each_time(monkeypatch):
    demo = load_corpus("demo", progress=False)
    assert 1_000_000 < demo.characters < 4_000_000
    assert 0.03 < len(demo.valid) / demo.characters < 0.10
    assert demo.outside < 0.001 * demo.characters
    assert demo.note == ""
    assert "statement" in text_of(demo.train)
    assert load_corpus("demo", progress=False) is demo
    monkeypatch.setattr(corpus, "_kept", {})
    again = load_corpus("demo", progress=False)
    assert np.array_equal(again.train, demo.train)
    assert np.array_equal(again.valid, demo.valid)


def without(monkeypatch, *missing):
    monkeypatch.setattr(corpus, "_kept", {})
    if "topics" in missing:
        monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    if "sources" in missing:
        monkeypatch.setattr(demo, "source_files", lambda root: [])


def test_a_demo_without_its_chapters_says_so(monkeypatch):
    without(monkeypatch, "topics")
    some = demo.source_files(Path(os.__file__).parent)[:150]
    monkeypatch.setattr(demo, "source_files", lambda root: some)
    assert load_corpus("demo", progress=False).note == (
        "demo: this Python comes without pydoc_data, so its text is shorter than elsewhere"
    )


def test_a_demo_without_sources_says_so(monkeypatch):
    without(monkeypatch, "sources")
    assert "without the library's sources" in load_corpus("demo", progress=False).note


def test_a_demo_without_either_says_what_works(monkeypatch):
    without(monkeypatch, "topics", "sources")
    with pytest.raises(
        CorpusError, match="without pydoc_data and the library's sources; use"
    ) as caught:
        load_corpus("demo", progress=False)
    assert "--text FILE" in str(caught.value)


def test_docstrings_come_from_the_source_alone():
    source = b'''
"""Module."""
raise SystemExit  # never run
class One:
    """Class."""
    if True:
        def two(self): "Method \\d."
    async def three(self):
        """Coroutine."""
'''
    found = ["Module.", "Class.", "Method \\d.", "Coroutine."]
    assert list(demo.docstrings(source)) == found
    for broken in (b"def", b"\xff", b"a\x00b", b""):
        assert list(demo.docstrings(broken)) == []
