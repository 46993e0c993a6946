"""Sparse layers and changing topology for PyTorch, computed by the engine's CPU kernels.

Examples
--------
>>> import torch
>>> from sparsegrow.torch import SparseLinear, TopologyScheduler
>>> model = torch.nn.Sequential(SparseLinear(64, 100, density=0.1, seed=0), torch.nn.ReLU(),
...                             torch.nn.Linear(100, 10))
>>> optimizer = torch.optim.Adam(model.parameters())
>>> topology = TopologyScheduler(model, optimizer, "set", every=100)
>>> model(torch.zeros(8, 64)).sum().backward()
>>> optimizer.step()
>>> topology.step()
[]
"""

from __future__ import annotations

try:
    import torch as _torch
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "sparsegrow.torch needs PyTorch: pip install 'sparsegrow[torch]'", name=error.name
    ) from error

from sparsegrow.torch.architectures import set_cnn, vgg16_head
from sparsegrow.torch.conversion import sparsify
from sparsegrow.torch.linear import SparseLinear
from sparsegrow.torch.scheduler import TopologyScheduler
from sparsegrow.torch.update import LayerUpdate

del _torch

__all__ = [
    "LayerUpdate",
    "SparseLinear",
    "TopologyScheduler",
    "set_cnn",
    "sparsify",
    "vgg16_head",
]
