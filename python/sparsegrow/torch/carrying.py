"""Values and optimizer state follow their links when a topology changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from sparsegrow.torch.linear import SparseLinear
from sparsegrow.torch.starts import Int32, Pattern


def carry(
    layer: SparseLinear,
    pattern: Pattern,
    origin: Int32,
    values: NDArray[Any] | None,
    optimizer: torch.optim.Optimizer,
) -> None:
    """Give a layer another pattern; whatever it has per link goes to the new places bit for bit.

    Parameters
    ----------
    layer
        Which gets as many links as it has.
    pattern
        The new (row_begin, column).
    origin
        Old position of each link, -1 for a new one.
    values
        Weight of each link, of which those of new links are taken; None for zeros.
    optimizer
        Whose state of the layer's weight is carried: each tensor of the weight's shape, in place,
        with zeros for new links.
    """
    old = torch.from_numpy(origin).long()
    fresh = old < 0
    old.clamp_(min=0)
    weight = layer.weight.detach().index_select(0, old)
    start = torch.zeros((), device="cpu") if values is None else torch.from_numpy(values)[fresh]
    weight[fresh] = start.to(weight.dtype)
    for tensor in followers(layer.weight, optimizer):
        moved = tensor.index_select(0, old)
        moved[fresh] = 0
        tensor.copy_(moved)
    row_begin, column = pattern
    layer.set_pattern(torch.from_numpy(row_begin), torch.from_numpy(column), weight)


def followers(weight: Tensor, optimizer: torch.optim.Optimizer) -> Iterator[Tensor]:
    """Yield the gradient and the optimizer's state of a parameter, as far as it is per link."""
    if weight.grad is not None:
        yield weight.grad
    for value in optimizer.state.get(weight, {}).values():
        if isinstance(value, Tensor) and value.shape == weight.shape:
            yield value
