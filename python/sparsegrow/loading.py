"""Models of any kind, out of a file."""

from __future__ import annotations

from typing import Any

from sparsegrow.base.checkpoint_file import kind_of
from sparsegrow.base.files import PathLike
from sparsegrow.growth.char_model import CharModel
from sparsegrow.layered.mlp import SparseMLP
from sparsegrow.rbm import RestrictedBoltzmann


def load(path: PathLike, *, device: str | None = None) -> Any:
    """Read a checkpoint of any kind: a `CharModel`, `RestrictedBoltzmann` or `SparseMLP`.

    Raises
    ------
    ValueError
        The file is not a checkpoint, or is damaged.
    """
    kind = kind_of(path)
    if kind == CharModel.__name__:
        return CharModel.load(path, device=device or "cpu")
    if kind == RestrictedBoltzmann.__name__:
        return RestrictedBoltzmann.load(path, device=device)
    return SparseMLP.load(path, device=device)
