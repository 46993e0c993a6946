"""Check that files and functions stay small.

    python tests/check_budgets.py

Prints one line per violation and exits with 1 if there is one, then the medians. A file counts
all its lines; a function counts its lines of code, without comments, blank lines and docstrings.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import lizard

ROOT = Path(__file__).resolve().parents[1]

CPP = {".h", ".cpp", ".mm", ".metal"}
SOURCES = {*CPP, ".py"}  # no .pyi: the stub tells all of the one compiled module, without code
ROOMS = ["cpp", "metal", "python", "tests", "bench"]
CPP_FILE_LIMIT = 400
PYTHON_FILE_LIMIT = 300
CPP_FILE_MEDIAN = 150
FUNCTION_LIMIT = 60
KERNEL_LIMIT = 120
FUNCTION_MEDIAN = 10


def sources_of(root: Path) -> list[Path]:
    found = (path.relative_to(root) for room in ROOMS for path in (root / room).rglob("*"))
    return sorted(path for path in found if path.suffix in SOURCES)


def file_limit(path: Path) -> int:
    return CPP_FILE_LIMIT if path.suffix in CPP else PYTHON_FILE_LIMIT


def function_limit(path: Path) -> int:
    kernel_rooms = ("cpp/cpu/kernels/", "metal/kernels/")
    return KERNEL_LIMIT if path.as_posix().startswith(kernel_rooms) else FUNCTION_LIMIT


def line_counts(root: Path) -> dict[Path, int]:
    return {p: len((root / p).read_text(encoding="utf-8").splitlines()) for p in sources_of(root)}


def functions_of(root: Path, path: Path) -> Iterator[tuple[str, int, int]]:
    """Name, first line and length of each function; a test case is one too."""
    code = (root / path).read_text(encoding="utf-8")
    name = path.with_suffix(".cpp").as_posix() if path.suffix in CPP else path.as_posix()
    for function in lizard.analyze_file.analyze_source_code(name, code).function_list:
        yield function.name, function.start_line, function.nloc


def check_files(lines: dict[Path, int]) -> Iterator[str]:
    for path, count in lines.items():
        if count > file_limit(path):
            yield f"{path}: {count} lines, the limit is {file_limit(path)}"
    middle = median([count for path, count in lines.items() if path.suffix in CPP] or [0])
    if middle > CPP_FILE_MEDIAN:
        yield f"C++ files: the median is {middle:g} lines, the limit is {CPP_FILE_MEDIAN}"


def check_functions(functions: dict[Path, list[tuple[str, int, int]]]) -> Iterator[str]:
    for path, found in functions.items():
        limit = function_limit(path)
        for name, line, length in found:
            if length > limit:
                yield f"{path}:{line}: {name} has {length} lines, the limit is {limit}"
    middle = median([length for found in functions.values() for *_, length in found] or [0])
    if middle > FUNCTION_MEDIAN:
        yield f"functions: the median is {middle:g} lines, the limit is {FUNCTION_MEDIAN}"


def violations(root: Path) -> list[str]:
    """Every violation under a root, one line each."""
    functions = {path: list(functions_of(root, path)) for path in sources_of(root)}
    return [*check_files(line_counts(root)), *check_functions(functions)]


def spread(what: str, lengths: list[int]) -> str:
    longest = max(lengths, default=0)
    return f"{len(lengths)} {what}: median {median(lengths or [0]):g} lines, longest {longest}"


def report(root: Path) -> str:
    """The medians, for the eye."""
    lines = line_counts(root)
    cpp = [count for path, count in lines.items() if path.suffix in CPP]
    functions = [length for path in lines for *_, length in functions_of(root, path)]
    return "; ".join(
        [
            spread("files", list(lines.values())),
            spread("of them C++", cpp),
            spread("functions", functions),
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=ROOT)
    root = parser.parse_args().root
    found = violations(root)
    print("\n".join([*found, report(root)]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
