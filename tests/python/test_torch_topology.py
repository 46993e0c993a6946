"""Changes of topology under PyTorch's optimizers."""

import copy
import itertools

import pytest

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # as for the engine, see conftest.py

from torch import nn  # noqa: E402

from sparsegrow.layered.dynamics import METHODS  # noqa: E402
from sparsegrow.torch import SparseLinear, TopologyScheduler  # noqa: E402
from sparsegrow.torch.update import Moment, TopologyUpdate  # noqa: E402
from torch_support import OPTIMIZERS, Run  # noqa: E402


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
@pytest.mark.parametrize("new_weights", [None, "start"])
def test_links_that_stay_keep_everything_bit_for_bit(method, optimizer, new_weights):
    run, redraws = Run(method, optimizer, every=5, new_weights=new_weights), new_weights == "start"
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
        assert len(stayed) > layer.edges / 3
        assert came
        assert now.keys() == before[key].keys()
        redrawn = 0
        for name, values in now.items():
            moved = values[[new[link] for link in stayed]]
            kept = before[key][name][[old[link] for link in stayed]]
            if redraws:  # where chance puts a link back, it is a new one
                redrawn = max(redrawn, int((moved != kept).sum()))
            else:
                assert torch.equal(moved, kept), name
            fresh = values[[new[link] for link in came]]
            assert bool(fresh.any()) == (redraws and name == "weight"), name
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


def test_gradient_regrowth_goes_by_the_inputs_as_they_were():
    """Programs fill one tensor for each of their batches, and give one to `backward`."""
    data = torch.Generator().manual_seed(0)
    x, dy = torch.randn(2, 8, 20, generator=data), torch.randn(2, 8, 30, generator=data)
    columns = []
    for reused in (False, True):
        layer = SparseLinear(20, 30, 0.1, seed=1)
        optimizer = torch.optim.SGD(layer.parameters(), 0.01)
        topology = TopologyScheduler([layer], optimizer, "rigl", every=1)
        rows, slopes = torch.empty(8, 20), torch.empty(8, 30)
        for i in range(2):
            rows.copy_(x[i])
            slopes.copy_(dy[i])
            layer(rows if reused else x[i]).backward(slopes if reused else dy[i])
        optimizer.step()
        topology.step()
        columns.append(layer.column)
    assert torch.equal(*columns)


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
