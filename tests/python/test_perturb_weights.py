"""Perturbation: what is done to the weights, neurons alive, and what makes a curve."""

import functools
import json

import numpy as np
import pytest

from sparsegrow.layered.perturbation.alive import alive_neurons
from sparsegrow.layered.perturbation.curves import Curve
from sparsegrow.layered.perturbation.levels import FRACTIONS, SIGMAS, analyses_for, usual_groups
from sparsegrow.layered.perturbation.weights import (
    PRUNING,
    Analysis,
    bin_sizes,
    disturbed,
    drawn_for,
    noisy,
    shuffled,
)
from support import dense_of, pattern, random_pattern, rng

POOLS = [slice(0, 40), slice(40, 97)]


def weights_of(count=100, dtype=np.float32):
    return rng(5).normal(size=count).astype(dtype)


def states(analysis, weights, pools=POOLS, seed=1, repeat=0):
    return list(disturbed(analysis, weights, pools, seed, repeat))


def bits(array):
    return array.tobytes()


# --- what is done to the weights


@pytest.mark.parametrize("shuffle_mode", ["signed", "magnitude"])
@pytest.mark.parametrize("noise", ["additive", "multiplicative"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_level_0_is_the_identity(shuffle_mode, noise, dtype):
    weights = weights_of(dtype=dtype)
    weights[7], weights[8] = 0.0, -0.0
    for analysis in analyses_for("all", None, 57, shuffle_mode, noise):
        found = states(analysis, weights)
        assert len(found) == len(analysis.levels)
        assert bits(found[0].weights) == bits(weights)
        assert all(state.weights.dtype == dtype for state in found)
        assert all(bits(state.weights[97:]) == bits(weights[97:]) for state in found)


@pytest.mark.parametrize("kind", PRUNING)
def test_removals_are_nested_and_counted(kind):
    weights, before = weights_of(), None
    for fraction, state in zip(FRACTIONS, states(Analysis(kind, FRACTIONS), weights), strict=True):
        gone = ~state.kept
        for pool in POOLS:
            links = pool.stop - pool.start
            assert gone[pool].sum() == round(100 * fraction) * links // 100
        assert not gone[97:].any()
        assert (state.weights == np.where(gone, 0, weights)).all()
        assert before is None or gone[before].all()
        before = gone


def test_order_of_removal():
    weights = weights_of()
    weak, strong = (
        states(Analysis(kind, (0.0, 0.5)), weights)[1].kept
        for kind in ("prune_weak", "prune_strong")
    )
    for pool in POOLS:
        size = np.abs(weights[pool])
        assert size[~weak[pool]].max() < size[weak[pool]].min()
        assert size[~strong[pool]].min() > size[strong[pool]].max()


@pytest.mark.parametrize("kind", ["prune_weak", "prune_strong"])
def test_ties_go_by_index(kind):
    kept = states(Analysis(kind, (0.0, 0.5)), np.ones(10), [slice(0, 10)])[1].kept
    assert kept.tolist() == [False] * 5 + [True] * 5


def test_fractions_are_meant_as_written():
    kept = states(Analysis("prune_weak", (0.0, 0.29)), np.ones(100), [slice(0, 100)])[1].kept
    assert (~kept).sum() == 29  # 0.29 * 100 is 28.999...


def test_repeats_and_kinds_draw_from_streams_of_their_own():
    drawn = [
        drawn_for(kind, seed, repeat, level).random()
        for kind in ("prune_random", "shuffle", "gaussian")
        for seed in (0, 1)
        for repeat in (0, 1)
        for level in (0, 1)
    ]
    assert len(set(drawn)) == len(drawn)


@pytest.mark.parametrize(("links", "groups"), [(10, 3), (10, 10), (10, 1), (3, 8), (0, 4)])
def test_bins_differ_by_one_at_most(links, groups):
    sizes = bin_sizes(links, groups)
    assert sizes.sum() == links
    assert sizes.max() - sizes.min() <= 1
    assert len(sizes) == max(1, min(links, groups))


@pytest.mark.parametrize("groups", [1, 2, 4, 7, 32, 57])
@pytest.mark.parametrize("mode", ["signed", "magnitude"])
def test_shuffling_keeps_each_bin(groups, mode):
    weights = weights_of()
    found = shuffled(weights, POOLS, groups, mode, rng(2))
    assert bits(found[97:]) == bits(weights[97:])
    for pool in POOLS:
        old, new = weights[pool], found[pool]
        order = np.argsort(np.abs(old), kind="stable")
        ends = np.cumsum(bin_sizes(len(old), groups))[:-1]
        for before, after in zip(
            np.split(old[order], ends), np.split(new[order], ends), strict=True
        ):
            if mode == "magnitude":
                assert (np.sign(before) == np.sign(after)).all()
                before, after = np.abs(before), np.abs(after)
            assert (np.sort(before) == np.sort(after)).all()
        assert groups >= len(old) or bits(old) != bits(new)


def test_shuffling_is_uniform():
    weights = np.array([1.0, -2.0, 3.0])
    drawn = [
        tuple(shuffled(weights, [slice(0, 3)], 1, "signed", drawn_for("shuffle", 0, r, 1)))
        for r in range(6000)
    ]
    found, counts = np.unique(np.array(drawn), axis=0, return_counts=True)
    assert len(found) == 6
    assert np.abs(counts - 1000).max() < 150  # 5 standard deviations


@pytest.mark.parametrize("mode", ["additive", "multiplicative"])
def test_power_of_noise(mode):
    weights, pool = rng(1).normal(size=400_000), slice(0, 400_000)
    noise = rng(2).standard_normal(400_000)
    for sigma in SIGMAS[1:]:
        found = noisy(weights, [pool], sigma, mode, noise)
        ratio = np.square(found).sum() / np.square(weights).sum()
        assert ratio == pytest.approx(1 + sigma**2, rel=0.01)


def test_noise_is_the_same_at_all_levels():
    weights = weights_of(dtype=np.float64)
    found = states(Analysis("gaussian", (0.0, 0.5, 2.0), mode="additive"), weights)
    half, double = (state.weights - weights for state in found[1:])
    assert np.allclose(4 * half, double)
    assert half[97:].tolist() == [0] * 3
    ratio = half[POOLS[0]].std() / half[POOLS[1]].std()
    assert ratio == pytest.approx(weights[POOLS[0]].std() / weights[POOLS[1]].std(), rel=0.5)


# --- neurons alive


def test_chain_removal_by_hand():
    layers = [  # sources of each target
        pattern(4, [[0], [1], [0, 2], []]),
        pattern(3, [[0], [3], [1]]),
        pattern(2, [[0], [2]]),
    ]
    kept = np.ones(9, dtype=bool)
    assert alive_neurons(layers, kept) == 4
    kept[0] = False
    assert alive_neurons(layers, kept) == 2


@pytest.mark.parametrize("seed", range(20))
def test_neurons_alive_lie_on_paths(seed):
    widths = [12, 15, 9, 14, 5]
    layers = [random_pattern(*widths[k : k + 2], 0.15, seed=10 * seed + k) for k in range(4)]
    ends = np.cumsum([len(column) for _, column in layers])[:-1]
    kept = rng(seed).random(sum(len(column) for _, column in layers)) < 0.7
    dense = [dense_of(widths[k], *layers[k], there) for k, there in enumerate(np.split(kept, ends))]
    count = 0
    for layer in range(1, 4):
        paths_in = functools.reduce(lambda paths, w: w @ paths, dense[:layer], np.ones(12))
        paths_out = functools.reduce(
            lambda paths, w: w.T @ paths, dense[: layer - 1 : -1], np.ones(5)
        )
        count += int(((paths_in > 0) & (paths_out > 0)).sum())
    assert 0 < count < 38
    assert alive_neurons(layers, kept) == count


# --- curves


def curve_of(score, levels, chance=0.0):
    score = np.array(score, dtype=float)
    return Curve(Analysis("prune_weak", levels), score, score, None, None, chance)


def test_area_and_half_way_point_by_hand():
    curve = curve_of([[1.0, 0.8, 0.2]], (0.0, 1.0, 2.0))
    assert curve.auc["median"] == pytest.approx((0.9 + 0.5) / 2)
    assert curve.p50 == pytest.approx(1.5)
    assert curve.at(0.5) == pytest.approx(0.9)
    assert curve.at(3.0) is None
    assert curve_of([[1.0, 0.8, 0.2]], (0.0, 1.0, 2.0), chance=0.2).p50 == pytest.approx(4 / 3)


def test_half_way_point_that_is_never_reached_or_passed_at_once():
    assert curve_of([[1.0, 0.6]], (0.0, 1.0)).p50 is None
    assert curve_of([[1.0, 0.5]], (0.0, 1.0)).p50 is None  # not below
    assert curve_of([[0.1, 0.1]], (0.0, 1.0), chance=0.5).p50 == 0.0


def test_quartiles_over_runs():
    curve = curve_of([[k, 0.0] for k in range(5)], (0.0, 1.0))
    assert curve.auc == {"q25": 0.5, "median": 1.0, "q75": 1.5}
    facts = curve.as_dict("accuracy")
    assert facts["accuracy"] == {"q25": [1.0, 0.0], "median": [2.0, 0.0], "q75": [3.0, 0.0]}
    assert facts["runs"] == 5


def test_single_level_and_infinite_loss():
    assert curve_of([[0.7]], (0.0,)).auc["median"] == pytest.approx(0.7)
    curve = Curve(
        Analysis("gaussian", (0.0, 1.0), mode="additive"),
        np.ones((2, 2)),
        np.array([[1.0, np.inf], [1.0, np.inf]]),
        None,
        None,
        0.1,
    )
    assert "Infinity" not in json.dumps(curve.as_dict("accuracy"))


def test_levels_may_come_one_by_one():
    given = {"gaussian": (k / 2 for k in range(3)), "shuffle": iter(np.array([2, 4]))}
    for kind, levels in given.items():
        (analysis,) = analyses_for(kind, levels, 8, "signed", "additive")
        assert len(analysis.levels) == 3
    (whole,) = analyses_for("gaussian", np.arange(3), 8, "signed", "additive")
    assert whole.levels == (0.0, 1.0, 2.0)


def test_usual_levels():
    assert usual_groups(10) == (10, 8, 4, 2, 1)
    assert usual_groups(8) == (8, 4, 2, 1)
    assert usual_groups(1) == (1,)
    assert len(FRACTIONS) == 21
    (analysis,) = analyses_for("shuffle", None, 64, "signed", "additive")
    assert np.allclose(analysis.levels, np.arange(7) / 6)
    (single,) = analyses_for("shuffle", None, 1, "signed", "additive")
    assert single.levels == (0.0,)
