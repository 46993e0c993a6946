"""Checkpoints with random damage: refused, or as good as any other file, never a crash."""

import struct

import numpy as np
import pytest

import sparsegrow as sg
from checkpoint_games import X, edited, signed
from support import assert_same_model


def loaded_or_refused(path, data):
    """The model of a file, None if it is refused; nothing else may come out."""
    path.write_bytes(data)
    try:
        model = sg.load(path)
    except ValueError:
        return None
    model.predict(X)
    return model


def with_other_bytes(data, random, begin, end):
    """The file with one to five bytes of a part of it replaced by others."""
    changed = bytearray(data)
    for place in random.integers(begin, end, size=random.integers(1, 6)):
        changed[place] ^= random.integers(1, 256)
    return bytes(changed)


@pytest.mark.parametrize("seed", range(4))
def test_damaged_bytes_never_make_another_model(tmp_path, original, seed):
    random = np.random.default_rng(seed)
    path = tmp_path / "m.safetensors"
    genuine = loaded_or_refused(path, original)
    (head,) = struct.unpack("<Q", original[:8])
    for _ in range(60):
        data = with_other_bytes(original, random, head + 8, len(original))
        assert loaded_or_refused(path, data) is None
        data = with_other_bytes(original, random, 0, head + 8)
        model = loaded_or_refused(path, data)  # the header may say the same in another way
        if model is not None:
            assert_same_model(model, genuine)
            assert (model.config, model.history) == (genuine.config, genuine.history)


@pytest.mark.parametrize("seed", range(4))
def test_signed_damage_loads_or_is_refused(tmp_path, original, seed):
    """Whoever signs a changed weight gets another model, and is never trusted further than that."""
    random = np.random.default_rng(seed)
    path = tmp_path / "m.safetensors"
    (head,) = struct.unpack("<Q", original[:8])
    outcomes = set()
    for _ in range(60):
        data = with_other_bytes(original, random, head + 8, len(original))
        outcomes.add(loaded_or_refused(path, signed(data)) is None)
    assert outcomes == {True, False}


def test_mutated_words_of_the_header(tmp_path, original):
    """Swaps JSON values of the header for others of any type."""
    random = np.random.default_rng(9)
    path = tmp_path / "m.safetensors"
    values = [None, True, -1, 0, 1, 2**31, 2**70, 1e308, "", "x", [], {}, [[]], [1, 2], {"a": 1}]

    def swap(header):
        place = header
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = keys[random.integers(len(keys))]
            inner = place[key]
            if isinstance(inner, dict | list) and inner and random.random() < 0.8:
                place = inner
                continue
            place[key] = values[random.integers(len(values))]
            return

    for _ in range(400):
        loaded_or_refused(path, edited(original, swap))
