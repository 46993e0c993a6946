"""Check that includes and imports point down only, and the other rules about what may stand where.

    python tests/check_layers.py              # text only, instant
    python tests/check_layers.py --alone      # also compile each file of the engine alone

Prints one line per violation and exits with 1 if there is one.
"""

import argparse
import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

ENGINE = [
    f"cpp/sparsegrow/{room}"
    for room in ("base", "graph", "topology", "locality", "backend", "train", "text", "grow")
]
# Room -> the rooms it may include besides itself. The order is from the ground up.
MAY_INCLUDE = {
    "cpp/sparsegrow/base": [],
    "cpp/sparsegrow/graph": ENGINE[:1],
    "cpp/sparsegrow/topology": ENGINE[:2],
    "cpp/sparsegrow/locality": ENGINE[:2],
    "cpp/sparsegrow/backend": ENGINE[:2],
    "cpp/sparsegrow/train": [*ENGINE[:3], "cpp/sparsegrow/backend"],
    "cpp/sparsegrow/text": ENGINE[:1],
    "cpp/sparsegrow/grow": ENGINE[:7],
    "cpp/cpu": [*ENGINE[:2], "cpp/sparsegrow/backend"],
    "metal": [*ENGINE[:2], "cpp/sparsegrow/backend"],
    "python/bindings": ENGINE,
}
REGISTRY = "cpp/sparsegrow/backend/registry.cpp"
REGISTRY_MAY_INCLUDE = ["cpp/cpu", "metal"]

PACKAGE = "python/sparsegrow"
# Room of the package -> the rooms it may import besides itself and the compiled module.
MAY_IMPORT = {
    "base": [],
    "text": ["base"],
    "locality": ["base", "text"],
    "layered": ["base"],
    "rbm": ["base", "layered"],
    "data": ["base", "layered"],
    "growth": ["base", "text", "locality"],
    "reporting": ["base", "text", "growth"],
    "sklearn": ["base", "layered", "rbm"],
    "torch": ["base", "layered"],
}

SOURCES = {".h", ".cpp", ".mm", ".metal", ".cu"}
SEARCHED = ["cpp", "metal", "python", "tests", "bench", "docs"]
BUILD_FILES = ["CMakeLists.txt", "CMakePresets.json", "pyproject.toml", "tests/cpp/CMakeLists.txt"]

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)
BACKEND_TEST = re.compile(r"^\s*#\s*(?:el)?if.*\bSPARSEGROW_(?:METAL|CUDA)\b", re.MULTILINE)
INTRINSICS = re.compile(r"^(?:\w*mmintrin|x86intrin|x86gprintrin|arm_neon|arm_sve|arm_acle)\.h$")
INTRINSICS_ALLOWED = ("cpp/cpu/", "cpp/sparsegrow/base/denormals.h")
FORBIDDEN_FOLDERS = {"utils", "util", "common", "misc", "helpers"}
FORBIDDEN_FLAGS = ("-march=native", "-mcpu=native", "-ffast-math", "-Ofast")


def files_under(root: Path) -> list[Path]:
    """Every file and folder of the rooms, relative to the root, caches left out."""
    found = (path.relative_to(root) for room in SEARCHED for path in (root / room).rglob("*"))
    return sorted(path for path in found if "__pycache__" not in path.parts)


def sources_of(root: Path) -> list[Path]:
    return [path for path in files_under(root) if path.suffix in SOURCES]


def room_of(path: str) -> str | None:
    return next((room for room in MAY_INCLUDE if path.startswith(room + "/")), None)


def target_of(root: Path, source: Path, included: str) -> str:
    """The path that an include names, relative to the root; a guess if no such file exists."""
    for base in (source.parent, Path("cpp"), Path()):
        path = os.path.normpath(base / included)
        if (root / path).is_file():
            return path
    return included if included.startswith("metal/") else f"cpp/{included}"


def check_room(source: Path, included: str, target: str) -> Iterator[str]:
    """One include against the map of rooms."""
    here, there = room_of(source.as_posix()), room_of(target)
    if here is None or there is None or there in [here, *MAY_INCLUDE[here]]:
        return
    if source.as_posix() == REGISTRY and there in REGISTRY_MAY_INCLUDE:
        return
    yield f'{source}: {here} must not include {there} ("{included}")'


def check_includes(root: Path, source: Path, text: str) -> Iterator[str]:
    """Layers, pybind11 and intrinsics."""
    path = source.as_posix()
    for kind, included in INCLUDE.findall(text):
        if kind == '"':
            yield from check_room(source, included, target_of(root, source, included))
        if included.startswith("pybind11/") and not path.startswith("python/bindings/"):
            yield f"{source}: only python/bindings may include <{included}>"
        if INTRINSICS.match(included) and not path.startswith(INTRINSICS_ALLOWED):
            yield f"{source}: intrinsics belong in cpp/cpu, found <{included}>"


def check_sources(root: Path) -> Iterator[str]:
    for source in sources_of(root):
        text = (root / source).read_text(encoding="utf-8")
        yield from check_includes(root, source, text)
        if source.as_posix() != REGISTRY and BACKEND_TEST.search(text):
            yield f"{source}: only {REGISTRY} may test SPARSEGROW_METAL or SPARSEGROW_CUDA"


def imported_rooms(text: str) -> Iterator[str]:
    """The rooms of the package that a module imports, "" for the package itself."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            parts = name.split(".")
            if parts[0] == "sparsegrow" and parts[1:2] != ["_sparsegrow"]:
                yield parts[1] if parts[1:2] and parts[1] in MAY_IMPORT else ""


def check_imports(root: Path) -> Iterator[str]:
    """Each room of the package against the map; the command line and the face may import all."""
    for room, allowed in MAY_IMPORT.items():
        for module in sorted((root / PACKAGE / room).rglob("*.py")):
            found = set(imported_rooms(module.read_text(encoding="utf-8")))
            for there in sorted(found - {room, *allowed}):
                name = f"sparsegrow.{there}" if there else "the face of the package"
                yield f"{module.relative_to(root)}: sparsegrow.{room} must not import {name}"


def check_folders(root: Path) -> Iterator[str]:
    for path in files_under(root):
        if path.name in FORBIDDEN_FOLDERS and (root / path).is_dir():
            yield f"{path}: a folder is named after what it holds, not '{path.name}'"


def check_flags(root: Path) -> Iterator[str]:
    modules = [path.relative_to(root).as_posix() for path in root.glob("cmake/**/*.cmake")]
    for name in [*BUILD_FILES, *modules]:
        text = (root / name).read_text(encoding="utf-8") if (root / name).is_file() else ""
        for flag in FORBIDDEN_FLAGS:
            if flag in text:
                yield f"{name}: {flag} must not be shipped"


def compile_alone(root: Path, source: Path) -> str | None:
    """The first error of a file that needs something included before it, else None."""
    compiler = os.environ.get("CXX", "c++")
    command = [compiler, "-std=c++17", "-fsyntax-only", "-Icpp", "-Itests", "-x", "c++", "-"]
    include = f'#include "{(root / source).as_posix()}"\n'
    result = subprocess.run(command, cwd=root, input=include, capture_output=True, text=True)
    if result.returncode == 0:
        return None
    error = next((line for line in result.stderr.splitlines() if "error" in line), result.stderr)
    return f"{source}: does not compile alone: {error}"


def to_compile(root: Path) -> list[Path]:
    """The engine's sources, and the headers that no source includes before all others.

    Left out are kernels, whose files are built one by one for the instruction set of each, and the
    registry, which includes backends that a machine may not have.
    """
    rooms = ("cpp/", "tests/reference/")
    files = [path for path in sources_of(root) if path.as_posix().startswith(rooms)]
    files = [p for p in files if p.as_posix() != REGISTRY and not p.match("kernels_*.cpp")]
    sources = [p for p in files if p.suffix == ".cpp"]
    first = set()
    for source in sources:
        included = INCLUDE.search((root / source).read_text(encoding="utf-8"))
        if included:
            first.add(target_of(root, source, included[2]))
    return sources + [p for p in files if p.suffix == ".h" and p.as_posix() not in first]


def check_compilation(root: Path) -> Iterator[str]:
    """Each source and header of the engine and of the test oracle compiles alone."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda source: compile_alone(root, source), to_compile(root))
        yield from (result for result in results if result is not None)


def violations(root: Path, alone: bool = False) -> list[str]:
    """Every violation under a root, one line each."""
    found = [*check_sources(root), *check_imports(root), *check_folders(root), *check_flags(root)]
    return [*found, *check_compilation(root)] if alone else found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument("--alone", action="store_true", help="also compile each file alone")
    arguments = parser.parse_args()
    found = violations(arguments.root, arguments.alone)
    print("\n".join(found) or "layers: no violation")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
