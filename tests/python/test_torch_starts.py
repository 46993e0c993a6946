"""What a sparse layer for PyTorch starts with, and what it takes from a dense one."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # as for the engine, see conftest.py

from torch import nn  # noqa: E402

from sparsegrow.torch import SparseLinear  # noqa: E402
from support import random_pattern  # noqa: E402
from torch_support import rows_of  # noqa: E402


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"density": 0.1, "epsilon": 3}, "got both"),
        ({"density": 0.0}, "0"),
        ({"density": "a"}, "density: got 'a', expected a finite number"),
        ({"epsilon": [3]}, "epsilon: got .3., expected a finite number"),
        ({"epsilon": -1}, "epsilon|-1"),
        ({"start": "ring"}, "start: got 'ring', expected one of er,"),
        ({"start": "small_world:much"}, "expected a number"),
        ({"start": "er:2"}, "start: got 'er:2'"),
        ({"init": "uniform"}, "init: got 'uniform'"),
        ({"seed": -1}, "seed: got -1"),
        ({"start": random_pattern(20, 14, 0.5)}, "14 rows, expected 15"),
        ({"start": random_pattern(20, 15, 0.5), "density": 0.5}, "neither density nor epsilon"),
        ({"start": random_pattern(30, 15, 0.5)}, "column"),
    ],
)
def test_settings_that_do_not_fit(options, text):
    with pytest.raises(ValueError, match=text):
        SparseLinear(20, 15, **options)


@pytest.mark.parametrize("bad", [0, -3, 2.0, True])
def test_sizes_that_do_not_fit(bad):
    with pytest.raises(ValueError, match="out_features: got"):
        SparseLinear(20, bad)


def test_links_by_density_epsilon_and_default():
    assert SparseLinear(1000, 800, density=0.01).edges == 8000
    assert SparseLinear(1000, 800, epsilon=2).edges == 3600
    assert SparseLinear(1000, 800).edges == 20 * 1800
    assert SparseLinear(10, 10, epsilon=1000).density == 1


@pytest.mark.parametrize(
    "start",
    ["er", "small_world", "small_world:0", "scale_free", "scale_free:1.001", "receptive_field:0.5"],
)
def test_starts_are_drawn_from_the_seed(start):
    one, same, other = (SparseLinear(20, 15, 0.3, start=start, seed=s) for s in (1, 1, 2))
    assert one.edges == 90
    assert torch.equal(one.column, same.column)
    assert torch.equal(one.weight, same.weight)
    assert not torch.equal(one.weight, other.weight)


def test_a_start_from_samples_links_correlated_features():
    samples = torch.randn(200, 10)
    samples[:, 7] = samples[:, 2]
    sparse = SparseLinear(10, 10, density=0.02, start=samples)
    assert set(zip(rows_of(sparse).tolist(), sparse.column.tolist(), strict=True)) == {
        (2, 7),
        (7, 2),
    }


def test_without_a_seed_pytorch_s_counts():
    drawn = []
    for seed in (5, 5, 6):
        torch.manual_seed(seed)
        drawn.append([SparseLinear(30, 30, 0.1).column for _ in range(2)])
    assert torch.equal(drawn[0][0], drawn[1][0])
    assert torch.equal(drawn[0][1], drawn[1][1])
    assert not torch.equal(drawn[0][0], drawn[0][1])
    assert not torch.equal(drawn[0][0], drawn[2][0])


def test_start_values():
    wide = SparseLinear(1000, 1000, 0.02, seed=0)
    links = torch.from_numpy(np.diff(wide.pattern()[0]))[rows_of(wide)]
    deviation = (wide.weight * links.sqrt()).std().item()
    assert deviation == pytest.approx(2**0.5, rel=0.03)
    normal = SparseLinear(1000, 1000, 0.02, init="normal:0.5")
    assert normal.weight.std().item() == pytest.approx(0.5, rel=0.03)
    assert not SparseLinear(9, 9, 0.5, init="zero").weight.any()
    assert not wide.bias.any()


def test_from_dense_keeps_the_largest():
    dense = nn.Linear(20, 15)
    sparse = SparseLinear.from_dense(dense, 0.1)
    kept = sparse.to_dense()
    assert sparse.edges == 30
    smallest_kept = sparse.weight.abs().min()
    dropped = dense.weight[kept.weight == 0].abs()
    assert dropped.max() <= smallest_kept
    assert torch.equal(kept.bias, dense.bias)
    assert torch.equal(SparseLinear.from_dense(kept).to_dense().weight, kept.weight)
    assert SparseLinear.from_dense(nn.Linear(3, 2, bias=False), 1.0).bias is None
    with pytest.raises(TypeError, match="float16"):
        SparseLinear.from_dense(dense.half())


@pytest.mark.parametrize("init", ["normal:nan", "normal:inf", "swi:nan"])
def test_start_values_are_finite(init) -> None:
    with pytest.raises(ValueError, match=f"init: got '{init}', expected a finite number"):
        SparseLinear(20, 20, 0.5, init=init)
