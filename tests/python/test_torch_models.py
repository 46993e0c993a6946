"""Whole models: dense ones made sparse, published ones, and one that learns."""

import copy
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # as for the engine, see conftest.py

from torch import nn  # noqa: E402

from sparsegrow.torch import (  # noqa: E402
    SparseLinear,
    TopologyScheduler,
    set_cnn,
    sparsify,
    vgg16_head,
)


def parameters(module):
    return sum(p.numel() for p in module.parameters())


def mlp():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(64, 200),
        nn.ReLU(),
        nn.Sequential(nn.Linear(200, 100), nn.ReLU()),
        nn.Linear(100, 10),
    )


def test_sparsify_a_perceptron():
    model = mlp().double().eval()
    assert sparsify(model, density=0.05, seed=1) == ["0", "2.0"]
    assert isinstance(model[0], SparseLinear)
    assert model[0].edges == 640
    assert model[2][0].edges == 1000
    assert type(model[3]) is nn.Linear
    assert model[0].weight.dtype == torch.float64
    assert not model[0].training
    assert model(torch.zeros(2, 64, dtype=torch.float64)).shape == (2, 10)


def test_sparsify_all_layers():
    model = mlp()
    assert sparsify(model, epsilon=3, skip_last=False) == ["0", "2.0", "3"]
    assert model[3].edges == 330
    assert sparsify(nn.ReLU()) == []
    with pytest.raises(ValueError, match="a Linear itself"):
        sparsify(nn.Linear(3, 3))


def test_sparsify_keeps_the_largest_weights():
    model = mlp()
    dense = copy.deepcopy(model)
    sparsify(model, density=1.0, keep_largest=True)
    x = torch.randn(5, 64)
    torch.testing.assert_close(model(x), dense(x), rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="keep_largest"):
        sparsify(mlp(), keep_largest=True)


@pytest.mark.parametrize("keep_largest", [True, False])
def test_what_is_frozen_stays_frozen(keep_largest):
    model = mlp().requires_grad_(False)
    model[2][0].bias.requires_grad_()
    before = {name: p.requires_grad for name, p in model.named_parameters()}
    sparsify(model, 0.1, keep_largest=keep_largest)
    assert {name: p.requires_grad for name, p in model.named_parameters()} == before
    dense = model[2][0].to_dense()
    assert not dense.weight.requires_grad
    assert dense.bias.requires_grad


@pytest.mark.parametrize("name", ["skip_last", "keep_largest"])
def test_sparsify_takes_no_word_for_a_switch(name):
    model = mlp()
    with pytest.raises(ValueError, match=f"{name}: got 'no', expected True or False"):
        sparsify(model, 0.1, **{name: "no"})
    assert type(model[0]) is nn.Linear
    with pytest.raises(ValueError, match="bias: got 'no', expected True or False"):
        SparseLinear(4, 3, bias="no")


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(6, 6)
        self.same = self.one
        self.attention = nn.MultiheadAttention(6, 2)
        self.last = nn.Linear(6, 2)


def test_sparsify_replaces_a_shared_layer_everywhere_and_spares_subclasses():
    model = Tied()
    assert sparsify(model, density=0.5) == ["one"]
    assert model.one is model.same
    assert isinstance(model.one, SparseLinear)
    assert isinstance(model.attention.out_proj, nn.Linear)


def test_the_published_network_of_set_has_its_parameters():
    model = set_cnn(seed=0)
    assert parameters(model.features) == 287_008
    assert [layer.edges for layer in model.head if isinstance(layer, SparseLinear)] == [81_920] * 2
    assert parameters(model.head) == 184_330
    assert parameters(set_cnn(epsilon=None).head) == 8_413_194
    assert model(torch.zeros(2, 3, 32, 32)).shape == (2, 10)


def test_the_head_on_vgg16_has_its_parameters():
    model = vgg16_head(density=0.01, seed=0)
    assert parameters(model.features) == 14_723_136
    sparse = [layer for layer in model.head if isinstance(layer, SparseLinear)]
    assert [layer.edges for layer in sparse] == [5_120, 10_000, 10_000]
    assert parameters(model.head) == 25_120 + 3 * 1000 + 10_010
    model.eval()
    assert model(torch.zeros(2, 3, 32, 32)).shape == (2, 10)


def test_a_head_without_sparse_layers_is_its_readout():
    model = vgg16_head(layers=0, classes=7, seed=0).eval()
    assert [type(layer) for layer in model.head] == [nn.Linear]
    assert model(torch.zeros(2, 3, 32, 32)).shape == (2, 7)
    with pytest.raises(ValueError, match="layers: got -1"):
        vgg16_head(layers=-1)


def digits():
    data = pytest.importorskip("sklearn.datasets").load_digits()
    order = np.random.default_rng(0).permutation(len(data.target))
    x = torch.tensor(data.data[order] / 16, dtype=torch.float32)
    y = torch.tensor(data.target[order])
    return (x[:1400], y[:1400]), (x[1400:], y[1400:])


@pytest.mark.parametrize("method", ["set", "rigl", "ch3l3"])
def test_it_learns_digits(method):
    (x, y), (x_test, y_test) = digits()
    torch.manual_seed(0)
    model = nn.Sequential(
        SparseLinear(64, 200, 0.1, seed=0),
        nn.ReLU(),
        SparseLinear(200, 200, 0.05, seed=1),
        nn.ReLU(),
        nn.Linear(200, 10),
    )
    optimizer = torch.optim.AdamW(model.parameters(), 3e-3)
    topology = TopologyScheduler(model, optimizer, method, every=20, end=300, decay="cosine")
    data = torch.utils.data.TensorDataset(x, y)
    order = torch.Generator().manual_seed(0)
    loader = torch.utils.data.DataLoader(data, 64, shuffle=True, generator=order)
    for _ in range(20):
        for x_batch, y_batch in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x_batch), y_batch).backward()
            optimizer.step()
            topology.step()
    with torch.no_grad():
        accuracy = (model(x_test).argmax(1) == y_test).float().mean()
    assert accuracy > 0.96
    assert len(topology.history) == 2 * 14


def test_the_example_of_the_page_runs():
    page = Path(__file__).resolve().parents[2] / "docs" / "torch.md"
    code = page.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    names = {}
    exec(code, names)
    assert names["topology"].steps == 5
