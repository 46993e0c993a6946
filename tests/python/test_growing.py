"""Runs of growth: what they record, how they stop, and that they go on as if never stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sparsegrow as sg
from growth_support import assert_same_model, small_corpus, small_settings
from sparsegrow.growth import checkpoint
from sparsegrow.growth.controller import Decision
from sparsegrow.growth.loop import GrowthLoop
from sparsegrow.growth.run_folder import RunError, RunFolder
from sparsegrow.growth.settings import Budget, GrowthSettings
from sparsegrow.growth.view import View
from support import DEVICE

METRICS = {
    *("seconds", "step", "chars", "train_bpc", "val_bpc", "edges", "params", "hidden"),
    *("max_depth", "max_context", "memory_neurons", "bytes", "patterns", "pattern_edges"),
    *("input_edges", "hidden_edges", "chars_per_second", "rate", "accepted", "rejected"),
    *("rolled_back", "seconds_training", "seconds_mutations", "seconds_trials"),
    "seconds_evaluation",
}
GROWTH = {
    *("seconds", "step", "round", "kind", "sub_dag", "layer", "count", "probability"),
    *("accepted", "reward", "rolled_back", "edges_added"),
}


def grow(folder, steps=60, **changes) -> sg.Run:
    settings = small_settings(**changes)
    return sg.grow(
        corpus=small_corpus(), steps=steps, out=folder, settings=settings, device=DEVICE,
        progress=False,
    )  # fmt: skip


def records(folder, name: str) -> list[dict]:
    return [json.loads(line) for line in (Path(folder) / name).read_text().splitlines()]


def test_a_run_grows_learns_and_records(tmp_path) -> None:
    run = grow(tmp_path / "run", steps=120)
    first, last = run.metrics[0], run.metrics[-1]
    assert last["edges"] > first["edges"] == 19_306
    assert last["val_bpc"] < 3 < first["val_bpc"]
    assert set(last) >= METRICS
    proposals = records(tmp_path / "run", "growth.jsonl")
    assert set(proposals[0]) == GROWTH
    assert any(p["accepted"] for p in proposals)
    assert not all(p["accepted"] for p in proposals)
    assert "the paper's" in run.table()


def test_the_last_record_is_over_the_whole_held_out_text(tmp_path) -> None:
    run = grow(tmp_path / "run")
    corpus = small_corpus()
    assert run.bits_per_character == pytest.approx(run.model.bits_per_character(corpus.valid))


def test_the_same_seed_gives_the_same_bits_for_any_threads(tmp_path) -> None:
    before = sg.num_threads()
    try:
        runs = []
        for threads in (1, 2):
            sg.set_num_threads(threads)
            runs.append(grow(tmp_path / str(threads)))
    finally:
        sg.set_num_threads(before)
    assert_same_model(runs[0].model, runs[1].model)
    assert_differ(grow(tmp_path / "other", seed=1).model, runs[0].model)


def assert_differ(a: sg.CharModel, b: sg.CharModel) -> None:
    with pytest.raises(AssertionError):
        assert_same_model(a, b)


@pytest.mark.parametrize("controller", ["reinforce", "random", "greedy"])
def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path, controller: str) -> None:
    whole = grow(tmp_path / "whole", steps=90, controller=controller)
    stop_after(tmp_path / "cut", rounds=5, steps=90, controller=controller)
    resumed = sg.resume(tmp_path / "cut", corpus=small_corpus(), progress=False)
    assert_same_model(whole.model, resumed.model)
    assert len(whole.metrics) == len(resumed.metrics)
    assert whole.metrics[-1]["rate"] == resumed.metrics[-1]["rate"]
    kinds = [(p["kind"], p["accepted"]) for p in records(tmp_path / "whole", "growth.jsonl")]
    again = [(p["kind"], p["accepted"]) for p in records(tmp_path / "cut", "growth.jsonl")]
    assert kinds == again


def stop_after(folder, rounds: int, **changes) -> None:
    """A run that is stopped in the middle of a later round, as by Ctrl-C."""

    class Stop(View):
        def training(self, figures, standing) -> None:
            if figures["round"] >= rounds:
                raise KeyboardInterrupt

    steps = changes.pop("steps")
    settings, corpus = small_settings(**changes), small_corpus()
    from sparsegrow.growth import growing

    budget = Budget(steps=steps)
    model = sg.CharModel(seed=settings.seed, device=DEVICE)
    config = growing.config_of(settings, budget, corpus, model.device)
    files = RunFolder(folder)
    files.make()
    files.begin(config)
    loop = GrowthLoop(model.net, corpus, settings, files, budget, Stop(), config)
    with pytest.raises(KeyboardInterrupt):
        loop.run()


def test_a_killed_run_goes_on(tmp_path) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from growth_support import small_corpus, small_settings\n"
        "import sparsegrow as sg\n"
        "sg.grow(corpus=small_corpus(), steps=100000, out=sys.argv[1],\n"
        "        settings=small_settings(), progress=False)\n"
    )
    here = str(Path(__file__).parent)
    folder = tmp_path / "run"
    process = subprocess.Popen([sys.executable, "-c", script, str(folder), here])
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and lines_in(folder / "metrics.jsonl") < 12:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with (folder / "metrics.jsonl").open("ab") as file:  # as if killed while writing
        file.write(b'{"seconds": 1')
    run = sg.resume(folder, steps=20, corpus=small_corpus(), progress=False)
    steps = [record["step"] for record in run.metrics]
    assert len(steps) >= 12
    assert run.metrics[-1]["val_bpc"] < 4


def lines_in(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_learning_goes_on_with_another_text(tmp_path) -> None:
    grow(tmp_path / "run")
    other = small_corpus(7)
    run = sg.resume(tmp_path / "run", steps=40, corpus=other, progress=False)
    assert run.bits_per_character == pytest.approx(run.model.bits_per_character(other.valid))
    steps = run.metrics[-1]["step"]
    again = sg.resume(tmp_path / "run", steps=20, corpus=other, progress=False)
    assert again.metrics[-1]["step"] == steps + 20


def test_a_run_that_is_over_stays_as_it_is(tmp_path) -> None:
    run = grow(tmp_path / "run")
    again = sg.resume(tmp_path / "run", corpus=small_corpus(), progress=False)
    assert_same_model(run.model, again.model)
    assert len(run.metrics) == len(again.metrics)


def test_limits_are_kept(tmp_path) -> None:
    run = grow(tmp_path / "params", steps=150, max_params=60_000)
    assert 38_808 < run.model.net.parameters <= 60_000
    run = grow(tmp_path / "bytes", steps=60, max_bytes=1)
    assert run.model.net.parameters == 38_808


def test_the_papers_mutations_have_no_patterns(tmp_path) -> None:
    run = grow(tmp_path / "run", mutations="paper")
    assert run.model.net.patterns == 0
    assert run.model.net.edges > 19_306
    kinds = {p["kind"] for p in records(tmp_path / "run", "growth.jsonl")}
    assert kinds <= {"widen", "deepen", "expand_context", "activate_memory", "prune"}


def test_a_round_that_made_things_worse_is_rolled_back(tmp_path) -> None:
    run = grow(tmp_path / "run", steps=60, tolerance=-10.0)
    proposals = records(tmp_path / "run", "growth.jsonl")
    assert all(p["rolled_back"] == p["accepted"] for p in proposals)
    assert run.metrics[-1]["rolled_back"] == sum(p["accepted"] for p in proposals) > 0
    assert run.model.net.edges == 19_306


def test_divergence_stops_the_run_with_its_last_checkpoint(tmp_path) -> None:
    with pytest.raises(RuntimeError, match="the loss is"):
        grow(tmp_path / "run", input_rate=1e30, hidden_rate=1e30, cell_rate=1e30)
    model = sg.load(tmp_path / "run" / "model.safetensors")
    assert np.isfinite(model.bits_per_character("the sea"))


def test_a_folder_is_used_once(tmp_path) -> None:
    grow(tmp_path / "run", steps=6)
    with pytest.raises(RunError, match="holds a run already"):
        grow(tmp_path / "run", steps=6)
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunError, match="cannot be made"):
        grow(tmp_path / "file", steps=6)
    with pytest.raises(RunError, match="no such folder"):
        sg.resume(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunError, match=r"has no model\.safetensors"):
        sg.resume(tmp_path / "empty")


def test_damaged_runs_are_refused(tmp_path) -> None:
    grow(tmp_path / "run", steps=12)
    path = tmp_path / "run" / "model.safetensors"
    whole = path.read_bytes()
    saved = checkpoint.read(path)
    config = saved.run["config"]
    strands = {**config, "settings": {**config["settings"], "strands": 8}}
    odd = {**config["settings"], "candidates": {"oddity": 1}}
    unknown = {**config, "budget": {"hours": 1}}, {**config, "settings": odd}
    for damaged in (None, [], {}, {**config, "settings": None}, strands, *unknown):
        checkpoint.write(path, replace(saved, run={**saved.run, "config": damaged}))
        with pytest.raises(ValueError, match=r"damaged|lacks"):
            sg.resume(tmp_path / "run", corpus=small_corpus())
    games = [
        ("progress", "seconds", "long"),
        ("progress", "peak_bytes", 0.5),
        ("last round", "loss", None),
        ("last round", "class_loss", [1.0]),
        ("last round", "class_count", ["many"] * 98),
        ("last round", "class_count", [2**70] * 98),
        ("last round", "class_loss", [-1.0] * 98),
    ]
    for what, name, value in games:
        part = {"progress": "progress", "last round": "training"}[what]
        changed = {**saved.run, part: {**saved.run[part], name: value}}
        checkpoint.write(path, replace(saved, run=changed))
        with pytest.raises(ValueError, match=f"{what} is damaged: {name}"):
            sg.resume(tmp_path / "run", steps=6, corpus=small_corpus())
    path.write_bytes(whole)
    with pytest.raises(RunError, match="given in memory"):
        sg.resume(tmp_path / "run", steps=6)
    (tmp_path / "run" / "metrics.jsonl").write_bytes(b"")
    with pytest.raises(RunError, match="the checkpoint knows of"):
        sg.resume(tmp_path / "run", steps=6, corpus=small_corpus())


@pytest.mark.parametrize(
    "changes",
    [
        {"mutations": "some"},
        {"max_params": 0},
        {"anneal": 2.0},
        {"streams": 7},
        {"window": 0},
        {"seed": -1},
        {"first_round": 0},
        {"round_growth": 0.9},
        {"cooling": float("nan")},
        {"hidden_rate": "fast"},
        {"epsilon": 0},
        {"least_gain": None},
    ],
)
def test_settings_are_checked(tmp_path, changes) -> None:
    with pytest.raises(ValueError, match="got"):
        grow(tmp_path / "run", **changes)


@pytest.mark.parametrize(
    "given",
    [
        {"steps": np.int64(2)},
        {"minutes": np.float32(1e-4)},
        {"steps": 2, "settings": small_settings(seed=np.int64(3), max_params=np.int64(50_000))},
    ],
)
def test_numpys_numbers_are_numbers(tmp_path, given) -> None:
    out, corpus = tmp_path / "run", small_corpus()
    sg.grow(corpus=corpus, out=out, progress=False, **{"settings": small_settings(), **given})
    run = sg.resume(out, steps=np.int64(2), corpus=corpus, progress=False)
    assert run.metrics[-1]["step"] >= 2


def test_budget() -> None:
    with pytest.raises(ValueError, match="one of them only"):
        Budget()
    for wrong in ({"minutes": 0}, {"minutes": "2"}, {"steps": 0}, {"steps": 1.5}):
        with pytest.raises(ValueError, match="got"):
            Budget(**wrong)
    settings, budget = GrowthSettings(anneal=0.5, last_rate=0.1), Budget(steps=100)
    assert [budget.rate(used, settings) for used in (0, 0.5, 0.75, 1.0)] == [1, 1, 0.5, 0.1]


def test_decisions_are_what_the_engine_takes() -> None:
    proposal = Decision("widen", 3, 1, 2, 9, cost=4).proposal()
    assert (proposal.kind, proposal.sub_dag, proposal.layer) == ("widen", 3, 1)
    assert (proposal.count, proposal.seed) == (2, 9)
