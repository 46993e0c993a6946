"""The sparse layer for PyTorch: equal to a dense one, and at home in its tools."""

import copy
import doctest
import importlib
import io
import pickle

import pytest

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # as for the engine, see conftest.py

from torch import nn  # noqa: E402

from sparsegrow.torch import SparseLinear  # noqa: E402
from support import random_pattern  # noqa: E402

DOUBLE = torch.float64
MODULES = ("sparsegrow.torch", "sparsegrow.torch.linear", "sparsegrow.torch.conversion")


def layer(inputs=20, outputs=15, density=0.2, **options):
    made = SparseLinear(inputs, outputs, density, **{"seed": 3, "dtype": DOUBLE, **options})
    if made.bias is not None:
        nn.init.normal_(made.bias)
    return made


def irregular(dtype=DOUBLE):
    """Empty rows, full rows, shuffled columns."""
    return SparseLinear(20, 15, start=random_pattern(20, 15, 0.2), seed=1, dtype=dtype)


def rows_of(sparse):
    return torch.repeat_interleave(torch.arange(sparse.out_features), sparse.row_begin.diff())


def gradients(module, x, dy):
    x = x.detach().requires_grad_()
    module.zero_grad()
    y = module(x)
    y.backward(dy)
    return y, x.grad, module.weight.grad, module.bias.grad


@pytest.mark.parametrize("dtype", [torch.float32, DOUBLE])
@pytest.mark.parametrize("shape", [(7, 20), (1, 20), (20,), (2, 3, 20), (70, 20), (0, 20)])
def test_equals_the_dense_layer_with_the_same_matrix(dtype, shape):
    sparse = irregular(dtype)
    dense = sparse.to_dense()
    x, dy = torch.randn(shape, dtype=dtype), torch.randn((*shape[:-1], 15), dtype=dtype)
    y, dx, dweight, dbias = gradients(sparse, x, dy)
    wanted = gradients(dense, x, dy)
    at = rows_of(sparse), sparse.column.long()
    close = {"rtol": 1e-4, "atol": 1e-5} if dtype == torch.float32 else {}
    assert y.shape == wanted[0].shape
    torch.testing.assert_close(y, wanted[0], **close)
    torch.testing.assert_close(dx, wanted[1], **close)
    torch.testing.assert_close(dweight, wanted[2][at], **close)
    torch.testing.assert_close(dbias, wanted[3], **close)


@pytest.mark.parametrize("bias", [True, False])
def test_gradients_by_finite_differences(bias):
    sparse = layer(6, 5, 0.4, bias=bias)
    x = torch.randn(3, 2, 6, dtype=DOUBLE, requires_grad=True)

    def call(x, *parameters):
        names = [name for name, _ in sparse.named_parameters()]
        named = dict(zip(names, parameters, strict=True))
        return torch.func.functional_call(sparse, named, (x,))

    assert torch.autograd.gradcheck(call, (x, *sparse.parameters()))


def test_no_gradient_is_computed_that_nobody_wants():
    sparse = layer()
    sparse.weight.requires_grad_(False)
    x = torch.randn(4, 20, dtype=DOUBLE, requires_grad=True)
    sparse(x).sum().backward()
    assert sparse.weight.grad is None
    torch.testing.assert_close(x.grad, torch.ones(4, 15, dtype=DOUBLE) @ sparse.to_dense().weight)
    with torch.no_grad():
        assert not sparse(x).requires_grad


def test_a_second_derivative_is_refused():
    sparse = layer()
    x = torch.randn(4, 20, dtype=DOUBLE, requires_grad=True)
    (dx,) = torch.autograd.grad(sparse(x).pow(2).sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        dx.sum().backward()


def test_inputs_that_are_not_contiguous():
    sparse = layer()
    wide = torch.randn(20, 9, dtype=DOUBLE)
    x = wide.t()
    assert not x.is_contiguous()
    torch.testing.assert_close(sparse(x), sparse(x.contiguous()))
    x = torch.randn(4, 40, dtype=DOUBLE)[:, ::2].requires_grad_()
    sparse(x).sum().backward()  # the gradient comes as one number, repeated
    assert torch.isfinite(sparse.weight.grad).all()


def test_an_activation_in_place_after_it():
    sparse = layer()
    plain = nn.Sequential(sparse, nn.ReLU())
    in_place = nn.Sequential(sparse, nn.ReLU(inplace=True))
    for shape in ((6, 20), (2, 3, 20)):
        x = torch.randn(shape, dtype=DOUBLE)
        found = []
        for model in (plain, in_place):
            sparse.zero_grad()
            model(x).pow(2).sum().backward()
            found.append(sparse.weight.grad.clone())
        assert torch.equal(*found)


def test_a_layer_that_is_used_twice_gets_both_gradients():
    sparse = layer(20, 20, 0.2)
    dense = sparse.to_dense()
    x = torch.randn(5, 20, dtype=DOUBLE)
    for module in (sparse, dense):
        module(torch.tanh(module(x))).sum().backward()
    at = rows_of(sparse), sparse.column.long()
    torch.testing.assert_close(sparse.weight.grad, dense.weight.grad[at])


def test_inside_autocast_it_computes_in_its_own_precision():
    model = nn.Sequential(nn.Linear(20, 20), layer(dtype=torch.float32), nn.Linear(15, 3))
    x = torch.randn(4, 20)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden = model[0](x)
        assert hidden.dtype == torch.bfloat16
        assert model[1](hidden).dtype == torch.float32
        model(x).sum().backward()
    assert model[0].weight.grad.dtype == torch.float32
    assert model[1].weight.grad.any()


@pytest.mark.filterwarnings("ignore")  # Dynamo tells that it leaves our function as it is
def test_compiled_and_checkpointed_models_compute_the_same():
    model = nn.Sequential(layer(), nn.ReLU(), layer(15, 4))
    x = torch.randn(6, 20, dtype=DOUBLE)
    found = []
    for call in (
        model,
        torch.compile(model, backend="eager"),
        lambda x: torch.utils.checkpoint.checkpoint(model, x, use_reentrant=False),
    ):
        model.zero_grad()
        call(x).pow(2).sum().backward()
        found.append(model[0].weight.grad.clone())
    assert torch.equal(found[0], found[1])
    assert torch.equal(found[0], found[2])


def test_no_copy_is_made_of_values_and_results():
    sparse = layer()
    x = torch.randn(4, 20, dtype=DOUBLE)
    before = sparse(x)
    with torch.no_grad():
        sparse.weight.mul_(2)
        sparse.bias.mul_(2)
    torch.testing.assert_close(sparse(x), 2 * before)


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


def test_conversion_between_the_two_precisions():
    sparse = layer(dtype=torch.float32)
    assert sparse.double().weight.dtype == DOUBLE
    assert sparse(torch.zeros(2, 20, dtype=DOUBLE)).dtype == DOUBLE
    assert sparse.float()(torch.zeros(2, 20)).dtype == torch.float32
    assert sparse.row_begin.dtype == torch.int32
    assert sparse.to("cpu") is sparse


@pytest.mark.parametrize("convert", ["half", "bfloat16"])
def test_other_precisions_are_refused(convert):
    model = nn.Sequential(layer(dtype=torch.float32))
    with pytest.raises(TypeError, match="on the CPU, in float32 or float64; cannot convert"):
        getattr(model, convert)()
    assert model[0].weight.dtype == torch.float32
    with pytest.raises(TypeError, match=r"float16, expected torch.float32 or torch.float64"):
        SparseLinear(4, 4, dtype=torch.float16)


@pytest.mark.parametrize("device", ["cuda", "meta"])
def test_other_devices_are_refused_in_one_line(device):
    with pytest.raises(RuntimeError, match="computes on the CPU") as caught:
        nn.Sequential(layer()).to(device)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("x", "kind", "text"),
    [
        (torch.zeros(4, 19, dtype=DOUBLE), ValueError, r"\[4, 19\], expected \[..., 20\]"),
        (torch.zeros((), dtype=DOUBLE), ValueError, r"\[\], expected"),
        (torch.zeros(4, 20), TypeError, "float32 on cpu, expected torch.float64 on cpu"),
        (torch.zeros(4, 20, dtype=DOUBLE, device="meta"), TypeError, "on meta, expected"),
    ],
)
def test_inputs_that_do_not_fit(x, kind, text):
    with pytest.raises(kind, match=text):
        layer()(x)


def test_set_pattern_refuses_what_does_not_fit():
    sparse = layer()
    with pytest.raises(ValueError, match="expected 15 rows and a weight per link"):
        sparse.set_pattern(sparse.row_begin, sparse.column, sparse.weight[1:])
    before = sparse.weight
    other = layer(density=0.4, seed=8)
    sparse.set_pattern(other.row_begin, other.column, other.weight)
    assert sparse.weight is before
    x = torch.randn(4, 20, dtype=DOUBLE)
    torch.testing.assert_close(sparse(x) - sparse.bias, other(x) - other.bias)


def test_it_describes_itself():
    assert repr(layer()) == (
        "SparseLinear(in_features=20, out_features=15, edges=60, density=0.2, bias=True)"
    )


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_the_docstrings(name):
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.attempted > 0
    assert outcome.failed == 0
