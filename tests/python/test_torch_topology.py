"""Changes of topology under PyTorch's optimizers."""

import copy
import itertools

import pytest

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # as for the engine, see conftest.py

from torch import nn  # noqa: E402

from sparsegrow.torch import SparseLinear, TopologyScheduler  # noqa: E402
from sparsegrow.torch.rules import METHODS  # noqa: E402
from sparsegrow.torch.update import Moment, TopologyUpdate  # noqa: E402

OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, 0.05, momentum=0.9),
    "adam": lambda p: torch.optim.Adam(p, 0.01, amsgrad=True),
    "adamw": lambda p: torch.optim.AdamW(p, 0.01),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 0.01, momentum=0.5, centered=True),
}


def stack(density=0.2, seed=0):
    return nn.Sequential(
        SparseLinear(12, 30, density, seed=seed),
        nn.ReLU(),
        SparseLinear(30, 20, density, seed=seed + 1),
        nn.ReLU(),
        SparseLinear(20, 8, density, seed=seed + 2),
        nn.ReLU(),
        nn.Linear(8, 3),
    )


class Run:
    """A model in training on data that depends on the step alone."""

    def __init__(self, method="set", optimizer="adam", **options):
        torch.manual_seed(0)
        self.model = stack()
        self.optimizer = OPTIMIZERS[optimizer](self.model.parameters())
        given = {"every": 3, **options}
        self.topology = TopologyScheduler(self.model, self.optimizer, method, **given)

    def train(self, steps):
        records = []
        for _ in range(steps):
            data = torch.Generator().manual_seed(self.topology.steps)
            x = torch.randn(16, 12, generator=data)
            y = torch.randint(3, (16,), generator=data)
            self.optimizer.zero_grad()
            nn.functional.cross_entropy(self.model(x), y).backward()
            self.optimizer.step()
            records += self.topology.step()
        return records

    def layers(self):
        return list(self.topology.layers.values())


def links_of(layer):
    """{(target, source): place}."""
    rows = torch.repeat_interleave(torch.arange(layer.out_features), layer.row_begin.diff())
    ends = zip(rows.tolist(), layer.column.tolist(), strict=True)
    return {link: place for place, link in enumerate(ends)}


def state_of(layer, optimizer):
    """Everything there is per link."""
    found = {"weight": layer.weight.detach().clone()}
    for name, value in optimizer.state[layer.weight].items():
        if torch.is_tensor(value) and value.shape == layer.weight.shape:
            found[name] = value.clone()
    return found


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("chain_removal", [False, True])
def test_the_number_of_links_never_changes(method, chain_removal):
    run = Run(method, chain_removal=chain_removal)
    parameters = [layer.weight for layer in run.layers()]
    edges = [layer.edges for layer in run.layers()]
    records = run.train(31)
    assert len(records) == 30
    assert [layer.edges for layer in run.layers()] == edges
    for layer, parameter in zip(run.layers(), parameters, strict=True):
        assert layer.weight is parameter
        assert len(links_of(layer)) == layer.edges
    for record in records:
        assert record.regrown == record.removed + record.chained
        assert record.chained == 0 or chain_removal
        assert record.seconds > 0
    assert any(record.removed for record in records)


@pytest.mark.parametrize("method", ["set", "rigl", "ch3l3"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_links_that_stay_keep_everything_bit_for_bit(method, optimizer):
    run = Run(method, optimizer, every=5)
    run.train(4)
    held = {id(layer): (links_of(layer), layer) for layer in run.layers()}
    before = {}

    original = run.optimizer.step

    def step():
        original()
        before.update({key: state_of(one, run.optimizer) for key, (_, one) in held.items()})

    run.optimizer.step = step
    run.train(1)
    for key, (old, layer) in held.items():
        new, now = links_of(layer), state_of(layer, run.optimizer)
        stayed = sorted(old.keys() & new.keys())
        came = sorted(new.keys() - old.keys())
        assert len(stayed) > layer.edges / 2
        assert came
        assert now.keys() == before[key].keys()
        redrawn = 0
        for name, values in now.items():
            moved = values[[new[link] for link in stayed]]
            kept = before[key][name][[old[link] for link in stayed]]
            if method == "set":  # where chance puts a link back, it is a new one
                redrawn = max(redrawn, int((moved != kept).sum()))
            else:
                assert torch.equal(moved, kept), name
            fresh = values[[new[link] for link in came]]
            assert bool(fresh.any()) == (method == "set" and name == "weight"), name
        record = next(r for r in run.topology.history if run.topology.layers[r.layer] is layer)
        assert redrawn <= round(record.overlap * record.regrown)


def test_the_function_of_links_that_stay_is_the_same():
    run = Run("random", fraction=0.0)
    run.train(2)
    before = copy.deepcopy(run.model)
    x = torch.randn(5, 12)
    run.optimizer.zero_grad()
    records = run.topology.step()
    assert [r.regrown for r in records] == [0, 0, 0]
    assert torch.equal(run.model(x), before(x))


def test_gradients_are_carried_too():
    run = Run("random", every=1)
    run.train(1)
    layer = run.layers()[0]
    nn.functional.cross_entropy(run.model(torch.randn(9, 12)), torch.zeros(9).long()).backward()
    old, gradient = links_of(layer), layer.weight.grad.clone()
    run.topology.step()
    new = links_of(layer)
    stayed = sorted(old.keys() & new.keys())
    at = [new[link] for link in stayed]
    assert torch.equal(layer.weight.grad[at], gradient[[old[link] for link in stayed]])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("soft", [False, True])
def test_a_resumed_run_is_the_same_bit_for_bit(method, soft):
    if soft and not METHODS[method].by_paths:
        return
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


def test_gradient_regrowth_takes_the_largest_of_all_calls_of_the_step():
    torch.manual_seed(1)
    layer = SparseLinear(12, 9, 0.2, seed=0)
    optimizer = torch.optim.SGD(layer.parameters(), 0.0)
    topology = TopologyScheduler(layer, optimizer, "rigl", every=1, fraction=0.25)
    dense = layer.to_dense()
    for samples in (5, 8):
        x, dy = torch.randn(samples, 12), torch.randn(samples, 9)
        for module in (layer, dense):
            module(x).backward(dy)
    before = links_of(layer)
    kept = sorted(before, key=lambda link: abs(layer.weight[before[link]].item()))[5:]
    magnitude = dense.weight.grad.abs()
    magnitude[[t for t, _ in kept], [s for _, s in kept]] = -1
    best = magnitude.flatten().topk(5).indices.tolist()
    topology.step()
    assert links_of(layer).keys() == {*kept, *((cell // 12, cell % 12) for cell in best)}


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


def test_gradient_regrowth_without_a_gradient_says_so():
    run = Run("rigl", every=1)
    with pytest.raises(RuntimeError, match="no gradient came back"):
        run.topology.step()
    assert run.topology.steps == 0


def test_chain_removal_leaves_no_neuron_half_alive():
    run = Run("ch3l3", chain_removal=True)
    moment = Moment(step=3, fraction=0.6, progress=0.0)
    update = TopologyUpdate(run.topology.layers, set(), run.topology.settings, moment)
    assert sum(change.chained for change in update.changes) > 0
    left = []
    for change in update.changes:
        gone = set(change.removed.tolist())
        left.append([link for link, place in links_of(change.layer).items() if place not in gone])
    for before, after in itertools.pairwise(left):
        assert {target for target, _ in before} == {source for _, source in after}


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


@pytest.mark.parametrize("removal", ["signed", "magnitude", "relative", "sampled"])
def test_any_removal_goes_with_any_method(removal):
    run = Run("rigl", removal=removal)
    assert all(record.regrown > 0 for record in run.train(7))


def test_double_precision():
    layer = SparseLinear(12, 9, 0.3, seed=0, dtype=torch.float64)
    optimizer = torch.optim.Adam(layer.parameters())
    topology = TopologyScheduler(layer, optimizer, "rigl", every=1)
    layer(torch.randn(4, 12, dtype=torch.float64)).sum().backward()
    optimizer.step()
    assert topology.step()[0].regrown > 0
    assert layer.weight.dtype == torch.float64


def test_seeds_decide():
    one, same, other = (Run("set", seed=s) for s in (1, 1, 2))
    for run in (one, same, other):
        run.train(4)
    assert torch.equal(one.layers()[0].column, same.layers()[0].column)
    assert not torch.equal(one.layers()[0].column, other.layers()[0].column)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"method": "snip"}, "method: got 'snip', expected one of"),
        ({"removal": "none"}, "removal: got 'none', expected one of"),
        ({"decay": "linear"}, "decay: got 'linear', expected one of"),
        ({"decay": "cosine"}, "end: got None with decay='cosine'"),
        ({"soft": True}, "soft: got True with method='set'"),
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
