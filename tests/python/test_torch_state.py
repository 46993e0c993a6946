"""What of the sparse layer for PyTorch is saved, loaded and copied."""

import copy
import io
import pickle

import pytest

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # as for the engine, see conftest.py

from torch import nn  # noqa: E402

from torch_support import DOUBLE, Run, layer  # noqa: E402


def test_state_dict_brings_the_topology():
    one, other = layer(seed=1), layer(density=0.35, seed=2)
    x = torch.randn(4, 20, dtype=DOUBLE)
    other(x)
    weight = other.weight
    other.load_state_dict(one.state_dict())
    assert other.weight is weight
    assert other.edges == one.edges
    assert torch.equal(other(x), one(x))


def test_state_dict_through_a_file_inside_a_model(tmp_path):
    one, other = (nn.Sequential(layer(seed=s), nn.ReLU(), layer(15, 4, seed=s)) for s in (1, 2))
    torch.save(one.state_dict(), tmp_path / "model.pt")
    other.load_state_dict(torch.load(tmp_path / "model.pt", weights_only=True))
    x = torch.randn(4, 20, dtype=DOUBLE)
    assert torch.equal(other(x), one(x))
    third = nn.Sequential(layer(density=0.5), nn.ReLU(), layer(15, 4))
    third.load_state_dict(one.state_dict(), assign=True)
    assert torch.equal(third(x), one(x))


def damaged(name, change):
    state = layer().state_dict()
    state[name] = change(state[name])
    return state


@pytest.mark.parametrize(
    ("name", "change", "text"),
    [
        ("column", lambda t: t + 100, "no pattern.*column"),
        ("column", lambda t: t.long(), "no pattern.*int64"),
        ("column", lambda t: t[1:], "no pattern.*offsets end"),
        ("row_begin", lambda t: t.flip(0), "no pattern.*start with 0"),
        ("row_begin", lambda t: torch.cat([t, t[-1:]]), "got 16 rows.*expected 15 rows"),
        ("weight", lambda t: t[1:], "expected 15 rows and a weight per link"),
    ],
)
def test_a_damaged_state_dict_changes_nothing(name, change, text):
    sparse = layer(seed=9)
    before = copy.deepcopy(sparse.state_dict())
    with pytest.raises(RuntimeError, match=text):
        sparse.load_state_dict(damaged(name, change))
    for key, value in sparse.state_dict().items():
        assert torch.equal(value, before[key])


def test_missing_keys_are_pytorch_s_to_tell():
    state = layer().state_dict()
    del state["column"]
    with pytest.raises(RuntimeError, match="Missing key"):
        layer().load_state_dict(state)


def without(name, **options):
    state = layer(**options).state_dict()
    del state[name]
    return state


@pytest.mark.parametrize("name", ["weight", "column", "row_begin"])
@pytest.mark.parametrize("strict", [True, False])
def test_a_part_of_a_topology_changes_nothing(name, strict):
    """Its other links may be as many as the present ones, whose weights are not theirs."""
    sparse = layer(seed=9)
    before = copy.deepcopy(sparse.state_dict())
    with pytest.raises(RuntimeError, match=f"Missing key.*{name}: a topology comes whole"):
        sparse.load_state_dict(without(name), strict=strict)
    for key, value in sparse.state_dict().items():
        assert torch.equal(value, before[key])


def test_a_bias_of_another_length_changes_nothing():
    sparse = layer(seed=9)
    before = copy.deepcopy(sparse.state_dict())
    state = {**layer(density=0.4).state_dict(), "bias": torch.zeros(3, dtype=DOUBLE)}
    with pytest.raises(RuntimeError, match=r"bias: size mismatch: got torch.Size\(\[3\]\)"):
        sparse.load_state_dict(state)
    for key, value in sparse.state_dict().items():
        assert torch.equal(value, before[key])


def test_what_pytorch_allows_to_miss_stays_as_it_is():
    sparse, other = layer(seed=9), layer(density=0.4)
    bias = sparse.bias.detach().clone()
    sparse.load_state_dict({k: v for k, v in other.state_dict().items() if k != "bias"}, False)
    assert torch.equal(sparse.column, other.column)
    assert torch.equal(sparse.bias, bias)
    sparse.load_state_dict({"weight": torch.zeros_like(sparse.weight)}, strict=False)
    assert torch.equal(sparse.column, other.column)
    assert not sparse.weight.any()


def test_buffers_changed_in_place_are_the_topology():
    sparse, other = layer(seed=1), layer(seed=2)
    x = torch.randn(4, 20, dtype=DOUBLE)
    sparse(x)
    with torch.no_grad():
        for key, value in sparse.state_dict().items():
            value.copy_(other.state_dict()[key])
    assert torch.equal(sparse(x), other(x))
    with torch.inference_mode():  # where PyTorch counts no changes
        made = layer(seed=1)
        assert torch.equal(made(x), made(x))


def test_an_averaged_model_has_the_present_topology():
    run = Run("set", every=1)
    newest = torch.optim.swa_utils.get_ema_multi_avg_fn(0.0)
    average = torch.optim.swa_utils.AveragedModel(run.model, multi_avg_fn=newest)
    x = torch.randn(6, 12)
    average(x)
    for _ in range(3):
        run.train(1)
        average.update_parameters(run.model)
        torch.testing.assert_close(average(x), run.model(x))


def test_copies_are_independent():
    sparse = layer()
    x = torch.randn(4, 20, dtype=DOUBLE)
    wanted = sparse(x).detach()
    file = io.BytesIO()
    torch.save(sparse, file)
    file.seek(0)
    copies = [
        copy.deepcopy(sparse),
        pickle.loads(pickle.dumps(sparse)),
        torch.load(file, weights_only=False),
    ]
    with torch.no_grad():
        sparse.weight.zero_()
    for one in copies:
        assert torch.equal(one(x), wanted)


class Mapped(torch.utils.data.Dataset):
    def __init__(self, sparse):
        self.sparse = sparse

    def __len__(self):
        return 12

    def __getitem__(self, index):
        with torch.no_grad():
            return self.sparse(torch.full((20,), float(index), dtype=DOUBLE))


def test_in_the_workers_of_a_data_loader():
    sparse = layer()
    x = torch.arange(12, dtype=DOUBLE)[:, None].expand(12, 20)
    wanted = sparse(x).detach()
    loader = torch.utils.data.DataLoader(Mapped(sparse), batch_size=4, num_workers=2)
    torch.testing.assert_close(torch.cat(list(loader)), wanted)
