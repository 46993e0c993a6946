"""The growing model as a user holds it."""

import copy
import math
import pickle

import numpy as np
import pytest

import sparsegrow as sg
from growth_support import assert_same_model, small_corpus, small_settings
from sparsegrow import _sparsegrow as native
from sparsegrow.text.tokens import tokenise


@pytest.fixture(scope="module")
def grown(device: str) -> sg.CharModel:
    """Wider, deeper, with memory, patterns and pruned edges, and a little trained."""
    model = sg.CharModel(seed=3, device=device)
    trainer = native.CharTrainer(model.net, small_corpus().train, streams=8, window=16)
    trainer.train(40)
    p = native.Proposal
    model.net.grow([p(kind="widen", sub_dag=s, layer=1, count=3, seed=s) for s in range(98)])
    model.net.grow([p(kind="deepen", sub_dag=69, layer=1, count=2)])
    trainer.grow(
        [
            p(kind="expand_context", sub_dag=69, count=2),
            p(kind="activate_memory", sub_dag=69, count=2),
            p(kind="specialise", count=500),
        ]
    )
    trainer.train(40)
    model.net.grow([p(kind="prune", count=100)])
    trainer.train(5)
    return model


def test_embryo_to_the_last_digit(device: str) -> None:
    model = sg.CharModel(device=device)
    stats = model.stats()
    assert (stats["edges"], stats["params"], stats["hidden"]) == (19_306, 38_808, 98)
    assert (stats["max_depth"], stats["max_context"], stats["memory_neurons"]) == (1, 2, 0)
    assert model.bits_per_character(small_corpus().valid) == pytest.approx(math.log2(98), abs=0.02)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"seed": -1}, "seed: got -1, expected 0 to 9223372036854775807"),
        ({"seed": 2**70}, "seed: got 1180591620717411303424, expected 0 to"),
        ({"seed": "a"}, "seed: got 'a', expected an integer"),
        ({"context": 2.5}, "context: got 2.5, expected an integer"),
        ({"context": 65}, "context: got 65, expected 1 to 64"),
        ({"max_depth": 0}, "max_depth: got 0, expected 1 to 64"),
    ],
)
def test_settings_out_of_range_are_one_clear_line(setting: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        sg.CharModel(**setting)
    assert "\n" not in str(caught.value)


def test_bits_are_those_of_reading_character_by_character(grown: sg.CharModel) -> None:
    text = tokenise("the sun and the sea, a man")
    stream, nats = native.CharStream(grown.net), 0.0
    chances = stream.feed(text[:0])
    for k in range(len(text)):
        nats -= float(chances[text[k]])
        chances = stream.feed(text[k : k + 1])
    bits = nats / len(text) / math.log(2)
    assert grown.bits_per_character(text) == pytest.approx(bits, rel=1e-4)


def test_chances_add_up_to_one(grown: sg.CharModel) -> None:
    chances = native.CharStream(grown.net).feed(tokenise("the s"))
    assert np.exp(chances.astype(np.float64)).sum() == pytest.approx(1, abs=1e-5)


def test_sample_follows_seed_and_temperature(grown: sg.CharModel) -> None:
    assert grown.sample("the ", 50, seed=1) == grown.sample("the ", 50, seed=1)
    assert grown.sample("the ", 50, seed=1) != grown.sample("the ", 50, seed=2)
    assert grown.sample("the ", 50, temperature=0) == grown.sample("the ", 50, temperature=0)
    assert len(grown.sample("", 30, seed=0)) == 30
    assert grown.sample("the ", 0) == ""


@pytest.mark.parametrize(("n", "temperature"), [(-1, 1.0), (5, -0.1), (5, float("nan"))])
def test_sample_refuses(n: int, temperature: float) -> None:
    with pytest.raises(ValueError, match=r"n: got -1|temperature: got"):
        sg.CharModel().sample("a", n, temperature)


def test_an_empty_text_has_no_bits() -> None:
    with pytest.raises(ValueError, match="text: got none"):
        sg.CharModel().bits_per_character("")


def test_save_and_load_keep_every_bit(grown: sg.CharModel, tmp_path, device: str) -> None:
    grown.save(tmp_path / "m.safetensors")
    again = sg.load(tmp_path / "m.safetensors", device=device)
    assert isinstance(again, sg.CharModel)
    assert again.stats() | {"bytes": 0} == grown.stats() | {"bytes": 0}
    for name, array in grown.net.arrays().items():
        assert np.array_equal(again.net.arrays()[name], array), name
    assert again.bits_per_character("the sea") == grown.bits_per_character("the sea")


def test_load_opens_both_kinds(tmp_path) -> None:
    net = sg.SparseMLP([4, 3, 2], epsilon=2)
    net.save(tmp_path / "net.safetensors")
    assert isinstance(sg.load(tmp_path / "net.safetensors"), sg.SparseMLP)
    with pytest.raises(ValueError, match="not that of a CharModel"):
        sg.CharModel.load(tmp_path / "net.safetensors")


def test_damaged_files_are_refused(grown: sg.CharModel, tmp_path) -> None:
    path = tmp_path / "m.safetensors"
    grown.save(path)
    whole = path.read_bytes()
    for size in (0, 7, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(ValueError, match=r"m\.safetensors: not a safetensors file"):
            sg.load(path)
    with pytest.raises(FileNotFoundError):
        sg.load(tmp_path / "none")
    with pytest.raises(ValueError, match="not a file"):
        sg.load(tmp_path)


@pytest.mark.parametrize("name", ["graph.column", "tree.parent", "sub_dag.inputs", "scalars"])
def test_arrays_that_contradict_each_other_are_refused(grown: sg.CharModel, name: str) -> None:
    arrays = grown.net.arrays()
    arrays[name] = arrays[name] + 1
    with pytest.raises((ValueError, IndexError)):
        native.CharNet.from_arrays(arrays)
    del arrays[name]
    with pytest.raises(KeyError):
        native.CharNet.from_arrays(arrays)


def put(index: int, value: int):
    return lambda array: array.__setitem__(index, value)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("sub_dag.inputs", put(0, 2**30), "node 1073741824 is no neuron of the first layer"),
        ("sub_dag.inputs", put(0, -1), "node -1 is no neuron of the first layer"),
        ("sub_dag.inputs", lambda a: put(1, a[0])(a), "or is there twice"),
        ("sub_dag.inputs", put(-1, 0), "node 0 is no neuron of the first layer of sub-DAG 97"),
        ("sub_dag.context", put(5, 0), "sub-DAG 5 has context 0, expected 1 to 64"),
        ("sub_dag.context", put(5, 2**30), "sub-DAG 5 has context 1073741824, expected 1 to 64"),
        ("node.group", put(3, 2**30), "node 3: got group 1073741824 and level"),
        ("node.group", put(3, -1), "node 3: got group -1"),
        ("node.min_level", put(0, 2**31 - 1), "node 0: got group 0 and level 2147483647"),
        ("memory.node", put(0, 2**31 - 1), "node 2147483647 has memory and is no hidden neuron"),
        ("memory.node", put(0, -(2**31)), "has memory and is no hidden neuron"),
        ("memory.node", lambda a: put(1, a[0])(a), "or is there twice"),
        ("scalars", put(1, 2**40), "got 1099511627776 pruned one-hot edges"),
    ],
)
def test_nodes_that_there_are_not_are_refused(
    grown: sg.CharModel, name: str, change, message: str
) -> None:
    arrays = grown.net.arrays()
    change(arrays[name])
    with pytest.raises(ValueError, match=message):
        native.CharNet.from_arrays(arrays)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("scout.key", lambda a: put(0, a[0] | np.uint64(1 << 40))(a), "names no pattern"),
        ("scout.key", lambda a: put(0, ((a[0] - 1) & ~np.uint64(127) | 104) + 1)(a), "no pattern"),
        ("scout.chance", put(0, np.nan), "got chance nan"),
        ("trainer.places", put(0, -1), "got place -1"),
        ("trainer.chars", put(0, -1), "expected one of 0 or more"),
    ],
)
def test_a_trainers_damaged_arrays_are_refused(
    grown: sg.CharModel, name: str, change, message: str
) -> None:
    net = native.CharNet.from_arrays(grown.net.arrays())
    trainer = native.CharTrainer(net, small_corpus().train, streams=8, window=16)
    trainer.train(3)
    arrays, before = trainer.arrays(), trainer.arrays()
    change(arrays[name])
    with pytest.raises(ValueError, match=message):
        trainer.restore(arrays)
    for kept, values in trainer.arrays().items():
        assert np.array_equal(values, before[kept]), kept
    trainer.restore(before)


def test_notes_are_saved_without_what_was_rolled_back(grown: sg.CharModel) -> None:
    net = native.CharNet.from_arrays(grown.net.arrays())
    trainer = native.CharTrainer(net, small_corpus().train, streams=8, window=16, least_gain=0.1)
    trainer.train(10)
    before = net.snapshot()
    trainer.grow([native.Proposal(kind="specialise", count=200)])
    trainer.train(10)
    net.rollback(before)
    trainer.restore(trainer.arrays())


def test_nan_in_a_file_is_refused(grown: sg.CharModel, tmp_path) -> None:
    from sparsegrow.growth import checkpoint as files

    arrays = grown.net.arrays()
    arrays["hidden.weight"][3] = np.nan
    files.write(tmp_path / "m.safetensors", files.SavedModel(arrays, {}))
    with pytest.raises(ValueError, match=r"hidden\.weight holds NaN"):
        sg.load(tmp_path / "m.safetensors")


def test_a_copy_is_another_model(tmp_path) -> None:
    given = {"out": tmp_path / "run", "settings": small_settings(), "progress": False}
    model = sg.grow(corpus=small_corpus(), steps=40, **given).model
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert_same_model(model, twin)
        assert twin.net is not model.net


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sg.CharModel().bits_per_character(b"abc"), "text: got bytes, expected a string"),
        (lambda: sg.CharModel().evaluate(None), "text: got NoneType, expected a string"),
        (lambda: sg.CharModel().sample(b"a"), "prompt: got bytes, expected str"),
        (lambda: sg.CharModel(device=None), "device: got NoneType, expected str"),
        (lambda: sg.grow("demo", steps=2), "model: got str, expected CharModel"),
        (lambda: sg.grow(corpus=3, steps=2), "corpus: got int, expected str or Corpus"),
    ],
)
def test_things_of_another_kind_are_named(call, message) -> None:
    with pytest.raises(TypeError, match=message):
        call()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seed": -1}, "seed: got -1"),
        ({"n": "3"}, "n: got '3', expected an integer"),
        ({"temperature": "warm"}, "temperature: got 'warm', expected a finite number"),
    ],
)
def test_numbers_of_a_sample_are_named(given, message) -> None:
    with pytest.raises(ValueError, match=message):
        sg.CharModel().sample(**given)
