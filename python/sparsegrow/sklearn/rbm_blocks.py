"""Training of Boltzmann machines on SciPy's sparse rows, as on dense ones: see `blocks`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any, cast

from sparsegrow import _sparsegrow as native
from sparsegrow.base.requirements import require_integer
from sparsegrow.layered.engine import Array
from sparsegrow.layered.progress import progress_for
from sparsegrow.rbm import RestrictedBoltzmann
from sparsegrow.rbm.engine import Order
from sparsegrow.rbm.fitting import RbmFit
from sparsegrow.rbm.inference import check_visible
from sparsegrow.sklearn.blocks import blocks, dense, rows_per_block, whole


class Rows:
    """Sparse samples, of which some are made dense when they are asked for.

    Parameters
    ----------
    x
        Rows in CSR form.
    scaled
        Maps dense ones to what the machine takes.
    """

    def __init__(self, x: Any, scaled: Callable[[Array], Array]) -> None:
        self.x = x
        self.scaled = scaled

    def __len__(self) -> int:
        return int(self.x.shape[0])

    def taken(self, order: Order) -> Array:
        """Return rows as an array."""
        return self.scaled(dense(self.x[order]))


class RowsFit(RbmFit):
    """A run on sparse rows."""

    x: Any  # Rows

    def parts(self, order: Order) -> list[Order]:
        """Cut samples so that none of the blocks that are made dense is too large."""
        size = rows_per_block(self.x.x, self.batch)
        return list(chain.from_iterable(map(super().parts, blocks(order, size))))

    def take(self, part: Order) -> native.RbmRecord:
        """One step per batch of samples."""
        config = self.model.config
        rows = check_visible(self.x.taken(part), config.widths[0], config.dtype)
        return self.engine.train(rows, whole(len(rows)))


def fit_rows(machine: RestrictedBoltzmann, rows: Rows, epochs: int, *, progress: bool) -> None:
    """Train a machine on sparse rows, as its `fit` does on dense ones."""
    epochs = require_integer("epochs", epochs, 1, 2**31 - 1)
    display = progress_for(epochs, len(rows), progress)
    with machine._fitting:
        run = machine._next_run(epochs, len(rows))
        RowsFit(machine, cast(Array, rows), None, run, progress=display, checkpoint=None).run()
