"""`RestrictedBoltzmann`, a sparse restricted Boltzmann machine."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import numpy as np

from sparsegrow.base.copying import CopiedByState
from sparsegrow.base.files import PathLike, require_writable
from sparsegrow.base.requirements import require_integer
from sparsegrow.layered.progress import progress_for
from sparsegrow.layered.records import EpochRecord, RunState, continued_run
from sparsegrow.layered.wiring import SPLIT_STREAM, generator
from sparsegrow.rbm import checkpoint as files
from sparsegrow.rbm.checkpoint import SavedRbm
from sparsegrow.rbm.config import resolve
from sparsegrow.rbm.engine import Array, RbmEngine, engine_of
from sparsegrow.rbm.fitting import RbmFit, split_validation
from sparsegrow.rbm.inference import RbmInference, check_visible


class RestrictedBoltzmann(RbmInference, CopiedByState):
    """A restricted Boltzmann machine that stores and computes only the links it has.

    Parameters
    ----------
    n_visible
        Visible units; None takes the width of the first data.
    n_hidden
        Hidden units.
    epsilon, density
        How many links, at random: epsilon * (n_visible + n_hidden), at most all; or that fraction
        of all. Epsilon is 10 if neither is given.
    k
        Sweeps of a chain in a step (CD-k).
    learning_rate, momentum
        Of gradient ascent.
    weight_decay, decay
        How much weights and biases decay, and how: "direct" shrinks by the decay itself whatever
        the rate, "decoupled" by rate times decay, "l2" adds it to the gradient.
    batch_size
        Samples of a step, and persistent chains.
    topology
        "set": before each epoch but the first, a fraction `zeta` of the links of either sign,
        those nearest to zero, gives way to as many random ones. "static": links stay.
    zeta
        That fraction.
    final_removal
        Remove once more after the last epoch of a `fit`, without growing others.
    persistent
        Chains go on from step to step (PCD) instead of starting at the data (CD).
    mean_field_last
        Take probabilities instead of draws of the hidden units in the last sweep's statistics.
    sample_visible
        Draw visible units in the chains instead of taking their probabilities.
    init_scale
        Deviation of the weights of new links, at the start and later.
    seed
        Links, weights, order and draws follow from it, whatever the number of threads.
    dtype, device
        "float32" or "float64"; "cpu" or what `sparsegrow.info()` lists.

    Attributes
    ----------
    history : list of EpochRecord
        One record per epoch; `loss` and `val_loss` are reconstruction errors, mean squares over
        samples and units: in training with drawn hidden units, in validation with probabilities.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).integers(2, size=(200, 1)).repeat(16, axis=1)
    >>> machine = RestrictedBoltzmann(n_hidden=8, epsilon=4, learning_rate=0.5)
    >>> machine.fit(x.astype("float32"), epochs=30, progress=False).history[-1].loss < 0.02
    True
    """

    _engine: RbmEngine

    OWN = frozenset(("_engine", "config", "history", "_run", "_fitting"))

    def __init__(
        self,
        n_visible: int | None = None,
        n_hidden: int = 200,
        *,
        epsilon: float | None = None,
        density: float | None = None,
        k: int = 1,
        learning_rate: float = 0.1,
        momentum: float = 0.0,
        weight_decay: float = 2e-7,
        decay: str = "direct",
        batch_size: int = 10,
        topology: str = "set",
        zeta: float = 0.3,
        final_removal: bool = False,
        persistent: bool = False,
        mean_field_last: bool = False,
        sample_visible: bool = False,
        init_scale: float = 0.05,
        seed: int = 0,
        dtype: str = "float32",
        device: str = "cpu",
    ) -> None:
        given = dict(locals())
        del given["self"]  # what is left has the names of RbmConfig's fields
        self.config = resolve(given)
        self.history: list[EpochRecord] = []
        self._run: RunState | None = None
        self._resuming = False
        self._fitting = threading.RLock()  # a fit of another thread comes after this one
        if n_visible is not None:
            self._engine = RbmEngine.drawn(self.config)

    # --- training

    def fit(
        self,
        x: Array,
        epochs: int = 10,
        *,
        validation: Array | float | None = None,
        progress: bool = True,
        checkpoint: PathLike | None = None,
    ) -> RestrictedBoltzmann:
        """Train for `epochs` more epochs; without `final_removal` 5 and then 3 are 8 to the bit.

        A machine that `RestrictedBoltzmann.resume` has read finishes its saved run instead, up to
        `epochs` in all, and gives the same bits as if it had never stopped, given the same data.

        Parameters
        ----------
        x
            Samples [samples][n_visible] of values from 0 to 1, float32 or float64, C-contiguous.
        epochs
            Passes over the data.
        validation
            Samples to measure on after each epoch, or the fraction of `x` to hold out for it.
        progress
            Show a live bar on a terminal, plain lines elsewhere, both on standard error.
        checkpoint
            File to write after each epoch and on Ctrl-C.

        Raises
        ------
        TypeError, ValueError
            The data or a parameter are wrong; nothing has changed.
        RuntimeError
            The training has diverged. The machine is as it was at the start of the epoch.
        KeyboardInterrupt
            Ctrl-C. The machine and the checkpoint are as they were at the last step.
        """
        epochs = require_integer("epochs", epochs, 1, 2**31 - 1)
        x = self._checked_for_training(x)
        width = x.shape[1]
        x, held = split_validation(self.config, x, validation)
        if checkpoint is not None:
            require_writable(checkpoint)
        display = progress_for(epochs, len(x), progress)
        with self._fitting:
            self._build(width)
            run = self._next_run(epochs, len(x))
            RbmFit(self, x, held, run, progress=display, checkpoint=checkpoint).run()
        return self

    def partial_fit(self, x: Array) -> RestrictedBoltzmann:
        """Take one step for each batch of `x`, in order; the topology stays as it is.

        Raises
        ------
        TypeError, ValueError
            The data are wrong; nothing has changed.
        RuntimeError
            The training has diverged; the batch at which it did has changed nothing.
        """
        x = self._checked_for_training(x)
        self._build(x.shape[1])
        self._run = None
        for part in self._parts(x):
            self._engine.train(x, part)
        return self

    def rewire(self) -> None:
        """Change the topology now, as "set" does between epochs; the number of links stays."""
        self._require_built()
        self._engine.rewire(self.config.links)

    def _checked_for_training(self, x: Any) -> Array:
        """Check samples; the first ones say how many visible units there are."""
        width = self.config.n_visible
        if width is None:
            width = x.shape[1] if isinstance(x, np.ndarray) and x.ndim == 2 else 1
        checked = check_visible(x, width, self.config.dtype)
        if not len(checked):
            raise ValueError("x: got no samples, expected at least one")
        return checked

    def _build(self, width: int) -> None:
        """Draw the machine for the first samples, all of which has been checked."""
        if self.config.n_visible is None:
            config = self.config.with_visible(width)
            self._engine = RbmEngine.drawn(config)
            self.config = config

    def _next_run(self, epochs: int, samples: int) -> RunState:
        if self._resuming and self._run is not None:
            self._run = continued_run(self._run, epochs, samples)
        else:
            first_epoch = self.history[-1].epoch if self.history else 0
            self._run = RunState(epochs, samples, self._engine.network.steps, first_epoch)
        self._resuming = False
        return self._run

    # --- use

    def sample(
        self, n: int, gibbs_steps: int = 1000, *, start: Array | None = None, seed: int = 0
    ) -> Array:
        """Return p(v|h) at the end of `n` chains, [n][n_visible].

        Parameters
        ----------
        n
            How many.
        gibbs_steps
            Sweeps of each chain.
        start
            Where they start: `n` samples. Noise, if not given.
        seed
            Of the draws.
        """
        n = require_integer("n", n, 1, 2**31 - 1)
        gibbs_steps = require_integer("gibbs_steps", gibbs_steps, 1, 2**62)
        seed = require_integer("seed", seed, 0, 2**63 - 1)
        self._require_built()
        if start is None:
            noise = generator(seed, SPLIT_STREAM).integers(2, size=(n, self.config.widths[0]))
            start = noise.astype(self.config.dtype)
        start = self._checked(start, "start")
        if len(start) != n:
            raise ValueError(f"start: got {len(start)} samples, expected {n}")
        order = np.arange(n, dtype=np.int64)
        return self._engine.rbm.run_chains(start, order, gibbs_steps, seed)

    # --- files

    def save(self, path: PathLike) -> None:
        """Write a checkpoint that `load` and `resume` read, whole or not at all.

        Raises
        ------
        OSError
            It could not be written; an older file of that name is as it was.
        """
        self._require_built()
        files.write(path, self._state())

    def _state(self) -> SavedRbm:
        config, history = self.config, list(self.history)
        if config.n_visible is None:
            return SavedRbm(config, 0, 0, history, self._run)
        steps, changes = self._engine.network.steps, self._engine.changes
        return SavedRbm(config, steps, changes, history, self._run, self._engine.tensors())

    def _restore(self, state: SavedRbm) -> None:
        if state.config.n_visible is not None:
            self._engine = engine_of(state.config, state.tensors, state.steps, state.changes)
        self.config, self.history, self._run = state.config, state.history, state.run
        self._resuming, self._fitting = False, threading.RLock()

    @classmethod
    def load(cls, path: PathLike, *, device: str | None = None) -> RestrictedBoltzmann:
        """Read a checkpoint; a next `fit` begins a new run. Nothing in the file is executed.

        Raises
        ------
        ValueError
            The file is not a checkpoint of such a machine, or is damaged.
        """
        saved = files.read(path)
        saved.config = replace(saved.config, device=device or saved.config.device)
        model = cls.__new__(cls)
        try:
            model._restore(saved)
        except (ValueError, IndexError) as error:
            raise ValueError(f"{path}: {error}") from error
        except RuntimeError as error:  # a device that is not here
            raise ValueError(f"{path}: {error}; device='cpu' computes anywhere") from error
        return model

    @classmethod
    def resume(cls, path: PathLike, *, device: str | None = None) -> RestrictedBoltzmann:
        """Read a checkpoint whose run the next `fit` finishes; parameters as in `load`."""
        model = cls.load(path, device=device)
        model._resuming = True
        return model
