"""Text to tokens and back, against a slow oracle."""

import doctest
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparsegrow import _sparsegrow as native
from sparsegrow.text import corpus, tokens
from sparsegrow.text.tokens import BLOCK, UNKNOWN, VOCABULARY, TokenBuffer, text_of, tokenise

U8 = np.uint8
TOKEN_OF = {chr(code): code - 32 for code in range(32, 127)} | {"\n": 95, "\t": 96}
VALID = Path(__file__).resolve().parents[3] / "shared" / "data" / "text" / "valid.txt"
PROSE = "The quick brown fox jumps over the lazy dog, and caf\u00e9s close at ten.\n"

fragments = st.one_of(
    st.binary(max_size=8),
    st.text(max_size=8).map(lambda text: text.encode()),
    st.sampled_from(
        [b"a plain sentence that is longer than a block of bytes", b"\xe2\x82", b"\xf0"]
    ),
)
raw_text = st.lists(fragments, max_size=12).map(b"".join)


def oracle(data):
    return [TOKEN_OF.get(character, 97) for character in data.decode("utf-8", errors="replace")]


def in_pieces(data, sizes):
    """The tokens of data cut after so many bytes, again and again."""
    buffer, begin = TokenBuffer(), 0
    while begin < len(data):
        size = sizes[begin % len(sizes)]
        buffer.append(data[begin : begin + size])
        begin += size
    return buffer


@given(raw_text, st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_any_bytes_in_any_pieces_are_what_the_oracle_says(data, sizes):
    expected = oracle(data)
    buffer = in_pieces(data, sizes)
    assert buffer.outside == expected.count(UNKNOWN)
    assert len(buffer) == len(expected)
    assert buffer.finish().tolist() == expected
    assert tokenise(data).tolist() == expected


def test_every_pair_of_bytes_is_what_the_oracle_says():
    for first in range(256):
        for second in range(256):
            data = bytes((first, second))
            assert tokenise(data).tolist() == oracle(data), data


@given(st.binary(min_size=3, max_size=5).map(lambda tail: b"\xf0\x9f" + tail))
def test_beginnings_of_characters_are_what_the_oracle_says(data):
    assert in_pieces(data, [1]).finish().tolist() == oracle(data)


@given(st.text())
def test_a_string_has_one_token_per_character(text):
    assert tokenise(text).tolist() == [TOKEN_OF.get(character, 97) for character in text]


def test_a_lone_surrogate_is_one_character():
    assert tokenise("a\ud800b").tolist() == [65, 97, 66]


@given(st.lists(st.integers(0, VOCABULARY - 1)))
def test_tokens_survive_the_way_to_text_and_back(some):
    array = np.array(some, U8)
    assert np.array_equal(tokenise(text_of(array)), array)


@given(st.text(st.sampled_from(sorted(TOKEN_OF))))
def test_text_inside_the_vocabulary_survives_the_way_to_tokens_and_back(text):
    assert text_of(tokenise(text)) == text


def test_carriage_returns_are_kept_as_unknown():
    assert tokenise("a\r\n").tolist() == [65, UNKNOWN, 95]


@pytest.mark.parametrize("expected", [0, 1, 1000, 3 * BLOCK])
def test_a_buffer_holds_more_than_a_block(expected):
    data = (PROSE * (2 * BLOCK // len(PROSE))).encode()
    buffer = TokenBuffer(expected)
    for begin in range(0, len(data), 100_003):
        buffer.append(data[begin : begin + 100_003])
    result = buffer.finish()
    assert np.array_equal(result, np.tile(tokenise(PROSE), 2 * BLOCK // len(PROSE)))
    assert result.flags.c_contiguous
    assert not result.flags.writeable


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda t: t.push("text", np.zeros(4, U8)), TypeError, "got str, expected bytes or an"),
        (lambda t: t.push(b"abc", np.zeros(2, U8)), ValueError, "room for 2 tokens, expected 3"),
        (lambda t: t.push(b"abc", np.zeros(3, "i4")), TypeError, "int32, expected uint8"),
        (lambda t: t.push(np.zeros(3, "i1"), np.zeros(3, U8)), TypeError, "int8, expected uint8"),
        (lambda t: t.push(np.zeros(6, U8)[::2], np.zeros(6, U8)), ValueError, "C-contiguous"),
        (lambda t: t.push(np.zeros((1, 3), U8), np.zeros(3, U8)), ValueError, "2 dimensions"),
        (lambda t: t.push(b"abc", np.frombuffer(b"xyz", U8)), ValueError, "writeable"),
        (lambda t: t.push(bytearray(b"abc"), np.zeros(3, U8)), TypeError, "got bytearray"),
        (lambda _: native.text_of(np.array([0, 98], U8)), IndexError, "token 98, expected 0 to 97"),
        (lambda _: native.text_of(np.zeros(2, "i8")), TypeError, "int64, expected uint8"),
    ],
)
def test_the_border_refuses(call, error, message):
    with pytest.raises(error, match=message):
        call(native.Tokeniser())


def test_the_examples_of_the_docstrings():
    outcome = doctest.testmod(tokens)
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_the_validation_text_of_wikitext_2():
    if not VALID.is_file():
        pytest.skip(f"there is no {VALID}")
    buffer = corpus.read_file(VALID, progress=False)
    assert (len(buffer), buffer.outside) == (1_120_192, 818)
    assert np.array_equal(buffer.finish(), tokenise(VALID.read_bytes()))
