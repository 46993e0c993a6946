"""The page about a run: whole, well-formed, without network, and honest about what is missing."""

import json
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from run_folders import (
    embryo_facts,
    evaluations,
    grown_facts,
    proposals,
    write_lines,
    write_run,
)
from sparsegrow import cli
from sparsegrow.growth.paper import ROWS
from sparsegrow.reporting import data
from sparsegrow.reporting.chart import Chart, Series, draw
from sparsegrow.reporting.data import ReportError, gather
from sparsegrow.reporting.report import report
from sparsegrow.reporting.scale import Scale

VOID = {"meta", "br"}


class Outline(HTMLParser):
    """Checks that elements are closed in order, and notes ids, links and texts."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.addresses, self.texts, self.tags = [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        self.note(tag, attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.note(tag, attributes)

    def note(self, tag, attributes):
        self.tags.append(tag)
        self.ids += [value for key, value in attributes if key == "id"]
        self.addresses += [v for k, v in attributes if k in ("src", "href", "srcset", "action")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        self.texts.append(text)


def outline(page):
    found = Outline()
    found.feed(page.read_text("utf-8"))
    found.close()
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    return found


@pytest.fixture
def with_net(monkeypatch):
    """Let a run folder seem to hold this network."""

    def use(net):
        monkeypatch.setattr(data, "net", lambda path, notes: net)

    return use


def test_the_page_of_a_long_run(tmp_path, with_net):
    with_net(grown_facts())
    page = report(write_run(tmp_path / "first"))
    assert page == tmp_path / "first" / "report.html"
    found = outline(page)
    text = " ".join(found.texts)
    for heading in ("Growth", "One sub-DAG", "Mutations", "Characters", "Fan-in", "Settings"):
        assert heading in found.texts
    for figure in ("4,332,756", "20 m", "Where the time went", "The sub-DAG of 'e'", "3.24"):
        assert figure in text
    assert page.stat().st_size < 2_000_000
    assert found.tags.count("template") == 97


def test_the_page_needs_nothing_else(tmp_path, with_net):
    with_net(grown_facts())
    page = report(write_run(tmp_path / "first"))
    text = page.read_text("utf-8")
    assert outline(page).addresses == []
    assert "default-src 'none'" in unescape(text)
    assert not any(word in text for word in ("http://", "https://", "url(", "@import"))
    assert str(tmp_path) not in text


def test_every_picture_is_told_in_words(tmp_path, with_net):
    with_net(embryo_facts())
    text = report(write_run(tmp_path / "first")).read_text("utf-8")
    assert text.count('role="img"') == text.count("<desc ")
    assert text.count("aria-labelledby=") == text.count('role="img"')


@pytest.mark.parametrize(
    ("metrics", "growth"),
    [
        (evaluations()[:1], []),
        (evaluations(0.05, 4), proposals(5, 0.05)),
        (evaluations(count=3), [p for p in proposals() if not p["accepted"]]),
        ([{"seconds": 0.0, "val_bpc": 6.6}], [{"seconds": 1, "kind": "widen"}]),
        (evaluations(600, 30), proposals(50, 600)),
    ],
    ids=["embryo", "short", "nothing accepted", "bare", "long"],
)
def test_unusual_runs_have_a_page_too(tmp_path, with_net, metrics, growth):
    with_net(embryo_facts())
    page = report(write_run(tmp_path / "run", metrics, growth), tmp_path / "page.html")
    assert page == tmp_path / "page.html"
    outline(page)


def test_a_run_without_a_checkpoint_says_so(tmp_path):
    page = report(write_run(tmp_path / "run"))
    texts = outline(page).texts
    assert any("no model.safetensors yet" in text for text in texts)
    assert "One sub-DAG" not in texts


def test_a_damaged_checkpoint_is_left_out(tmp_path):
    folder = write_run(tmp_path / "run")
    (folder / "model.safetensors").write_bytes(b"no tensors")
    texts = outline(report(folder)).texts
    assert any(text.startswith("model.safetensors cannot be read") for text in texts)
    assert str(tmp_path) not in " ".join(texts)


def test_missing_and_cut_off_files_are_told(tmp_path):
    folder = write_run(tmp_path / "run")
    (folder / "config.json").unlink()
    (folder / "growth.jsonl").unlink()
    with (folder / "metrics.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"seconds": 1300, "val_b')
    run = gather(folder)
    assert len(run.evaluations) == 200
    told = " ".join(run.notes)
    assert "config.json is missing" in told
    assert "no growth.jsonl" in told
    assert "last line of metrics.jsonl is cut off" in told
    outline(report(folder))


def test_a_folder_without_a_run_is_one_clear_error(tmp_path):
    folder = tmp_path / "run"
    with pytest.raises(ReportError, match="no such folder"):
        report(folder)
    folder.mkdir()
    with pytest.raises(ReportError, match=r"metrics\.jsonl: cannot be read"):
        report(folder)
    write_lines(folder / "metrics.jsonl", [])
    with pytest.raises(ReportError, match="no evaluation yet"):
        report(folder)
    (folder / "metrics.jsonl").write_text('{"seconds": 1}\nnonsense\n{}\n', encoding="utf-8")
    with pytest.raises(ReportError, match="line 2 is no JSON object: 'nonsense'"):
        report(folder)
    with pytest.raises(ReportError, match="is not a folder"):
        report(folder / "metrics.jsonl")


def test_figures_that_are_none_are_left_out(tmp_path):
    odd = {"params": "many", "edges": float("nan"), "hidden": True, "max_depth": 10**400}
    folder = write_run(tmp_path / "run", [{**evaluations()[9], **odd}, {"val_bpc": 3}], [])
    (last,) = gather(folder).evaluations
    assert (last.params, last.edges, last.hidden, last.max_depth) == (None,) * 4
    outline(report(folder))


def test_text_from_the_files_is_escaped(tmp_path):
    evil = "<script>alert('x')</script>&\"\ud800"
    growth = [{"seconds": 1, "kind": evil, "accepted": True}]
    folder = write_run(tmp_path / "<b>run", None, growth, {evil: {"a": evil}})
    page = report(folder)
    found = outline(page)
    assert found.tags.count("script") == 1
    assert found.tags.count("b") == 0
    assert "&lt;script&gt;" in page.read_text("utf-8")


def test_the_command(tmp_path, capsys):
    folder = write_run(tmp_path / "run", evaluations(1, 5), [])
    out = tmp_path / "other.html"
    assert cli.main(["report", str(folder), "--out", str(out), "--sub-dag", "space", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts == {"page": str(out), "bytes": out.stat().st_size}
    assert cli.main(["report", str(folder)]) == 0
    assert capsys.readouterr().out.startswith(str(folder / "report.html"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "no such folder"),
        (["run", "--sub-dag", "ee"], "expected one character"),
        (["run", "--out", "missing/page.html"], "there is no folder"),
    ],
)
def test_mistakes_are_one_line(tmp_path, monkeypatch, capsys, words, said):
    write_run(tmp_path / "run", evaluations(1, 5), [])
    monkeypatch.chdir(tmp_path)
    assert cli.main(["report", *words]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_another_sub_dag_is_shown_first(tmp_path, with_net):
    with_net(grown_facts())
    text = report(write_run(tmp_path / "run"), sub_dag="space").read_text("utf-8")
    shown = text[text.index('id="stage"') :]
    assert shown.index("The sub-DAG of space") < shown.index("<template")


def test_the_paper_stands_beside_ours(tmp_path):
    texts = outline(report(write_run(tmp_path / "run"))).texts
    for seconds, bits, *_ in ROWS[1:]:
        assert f"{bits:.2f}" in texts, seconds


def test_scales_keep_their_order_and_their_ends():
    for kind, low, high in (("time", 0, 1200), ("log", 1.5, 7), ("linear", 0, 23)):
        scale = Scale(kind, low, high, 10.0, 400.0)
        ticks = scale.ticks(40)
        places = [scale(tick) for tick in ticks]
        assert len(ticks) >= 3
        assert places == sorted(places)
        assert all(b - a >= 40 for a, b in pairwise(places))
        assert (scale(low), scale(high), scale(2 * high)) == (10.0, 400.0, 400.0)


def test_a_chart_of_nothing_is_empty_not_an_error():
    for kind in ("log", "linear"):
        figure = draw(Chart("none", "Nothing", [Series("ours", [])], kind=kind))
        assert "No figures." in figure
