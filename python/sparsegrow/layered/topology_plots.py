"""Pictures of a trained topology: where the inputs are wired, and how degrees are spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sparsegrow.base.pictures import new_figure
from sparsegrow.layered.structure import LayeredModel

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Counts = NDArray[np.int64]
LEAST_TAIL = 50  # degrees that a power law is fitted to, at least


def input_degrees(model: LayeredModel) -> Counts:
    """Return how many edges leave each input."""
    sources = model.edges(0)[0]
    return np.bincount(sources, minlength=model.layers[0])


def neuron_degrees(model: LayeredModel) -> Counts:
    """Return the edges of each hidden neuron, those that enter and those that leave."""
    layers = []
    for k, width in enumerate(model.layers[1:-1]):
        entering = np.bincount(model.edges(k)[1], minlength=width)
        leaving = np.bincount(model.edges(k + 1)[0], minlength=width)
        layers.append(entering + leaving)
    return np.concatenate(layers) if layers else np.zeros(0, np.int64)


@dataclass(frozen=True)
class PowerLaw:
    """A power law fitted to the tail of a distribution of degrees.

    Attributes
    ----------
    exponent
        Of degree^-exponent.
    least
        Degree from which on it is fitted.
    distance
        Largest difference between both cumulated distributions (Kolmogorov-Smirnov).
    tail
        How many degrees it is fitted to.
    p_value
        Share of samples drawn from the law itself that lie as far from their own fit; below 0.1
        the degrees are no power law.
    """

    exponent: float
    least: int
    distance: float
    tail: int
    p_value: float


def power_law(degrees: Counts, draws: int = 200, seed: int = 0) -> PowerLaw | None:
    """Fit a power law to degrees, with the start of the tail where it fits best.

    Parameters
    ----------
    degrees
        One per neuron; zeros count for nothing.
    draws
        Samples that the p-value is made from.
    seed
        They follow from it.

    Returns
    -------
    PowerLaw or None
        None for fewer than 50 degrees, or equal ones.
    """
    ordered = np.sort(degrees[degrees > 0])
    starts = np.unique(ordered)
    starts = starts[len(ordered) - np.searchsorted(ordered, starts) >= LEAST_TAIL]
    starts = starts[starts < ordered[-1]] if len(ordered) else starts
    if not len(starts):
        return None
    fits = [fitted(ordered[ordered >= least], int(least)) for least in starts]
    exponent, distance, least = min(fits, key=lambda fit: fit[1])
    tail = int((ordered >= least).sum())
    rng = np.random.default_rng(seed)
    far = [fitted(drawn(exponent, least, tail, rng), least)[1] >= distance for _ in range(draws)]
    return PowerLaw(exponent, least, distance, tail, float(np.mean(far)) if far else 1.0)


def fitted(tail: Counts, least: int) -> tuple[float, float, int]:
    """Return exponent by maximum likelihood (degrees as rounded reals), distance, and start."""
    exponent = 1 + len(tail) / np.log(tail / (least - 0.5)).sum()
    values, counts = np.unique(tail, return_counts=True)
    below = np.cumsum(counts) / len(tail)
    law = 1 - ((values + 0.5) / (least - 0.5)) ** (1 - exponent)
    return float(exponent), float(np.abs(below - law).max()), least


def drawn(exponent: float, least: int, count: int, rng: np.random.Generator) -> Counts:
    """Return degrees that follow the law."""
    reals = (least - 0.5) * (1 - rng.random(count)) ** (1 / (1 - exponent))
    return np.rint(np.minimum(reals, 1e15)).astype(np.int64)


def input_picture(maps: Mapping[str, Counts], shape: Sequence[int]) -> Figure:
    """Return heat maps of the edges per pixel, side by side on one scale.

    Parameters
    ----------
    maps
        What `input_degrees` returned, by title, such as "epoch 1".
    shape
        Height and width of the pictures; channels, if any, are added up.

    Raises
    ------
    ValueError
        There are not as many inputs as pixels.
    """
    pixels = int(np.prod(shape[:2]))
    wrong = [len(degrees) for degrees in maps.values() if len(degrees) % pixels]
    if wrong or not maps:
        got = wrong[0] if wrong else "none"
        raise ValueError(f"maps: got {got} inputs, expected a multiple of {pixels}")
    sums = {title: d.reshape(*shape[:2], -1).sum(axis=2) for title, d in maps.items()}
    figure, panels = new_figure(len(sums), max(5.0, 3.6 * len(sums)))
    most = max(1, *(int(image.max()) for image in sums.values()))
    for axes, (title, image) in zip(panels, sums.items(), strict=True):
        drawn_image = axes.imshow(image, vmin=0, vmax=most, cmap="magma")
        axes.set(title=title, xticks=[], yticks=[])
    figure.colorbar(drawn_image, ax=panels, label="edges per pixel")
    return figure


def degree_picture(degrees: Mapping[str, Counts]) -> Figure:
    """Return how many neurons have at least so many edges, with power laws where they fit."""
    figure, panels = new_figure(1, 7.0)
    axes = panels[0]
    for name, counts in degrees.items():
        draw_degrees(axes, name, counts[counts > 0])
    axes.set(xscale="log", yscale="log", xlabel="edges of a neuron", ylabel="share with at least")
    axes.grid(alpha=0.25)
    axes.legend(frameon=False)
    return figure


def draw_degrees(axes: Axes, name: str, counts: Counts) -> None:
    """Draw one distribution from above, and its law as a broken line."""
    values, many = np.unique(counts, return_counts=True)
    above = many[::-1].cumsum()[::-1] / max(1, many.sum())
    law = power_law(counts)
    told: Any = name if law is None else f"{name}: exponent {law.exponent:.1f}, p {law.p_value:.2f}"
    (line,) = axes.plot(values, above, marker=".", lw=0.8, label=told)
    if law is None:
        return
    x = values[values >= law.least]
    share = (counts >= law.least).mean()
    y = share * ((x - 0.5) / (law.least - 0.5)) ** (1 - law.exponent)
    axes.plot(x, y, ls="--", color=line.get_color())
