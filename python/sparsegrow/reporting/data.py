"""What a run folder says of a run, gathered for the report; nothing is drawn here."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from sparsegrow.growth.run_folder import CONFIG, GROWTH, METRICS, MODEL
from sparsegrow.reporting.net import NetFacts, read_net


class ReportError(ValueError):
    """A folder that no report can be made of. The message is one line for the user."""


@dataclass(frozen=True)
class Evaluation:
    """One line of `metrics.jsonl`; None where it does not say."""

    seconds: float
    val_bpc: float
    step: float | None = None
    chars: float | None = None
    train_bpc: float | None = None
    edges: float | None = None
    input_edges: float | None = None
    hidden_edges: float | None = None
    pattern_edges: float | None = None
    patterns: float | None = None
    params: float | None = None
    hidden: float | None = None
    max_depth: float | None = None
    max_context: float | None = None
    memory_neurons: float | None = None
    bytes: float | None = None
    chars_per_second: float | None = None
    accepted: float | None = None
    rejected: float | None = None
    rolled_back: float | None = None
    seconds_training: float | None = None
    seconds_mutations: float | None = None
    seconds_trials: float | None = None
    seconds_evaluation: float | None = None


@dataclass(frozen=True)
class Mutation:
    """One line of `growth.jsonl`: a proposal and what became of it."""

    seconds: float
    kind: str
    accepted: bool
    rolled_back: bool
    reward: float | None = None
    edges_added: float | None = None

    @property
    def fate(self) -> str:
        """Return "kept", "rolled back" or "rejected"."""
        if self.rolled_back:
            return "rolled back"
        return "kept" if self.accepted else "rejected"


@dataclass(frozen=True)
class RunFacts:
    """All that the report tells.

    Attributes
    ----------
    name
        Of the run: that of its folder.
    config
        Settings.
    evaluations
        At least one, in order of time.
    mutations
        In order of time.
    net
        The network at the last checkpoint, None without one.
    notes
        What is missing, a line each.
    """

    name: str
    evaluations: list[Evaluation]
    mutations: list[Mutation] = field(default_factory=list)
    config: dict[str, Any] = field(default_factory=dict)
    net: NetFacts | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def last(self) -> Evaluation:
        """Return the last evaluation."""
        return self.evaluations[-1]


def gather(folder: Path) -> RunFacts:
    """Read a run folder.

    Raises
    ------
    ReportError
        It is none, nothing was evaluated yet, or a file is damaged in more than its last line.
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "there is no such folder"
        raise ReportError(f"{folder}: {what}, expected the folder of a run")
    notes: list[str] = []
    evaluations = [evaluation_of(record) for record in records(folder / METRICS, notes)]
    found = sorted((e for e in evaluations if e is not None), key=lambda e: e.seconds)
    if not found:
        raise ReportError(f"{folder}: metrics.jsonl holds no evaluation yet")
    return RunFacts(
        name=folder.resolve().name,
        evaluations=found,
        mutations=sorted(mutations(folder, notes), key=lambda m: m.seconds),
        config=config(folder / CONFIG, notes),
        net=net(folder / MODEL, notes),
        notes=notes,
    )


def records(path: Path, notes: list[str]) -> list[dict[str, Any]]:
    """Return the objects of a file that holds one a line; the last line may be cut off.

    Raises
    ------
    ReportError
        The file is missing, or another line is damaged.
    """
    lines = text_of(path).splitlines()
    found = []
    for number, text in enumerate(lines, 1):
        record = parsed(text)
        if record is not None:
            found.append(record)
        elif text.strip() and number < len(lines):
            raise ReportError(f"{path}: line {number} is no JSON object: {text[:60]!r}")
        elif text.strip():
            notes.append(f"The last line of {path.name} is cut off and left out.")
    return found


def text_of(path: Path) -> str:
    """Return a file as text; what is not UTF-8 in it fails later, as JSON."""
    try:
        return path.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        raise ReportError(f"{path}: cannot be read ({error.strerror or error})") from error


def parsed(text: str) -> dict[str, Any] | None:
    """Return the JSON object that a text is, or None."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def evaluation_of(record: dict[str, Any]) -> Evaluation | None:
    """Return an evaluation, None where the time or the bits are missing."""
    values = {f.name: number(record.get(f.name)) for f in fields(Evaluation)}
    seconds, bits = values.pop("seconds"), values.pop("val_bpc")
    return None if seconds is None or bits is None else Evaluation(seconds, bits, **values)


def mutations(folder: Path, notes: list[str]) -> list[Mutation]:
    """Return the proposals; none, and a note, where the file is missing."""
    path = folder / GROWTH
    if not path.exists():
        notes.append("There is no growth.jsonl: nothing is known of the mutations.")
        return []
    found = (mutation_of(record) for record in records(path, notes))
    return [mutation for mutation in found if mutation is not None]


def mutation_of(record: dict[str, Any]) -> Mutation | None:
    """Return a proposal, None where its time or kind is missing."""
    seconds, kind = number(record.get("seconds")), record.get("kind")
    if seconds is None or not isinstance(kind, str):
        return None
    return Mutation(
        seconds=seconds,
        kind=kind,
        accepted=record.get("accepted") is True,
        rolled_back=record.get("rolled_back") is True,
        reward=number(record.get("reward")),
        edges_added=number(record.get("edges_added")),
    )


def number(value: Any) -> float | None:
    """Return a finite number, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def config(path: Path, notes: list[str]) -> dict[str, Any]:
    """Return the settings; none, and a note, where there are none to read."""
    found = parsed(text_of(path)) if path.exists() else None
    if found is None:
        how = "is damaged" if path.exists() else "is missing"
        notes.append(f"config.json {how}: the settings are not shown.")
    return found or {}


def net(path: Path, notes: list[str]) -> NetFacts | None:
    """Return the network; None, and a note, where it cannot be read."""
    if not path.exists():
        notes.append(f"There is no {MODEL} yet: the network is not drawn.")
        return None
    try:
        return read_net(path)
    except (ValueError, OSError, RuntimeError, ImportError) as error:
        reason = " ".join(str(error).split()).replace(str(path), MODEL)
        notes.append(f"{MODEL} cannot be read, so the network is not drawn: {reason:.200}")
        return None
