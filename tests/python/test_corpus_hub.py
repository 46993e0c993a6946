"""WikiText from a hub that is there, is not, or is a folder laid out like it."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from sparsegrow.text import wikitext
from sparsegrow.text.corpus import CorpusError, load_corpus
from sparsegrow.text.tokens import tokenise
from support import python

ROWS = [
    "",
    " = Title = \n",
    "",
    " Some prose , with @-@ signs and caf\u00e9s . \n",
    " No newline",
] * 200
LINES = "".join({"": " \n", " No newline": " No newline\n"}.get(row, row) for row in ROWS)


class FakeRows:
    """What of a streamed dataset is used."""

    def __init__(self, rows, splits=None, fails_after=None):
        self.rows, self.fails_after = rows, fails_after
        self.info = SimpleNamespace(splits=splits)

    def iter(self, batch_size):
        for begin in range(0, len(self.rows), batch_size):
            if self.fails_after is not None and begin >= self.fails_after:
                raise ConnectionError("connection\nlost")
            yield {"text": self.rows[begin : begin + batch_size]}


def fake_client(monkeypatch, load):
    client = ModuleType("datasets")
    client.load_dataset = load
    monkeypatch.setitem(sys.modules, "datasets", client)


def test_rows_of_the_hub_become_the_file_they_were(monkeypatch):
    asked = []

    def load(repository, name, split, streaming):
        asked.append((repository, name, split, streaming))
        return FakeRows(ROWS, {split: SimpleNamespace(num_bytes=len(LINES))})

    fake_client(monkeypatch, load)
    monkeypatch.setattr(wikitext, "ROWS", 7)
    loaded = load_corpus("wikitext-103", progress=False)
    config = ("Salesforce/wikitext", "wikitext-103-raw-v1")
    assert asked == [(*config, "train", True), (*config, "validation", True)]
    assert np.array_equal(loaded.train, tokenise(LINES))
    assert np.array_equal(loaded.valid, tokenise(LINES))
    assert loaded.outside == 2 * 200


def test_a_client_that_is_missing_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(CorpusError, match="needs Hugging Face datasets") as caught:
        load_corpus("wikitext-2", progress=False)
    for hint in ("pip install 'sparsegrow[hub]'", "demo", "--text FILE"):
        assert hint in str(caught.value)


def unreachable(*_, **__):
    raise ConnectionError("Couldn't reach\nthe hub")


def lost(*_, **__):
    return FakeRows(ROWS * 10, fails_after=2000)


def other(*_, **__):
    rows = FakeRows(ROWS)
    rows.iter = lambda batch_size: iter([{"label": [1]}])
    return rows


@pytest.mark.parametrize(
    ("load", "reason"),
    [(unreachable, "Couldn't reach the hub"), (lost, "connection lost"), (other, "'text'")],
)
def test_a_hub_that_fails_is_one_sentence(monkeypatch, load, reason):
    fake_client(monkeypatch, load)
    with pytest.raises(CorpusError) as caught:
        load_corpus("wikitext-2", progress=False)
    assert str(caught.value) == (
        f"wikitext-2: cannot be had from Salesforce/wikitext ({reason}); "
        "without it there are the corpus demo and --text FILE"
    )


CARD = """---
dataset_info:
- config_name: {config}
  features:
  - name: text
    dtype: string
  splits:
  - name: train
    num_bytes: {size}
    num_examples: {rows}
  - name: validation
    num_bytes: {size}
    num_examples: {rows}
configs:
- config_name: {config}
  data_files:
  - split: train
    path: {config}/train-*
  - split: validation
    path: {config}/validation-*
---
"""

# In a process of its own: the client warns about itself, and reads its settings when imported.
LOAD = """
import sys
import datasets
from sparsegrow.text.corpus import load_corpus
from sparsegrow.text.wikitext import open_split, size_of
from sparsegrow.base.hub import Source
from sparsegrow.text.tokens import text_of
datasets.disable_progress_bars()
rows = open(sys.argv[2], newline="").read().split("|")
for split in ("train", "validation"):
    path = f"{sys.argv[1]}/wikitext-2-raw-v1/{split}-00000-of-00001.parquet"
    datasets.Dataset.from_dict({"text": rows}).to_parquet(path)
loaded = load_corpus("wikitext-2", repository=sys.argv[1])
source = Source("wikitext-2", sys.argv[1], "")
assert size_of(open_split(source, "train"), "train") == len(rows)
sys.stdout.buffer.write(text_of(loaded.train).encode() + b"|" + text_of(loaded.valid).encode())
"""


def test_a_folder_laid_out_like_the_hub(tmp_path):
    pytest.importorskip("datasets", reason="Hugging Face datasets is not installed")
    config = "wikitext-2-raw-v1"
    (tmp_path / config).mkdir()
    (tmp_path / "README.md").write_text(CARD.format(config=config, size=len(ROWS), rows=len(ROWS)))
    rows = tmp_path / "rows"
    rows.write_bytes("|".join(ROWS).encode())
    cache = {"HF_HOME": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1", "PYTHONUTF8": "1"}
    result = python(LOAD, tmp_path, rows, **cache)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "|".join([LINES.replace("\u00e9", "\ufffd")] * 2)
    assert result.stderr == "reading wikitext-2, train\nreading wikitext-2, validation\n"
