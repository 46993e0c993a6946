"""Whole models from dense to sparse."""

from __future__ import annotations

import torch
from torch import nn

from sparsegrow.base.requirements import require_flag
from sparsegrow.torch.dense import freeze_like
from sparsegrow.torch.linear import SparseLinear
from sparsegrow.torch.starts import seed_or_draw


def sparsify(
    module: nn.Module,
    density: float | None = None,
    epsilon: float | None = None,
    *,
    skip_last: bool = True,
    keep_largest: bool = False,
    start: str | torch.Tensor = "er",
    init: str = "swi",
    seed: int | None = None,
) -> list[str]:
    """Replace the `torch.nn.Linear` layers of a model by sparse ones, in place.

    Make the optimizer afterwards: the parameters are new ones, which need a gradient where those
    before did. Subclasses of `torch.nn.Linear` are left alone.

    Parameters
    ----------
    module
        The model.
    density, epsilon
        Links of each layer, as in `SparseLinear`.
    skip_last
        Whether the last linear layer, in the order of `named_modules()`, stays dense.
    keep_largest
        Whether each layer starts with the largest weights of the dense one, and with its bias,
        instead of a random topology. Needs a density.
    start, init, seed
        As in `SparseLinear`; layers get seeds that follow one another.

    Returns
    -------
    list of str
        Names of the layers that were replaced.

    Examples
    --------
    >>> model = nn.Sequential(nn.Linear(64, 100), nn.ReLU(), nn.Linear(100, 10))
    >>> sparsify(model, density=0.1, seed=0)
    ['0']
    >>> model[0]
    SparseLinear(in_features=64, out_features=100, edges=640, density=0.1, bias=True)
    """
    if type(module) is nn.Linear:
        raise ValueError("sparsify: got a Linear itself, expected a module that holds some")
    skip_last = require_flag("skip_last", skip_last)
    if require_flag("keep_largest", keep_largest) and (density is None or epsilon is not None):
        raise ValueError("keep_largest: expected a density and no epsilon")
    named = dict(module.named_modules())
    names = [name for name, layer in named.items() if type(layer) is nn.Linear]
    names = names[:-1] if skip_last else names
    seed = seed_or_draw(seed)
    sparse: dict[nn.Module, SparseLinear] = {}
    for k, name in enumerate(names):
        if keep_largest:
            sparse[named[name]] = SparseLinear.from_dense(named[name], density)
        else:
            sparse[named[name]] = like(named[name], density, epsilon, start, init, seed + k)
    replace(module, sparse)
    return names


def like(
    linear: nn.Linear,
    density: float | None,
    epsilon: float | None,
    start: str | torch.Tensor,
    init: str,
    seed: int,
) -> SparseLinear:
    """Return a sparse layer of a dense one's shape and dtype."""
    layer = SparseLinear(
        linear.in_features,
        linear.out_features,
        density,
        epsilon,
        linear.bias is not None,
        start,
        init,
        seed,
        dtype=linear.weight.dtype,
    )
    freeze_like(layer, linear)
    layer.train(linear.training)
    return layer


def replace(module: nn.Module, sparse: dict[nn.Module, SparseLinear]) -> None:
    """Put sparse layers in the places of dense ones, all places of a layer that has several."""
    for parent in list(module.modules()):
        for name, child in list(parent._modules.items()):  # named_children() leaves out repeats
            if child in sparse:
                setattr(parent, name, sparse[child])
