"""Sparse layers of which each takes what the one before gives, neuron by neuron."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from torch import nn

from sparsegrow.torch.linear import SparseLinear


def is_stack(given: nn.Module | Iterable[SparseLinear], layers: dict[str, SparseLinear]) -> bool:
    """Whether it is plain that layers are a stack: by their widths, and by what holds them."""
    fit = all(one.out_features == other.in_features for one, other in pairwise(layers.values()))
    return fit and (not isinstance(given, nn.Module) or is_plain_chain(given))


def is_plain_chain(model: nn.Module) -> bool:
    """Whether a model computes module by module, with no weight matrix between sparse layers.

    A subclass of `nn.Sequential` may do otherwise in a `forward` of its own, such as add its input.
    """
    holders = (module for module in model.modules() if list(module.children()))
    parts = [module for module in model.modules() if not list(module.children())]
    places = [place for place, part in enumerate(parts) if isinstance(part, SparseLinear)]
    between = (p for p in parts[places[0] : places[-1]] if not isinstance(p, SparseLinear))
    mixing = (weight.dim() > 1 for part in between for weight in part.parameters())
    plain = (type(holder).forward is nn.Sequential.forward for holder in holders)
    return all(plain) and not any(mixing)


def require_stack(layers: dict[str, SparseLinear]) -> None:
    """Refuse layers of which one does not take what the one before gives."""
    for (one, before), (other, after) in pairwise(layers.items()):
        if before.out_features != after.in_features:
            raise ValueError(
                f"chain_removal: layer {one} gives {before.out_features} and layer {other} takes "
                f"{after.in_features}, expected a stack of layers"
            )
