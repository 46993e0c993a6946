"""Growing a character language model: begin a run, go on with one, look at one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sparsegrow import _sparsegrow as native
from sparsegrow.base.files import PathLike
from sparsegrow.base.requirements import require_kind
from sparsegrow.growth.char_model import CharModel, net_of
from sparsegrow.growth.loop import GrowthLoop
from sparsegrow.growth.run_folder import LOCALITY, METRICS, MODEL, RunError, RunFolder
from sparsegrow.growth.settings import Budget, GrowthSettings
from sparsegrow.growth.table import table_of
from sparsegrow.growth.view import view_for
from sparsegrow.text.corpus import Corpus, load_corpus, require_parts

DEFAULT_MINUTES = 2.0


@dataclass(frozen=True)
class Run:
    """A run of growth, as its folder holds it.

    Parameters
    ----------
    path
        Of the folder.
    model
        As the run left it.
    """

    path: Path
    model: CharModel

    @property
    def metrics(self) -> list[dict[str, Any]]:
        """Records of all evaluations; the last one is over the whole held-out text."""
        return RunFolder(self.path).metrics()

    @property
    def locality(self) -> list[dict[str, Any]]:
        """Records of how the graph lay in memory as it grew."""
        return RunFolder(self.path).records(LOCALITY)

    @property
    def bits_per_character(self) -> float:
        """Of the finished run, over the whole held-out text."""
        return float(self.metrics[-1]["val_bpc"])

    def table(self) -> str:
        """Return the growth table, beside the paper's."""
        return table_of(self.metrics)


def grow(
    model: CharModel | None = None,
    corpus: str | Corpus = "demo",
    minutes: float | None = None,
    out: PathLike | None = None,
    *,
    steps: int | None = None,
    controller: str = "reinforce",
    mutations: str = "all",
    max_params: int | None = None,
    max_bytes: int | None = None,
    seed: int = 0,
    threads: int | None = None,
    device: str = "cpu",
    progress: bool = True,
    settings: GrowthSettings | None = None,
) -> Run:
    """Train a model and let it grow.

    Parameters
    ----------
    model
        What grows, in place; a new embryo if not given.
    corpus
        "demo", "wikitext-2", "wikitext-103", or a corpus that was loaded.
    minutes, steps
        For how long; one of the two. Two minutes if neither is given.
    out
        Folder of the run; the next free ``runs/N`` if not given.
    controller
        Who decides: "reinforce", "random" or "greedy".
    mutations
        "all", or "paper" for those without pattern inputs.
    max_params, max_bytes
        What the network may grow to.
    seed
        All randomness follows from it. By `steps` the same seed gives the same bits.
    threads
        The result does not depend on them.
    device
        Where a new embryo computes, as for `CharModel`; a given model stays where it is.
    progress
        Show the growth on standard error.
    settings
        All of the above but the budget, and more; then `controller`, `mutations`, the limits and
        the seed are taken from there.

    Returns
    -------
    Run
        The finished run.

    Raises
    ------
    TypeError, ValueError
        An argument is of another kind or out of range, or the folder holds a run already.
    CorpusError
        The corpus cannot be had.
    RuntimeError
        Training diverged; the last checkpoint is as it was.
    KeyboardInterrupt
        Ctrl-C: the round was finished and saved, for `resume`; at the second one at once.
    """
    require_kind("model", model, CharModel, type(None))
    require_kind("corpus", corpus, str, Corpus)
    settings = settings or GrowthSettings(
        controller=controller,
        mutations=mutations,
        max_params=max_params,
        max_bytes=max_bytes,
        seed=seed,
    )
    budget = budget_of(minutes, steps)
    if threads is not None:
        native.set_num_threads(threads)
    model = model or CharModel(seed=settings.seed, device=device)
    text = load_corpus(corpus, progress) if isinstance(corpus, str) else corpus
    path = Path(out) if out is not None else next_folder()
    config = config_of(settings, budget, require_parts(text, least=1), model.device)
    folder = RunFolder(path)
    loop = GrowthLoop(model.net, text, settings, folder, budget, view_for(progress), config)
    folder.make()
    with folder.claimed():
        folder.begin(config)
        return finish(loop, model)


def resume(
    folder: PathLike,
    minutes: float | None = None,
    *,
    steps: int | None = None,
    corpus: Corpus | None = None,
    threads: int | None = None,
    device: str | None = None,
    progress: bool = True,
) -> Run:
    """Go on with a run from its last checkpoint.

    Parameters
    ----------
    folder
        Of the run.
    minutes, steps
        How much longer. If neither is given, until what the run was begun for is used.
    corpus
        Another text to learn on from now on; the run's own if not given.
    device
        Another device to compute on from now on; the run's own if not given.
    threads, progress
        As for `grow`.

    Raises
    ------
    ValueError
        The folder is not that of a run, is damaged, or the run's text is not what it was.
    """
    if threads is not None:
        native.set_num_threads(threads)
    files = RunFolder.open(folder)
    more = None if minutes is None and steps is None else Budget(minutes, steps)
    with files.claimed():
        saved = files.read()
        old = part(saved.run or {}, "config", folder)
        text = corpus or corpus_of(old, folder, progress)
        try:
            settings = GrowthSettings.of_dict(part(old, "settings", folder))
            budget = more or Budget(**part(old, "budget", folder))
        except TypeError as error:
            raise RunError(f"{folder}: the run's settings are damaged ({error})") from error
        model = CharModel.of_net(
            net_of(saved, files.path / MODEL, device or str(old.get("device", "cpu")))
        )
        config = config_of(settings, budget, text, model.device)
        same_text = config["text"] == old.get("text")
        if same_text:
            config["source"] = text.source or part(old, "source", folder)
        elif corpus is None:
            raise RunError(
                f"{folder}: the text of the run has changed; give the text to go on with"
            )
        loop = GrowthLoop(model.net, text, settings, files, budget, view_for(progress), config)
        loop.restore(saved, same_text)
        if more:
            loop.progress.begin_budget()
        files.go_back_to(saved)
        return finish(loop, model)


def finish(loop: GrowthLoop, model: CharModel) -> Run:
    """Run a loop to its end and measure the model on the whole held-out text, once."""
    if not loop.progress.finished:
        loop.run()
        whole = loop.timed("seconds_evaluation", lambda: model.evaluate(loop.corpus.valid))
        loop.folder.append(METRICS, [{**loop.figures(), "val_bpc": whole.bits / whole.chars}])
        loop.progress.finished = True
        loop.save()
    return Run(loop.folder.path, model)


def budget_of(minutes: float | None, steps: int | None) -> Budget:
    """Return the budget of a new run."""
    if minutes is None and steps is None:
        minutes = DEFAULT_MINUTES
    return Budget(minutes, steps)


def config_of(
    settings: GrowthSettings, budget: Budget, text: Corpus, device: str
) -> dict[str, Any]:
    """Return what `config.json` holds."""
    return {
        "version": native.__version__,
        "settings": settings.as_dict(),
        "budget": {"minutes": budget.minutes, "steps": budget.steps},
        "device": device,
        "corpus": text.name,
        "source": text.source or {},
        "text": fingerprint(text),
        "train_characters": len(text.train),
        "valid_characters": len(text.valid),
    }


def fingerprint(text: Corpus) -> str:
    """Return what tells one text, and where its held-out part begins, from another."""
    digest = hashlib.sha256(f"{len(text.train)} {len(text.valid)} ".encode())
    digest.update(text.train.data)
    digest.update(text.valid.data)
    return digest.hexdigest()


def corpus_of(config: dict[str, Any], folder: PathLike, progress: bool) -> Corpus:
    """Load the text of a run again."""
    source = part(config, "source", folder)
    if not source:
        raise RunError(
            f"{folder}: its text was given in memory or by a pipe; give the text to go on with"
        )
    try:
        return Corpus.of_source(source, progress)
    except (KeyError, TypeError) as error:
        raise RunError(f"{folder}: where its text is, is damaged ({error})") from error


def part(config: dict[str, Any], name: str, folder: PathLike) -> dict[str, Any]:
    """Return a part of `config.json`."""
    found = config.get(name)
    if not isinstance(found, dict):
        raise RunError(f"{folder}: config.json lacks {name}")
    return found


def next_folder() -> Path:
    """Return the first of runs/1, runs/2, ... that is not there."""
    number = 1
    while Path("runs", str(number)).exists():
        number += 1
    return Path("runs", str(number))
