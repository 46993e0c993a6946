"""English prose without a download: the documentation that comes with Python itself."""

from __future__ import annotations

import ast
import importlib
import os
import sysconfig
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path

from sparsegrow.text.corpus_error import CorpusError
from sparsegrow.text.reading import Reading, reading
from sparsegrow.text.tokens import TokenBuffer, utf8

# Tests document nothing, encodings are tables, and what is installed differs by machine.
LEFT_OUT = {"__pycache__", "dist-packages", "encodings", "pydoc_data", "site-packages"}
LEFT_OUT |= {"idle_test", "test", "tests"}
LEAST = 100_000  # bytes; less is no corpus
HELD_OUT = 20  # every so manieth document is measured on
INSTEAD = "use a text of your own (--text FILE), or wikitext-2 with pip install 'sparsegrow[hub]'"
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def gather(train: TokenBuffer, valid: TokenBuffer, progress: bool = True) -> str:
    """Fill two buffers with prose and return one line about what was missing, or nothing.

    The order, and which document goes where, follow from the names of the documents alone: the
    same Python always gives the same text.

    Raises
    ------
    CorpusError
        This Python has neither its documentation nor its sources.
    """
    missing = []
    for what, documents in (("pydoc_data", topics()), ("the library's sources", modules(progress))):
        before = len(train) + len(valid)
        for name, text in documents:
            (valid if is_held_out(name) else train).append(utf8(text))
        if len(train) + len(valid) == before:
            missing.append(what)
    lacks = f"demo: this Python comes without {' and '.join(missing)}"
    if len(train) + len(valid) < LEAST:
        raise CorpusError(f"{lacks or 'demo: too little text'}; {INSTEAD}")
    return f"{lacks}, so its text is shorter than elsewhere" if missing else ""


def is_held_out(name: str) -> bool:
    """Whether a document is for measuring; a new one beside it changes nothing."""
    return zlib.crc32(name.encode("utf-8")) % HELD_OUT == 0


def topics() -> Iterator[tuple[str, str]]:
    """Yield the chapters of the language reference that `help` shows."""
    try:
        found = importlib.import_module("pydoc_data.topics").topics
    except (ImportError, AttributeError):
        return
    for name in sorted(found):
        yield f"topics/{name}", f"{found[name].strip()}\n\n"


def modules(progress: bool = True) -> Iterator[tuple[str, str]]:
    """Yield the docstrings of each module of the standard library, none of them twice."""
    root = Path(sysconfig.get_paths()["stdlib"])
    paths = source_files(root)
    seen: set[str] = set()
    with reading("the documentation of Python", total_size(paths), progress) as display:
        for path in paths:
            fresh = [doc for doc in docstrings(read(path, display)) if doc and doc not in seen]
            seen.update(fresh)
            if fresh:
                yield path.relative_to(root).as_posix(), "\n\n".join(fresh) + "\n\n"


def source_files(root: Path) -> list[Path]:
    """Return the sources of the standard library in order of their names."""
    found = []
    for folder, inner, names in os.walk(root):
        inner[:] = [name for name in inner if name not in LEFT_OUT]
        found += [Path(folder, name) for name in names if name.endswith(".py")]
    return sorted(found)


def total_size(paths: list[Path]) -> int:
    """Return the bytes of all files."""
    return sum(path.stat().st_size for path in paths)


def read(path: Path, display: Reading) -> bytes:
    """Return a source, or nothing where it cannot be read."""
    try:
        source = path.read_bytes()
    except OSError:
        return b""
    display.advance(len(source))
    return source


def docstrings(source: bytes) -> Iterator[str]:
    """Yield the docstrings of a module, its classes and its functions; nothing is executed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the source, which is not ours
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):  # of another Python, or no Python at all
            return
    yield from documented(tree)


def documented(node: ast.AST) -> Iterator[str]:
    """Yield the docstring of a node and of those defined in it, in order."""
    if isinstance(node, Documented) and (text := ast.get_docstring(node)):
        yield text.strip()
    for inner in getattr(node, "body", ()):
        if isinstance(inner, ast.stmt):
            yield from documented(inner)
