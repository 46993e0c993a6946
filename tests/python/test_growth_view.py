"""What a person sees while a network grows, and the table at the end."""

import io
import sys

import pytest
from rich.console import Console

from sparsegrow.growth.controller import Decision
from sparsegrow.growth.table import table_of
from sparsegrow.growth.view import STOPPING, Lines, Live, Standing, View, clock, counted, view_for

FIGURES = {
    "seconds": 75.0,
    "step": 50,
    "train_bpc": 2.25,
    "val_bpc": 2.3456,
    "edges": 60_716,
    "params": 121_728,
    "hidden": 107,
    "max_depth": 2,
    "max_context": 3,
    "memory_neurons": 7,
    "bytes": 8_000_000,
    "patterns": 21_724,
    "chars_per_second": 425_602,
    "accepted": 26,
    "rejected": 29,
    "rolled_back": 1,
}

STANDING = Standing(used=0.5, left=75.0)


def decisions(*accepted: bool) -> list[Decision]:
    return [Decision("widen", 3, 1, 2, 0, 394, 0.5, yes) for yes in accepted]


def test_plain_lines_say_all_figures(capsys) -> None:
    view = Lines()
    view.measured(FIGURES, STANDING)
    line = capsys.readouterr().err
    for figure in ("1:15", "2.346 bits/char", "121,728 parameters", "107 hidden", "depth 2"):
        assert figure in line
    for figure in ("context 3", "7 memory", "21,724 patterns", "26 accepted", "29 rejected"):
        assert figure in line
    view.measured(FIGURES, STANDING)
    assert capsys.readouterr().err == ""  # nothing for ten seconds


def test_plain_lines_tell_of_rollbacks(capsys) -> None:
    view = Lines()
    view.judged(decisions(True, False), rolled_back=False)
    assert capsys.readouterr().err == ""
    view.judged(decisions(True, True, False), rolled_back=True)
    assert capsys.readouterr().err == "rolled back: widen x2\n"


def test_the_panel_shows_figures_best_and_events() -> None:
    view = Live()
    view.figures, view.standing = FIGURES, STANDING
    view.best = 2.1
    view.judged(decisions(True), rolled_back=False)
    console = Console(file=io.StringIO(), width=120)
    console.print(view.panel())
    shown = console.file.getvalue()
    for text in ("50% done, 1:15 left", "2.346", "2.100", "21,724", "425,602", "kept widen x1"):
        assert text in shown


def test_a_stop_is_announced_once(capsys) -> None:
    lines, live = Lines(), Live()
    live.training(FIGURES, STANDING)
    for view in (lines, live):
        view.stopping()
        view.stopping()
    assert capsys.readouterr().err.splitlines().count(STOPPING) == 1  # that of the plain lines
    assert list(live.events) == [STOPPING]


def test_a_view_suits_where_it_is_shown(monkeypatch) -> None:
    assert type(view_for(False)) is View
    assert isinstance(view_for(True), Lines)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert isinstance(view_for(True), Live)


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (3601, "60:01")])
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_nothing_accepted_is_said_so() -> None:
    assert counted(decisions(False)) == "nothing"


def test_the_table_stands_beside_the_papers() -> None:
    records = [{**FIGURES, "seconds": float(s)} for s in (0, 12, 40, 75)]
    lines = table_of(records).splitlines()
    assert len(lines) == 2 + 3 + 1  # head, the paper's 0, 11 and 37 s, the end
    assert lines[4].split()[:2] == ["12", "s"]  # the last one known after 37 s
    assert "3.80" in lines[3]
    assert lines[-1].split()[:4] == ["1", "m", "15", "s"]
    assert {len(line) for line in lines[1:]} == {len(lines[1])}
