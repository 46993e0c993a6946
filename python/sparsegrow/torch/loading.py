"""State dicts of sparse layers, which bring their topology with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from sparsegrow import _sparsegrow as native

if TYPE_CHECKING:
    from sparsegrow.torch.linear import SparseLinear

BUFFERS = ("row_begin", "column")


def make_room(layer: SparseLinear, state: dict[str, Any], prefix: str) -> None:
    """Check the topology in a state dict, and make parameter and buffer as long as it is.

    A bias that is missing, or a topology with its weights, stays as the layer has it; whether that
    is allowed is for PyTorch to say.

    Raises
    ------
    RuntimeError
        The arrays are no pattern of this layer, lack a part, or do not fit together. Nothing has
        changed then.
    """
    names = (*BUFFERS, "weight")
    require_bias(layer, state, prefix)
    if not any(prefix + name in state for name in names):
        return
    require_whole(layer, state, prefix)
    row_begin, column, weight = (state.get(prefix + name, getattr(layer, name)) for name in names)
    try:
        found = native.SparseProduct(layer.in_features, as_index(row_begin), as_index(column))
    except (TypeError, ValueError, IndexError) as error:
        raise RuntimeError(f"{prefix}row_begin, {prefix}column: no pattern: {error}") from error
    if found.outputs != layer.out_features or tuple(weight.shape) != (found.edges,):
        raise RuntimeError(
            f"{prefix}weight: got {found.outputs} rows, {found.edges} links and weights "
            f"{list(weight.shape)}, expected {layer.out_features} rows and a weight per link"
        )
    if found.edges != layer.edges:
        layer.column = layer.column.new_empty(found.edges)
        layer.weight.grad = None
        layer.weight.data = layer.weight.new_empty(found.edges)


def require_bias(layer: SparseLinear, state: dict[str, Any], prefix: str) -> None:
    """Refuse a bias of another length, before there is a topology that stands without it."""
    if layer.bias is None or prefix + "bias" not in state:
        return
    got, expected = getattr(state[prefix + "bias"], "shape", None), layer.bias.shape
    if got != expected:
        raise RuntimeError(f"{prefix}bias: size mismatch: got {got}, expected {expected}")


def require_whole(layer: SparseLinear, state: dict[str, Any], prefix: str) -> None:
    """Refuse a part of a topology, or one without weights: the layer's are those of other links."""
    own = {**layer._parameters, **layer._buffers}
    missing = [name for name in (*BUFFERS, "weight") if name in own and prefix + name not in state]
    if missing and missing != list(BUFFERS):  # weights alone are for the present links
        listed = ", ".join(prefix + name for name in missing)
        raise RuntimeError(f"Missing key(s) in state_dict: {listed}: a topology comes whole")


def as_index(tensor: torch.Tensor) -> Any:
    """Return an index buffer as a NumPy array, without another conversion."""
    return tensor.detach().contiguous().numpy()
