"""The settings of a network in the words of its constructor, checked once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from sparsegrow.base.requirements import (
    plain,
    require_choice,
    require_flag,
    require_integer,
    require_number,
)
from sparsegrow.layered.dynamics import METHODS, Dynamics, dynamics_of

CHOICES: dict[str, tuple[str, ...]] = {
    "topology": ("static", "dense", *METHODS),
    "start": ("er", "small_world", "scale_free", "receptive_field", "csti"),
    "distribution": ("erk", "er", "uniform"),
    "activation": ("relu", "leaky_relu", "tanh", "sigmoid", "srelu", "all_relu", "identity"),
    "loss": ("cross_entropy", "mse"),
    "output": ("identity", "tanh", "sigmoid"),
    "optimizer": ("sgd", "nesterov", "adam"),
    "decay": ("l2", "decoupled", "direct"),
    "schedule": ("constant", "linear", "cosine", "exponential"),
    "init": ("swi", "normal"),
    "dtype": ("float32", "float64"),
}
DEFAULT_EPSILON = 20.0
DEFAULT_RATE = {"sgd": 0.05, "nesterov": 0.05, "adam": 0.003}
DEFAULT_SLOPE = {"leaky_relu": 0.01, "all_relu": 0.6}
SQRT2 = math.sqrt(2.0)
RELU_LIKE = ("relu", "leaky_relu", "srelu", "all_relu")
MAX_WIDTH = 2**31 - 1


@dataclass(frozen=True)
class Config:
    """Every setting of a `SparseMLP`, with its defaults filled in.

    `layers` follows the network when it grows; the rest stays as it was given.
    """

    layers: tuple[int, ...]
    epsilon: float | None
    density: float | None
    topology: str
    dynamics: Dynamics | None
    start: str
    start_randomness: float
    dense_last: bool
    distribution: str
    activation: str
    slope: float
    loss: str
    output: str
    optimizer: str
    learning_rate: float
    momentum: float
    weight_decay: float
    decay: str
    dropout: float
    batch_size: int
    schedule: str
    warmup_epochs: float
    final_factor: float
    init: str
    init_scale: float
    seed: int
    dtype: str
    device: str

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            require_choice(name, getattr(self, name), allowed)
        require_layers(self.layers)
        self._require_sparsity()
        self._require_topology()
        self._require_numbers()
        if not isinstance(self.device, str):
            raise ValueError(f"device: got {self.device!r:.80}, expected a name such as 'cpu'")
        if self.loss == "cross_entropy" and self.output != "identity":
            raise ValueError(
                f"output: got {self.output!r} with loss='cross_entropy', which takes the softmax "
                "of plain sums; expected 'identity', or another loss"
            )

    def _require_sparsity(self) -> None:
        if self.epsilon is not None:
            require_number("epsilon", self.epsilon, 0.0, math.inf, low_open=True)
        if self.density is not None:
            require_number("density", self.density, 0.0, 1.0, low_open=True)
        given = (self.epsilon is not None) + (self.density is not None)
        if self.topology == "dense" and given:
            raise ValueError("epsilon, density: expected neither with topology='dense'")
        if self.topology != "dense" and given != 1:
            raise ValueError("epsilon, density: got both, expected one of them")

    def _require_topology(self) -> None:
        changes = self.topology in METHODS
        if changes != isinstance(self.dynamics, Dynamics):
            raise ValueError(f"dynamics: got {self.dynamics!r:.80} with {self.topology!r}")
        if self.dynamics is not None and self.dynamics.start_density and self.density is None:
            raise ValueError("dynamics: start_density: needs a density to fall to, got epsilon")
        require_number("start_randomness", self.start_randomness, 0.0, 1.0)
        require_flag("dense_last", self.dense_last)
        between = self.layers[1:-1] if self.dense_last else self.layers[1:]
        if self.start == "csti" and any(width % self.layers[0] for width in between):
            raise ValueError(
                f"start: 'csti' needs widths that are multiples of the {self.layers[0]} inputs, "
                f"got {', '.join(map(str, between))}; dense_last=True leaves the outputs out"
            )

    def _require_numbers(self) -> None:
        require_number("slope", self.slope, -math.inf, math.inf)
        require_number("learning_rate", self.learning_rate, 0.0, math.inf, low_open=True)
        require_number("momentum", self.momentum, 0.0, 1.0, high_open=True)
        require_number("weight_decay", self.weight_decay, 0.0, math.inf)
        require_number("dropout", self.dropout, 0.0, 1.0, high_open=True)
        require_number("warmup_epochs", self.warmup_epochs, 0.0, math.inf)
        require_number("final_factor", self.final_factor, 0.0, 1.0, low_open=True)
        require_number("init_scale", self.init_scale, 0.0, math.inf)
        require_integer("batch_size", self.batch_size, 1, 2**20)
        require_integer("seed", self.seed, 0, 2**63 - 1)

    @property
    def classifies(self) -> bool:
        """Whether the outputs stand for classes."""
        return self.loss == "cross_entropy"

    def choices(self) -> dict[str, Any]:
        """Return the settings on which the defaults of others hang."""
        names = ("layers", "epsilon", "density", "topology", "activation", "optimizer", "init")
        return {name: getattr(self, name) for name in names}

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for a header in JSON."""
        return asdict(self)


def resolve(given: Mapping[str, Any]) -> Config:
    """Fill in the defaults that depend on other settings, and check everything.

    Parameters
    ----------
    given
        A value for each field of `Config`, None where the default is wanted.
    """
    values = dict(given)
    for name in ("topology", "activation", "optimizer", "init"):  # the defaults hang on these
        require_choice(name, values[name], CHOICES[name])
    values["layers"] = as_layers(values["layers"])
    values["dynamics"] = dynamics_of(values["topology"], values["dynamics"])
    neither = values["epsilon"] is None and values["density"] is None
    relu_like = values["activation"] in RELU_LIKE
    defaults = {
        "epsilon": DEFAULT_EPSILON if neither and values["topology"] != "dense" else None,
        "slope": DEFAULT_SLOPE.get(values["activation"], 0.0),
        "output": "identity",
        "learning_rate": DEFAULT_RATE[values["optimizer"]],
        "init_scale": 0.1 if values["init"] == "normal" else SQRT2 if relu_like else 1.0,
    }
    values.update({name: value for name, value in defaults.items() if values[name] is None})
    return Config(**{field.name: plain(values[field.name]) for field in fields(Config)})


def as_layers(layers: Any) -> tuple[int, ...]:
    """Return the widths as plain integers."""
    if isinstance(layers, str | bytes) or not hasattr(layers, "__iter__"):
        raise ValueError(f"layers: got {layers!r:.80}, expected widths such as [784, 1000, 10]")
    widths = tuple(plain(width) for width in layers)
    require_layers(widths)
    return widths


def require_layers(layers: Any) -> None:
    """Refuse anything but at least two widths of at least one neuron."""
    if not isinstance(layers, tuple) or len(layers) < 2:
        raise ValueError(
            f"layers: got {layers!r:.80}, expected inputs, hidden layers if any, outputs"
        )
    for index, width in enumerate(layers):
        require_integer(f"layers[{index}]", width, 1, MAX_WIDTH)
    if sum(layers) > MAX_WIDTH:
        raise ValueError(f"layers: got {sum(layers)} neurons, expected at most {MAX_WIDTH}")
