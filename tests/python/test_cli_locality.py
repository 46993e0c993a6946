"""The commands `profile` and `synth`, run as a user runs them."""

import json
import shutil

import pytest

import sparsegrow as sg
from sparsegrow import locality
from sparsegrow.cli import main
from sparsegrow.locality import plots
from sparsegrow.locality.wires import GrownWires

KEYS = {
    "edges",
    "lines_per_32",
    "utilisation",
    "useful_kb",
    "fetched_kb",
    "amplification",
    "max_fan_in",
    "mean_fan_in",
    "simd_worst",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("locality")
    text = folder / "text.txt"
    text.write_text("the sun and the sea, a man or a ship. " * 800)
    command = ["train", "--text", str(text), "--steps", "150", "--out", str(folder / "run")]
    assert main(command) == 0
    return folder / "run"


def printed(capsys, *command):
    capsys.readouterr()
    assert main([str(word) for word in command]) == 0
    return capsys.readouterr().out


def test_embryo(capsys) -> None:
    told = printed(capsys, "profile", "--embryo").splitlines()[1].split()
    row = [
        "all", "19,306", "1.0", "77.0", "75", "KB", "98", "KB", "1.3x", "196", "98.5", "2.0x",
    ]  # fmt: skip
    assert told == row


def test_embryo_in_json(capsys) -> None:
    (record,) = json.loads(printed(capsys, "profile", "--embryo", "--json"))
    assert set(record) >= KEYS
    assert set(record["input"]) >= KEYS
    assert set(record["hidden"]) >= KEYS
    assert record["edges"] == 19_306


def test_run_shows_both_tables(run, capsys) -> None:
    told = printed(capsys, "profile", run)
    assert told.count("the paper's") == 2
    assert "1,658,326" in told
    assert "132.7" in told
    assert "19,306       1.0    77.0" in told


def test_run_in_json(run, capsys) -> None:
    records = json.loads(printed(capsys, "profile", run, "--json"))
    assert len(records) >= 2
    assert all(set(record) >= KEYS | {"mb_per_step", "gb_per_second"} for record in records)


def test_checkpoint_line_size_and_side(run, capsys) -> None:
    model = run / "model.safetensors"
    (plain,) = json.loads(printed(capsys, "profile", model, "--json"))
    (short,) = json.loads(printed(capsys, "profile", run, "--line", "64", "--json"))
    (batch,) = json.loads(printed(capsys, "profile", run, "--run", "32", "--json"))
    (back,) = json.loads(printed(capsys, "profile", run, "--by", "source", "--json"))
    assert plain["edges"] == short["edges"] == batch["edges"] == back["edges"]
    assert short["lines_per_32"] > plain["lines_per_32"]
    assert batch["utilisation"] == 1.0
    assert back["max_fan_in"] != plain["max_fan_in"]


def test_synth(capsys) -> None:
    records = json.loads(printed(capsys, "synth", "--nodes", "600", "--json"))
    names = [record["condition"] for record in records]
    assert names[:3] == ["temporal", "random", "shuffled"]
    assert "shuffled, rcm" in names
    assert all(set(record) >= KEYS | {"condition", "nodes"} for record in records)
    assert all("seconds" in record for record in records[3:])
    table = printed(capsys, "synth", "--nodes", "600", "--no-orders")
    assert len(table.splitlines()) == 4


@pytest.mark.parametrize("command", [["profile", "--embryo"], ["synth", "--nodes", "500"]])
def test_pictures(tmp_path, capsys, command) -> None:
    path = tmp_path / "picture.png"
    printed(capsys, *command, "--plot", path)
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("command", [["profile", "--embryo"], ["synth", "--nodes", "500"]])
def test_a_picture_that_fails_costs_no_figures(tmp_path, monkeypatch, capsys, command) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"older")

    def fail(figure, draft, **options):
        draft.write_bytes(b"half")
        raise OSError("the disk is full")

    monkeypatch.setattr("matplotlib.figure.Figure.savefig", fail)
    assert main([*command, "--plot", str(path)]) == 2
    shown = capsys.readouterr()
    assert "util %" in shown.out
    assert "the disk is full" in shown.err
    assert [one.name for one in tmp_path.iterdir()] == ["picture.png"]
    assert path.read_bytes() == b"older"
    assert main([*command, "--plot", str(tmp_path / "none" / "picture.png")]) == 2
    assert capsys.readouterr().out == ""


def test_picture_of_a_run(run, tmp_path, capsys) -> None:
    path = tmp_path / "run.svg"
    printed(capsys, "profile", run, "--plot", path)
    assert "<svg" in path.read_text()


def test_pictures_show_what_was_asked_for() -> None:
    graphs = locality.synthetic(500)
    wide, narrow = (plots.conditions_picture(graphs, line) for line in (128, 32))
    titles = [[axes.get_title() for axes in figure.axes] for figure in (wide, narrow)]
    for k, name in enumerate(locality.CONDITIONS):
        found = locality.profile(graphs[name], line_bytes=32)["lines_per_32"]
        assert titles[1][k].startswith(f"{name}: {found:.1f} lines per 32")
        assert titles[0][k] != titles[1][k]
    net = sg.CharModel().net
    record = GrownWires.of_net(net).profile(line_bytes=64)
    shown = plots.growth_picture([record], net, line_bytes=64)
    assert shown.axes[1].get_title() == "64-byte lines per 32 edges"


DAMAGED = ['{"edges": 5}\n', "[]\n{}\n", "\xff\n{}\n"]


@pytest.mark.parametrize("text", DAMAGED)
def test_damaged_records_are_named(run, tmp_path, capsys, text) -> None:
    copy = shutil.copytree(run, tmp_path / "copy")
    (copy / "locality.jsonl").write_text(text, encoding="latin-1")
    assert main(["profile", str(copy)]) == 2
    assert "locality.jsonl: " in capsys.readouterr().err


def test_a_record_that_is_cut_off_is_left_out(run, tmp_path, capsys) -> None:
    copy = shutil.copytree(run, tmp_path / "copy")
    whole = json.loads(printed(capsys, "profile", copy, "--json"))
    path = copy / "locality.jsonl"
    path.write_bytes(path.read_bytes()[:-30])
    assert json.loads(printed(capsys, "profile", copy, "--json")) == whole[:-1]


MISTAKES = [
    (["profile"], "expected the folder of a run"),
    (["profile", "nowhere"], "no such file"),
    (["profile", "--embryo", "--line", "0"], "line_bytes: got 0"),
    (["profile", "--embryo", "--by", "row"], "row"),
    (["profile", "--embryo", "--plot", "picture.nothing"], "nothing"),
    (["synth", "--nodes", "0"], "nodes: got 0"),
    (["synth", "--bias", "2"], "bias: got 2"),
    (["synth", "--seed", "-1"], "seed: got -1"),
    (["synth", "--nodes", "99999999999"], "nodes: got 99999999999"),
    (["profile", "--embryo", "--run", "99999999999"], "run: got 99999999999"),
    (["synth", "--sub-dags", "9999"], "sub_dags: got 9999"),
]


@pytest.mark.parametrize(("command", "message"), MISTAKES)
def test_mistakes_are_one_line(tmp_path, monkeypatch, capsys, command, message) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(command) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert len(shown.err.strip().splitlines()) == 1
