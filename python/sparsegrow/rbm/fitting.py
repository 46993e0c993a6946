"""The training loop of restricted Boltzmann machines: epochs that are rewired in between.

Everything random is a function of (seed, epoch), (seed, step) or (seed, change), so that a run
which goes on from any step is bit for bit the run that never stopped.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sparsegrow import _sparsegrow as native
from sparsegrow.base.files import PathLike
from sparsegrow.base.interrupt import DeferredInterrupt
from sparsegrow.base.requirements import require_number
from sparsegrow.layered.fitting import split
from sparsegrow.layered.progress import Progress, Status
from sparsegrow.layered.records import EpochRecord, RunState
from sparsegrow.layered.wiring import generator
from sparsegrow.rbm.config import RbmConfig
from sparsegrow.rbm.engine import Array, Order, RbmEngine
from sparsegrow.rbm.inference import check_visible

if TYPE_CHECKING:
    from sparsegrow.rbm.machine import RestrictedBoltzmann


class RbmFit:
    """One call of `RestrictedBoltzmann.fit`.

    Parameters
    ----------
    model
        The machine that is trained.
    x, validation
        What to train on, and what to measure on after each epoch, if anything.
    run
        Where the run stands; new, or from a checkpoint.
    progress
        Shows how it goes.
    checkpoint
        Written after each epoch and on Ctrl-C, if given.
    """

    def __init__(
        self,
        model: RestrictedBoltzmann,
        x: Array,
        validation: Array | None,
        run: RunState,
        *,
        progress: Progress,
        checkpoint: PathLike | None,
    ) -> None:
        self.model = model
        self.x = x
        self.validation = validation
        self.run_state = run
        self.progress = progress
        self.checkpoint = checkpoint
        self.batch = model.config.batch_size
        self.steps_per_epoch = -(-len(x) // self.batch)

    @property
    def engine(self) -> RbmEngine:
        """The machine's engine."""
        return self.model._engine

    def position(self) -> tuple[int, int]:
        """Return finished epochs of the run, and batches done of the next."""
        done = self.engine.network.steps - self.run_state.first_step
        return divmod(done, self.steps_per_epoch)

    def run(self) -> None:
        """Train until the run has ended, or Ctrl-C."""
        with DeferredInterrupt() as interrupt, self.progress:
            try:
                while self.position()[0] < self.run_state.epochs:
                    self.epoch(interrupt)
                self.remove_finally()
            except KeyboardInterrupt:
                self.save()
                raise

    def epoch(self, interrupt: DeferredInterrupt) -> None:
        """Train one epoch, or what is left of it, and look back at it."""
        good = self.engine.moment()
        before = replace(self.run_state)
        try:
            self.rewire()
            self.train_epoch(interrupt)
            record = self.look_back()
        except Exception:
            self.engine.go_back(good)
            self.model._run = self.run_state = before
            raise
        self.model.history.append(record)
        self.progress.finished(record)
        self.save()
        interrupt.check()

    def rewire(self) -> None:
        """Change the topology before an epoch, unless it is the first or has begun."""
        epoch, batches = self.position()
        config = self.model.config
        if config.topology == "set" and batches == 0 and self.run_state.first_epoch + epoch > 0:
            self.engine.rewire(config.links)

    def remove_finally(self) -> None:
        """Remove once more after the last epoch, if that is wanted and not done."""
        config = self.model.config
        wanted = config.final_removal and config.topology == "set"
        if wanted and self.engine.network.edges == config.links:
            self.engine.rewire(0)
            self.save()

    def train_epoch(self, interrupt: DeferredInterrupt) -> None:
        """Take the steps of an epoch that are still to take."""
        run = self.run_state
        epoch, batches = self.position()
        shuffled = generator(self.model.config.seed, run.first_epoch + epoch).permutation(
            np.arange(len(self.x), dtype=np.int64)
        )
        for part in self.parts(shuffled[batches * self.batch :]):
            begun = time.perf_counter()
            record = self.take(part)
            run.seconds += time.perf_counter() - begun
            run.loss_sum += record.error * record.samples
            self.show(epoch)
            if self.position()[0] == epoch:  # else the epoch's record comes first
                interrupt.check()

    def parts(self, order: Order) -> list[Order]:
        """Cut samples into calls of the engine."""
        return self.engine.parts(order)

    def take(self, part: Order) -> native.RbmRecord:
        """One step per batch of samples."""
        return self.engine.train(self.x, part)

    def show(self, epoch: int) -> None:
        """Tell the progress display where the epoch stands."""
        run, samples = self.run_state, len(self.x)
        done, batches = self.position()
        seen = samples if done > epoch else batches * self.batch
        self.progress.update(Status(epoch, seen, run.loss_sum / seen, None, run.seconds))

    def look_back(self) -> EpochRecord:
        """Return the record of the epoch that has just been trained, and start new sums."""
        run = self.run_state
        if not self.engine.is_finite():
            raise RuntimeError("the weights are no longer finite: the training has diverged")
        validation = self.validation
        record = EpochRecord(
            epoch=run.first_epoch + self.position()[0],
            loss=run.loss_sum / len(self.x),
            accuracy=None,
            val_loss=None if validation is None else self.engine.error(validation),
            val_accuracy=None,
            seconds=run.seconds,
            learning_rate=float(self.model.config.learning_rate),
        )
        run.loss_sum, run.seconds = 0.0, 0.0
        return record

    def save(self) -> None:
        """Write the checkpoint, if one was asked for."""
        if self.checkpoint is not None:
            self.model.save(self.checkpoint)


def split_validation(config: RbmConfig, x: Array, validation: Any) -> tuple[Array, Array | None]:
    """Return what to train on and what to measure on, if anything."""
    if validation is None:
        return x, None
    if isinstance(validation, np.ndarray):
        return x, check_visible(validation, x.shape[1], config.dtype, "validation")
    require_number("validation", validation, 0.0, 1.0, low_open=True, high_open=True)
    train, held = split(len(x), validation, config.seed)
    if not len(train) or not len(held):
        raise ValueError(f"validation: {validation:g} of {len(x)} samples leaves none")
    return x[train], x[held]
