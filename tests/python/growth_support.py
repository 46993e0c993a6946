"""A small text and small settings, for tests of growing models."""

from functools import cache

import numpy as np

import sparsegrow as sg
from sparsegrow.growth.settings import GrowthSettings
from sparsegrow.text.corpus import Corpus
from sparsegrow.text.tokens import tokenise

WORDS = ["the", "sun", "and", "sea,", "a", "man", "or", "ship;", "we", "saw", "go.", "It\tis\n"]


@cache
def small_corpus(seed: int = 0) -> Corpus:
    """Words in an order that follows a rule, so that there is something to learn."""
    rng = np.random.default_rng(seed)
    words = [WORDS[int(k)] for k in np.cumsum(rng.integers(1, 3, 4000)) % len(WORDS)]
    tokens = tokenise(" ".join(words))
    cut = len(tokens) * 9 // 10
    return Corpus(f"small {seed}", tokens[:cut], tokens[cut:], 0)


def small_settings(**changes) -> GrowthSettings:
    """Short rounds that are saved each time."""
    given = {
        "streams": 8,
        "window": 16,
        "first_round": 6,
        "longest_round": 10,
        "trial_chars": 2000,
        "checkpoint_seconds": 0.0,
        **changes,
    }
    return GrowthSettings(**given)


def assert_same_model(a: sg.CharModel, b: sg.CharModel) -> None:
    """Bit for bit, the graph too."""
    ours, theirs = a.net.arrays(), b.net.arrays()
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert np.array_equal(ours[name], theirs[name]), name
