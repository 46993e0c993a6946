"""`sparsegrow train` and `sparsegrow resume`: grow a character language model."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from sparsegrow.cli.arguments import Device, DeviceIfNew, StoppedError, Threads, use_threads
from sparsegrow.growth.char_model import CharModel
from sparsegrow.growth.growing import Run, budget_of, grow, next_folder
from sparsegrow.growth.growing import resume as resume_run
from sparsegrow.growth.run_folder import MODEL, RunFolder
from sparsegrow.growth.settings import GrowthSettings
from sparsegrow.text.corpus import NAMES, Corpus, load_corpus

CorpusName = Annotated[str | None, typer.Option("--corpus", help=f"{', '.join(NAMES)}.")]
Text = Annotated[Path | None, typer.Option(help="UTF-8 text to train on instead of a corpus.")]
Valid = Annotated[Path | None, typer.Option(help="Text to measure on; else the end of --text.")]
Minutes = Annotated[float | None, typer.Option(help="How long; 2 if --steps is not given.")]
Steps = Annotated[int | None, typer.Option(help="Optimizer steps instead of minutes.")]
Out = Annotated[Path | None, typer.Option(help="Folder of the run; the next free runs/N.")]
Json = Annotated[bool, typer.Option("--json", help="Print the last record as JSON.")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the run.")]


def train(
    corpus: CorpusName = None,
    text: Text = None,
    valid: Valid = None,
    minutes: Minutes = None,
    steps: Steps = None,
    out: Out = None,
    seed: Annotated[int, typer.Option(help="Everything random follows from it.")] = 0,
    threads: Threads = None,
    device: Device = "cpu",
    controller: Annotated[str, typer.Option(help="reinforce, random or greedy.")] = "reinforce",
    mutations: Annotated[str, typer.Option(help="all, or paper: without patterns.")] = "all",
    max_params: Annotated[int | None, typer.Option(help="Most parameters.")] = None,
    max_bytes: Annotated[int | None, typer.Option(help="Most bytes of engine memory.")] = None,
    json_: Json = False,
) -> None:
    """Begin with 98 tiny sub-networks and let them grow while they learn a text."""
    budget_of(minutes, steps)  # mistakes are told before a text is read
    settings = GrowthSettings(
        controller=controller,
        mutations=mutations,
        max_params=max_params,
        max_bytes=max_bytes,
        seed=seed,
    )
    use_threads(threads)
    model = CharModel(seed=seed, device=device)
    folder = out or next_folder()
    RunFolder(folder).require_free()
    chosen = text_of(corpus, text, valid)
    show(
        folder,
        json_,
        lambda progress: grow(
            model,
            chosen,
            minutes,
            folder,
            steps=steps,
            progress=progress,
            settings=settings,
        ),
    )


def resume(
    folder: Folder,
    minutes: Annotated[float | None, typer.Option(help="How much longer.")] = None,
    steps: Steps = None,
    corpus: CorpusName = None,
    text: Annotated[Path | None, typer.Option(help="Another text to go on with.")] = None,
    valid: Valid = None,
    threads: Threads = None,
    device: DeviceIfNew = None,
    json_: Json = False,
) -> None:
    """Go on with a run from its last checkpoint, on its own text or on another."""
    RunFolder.open(folder)  # mistakes are told before a text is read
    use_threads(threads)
    other = None
    if corpus is not None or text is not None or valid is not None:
        other = text_of(corpus, text, valid)
    show(
        folder,
        json_,
        lambda progress: resume_run(
            folder,
            minutes,
            steps=steps,
            corpus=other,
            device=device,
            progress=progress,
        ),
    )


def text_of(corpus: str | None, text: Path | None, valid: Path | None) -> Corpus:
    """Return the text that the options name."""
    if corpus is not None and text is not None:
        raise ValueError("--corpus and --text: got both, expected one of them")
    if valid is not None and text is None:
        raise ValueError("--valid: needs --text")
    if text is None:
        return noted(load_corpus(corpus or "demo"))
    return noted(Corpus.from_files(text, valid))


def noted(corpus: Corpus) -> Corpus:
    """Tell a person what is not as it should be with a text."""
    if corpus.note:
        print(corpus.note, file=sys.stderr)
    return corpus


def show(folder: Path, json_: bool, run: Callable[[bool], Run]) -> None:
    """Run, and report the result; a panel on a terminal is fine even when JSON is wanted."""
    try:
        finished = run(not json_ or sys.stderr.isatty())
    except KeyboardInterrupt:
        if not (folder / MODEL).is_file():
            raise StoppedError("stopped before there was anything to go on with") from None
        command = f"sparsegrow resume {shlex.quote(str(folder))}"
        raise StoppedError(f"stopped; `{command}` goes on with it") from None
    if json_:
        print(json.dumps(finished.metrics[-1]))
        return
    print(finished.table())
    print(
        f"{finished.bits_per_character:.3f} bits per character on held-out text, "
        f"{finished.model.net.parameters:,} parameters, in {finished.path}"
    )
