"""What perturbation analyses find: curves over levels, their bands, areas and half-way points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sparsegrow.base.text_table import aligned
from sparsegrow.layered.engine import Array
from sparsegrow.layered.perturbation.weights import Analysis

QUARTILES = {"q25": 0.25, "median": 0.5, "q75": 0.75}


@dataclass(frozen=True)
class Curve:
    """Figures of one kind of perturbation, [runs][levels]; a run is a repeat on a model.

    Attributes
    ----------
    analysis
        The kind, its levels and mode.
    score
        Accuracy, or under "mse" the fraction of the targets' variance that is explained.
    loss
        Mean loss.
    alive
        After pruning: hidden neurons that chain removal leaves.
    power
        Of noise: sum of the squared weights, in units of that without noise.
    chance
        Score of guessing.
    """

    analysis: Analysis
    score: Array
    loss: Array
    alive: Array | None
    power: Array | None
    chance: float

    @property
    def kind(self) -> str:
        """The kind of perturbation."""
        return self.analysis.kind

    @property
    def levels(self) -> tuple[float, ...]:
        """The axis, rising from 0, at which nothing is disturbed."""
        return self.analysis.levels

    @property
    def auc(self) -> dict[str, float]:
        """Quartiles over the runs of the area under the score, divided by the range of levels."""
        return {name: float(value) for name, value in quartiles(areas(self)).items()}

    @property
    def p50(self) -> float | None:
        """Level at which the median score falls below half of the way to chance; None if never."""
        score = quartiles(self.score)["median"]
        threshold = (score[0] + self.chance) / 2
        below = np.flatnonzero(score < threshold)
        if not len(below):
            return None
        k = int(below[0])
        if k == 0:  # worse than chance from the start
            return self.levels[0]
        share = (score[k - 1] - threshold) / (score[k - 1] - score[k])
        return float(self.levels[k - 1] + share * (self.levels[k] - self.levels[k - 1]))

    def at(self, level: float) -> float | None:
        """Return the median score at a level, between those measured; None beyond them."""
        if not self.levels[0] <= level <= self.levels[-1]:
            return None
        return float(np.interp(level, self.levels, quartiles(self.score)["median"]))

    def as_dict(self, metric: str) -> dict[str, Any]:
        """Return plain values, the score under the name of its metric."""
        analysis = self.analysis
        facts: dict[str, Any] = {"kind": self.kind, "levels": list(self.levels)}
        if analysis.groups:
            facts["groups"] = list(analysis.groups)
        if analysis.mode:
            facts["mode"] = analysis.mode
        facts["runs"] = len(self.score)
        series = {metric: self.score, "loss": self.loss, "alive": self.alive, "power": self.power}
        for name, values in series.items():
            if values is not None:
                facts[name] = {key: plain_list(v) for key, v in quartiles(values).items()}
        return {**facts, "auc": self.auc, "p50": self.p50}


@dataclass(frozen=True)
class PerturbResult:
    """Everything that one call of `perturb` has found.

    Attributes
    ----------
    curves
        By kind.
    setting
        What was asked for: layers, number of links and of samples, scope, seed and so on.
    metric
        Name of the score: "accuracy", or "explained" variance.
    """

    curves: dict[str, Curve]
    setting: dict[str, Any]
    metric: str

    def __getitem__(self, kind: str) -> Curve:
        return self.curves[kind]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        curves = [curve.as_dict(self.metric) for curve in self.curves.values()]
        return {**self.setting, "metric": self.metric, "curves": curves}

    def table(self) -> str:
        """Return area, half-way point and some scores of each kind, for a person."""
        at = (0.0, 0.5, 0.9)
        rows = [["kind", "AUC", "p50", *(f"{self.metric} at {level:g}" for level in at)]]
        for curve in self.curves.values():
            scores = [told(curve.at(level), ".1%") for level in at]
            rows.append([curve.kind, f"{curve.auc['median']:.3f}", told(curve.p50, ".3f"), *scores])
        return "\n".join(aligned(rows))


def quartiles(values: Array) -> dict[str, Array]:
    """Return median and quartiles over the runs."""
    with np.errstate(invalid="ignore"):  # a loss may be infinite
        found = np.quantile(values, list(QUARTILES.values()), axis=0)
    return dict(zip(QUARTILES, found, strict=True))


def areas(curve: Curve) -> Array:
    """Return the area under each run's score by trapeziums, divided by the range of levels."""
    widths = np.diff(curve.levels)
    if not widths.sum():
        return np.array(curve.score[:, 0])
    means = (curve.score[:, 1:] + curve.score[:, :-1]) / 2
    found: Array = means @ widths / widths.sum()
    return found


def plain_list(values: Sequence[float] | Array) -> list[float | None]:
    """Return numbers for JSON, which knows no infinity."""
    return [float(value) if math.isfinite(value) else None for value in values]


def told(value: float | None, form: str) -> str:
    """Return a number as text, a dash for none."""
    return "-" if value is None else format(value, form)
