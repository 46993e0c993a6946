"""Text as tokens: one byte for each character, 98 kinds of them, and the way back."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from sparsegrow import _sparsegrow as native

Tokens = NDArray[np.uint8]
VOCABULARY = native.VOCABULARY
UNKNOWN = native.UNKNOWN_TOKEN
BLOCK = 1 << 22  # tokens that a buffer of unknown size grows by
SURROGATE = re.compile("[\ud800-\udfff]")


def tokenise(text: str | bytes) -> Tokens:
    r"""Return one token for each character.

    Printable ASCII is 0 to 94 in order, newline 95, tab 96, and every other character 97.

    Parameters
    ----------
    text
        A string, or UTF-8, of which each malformed part counts as one character, as it does when
        Python decodes with ``errors="replace"``.

    Examples
    --------
    >>> tokenise("Hi!\n").tolist()
    [40, 73, 1, 95]
    >>> tokenise("caf\u00e9").tolist()
    [67, 65, 70, 97]
    """
    data = utf8(text) if isinstance(text, str) else text
    buffer = TokenBuffer(len(data))
    buffer.append(data)
    return buffer.finish()


def text_of(tokens: Tokens) -> str:
    r"""Return the characters of tokens; the unknown one, 97, is written as U+FFFD.

    Raises
    ------
    IndexError
        A token is above 97.

    Examples
    --------
    >>> text_of(tokenise("to and\nfro"))
    'to and\nfro'
    """
    return native.text_of(tokens).decode("utf-8")


def utf8(text: str) -> bytes:
    """Return a string as UTF-8; a lone surrogate, which has none, as U+FFFD."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return SURROGATE.sub("\ufffd", text).encode("utf-8")


def bytes_view(data: bytes) -> Tokens:
    """Return bytes as an array that shares their memory; older NumPy refuses to for none."""
    return np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8)


class TokenBuffer:
    """Tokens of a text that comes in pieces, which may end in the middle of a character.

    Memory is that of the tokens and one block: blocks are filled one after another, and given back
    one after another when the tokens are put together.

    Parameters
    ----------
    expected
        Bytes that are about to come. If it is right, nothing is ever copied.

    Attributes
    ----------
    outside
        How many characters were outside the vocabulary.
    """

    def __init__(self, expected: int = 0) -> None:
        self.outside = 0
        self._tokeniser = native.Tokeniser()
        self._size = 0
        self._blocks: list[Tokens] = []
        self._room: Tokens = np.empty(0, np.uint8)
        if expected > 0:
            self._add_block(expected)

    def __len__(self) -> int:
        return self._size

    def append(self, text: bytes | Tokens) -> None:
        """Take the next piece of UTF-8, which may be of any length."""
        view = bytes_view(text) if isinstance(text, bytes) else text
        while len(view):
            if not len(self._room):
                self._add_block(BLOCK)
            piece = view[: len(self._room)]
            view = view[len(piece) :]
            self._fill(piece)

    def finish(self) -> Tokens:
        """Return the tokens, read-only, and keep none; nothing can be appended after."""
        tokens = self._blocks[0][: self._size] if len(self._blocks) == 1 else self._joined()
        tokens.flags.writeable = False
        return tokens

    def _add_block(self, size: int) -> None:
        self._room = np.empty(size, np.uint8)
        self._blocks.append(self._room)

    def _fill(self, piece: Tokens) -> None:
        written = self._tokeniser.push(piece, self._room)
        self.outside += int(np.count_nonzero(self._room[:written] == UNKNOWN))
        self._room = self._room[written:]
        self._size += written

    def _joined(self) -> Tokens:
        """Copy block by block; untouched pages of the result take no memory yet."""
        tokens = np.empty(self._size, np.uint8)
        end = 0
        self._room = tokens[:0]  # let go of the last block
        self._blocks.reverse()
        while self._blocks:
            block = self._blocks.pop()[: self._size - end]
            tokens[end : end + len(block)] = block
            end += len(block)
        return tokens
