"""`sparsegrow info`."""

from __future__ import annotations

import json

import typer


def info(json_: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Show version, instruction set, threads, and which devices can compute here."""
    import sparsegrow

    facts = sparsegrow.info()
    if json_:
        print(json.dumps(facts))
        return
    for name in ("version", "isa", "threads"):
        print(f"{name:<10}{facts[name]}")
    for name, status in facts["backends"].items():
        print(f"{name:<10}{'available' if status is True else status}")
