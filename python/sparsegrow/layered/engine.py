"""The compiled network and its trainer behind one lock, in terms of layers.

Edge layer k joins `layers[k]` to `layers[k + 1]`; its edges are contiguous in every edge array.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparsegrow import _sparsegrow as native
from sparsegrow.layered.config import Config
from sparsegrow.layered.dynamics import Dynamics

Array = NDArray[Any]
Indices = NDArray[np.int32]
Pattern = tuple[Indices, Indices]  # row_begin, column; a row is a neuron of the later layer
Tensors = dict[str, Array]

# Work of one call for evaluation, in edges times samples: well under a second.
WORK_PER_CALL = 200_000_000


@dataclass(frozen=True)
class LayerSpan:
    """Where an edge layer lies in the arrays of the network.

    Attributes
    ----------
    sources, first_row, last_row
        First row of the earlier layer; rows of the later one.
    begin, end
        Its edges.
    """

    sources: int
    first_row: int
    last_row: int
    begin: int
    end: int


class Engine:
    """A layered network that is trained, evaluated and changed through whole arrays.

    Calls from several threads run one after another.

    Parameters
    ----------
    config
        Settings; `config.layers` are the widths.
    patterns
        One per edge layer.
    """

    def __init__(self, config: Config, patterns: Sequence[Pattern]) -> None:
        self.lock = threading.RLock()
        self.config = config
        self.network = native.Network.layered(
            list(config.layers),
            list(patterns),
            hidden=getattr(native.HiddenActivation, config.activation),
            output=getattr(native.OutputActivation, config.output),
            slope=config.slope,
            dtype=config.dtype,
            device=config.device,
        )
        self.trainer = self._trainer_for(native.Schedule(native.ScheduleKind.constant, 1.0))

    def initialise(self) -> None:
        """Draw the start weights."""
        kind = getattr(native.InitKind, self.config.init)
        self.network.initialise(kind, self.config.init_scale, self.config.seed)

    def _trainer_for(self, schedule: native.Schedule) -> native.Trainer:
        config = self.config
        optimizer = native.Optimizer(
            getattr(native.OptimizerKind, config.optimizer),
            momentum=config.momentum,
            weight_decay=config.weight_decay,
            decay=getattr(native.DecayKind, config.decay),
        )
        return native.Trainer(
            self.network,
            getattr(native.Loss, config.loss),
            optimizer,
            schedule,
            dropout=config.dropout,
            batch=config.batch_size,
            seed=config.seed,
        )

    def schedule(self, first_step: int, steps_per_epoch: int, epochs: int) -> None:
        """Set the learning rates of a run of epochs."""
        config = self.config
        schedule = native.Schedule(
            getattr(native.ScheduleKind, config.schedule),
            config.learning_rate,
            final_factor=config.final_factor,
            warmup_steps=round(config.warmup_epochs * steps_per_epoch),
            total_steps=epochs * steps_per_epoch,
            first_step=first_step,
        )
        with self.lock:
            self.trainer = self._trainer_for(schedule)

    # --- compute

    def train(self, x: Array, y: Array, order: NDArray[np.int64]) -> native.StepRecord:
        """One optimizer step per batch of `order`."""
        with self.lock:
            return self.trainer.train(x, y, order)

    def evaluate(self, x: Array, y: Array, order: NDArray[np.int64]) -> tuple[float, float]:
        """Return mean loss and fraction of hits, without a change."""
        loss, correct = 0.0, 0
        for part in self._parts(order):
            with self.lock:
                record = self.trainer.evaluate(x, y, part)
            loss += record.loss * record.samples
            correct += record.correct
        return loss / max(1, len(order)), correct / max(1, len(order))

    def predict(self, x: Array) -> Array:
        """Return the outputs [samples][outputs]; plain sums for cross-entropy."""
        outputs = np.empty((len(x), self.config.layers[-1]), dtype=self.config.dtype)
        done = 0
        for part in self._parts(np.arange(len(x), dtype=np.int64)):
            with self.lock:
                outputs[done : done + len(part)] = self.trainer.predict(x, part)
            done += len(part)
        return outputs

    def _parts(self, order: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """Cut `order` into calls that are short enough for Ctrl-C, the same on every machine."""
        batch = self.config.batch_size
        size = max(1, WORK_PER_CALL // (max(1, self.network.edges) * batch)) * batch
        return [order[begin : begin + size] for begin in range(0, len(order), size)]

    def gradients(self, x: Array, y: Array, order: NDArray[np.int64]) -> None:
        """Compute the gradients of one batch, and leave them with the network."""
        with self.lock:
            self.trainer.gradients(x, y, order)

    def rewire(
        self, dynamics: Dynamics, done: int, total: int, frozen: list[bool], links: list[int]
    ) -> dict[str, Any]:
        """Make one update of the topology; return counts by layer; no `links`, as many as now."""
        config = self.config
        rule = dynamics.rule(
            done,
            total,
            spare_last=config.dense_last,
            links=links,
            init=getattr(native.InitKind, config.init),
            init_scale=config.init_scale,
        )
        with self.lock:
            steps = self.network.steps
            return native.rewire(self.network, rule, frozen, config.seed, steps)

    # --- state

    def spans(self) -> list[LayerSpan]:
        """Where each edge layer lies."""
        graph = self.network.graph
        rows, edges = graph.group_begin, graph.row_begin
        return [
            LayerSpan(
                sources=int(rows[k]),
                first_row=int(rows[k + 1]),
                last_row=int(rows[k + 2]),
                begin=int(edges[rows[k + 1]]),
                end=int(edges[rows[k + 2]]),
            )
            for k in range(len(rows) - 2)
        ]

    def pattern(self, span: LayerSpan) -> Pattern:
        """Return copies of one layer's row offsets and columns, both counted inside the layers."""
        graph = self.network.graph
        row_begin = graph.row_begin[span.first_row : span.last_row + 1] - np.int32(span.begin)
        return row_begin, graph.column[span.begin : span.end] - np.int32(span.sources)

    def tensors(self) -> Tensors:
        """Return copies of all that must survive, by the names of a checkpoint."""
        with self.lock:
            tensors: Tensors = {}
            for k, span in enumerate(self.spans()):
                tensors[f"layers.{k}.row_begin"], tensors[f"layers.{k}.column"] = self.pattern(span)
            for name in self.network.state_names:
                tensors[f"state.{name}"] = self.network.state(name)
            return tensors

    def is_finite(self) -> bool:
        """Whether all parameters are finite numbers."""
        with self.lock:
            names = [name for name in self.network.state_names if "." not in name]
            return all(bool(np.isfinite(self.network.state(name)).all()) for name in names)

    def locked(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """Call something of the network while no other thread is in it."""
        with self.lock:
            return call(*arguments)


def engine_of(config: Config, tensors: Tensors, steps: int) -> Engine:
    """Rebuild the engine whose `tensors()` these are.

    Raises
    ------
    ValueError
        The patterns are not those of a layered network.
    """
    count = len(config.layers) - 1
    patterns = [
        (tensors[f"layers.{k}.row_begin"], tensors[f"layers.{k}.column"]) for k in range(count)
    ]
    engine = Engine(config, patterns)
    for name in engine.network.state_names:
        engine.network.set_state(name, tensors[f"state.{name}"])
    engine.network.steps = steps
    return engine
