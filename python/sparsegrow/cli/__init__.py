"""The command `sparsegrow`. A user's mistake is one line on standard error and exit code 2."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from sparsegrow import __version__
from sparsegrow.cli import bench, fit, info, locality, perturb, read, report, train
from sparsegrow.cli.arguments import StoppedError, is_mistake, message_of, spread_lists

app = typer.Typer(
    name="sparsegrow",
    help="Neural networks stored sparse whose topology grows and changes while they train.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("train")(train.train)
app.command("resume")(train.resume)
app.command("eval")(read.evaluate)
app.command("sample")(read.sample)
app.command("profile")(locality.profile)
app.command("synth")(locality.synth)
app.command("fit")(fit.fit)
app.command("perturb")(perturb.perturb)
app.command("info")(info.info)
app.command("bench")(bench.bench)
app.command("report")(report.report)


def show_version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(
        False, "--version", callback=show_version, is_eager=True, help="Print the version."
    ),
    debug: bool = typer.Option(False, "--debug", help="Show the traceback of an error."),
) -> None:
    """Take the options that stand before a command; `main` has seen to them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code: 0, 2 after a mistake, 130 after Ctrl-C."""
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    debug = "--debug" in words
    try:
        code = app(spread_lists([w for w in words if w != "--debug"]), standalone_mode=False)
    except StoppedError as stopped:
        return complain(str(stopped), 130)
    except KeyboardInterrupt:
        return complain("stopped", 130)
    except Exception as error:
        if debug:
            raise
        if is_mistake(error):
            return complain(f"error: {message_of(error)}", 2)
        return complain(f"error: {message_of(error)} (--debug shows where)", 1)
    return code if isinstance(code, int) else 0


def complain(line: str, code: int) -> int:
    """Print one line on standard error and return the exit code."""
    print(" ".join(line.split()), file=sys.stderr)
    return code
