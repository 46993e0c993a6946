"""When layers under PyTorch change, from where a run goes on, and what does not fit."""

import copy
import pickle

import pytest

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # as for the engine, see conftest.py

from torch import nn  # noqa: E402

from sparsegrow.layered.dynamics import METHODS, dynamics_of  # noqa: E402
from sparsegrow.torch import SparseLinear, TopologyScheduler  # noqa: E402
from torch_support import Run  # noqa: E402

BY_PATHS = [name for name, rules in METHODS.items() if rules["regrowth"] == "paths"]


@pytest.mark.parametrize(
    ("method", "soft"), [*((m, False) for m in METHODS), *((m, True) for m in BY_PATHS)]
)
def test_a_resumed_run_is_the_same_bit_for_bit(method, soft):
    options = {"soft": soft, "chain_removal": True, "end": 20, "decay": "cosine"}
    whole = Run(method, **options)
    whole.train(8)  # the step before an update
    saved = copy.deepcopy(
        (whole.model.state_dict(), whole.optimizer.state_dict(), whole.topology.state_dict())
    )
    whole.train(12)
    resumed = Run(method, **options)
    resumed.train(2)
    resumed.model.load_state_dict(saved[0])
    resumed.optimizer.load_state_dict(saved[1])
    resumed.topology.load_state_dict(saved[2])
    resumed.train(12)
    for key, value in whole.model.state_dict().items():
        assert torch.equal(value, resumed.model.state_dict()[key]), key
    timeless = [
        [record._replace(seconds=0) for record in run.topology.history] for run in (whole, resumed)
    ]
    assert timeless[0] == timeless[1]


def test_the_state_is_plain_data(tmp_path):
    run = Run("ch3l3", stop_overlap=0.0)
    run.train(4)
    torch.save(run.topology.state_dict(), tmp_path / "topology.pt")
    state = torch.load(tmp_path / "topology.pt", weights_only=True)
    other = Run("ch3l3", stop_overlap=0.0)
    other.topology.load_state_dict(state)
    assert other.topology.state_dict() == run.topology.state_dict()
    state["layers"] = ["0"]
    with pytest.raises(ValueError, match=r"got layers \['0'\], expected \['0', '2', '4'\]"):
        other.topology.load_state_dict(state)


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda run: pickle.loads(pickle.dumps(run))], ids=["copy", "pickle"]
)
@pytest.mark.parametrize("method", ["set", "rigl"])
def test_a_copy_goes_on_bit_for_bit(method, copied):
    run = Run(method, end=20, decay="cosine", stop_overlap=0.9)
    run.train(8)  # the step before an update
    parts = run.model, run.optimizer, run.topology
    other = copy.copy(run)
    other.model, other.optimizer, other.topology = copied(parts)
    assert (run.layers()[0].traffic is None) == (method == "set")
    for one in (run, other):
        one.train(12)
    for key, value in run.model.state_dict().items():
        assert torch.equal(value, other.model.state_dict()[key]), key
    assert len(other.topology.history) == len(run.topology.history)


def test_a_shallow_copy_leaves_what_the_layers_keep():
    run = Run("rigl", every=1)
    kept = run.layers()[0].traffic
    copy.copy(run.topology)
    assert run.layers()[0].traffic is kept


@pytest.mark.parametrize("name", ["steps", "layers", "frozen", "history"])
def test_a_state_that_lacks_something_is_refused(name):
    run, other = Run(), Run()
    run.train(4)
    state = run.topology.state_dict()
    del state[name]
    with pytest.raises(ValueError, match=f"load_state_dict: expected {name} in it as well"):
        other.topology.load_state_dict(state)
    assert other.topology.steps == 0
    with pytest.raises(ValueError, match="expected frozen, history, layers, steps in it"):
        other.topology.load_state_dict({})


def test_a_gradient_is_kept_only_in_the_step_before_an_update():
    run = Run("rigl", every=4)
    armed = []
    for _ in range(9):
        armed.append(run.layers()[0].traffic is not None)
        run.train(1)
    assert armed == [step % 4 == 3 for step in range(9)]
    assert copy.deepcopy(run.model)[0].traffic is None
    run = Run("set", every=1)
    assert run.layers()[0].traffic is None


def test_a_layer_that_has_converged_rests():
    run = Run("ch3l3", stop_overlap=0.0, fraction=0.5)
    run.train(31)
    frozen = run.topology.frozen
    assert frozen
    counts = [sum(r.layer == name for r in run.topology.history) for name in run.topology.layers]
    assert min(counts) < 10


def test_a_full_layer_is_left_alone():
    layer = SparseLinear(5, 4, 1.0, seed=0)
    optimizer = torch.optim.SGD(layer.parameters(), 0.1)
    before = layer.weight.detach().clone()
    topology = TopologyScheduler([layer], optimizer, "set", every=1)
    assert topology.step() == []
    assert torch.equal(layer.weight, before)


def test_the_end_and_the_decay():
    run = Run("random", every=2, end=9, decay="cosine")
    records = run.train(12)
    assert sorted({r.step for r in records}) == [2, 4, 6, 8]
    removed = [r.removed for r in records if r.layer == "2"]
    assert removed == sorted(removed, reverse=True)
    assert removed[-1] < removed[0]


@pytest.mark.parametrize("method", METHODS)
def test_methods_are_those_of_the_layered_model(method):
    assert Run(method).topology.settings.rules == dynamics_of(method, None)
    assert Run(method).topology.schedule.fraction_at(8) == 0.3  # without an end to fall to
    falls = Run(method, end=9).topology.schedule.fraction_at(8) < 0.3
    assert falls == (dynamics_of(method, None).decay == "cosine")


class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


def test_chains_are_removed_by_default_where_the_layers_are_plainly_a_stack():
    def removes(given, layers):
        optimizer = torch.optim.SGD([layer.weight for layer in layers], 0.1)
        return TopologyScheduler(given, optimizer, "ch3l3").settings.rules.chain_removal

    one, other, narrow = (SparseLinear(6, k, 0.5, seed=0) for k in (6, 6, 5))
    within = nn.Sequential(nn.Sequential(one, nn.BatchNorm1d(6)), nn.Tanh(), other)
    assert removes([one, other], [one, other])
    assert removes(within, [one, other])
    assert removes(nn.Sequential(nn.Linear(3, 6), one, other, nn.Linear(6, 3)), [one, other])
    assert not removes(nn.Sequential(one, nn.Linear(6, 6), other), [one, other])
    assert not removes(nn.ModuleList([one, other]), [one, other])  # perhaps side by side
    assert not removes(nn.Sequential(one, Residual(other)), [one, other])
    assert not removes([narrow, one], [narrow, one])


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"new_weights": "one"}, "new_weights: got 'one', expected one of"),
        ({"chain_removal": 1}, "chain_removal: got 1, expected True or False"),
        ({"method": "snip"}, "method: got 'snip', expected one of"),
        ({"removal": "none"}, "removal: got 'none', expected one of"),
        ({"decay": "linear"}, "decay: got 'linear', expected one of"),
        ({"decay": "cosine"}, "end: got None with decay='cosine'"),
        ({"soft": True}, "soft: got True with method='set'"),
        ({"soft": "no"}, "soft: got 'no', expected True or False"),
        ({"fraction": 1.5}, "fraction: got 1.5"),
        ({"every": 0}, "every: got 0"),
        ({"end": -1}, "end: got -1"),
        ({"seed": "x"}, "seed: got 'x'"),
        ({"stop_overlap": 2.0}, "stop_overlap: got 2"),
    ],
)
def test_settings_that_do_not_fit(options, text):
    with pytest.raises(ValueError, match=text):
        Run(**options)


def test_layers_that_do_not_fit():
    layer = SparseLinear(5, 4, 0.5)
    optimizer = torch.optim.SGD(layer.parameters(), 0.1)
    with pytest.raises(ValueError, match="got no SparseLinear"):
        TopologyScheduler(nn.Linear(3, 3), optimizer)
    with pytest.raises(TypeError, match="layer 1: got Linear, expected SparseLinear"):
        TopologyScheduler([layer, nn.Linear(3, 3)], optimizer)
    with pytest.raises(ValueError, match="got a layer twice"):
        TopologyScheduler([layer, layer], optimizer)
    with pytest.raises(ValueError, match="does not hold the weight of layer 0"):
        TopologyScheduler([SparseLinear(5, 4, 0.5)], optimizer)
    more = SparseLinear(5, 4, 0.5)
    optimizer.add_param_group({"params": more.parameters()})
    with pytest.raises(ValueError, match="layer 0 gives 4 and layer 1 takes 5"):
        TopologyScheduler([layer, more], optimizer, chain_removal=True)
