"""Metal source text: preprocessing, places for messages, and brackets."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

METAL_VERSION = 310
METAL_HEADERS = ["metal_stdlib", "metal_atomic", "metal_compute", "metal_math", "metal_simdgroup"]
MARKER = re.compile(r'^#(?:line)? (\d+) "([^"]*)"[^\n]*$', re.MULTILINE)
PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}


class MslError(Exception):
    """Something that cannot be translated; one line, with its place."""


def preprocess(path: Path, include_folders: Sequence[Path]) -> str:
    """The text with includes and macros resolved; `#line` tells where each line comes from.

    Metal's own headers are taken for empty, so that their words stay as they are.
    """
    compiler = os.environ.get("CXX") or shutil.which("c++") or "c++"
    with tempfile.TemporaryDirectory() as empty:
        for header in METAL_HEADERS:
            (Path(empty) / header).touch()
        command = [*compiler.split(), "-E", "-x", "c++", "-std=c++14", "-undef", "-nostdinc"]
        command += [f"-D__METAL_VERSION__={METAL_VERSION}", "-D__METAL__=1", f"-I{empty}"]
        command += [*(f"-I{folder}" for folder in include_folders), str(path)]
        result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise MslError(first_error(result.stderr, path))
    return with_line_directives(result.stdout)


def first_error(messages: str, path: Path) -> str:
    lines = messages.splitlines()
    return next((line for line in lines if "error:" in line), f"{path}: {messages.strip()}")


def with_line_directives(text: str) -> str:
    def directive(match: re.Match[str]) -> str:
        line, file = match.groups()
        return "" if file.startswith("<") or line == "0" else f'#line {line} "{file}"'

    return MARKER.sub(directive, text)


def place_of(text: str, position: int) -> str:
    """FILE:LINE of a position in preprocessed text."""
    file, line, start = "", 1, 0
    for marker in MARKER.finditer(text, 0, position):
        line, file, start = int(marker[1]), marker[2], marker.end() + 1
    return f"{file}:{line + text.count(chr(10), start, position)}"


def error(text: str, position: int, what: str) -> MslError:
    return MslError(f"{place_of(text, position)}: {what}")


def closing(text: str, opening: int) -> int:
    """Where the bracket that opens at `opening` is closed; the text's end if it is not."""
    left, right = text[opening], PAIRS[text[opening]]
    depth = 0
    for position in range(opening, len(text)):
        depth += (text[position] == left) - (text[position] == right)
        if depth == 0:
            return position
    return len(text)


def split_at_commas(text: str) -> list[str]:
    """The parts between commas that stand in no bracket; nothing but space counts as no part."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(text):
        depth += (character in "([{<") - (character in ")]}>")
        if character == "," and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    last = text[start:]
    return [*parts, last] if parts or last.strip() else []


def blank(text: str) -> str:
    """As many spaces and lines as the text has."""
    return re.sub(r"[^\n]", " ", text)


def without_comments(text: str) -> str:
    return re.sub(r"//[^\n]*|/\*.*?\*/", lambda match: blank(match[0]), text, flags=re.DOTALL)
