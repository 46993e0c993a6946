"""What a restricted Boltzmann machine holds and infers, and how likely it finds samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sparsegrow.base.requirements import require_choice, require_integer
from sparsegrow.layered.samples import check_samples
from sparsegrow.layered.wiring import SPLIT_STREAM, generator
from sparsegrow.rbm.config import RbmConfig
from sparsegrow.rbm.engine import Array, Indices, Order, RbmEngine

PROBE_BATCH = 64  # samples that the engine looks at together outside training, at least


@dataclass(frozen=True)
class Partition:
    """The logarithm of the partition function.

    Attributes
    ----------
    log_z
        It, in nats.
    deviation
        Standard deviation of the estimate, 0 if exact.
    effective_chains
        How many chains of equal weight would tell as much; None if exact. A few of many mean that
        the estimate, and the deviation with it, is not to be trusted: take more temperatures.
    """

    log_z: float
    deviation: float
    effective_chains: float | None


class RbmInference:
    """The part of `RestrictedBoltzmann` that only looks."""

    config: RbmConfig
    _engine: RbmEngine

    # --- what it holds

    def __repr__(self) -> str:
        config, name = self.config, type(self).__name__
        if config.n_visible is None:
            return f"<{name}: {config.n_hidden:,} hidden units, not fitted yet>"
        units = f"{config.n_visible:,} visible, {config.n_hidden:,} hidden units"
        return f"<{name}: {units}, {self.nnz:,} links, {config.dtype} on {config.device}>"

    @property
    def nnz(self) -> int:
        """Number of links."""
        self._require_built()
        return self._engine.network.edges

    @property
    def parameters(self) -> int:
        """Number of weights and biases."""
        return self.nnz + sum(self.config.widths)

    def links(self) -> tuple[Indices, Indices, Array]:
        """Return the visible and the hidden unit of each link, and its weight."""
        self._require_built()
        engine, visible = self._engine, self.config.widths[0]
        with engine.lock:
            graph, weights = engine.network.graph, engine.network.state("weight")
        fan_in = np.diff(graph.row_begin[visible:])
        hidden = np.repeat(np.arange(self.config.n_hidden, dtype=np.int32), fan_in)
        return graph.column.copy(), hidden, weights

    def biases(self) -> tuple[Array, Array]:
        """Return the biases of the visible and of the hidden units."""
        self._require_built()
        bias = self._engine.network.state("bias")
        return bias[: self.config.widths[0]], bias[self.config.widths[0] :]

    # --- what it infers

    def transform(self, x: Array) -> Array:
        """Return the probabilities of the hidden units [samples][n_hidden]."""
        x = self._checked(x)
        return self._steady(self._engine.rbm.hidden, x, self._room())

    def reconstruct(self, x: Array) -> Array:
        """Return p(v|h) with h = p(h|x), [samples][n_visible]."""
        x = self._checked(x)
        return self._steady(self._engine.rbm.reconstruct, x, self._room())

    def reconstruction_error(self, x: Array, *, sampled: bool = False) -> float:
        """Return the mean square over samples and units of what a reconstruction loses.

        Parameters
        ----------
        x
            Samples.
        sampled
            Draw the hidden units instead of taking their probabilities.
        """
        return self._engine.error(self._checked(x), sampled=sampled)

    # --- how likely samples are

    def free_energy(self, x: Array) -> Array:
        """Return F(v) of each sample, in nats; ln p(v) = -F(v) - ln Z."""
        x = self._checked(x)
        return self._steady(self._engine.rbm.free_energy, x, PROBE_BATCH)

    def score_samples(self, x: Array, method: str = "pseudo", *, seed: int = 0) -> Array:
        """Return a figure of each sample that is larger for likelier ones.

        Parameters
        ----------
        x
            Samples.
        method
            "pseudo": an estimate of the pseudo-likelihood in nats, from one unit of each sample
            that is flipped at random. "free_energy": -F(v), ln p(v) but for a constant.
        seed
            Of the units that are flipped.
        """
        require_choice("method", method, ("pseudo", "free_energy"))
        energy = self.free_energy(x)
        if method == "free_energy":
            return -energy
        width = self.config.widths[0]
        flipped, rows = x.copy(), np.arange(len(x))
        unit = generator(seed, SPLIT_STREAM).integers(width, size=len(x))
        flipped[rows, unit] = 1 - flipped[rows, unit]
        scores: Array = -width * np.logaddexp(0.0, energy - self.free_energy(flipped))
        return scores

    def log_partition(
        self,
        method: str = "ais",
        *,
        base: Array | None = None,
        temperatures: int = 1000,
        chains: int = 100,
        seed: int = 0,
    ) -> Partition:
        """Return ln Z.

        Parameters
        ----------
        method
            "exact": enumeration, for at most 20 units in the smaller layer. "ais": annealed
            importance sampling.
        base
            Samples whose means are the base machine's visible units; 0.5 each without any.
        temperatures, chains, seed
            Of the annealing.

        Raises
        ------
        ValueError
            The machine is too large for "exact", or a parameter is wrong.
        """
        require_choice("method", method, ("ais", "exact"))
        self._require_built()
        if method == "exact":
            return Partition(self._engine.rbm.log_partition_exact(), 0.0, None)
        temperatures = require_integer("temperatures", temperatures, 1, 2**31 - 1)
        chains = require_integer("chains", chains, 1, 2**20)
        seed = require_integer("seed", seed, 0, 2**63 - 1)
        rates = self._base_rates(base)
        found = self._engine.rbm.log_partition_ais(rates, temperatures, chains, seed)
        return Partition(found.log_partition, found.deviation, found.effective_chains)

    def _base_rates(self, base: Array | None) -> Array:
        if base is None:
            return np.full(self.config.widths[0], 0.5)
        samples = self._checked(base, "base").astype(np.float64)
        rates: Array = (samples.sum(axis=0) + 1) / (len(samples) + 2)  # never 0 or 1
        return rates

    def log_likelihood(self, x: Array, method: str = "ais", **options: Any) -> float:
        """Return the mean of ln p(v) over samples, in nats.

        Parameters
        ----------
        x
            Samples; the probabilities are those of binary ones.
        method, options
            As in `log_partition`; `base` is `x` if not given.
        """
        energy = self.free_energy(x)
        if not len(energy):
            raise ValueError("x: got no samples, expected at least one")
        if method == "ais":
            options.setdefault("base", x)
        return float(-energy.mean()) - self.log_partition(method, **options).log_z

    # --- checks

    def _require_built(self) -> None:
        if self.config.n_visible is None:
            raise ValueError(
                "RestrictedBoltzmann: n_visible is not known yet; give it, or call fit first"
            )

    def _checked(self, x: Array, name: str = "x") -> Array:
        self._require_built()
        return check_visible(x, self.config.widths[0], self.config.dtype, name)

    def _room(self) -> int:
        """Return how many samples the engine looks at together."""
        return max(self.config.batch_size, PROBE_BATCH)

    def _steady(self, call: Callable[[Array, Order], Array], x: Array, room: int) -> Array:
        """Return what the engine says of each sample; none hangs on the others, to the bit.

        One that batches of `room` leave alone would be summed in another order: it comes twice.
        """
        found = []
        for part in self._parts(x):
            single = len(part) % room == 1
            results = call(x, np.append(part, part[-1]) if single else part)
            found.append(results[: len(part)])
        return np.concatenate(found)

    def _parts(self, x: Array) -> list[Order]:
        order = np.arange(len(x), dtype=np.int64)
        return self._engine.parts(order) or [order]


def check_visible(x: Any, width: int, dtype: str, name: str = "x") -> Array:
    """Return samples [samples][width] as they are, or refuse them.

    Raises
    ------
    TypeError, ValueError
        As `check_samples`, and for a value outside 0 to 1.
    """
    checked = check_samples(x, width, dtype, name)
    if checked.size and (checked.min() < 0 or checked.max() > 1):
        row, column = np.argwhere((checked < 0) | (checked > 1))[0]
        raise ValueError(
            f"{name}: got {checked[row, column]:g} at {name}[{row}][{column}], expected values "
            f"from 0 to 1; use ({name} - {name}.min()) / numpy.ptp({name})"
        )
    return checked
