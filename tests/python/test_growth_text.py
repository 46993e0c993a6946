"""The text of a growth run: known again by `resume`, refused where it says nothing."""

from dataclasses import replace

import pytest

import sparsegrow as sg
from growth_support import small_corpus, small_settings
from sparsegrow.growth import checkpoint
from sparsegrow.growth.run_folder import RunError
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


@pytest.mark.parametrize(("part", "characters"), [("train", 10), ("valid", 0)])
def test_a_text_that_says_nothing_is_refused_at_once(tmp_path, part, characters) -> None:
    short = replace(small_corpus(), **{part: small_corpus().valid[:characters]})
    with pytest.raises((ValueError, CorpusError), match=f"got {characters} characters"):
        sg.grow(corpus=short, steps=2, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
