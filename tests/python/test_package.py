"""The package as a whole: what it imports, what its documentation shows, what it holds on to."""

import doctest
import re
from importlib import metadata, resources
from pathlib import Path

import pytest

import sparsegrow as sg
from sparsegrow.growth import char_model
from sparsegrow.layered import mlp, structure
from sparsegrow.rbm import machine
from support import python

ROOT = Path(__file__).resolve().parents[2]
OPTIONAL = ["sklearn", "scipy", "torch", "matplotlib", "datasets", "rich", "typer", "safetensors"]


def test_the_version_is_that_of_the_package():
    assert sg.__version__ == metadata.version("sparsegrow")


def test_types_come_with_the_package():
    for name in ("py.typed", "_sparsegrow.pyi"):
        assert (resources.files("sparsegrow") / name).is_file()


def test_importing_loads_only_numpy():
    result = python("import sys, sparsegrow; print(*sys.modules)")
    assert result.returncode == 0, result.stderr
    loaded = set(result.stdout.split())
    assert "numpy" in loaded
    assert not loaded & set(OPTIONAL)


def test_everything_promised_is_there():
    assert all(hasattr(sg, name) for name in sg.__all__)
    named = "CharModel", "Corpus", "Dynamics", "GrowthSettings", "RestrictedBoltzmann", "SparseMLP"
    assert {*named, "grow", "load", "perturb", "report", "resume"} <= set(sg.__all__)


@pytest.mark.parametrize("module", [mlp, structure, char_model, machine])
def test_the_examples_of_the_docstrings(module):
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_the_examples_of_the_readme(tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert len(found) == 3
    for code in found:
        result = python(f"import os; os.chdir({str(tmp_path)!r})\n{code}")
        assert result.returncode == 0, result.stderr


LEAK = """
import ctypes, gc, resource, sys
sys.path.insert(0, sys.argv[1])
import numpy as np, sparsegrow as sg
from support import blobs
sg.set_num_threads(2)
x, y = blobs(samples=400, features=100)
spoilt = x.copy()
spoilt[3, 3] = np.nan

def refused(call, *arguments, **options):
    try:
        call(*arguments, **options)
    except (ValueError, TypeError, IndexError, OSError, RuntimeError):
        return
    raise AssertionError("not refused")

def once(k):
    model = sg.SparseMLP([100, 300, 300, 3], density=0.3, seed=k)
    model.fit(x, y, 1, validation=0.2, patience=1, progress=False)
    model.predict_proba(x)
    model.edges(1)
    model.update_topology(remove={1: np.arange(50)})
    model.grow(1, 10)
    model.save(sys.argv[2])
    sg.load(sys.argv[2]).predict(x)
    refused(model.fit, spoilt, y, progress=False)
    wild = sg.SparseMLP([100, 300, 3], optimizer="sgd", learning_rate=1e30)
    refused(wild.fit, x, y, progress=False)
    refused(model.update_topology, remove={0: [1, 1]})
    refused(model.save, "/nowhere/model.safetensors")
    refused(sg.load, sys.executable)
    refused(sg.SparseMLP, [100, 300, 3], device="toaster")

def held():
    # What the C library keeps for later is handed back first, where that works.
    if sys.platform.startswith("linux"):
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            gc.collect()
            trim(0)
            return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

for k in range(10):
    once(k)
before = held()
for k in range(60):
    once(k)
print(held() - before)
"""


def test_memory_does_not_grow(tmp_path):
    """Each round holds several MB, so that one array forgotten in 60 rounds would show."""
    result = python(LEAK, Path(__file__).parent, tmp_path / "m.safetensors")
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) < 16e6
