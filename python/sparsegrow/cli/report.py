"""`sparsegrow report`: a page about a run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from sparsegrow.reporting.report import write_report

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the run.")]
Out = Annotated[Path | None, typer.Option(help="The page; DIR/report.html by default.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]


def report(
    folder: Folder,
    out: Out = None,
    sub_dag: Annotated[str, typer.Option(help="Character whose sub-DAG is shown first.")] = "e",
    json_: Json = False,
) -> None:
    """Write one self-contained HTML page about a run."""
    page, notes = write_report(folder, out, sub_dag)
    for note in notes:
        print(note, file=sys.stderr)
    size = page.stat().st_size
    print(json.dumps({"page": str(page), "bytes": size}) if json_ else f"{page}, {size:,} bytes")
