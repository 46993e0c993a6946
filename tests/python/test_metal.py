"""Growth and training on Metal beside the CPU; also run on the software device."""

import json
from pathlib import Path

import numpy as np
import pytest

import sparsegrow as sg
from growth_support import small_corpus, small_settings
from sparsegrow import _sparsegrow as native
from sparsegrow.text.corpus import Corpus

REASON = native.backends()["metal"]
pytestmark = pytest.mark.skipif(REASON is not True, reason=str(REASON))

STEPS = 200
# A product or sum is rounded by at most 2^-24 of its size; over 200 steps of training, errors of
# this size are fed back into the weights. Adagrad's first steps are as large as the rate whatever
# the gradient, so that an error of a gradient near zero can reach the weights almost whole.
BITS_TOLERANCE = 1e-3


def corpus() -> Corpus:
    """A little text to measure on: the software device takes its time."""
    whole = small_corpus()
    return Corpus("little", whole.train, whole.valid[:400], 0)


def decisions(folder: Path) -> list[tuple]:
    """Every mutation of a run: what was proposed, made, and taken back."""
    lines = (folder / "growth.jsonl").read_text().splitlines()
    keys = ("round", "kind", "sub_dag", "layer", "count", "accepted", "rolled_back", "edges_added")
    return [tuple(json.loads(line)[key] for key in keys) for line in lines]


def test_a_growth_run_takes_the_decisions_of_the_cpus(tmp_path) -> None:
    # Rounds of four steps, judged strictly: each kind of mutation is made, and a round taken back.
    settings = small_settings(
        seed=3, mutations="paper", trial_chars=400, sigmas=0.0, tolerance=0.0, first_round=4,
        longest_round=4,
    )  # fmt: skip
    runs = {
        device: sg.grow(
            corpus=corpus(), steps=STEPS, out=tmp_path / device, settings=settings,
            device=device, progress=False,
        )
        for device in ("cpu", "metal")
    }  # fmt: skip
    ours, theirs = (decisions(tmp_path / device) for device in ("metal", "cpu"))
    assert ours == theirs
    assert any(rolled_back for *_, rolled_back, _ in ours)
    made = {kind for _, kind, *_, accepted, rolled_back, _ in ours if accepted and not rolled_back}
    assert made == {"widen", "deepen", "expand_context", "activate_memory", "prune"}
    a, b = runs["metal"].metrics, runs["cpu"].metrics
    assert [x["params"] for x in a] == [x["params"] for x in b]
    assert [x["val_bpc"] for x in a] == pytest.approx([x["val_bpc"] for x in b], abs=BITS_TOLERANCE)
    assert runs["metal"].model.device == "metal"


def propose(kind: str, sub_dag: int = -1, layer: int = 0, count: int = 2) -> native.Proposal:
    return native.Proposal(kind=kind, sub_dag=sub_dag, layer=layer, count=count, seed=5)


MUTATIONS = [
    propose("widen", 69, 1), propose("widen", 3, 1, 40), propose("deepen", 69, 1),
    propose("expand_context", 69), propose("expand_context", 3, 0, 5),
    propose("activate_memory", 69), propose("prune", count=200), propose("specialise", count=50),
]  # fmt: skip


class Pair:
    """The same net on the CPU and on Metal, trained on the same text."""

    def __init__(self) -> None:
        text = small_corpus().train[:2000]
        self.nets = [native.CharNet(seed=1, device=device) for device in ("cpu", "metal")]
        self.trainers = [
            native.CharTrainer(net, text, streams=8, window=8, least_gain=0.0) for net in self.nets
        ]

    def train(self, steps: int = 3) -> None:
        cpu, metal = (trainer.train(steps).loss for trainer in self.trainers)
        assert metal == pytest.approx(cpu, rel=1e-4)

    def grow(self, *mutations: native.Proposal) -> int:
        """Grow both and return the parameters that came."""
        for trainer in self.trainers:
            trainer.offered(100)
        before = self.nets[0].parameters
        cpu, metal = (trainer.grow(list(mutations)) for trainer in self.trainers)
        assert metal == cpu
        return self.nets[0].parameters - before


def test_every_mutation_follows_the_cpu() -> None:
    pair = Pair()
    pair.train()
    for mutation in MUTATIONS:
        assert pair.grow(mutation) != 0, mutation
        pair.train()


def test_a_rollback_restores_the_bits() -> None:
    pair = Pair()
    pair.grow(*MUTATIONS[:4])
    pair.train()
    saved = [(net.snapshot(), net.arrays()) for net in pair.nets]
    pair.grow(propose("widen", 10, 1), propose("activate_memory", 3))
    pair.train()
    for net, (snapshot, arrays) in zip(pair.nets, saved, strict=True):
        net.rollback(snapshot)
        for name, values in net.arrays().items():
            assert np.array_equal(values, arrays[name]), (net.device, name)
    pair.train()


def test_one_command_buffer_for_each_step() -> None:
    net = native.CharNet(seed=0, device="metal")
    trainer = native.CharTrainer(net, small_corpus().train[:2000], streams=8, window=8)
    trainer.train(1)
    native.reset_device_use("metal")
    trainer.train(7)
    used = native.device_use("metal")
    # The update of a step waits for the loss of the next one; the last is waited for at the end.
    assert used["command_buffers"] == used["waits"] == 8
    assert used["kernels"]["softmax_xent_tile_f32"]["dispatches"] == 7


def test_growth_reuses_buffers() -> None:
    net = native.CharNet(seed=0, device="metal")
    trainer = native.CharTrainer(net, small_corpus().train[:2000], streams=8, window=8)
    snapshot = net.snapshot()
    peaks = []
    for _ in range(6):
        net.grow([propose("widen", s, 1, 8) for s in range(20)])
        trainer.train(1)
        net.rollback(snapshot)
        peaks.append(native.device_use("metal")["peak_bytes"])
    assert peaks[1] == peaks[-1]


@pytest.mark.parametrize("topology", ["static", "set", "ch3l3"])
def test_a_fit_follows_the_cpu(topology: str) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((96, 16)).astype(np.float32)
    y = (x @ rng.standard_normal((16, 3))).argmax(1)
    nets = {
        device: sg.SparseMLP(
            [16, 40, 3], topology=topology, density=0.3, batch_size=24, dropout=0.2,
            activation="srelu", optimizer="adam", seed=0, device=device,
        ).fit(x, y, 3, progress=False)
        for device in ("cpu", "metal")
    }  # fmt: skip
    cpu, metal = nets["cpu"], nets["metal"]
    assert [r.loss for r in metal.history] == pytest.approx([r.loss for r in cpu.history], rel=1e-4)
    assert metal.predict_proba(x) == pytest.approx(cpu.predict_proba(x), abs=1e-3)


def test_auto_is_metal_but_for_float64() -> None:
    assert sg.CharModel(device="auto").device == "metal"
    assert native.CharNet(dtype="float64", device="auto").device == "cpu"
    with pytest.raises(ValueError, match="device 'metal' does not compute in f64"):
        native.CharNet(dtype="float64", device="metal")
    with pytest.raises(ValueError, match="device 'metal' does not compute in f64"):
        native.Panel(3, 4, dtype="float64", device="metal")


def test_a_model_moves_between_devices(tmp_path) -> None:
    net = sg.CharModel(seed=3, device="metal")
    net.save(tmp_path / "model")
    on_cpu = sg.CharModel.load(tmp_path / "model")
    assert on_cpu.device == "cpu"
    text = "to be or not to be"
    assert on_cpu.bits_per_character(text) == pytest.approx(net.bits_per_character(text), abs=1e-5)
    assert net.sample("to", 20, seed=1) == on_cpu.sample("to", 20, seed=1)
