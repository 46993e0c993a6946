"""Pictures of perturbation analyses: the median score over the level, between its quartiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sparsegrow.base.pictures import new_figure
from sparsegrow.layered.engine import Array
from sparsegrow.layered.perturbation.curves import Curve, PerturbResult, quartiles
from sparsegrow.layered.perturbation.weights import PRUNING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {
    "prune_strong": "#c0392b",
    "prune_random": "#7f7f7f",
    "prune_weak": "#1f77b4",
    "shuffle": "#8e5bb5",
    "gaussian": "#d9822b",
}
LABELS = {
    "prune_strong": "strongest first",
    "prune_random": "random order",
    "prune_weak": "weakest first",
}
PANEL_WIDTH = 5.6
TITLE_PAD = 24  # points, for the names of the curves below it


def perturb_picture(result: PerturbResult) -> Figure:
    """Return the scores under pruning, the neurons alive, shuffling and noise, as far as measured.

    Scores share one axis; dots mark p50, lines chance.
    """
    curves = result.curves
    pruned = [curves[kind] for kind in PRUNING if kind in curves]
    others = [curve for kind, curve in curves.items() if kind not in PRUNING]
    panels = (2 if pruned else 0) + len(others)
    rows = 2 if panels == 4 else 1
    figure, axes = new_figure(panels // rows, max(8.0, panels // rows * PANEL_WIDTH), rows)
    if pruned:
        draw_pruning(axes[0], pruned, result.metric)
        draw_alive(axes[1], pruned, result.setting["neurons"])
    for one, curve in zip(axes[len(axes) - len(others) :], others, strict=True):
        draw_other(one, curve, result.metric)
    figure.suptitle(title_of(result))
    return figure


def title_of(result: PerturbResult) -> str:
    """Return in one line what was measured."""
    setting = result.setting
    widths = "-".join(map(str, setting["layers"]))
    links = " / ".join(f"{links:,}" for links in sorted(set(setting["nnz"])))
    nets = f"{len(setting['nnz'])} networks " if len(setting["nnz"]) > 1 else ""
    return (
        f"{nets}{widths}, {links} links, {setting['samples']:,} samples, "
        f"{setting['repeats']} repeats; bands from quartile to quartile"
    )


def draw_pruning(axes: Axes, curves: list[Curve], metric: str) -> None:
    """Draw the scores over the fraction of links that are gone."""
    for curve in curves:
        draw_score(axes, curve, f"{LABELS[curve.kind]}, AUC {curve.auc['median']:.2f}")
    finish(axes, curves[0], metric, "Pruned", "fraction of links removed")
    name_curves(axes)


def draw_alive(axes: Axes, curves: list[Curve], neurons: int) -> None:
    """Draw how many hidden neurons chain removal leaves."""
    for curve in curves:
        if curve.alive is not None:
            draw_band(axes, curve, curve.alive, LABELS[curve.kind])
    axes.set_title("Hidden neurons alive after chain removal", pad=TITLE_PAD)
    axes.set(xlabel="fraction of links removed", ylabel=f"neurons, of {neurons:,}")
    axes.set(ylim=(0, 1.04 * neurons), xlim=(0, 1))
    axes.grid(alpha=0.25)
    name_curves(axes)


def draw_other(axes: Axes, curve: Curve, metric: str) -> None:
    """Draw the scores of shuffling or of noise."""
    draw_score(axes, curve, f"{curve.analysis.mode}, AUC {curve.auc['median']:.2f}")
    if curve.kind == "shuffle":
        finish(axes, curve, metric, "Shuffled in bins of like magnitude", "number of bins")
        label_groups(axes, curve)
    else:
        unit = "the weight" if curve.analysis.mode == "multiplicative" else "the weights' deviation"
        finish(axes, curve, metric, "Gaussian noise", f"deviation, in units of {unit}")
    name_curves(axes)


def name_curves(axes: Axes) -> None:
    """Write the curves' names between title and panel, where nothing is drawn."""
    style = {"frameon": False, "fontsize": "small", "handlelength": 1.4, "columnspacing": 1.2}
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 0.98), ncol=3, **style)


def label_groups(axes: Axes, curve: Curve) -> None:
    """Write numbers of bins under the axis, about six of them."""
    groups, levels = curve.analysis.groups, curve.levels
    last = len(groups) - 1
    step = max(1, round(last / 5))
    far = [k for k in range(last, 0, -step) if levels[k] > 0.1]  # from the coarsest on
    chosen = [0, *far]
    axes.set_xticks([levels[k] for k in chosen], [f"{groups[k]:,}" for k in chosen])


def draw_score(axes: Axes, curve: Curve, label: str) -> None:
    """Draw a score with its band, and a dot half of the way to chance."""
    draw_band(axes, curve, curve.score, label)
    half_way = curve.p50
    if half_way is not None:
        axes.plot(
            half_way,
            curve.at(half_way) or 0.0,
            "o",
            ms=7,
            mfc="white",
            color=COLOURS[curve.kind],
            clip_on=False,
        )


def draw_band(axes: Axes, curve: Curve, values: Array, label: str) -> None:
    """Draw the median as a line and what lies between the quartiles as a band."""
    found, colour = quartiles(values), COLOURS[curve.kind]
    axes.plot(curve.levels, found["median"], color=colour, marker=".", lw=1.4, label=label)
    if len(values) > 1:
        axes.fill_between(curve.levels, found["q25"], found["q75"], color=colour, alpha=0.22, lw=0)


def finish(axes: Axes, curve: Curve, metric: str, title: str, xlabel: str) -> None:
    """Set the texts and the scale that panels of scores have."""
    axes.axhline(curve.chance, color="#999999", lw=0.8, ls="--")
    axes.set_title(title, pad=TITLE_PAD)
    axes.set(xlabel=xlabel, ylabel=metric, ylim=(0, 1.02))
    axes.set_xlim(0, 1.0 if curve.kind != "gaussian" else curve.levels[-1] or 1.0)
    axes.grid(alpha=0.25)
