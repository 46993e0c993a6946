"""How a network's topology changes while it trains: the rules, by name, and when they are due."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sparsegrow import _sparsegrow as native
from sparsegrow.base.requirements import plain, require_flag

CHOICES: dict[str, tuple[str, ...]] = {
    "removal": ("signed", "magnitude", "relative", "sampled", "random", "largest"),
    "regrowth": ("random", "gradient", "paths"),
    "score": ("ch3_path", "ch2_path", "ch3_node", "ch2_node"),
    "choice": ("best", "sampled"),
    "new_weights": ("start", "zero"),
    "decay": ("constant", "cosine"),
    "ramp": ("sigmoid", "cubic"),
}
# What each method is, where nothing else is asked for; of `SparseMLP` and under PyTorch.
METHODS: dict[str, dict[str, Any]] = {
    "set": {"removal": "signed", "regrowth": "random"},
    "random": {"removal": "magnitude", "regrowth": "random"},
    "rigl": {"regrowth": "gradient", "decay": "cosine", "every": 100, "until": 0.75},
    "ch3l3": {"regrowth": "paths", "score": "ch3_path", "chain_removal": True},
    "ch2l3": {"regrowth": "paths", "score": "ch2_path", "chain_removal": True},
    "ch3l3n": {"regrowth": "paths", "score": "ch3_node", "chain_removal": True},
    "ch2l3n": {"regrowth": "paths", "score": "ch2_node", "chain_removal": True},
}
DELTA = (0.5, 0.75)  # of sampled removal, at the start and at the end of a run


@dataclass(frozen=True)
class Dynamics:
    """Settings of topology updates. Each update keeps the number of edges of every layer.

    Parameters
    ----------
    fraction
        Of a layer's edges, replaced in one update.
    decay
        "constant", or "cosine": the fraction falls to zero where updates end.
    every
        Optimizer steps from one update to the next; 0 for one after each epoch but the last.
    until
        Share of a run after which there are no more updates.
    removal
        Which edges go. "signed": the positive and the negative ones nearest to zero, each sign by
        its own quota. "magnitude": those nearest to zero. "relative": those that matter least to
        both ends. "sampled": relative importance decides by chance, less and less so over the run.
        "random" and "largest" are controls.
    regrowth
        Where edges come back. "random": anywhere. "gradient": where the loss falls fastest.
        "paths": where paths of length 3 already lead.
    score, choice
        For "paths": the score, and whether the best cells are taken or cells are sampled by it.
    chain_removal
        Also take out edges that lead nowhere before edges come back.
    new_weights
        "start": drawn as at the start. "zero"; then an edge that comes back at once is as it was.
    freeze
        A layer is left alone once more than that share of its new edges were just removed; 1 for
        never.
    start_density, ramp
        Begin with that density and fall to the network's `density` at the last update, slowly at
        both ends ("sigmoid") or fast at first ("cubic"); 0 for a density that stays. No layer is
        left alone meanwhile, and a run without an update is refused.
    """

    fraction: float = 0.3
    decay: str = "constant"
    every: int = 0
    until: float = 1.0
    removal: str = "magnitude"
    regrowth: str = "random"
    score: str = "ch3_path"
    choice: str = "best"
    chain_removal: bool = False
    new_weights: str = "zero"
    freeze: float = 1.0
    start_density: float = 0.0
    ramp: str = "sigmoid"

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            given = getattr(self, name)
            if given not in allowed:
                listed = ", ".join(map(repr, allowed))
                raise ValueError(f"dynamics: {name}: got {given!r:.80}, expected one of {listed}")
        for name in ("fraction", "until", "freeze", "start_density"):
            self._require(name, (int, float), lambda value: 0 <= value <= 1, "0 to 1")
        self._require("every", int, lambda value: 0 <= value < 2**31, "steps, or 0")
        require_flag("dynamics: chain_removal", self.chain_removal)
        if self.start_density and self.removal == "signed":
            raise ValueError("dynamics: start_density: needs another removal than 'signed'")

    def _require(self, name: str, kind: Any, fits: Callable[[Any], bool], expected: str) -> None:
        value: Any = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, kind) or not fits(value):
            raise ValueError(f"dynamics: {name}: got {value!r:.80}, expected {expected}")

    def due(self, done: int, total: int, steps_per_epoch: int) -> bool:
        """Whether an update is to be made when `done` of a run's `total` steps are."""
        every = self.every or steps_per_epoch
        return 0 < done < self.until * total and done % every == 0

    def next_due(self, done: int, steps_per_epoch: int) -> int:
        """Return how many steps may be taken before the next look."""
        every = self.every or steps_per_epoch
        return every - done % every

    def last_update(self, total: int, steps_per_epoch: int) -> int:
        """Return the step of a run's last update, 0 if it has none."""
        every = self.every or steps_per_epoch
        return max(0, math.ceil(self.until * total) - 1) // every * every

    def require_end_of_ramp(self, total: int, steps_per_epoch: int) -> None:
        """Refuse a run that begins denser than it shall be and has no update to thin it out."""
        if self.start_density and not self.last_update(total, steps_per_epoch):
            raise ValueError(f"dynamics: start_density: no update falls due in {total} steps")

    def density(self, done: int, total: int, steps_per_epoch: int, end: float) -> float:
        """Return the density after the update at `done`, on the way to `end`."""
        last = self.last_update(total, steps_per_epoch)
        start = 1 - self.start_density
        return 1 - native.sparsity_at(start, 1 - end, self.ramp, done / max(1, last))

    def rule(self, done: int, total: int, **start: Any) -> native.RewireRule:
        """Return the rule of an update; `start` says how new weights are drawn."""
        end = max(1.0, self.until * total)
        falling = (1 + math.cos(math.pi * min(1.0, done / end))) / 2
        return native.RewireRule(
            removal=self.removal,
            fraction=self.fraction * (falling if self.decay == "cosine" else 1.0),
            delta=native.removal_delta(*DELTA, min(1.0, done / max(1, total))),
            regrowth=self.regrowth,
            paths=self.score,
            choice=self.choice,
            chain_removal=self.chain_removal,
            fresh=self.new_weights,
            **start,
        )


def dynamics_of(topology: str, given: Any) -> Dynamics | None:
    """Return the settings of a topology, with what is given in place of its defaults.

    Raises
    ------
    ValueError, TypeError
        A setting is unknown or out of range, or the topology does not change.
    """
    if isinstance(given, Dynamics):
        given = {field.name: getattr(given, field.name) for field in fields(Dynamics)}
    if given is not None and not isinstance(given, Mapping):
        raise TypeError(f"dynamics: got {type(given).__name__}, expected a mapping")
    if topology not in METHODS:
        if given:
            raise ValueError(f"dynamics: topology={topology!r} does not change")
        return None
    known = {field.name for field in fields(Dynamics)}
    stray = sorted(set(given or {}) - known)
    if stray:
        listed = ", ".join(sorted(known))
        raise ValueError(f"dynamics: got {', '.join(stray)!s:.80}, expected some of {listed}")
    asked = {name: plain(value) for name, value in (given or {}).items()}
    return Dynamics(**{**METHODS[topology], **asked})
