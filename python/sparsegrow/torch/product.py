"""y = W x + b for autograd: tensors and engine share their memory, nothing is copied."""

from __future__ import annotations

from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd.function import once_differentiable

from sparsegrow._sparsegrow import SparseProduct


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
    @once_differentiable
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of x, of the stored values and of the bias, where wanted."""
        x, weight = ctx.saved_tensors
        wanted = ctx.needs_input_grad
        dx = torch.empty_like(x) if wanted[0] else None
        dweight = torch.empty_like(weight) if wanted[1] else None
        dbias = x.new_empty(ctx.product.outputs) if wanted[2] else None
        ctx.product.backward(
            array_of(x),
            array_of(weight),
            array_of(dy.contiguous()),
            maybe_array(dx),
            maybe_array(dweight),
            maybe_array(dbias),
        )
        return dx, dweight, dbias, None


def array_of(tensor: Tensor) -> NDArray[Any]:
    """Return a NumPy view of a tensor's memory."""
    view: NDArray[Any] = tensor.detach().numpy()
    return view


def maybe_array(tensor: Tensor | None) -> NDArray[Any] | None:
    """Return a NumPy view of a tensor's memory, or None for None."""
    return None if tensor is None else array_of(tensor)
