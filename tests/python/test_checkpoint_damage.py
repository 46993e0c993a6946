"""Checkpoints are read with suspicion: what is damaged or foreign is refused.

Games are signed anew where they can be, so that the checks behind the digest see them, too.
"""

import json
import pickle
import struct

import numpy as np
import pytest

import sparsegrow as sg
from checkpoint_games import edited, joined, renamed, split, with_array


def assert_refused(tmp_path, data, message):
    path = tmp_path / "m.safetensors"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=message) as caught:
        sg.load(path)
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) < 1000


def put(*keys_and_value):
    *keys, last, value = keys_and_value

    def change(header):
        for key in keys:
            header = header[key]
        header[last] = value

    return change


HEADER_GAMES = [
    (put("format", 1), "has format 1, this version of sparsegrow reads 2"),
    (put("format", "x" * 10000), "has format 'xxx"),
    (put("kind", "CharModel"), "the array scalars is missing"),
    (put("steps", -1), "steps is -1"),
    (put("steps", 10**300), "steps is 1000"),
    (put("steps", True), "steps is True"),
    (put("changes", 0.5), "changes is 0.5"),
    (put("history", {}), "history is not a list"),
    (put("history", [3]), "history: expected the fields epoch"),
    (put("history", 0, "loss", float("nan")), "loss is nan, expected float"),
    (put("history", 0, "epoch", "one"), "epoch is 'one', expected int"),
    (put("run", {}), "run: expected the fields"),
    (put("run", "epochs", -4), "epochs is -4"),
    (put("run", "ended", 1), "ended is 1, expected bool"),
    (put("best", []), "best is damaged"),
    (put("best", "layers", [8, 10**9, 3]), "expected I32 .1000000001."),
    (put("best", "layers", "abc"), "layers"),
    (put("config", []), "config is damaged"),
    (put("config", "layers", [10**9, 6, 3]), r"state.weight|state.bias is F32"),
    (put("config", "layers", [8, 10**9, 3]), "row_begin is I32"),
    (put("config", "layers", [8]), "layers"),
    (put("config", "layers", [8.5, 6, 3]), "expected an integer"),
    (put("config", "layers", [8, 6, 3, 3]), "lacks the array layers.2.column"),
    (put("config", "layers", [8, 3]), "unknown arrays|expected"),
    (put("config", "unknown", 1), "config is damaged.*unknown"),
    (put("config", "topology", "sett"), "topology"),
    (put("config", "seed", 1e9), "seed"),
    (put("config", "slope", float("inf")), "slope"),
    (put("config", "dtype", "float64"), r"state.weight is F32 .*expected F64"),
    (put("config", "optimizer", "sgd"), "unknown arrays: .*state.bias.v"),
    (put("config", "activation", "relu"), "unknown arrays: .*srelu"),
    (put("config", "device", "toaster"), "toaster"),
    (put("config", "device", "../../x"), "unknown device"),
    (put("config", "device", "cuda"), "cuda: .*device='cpu' computes anywhere"),
    (lambda header: header.pop("run"), None),
    (lambda header: "[" * 200000, "nested too deeply|not"),
    (lambda header: "9" * 10000, "."),
    (lambda header: "{", "."),
    (lambda header: "null", "the header is not a JSON object"),
    (lambda header: '{"kind": "SparseMLP", "format": 2}', "lacks best, changes, config"),
]


@pytest.mark.parametrize(("change", "message"), HEADER_GAMES)
def test_header_games(tmp_path, original, change, message):
    if message is None:
        outer, body = split(original)
        header = json.loads(outer["__metadata__"]["sparsegrow"])
        change(header)
        outer["__metadata__"]["sparsegrow"] = json.dumps(header)
        return assert_refused(tmp_path, joined(outer, body), "lacks run")
    assert_refused(tmp_path, edited(original, change), message)
    return None


def set_at(index, value):
    return lambda array: array.__setitem__(index, value)


ARRAY_GAMES = [
    ("layers.0.column", set_at(0, 8), "column 8, expected 0 to 7"),
    ("layers.0.column", set_at(0, -1), "column -1"),
    ("layers.1.column", set_at(slice(None), 2), "twice"),
    ("layers.0.row_begin", set_at(0, 1), "row_begin does not rise from 0"),
    ("layers.0.row_begin", set_at(2, 2**31 - 1), "row_begin does not rise"),
    ("layers.1.row_begin", set_at(-1, 0), "row_begin does not rise"),
    ("best.layers.1.row_begin", set_at(-1, 0), "best.layers.1.row_begin does not rise"),
    ("best.layers.0.column", set_at(0, 99), "column 99"),
    ("state.weight", set_at(3, np.nan), "state.weight holds NaN or infinity"),
    ("state.bias.m", set_at(3, np.inf), "state.bias.m holds NaN or infinity"),
    ("state.weight.v", set_at(3, -1), "state.weight.v holds negative"),
    ("best.state.srelu", set_at(3, np.nan), "best.state.srelu holds NaN"),
]


@pytest.mark.parametrize(("name", "change", "message"), ARRAY_GAMES)
def test_array_games(tmp_path, original, name, change, message):
    assert_refused(tmp_path, with_array(original, name, change), message)


def test_names_and_shapes(tmp_path, original):
    assert_refused(tmp_path, renamed(original, "state.bias", "state.bees"), "lacks the array")
    outer, body = split(original)
    begin = len(body)
    outer["more"] = {"dtype": "F32", "shape": [1], "data_offsets": [begin, begin + 4]}
    assert_refused(tmp_path, joined(outer, body + b"1234"), "unknown arrays: more")
    outer, body = split(original)
    edges = outer["layers.0.column"]["shape"][0]
    outer["layers.0.column"]["shape"] = [1, edges]
    assert_refused(tmp_path, joined(outer, body), "expected one dimension")
    for dtype in ("F32", "U32"):
        outer["layers.0.column"].update(shape=[edges], dtype=dtype)
        assert_refused(tmp_path, joined(outer, body), f"layers.0.column is {dtype}")
    outer["layers.0.column"].update(shape=[edges * 2], dtype="BF16")
    assert_refused(tmp_path, joined(outer, body), "BF16|does not rise")


@pytest.mark.parametrize("claim", [2**63, 2**64 - 1, 10**12, 10**8, 2])
def test_a_huge_claimed_header_allocates_nothing(tmp_path, original, claim):
    assert_refused(tmp_path, struct.pack("<Q", claim) + original[8:], "not a safetensors file")


def test_a_huge_claimed_array_allocates_nothing(tmp_path, original):
    outer, body = split(original)
    outer["layers.0.column"]["shape"] = [10**12]
    outer["layers.0.column"]["data_offsets"] = [0, 4 * 10**12]
    assert_refused(tmp_path, joined(outer, body), "not a safetensors file")


def test_foreign_files(tmp_path):
    from safetensors.numpy import save

    foreign = {
        b"": "not a safetensors file",
        b"hello": "not a safetensors file",
        b"PK\x03\x04" + bytes(200): "not a safetensors file",
        pickle.dumps({"weights": [1, 2, 3]}): "not a safetensors file",
        save({"w": np.zeros(3)}): "no checkpoint of sparsegrow",
        save({"w": np.zeros(3)}, {"sparsegrow": "{}"}): "not that of a SparseMLP",
    }
    for data, message in foreign.items():
        assert_refused(tmp_path, data, message)


def test_what_is_no_file(tmp_path):
    with pytest.raises(ValueError, match="not a file"):
        sg.load(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"there is no such file"):
        sg.load(tmp_path / "nothing")


def test_every_truncation_is_refused(tmp_path, original):
    sizes = np.random.default_rng(0).integers(0, len(original), size=80)
    for size in [*sizes.tolist(), 7, 8, 9, len(original) - 1]:
        assert_refused(tmp_path, original[:size], "not a safetensors file")


@pytest.mark.parametrize("bit", range(8))
def test_one_bit_is_enough(tmp_path, original, bit):
    data = bytearray(original)
    data[-5] ^= 1 << bit
    assert_refused(tmp_path, bytes(data), "damaged|NaN|negative|row_begin|column")


def test_a_file_without_a_digest_is_refused(tmp_path, original):
    outer, body = split(original)
    header = json.loads(outer["__metadata__"]["sparsegrow"])
    del header["digest"]
    outer["__metadata__"]["sparsegrow"] = json.dumps(header)
    assert_refused(tmp_path, joined(outer, body), "the digest differs")
