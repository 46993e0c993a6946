"""The settings of a restricted Boltzmann machine, checked once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sparsegrow import _sparsegrow as native
from sparsegrow.base.requirements import (
    plain,
    require_choice,
    require_flag,
    require_integer,
    require_number,
)
from sparsegrow.layered.config import MAX_WIDTH

CHOICES: dict[str, tuple[str, ...]] = {
    "topology": ("set", "static"),
    "decay": ("direct", "decoupled", "l2"),
    "dtype": ("float32", "float64"),
}
DEFAULT_EPSILON = 10.0


@dataclass(frozen=True)
class RbmConfig:
    """Every setting of a `RestrictedBoltzmann`, with its defaults filled in.

    `n_visible` is None until the first data are seen; the rest stays as it was given.
    """

    n_visible: int | None
    n_hidden: int
    epsilon: float | None
    density: float | None
    topology: str
    zeta: float
    final_removal: bool
    k: int
    persistent: bool
    mean_field_last: bool
    sample_visible: bool
    learning_rate: float
    momentum: float
    weight_decay: float
    decay: str
    batch_size: int
    init_scale: float
    seed: int
    dtype: str
    device: str

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            require_choice(name, getattr(self, name), allowed)
        self._require_sizes()
        self._require_numbers()
        for name in ("final_removal", "persistent", "mean_field_last", "sample_visible"):
            require_flag(name, getattr(self, name))
        if not isinstance(self.device, str):
            raise ValueError(f"device: got {self.device!r:.80}, expected a name such as 'cpu'")

    def _require_sizes(self) -> None:
        if self.n_visible is not None:
            require_integer("n_visible", self.n_visible, 1, MAX_WIDTH)
        require_integer("n_hidden", self.n_hidden, 1, MAX_WIDTH)
        require_integer("k", self.k, 1, 2**31 - 1)
        require_integer("batch_size", self.batch_size, 1, 2**20)
        require_integer("seed", self.seed, 0, 2**63 - 1)
        if (self.epsilon is None) == (self.density is None):
            raise ValueError("epsilon, density: got both or neither, expected one of them")

    def _require_numbers(self) -> None:
        if self.epsilon is not None:
            require_number("epsilon", self.epsilon, 0.0, math.inf, low_open=True)
        if self.density is not None:
            require_number("density", self.density, 0.0, 1.0, low_open=True)
        require_number("zeta", self.zeta, 0.0, 1.0)
        require_number("learning_rate", self.learning_rate, 0.0, math.inf, low_open=True)
        require_number("momentum", self.momentum, 0.0, 1.0, high_open=True)
        require_number("weight_decay", self.weight_decay, 0.0, math.inf)
        require_number("init_scale", self.init_scale, 0.0, math.inf)

    @property
    def links(self) -> int:
        """How many links the machine has: exactly, after each change of the topology."""
        widths = list(self.widths)
        if self.epsilon is not None:
            return native.links_by_epsilon(widths, self.epsilon)[0]
        assert self.density is not None  # one of the two is given
        return native.links_uniform(widths, self.density)[0]

    @property
    def widths(self) -> tuple[int, int]:
        """Visible and hidden units."""
        assert self.n_visible is not None  # asked only of a machine that was built
        return self.n_visible, self.n_hidden

    def with_visible(self, n_visible: int) -> RbmConfig:
        """Return the settings for data of that width."""
        return replace(self, n_visible=n_visible)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for a header in JSON."""
        return asdict(self)


def resolve(given: Mapping[str, Any]) -> RbmConfig:
    """Fill in the number of links if neither setting of it is given, and check everything.

    Parameters
    ----------
    given
        A value for each field of `RbmConfig`.
    """
    values = {field.name: plain(given[field.name]) for field in fields(RbmConfig)}
    if values["epsilon"] is None and values["density"] is None:
        values["epsilon"] = DEFAULT_EPSILON
    return RbmConfig(**values)


def config_of(values: Any) -> RbmConfig:
    """Make settings of a header's values, which may come from anybody.

    Raises
    ------
    ValueError
        A setting is missing, unknown or out of range.
    """
    names = {field.name for field in fields(RbmConfig)}
    if not isinstance(values, dict) or set(values) != names:
        raise ValueError("the header's config is damaged")
    config = RbmConfig(**values)
    if config.n_visible is None:
        raise ValueError("the header's config has no n_visible")
    return config
