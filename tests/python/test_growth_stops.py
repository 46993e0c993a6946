"""Runs of growth that are stopped where it hurts, moved to another text, or started twice."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

import sparsegrow as sg
from growth_support import assert_same_model, small_corpus, small_settings
from sparsegrow.base.files import DRAFT, remove_drafts
from sparsegrow.growth import growing
from sparsegrow.growth.growing import fingerprint
from sparsegrow.growth.loop import GrowthLoop
from sparsegrow.growth.run_folder import METRICS, RunError, RunFolder
from sparsegrow.growth.settings import GrowthSettings
from sparsegrow.growth.view import STOPPING, Lines, View
from sparsegrow.text.corpus import Corpus
from sparsegrow.text.tokens import tokenise
from support import DEVICE, python


def grow(folder, steps=30, **changes) -> sg.Run:
    settings = small_settings(**changes)
    return sg.grow(
        corpus=small_corpus(), steps=steps, out=folder, settings=settings, device=DEVICE,
        progress=False,
    )  # fmt: skip


def hard_corpus() -> Corpus:
    """Letters without any rule: about four bits each, far more than the small text."""
    letters = np.random.default_rng(0).choice(list("abcdefghijklmnop"), 20_000)
    tokens = tokenise("".join(letters))
    return Corpus("hard", tokens[:18_000], tokens[18_000:], 0)


def stop_at(monkeypatch, owner, name: str, call: int) -> None:
    """Ctrl-C in the n-th call from now on of a function."""
    calls = []
    whole = getattr(owner, name)

    def stopping(*arguments, **options):
        calls.append(name)
        if len(calls) == call:
            raise KeyboardInterrupt
        return whole(*arguments, **options)

    monkeypatch.setattr(owner, name, stopping)


class Pressing(Lines):
    """Ctrl-C so many times after the first steps of the third round."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def training(self, figures, standing) -> None:
        if figures["round"] == 2:
            for _ in range(self.times):
                os.kill(os.getpid(), signal.SIGINT)
            self.times = 0


@pytest.fixture
def press(monkeypatch):
    """Start a run that is saved at its ends alone, and press Ctrl-C in its third round."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)

    def run(folder, times: int) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(growing, "view_for", lambda wanted: Pressing(times))
            with pytest.raises(KeyboardInterrupt):
                grow(folder, steps=60, checkpoint_seconds=1e9)

    yield run
    signal.signal(signal.SIGINT, usual)


@pytest.mark.parametrize(("times", "rounds"), [(1, 3), (2, 0)], ids=["once", "twice"])
def test_control_c_loses_no_round(tmp_path, capsys, press, times: int, rounds: int) -> None:
    """The second one loses what the last checkpoint, of the start, does not have."""
    whole = grow(tmp_path / "whole", steps=60, checkpoint_seconds=1e9)
    press(tmp_path / "cut", times)
    assert capsys.readouterr().err.count(STOPPING) == (1 if times == 1 else 0)
    saved = RunFolder(tmp_path / "cut").read()
    assert saved.run["progress"]["round"] == rounds
    resumed = sg.resume(tmp_path / "cut", corpus=small_corpus(), progress=False)
    assert_same_model(whole.model, resumed.model)


def test_a_harder_text_is_learned_as_if_it_were_the_first(tmp_path) -> None:
    easy = grow(tmp_path / "run", steps=200).metrics
    hard = hard_corpus()
    run = sg.resume(tmp_path / "run", steps=120, corpus=hard, progress=False)
    later = run.metrics[len(easy) :]
    assert later[0]["val_bpc"] > easy[-1]["val_bpc"] + 2  # measured on the new text at once
    assert run.bits_per_character == pytest.approx(run.model.bits_per_character(hard.valid))
    assert run.bits_per_character < later[0]["val_bpc"] - 1
    judged = RunFolder(tmp_path / "run").records("growth.jsonl")
    assert not all(p["rolled_back"] for p in judged[-4:] if p["accepted"])


@pytest.mark.parametrize("other", [False, True], ids=["same text", "another text"])
def test_more_time_is_kept_by_a_stop_at_once(tmp_path, monkeypatch, other) -> None:
    grow(tmp_path / "run", steps=20)
    corpus = small_corpus(7) if other else small_corpus()
    with monkeypatch.context() as patch:
        stop_at(patch, GrowthLoop, "train", 1)
        with pytest.raises(KeyboardInterrupt):
            sg.resume(tmp_path / "run", steps=30, corpus=corpus, progress=False)
    run = sg.resume(tmp_path / "run", corpus=corpus, progress=False)
    assert run.metrics[-1]["step"] == 50
    assert run.bits_per_character == pytest.approx(run.model.bits_per_character(corpus.valid))


def test_a_stop_before_anything_is_saved_leaves_the_run_as_it_was(tmp_path, monkeypatch) -> None:
    grow(tmp_path / "run", steps=20)
    before = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    with monkeypatch.context() as patch:
        stop_at(patch, GrowthLoop, "measure", 1)
        with pytest.raises(KeyboardInterrupt):
            sg.resume(tmp_path / "run", steps=30, corpus=small_corpus(7), progress=False)
    assert {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()} == before


def test_the_last_evaluation_is_made_up_for(tmp_path, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        stop_at(patch, sg.CharModel, "evaluate", 1)
        with pytest.raises(KeyboardInterrupt):
            grow(tmp_path / "run", steps=20)
    run = sg.resume(tmp_path / "run", corpus=small_corpus(), progress=False)
    assert run.metrics[-1]["step"] == 20
    valid = small_corpus().valid
    assert run.bits_per_character == pytest.approx(run.model.bits_per_character(valid))


def test_a_last_record_without_its_checkpoint_is_written_again(tmp_path, monkeypatch) -> None:
    def stopping(loop: GrowthLoop) -> None:
        if loop.progress.finished:
            raise KeyboardInterrupt
        save(loop)

    save = GrowthLoop.save
    with monkeypatch.context() as patch:
        patch.setattr(GrowthLoop, "save", stopping)
        with pytest.raises(KeyboardInterrupt):
            grow(tmp_path / "run", steps=20)
    stopped = len((tmp_path / "run" / "metrics.jsonl").read_text().splitlines())
    run = sg.resume(tmp_path / "run", corpus=small_corpus(), progress=False)
    assert len(run.metrics) == stopped
    assert sum(record["step"] == 20 for record in run.metrics) == 2  # the round's, the whole text's


def test_settings_stand_beside_the_checkpoint(tmp_path) -> None:
    grow(tmp_path / "run", steps=6)
    config = tmp_path / "run" / "config.json"
    whole = config.read_text()
    for damaged in ("", "[]", '{"budget": {"steps": 1}}'):
        config.write_text(damaged)
        sg.resume(tmp_path / "run", steps=6, corpus=small_corpus(), progress=False)
        assert json.loads(config.read_text()) == json.loads(whole)


def test_rounds_stay_finite_in_long_runs() -> None:
    settings = GrowthSettings()
    assert settings.steps_of(0) == 60
    assert settings.steps_of(14_548) == settings.steps_of(10**9) == 600


@pytest.mark.parametrize("name", ["config.json", "metrics.jsonl", "growth.jsonl"])
def test_files_of_others_are_left_alone(tmp_path, name) -> None:
    theirs = tmp_path / name
    theirs.write_text('{"their": "settings"}')
    with pytest.raises(RunError, match="is not of a run"):
        grow(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert theirs.read_text() == '{"their": "settings"}'


def test_a_run_that_ended_before_its_first_checkpoint_is_begun_again(tmp_path, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        stop_at(patch, GrowthLoop, "save", 1)
        with pytest.raises(KeyboardInterrupt):
            grow(tmp_path / "run")
    assert (tmp_path / "run" / "metrics.jsonl").stat().st_size > 0
    assert grow(tmp_path / "run", steps=6).metrics[0]["step"] == 0


def test_bad_settings_leave_no_folder(tmp_path) -> None:
    for wrong in ({"steps": 1.5}, {"minutes": -1}, {"steps": 6, "seed": -1}):
        with pytest.raises(ValueError, match="got"):
            sg.grow(corpus=small_corpus(), out=tmp_path / "run", progress=False, **wrong)
    assert not (tmp_path / "run").exists()


def test_two_processes_do_not_train_in_one_folder(tmp_path) -> None:
    grow(tmp_path / "run", steps=6)
    script = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from growth_support import small_corpus\n"
        "import sparsegrow as sg\n"
        "sg.resume(sys.argv[1], steps=6, corpus=small_corpus(), progress=False)\n"
    )
    here = os.path.dirname(__file__)
    command = [sys.executable, "-c", script, str(tmp_path / "run"), here]
    with RunFolder(tmp_path / "run").claimed():
        second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "another process trains in it" in second.stderr
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_a_run_that_has_just_begun_is_left_alone(tmp_path) -> None:
    files = RunFolder(tmp_path)
    config = {"version": "0", "settings": {}, "budget": {}}
    with files.claimed():
        files.begin(config)
        files.append(METRICS, [{"step": 0}])
        with pytest.raises(RunError, match="another process trains in it"):
            grow(tmp_path, steps=6)
        assert (files.config_file(), files.metrics()) == (config, [{"step": 0}])


def leave_draft(run) -> None:
    """What a process leaves that is killed while it writes, with a draft of a library's own."""
    draft = run / DRAFT.format(name="model.safetensors", unique="0badcafe")
    draft.mkdir(parents=True)
    (draft / ".tmpX1").write_bytes(b"half of it")


def test_drafts_of_killed_processes_are_swept_out(tmp_path) -> None:
    run = tmp_path / "run"
    leave_draft(run)
    grow(run, steps=6)
    files = sorted(path.name for path in run.iterdir())
    leave_draft(run)
    sg.resume(run, steps=6, corpus=small_corpus(), progress=False)
    assert sorted(path.name for path in run.iterdir()) == files


KILLED = """
import os, sys, numpy as np
from sparsegrow.base import checkpoint_file, files
def stop(*arguments):
    os._exit(9)
files.flush = stop
checkpoint_file.write_checkpoint(sys.argv[1], "any", 1, {}, {"x": np.zeros(100_000)})
"""


def test_all_that_a_kill_leaves_lies_in_one_draft(tmp_path) -> None:
    path = tmp_path / "m.safetensors"
    assert python(KILLED, path).returncode == 9
    (draft,) = tmp_path.iterdir()
    assert draft.name.startswith(".m.safetensors.")
    remove_drafts(path)
    assert list(tmp_path.iterdir()) == []


def test_a_text_is_known_by_where_it_is_cut() -> None:
    tokens = tokenise("the sun and the sea, a man or a ship")
    cuts = {fingerprint(Corpus("same", tokens[:cut], tokens[cut:], 0)) for cut in (10, 12, 14)}
    assert len(cuts) == 3


def test_time_left_counts_from_where_the_budget_begins(tmp_path, monkeypatch) -> None:
    grow(tmp_path / "run", steps=20)
    seen = []

    class Watch(View):
        def measured(self, figures, standing) -> None:
            seen.append((figures["step"], round(standing.used, 3)))

    with monkeypatch.context() as patch:
        stop_at(patch, GrowthLoop, "judge", 3)
        with pytest.raises(KeyboardInterrupt):
            sg.resume(tmp_path / "run", steps=40, corpus=small_corpus(), progress=False)
    monkeypatch.setattr(growing, "view_for", lambda wanted: Watch())
    sg.resume(tmp_path / "run", corpus=small_corpus())
    assert seen[-1] == (60, 1.0)
    assert all(used == pytest.approx((step - 20) / 40) for step, used in seen)


def test_the_peak_of_memory_outlives_a_stop(tmp_path) -> None:
    grow(tmp_path / "run", 60)
    resumed = sg.resume(tmp_path / "run", steps=8, corpus=small_corpus(), progress=False)
    peaks = [record["peak_bytes"] for record in resumed.metrics]
    assert peaks == sorted(peaks)
