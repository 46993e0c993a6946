"""Between dense weight matrices and patterns."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from sparsegrow import _sparsegrow as native
from sparsegrow.torch.placement import require_dtype
from sparsegrow.torch.starts import Pattern


def largest_cells(weight: Tensor, density: float | None) -> Tensor:
    """Return a mask of the largest weights, or of those that are not zero."""
    require_dtype(weight.dtype)
    if weight.device.type != "cpu":
        raise TypeError(f"from_dense: got weights on {weight.device}, expected cpu")
    if density is None:
        return weight != 0
    outputs, inputs = weight.shape
    links = native.links_uniform([inputs, outputs], density)[0]
    flat = weight.float().reshape(-1).contiguous()
    kept = torch.ones(len(flat), dtype=torch.bool, device="cpu")
    small = native.remove_magnitude(flat.numpy(), len(flat) - links)
    kept[torch.from_numpy(small).long()] = False
    return kept.reshape(outputs, inputs)


def pattern_of_cells(cells: Tensor) -> Pattern:
    """Return (row_begin, column) of a mask [outputs][inputs]."""
    row_begin = np.zeros(len(cells) + 1, dtype=np.int32)
    np.cumsum(cells.sum(1).numpy(), out=row_begin[1:])
    return row_begin, cells.nonzero()[:, 1].to(torch.int32).numpy()


def rows_of(row_begin: Tensor) -> Tensor:
    """Return the row of each link."""
    rows = torch.arange(len(row_begin) - 1, device="cpu")
    return torch.repeat_interleave(rows, row_begin.diff().long())


def freeze_like(layer: nn.Module, other: nn.Module) -> None:
    """Have those parameters of a layer rest that rest in the layer that it stands for."""
    for name, parameter in layer.named_parameters():
        parameter.requires_grad_(getattr(other, name).requires_grad)
