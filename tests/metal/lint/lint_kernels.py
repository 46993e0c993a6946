"""Check Metal sources for what Apple's compiler refuses and the software GPU cannot see.

    python lint_kernels.py FILE...

One line for each finding, FILE:LINE: what; exit status 1 if there is one. Headers that kernels
share with the host are checked as the kernels see them, with __METAL_VERSION__ defined.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from msl_rules import RULES
from msl_source import blank, without_comments

CONDITION = re.compile(r"^[ \t]*#[ \t]*(ifdef|ifndef|if|elif|else|endif)\b([^\n]*)", re.MULTILINE)


def as_metal(text: str) -> str:
    """Without the branches of conditions on __METAL_VERSION__ that are for the host."""
    parts, done, taken = [], 0, [True]
    for line in CONDITION.finditer(text):
        piece = text[done : line.end()]
        parts.append(piece if all(taken) else blank(piece))
        done = line.end()
        kind, what = line.groups()
        about_metal = "__METAL_VERSION__" in what
        if kind in ("if", "ifdef", "ifndef"):
            negated = kind == "ifndef" or "!defined" in what.replace(" ", "")
            taken.append(not (about_metal and negated))
        elif kind == "endif":
            taken.pop()
        elif kind == "else":
            taken[-1] = not taken[-1] or not was_about_metal(text, line.start())
    parts.append(text[done:])
    return "".join(parts)


def was_about_metal(text: str, position: int) -> bool:
    """Whether the #else at a position belongs to a condition on __METAL_VERSION__."""
    depth = 0
    for line in reversed(list(CONDITION.finditer(text, 0, position))):
        depth += line[1] == "endif"
        if line[1] in ("if", "ifdef", "ifndef"):
            if depth == 0:
                return "__METAL_VERSION__" in line[2]
            depth -= 1
    return False


def findings(path: Path) -> Iterator[str]:
    text = without_comments(as_metal(path.read_text(encoding="utf-8")))
    found = sorted(finding for rule in RULES for finding in rule(text))
    for position, what in found:
        yield f"{path}:{text.count(chr(10), 0, position) + 1}: {what}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+")
    found = [line for path in parser.parse_args().files for line in findings(path)]
    print("\n".join(found) or "kernels: no finding")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
