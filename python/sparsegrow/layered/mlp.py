"""`SparseMLP`, the face of the engine for layered networks."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sparsegrow.base.files import PathLike, require_writable
from sparsegrow.base.requirements import require_integer
from sparsegrow.layered import checkpoint as files
from sparsegrow.layered.checkpoint import Checkpoint, Saved
from sparsegrow.layered.config import resolve
from sparsegrow.layered.dynamics import Dynamics
from sparsegrow.layered.engine import Array, Engine, engine_of
from sparsegrow.layered.fitting import Callback, Fit, new_run, split_validation
from sparsegrow.layered.predicting import PredictingModel
from sparsegrow.layered.progress import progress_for
from sparsegrow.layered.records import RunState, continued_run
from sparsegrow.layered.samples import Samples, check_data
from sparsegrow.layered.wiring import start_patterns


class SparseMLP(PredictingModel):
    """A multilayer perceptron that stores and computes only the edges it has.

    Parameters
    ----------
    layers
        Widths: inputs, hidden layers, outputs (classes, for cross-entropy).
    epsilon
        Erdos-Renyi start: a layer from n to m neurons gets epsilon * (n + m) edges, at most all.
        20 if neither this nor `density` is given.
    density
        Fraction of all edges that the whole network has, spread as `distribution` says.
    topology
        "static": edges that stay. "dense": all edges. "set", "random", "rigl", "ch3l3", "ch2l3",
        "ch3l3n", "ch2l3n": edges that go and come back elsewhere while the network trains.
    dynamics
        Settings of these changes in place of their defaults; see `Dynamics`.
    start, start_randomness
        Which edges there are at first. "er": random ones. "small_world", "receptive_field": from
        regular (0) to random (1), 0.25. "scale_free". "csti": between features that are correlated
        in the data of the first `fit`, where widths are multiples of the inputs.
    dense_last
        The layer to the outputs has all edges; `epsilon` or `density` is that of the others.
    distribution
        For `density`. "erk" and "er", the same thing without convolutions: edges in proportion to
        n + m, so that small layers, such as the last, are denser. "uniform": the same in each.
    activation
        Of the hidden layers: "relu", "leaky_relu", "tanh", "sigmoid", "srelu", "all_relu" or
        "identity".
    slope
        Below zero, for "leaky_relu" (0.01) and "all_relu" (0.6, its sign turns with each layer).
    loss
        "cross_entropy" for labels, "mse" for values: the mean square over samples and outputs.
    output
        Activation of the outputs under "mse": "identity", "tanh" or "sigmoid".
    optimizer, learning_rate, momentum
        "adam" (0.003), "sgd" or "nesterov" (0.05, with momentum).
    weight_decay, decay
        How much edges and biases decay, and how: "l2" adds it to the gradient, "decoupled"
        shrinks by rate times decay (AdamW), "direct" shrinks by decay itself.
    dropout
        Fraction of hidden neurons that are silent in a step of training.
    batch_size
        Samples per step; the last batch of an epoch may be smaller.
    schedule, warmup_epochs, final_factor
        Shape of the learning rate over one call of `fit`: "constant", or from 1 to `final_factor`
        in a "linear", "cosine" or "exponential" way, after a linear rise.
    init, init_scale
        Start weights. "swi": normal, init_scale / sqrt(edges of the neuron), sqrt(2) for the ReLU
        family, else 1. "normal": init_scale is the deviation, 0.1.
    seed
        Topology, weights, shuffling and dropout follow from it, whatever the number of threads.
    dtype, device
        "float32" or "float64"; "cpu" or what `sparsegrow.info()` lists.

    Attributes
    ----------
    history : list of EpochRecord
        One record per epoch.

    Examples
    --------
    >>> import numpy as np
    >>> import sparsegrow as sg
    >>> x = np.random.default_rng(0).normal(size=(500, 20)).astype("float32")
    >>> y = (x[:, 0] > abs(x[:, 1])).astype(int)
    >>> model = sg.SparseMLP([20, 200, 200, 2], density=0.1)
    >>> model.fit(x, y, epochs=20, progress=False).score(x, y) > 0.9
    True
    """

    def __init__(
        self,
        layers: Sequence[int],
        *,
        epsilon: float | None = None,
        density: float | None = None,
        topology: str = "static",
        dynamics: Mapping[str, Any] | Dynamics | None = None,
        start: str = "er",
        start_randomness: float = 0.25,
        dense_last: bool = False,
        distribution: str = "erk",
        activation: str = "relu",
        slope: float | None = None,
        loss: str = "cross_entropy",
        output: str | None = None,
        optimizer: str = "adam",
        learning_rate: float | None = None,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
        decay: str = "l2",
        dropout: float = 0.0,
        batch_size: int = 64,
        schedule: str = "cosine",
        warmup_epochs: float = 0.0,
        final_factor: float = 0.01,
        init: str = "swi",
        init_scale: float | None = None,
        seed: int = 0,
        dtype: str = "float32",
        device: str = "cpu",
    ) -> None:
        given = dict(locals())
        del given["self"]  # what is left has the names of Config's fields
        config = resolve(given)
        engine = Engine(config, start_patterns(config))
        engine.initialise()
        self._start(engine, Checkpoint(config, Saved(config.layers, 0, {})))

    @staticmethod
    def _defaults() -> dict[str, Any]:
        parameters = inspect.signature(SparseMLP).parameters
        return {name: parameter.default for name, parameter in parameters.items()}

    # --- training

    def fit(
        self,
        x: Array,
        y: Any,
        epochs: int = 10,
        *,
        validation: tuple[Array, Any] | float | None = None,
        patience: int | None = None,
        progress: bool = True,
        checkpoint: PathLike | None = None,
        callbacks: Sequence[Callback] = (),
    ) -> SparseMLP:
        """Train for `epochs` more epochs.

        Each call is a run of its own that goes on from the present weights and moments: fitting
        for 5 and then for 3 epochs makes 8, with the learning rate's schedule gone through twice.
        The exception is a model that `SparseMLP.resume` has read: its first call finishes the
        saved run, up to `epochs` in all, and gives the same bits as if it had never stopped,
        given the same data and settings.

        Parameters
        ----------
        x
            Samples [samples][features], float32 or float64, C-contiguous. Taken as they are.
        y
            Labels 0 .. classes - 1, or values [samples][outputs] for "mse".
        epochs
            Passes over the data.
        validation
            A pair (x, y) to measure on after each epoch, or the fraction of the samples to hold
            out for it.
        patience
            Stop after so many epochs without a better validation loss. However the run ends, but
            by Ctrl-C, the weights are then those of the best epoch.
        progress
            Show a live bar on a terminal, plain lines elsewhere, both on standard error.
        checkpoint
            File to write after each epoch and on Ctrl-C.
        callbacks
            Called as callback(model, record) after each epoch; returning True ends the run.

        Raises
        ------
        TypeError, ValueError
            The data or a parameter are wrong; nothing has changed.
        RuntimeError
            The training has diverged. The weights are those from the start of the epoch, the
            checkpoint that of the last good one.
        KeyboardInterrupt
            Ctrl-C. The model and the checkpoint are as they were at the last step.
        """
        epochs = require_integer("epochs", epochs, 1, 2**31 - 1)
        self._require_schedule(epochs)
        data = check_data(self.config, x, y)
        data, held = split_validation(self.config, data, validation)
        if patience is not None:
            patience = require_integer("patience", patience, 1, 2**31 - 1)
            if held is None:
                raise ValueError("patience: needs validation data, but got none")
        if checkpoint is not None:
            require_writable(checkpoint)
        samples = len(data.chosen)
        display = progress_for(epochs, samples, progress)
        options: dict[str, Any] = {"checkpoint": checkpoint, "callbacks": callbacks}
        with self._fitting:
            run = self._next_run(epochs, samples)  # may refuse, while nothing has changed
            self._wire_by(data)
            Fit(self, data, held, run, patience=patience, progress=display, **options).run()
        return self

    def _wire_by(self, data: Samples) -> None:
        """Draw the start topology again, where it follows from the data."""
        if self.config.start == "csti" and not self.history and self._engine.network.steps == 0:
            self._engine = Engine(self.config, start_patterns(self.config, data.x[data.chosen]))
            self._engine.initialise()

    def _next_run(self, epochs: int, samples: int) -> RunState:
        if self._resuming and self._run is not None:
            self._run = continued_run(self._run, epochs, samples)
        else:
            self._run, self._best = new_run(self, epochs, samples), None
        self._resuming = False
        return self._run

    def _require_schedule(self, epochs: int) -> None:
        if self.config.schedule != "constant" and self.config.warmup_epochs >= epochs:
            raise ValueError(
                f"epochs: got {epochs}, expected more than the "
                f"{self.config.warmup_epochs:g} of the warm-up"
            )

    # --- files

    def save(self, path: PathLike) -> None:
        """Write a checkpoint that `load` and `resume` read.

        The file is written under another name and renamed, so that a failure leaves an older one
        as it was.

        Raises
        ------
        OSError
            It could not be written.
        """
        files.write(path, self._state())

    @classmethod
    def load(cls, path: PathLike, *, device: str | None = None) -> SparseMLP:
        """Read a checkpoint; a next `fit` begins a new run.

        Parameters
        ----------
        path
            A file that `save` or `fit` has written. Nothing in it is executed.
        device
            Where to compute, if not where it was.

        Raises
        ------
        ValueError
            The file is not a checkpoint, or is damaged.
        """
        saved = files.read(path)
        if device is not None:
            saved.config = replace(saved.config, device=device)
        try:
            engine = engine_of(saved.config, saved.now.tensors, saved.now.steps)
            if saved.best is not None:  # found out now, not after the next run
                best = replace(saved.config, layers=saved.best.layers)
                engine_of(best, saved.best.tensors, saved.best.steps)
        except (ValueError, IndexError) as error:
            raise ValueError(f"{path}: {error}") from error
        except RuntimeError as error:  # a device that is not here
            raise ValueError(f"{path}: {error}; device='cpu' computes anywhere") from error
        model = cls.__new__(cls)
        model._start(engine, saved)
        return model

    @classmethod
    def resume(cls, path: PathLike, *, device: str | None = None) -> SparseMLP:
        """Read a checkpoint whose run the next `fit` finishes; parameters as in `load`."""
        model = cls.load(path, device=device)
        model._resuming = True
        return model
