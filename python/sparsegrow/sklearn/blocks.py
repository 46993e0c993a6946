"""Training on SciPy's sparse rows: a block at a time is made dense, never all of it.

The batches are those of dense data, in the same order, so that the trained weights are the same
to the bit. A block is the next few batches of the shuffled epoch, as many as fit `BLOCK_BYTES`, and
at least one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from sparsegrow import _sparsegrow as native
from sparsegrow.base.requirements import require_integer
from sparsegrow.layered.engine import Array, Engine
from sparsegrow.layered.fitting import Callback, Fit
from sparsegrow.layered.mlp import SparseMLP
from sparsegrow.layered.progress import progress_for
from sparsegrow.layered.samples import Samples

BLOCK_BYTES = 32 << 20
Order = NDArray[np.int64]


@dataclass(frozen=True)
class Sums:
    """What a `StepRecord` says, of several calls."""

    samples: int
    correct: int
    loss: float
    rate: float


class BlockTrainer:
    """A trainer that takes sparse rows.

    Parameters
    ----------
    trainer
        Takes dense ones.
    batch
        Samples per step.
    """

    def __init__(self, trainer: native.Trainer, batch: int) -> None:
        self.trainer = trainer
        self.batch = batch

    def train(self, x: Any, y: Array, order: Order) -> Sums:
        """One optimizer step per batch of `order`."""
        return self._in_blocks(self.trainer.train, x, y, order)

    def evaluate(self, x: Any, y: Array, order: Order) -> Sums:
        """Loss and hits without a change."""
        return self._in_blocks(self.trainer.evaluate, x, y, order)

    def gradients(self, x: Any, y: Array, order: Order) -> Any:
        """Leave the gradients of one batch in the network."""
        return self.trainer.gradients(dense(x[order]), y[order], whole(len(order)))

    def _in_blocks(self, call: Callable[..., Any], x: Any, y: Array, order: Order) -> Sums:
        records = [
            call(dense(x[rows]), y[rows], whole(len(rows)))
            for rows in blocks(order, rows_per_block(x, self.batch))
        ]
        samples = sum(record.samples for record in records)
        loss = sum(record.loss * record.samples for record in records) / max(1, samples)
        return Sums(samples, sum(r.correct for r in records), loss, records[-1].rate)


class BlockEngine(Engine):
    """The engine of a model, whose trainer takes sparse rows.

    Parameters
    ----------
    engine
        Shares its network and its lock.
    """

    def __init__(self, engine: Engine) -> None:
        self.__dict__.update(engine.__dict__)

    def _trainer_for(self, schedule: native.Schedule) -> native.Trainer:
        trainer = super()._trainer_for(schedule)
        return cast(native.Trainer, BlockTrainer(trainer, self.config.batch_size))


class BlockFit(Fit):
    """A run on sparse rows."""

    @property
    def engine(self) -> Engine:
        """The model's engine, as it was when the run began, behind blocks."""
        if "_blocks" not in self.__dict__:
            self._blocks = BlockEngine(self.model._engine)
        return self._blocks


def fit_blocks(
    model: SparseMLP,
    x: Any,
    y: Array,
    epochs: int,
    held: tuple[Any, Array] | None,
    callbacks: Sequence[Callback],
    *,
    progress: bool,
) -> None:
    """Train a model on sparse rows, as its `fit` does on dense ones.

    Parameters
    ----------
    model
        The model.
    x, y
        Rows in CSR form and targets, both checked.
    epochs
        Passes over the data.
    held
        Rows and targets to measure on after each epoch.
    callbacks, progress
        As in `SparseMLP.fit`.
    """
    epochs = require_integer("epochs", epochs, 1, 2**31 - 1)
    model._require_schedule(epochs)
    data = Samples(x, y, whole(x.shape[0]))
    validation = None if held is None else Samples(*held, whole(held[0].shape[0]))
    if model.config.start == "csti":  # which follows the correlations of one block
        first = rows_per_block(x, model.config.batch_size)
        model._wire_by(Samples(dense(x[:first]), y[:first], whole(min(first, x.shape[0]))))
    run = model._next_run(epochs, x.shape[0])
    display = progress_for(epochs, x.shape[0], progress)
    options: dict[str, Any] = {"patience": None, "checkpoint": None, "callbacks": callbacks}
    BlockFit(model, data, validation, run, progress=display, **options).run()


def outputs_of(model: SparseMLP, x: Any) -> Array:
    """Return the outputs for dense or sparse rows; none hangs on the other rows, to the bit."""
    if isinstance(x, np.ndarray):
        return steady(model, x)
    size = rows_per_block(x, model.config.batch_size)
    order = whole(x.shape[0])
    return np.concatenate([steady(model, dense(x[rows])) for rows in blocks(order, size)])


def steady(model: SparseMLP, x: Array) -> Array:
    """Return the outputs, without a batch of a single row, which is summed in another order."""
    batch = model.config.batch_size
    if batch == 1 or len(x) % batch != 1:
        return model.forward(x)
    last = model.forward(np.repeat(x[-1:], 2, axis=0))[:1]
    return np.concatenate([model.forward(x[:-1]), last])


def rows_per_block(x: Any, batch: int) -> int:
    """Return how many rows are made dense at a time: whole batches, at least one."""
    row_bytes = max(1, int(x.shape[1]) * int(x.dtype.itemsize))
    return max(1, BLOCK_BYTES // row_bytes // batch) * batch


def blocks(order: Order, size: int) -> Iterator[Order]:
    """Cut an order into blocks."""
    return (order[begin : begin + size] for begin in range(0, len(order), size))


def dense(rows: Any) -> Array:
    """Return sparse rows as an array that the engine takes."""
    array: Array = rows.toarray(order="C")
    return array


def whole(count: int) -> Order:
    """Return the order of rows as they stand."""
    return np.arange(count, dtype=np.int64)
