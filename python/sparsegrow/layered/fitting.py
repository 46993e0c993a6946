"""The training loop: epochs of slices, with validation, early stopping and checkpoints.

Everything random is a function of (seed, epoch) or (seed, step), so that a run which goes on from
any step is bit for bit the run that never stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sparsegrow.base.files import PathLike
from sparsegrow.base.interrupt import DeferredInterrupt
from sparsegrow.base.requirements import require_functions, require_number
from sparsegrow.layered.checkpoint import Saved
from sparsegrow.layered.config import Config
from sparsegrow.layered.engine import Engine, engine_of
from sparsegrow.layered.progress import Progress, Status
from sparsegrow.layered.records import EpochRecord, RunState
from sparsegrow.layered.samples import Samples, check_data
from sparsegrow.layered.wiring import SPLIT_STREAM, generator, links_per_layer

if TYPE_CHECKING:
    from sparsegrow.layered.mlp import SparseMLP

SLICE_SECONDS = 0.15  # of one call of the engine: Ctrl-C and the progress bar wait no longer
Callback = Callable[["SparseMLP", EpochRecord], bool | None]


def split(count: int, fraction: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the indices for training and for validation; the same for a seed and a size."""
    order = generator(seed, SPLIT_STREAM).permutation(count)
    held = round(count * fraction)
    return np.sort(order[held:]), np.sort(order[:held])


def slices(
    order: NDArray[np.int64], batch: int, most: Callable[[], int]
) -> Iterator[NDArray[np.int64]]:
    """Cut what is left of an epoch into calls of about `SLICE_SECONDS`, of at most `most()` steps.

    The cuts lie between batches, so that they change nothing but when the caller looks up.
    """
    done, steps = 0, 1
    while done < len(order):
        steps = min(steps, most())
        begun = time.perf_counter()
        yield order[done : done + steps * batch]
        done += steps * batch
        seconds = max(time.perf_counter() - begun, 1e-6)
        steps = max(1, min(4 * steps, int(steps * SLICE_SECONDS / seconds)))


class Fit:
    """One call of `SparseMLP.fit`.

    Parameters
    ----------
    model
        The model that is trained.
    data, validation
        What to train on, and what to measure on after each epoch, if anything.
    run
        Where the run stands; new, or from a checkpoint.
    patience
        Epochs without a better validation loss after which to stop, None to go on.
    progress
        Shows how it goes.
    checkpoint
        Written after each epoch and on Ctrl-C, if given.
    callbacks
        Called after each epoch; one that returns True ends the run.
    """

    def __init__(
        self,
        model: SparseMLP,
        data: Samples,
        validation: Samples | None,
        run: RunState,
        *,
        patience: int | None,
        progress: Progress,
        checkpoint: PathLike | None,
        callbacks: Sequence[Callback],
    ) -> None:
        self.model = model
        self.data = data
        self.validation = validation
        self.run_state = run
        self.patience = patience
        self.progress = progress
        self.checkpoint = checkpoint
        self.callbacks = require_functions("callbacks", callbacks)
        self.batch = model.config.batch_size
        self.steps_per_epoch = -(-len(data.chosen) // self.batch)

    @property
    def engine(self) -> Engine:
        """The model's engine; a callback may have changed its topology."""
        return self.model._engine

    def position(self) -> tuple[int, int]:
        """Return finished epochs of the run, and batches done of the next."""
        done = self.engine.network.steps - self.run_state.first_step
        return divmod(done, self.steps_per_epoch)

    def run(self) -> None:
        """Train until the run has ended, or Ctrl-C."""
        run = self.run_state
        self.engine.schedule(run.first_step, self.steps_per_epoch, run.epochs)
        with DeferredInterrupt() as interrupt, self.progress:
            try:
                while not run.ended and self.position()[0] < run.epochs:
                    self.epoch(interrupt)
            except KeyboardInterrupt:
                self.save()
                raise

    def epoch(self, interrupt: DeferredInterrupt) -> None:
        """Train one epoch, or what is left of it, and look back at it."""
        good = self.engine.locked(self.engine.network.snapshot)
        before = replace(self.run_state)
        try:
            rate = self.train_epoch(interrupt)
            record = self.look_back(rate)
        except Exception:
            self.engine.locked(self.engine.network.rollback, good)
            self.model._run = self.run_state = before
            raise
        self.model.history.append(record)
        self.progress.finished(record)
        self.decide(record)
        self.save()
        interrupt.check()

    def train_epoch(self, interrupt: DeferredInterrupt) -> float:
        """Take the steps of an epoch that are still to take; return the last learning rate."""
        run, data = self.run_state, self.data
        epoch, batches = self.position()
        shuffled = generator(self.model.config.seed, run.first_epoch + epoch).permutation(
            data.chosen
        )
        rate = 0.0
        for part in slices(shuffled[batches * self.batch :], self.batch, self.until_update):
            begun = time.perf_counter()
            self.rewire_if_due(part[: self.batch])
            record = self.engine.train(data.x, data.y, part)
            run.seconds += time.perf_counter() - begun
            run.loss_sum += record.loss * record.samples
            run.correct += record.correct
            rate = record.rate
            self.show(epoch)
            if self.position()[0] == epoch:  # else the epoch is looked back at before
                interrupt.check()
        return rate

    def until_update(self) -> int:
        """Return how many steps may be taken at one go."""
        dynamics = self.model.config.dynamics
        done = self.engine.network.steps - self.run_state.first_step
        return self.total if dynamics is None else dynamics.next_due(done, self.steps_per_epoch)

    def rewire_if_due(self, batch: NDArray[np.int64]) -> None:
        """Change the topology where it is time to; once, however often the run is resumed here."""
        dynamics, run = self.model.config.dynamics, self.run_state
        done = self.engine.network.steps - run.first_step
        if dynamics is None or done == run.rewired:
            return
        if not dynamics.due(done, self.total, self.steps_per_epoch):
            return
        if dynamics.regrowth == "gradient":
            self.engine.gradients(self.data.x, self.data.y, batch)
        layers = len(self.model.config.layers) - 1
        frozen = [bool(run.frozen >> k & 1) for k in range(layers)]
        update = self.engine.rewire(dynamics, done, self.total, frozen, self.links_at(done))
        for k, layer in enumerate(update["layers"]):
            frozen_now = layer["overlap"] > dynamics.freeze and not dynamics.start_density
            run.frozen |= frozen_now << k
        run.rewired = done

    def links_at(self, done: int) -> list[int]:
        """Return the edges of each layer after an update, none if their number stays."""
        config = self.model.config
        dynamics = config.dynamics
        if dynamics is None or config.density is None or not dynamics.start_density:
            return []
        density = dynamics.density(done, self.total, self.steps_per_epoch, config.density)
        return links_per_layer(config, density)

    @property
    def total(self) -> int:
        """Steps of the whole run."""
        return self.run_state.epochs * self.steps_per_epoch

    def show(self, epoch: int) -> None:
        """Tell the progress display where the epoch stands."""
        run, samples = self.run_state, len(self.data.chosen)
        done, batches = self.position()
        seen = samples if done > epoch else batches * self.batch
        accuracy = run.correct / seen if self.model.config.classifies else None
        self.progress.update(Status(epoch, seen, run.loss_sum / seen, accuracy, run.seconds))

    def look_back(self, rate: float) -> EpochRecord:
        """Return the record of the epoch that has just been trained, and start new sums."""
        run, samples = self.run_state, len(self.data.chosen)
        if not self.engine.is_finite():
            raise RuntimeError("the weights are no longer finite: the training has diverged")
        val_loss, val_accuracy = self.validate()
        record = EpochRecord(
            epoch=run.first_epoch + self.position()[0],
            loss=run.loss_sum / samples,
            accuracy=run.correct / samples if self.model.config.classifies else None,
            val_loss=val_loss,
            val_accuracy=val_accuracy,
            seconds=run.seconds,
            learning_rate=rate,
        )
        run.loss_sum, run.correct, run.seconds = 0.0, 0, 0.0
        return record

    def validate(self) -> tuple[float | None, float | None]:
        """Return loss and accuracy on the validation data."""
        data = self.validation
        if data is None:
            return None, None
        loss, accuracy = self.engine.evaluate(data.x, data.y, data.chosen)
        if not np.isfinite(loss):
            raise RuntimeError(f"the validation loss is {loss}: the training has diverged")
        return loss, accuracy if self.model.config.classifies else None

    def decide(self, record: EpochRecord) -> None:
        """Keep the best weights, and end the run early if it is time."""
        run, model = self.run_state, self.model
        if self.patience is not None and record.val_loss is not None:
            if run.best_loss is None or record.val_loss < run.best_loss:
                run.best_epoch, run.best_loss, run.waited = record.epoch, record.val_loss, 0
                steps = self.engine.network.steps
                model._best = Saved(model.config.layers, steps, self.engine.tensors())
            else:
                run.waited += 1
            run.ended = run.waited >= self.patience
        answers = [callback(model, record) for callback in self.callbacks]
        run.ended = run.ended or any(map(is_true, answers))
        if self.patience is not None and (run.ended or self.position()[0] >= run.epochs):
            run.ended = True
            self.restore_best()

    def restore_best(self) -> None:
        """Go back to the weights of the best epoch."""
        best, model = self.model._best, self.model
        if best is None:
            return
        config = replace(model.config, layers=best.layers)
        model._engine = engine_of(config, best.tensors, best.steps)
        model._best = None

    def save(self) -> None:
        """Write the checkpoint, if one was asked for."""
        if self.checkpoint is not None:
            self.model.save(self.checkpoint)


def is_true(answer: Any) -> bool:
    """Whether a callback's answer is a yes; NumPy's comparisons have a truth value of their own."""
    return isinstance(answer, bool | np.bool_) and bool(answer)


def new_run(model: SparseMLP, epochs: int, samples: int) -> RunState:
    """Return the state of a run that begins now."""
    steps_per_epoch = -(-samples // model.config.batch_size)
    if model.config.dynamics is not None:
        model.config.dynamics.require_end_of_ramp(epochs * steps_per_epoch, steps_per_epoch)
    first_epoch = model.history[-1].epoch if model.history else 0
    return RunState(epochs, samples, model._engine.network.steps, first_epoch)


def split_validation(
    config: Config, data: Samples, validation: Any
) -> tuple[Samples, Samples | None]:
    """Return what to train on and what to validate on; a fraction is split off without a copy."""
    if validation is None:
        return data, None
    if isinstance(validation, tuple) and len(validation) == 2:
        return data, check_data(config, *validation, name="validation ")
    require_number("validation", validation, 0.0, 1.0, low_open=True, high_open=True)
    train, held = split(len(data.chosen), validation, config.seed)
    if not len(train) or not len(held):
        raise ValueError(f"validation: {validation:g} of {len(data.chosen)} samples leaves none")
    return Samples(data.x, data.y, train), Samples(data.x, data.y, held)
