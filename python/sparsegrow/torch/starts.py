"""Start topologies and start values of one layer, by name."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sparsegrow import _sparsegrow as native
from sparsegrow.base.requirements import require_integer, require_number
from sparsegrow.layered.wiring import generator

Int32 = NDArray[np.int32]
Pattern = tuple[Int32, Int32]

# Name -> the number that may follow it after a colon, as in "small_world:0.5"; None: no number.
STARTS = {"er": None, "small_world": 0.25, "scale_free": 2.76, "receptive_field": 0.25}
INITS = {"swi": math.sqrt(2.0), "normal": 0.1, "zero": None}

DEFAULT_EPSILON = 20.0
PATTERN_STREAM = 0
VALUE_STREAM = 1


def parse_choice(name: str, text: Any, choices: dict[str, float | None]) -> tuple[str, float]:
    """Return the name and the number of a setting such as "normal:0.1"."""
    kind, colon, number = text.partition(":") if isinstance(text, str) else (None, "", "")
    if kind not in choices or (colon and choices[kind] is None):
        raise ValueError(f"{name}: got {text!r:.80}, expected one of {', '.join(choices)}")
    try:
        value = float(number) if colon else float(choices[kind] or 0.0)
    except ValueError:
        raise ValueError(f"{name}: got {text!r:.80}, expected a number after the colon") from None
    if not math.isfinite(value):
        raise ValueError(f"{name}: got {text!r:.80}, expected a finite number after the colon")
    return kind, value


def seed_or_draw(seed: int | None) -> int:
    """Return a seed, drawn from PyTorch's generator if none is given."""
    if seed is None:
        return int(torch.randint(2**62, (), device="cpu"))
    return require_integer("seed", seed, 0, 2**63 - 1)


def count_links(inputs: int, outputs: int, density: float | None, epsilon: float | None) -> int:
    """Return how many links a layer starts with."""
    if density is not None and epsilon is not None:
        raise ValueError("density, epsilon: got both, expected one of them")
    if density is not None:
        require_number("density", density, 0.0, 1.0, low_open=True)
        return native.links_uniform([inputs, outputs], density)[0]
    given = DEFAULT_EPSILON if epsilon is None else epsilon
    require_number("epsilon", given, 0.0, math.inf, low_open=True)
    return native.links_by_epsilon([inputs, outputs], given)[0]


def draw_pattern(start: Any, inputs: int, outputs: int, links: int, seed: int) -> Pattern:
    """Return the start topology (row_begin, column): by name, or from samples of the inputs."""
    if isinstance(start, torch.Tensor):
        samples = start.detach().float().contiguous().numpy()
        return native.correlated_features(samples, inputs, outputs, links, seed, PATTERN_STREAM)
    kind, number = parse_choice("start", start, STARTS)
    shape = inputs, outputs, links
    if kind == "small_world":
        return native.small_world(*shape, number, seed, PATTERN_STREAM)
    if kind == "scale_free":
        return native.scale_free(*shape, number, seed, PATTERN_STREAM)
    if kind == "receptive_field":
        return native.receptive_field(*shape, number, "fixed", seed, PATTERN_STREAM)
    return native.erdos_renyi(*shape, seed, PATTERN_STREAM)


def draw_values(
    init: str, pattern: Pattern, inputs: int, seed: int, stream: int = VALUE_STREAM
) -> NDArray[Any]:
    """Return a start value for each link."""
    kind, number = parse_choice("init", init, INITS)
    row_begin, column = pattern
    if kind == "swi":
        return native.swi_weights(row_begin, column, inputs, "neuron", number, seed, stream)
    if kind == "normal":
        return number * generator(seed, stream).standard_normal(len(column))
    return np.zeros(len(column), dtype=np.float32)
