"""What a layer saw in one step: its inputs, and the gradients of its outputs."""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Float32 = NDArray[np.float32]


class Traffic:
    """Keeps inputs and output gradients of all calls of a layer, in pairs.

    Only calls that a gradient came back from count. Both are copies: a program may fill the same
    tensor for each of its batches.
    """

    def __init__(self) -> None:
        self.inputs: list[Tensor] = []
        self.gradients: list[Tensor] = []

    def watch(self, x: Tensor, y: Tensor) -> None:
        """Wait for the gradient of y, made from x; both are [samples][features]."""
        if y.requires_grad:
            y.register_hook(partial(self._keep, x.detach().clone()))

    def _keep(self, x: Tensor, dy: Tensor) -> None:
        self.inputs.append(x)
        self.gradients.append(dy.detach().clone())

    def arrays(self) -> tuple[Float32, Float32]:
        """Return x [samples][inputs] and dy [samples][outputs] of all calls."""
        return joined(self.inputs), joined(self.gradients)


def joined(parts: list[Tensor]) -> Float32:
    """Return all rows as float32."""
    rows: Float32 = torch.cat(parts).float().contiguous().numpy()
    return rows
