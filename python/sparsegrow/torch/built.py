"""The engine's form of a topology, and from what it was made."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from sparsegrow import _sparsegrow as native


@dataclass(frozen=True)
class Built:
    """A product, and the index buffers that it was made from.

    Attributes
    ----------
    product
        The engine's form of the topology.
    row_begin, column
        The buffers.
    changes
        How often the buffers had been changed in place, as averaged models do.
    """

    product: native.SparseProduct
    row_begin: Tensor
    column: Tensor
    changes: tuple[int, int]

    @classmethod
    def of(cls, inputs: int, row_begin: Tensor, column: Tensor) -> Built:
        """Make the engine's form of a topology; refuses what is none."""
        changes = changes_of(row_begin), changes_of(column)
        product = native.SparseProduct(inputs, row_begin.numpy(), column.numpy())
        return cls(product, row_begin, column, changes)

    def is_of(self, row_begin: Tensor, column: Tensor) -> bool:
        """Whether these are the buffers, and are as they were."""
        same = self.row_begin is row_begin and self.column is column
        return same and self.changes == (changes_of(row_begin), changes_of(column))


def changes_of(tensor: Tensor) -> int:
    """Return how often a tensor was changed in place; of inference tensors, PyTorch counts none."""
    return 0 if tensor.is_inference() else tensor._version
