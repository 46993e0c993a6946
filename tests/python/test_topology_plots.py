"""Degrees, power laws and their pictures."""

import numpy as np
import pytest

import sparsegrow as sg
from sparsegrow.base.pictures import save
from sparsegrow.layered.topology_plots import (
    degree_picture,
    drawn,
    input_degrees,
    input_picture,
    neuron_degrees,
    power_law,
)


def model(**options) -> sg.SparseMLP:
    return sg.SparseMLP([16, 60, 60, 3], density=0.1, seed=1, **options)


def test_degrees_add_up_to_the_edges() -> None:
    net = model()
    edges = [len(net.edges(k)[0]) for k in range(3)]
    assert input_degrees(net).shape == (16,)
    assert input_degrees(net).sum() == edges[0]
    assert neuron_degrees(net).shape == (120,)
    assert neuron_degrees(net).sum() == edges[0] + 2 * edges[1] + edges[2]
    assert neuron_degrees(sg.SparseMLP([4, 2], density=0.5)).shape == (0,)


@pytest.mark.parametrize("exponent", [2.2, 3.0])
def test_a_power_law_is_found_again(exponent) -> None:
    degrees = drawn(exponent, 4, 4000, np.random.default_rng(0))
    law = power_law(degrees)
    assert law is not None
    assert law.exponent == pytest.approx(exponent, abs=0.15)
    assert law.p_value > 0.1
    assert law.tail <= 4000


@pytest.mark.parametrize("shape", ["all alike likely", "two heaps"])
def test_what_is_no_power_law_is_not_taken_for_one(shape) -> None:
    random = np.random.default_rng(0)
    degrees = random.integers(1, 100, 3000)
    if shape == "two heaps":
        degrees = np.where(random.random(3000) < 0.5, 20, 40) + degrees % 5
    law = power_law(degrees)
    assert law is not None
    assert law.p_value < 0.1


def test_too_few_or_equal_degrees_have_no_law() -> None:
    assert power_law(np.arange(1, 20)) is None
    assert power_law(np.full(500, 7)) is None
    assert power_law(np.zeros(500, np.int64)) is None


def test_pictures(tmp_path) -> None:
    net = model()
    maps = {"start": input_degrees(net), "later": input_degrees(net)[::-1]}
    save(input_picture(maps, (4, 4)), tmp_path / "inputs.png")
    degrees = {"random": neuron_degrees(net), "hubs": neuron_degrees(model(start="scale_free"))}
    save(degree_picture(degrees), tmp_path / "degrees.png")
    for name in ("inputs", "degrees"):
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_pictures_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="maps: got 16 inputs, expected a multiple of 25"):
        input_picture({"start": input_degrees(model())}, (5, 5))
    with pytest.raises(ValueError, match="maps: got none"):
        input_picture({}, (4, 4))
