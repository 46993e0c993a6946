"""The commands of the growing model, run as a user runs them."""

import json
import os

import pytest

from sparsegrow.cli import main


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("the sun and the sea, a man or a ship. " * 800)
    return path


@pytest.fixture
def run(tmp_path, text, capsys):
    folder = tmp_path / "run"
    assert main(["train", "--text", str(text), "--steps", "30", "--out", str(folder)]) == 0
    capsys.readouterr()
    return folder


@pytest.mark.parametrize(("saved", "told"), [(False, "stopped before"), (True, "`{command}` goes")])
def test_a_stop_tells_how_to_go_on_if_one_can(tmp_path, text, capsys, monkeypatch, saved, told):
    folder = tmp_path / "my run"

    def stopped(*arguments, **options):
        if saved:
            folder.mkdir()
            (folder / "model.safetensors").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr("sparsegrow.cli.train.grow", stopped)
    assert main(["train", "--text", str(text), "--steps", "5", "--out", str(folder)]) == 130
    (line,) = capsys.readouterr().err.splitlines()[-1:]
    assert told.format(command=f"sparsegrow resume '{folder}'") in line


def test_train_ends_with_the_last_record(tmp_path, text, capsys) -> None:
    out = tmp_path / "run"
    command = ["train", "--text", str(text), "--steps", "20", "--out", str(out), "--json"]
    assert main(command) == 0
    printed = capsys.readouterr().out.splitlines()
    record = json.loads(printed[-1])
    assert record == json.loads((out / "metrics.jsonl").read_text().splitlines()[-1])
    assert record["step"] == 20


def test_train_shows_plain_lines_and_the_table(tmp_path, text, capsys) -> None:
    out = tmp_path / "run"
    assert main(["train", "--text", str(text), "--steps", "20", "--out", str(out)]) == 0
    shown = capsys.readouterr()
    assert "bits/char, 38,808 parameters" in shown.err
    assert "the paper's" in shown.out
    assert "bits per character on held-out text" in shown.out


def test_runs_are_numbered(tmp_path, text, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    for number in ("1", "2"):
        assert main(["train", "--text", str(text), "--steps", "2"]) == 0
        assert (tmp_path / "runs" / number / "model.safetensors").is_file()


def test_resume_goes_on(run, capsys) -> None:
    assert main(["resume", str(run), "--steps", "10", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["step"] == 40


def test_resume_on_another_text(run, tmp_path, capsys) -> None:
    other = tmp_path / "other.txt"
    other.write_text("It was late, and nobody came. " * 1500)
    assert main(["resume", str(run), "--text", str(other), "--steps", "5", "--json"]) == 0
    assert main(["resume", str(run), "--steps", "5", "--json"]) == 0  # the new text is kept
    other.write_text("Something else. " * 3000)
    assert main(["resume", str(run), "--steps", "5"]) == 2
    assert "the text of the run has changed" in capsys.readouterr().err


def test_eval_and_sample(run, text, capsys) -> None:
    assert main(["eval", str(run), "--text", str(text), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert set(record) == {"bpc", "chars"}
    assert record["chars"] == len(text.read_text())
    command = ["sample", str(run), "--prompt", "the ", "-n", "20", "--seed", "1"]
    assert main(command) == 0
    written = capsys.readouterr().out
    assert written.startswith("the ")
    assert main([*command, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["prompt"] + answer["text"] + "\n" == written
    assert len(answer["text"]) == 20


def test_report_tells_what_it_leaves_out(run, capsys) -> None:
    model = run / "model.safetensors"
    model.write_bytes(model.read_bytes()[:-100])
    assert main(["report", str(run)]) == 0
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert told[0].startswith("model.safetensors cannot be read, so the network is not drawn: ")


def test_report_of_a_real_run(run, capsys) -> None:
    assert main(["report", str(run)]) == 0
    page = (run / "report.html").read_text()
    assert "cannot be read" not in page
    assert "<svg" in page


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (["train", "--text", "none.txt"], "there is no such file"),
        (["train", "--corpus", "none"], "none"),
        (["train", "--corpus", "demo", "--text", "a"], "got both"),
        (["train", "--valid", "a"], "--valid: needs --text"),
        (["train", "--minutes", "0"], "minutes: got 0, expected above 0"),
        (["train", "--minutes", "1", "--steps", "1"], "one of them only"),
        (["train", "--text", "none.txt", "--controller", "best"], "expected one of reinforce"),
        (["train", "--text", "none.txt", "--mutations", "none"], "expected one of all, paper"),
        (["train", "--text", "none.txt", "--max-params", "0"], "max_params: got 0"),
        (["train", "--text", "none.txt", "--threads", "0"], "got 0 threads"),
        (["train", "--text", "none.txt", "--device", "abacus"], "unknown device 'abacus'"),
        (["resume", "none"], "there is no such folder"),
        (["resume", "none", "--text", "none.txt"], "there is no such folder"),
        (["eval", "none", "--text", "none.txt"], "there is no such file"),
        (["sample", "none"], "there is no such file"),
    ],
)
def test_mistakes_are_one_line(command, line, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(command) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("error: ")
    assert line in error
    assert not os.path.exists("runs")
