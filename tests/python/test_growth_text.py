"""The text of a growth run: known again by `resume`, refused where it says nothing."""

import os
import threading
from dataclasses import replace

import pytest

import sparsegrow as sg
from growth_support import small_corpus, small_settings
from sparsegrow.growth import checkpoint
from sparsegrow.growth.run_folder import GROWTH, RunError, RunFolder
from sparsegrow.text.corpus import Corpus
from sparsegrow.text.corpus_error import CorpusError


def test_a_run_knows_where_its_text_is(tmp_path) -> None:
    (tmp_path / "text.txt").write_text("the sun and the sea, a man or a ship. " * 300)
    corpus = Corpus.from_files(tmp_path / "text.txt", valid_fraction=0.3, progress=False)
    given = {"out": tmp_path / "run", "settings": small_settings(), "progress": False}
    sg.grow(corpus=corpus, steps=6, **given)
    assert sg.resume(tmp_path / "run", steps=6, progress=False).metrics[-1]["step"] == 12
    path = tmp_path / "run" / "model.safetensors"
    saved = checkpoint.read(path)
    config = {**saved.run["config"], "source": {"text": 3}}
    checkpoint.write(path, replace(saved, run={**saved.run, "config": config}))
    with pytest.raises(RunError, match="where its text is, is damaged"):
        sg.resume(tmp_path / "run", steps=6)


def test_a_pipe_is_read_once(tmp_path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("the sun and the sea. " * 500,))
    writer.start()
    corpus = Corpus.from_files(pipe, valid_fraction=0.3, progress=False)
    writer.join()
    given = {"out": tmp_path / "run", "settings": small_settings(), "progress": False}
    sg.grow(corpus=corpus, steps=6, **given)
    with pytest.raises(RunError, match="by a pipe; give the text to go on with"):
        sg.resume(tmp_path / "run", steps=6)


def test_characters_are_counted_on_through_another_text(tmp_path) -> None:
    given = {"out": tmp_path / "run", "settings": small_settings(), "progress": False}
    sg.grow(corpus=small_corpus(), steps=12, **given)
    run = sg.resume(tmp_path / "run", steps=12, corpus=small_corpus(1), progress=False)
    assert all(record["chars"] == 8 * 16 * record["step"] for record in run.metrics)
    assert run.metrics[-1]["step"] == 24


def test_what_prunes_take_is_taken_off(tmp_path) -> None:
    settings = small_settings(controller="random", mutations="paper", seed=2)
    run = sg.grow(
        corpus=small_corpus(), steps=200, out=tmp_path / "run", settings=settings, progress=False
    )
    records = RunFolder(run.path).records(GROWTH)
    kept = [r["edges_added"] for r in records if r["accepted"] and not r["rolled_back"]]
    assert min(kept) < 0 < max(kept)
    assert run.metrics[0]["edges"] + sum(kept) == run.metrics[-1]["edges"]


@pytest.mark.parametrize(("part", "characters"), [("train", 10), ("valid", 0)])
def test_a_text_that_says_nothing_is_refused_at_once(tmp_path, part, characters) -> None:
    short = replace(small_corpus(), **{part: small_corpus().valid[:characters]})
    with pytest.raises((ValueError, CorpusError), match=f"got {characters} characters"):
        sg.grow(corpus=short, steps=2, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
