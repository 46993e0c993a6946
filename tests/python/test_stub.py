"""The hand-written stub names what the compiled module has."""

import ast
from importlib.resources import files

import pytest

from sparsegrow import _sparsegrow

STUB = ast.parse(files("sparsegrow").joinpath("_sparsegrow.pyi").read_text())
CLASSES = [node for node in STUB.body if isinstance(node, ast.ClassDef)]


def public(names: list[str]) -> set[str]:
    return {name for name in names if not name.startswith("_")}


def declared(body: list[ast.stmt]) -> set[str]:
    """The public names that a stub's module or class body declares."""
    names: list[str] = []
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.append(node.target.id)
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return public(names)


def test_stub_declares_what_the_module_has() -> None:
    assert declared(STUB.body) == public(dir(_sparsegrow))


@pytest.mark.parametrize("node", CLASSES, ids=lambda node: node.name)
def test_stub_declares_what_each_class_has(node: ast.ClassDef) -> None:
    members = public(dir(getattr(_sparsegrow, node.name)))
    assert declared(node.body) == members - {"name", "value"}
