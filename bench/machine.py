"""What a figure was measured on: processor, threads, versions, commit."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from sparsegrow import _sparsegrow as engine


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _processor() -> str:
    if platform.system() == "Darwin":
        return _output("sysctl", "-n", "machdep.cpu.brand_string")
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _commit() -> str:
    return (
        _output("git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD")
        or "unknown"
    )


def describe_machine(**versions: str) -> str:
    """One line for the head of a table."""
    parts = [_processor(), f"{os.cpu_count()} cores", f"instruction set {engine.active_isa()}"]
    parts += [f"python {platform.python_version()}", f"sparsegrow {engine.__version__}"]
    parts += [f"{name} {version}" for name, version in versions.items()]
    parts.append(f"commit {_commit()}")
    return ", ".join(parts)
