"""WikiText from the Hugging Face hub, streamed, or from a folder laid out like the hub's."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sparsegrow.corpus_error import CorpusError
from sparsegrow.reading import Reading, reading
from sparsegrow.tokens import TokenBuffer, utf8

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
    for split, buffer in zip(SPLITS, (train, valid), strict=True):
        with reading(f"{name}, {split}", None, progress) as display:
            add_rows(buffer, batches(name, split, repository, display), display)


def add_rows(buffer: TokenBuffer, rows: Iterable[list[str]], display: Reading) -> None:
    """Add lines of text that come in batches."""
    for batch in rows:
        text = utf8("".join(map(line_of, batch)))
        buffer.append(text)
        display.advance(len(text))


def line_of(row: str) -> str:
    r"""Return a row as it stood in the file: the hub has blank lines, `" \n"`, as empty rows."""
    return row if row.endswith("\n") else f"{row or ' '}\n"


def batches(name: str, split: str, repository: str, display: Reading) -> Iterator[list[str]]:
    """Yield the rows of a split; whatever goes wrong on the way is one line."""
    try:
        with quiet():
            rows = open_split(name, split, repository)
            display.expect(size_of(rows, split))
            for batch in rows.iter(batch_size=ROWS):
                yield batch["text"]
    except (CorpusError, MemoryError):
        raise
    except Exception as error:  # the hub's client has dozens, of several libraries
        reason = " ".join(str(error).split()) or type(error).__name__
        raise CorpusError(
            f"{name}: cannot be had from {repository} ({reason}); {INSTEAD}"
        ) from error


def open_split(name: str, split: str, repository: str) -> Any:
    """Return a split of the repository, of which nothing is read yet."""
    try:
        import datasets
    except ImportError as error:
        raise CorpusError(
            f"{name}: needs Hugging Face datasets, which cannot be imported ({error}); "
            f"pip install 'sparsegrow[hub]', or {INSTEAD}"
        ) from error
    return datasets.load_dataset(repository, CONFIGS[name], split=split, streaming=True)


def size_of(rows: Any, split: str) -> int | None:
    """Return the bytes of a split where the repository says."""
    known = (rows.info.splits or {}).get(split)
    return known.num_bytes if known is not None else None


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the client from announcing each new attempt; the last error says it all."""
    loggers = [logging.getLogger(name) for name in ("datasets", "huggingface_hub")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
