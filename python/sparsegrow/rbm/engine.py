"""The compiled machine: its network, its chains and what survives of them, behind one lock."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparsegrow import _sparsegrow as native
from sparsegrow.rbm.config import RbmConfig

Array = NDArray[Any]
Indices = NDArray[np.int32]
Order = NDArray[np.int64]
Tensors = dict[str, Array]

ROW_BEGIN, COLUMN, CHAINS = "layers.0.row_begin", "layers.0.column", "chains"

# Work of one call, in links times samples: well under a second, so that Ctrl-C does not wait.
WORK_PER_CALL = 50_000_000


@dataclass(frozen=True)
class Moment:
    """A state to come back to after an epoch that failed."""

    network: native.NetworkSnapshot
    chains: Array | None
    changes: int


class RbmEngine:
    """A machine that is trained, asked and rewired; calls of several threads take turns.

    Parameters
    ----------
    config
        Settings, with the number of visible units.
    pattern
        Row offsets and columns; a row is a hidden unit, a column a visible one.

    Attributes
    ----------
    changes
        How often the topology was changed: names the random stream of the next change.
    """

    def __init__(self, config: RbmConfig, pattern: tuple[Indices, Indices]) -> None:
        self.lock = threading.RLock()
        self.config = config
        self.changes = 0
        self.network = native.Network.layered(
            list(config.widths),
            [pattern],
            hidden=native.HiddenActivation.sigmoid,
            output=native.OutputActivation.sigmoid,
            slope=0.0,
            dtype=config.dtype,
            device=config.device,
        )
        optimizer = native.Optimizer(
            native.OptimizerKind.sgd,
            momentum=config.momentum,
            weight_decay=config.weight_decay,
            decay=getattr(native.DecayKind, config.decay),
        )
        self.rbm = native.Rbm(
            self.network,
            optimizer,
            batch=config.batch_size,
            gibbs=config.k,
            persistent=config.persistent,
            mean_field_last=config.mean_field_last,
            sample_visible=config.sample_visible,
            seed=config.seed,
        )

    @classmethod
    def drawn(cls, config: RbmConfig) -> RbmEngine:
        """Return a machine with random links and weights, and biases of zero."""
        engine = cls(config, native.erdos_renyi(*config.widths, config.links, config.seed))
        engine.network.initialise(native.InitKind.normal, config.init_scale, config.seed)
        return engine

    # --- training

    def train(self, x: Array, order: Order) -> native.RbmRecord:
        """One step per batch of `order`."""
        with self.lock:
            return self.rbm.train(x, order, self.config.learning_rate)

    def rewire(self, links: int) -> None:
        """Remove the links nearest to zero of either sign, and grow others until there are so many.

        Nothing grows if there are as many left.
        """
        with self.lock:
            config = self.config
            self.rbm.rewire(config.zeta, links, config.init_scale, self.changes)
            self.changes += 1

    # --- use

    def parts(self, order: Order) -> list[Order]:
        """Cut samples into calls of whole batches, the same on every machine."""
        batch = self.config.batch_size
        size = max(1, WORK_PER_CALL // (max(1, self.network.edges) * batch)) * batch
        return [order[begin : begin + size] for begin in range(0, len(order), size)]

    def error(self, x: Array, *, sampled: bool = False) -> float:
        """Return the mean square of what one reconstruction loses."""
        total = 0.0
        for part in self.parts(np.arange(len(x), dtype=np.int64)):
            with self.lock:
                mean = self.rbm.reconstruction_error(x, part, sampled, int(part[0]))
            total += mean * len(part)
        return total / max(1, len(x))

    # --- state

    def tensors(self) -> Tensors:
        """Return copies of all that must survive, by the names of a checkpoint."""
        with self.lock:
            visible, graph = self.config.widths[0], self.network.graph
            tensors: Tensors = {
                ROW_BEGIN: graph.row_begin[visible:].copy(),
                COLUMN: graph.column.copy(),
            }
            for name in self.network.state_names:
                tensors[f"state.{name}"] = self.network.state(name)
            if self.config.persistent:
                tensors[CHAINS] = self.rbm.chains()
            return tensors

    def is_finite(self) -> bool:
        """Whether weights and biases are finite numbers."""
        with self.lock:
            return all(np.isfinite(self.network.state(name)).all() for name in ("weight", "bias"))

    def moment(self) -> Moment:
        """Return all that `go_back` needs to come back to this moment, to the bit."""
        with self.lock:
            chains = self.rbm.chains() if self.config.persistent else None
            return Moment(self.network.snapshot(), chains, self.changes)

    def go_back(self, moment: Moment) -> None:
        """Come back to a moment."""
        with self.lock:
            self.network.rollback(moment.network)
            self.changes = moment.changes
            if moment.chains is not None:
                self.rbm.set_chains(moment.chains)


def engine_of(config: RbmConfig, tensors: Tensors, steps: int, changes: int) -> RbmEngine:
    """Rebuild the engine whose `tensors()` these are.

    Raises
    ------
    ValueError
        The pattern is not one of these widths.
    """
    engine = RbmEngine(config, (tensors[ROW_BEGIN], tensors[COLUMN]))
    for name in engine.network.state_names:
        engine.network.set_state(name, tensors[f"state.{name}"])
    if config.persistent:
        engine.rbm.set_chains(tensors[CHAINS])
    engine.network.steps = steps
    engine.changes = changes
    return engine
