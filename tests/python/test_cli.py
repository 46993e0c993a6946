"""The command line, end to end."""

import json

import numpy as np
import pytest

import sparsegrow as sg
from sparsegrow import cli
from sparsegrow.data.datasets import open_data
from support import blobs

QUICK = ["--hidden", "30", "20", "--density", "0.3", "--epochs", "2", "--threads", "1"]


@pytest.fixture
def run(capsys):
    """Run a command line in this process; return exit code, output, errors."""

    def call(*words):
        code = cli.main([str(word) for word in words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def images(tmp_path):
    """An `.npz` as images come: bytes with more than two dimensions."""
    x, y = blobs(samples=300, features=12)
    pixels = np.clip(x * 20 + 128, 0, 255).astype(np.uint8).reshape(300, 3, 4)
    path = tmp_path / "images.npz"
    parts = {"x_train": pixels[:200], "y_train": y[:200], "x_test": pixels[200:], "y_test": y[200:]}
    np.savez(path, **parts)
    return path, parts


def test_fit_prints_json_and_nothing_else(run):
    code, out, err = run("fit", "--data", "iris", *QUICK, "--json")
    facts = json.loads(out)
    assert (code, err) == (0, "")
    named = {"method", "test_accuracy", "accuracy_per_epoch", "seconds_per_epoch"}
    assert {*named, "nnz", "params", "peak_bytes"} <= set(facts)
    assert facts["method"] == "static"
    assert facts["layers"] == [4, 30, 20, 3]
    assert abs(facts["nnz"] - 0.3 * (4 * 30 + 30 * 20 + 20 * 3)) < 2  # rounded in each layer
    assert facts["params"] == facts["nnz"] + 53
    assert len(facts["accuracy_per_epoch"]) == len(facts["seconds_per_epoch"]) == 2
    assert facts["accuracy_per_epoch"][-1] == facts["test_accuracy"]
    assert facts["peak_bytes"] > 10_000_000


def test_fit_tells_a_person(run):
    code, out, err = run("fit", "--data", "wine", *QUICK)
    assert code == 0
    assert "SparseMLP([13, 30, 20, 3], density=0.3)" in out
    assert "test accuracy" in out
    assert [line.split(":")[0] for line in err.splitlines()] == ["epoch 1/2", "epoch 2/2"]


@pytest.mark.parametrize("data", ["digits", "breast_cancer", "synthetic"])
def test_the_usual_settings_learn(run, data):
    code, out, _ = run("fit", "--data", data, "--json", "--threads", "1")
    assert code == 0
    assert json.loads(out)["test_accuracy"] > 0.93


def test_a_dense_network_has_all_edges(run):
    _, out, _ = run(
        *["fit", "--data", "iris", "--method", "dense", "--epochs", "1", "--hidden", "5", "--json"]
    )
    facts = json.loads(out)
    assert facts["method"] == "dense"
    assert facts["nnz"] == 4 * 5 + 5 * 3


def test_fit_takes_every_option(run, images, tmp_path):
    path, _ = images
    words = "--optimizer nesterov --learning-rate 0.02 --activation srelu --dropout 0.1 --seed 5"
    more = "--batch-size 20 --weight-decay 0.001 --epsilon 4 --standardise --epochs 3"
    out = tmp_path / "m.safetensors"
    options = [*words.split(), *more.split(), "--out", out, "--json"]
    code, text, _ = run("fit", "--data", path, *options)
    assert code == 0
    config = sg.load(out).config
    chosen = (config.optimizer, config.learning_rate, config.activation, config.dropout)
    assert chosen == ("nesterov", 0.02, "srelu", 0.1)
    rest = (config.seed, config.batch_size, config.weight_decay, config.epsilon, config.layers)
    assert rest == (5, 20, 0.001, 4, (12, 300, 300, 3))
    assert json.loads(text)["data"] == "images.npz"


def test_images_become_rows_between_0_and_1(images):
    path, parts = images
    data = open_data(str(path))
    assert data.x_train.dtype == np.float32
    assert np.array_equal(data.x_train, parts["x_train"].reshape(200, 12) / np.float32(255))
    standard = open_data(str(path), standardise=True)
    assert np.allclose(standard.x_train.mean(axis=0), 0, atol=1e-5)
    assert np.allclose(standard.x_train.std(axis=0), 1, atol=1e-4)


def test_resume_goes_on_to_the_same_model(run, images, tmp_path):
    path, _ = images
    whole, cut = tmp_path / "whole.safetensors", tmp_path / "cut.safetensors"
    words = ["fit", "--data", path, "--json"]
    run(*words, "--hidden", 20, "--seed", 2, "--epochs", 4, "--out", whole)
    model = sg.load(whole)
    fresh = sg.SparseMLP([12, 20, 3], seed=2)
    data = open_data(str(path))
    with pytest.raises(KeyboardInterrupt):
        fresh.fit(
            data.x_train,
            data.y_train,
            4,
            validation=(data.x_test, data.y_test),
            progress=False,
            checkpoint=cut,
            callbacks=[interrupt_after_two],
        )
    code, out, _ = run(*words, "--epochs", 4, "--out", cut, "--resume")
    assert code == 0
    assert len(json.loads(out)["accuracy_per_epoch"]) == 4
    assert np.array_equal(sg.load(cut).forward(data.x_test), model.forward(data.x_test))


def interrupt_after_two(model, record):
    if record.epoch == 2:
        raise KeyboardInterrupt


def write(path, **arrays):
    np.savez(path, **arrays)
    return path


def damage(path):
    """Spoil the compressed bytes of the first array, not the directory at the end."""
    content = bytearray(path.read_bytes())
    begin = content.index(b".npy") + 40
    content[begin : begin + 20] = bytes(20)
    path.write_bytes(content)


def broken_files(folder):
    """Files that cannot be trained on, and what is said of each."""
    x, y = np.zeros((4, 3), np.float32), np.arange(4)
    good = {"x_train": x, "y_train": y, "x_test": x, "y_test": y}
    (folder / "text.npz").write_text("hello")
    (folder / "empty.npz").write_bytes(b"")
    objects = np.array([None] * 4)
    np.save(folder / "single.npy", x)
    (folder / "single.npy").rename(folder / "single.npz")
    np.savez_compressed(folder / "damaged.npz", **good)
    damage(folder / "damaged.npz")
    return [
        (folder / "text.npz", "not an .npz file"),
        (folder / "empty.npz", "not an .npz file"),
        (folder / "none.npz", "there is no file"),
        (folder / "single.npz", "not an .npz file of plain arrays (a single array without"),
        (folder / "damaged.npz", "not an .npz file of plain arrays ("),
        (write(folder / "a.npz", x_train=x), "lacks y_train, x_test, y_test"),
        (write(folder / "b.npz", **{**good, "y_train": objects}), "not an .npz file of plain"),
        (write(folder / "c.npz", **{**good, "y_test": y[:2]}), "y_test is int64 [2]"),
        (write(folder / "d.npz", **{**good, "y_train": y - 1}), "goes from -1 to 2"),
        (write(folder / "e.npz", **{**good, "y_train": y * 0.5}), "y_train is float64"),
        (write(folder / "f.npz", **{**good, "x_test": x[:, :2]}), "3 features, x_test 2"),
        (write(folder / "g.npz", **{**good, "x_train": x[:, 0]}), "x_train is float32 [4]"),
        (write(folder / "h.npz", **{**good, "x_train": x + np.nan}), "x: got nan at x[0][0]"),
    ]


@pytest.mark.parametrize("case", range(13))
def test_a_broken_file_is_one_line(run, tmp_path, case):
    path, message = broken_files(tmp_path)[case]
    code, out, err = run("fit", "--data", path, *QUICK)
    assert (code, out) == (2, "")
    assert message in err
    assert err.startswith("error: ")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("frobnicate", "No such command"),
        ("fit", "--data"),
        ("fit --data", "--data"),
        ("fit --data nope", "got 'nope', expected breast_cancer, digits"),
        ("fit --data iris --hiden 10", "--hiden"),
        ("fit --data iris --hidden ten", "--hidden"),
        ("fit --data iris --hidden", "--hidden"),
        ("fit --data iris --hidden 0", "layers[1]: got 0"),
        ("fit --data iris --epochs 1.5", "--epochs"),
        ("fit --data iris --epochs 0", "epochs: got 0"),
        ("fit --data iris --method sett", "got 'sett', expected one of static, dense, set"),
        ("fit --data iris --density 3", "density: got 3"),
        ("fit --data iris --density 0.1 --epsilon 4", "got both"),
        ("fit --data iris --optimizer lbfgs", "optimizer: got 'lbfgs'"),
        ("fit --data iris --threads 0", "0 threads, expected 1 to 256"),
        ("fit --data iris --resume", "--resume: needs --out"),
        ("fit --data iris --resume --out nothing.safetensors", "there is no such file"),
        ("fit --data iris --resume --out m --seed 0 --dense-last", "got --dense-last, --seed as"),
        ("fit --data iris --resume --out m --hidden 300 300 --every 0", "got --hidden, --every as"),
        ("fit --data iris --out no/such/folder/m.safetensors", "there is no folder"),
        ("bench --density 0", "--density"),
        ("bench --batch 0", "--batch: got 0"),
        ("info --jsn", "--jsn"),
    ],
)
def test_a_mistake_is_one_line(run, words, message):
    code, out, err = run(*words.split())
    assert (code, out) == (2, "")
    assert message in err
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err


def test_resuming_another_network_is_a_mistake(run, tmp_path):
    path = tmp_path / "m.safetensors"
    sg.SparseMLP([7, 3]).save(path)
    code, _, err = run("fit", "--data", "iris", "--resume", "--out", path)
    assert code == 2
    assert "from 7 features to 3 classes, the data from 4 to 3" in err
    path.write_bytes(b"hello")
    assert "not a safetensors file" in run("fit", "--data", "iris", "--resume", "--out", path)[2]


def test_divergence_is_one_line(run):
    words = "fit --data iris --optimizer sgd --learning-rate 1e30 --json"
    code, _, err = run(*words.split())
    assert code == 2
    assert "diverged" in err
    assert len(err.splitlines()) == 1


def test_debug_shows_the_traceback(run):
    with pytest.raises(ValueError, match="nope"):
        run("fit", "--data", "nope", "--debug")


def test_an_error_of_ours_says_how_to_see_more(run, monkeypatch):
    def fail():
        raise KeyError("lost")

    monkeypatch.setattr(sg, "info", fail)
    code, _, err = run("info")
    assert (code, err) == (1, "error: KeyError: 'lost' (--debug shows where)\n")


def test_info(run):
    facts = json.loads(run("info", "--json")[1])
    assert facts == sg.info()
    assert facts["backends"]["cpu"] is True
    assert set(facts) == {"version", "isa", "threads", "backends"}
    text = run("info")[1]
    for name in (facts["version"], facts["isa"], *facts["backends"]):
        assert name in text


def test_help_and_version(run):
    assert run("--version")[:2] == (0, f"{sg.__version__}\n")
    for words in ([], ["--help"]):
        code, out, _ = run(*words)
        assert code == 0
        assert all(command in out for command in ("fit", "info", "bench"))
    assert "--hidden" in run("fit", "--help")[1]


def test_bench_checks_and_times_each_verb(run):
    small = ["--inputs", 60, "--outputs", 50, "--density", 0.2, "--batch", 16, "--rounds", 1]
    code, out, _ = run("bench", *small, "--json")
    rows = json.loads(out)
    assert code == 0
    ours = [row for row in rows if row["engine"] == "sparsegrow"]
    assert [row["verb"] for row in ours] == ["forward", "dX", "dW"]
    assert {row["engine"] for row in rows} >= {"sparsegrow", "scipy"}
    assert all(row["milliseconds"] > 0 and row["gflops"] > 0 for row in rows)
    assert "GFLOP/s" in run("bench", *small)[1]


def test_bench_times_no_wrong_result(run, monkeypatch):
    from sparsegrow.cli import bench

    truth = bench.truth
    monkeypatch.setattr(bench, "truth", lambda layer: {k: -v for k, v in truth(layer).items()})
    code, out, err = run("bench", "--inputs", 20, "--outputs", 20, "--rounds", 1)
    assert (code, out) == (2, "")
    assert "forward is wrong" in err
