"""Text to train a language model on: a bundled default, files, and WikiText from the hub."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np

from sparsegrow.base.files import PathLike
from sparsegrow.text import demo, wikitext
from sparsegrow.text.corpus_error import CorpusError
from sparsegrow.text.reading import reading
from sparsegrow.text.tokens import TokenBuffer, Tokens

NAMES = ("demo", *wikitext.CONFIGS)
CHUNK = 1 << 20  # bytes of a file that are in memory at a time
LEAST = 1000  # characters below which a part says nothing
MOST_OUTSIDE = 1 / 3  # share of characters outside the vocabulary above which it is no English text

_kept: dict[str, Corpus] = {}  # the demo, which takes seconds to gather


@dataclass(frozen=True, eq=False)
class Corpus:
    """Text as tokens, in a part to train on and a part to measure on.

    Parameters
    ----------
    name
        What it is called in reports.
    train, valid
        Tokens, uint8 from 0 to 97, read-only.
    outside
        How many characters of both parts are outside the vocabulary, and so token 97.
    note
        One line about what is not as it should be, for a person to read; mostly empty.
    source
        How to find the text again, for a run that is resumed; None for a text from memory.
    """

    name: str
    train: Tokens
    valid: Tokens
    outside: int
    note: str = ""
    source: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return (
            f"<Corpus {self.name}: {len(self.train):,} characters to train on, {len(self.valid):,} "
            f"to measure on, {self.outside / self.characters:.2%} outside the vocabulary>"
        )

    @property
    def characters(self) -> int:
        """Characters of both parts."""
        return len(self.train) + len(self.valid)

    @classmethod
    def from_files(
        cls,
        text: PathLike,
        valid: PathLike | None = None,
        valid_fraction: float = 0.05,
        progress: bool = True,
    ) -> Corpus:
        """Read UTF-8 text from files.

        Parameters
        ----------
        text
            What to train on; a pipe will do.
        valid
            What to measure on. If not given, that is the end of `text`.
        valid_fraction
            How much of `text` that is.
        progress
            Show a bar on a terminal, a line elsewhere.

        Raises
        ------
        CorpusError
            A file is missing, a folder, unreadable, empty, too short or not plain text.
        ValueError
            The fraction is not between 0 and 1.
        """
        if not 0 < valid_fraction < 1:
            raise ValueError(f"valid_fraction: got {valid_fraction}, expected between 0 and 1")
        source = source_of(text, valid, valid_fraction)
        name, buffer = Path(text).name, read_file(text, progress)
        if valid is not None:
            held = read_file(valid, progress)
            return checked(name, buffer, held, source=source, measured=Path(valid).name)
        outside, tokens = buffer.outside, buffer.finish()
        cut = len(tokens) - round(len(tokens) * valid_fraction)
        return require_parts(cls(name, tokens[:cut], tokens[cut:], outside, source=source))

    @classmethod
    def of_source(cls, source: dict[str, Any], progress: bool = True) -> Corpus:
        """Read a text again by what its `source` said.

        Raises
        ------
        ValueError
            It cannot be had any more.
        """
        if "text" in source:
            return cls.from_files(
                source["text"], source["valid"], source["valid_fraction"], progress=progress
            )
        return load_corpus(source["corpus"], progress)


def source_of(text: PathLike, valid: PathLike | None, fraction: float) -> dict[str, Any] | None:
    """Return what says where the files are, None if one of them can be read but once."""
    if not all(Path(path).is_file() for path in (text, valid or text)):
        return None
    return {
        "text": os.path.realpath(text),
        "valid": None if valid is None else os.path.realpath(valid),
        "valid_fraction": fraction,
    }


def load_corpus(name: str, progress: bool = True, repository: str = wikitext.REPOSITORY) -> Corpus:
    """Return a corpus by its name.

    Parameters
    ----------
    name
        "demo": English prose from the documentation that comes with Python, about 2 MB; needs no
        network. "wikitext-2" (11 MB) and "wikitext-103" (540 MB): Wikipedia articles, raw, streamed
        from the Hugging Face hub; needs the extra `hub`.
    progress
        Show a bar on a terminal, a line elsewhere.
    repository
        Where WikiText comes from: a repository of the hub, or a folder laid out like one.

    Raises
    ------
    CorpusError
        It cannot be had; the message is one line that also says what works instead.
    ValueError
        There is no corpus of that name.
    """
    if name not in NAMES:
        raise ValueError(f"corpus: got {name!r}, expected one of {', '.join(NAMES)}")
    if name in _kept:
        return _kept[name]
    train, valid = TokenBuffer(), TokenBuffer()
    if name == "demo":
        note = demo.gather(train, valid, progress)
        return _kept.setdefault(name, checked(name, train, valid, note, {"corpus": name}))
    wikitext.gather(name, train, valid, repository, progress)
    source = {"corpus": name} if repository == wikitext.REPOSITORY else None
    return checked(name, train, valid, source=source)


def checked(
    name: str,
    train: TokenBuffer,
    valid: TokenBuffer,
    note: str = "",
    source: dict[str, Any] | None = None,
    measured: str | None = None,
) -> Corpus:
    """Return the corpus that two buffers hold; `measured` is the name of the second."""
    outside = train.outside + valid.outside
    corpus = Corpus(name, train.finish(), valid.finish(), outside, note, source)
    return require_parts(corpus, measured)


def require_parts(corpus: Corpus, measured: str | None = None, least: int = LEAST) -> Corpus:
    """Refuse a corpus of which a part is too short to say anything."""
    parts = (
        ("measure", corpus.valid, measured or corpus.name),
        ("train", corpus.train, corpus.name),
    )
    for part, tokens, name in parts:
        if len(tokens) < least:
            raise CorpusError(
                f"{name}: got {len(tokens):,} characters to {part} on, expected at least "
                f"{least:,}; use more text, another share of it or a file of its own to measure on"
            )
    return corpus


def read_file(path: PathLike, progress: bool) -> TokenBuffer:
    """Read a file or a pipe as tokens, chunk by chunk."""
    try:
        with open(path, "rb") as file:
            buffer = read_stream(file, path, progress)
    except FileNotFoundError:
        raise CorpusError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise CorpusError(f"{path}: is a folder, expected a file of text") from None
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read ({error.strerror or error})") from error
    if not len(buffer):
        raise CorpusError(f"{path}: is empty, expected text")
    return buffer


def read_stream(file: BufferedReader, path: PathLike, progress: bool) -> TokenBuffer:
    """Read an open file to its end, or until it turns out to be no text."""
    about = os.fstat(file.fileno())
    size = about.st_size if stat.S_ISREG(about.st_mode) else 0
    buffer, chunk = TokenBuffer(size), bytearray(CHUNK)
    with reading(os.fspath(path), size or None, progress) as display:
        while count := file.readinto(chunk):  # full but for the last, also from a pipe
            buffer.append(np.frombuffer(chunk, np.uint8, count))
            require_text(path, buffer)
            display.advance(count)
    return buffer


def require_text(path: PathLike, buffer: TokenBuffer) -> None:
    """Refuse what has so many unknown characters that there is nothing to learn."""
    if buffer.outside > len(buffer) * MOST_OUTSIDE:
        raise CorpusError(
            f"{path}: {buffer.outside:,} of the first {len(buffer):,} characters are outside the "
            "vocabulary (printable ASCII, newline, tab), expected English text in UTF-8"
        )
