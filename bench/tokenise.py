"""Characters to tokens: our tokeniser beside bytes.translate and a NumPy table look-up.

python bench/tokenise.py                 # 64 MB of plain text, and of text that is not all ASCII
python bench/tokenise.py --file TEXT --repeats 9

One thread, data in memory. The contenders take turns inside each repeat, so that a machine whose
clock drifts slows all of them alike; figures are medians. The look-ups are right for ASCII only: on
other text they are timed, but not checked. Decoding with a dictionary is the slow oracle.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from machine import describe_machine
from sparsegrow import _sparsegrow as engine
from sparsegrow.text.corpus import load_corpus
from sparsegrow.text.tokens import UNKNOWN, text_of

Tokens = NDArray[np.uint8]
Contender = Callable[[bytes], Tokens]
TOKEN_OF = {chr(code): code - 32 for code in range(32, 127)} | {"\n": 95, "\t": 96}
TABLE = bytes(TOKEN_OF.get(chr(code), UNKNOWN) for code in range(256))
WHO = ("ours", "ours, 64 KB", "translate", "NumPy", "decode")
WIDTH = 13
SHORT = 1 << 20  # bytes that are enough for the slow oracle


class Ours:
    """The streaming tokeniser, into memory that is there already, piece by piece."""

    def __init__(self, size: int, piece: int) -> None:
        self.tokens, self.piece = np.zeros(size, np.uint8), piece

    def __call__(self, text: bytes) -> Tokens:
        view, tokeniser, end = np.frombuffer(text, np.uint8), engine.Tokeniser(), 0
        for begin in range(0, len(view), self.piece):
            end += tokeniser.push(view[begin : begin + self.piece], self.tokens[end:])
        return self.tokens[:end]


def translate(text: bytes) -> Tokens:
    """The table look-up of Python's own bytes."""
    return np.frombuffer(text.translate(TABLE), np.uint8)


def take(text: bytes) -> Tokens:
    """The table look-up of NumPy."""
    return np.frombuffer(TABLE, np.uint8)[np.frombuffer(text, np.uint8)]


def decode(text: bytes) -> Tokens:
    """Right for all text, one character after another."""
    characters = text.decode("utf-8", errors="replace")
    return np.array([TOKEN_OF.get(character, UNKNOWN) for character in characters], np.uint8)


def texts(arguments: argparse.Namespace) -> dict[str, bytes]:
    """Named texts of the wanted size."""
    size = arguments.megabytes * 1_000_000
    if arguments.file:
        whole = arguments.file.read_bytes()
        return {arguments.file.name: (whole * (size // max(len(whole), 1) + 1))[:size]}
    prose = text_of(load_corpus("demo", progress=False).train).replace("\ufffd", "?")
    accents = prose.replace("ou", "o\u00fa")  # about one character in 200
    greek = "".join(chr(0x391 + ord(c) % 50) if c.isalpha() else c for c in prose)
    named = {"ASCII prose": prose, "a few accents": accents, "Greek letters": greek}
    return {name: repeated(text.encode(), size) for name, text in named.items()}


def repeated(text: bytes, size: int) -> bytes:
    """A text as often as fits."""
    return text * max(1, size // len(text))


def check(name: str, text: bytes, contenders: dict[str, Contender]) -> None:
    """Refuse to time what is wrong."""
    short = text[:SHORT]
    for who, contender in contenders.items():
        exact = who.startswith("ours") or short.isascii()
        if exact and not np.array_equal(contender(short), decode(short)):
            raise SystemExit(f"{who} is wrong about {name}")


def measure(text: bytes, contenders: dict[str, Contender], repeats: int) -> dict[str, float]:
    """Median MB/s of each contender."""
    seconds: dict[str, list[float]] = {who: [] for who in contenders}
    for _ in range(repeats):
        for who, contender in contenders.items():
            begun = time.perf_counter()
            contender(text)
            seconds[who].append(time.perf_counter() - begun)
    return {who: len(text) / 1e6 / statistics.median(times) for who, times in seconds.items()}


def main() -> int:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--file", type=Path, help="text to use instead of Python's documentation")
    parser.add_argument("--megabytes", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=7)
    arguments = parser.parse_args()
    print(describe_machine(numpy=np.__version__))
    print(f"{'MB/s':<16}" + "".join(f"{who:>{WIDTH}}" for who in WHO))
    for name, text in texts(arguments).items():
        contenders: dict[str, Contender] = {
            "ours": Ours(len(text), len(text)), "ours, 64 KB": Ours(len(text), 1 << 16),
            "translate": translate, "NumPy": take,
        }  # fmt: skip
        check(name, text, contenders)
        rates = measure(text, contenders, arguments.repeats)
        rates |= measure(text[:SHORT], {"decode": decode}, 1)
        print(f"{name:<16}" + "".join(f"{rates[who]:{WIDTH},.0f}" for who in WHO), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
