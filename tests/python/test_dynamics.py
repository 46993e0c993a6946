"""Networks whose topology changes while they train: counts, resuming, settings, starts."""

import os
import signal

import numpy as np
import pytest

import sparsegrow as sg
from sparsegrow.layered.dynamics import METHODS, Dynamics, dynamics_of
from support import DEVICE

CHANGING = tuple(METHODS)
STARTS = ("er", "small_world", "scale_free", "receptive_field")


def data(samples=300, features=16, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(samples, features)).astype(np.float32)
    return x, np.digitize(x[:, 0] * x[:, 1], [-0.3, 0.3]).astype(np.int64) % classes


def model(topology="set", **options):
    given = {"density": 0.2, "batch_size": 32, "seed": 3, "device": DEVICE, **options}
    return sg.SparseMLP([16, 40, 40, 3], topology=topology, **given)


def links(net):
    return [net._engine.pattern(span) for span in net._engine.spans()]


def same(a, b):
    ours, theirs = a._engine.tensors(), b._engine.tensors()
    return set(ours) == set(theirs) and all(np.array_equal(ours[k], theirs[k]) for k in ours)


def fit(net, epochs, **options):
    return net.fit(*data(), epochs, progress=False, **options)


@pytest.mark.parametrize("topology", CHANGING)
def test_links_move_and_their_number_stays(topology) -> None:
    net = model(topology, dynamics={"every": 5})
    before = links(net)
    counts = [len(column) for _, column in before]
    fit(net, 4)
    after = links(net)
    assert [len(column) for _, column in after] == counts
    moved = [not np.array_equal(a[1], b[1]) for a, b in zip(before, after, strict=True)]
    assert all(moved)


def test_updates_come_after_each_epoch_but_the_last() -> None:
    net, seen = model(), []

    def look(model, record):
        seen.append([column.copy() for _, column in links(model)])

    start = [column for _, column in links(net)]
    fit(net, 3, callbacks=[look])
    same_as_start = [np.array_equal(a, b) for a, b in zip(start, seen[0], strict=True)]
    assert all(same_as_start)  # measured before the first update
    assert not np.array_equal(seen[0][0], seen[1][0])
    final = [column for _, column in links(net)]
    assert all(np.array_equal(a, b) for a, b in zip(seen[2], final, strict=True))


def test_static_stays() -> None:
    net = model("static")
    before = links(net)
    fit(net, 3)
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(before, links(net), strict=True))


@pytest.mark.parametrize("topology", CHANGING)
@pytest.mark.parametrize("stop", [10, 13, 20])
def test_resumed_runs_are_the_same_to_the_bit(topology, stop, tmp_path, monkeypatch) -> None:
    """Stopped in an epoch, at its end where an update is due, and between two updates."""
    options = {"dynamics": {"every": 10}, "optimizer": "sgd"}
    whole = fit(model(topology, **options), 4)
    halted, path = model(topology, **options), tmp_path / "m.safetensors"
    train = halted._engine.train

    def until(x, y, order):
        left = stop - halted._engine.network.steps
        record = train(x, y, order[: 32 * left])
        if halted._engine.network.steps >= stop:
            raise KeyboardInterrupt
        return record

    monkeypatch.setattr(halted._engine, "train", until)
    with pytest.raises(KeyboardInterrupt):
        fit(halted, 4, checkpoint=path)
    resumed = sg.SparseMLP.resume(path)
    # The halted call's sums are lost with it; weights and links are what counts.
    assert resumed._engine.network.steps == stop
    fit(resumed, 4)
    assert same(resumed, whole)


def test_ctrl_c_in_the_last_steps_of_an_epoch_keeps_its_record(tmp_path, monkeypatch) -> None:
    """The signal comes while the engine computes, so it is seen when the epoch's steps are done."""
    whole = fit(model(), 3)
    halted, path = model(), tmp_path / "m.safetensors"
    train = halted._engine.train

    def interrupted(x, y, order):
        record = train(x, y, order)
        if halted._engine.network.steps == 10:
            os.kill(os.getpid(), signal.SIGINT)
        return record

    monkeypatch.setattr(halted._engine, "train", interrupted)
    usual = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a background shell ignores it
    try:
        with pytest.raises(KeyboardInterrupt):
            fit(halted, 3, checkpoint=path)
    finally:
        signal.signal(signal.SIGINT, usual)
    resumed = sg.SparseMLP.resume(path)
    assert [record.epoch for record in resumed.history] == [1]
    fit(resumed, 3)
    assert [record.epoch for record in resumed.history] == [1, 2, 3]
    assert [r.loss for r in resumed.history] == [r.loss for r in whole.history]
    assert same(resumed, whole)


def test_threads_change_nothing() -> None:
    nets = []
    for threads in (1, 3):
        sg.set_num_threads(threads)
        nets.append(fit(model("ch3l3", dynamics={"choice": "sampled", "removal": "sampled"}), 4))
    sg.set_num_threads(1)
    assert same(*nets)


def test_seeds_change_the_links() -> None:
    nets = [fit(model("random", seed=seed), 3) for seed in (1, 2)]
    assert not np.array_equal(links(nets[0])[0][1], links(nets[1])[0][1])


def test_dense_last_stays_dense() -> None:
    net = model(dense_last=True)
    fit(net, 3)
    assert len(links(net)[-1][1]) == 40 * 3
    assert len(links(net)[0][1]) < 16 * 40


def test_frozen_layers_stay() -> None:
    """A threshold of zero freezes each layer at its first new link that was there before."""
    net = model("rigl", dynamics={"every": 5, "freeze": 0.0, "fraction": 0.5})
    fit(net, 4)
    assert net._run.frozen > 0


@pytest.mark.parametrize("ramp", ["sigmoid", "cubic"])
def test_density_falls_to_where_it_shall_be(ramp) -> None:
    dynamics = {"start_density": 0.5, "ramp": ramp, "every": 4, "removal": "relative"}
    net, counts = model("ch3l3", dynamics=dynamics), []
    cells = 16 * 40 + 40 * 40 + 40 * 3
    assert net.nnz == pytest.approx(0.5 * cells, abs=3)
    fit(net, 5, callbacks=[lambda net, record: counts.append(net.nnz) or False])
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) > 2
    assert net.nnz == model().nnz


@pytest.mark.parametrize("start", STARTS)
def test_starts_have_as_many_links(start) -> None:
    assert model(start=start).nnz == model().nnz


def test_correlated_features_follow_the_data() -> None:
    x, y = data()
    x[:, 8:] = x[:, :8]
    net = sg.SparseMLP([16, 32, 3], density=0.03125, start="csti", dense_last=True, topology="set")
    before = net.nnz
    net.fit(x, y, epochs=1, progress=False)
    begin, column = links(net)[0]
    rows = np.repeat(np.arange(32), np.diff(begin))
    assert net.nnz == before
    assert (np.abs(column - rows % 16) == 8).all()


def test_pickled_models_go_on_alike() -> None:
    import pickle

    net = fit(model("rigl"), 2)
    copy = pickle.loads(pickle.dumps(net))
    assert same(fit(net, 2), fit(copy, 2))


def test_learning_beats_chance_by_far() -> None:
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    x = np.ascontiguousarray(x / 16, np.float32)
    for topology in ("set", "ch3l3"):
        net = sg.SparseMLP([64, 200, 200, 10], density=0.05, dense_last=True, topology=topology)
        net.fit(x[:1400], y[:1400], epochs=20, progress=False)
        assert net.score(x[1400:], y[1400:]) > 0.85
        assert 0 < net.alive_fraction <= 1


def test_defaults_follow_the_method() -> None:
    assert model("rigl").config.dynamics == Dynamics(
        regrowth="gradient", decay="cosine", every=100, until=0.75
    )
    assert model("static").config.dynamics is None
    assert model("ch2l3").config.dynamics.score == "ch2_path"
    given = Dynamics(fraction=0.1)
    assert model("set", dynamics=given).config.dynamics.fraction == 0.1


WRONG = [
    ({"topology": "sett"}, "topology: got 'sett'"),
    ({"dynamics": {"fraction": 1.5}}, "dynamics: fraction: got 1.5, expected 0 to 1"),
    ({"dynamics": {"fraction": True}}, "dynamics: fraction: got True"),
    ({"dynamics": {"zeta": 0.3}}, "dynamics: got zeta, expected some of chain_removal"),
    ({"dynamics": {"every": -1}}, "dynamics: every: got -1"),
    ({"dynamics": {"removal": "none"}}, "dynamics: removal: got 'none', expected one of"),
    ({"dynamics": {"chain_removal": 1}}, "dynamics: chain_removal: got 1"),
    ({"topology": "static", "dynamics": {"every": 1}}, "topology='static' does not change"),
    ({"dynamics": {"start_density": 0.5}}, "start_density: needs another removal"),
    ({"start": "ring"}, "start: got 'ring'"),
    ({"start_randomness": 2.0}, "start_randomness: got 2"),
    ({"start": "csti"}, "multiples of the 16 inputs"),
    ({"dense_last": 1}, "dense_last: got 1"),
]


@pytest.mark.parametrize(("options", "message"), WRONG)
def test_wrong_settings_are_refused(options, message) -> None:
    with pytest.raises(ValueError, match=message):
        model(**{"topology": "set", **options})


def test_dynamics_of_another_kind_are_refused() -> None:
    with pytest.raises(TypeError, match="dynamics: got list"):
        dynamics_of("set", [1])


@pytest.mark.parametrize("method", [*CHANGING, "static", "dense"])
def test_command_line(method, capsys) -> None:
    import json

    from sparsegrow.cli import main

    words = ["fit", "--data", "iris", "--method", method, "--hidden", "30", "30", "--json"]
    words += [] if method == "dense" else ["--density", "0.2", "--dense-last"]
    words += ["--every", "3", "--chain-removal", "--fraction", "0.2"] if method in METHODS else []
    assert main([*words, "--epochs", "3"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["method"] == method
    assert 0 < facts["alive"] <= 1
    assert len(facts["accuracy_per_epoch"]) == 3


def test_command_line_mistake(capsys) -> None:
    from sparsegrow.cli import main

    assert main(["fit", "--data", "iris", "--method", "static", "--fraction", "0.2"]) == 2
    assert "topology='static' does not change" in capsys.readouterr().err


def test_a_ramp_ends_at_the_density_whatever_would_be_frozen() -> None:
    net = model("random", dynamics={"start_density": 0.6, "freeze": 0.0, "every": 4})
    assert fit(net, 6).nnz == model().nnz


def test_a_ramp_without_an_update_is_refused() -> None:
    net = model("random", dynamics={"start_density": 0.6})
    with pytest.raises(ValueError, match="start_density: no update falls due in 10 steps"):
        fit(net, 1)
    assert net._run is None
