"""How a run of growth goes: settings that are saved with it, and when it is over."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from sparsegrow import _sparsegrow as native
from sparsegrow.base.requirements import keep_plain, require_integer, require_number
from sparsegrow.growth.candidates import CandidateSettings
from sparsegrow.growth.controller import CONTROLLERS, KINDS, PAPER_KINDS
from sparsegrow.text.tokens import Tokens

MUTATIONS = {"all": KINDS, "paper": PAPER_KINDS}
MOST = 2**63 - 1
BYTES_PER_PARAMETER = 32  # of engine memory, a snapshot for rollback included


@dataclass(frozen=True)
class GrowthSettings:
    """Settings of a run.

    Parameters
    ----------
    controller, mutations
        Who decides, and which mutations there are: "all" or "paper".
    seed
        All randomness follows from it.
    max_params, max_bytes
        What the network may grow to, None for no limit.
    streams, window
        A step reads `window` characters of each of `streams` places in the text.
    input_rate, pattern_rate, hidden_rate, bias_rate, cell_rate
        Learning rates by kind of parameter.
    epsilon
        Of Adagrad, in samples.
    least_gain
        Nats that a pattern edge must promise.
    first_round, round_growth, longest_round
        Steps of the first round; each is longer than the last by that factor, up to a limit.
    trial_chars
        Characters of held-out text that judge a round.
    sigmas, tolerance
        A round's mutations are rolled back when its bits are that many deviations of the last
        rounds' bits, and a fixed amount, above their running mean.
    edge_price
        Reward that a hundred thousand new edges cost.
    anneal, last_rate
        Share of the budget over which learning rates fall at the end, and what they fall to.
    cooling
        Factor on the learning rates each time that the running mean is `tolerance` above its best.
    checkpoint_seconds
        At least that much time lies between two checkpoints.
    """

    controller: str = "reinforce"
    mutations: str = "all"
    seed: int = 0
    max_params: int | None = None
    max_bytes: int | None = None
    streams: int = 32
    window: int = 32
    input_rate: float = 0.3
    pattern_rate: float = 0.4
    hidden_rate: float = 0.15
    bias_rate: float = 0.05
    cell_rate: float = 0.05
    epsilon: float = 1.0
    least_gain: float = 0.25
    first_round: int = 60
    round_growth: float = 1.05
    longest_round: int = 600
    trial_chars: int = 32_768
    sigmas: float = 2.5
    tolerance: float = 0.01
    edge_price: float = 0.02
    anneal: float = 0.3
    last_rate: float = 0.03
    cooling: float = 0.7
    checkpoint_seconds: float = 30.0
    candidates: CandidateSettings = field(default_factory=CandidateSettings)

    def __post_init__(self) -> None:
        keep_plain(self)
        for name, known in (("mutations", tuple(MUTATIONS)), ("controller", CONTROLLERS)):
            given = getattr(self, name)
            if given not in known:
                raise ValueError(f"{name}: got {given!r}, expected one of {', '.join(known)}")
        for name in ("max_params", "max_bytes"):
            limit = getattr(self, name)
            if limit is not None:
                require_integer(name, limit, 1, MOST)
        require_integer("seed", self.seed, 0, MOST)
        require_integer("streams", self.streams, 1, MOST)
        require_integer("window", self.window, 1, MOST)
        self._require_rates()
        self._require_rounds()

    def _require_rounds(self) -> None:
        require_integer("first_round", self.first_round, 1, MOST)
        require_number("round_growth", self.round_growth, 1.0, math.inf)
        require_integer("longest_round", self.longest_round, 1, MOST)
        require_integer("trial_chars", self.trial_chars, 2, MOST)
        for name in ("sigmas", "tolerance", "edge_price"):
            require_number(name, getattr(self, name), -math.inf, math.inf)
        require_number("checkpoint_seconds", self.checkpoint_seconds, 0.0, math.inf)
        require_number("anneal", self.anneal, 0.0, 1.0)
        require_number("last_rate", self.last_rate, 0.0, 1.0)
        require_number("cooling", self.cooling, 0.0, 1.0, low_open=True)

    def _require_rates(self) -> None:
        for name in ("input_rate", "pattern_rate", "hidden_rate", "bias_rate", "cell_rate"):
            require_number(name, getattr(self, name), 0.0, math.inf)
        require_number("epsilon", self.epsilon, 0.0, math.inf, low_open=True)
        require_number("least_gain", self.least_gain, -math.inf, math.inf)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Mutations that are allowed."""
        return MUTATIONS[self.mutations]

    def steps_of(self, round_: int) -> int:
        """Return the steps of a round."""
        try:
            return min(self.longest_round, round(self.first_round * self.round_growth**round_))
        except OverflowError:
            return self.longest_round

    def room(self, params: int, bytes_: int) -> int:
        """Return how many parameters may still be added."""
        by_params = (self.max_params or 1 << 31) - params
        by_bytes = ((self.max_bytes or 1 << 37) - bytes_) // BYTES_PER_PARAMETER
        return max(0, min(by_params, by_bytes))

    def trainer(self, net: native.CharNet, tokens: Tokens) -> native.CharTrainer:
        """Return a trainer with these settings.

        Raises
        ------
        ValueError
            The text is too short for the streams, or a rate is out of range.
        """
        return native.CharTrainer(
            net,
            tokens,
            streams=self.streams,
            window=self.window,
            input_rate=self.input_rate,
            pattern_rate=self.pattern_rate,
            hidden_rate=self.hidden_rate,
            bias_rate=self.bias_rate,
            cell_rate=self.cell_rate,
            epsilon=self.epsilon,
            scout="specialise" in self.kinds,
            least_gain=self.least_gain,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)

    @classmethod
    def of_dict(cls, values: dict[str, Any]) -> GrowthSettings:
        """Return settings that were saved.

        Raises
        ------
        ValueError
            They are not those of this version.
        """
        known = {f.name for f in fields(cls)}
        if set(values) != known or not isinstance(values["candidates"], dict):
            odd = ", ".join(sorted(set(values) ^ known)) or "candidates"
            raise ValueError(f"the run's settings are damaged: {odd:.100}")
        return cls(**{**values, "candidates": CandidateSettings(**values["candidates"])})


@dataclass(frozen=True)
class Budget:
    """What a run may use: minutes of wall time or optimizer steps, counted from where it begins.

    Parameters
    ----------
    minutes, steps
        One of the two.
    """

    minutes: float | None = None
    steps: int | None = None

    def __post_init__(self) -> None:
        keep_plain(self)
        if (self.minutes is None) == (self.steps is None):
            raise ValueError("budget: expected minutes or steps, and one of them only")
        if self.steps is not None:
            require_integer("steps", self.steps, 1, MOST)
        else:
            require_number("minutes", self.minutes, 0.0, math.inf, low_open=True)

    def used(self, seconds: float, steps: int) -> float:
        """Return the share that is used, 1 or more when it is over."""
        if self.minutes is not None:
            return seconds / (60 * self.minutes)
        return steps / (self.steps or 1)

    def left(self, steps: int) -> int:
        """Return the steps that are left, many where it goes by the clock."""
        return max(0, self.steps - steps) if self.steps is not None else 1 << 40

    def rate(self, used: float, settings: GrowthSettings) -> float:
        """Return the factor on all learning rates: 1, falling linearly at the end."""
        if settings.anneal == 0 or used <= 1 - settings.anneal:
            return 1.0
        return max(settings.last_rate, (1 - used) / settings.anneal)
