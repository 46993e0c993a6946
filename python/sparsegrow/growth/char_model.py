"""A character language model that grows: 98 sparse sub-networks, one for each output character."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparsegrow import _sparsegrow as native
from sparsegrow.base.checkpoint_file import Arrays
from sparsegrow.base.copying import CopiedByState
from sparsegrow.base.files import PathLike
from sparsegrow.base.requirements import require_integer, require_kind, require_number
from sparsegrow.growth import checkpoint as files
from sparsegrow.growth.candidates import MAX_CONTEXT
from sparsegrow.locality.wires import GrownWires
from sparsegrow.text.tokens import UNKNOWN, Tokens, text_of, tokenise

# What `stats` calls a size, and what the engine does.
SIZES = {
    "edges": "edges",
    "input_edges": "input_edges",
    "hidden_edges": "hidden_edges",
    "pattern_edges": "pattern_edges",
    "patterns": "patterns",
    "params": "parameters",
    "hidden": "hidden",
    "max_depth": "depth",
    "max_context": "context",
    "memory_neurons": "memory_neurons",
    "steps": "steps",
    "bytes": "bytes",
}


class CharModel(CopiedByState):
    """The growing network. It starts as the embryo; `sparsegrow.grow` trains and grows it.

    Parameters
    ----------
    context
        Characters that each sub-network sees at the start, 1 to 64.
    seed
        Start weights follow from it.
    max_depth
        Most hidden layers of a sub-network, 1 to 64.
    device
        Where to compute: "cpu", "metal", or "auto" for the fastest that is here; see
        `sparsegrow.info()`.

    Examples
    --------
    >>> model = CharModel()
    >>> model.stats()["edges"], model.stats()["params"]
    (19306, 38808)
    >>> round(model.bits_per_character("to be or not to be"), 1)
    6.6

    Raises
    ------
    ValueError
        A number is out of its range, or the device is not there.
    """

    OWN = frozenset(("net",))

    def __init__(
        self, context: int = 2, seed: int = 0, max_depth: int = 5, device: str = "cpu"
    ) -> None:
        require_integer("context", context, 1, MAX_CONTEXT)
        require_integer("seed", seed, 0, 2**63 - 1)
        require_integer("max_depth", max_depth, 1, 64)
        require_kind("device", device, str)
        self.net = native.CharNet(seed=seed, context=context, max_depth=max_depth, device=device)

    @property
    def device(self) -> str:
        """Name of the device that computes."""
        return self.net.device

    def bits_per_character(self, text: str | Tokens) -> float:
        """Return the mean number of bits that the model needs for a character of a text.

        Each character is predicted from those before it; before the first stands a new line.
        """
        return self.evaluate(text).bpc

    def evaluate(self, text: str | Tokens) -> native.EvalRecord:
        """Return bits and counts over a text, in all and by character.

        Raises
        ------
        TypeError, ValueError
            The text is something else, or empty.
        """
        if not isinstance(text, str | np.ndarray):
            raise TypeError(f"text: got {type(text).__name__}, expected a string or tokens")
        tokens = tokenise(text) if isinstance(text, str) else text
        if len(tokens) == 0:
            raise ValueError("text: got none, expected at least one character")
        return self.net.evaluate(tokens)

    def sample(
        self, prompt: str = "", n: int = 200, temperature: float = 1.0, seed: int | None = None
    ) -> str:
        """Return `n` characters that the model writes after a prompt.

        Parameters
        ----------
        prompt
            What it reads first.
        n
            How many characters.
        temperature
            Below 1 more predictable, above 1 less so; 0 takes the likeliest character each time.
        seed
            For the same text again.

        Raises
        ------
        TypeError, ValueError
            The prompt is no string, or `n`, the temperature or the seed is no number or negative.
        """
        if seed is not None:
            require_integer("seed", seed, 0, 2**63 - 1)
        require_kind("prompt", prompt, str)
        n = require_integer("n", n, 0, 2**31 - 1)
        require_number("temperature", temperature, 0.0, float("inf"))
        rng, stream = np.random.default_rng(seed), native.CharStream(self.net)
        chances, written = stream.feed(tokenise(prompt)), np.empty(n, np.uint8)
        for k in range(n):
            written[k] = drawn(chances, temperature, rng)
            chances = stream.feed(written[k : k + 1])
        return text_of(written)

    def stats(self) -> dict[str, int]:
        """Return the sizes of the network."""
        sizes = self.net.sizes()
        return {name: sizes[name_there] for name, name_there in SIZES.items()}

    def locality(self) -> dict[str, Any]:
        """Return the cache-line figures of the whole graph, and of its kinds of edges apart.

        As `sparsegrow.locality.profile` states them, with those of `input`, `pattern` and
        `hidden` edges under these names.
        """
        return GrownWires.of_net(self.net).profile()

    def save(self, path: PathLike) -> None:
        """Write a checkpoint that `load` reads.

        Raises
        ------
        OSError
            It could not be written; an older file of that name is as it was.
        """
        files.write(path, files.SavedModel(self.net.arrays(), {}))

    @classmethod
    def load(cls, path: PathLike, *, device: str = "cpu") -> CharModel:
        """Read a checkpoint, also that of a run. Nothing in it is executed.

        Raises
        ------
        ValueError
            The file is not a checkpoint of a growing model, or is damaged.
        """
        return cls.of_net(net_of(files.read(path), path, device))

    @classmethod
    def of_net(cls, net: native.CharNet) -> CharModel:
        """Return a model around a network of the engine."""
        model = cls.__new__(cls)
        model.net = net
        return model

    def _state(self) -> tuple[Arrays, str]:
        return self.net.arrays(), self.device

    def _restore(self, state: tuple[Arrays, str]) -> None:
        arrays, device = state
        self.net = native.CharNet.from_arrays(arrays, device=device)

    def __repr__(self) -> str:
        sizes = self.stats()
        return (
            f"<CharModel: {sizes['params']:,} parameters, {sizes['hidden']:,} hidden neurons, "
            f"depth {sizes['max_depth']}, context {sizes['max_context']}, "
            f"{sizes['patterns']:,} patterns>"
        )


def net_of(saved: files.SavedModel, path: PathLike, device: str) -> native.CharNet:
    """Return the network of a checkpoint.

    Raises
    ------
    ValueError
        Its arrays do not make one.
    """
    try:
        return native.CharNet.from_arrays(saved.net, device=device)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise ValueError(f"{path}: {error.args[0] if error.args else error}") from error


def drawn(chances: NDArray[np.float32], temperature: float, rng: np.random.Generator) -> int:
    """Draw a character by log-probabilities; the unknown one cannot be written and is left out."""
    logits = chances.astype(np.float64)
    logits[UNKNOWN] = -np.inf
    if temperature == 0:
        return int(logits.argmax())
    with np.errstate(over="ignore"):  # so cold that all but the likeliest are out of sight
        weights = np.exp((logits - logits.max()) / temperature)
    return int(rng.choice(len(weights), p=weights / weights.sum()))
