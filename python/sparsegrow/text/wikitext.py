"""WikiText from the Hugging Face hub, streamed, or from a folder laid out like the hub's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sparsegrow.base.hub import Source
from sparsegrow.text.corpus_error import CorpusError
from sparsegrow.text.reading import Reading, reading
from sparsegrow.text.tokens import TokenBuffer, utf8

REPOSITORY = "Salesforce/wikitext"
CONFIGS = {"wikitext-2": "wikitext-2-raw-v1", "wikitext-103": "wikitext-103-raw-v1"}
SPLITS = ("train", "validation")
ROWS = 1000  # that are in memory at a time
INSTEAD = "without it there are the corpus demo and --text FILE"


def gather(
    name: str,
    train: TokenBuffer,
    valid: TokenBuffer,
    repository: str = REPOSITORY,
    progress: bool = True,
) -> None:
    """Fill two buffers with a corpus.

    Raises
    ------
    CorpusError
        `datasets` is not installed, the hub cannot be reached, or the data are not as expected.
    """
    source = Source(name, repository, INSTEAD, CorpusError)
    for split, buffer in zip(SPLITS, (train, valid), strict=True):
        with reading(f"{name}, {split}", None, progress) as display:
            add_rows(buffer, batches(source, split, display), display)


def add_rows(buffer: TokenBuffer, rows: Iterable[list[str]], display: Reading) -> None:
    """Add lines of text that come in batches."""
    for batch in rows:
        text = utf8("".join(map(line_of, batch)))
        buffer.append(text)
        display.advance(len(text))


def line_of(row: str) -> str:
    r"""Return a row as it stood in the file: the hub has blank lines, `" \n"`, as empty rows."""
    return row if row.endswith("\n") else f"{row or ' '}\n"


def batches(source: Source, split: str, display: Reading) -> Iterator[list[str]]:
    """Yield the rows of a split; whatever goes wrong on the way is one line."""
    with source.guarded():
        rows = open_split(source, split)
        display.expect(size_of(rows, split))
        for batch in rows.iter(batch_size=ROWS):
            yield batch["text"]


def open_split(source: Source, split: str) -> Any:
    """Return a split of the repository, of which nothing is read yet."""
    config = CONFIGS[source.name]
    return source.client().load_dataset(source.repository, config, split=split, streaming=True)


def size_of(rows: Any, split: str) -> int | None:
    """Return the bytes of a split where the repository says."""
    known = (rows.info.splits or {}).get(split)
    return known.num_bytes if known is not None else None
