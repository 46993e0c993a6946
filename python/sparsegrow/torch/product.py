"""y = W x + b for autograd: tensors and engine share their memory, nothing is copied."""

from __future__ import annotations

from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from sparsegrow._sparsegrow import SparseProduct

Wanted = tuple[bool, bool, bool]


class SparseLinearFunction(torch.autograd.Function):
    """Samples in rows times a sparse matrix, with the gradients of all three operands."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, product: SparseProduct
    ) -> Tensor:
        """Return y [samples][outputs] for a contiguous x [samples][inputs]."""
        ctx.save_for_backward(x, weight)
        ctx.product = product
        y = x.new_empty((len(x), product.outputs))
        product.forward(array_of(x), array_of(weight), maybe_array(bias), array_of(y))
        return y

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of x, of the stored values and of the bias, where wanted."""
        x, weight = ctx.saved_tensors
        return *gradients(x, weight, dy, ctx.product, ctx.needs_input_grad[:3]), None


class SparseLinearGradients(torch.autograd.Function):
    """The gradients of `SparseLinearFunction`, whose own gradients are products of that kind."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, dy: Tensor, product: SparseProduct, wanted: Wanted
    ) -> tuple[Tensor | None, ...]:
        """Return dx = dy W, dy' x on the pattern, and the sum of dy over samples."""
        ctx.save_for_backward(x, weight, dy)
        ctx.product = product
        ctx.set_materialize_grads(False)
        return computed(x, weight, dy, product, wanted)

    @staticmethod
    def backward(
        ctx: Any, to_dx: Tensor | None, to_dweight: Tensor | None, to_dbias: Tensor | None
    ) -> tuple[Tensor | None, ...]:
        """Return the gradients of x, of the stored values and of dy."""
        x, weight, dy = ctx.saved_tensors
        to_x = to_weight = None
        to_dy = []
        if to_dx is not None:
            to_dx = to_dx.contiguous()
            to_dy.append(SparseLinearFunction.apply(to_dx, weight, None, ctx.product))
            to_weight = gradients(to_dx, weight, dy, ctx.product, (False, True, False))[1]
        if to_dweight is not None:
            to_dweight = to_dweight.contiguous()
            to_dy.append(SparseLinearFunction.apply(x, to_dweight, None, ctx.product))
            to_x = gradients(x, to_dweight, dy, ctx.product, (True, False, False))[0]
        if to_dbias is not None:
            to_dy.append(to_dbias.expand_as(dy))
        return to_x, to_weight, sum(to_dy) if to_dy else None, None, None


def gradients(
    x: Tensor, weight: Tensor, dy: Tensor, product: SparseProduct, wanted: Wanted
) -> tuple[Tensor | None, ...]:
    """Return the gradients of x, of the stored values and of the bias, where wanted.

    They can be derived again if PyTorch asks for that (`create_graph`).
    """
    call = SparseLinearGradients.apply if torch.is_grad_enabled() else computed
    found: tuple[Tensor | None, ...] = call(x, weight, dy.contiguous(), product, wanted)
    return found


def computed(
    x: Tensor, weight: Tensor, dy: Tensor, product: SparseProduct, wanted: Wanted
) -> tuple[Tensor | None, ...]:
    """Have the engine compute the gradients."""
    dx = torch.empty_like(x) if wanted[0] else None
    dweight = torch.empty_like(weight) if wanted[1] else None
    dbias = x.new_empty(product.outputs) if wanted[2] else None
    results = maybe_array(dx), maybe_array(dweight), maybe_array(dbias)
    product.backward(array_of(x), array_of(weight), array_of(dy), *results)
    return dx, dweight, dbias


def array_of(tensor: Tensor) -> NDArray[Any]:
    """Return a NumPy view of a tensor's memory."""
    view: NDArray[Any] = tensor.detach().numpy()
    return view


def maybe_array(tensor: Tensor | None) -> NDArray[Any] | None:
    """Return a NumPy view of a tensor's memory, or None for None."""
    return None if tensor is None else array_of(tensor)
