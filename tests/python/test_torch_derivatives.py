"""Derivatives of derivatives of the sparse layer for PyTorch."""

import pytest

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # as for the engine, see conftest.py

from torch import nn  # noqa: E402

from torch_support import DOUBLE, layer, rows_of  # noqa: E402


def called(sparse):
    """Return the layer as a function of its input and its parameters."""
    names = [name for name, _ in sparse.named_parameters()]

    def call(x, *parameters):
        named = dict(zip(names, parameters, strict=True))
        return torch.func.functional_call(sparse, named, (x,))

    return call


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("frozen", ["", "x", "weight"])
def test_second_derivatives_by_finite_differences(bias, frozen):
    sparse = layer(6, 5, 0.4, bias=bias)
    sparse.weight.requires_grad_(frozen != "weight")
    x = torch.randn(3, 6, dtype=DOUBLE, requires_grad=frozen != "x")
    operands = (x, *sparse.parameters())
    if not bias and frozen == "x":
        return  # of the one operand that is left, the layer is linear
    assert torch.autograd.gradgradcheck(called(sparse), operands)


def test_a_third_derivative():
    sparse = layer(6, 5, 0.4)
    dense = sparse.to_dense()
    x = torch.randn(3, 6, dtype=DOUBLE, requires_grad=True)
    found = []
    for module in (sparse, dense):
        value = module(torch.tanh(x)).pow(3).sum()
        for _ in range(3):
            (slope,) = torch.autograd.grad(value, x, create_graph=True)
            value = slope.pow(2).sum()
        found.append(slope)
    torch.testing.assert_close(*found)


@pytest.mark.parametrize("shape", [(4, 5), (2, 3, 5)])
def test_a_gradient_penalty_trains_as_with_the_dense_layer(shape):
    """The layer is the last one, so what comes back to it needs no gradient itself."""
    sparse = layer(8, 1, 0.8)
    dense, first = sparse.to_dense(), nn.Linear(5, 8, dtype=DOUBLE)
    data = torch.randn(shape, dtype=DOUBLE)
    found = []
    for last in (sparse, dense):
        first.zero_grad()
        x = data.clone().requires_grad_()
        y = last(torch.tanh(first(x)))
        (slope,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        (y.mean() + 10 * (slope.norm(dim=-1) - 1).pow(2).mean()).backward()
        found.append((first.weight.grad.clone(), last.weight.grad, last.bias.grad))
    torch.testing.assert_close(found[0][0], found[1][0])
    torch.testing.assert_close(found[0][1], found[1][1][rows_of(sparse), sparse.column.long()])
    torch.testing.assert_close(found[0][2], found[1][2])


def test_the_slope_of_a_sum_of_outputs_depends_on_the_weights():
    sparse = layer()
    x = torch.randn(4, 20, dtype=DOUBLE, requires_grad=True)
    (slope,) = torch.autograd.grad(sparse(x).sum(), x, create_graph=True)
    slope.sum().backward()
    torch.testing.assert_close(sparse.weight.grad, torch.full_like(sparse.weight, 4.0))


def test_a_topology_that_changed_in_between_is_refused():
    sparse, other = layer(), layer(seed=8)
    x = torch.randn(4, 20, dtype=DOUBLE, requires_grad=True)
    (slope,) = torch.autograd.grad(sparse(x).sum(), x, create_graph=True)
    sparse.set_pattern(other.row_begin, other.column, other.weight)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        slope.sum().backward()


def test_nothing_is_kept_for_a_second_derivative_that_nobody_asked_for():
    sparse = layer()
    x = torch.randn(4, 20, dtype=DOUBLE, requires_grad=True)
    (slope,) = torch.autograd.grad(sparse(x).pow(2).sum(), x)
    assert slope.grad_fn is None
