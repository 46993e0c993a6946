"""The sparse layer for PyTorch: equal to a dense one, and at home in its tools."""

import doctest
import importlib

import pytest

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # as for the engine, see conftest.py

from torch import nn  # noqa: E402

from sparsegrow.torch import SparseLinear  # noqa: E402
from support import random_pattern  # noqa: E402
from torch_support import DOUBLE, layer, rows_of  # noqa: E402

MODULES = ("sparsegrow.torch", "sparsegrow.torch.linear", "sparsegrow.torch.conversion")


def irregular(dtype=DOUBLE):
    """Empty rows, full rows, shuffled columns."""
    return SparseLinear(20, 15, start=random_pattern(20, 15, 0.2), seed=1, dtype=dtype)


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


def test_conversion_between_the_two_precisions():
    sparse = layer(dtype=torch.float32)
    assert sparse.double().weight.dtype == DOUBLE
    assert sparse(torch.zeros(2, 20, dtype=DOUBLE)).dtype == DOUBLE
    assert sparse.float()(torch.zeros(2, 20)).dtype == torch.float32
    assert sparse.row_begin.dtype == torch.int32
    assert sparse.to("cpu") is sparse


def test_a_conversion_of_all_there_is_spares_the_topology():
    model = nn.Sequential(layer(dtype=torch.float32)).type(DOUBLE)
    assert model[0].weight.dtype == DOUBLE
    assert model[0].column.dtype == model[0].row_begin.dtype == torch.int32
    assert model(torch.zeros(2, 20, dtype=DOUBLE)).shape == (2, 15)


def test_under_another_default_device_it_is_made_on_the_cpu():
    with torch.device("meta"):
        sparse = SparseLinear(20, 15, 0.2)
        dense = sparse.to_dense()
        again = SparseLinear.from_dense(dense, 0.1)
    for module in (sparse, dense, again):
        assert {p.device.type for p in module.parameters()} == {"cpu"}
    assert again.edges == 30


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
