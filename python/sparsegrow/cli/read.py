"""`sparsegrow eval` and `sparsegrow sample`: what a grown model makes of a text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sparsegrow.cli.arguments import Device
from sparsegrow.growth.char_model import CharModel
from sparsegrow.growth.run_folder import MODEL
from sparsegrow.text.corpus import read_file

Model = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a run, or a checkpoint.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]


def evaluate(
    model: Model,
    text: Annotated[Path, typer.Option(help="UTF-8 text to measure on.")],
    device: Device = "cpu",
    json_: Json = False,
) -> None:
    """Measure bits per character on a text."""
    record = opened(model, device).evaluate(read_file(text, progress=not json_).finish())
    if json_:
        print(json.dumps({"bpc": record.bits / record.chars, "chars": record.chars}))
    else:
        print(f"{record.bits / record.chars:.4f} bits per character over {record.chars:,}")


def sample(
    model: Model,
    prompt: Annotated[str, typer.Option(help="What the model reads first.")] = "",
    n: Annotated[int, typer.Option("-n", help="Characters to write.")] = 200,
    temperature: Annotated[float, typer.Option(help="0 is the likeliest each time.")] = 1.0,
    seed: Annotated[int | None, typer.Option(help="For the same text again.")] = None,
    device: Device = "cpu",
    json_: Json = False,
) -> None:
    """Let the model write on after a prompt."""
    text = opened(model, device).sample(prompt, n, temperature, seed)
    print(json.dumps({"prompt": prompt, "text": text}) if json_ else prompt + text)


def opened(path: Path, device: str = "cpu") -> CharModel:
    """Load the model of a run folder or a checkpoint."""
    return CharModel.load(path / MODEL if path.is_dir() else path, device=device)
