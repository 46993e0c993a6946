"""How a trained network bears disturbed weights: pruning, shuffling, noise.

The network is frozen: nothing is trained again, biases stay, and the topology too, since a link
whose weight is 0 computes what no link would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from sparsegrow.base.requirements import require_choice, require_flag, require_integer
from sparsegrow.layered.engine import Array
from sparsegrow.layered.perturbation.alive import alive_neurons
from sparsegrow.layered.perturbation.curves import Curve, PerturbResult
from sparsegrow.layered.perturbation.levels import Levels, analyses_for
from sparsegrow.layered.perturbation.weights import PRUNING, Analysis, Disturbed, disturbed
from sparsegrow.layered.samples import check_data

if TYPE_CHECKING:
    from sparsegrow.layered.structure import LayeredModel

SCOPES = ("layer", "global")
Callback = Callable[[str, int, int], Any]  # kind, levels measured, levels in all


def perturb(
    model: LayeredModel | Sequence[LayeredModel],
    x: Array,
    y: Any,
    kind: str = "all",
    *,
    repeats: int = 20,
    seed: int = 0,
    scope: str = "layer",
    include_output: bool = False,
    levels: Levels = None,
    shuffle_mode: str = "signed",
    noise: str = "additive",
    callback: Callback | None = None,
) -> PerturbResult:
    """Measure a trained network while its weights are disturbed more and more.

    Level 0 gives the figures of the undisturbed network to the bit, and afterwards the network is
    to the bit what it was. Everything drawn follows from `seed`, whatever the number of threads.

    Parameters
    ----------
    model
        A trained network, or several of the same widths, such as one per seed of the training.
    x, y
        Samples and targets to measure on, as in `SparseMLP.evaluate`.
    kind
        "prune_strong", "prune_random" or "prune_weak": links are removed, of largest weight
        first, in random order, of smallest first; a link that is gone at a level is gone at all
        higher ones. "shuffle": links are sorted by the magnitude of their weights and cut into
        groups, in which values are permuted. "gaussian": noise is added to the weights, the same
        at all levels of a repeat. "all": each of them.
    repeats
        Of the random kinds, on each model.
    seed
        Of the repeats.
    scope
        Where links are ranked and permuted: in each "layer", or over all of them, "global". Noise
        is the same under both.
    include_output
        Disturb the last layer as well.
    levels
        For pruning fractions of the links, 0 to 1; for "shuffle" numbers of groups; for
        "gaussian" deviations of the noise in units of that of the weights. With several kinds, a
        dictionary. 0, or one group per link, is always measured.
    shuffle_mode
        "signed": values move with their signs. "magnitude": the signs stay where they are.
    noise
        "additive": w + sigma * s * z, s the deviation of the layer's weights.
        "multiplicative": w * (1 + sigma * z).
    callback
        Called as callback(kind, done, total) after each level of each run.

    Returns
    -------
    PerturbResult
        A `Curve` for each kind, with `auc`, `p50`, score, loss and neurons alive per level.

    Examples
    --------
    >>> import numpy as np
    >>> import sparsegrow as sg
    >>> from sparsegrow import perturb
    >>> x = np.random.default_rng(0).normal(size=(500, 20)).astype("float32")
    >>> y = (x[:, 0] > abs(x[:, 1])).astype(int)
    >>> model = sg.SparseMLP([20, 50, 50, 2], density=0.3).fit(x, y, epochs=10, progress=False)
    >>> found = perturb(model, x, y, repeats=5)
    >>> found["prune_weak"].auc["median"] > found["prune_strong"].auc["median"]
    True
    """
    repeats = require_integer("repeats", repeats, 1, 2**28 - 1)
    seed = require_integer("seed", seed, 0, 2**63 - 1)
    require_choice("scope", scope, SCOPES)
    include_output = require_flag("include_output", include_output)
    models = list(model) if isinstance(model, Sequence) else [model]
    with ExitStack() as stack:
        subjects = [stack.enter_context(frozen(one, x, y, scope, include_output)) for one in models]
        require_alike(subjects)
        links = max(pool.stop - pool.start for one in subjects for pool in one.pools)
        analyses = analyses_for(kind, levels, links, shuffle_mode, noise)
        curves = {a.kind: Runs(subjects, a, seed, repeats, callback).curve() for a in analyses}
    setting = {
        "layers": list(subjects[0].widths),
        "nnz": [len(subject.weights) for subject in subjects],
        "samples": len(subjects[0].data.chosen),
        "scope": scope,
        "include_output": include_output,
        "repeats": repeats,
        "seed": seed,
        "chance": subjects[0].chance,
        "neurons": sum(subjects[0].widths[1:-1]),
    }
    return PerturbResult(curves, setting, subjects[0].metric)


@contextmanager
def frozen(
    model: LayeredModel, x: Array, y: Any, scope: str, include_output: bool
) -> Iterator[Subject]:
    """Give out a network to disturb, which nobody else gets at, and put its weights back."""
    engine = model._engine
    with engine.lock:
        subject = Subject(model, x, y, scope, include_output)
        try:
            yield subject
        finally:
            engine.network.set_state("weight", subject.weights)
            require_same("after the analysis", engine.network.state("weight"), subject.weights)


class Subject:
    """A network under examination.

    Parameters
    ----------
    model
        The network.
    x, y
        What it is measured on.
    scope, include_output
        As in `perturb`.
    """

    def __init__(
        self, model: LayeredModel, x: Array, y: Any, scope: str, include_output: bool
    ) -> None:
        self.engine, self.widths = model._engine, model.config.layers
        self.data = check_data(model.config, x, y)
        self.metric = "accuracy" if model.config.classifies else "explained"
        self.chance = 1.0 / self.widths[-1] if model.config.classifies else 0.0
        self.variance = float(np.var(self.data.y.astype(np.float64), axis=0).mean())
        spans = self.engine.spans()
        self.weights = self.engine.network.state("weight")
        self.layers = [self.engine.pattern(span) for span in spans]
        inner = spans if include_output else spans[:-1]
        self.inner = [slice(span.begin, span.end) for span in inner if span.end > span.begin]
        if not self.inner:
            raise ValueError(
                f"perturb: layers {list(self.widths)} have no links to disturb before the last "
                "layer; expected a hidden layer, or include_output=True"
            )
        whole = slice(self.inner[0].start, self.inner[-1].stop)
        self.pools = self.inner if scope == "layer" else [whole]
        self.usual = self.measure(self.weights)

    def measure(self, weights: Array) -> tuple[float, float]:
        """Return score and mean loss with other weights."""
        self.engine.network.set_state("weight", weights)
        loss, accuracy = self.engine.evaluate(self.data.x, self.data.y, self.data.chosen)
        if self.metric == "accuracy":
            return accuracy, loss
        return 1.0 - loss / self.variance if self.variance else float(loss == 0), loss

    def alive(self, state: Disturbed) -> int:
        """Return the number of hidden neurons that are still of use."""
        return 0 if state.kept is None else alive_neurons(self.layers, state.kept)

    def power(self, weights: Array) -> float:
        """Return the sum of the squared weights of all pools, in units of the undisturbed one."""
        parts = [
            [np.square(array[pool], dtype=np.float64).sum() for pool in self.pools]
            for array in (weights, self.weights)
        ]
        return float(sum(parts[0]) / sum(parts[1])) if sum(parts[1]) else 1.0


class Runs:
    """All repeats of one analysis on all networks.

    Parameters
    ----------
    subjects
        The networks.
    analysis, seed
        What to do to them.
    repeats
        How often, if anything is drawn.
    callback
        Told after each level.
    """

    def __init__(
        self,
        subjects: Sequence[Subject],
        analysis: Analysis,
        seed: int,
        repeats: int,
        callback: Callback | None,
    ) -> None:
        self.subjects = subjects
        self.analysis = analysis
        self.seed = seed
        self.repeats = repeats if analysis.draws else 1
        self.callback = callback
        self.done = 0

    def curve(self) -> Curve:
        """Return the figures of all runs."""
        runs = [self.run(subject, r) for subject in self.subjects for r in range(self.repeats)]
        score, loss, alive, power = np.array(runs).transpose(2, 0, 1)
        pruned, noisy = self.analysis.kind in PRUNING, self.analysis.kind == "gaussian"
        return Curve(
            self.analysis,
            score,
            loss,
            alive if pruned else None,
            power if noisy else None,
            self.subjects[0].chance,
        )

    def run(self, subject: Subject, repeat: int) -> list[tuple[float, float, float, float]]:
        """Return score, loss, neurons alive and power at each level of one repeat."""
        found: list[tuple[float, float, float, float]] = []
        # Noise is in units of each layer's own deviation, whatever the scope.
        pools = subject.inner if self.analysis.kind == "gaussian" else subject.pools
        states = disturbed(self.analysis, subject.weights, pools, self.seed, repeat)
        for level, state in enumerate(states):
            if level == 0:
                require_same("at level 0", state.weights, subject.weights)
            figures = subject.measure(state.weights) if level else subject.usual
            found.append((*figures, subject.alive(state), subject.power(state.weights)))
            self.tell()
        return found

    def tell(self) -> None:
        """Say that one more level has been measured."""
        self.done += 1
        total = len(self.subjects) * self.repeats * len(self.analysis.levels)
        if self.callback is not None:
            self.callback(self.analysis.kind, self.done, total)


def require_same(when: str, got: Array, expected: Array) -> None:
    """Refuse weights that differ in a single bit from those of the network."""
    if got.tobytes() != expected.tobytes():
        raise RuntimeError(f"perturb: the weights {when} are not those of the network")


def require_alike(subjects: Sequence[Subject]) -> None:
    """Refuse networks that cannot stand in one curve."""
    if not subjects:
        raise ValueError("model: got no models, expected at least one")
    found = {(subject.widths, subject.metric) for subject in subjects}
    if len(found) > 1:
        widths = sorted(list(layers) for layers, _ in found)
        raise ValueError(f"model: got layers {widths}, expected the same for all models")
