"""The project's own checks catch what they are there to catch."""

import importlib.util
import os
import shutil
from pathlib import Path
from types import ModuleType

import pytest

TESTS = Path(__file__).resolve().parents[1]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, TESTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


layers = load("check_layers")
budgets = load("check_budgets")


def plant(root: Path, path: str, text: str = "") -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


REGISTRY = "cpp/sparsegrow/backend/registry.cpp"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("cpp/sparsegrow/base/a.h", '#include "sparsegrow/graph/csr.h"'),
        ("cpp/sparsegrow/graph/a.h", '#include "sparsegrow/topology/set.h"'),
        ("cpp/sparsegrow/topology/a.cpp", '#include "sparsegrow/backend/backend.h"'),
        ("cpp/sparsegrow/backend/a.cpp", '#include "cpu/cpu_backend.h"'),
        ("cpp/sparsegrow/train/a.cpp", '#include "cpu/cpu_backend.h"'),
        ("cpp/cpu/a.cpp", '#include "sparsegrow/train/network.h"'),
        ("cpp/cpu/a.cpp", '#include "sparsegrow/topology/set.h"'),
        ("cpp/cpu/a.cpp", '#include "metal/device.h"'),
        ("metal/a.cpp", '#include "cpu/cpu_backend.h"'),
        ("python/bindings/a.cpp", '#include "cpu/cpu_backend.h"'),
        ("cpp/sparsegrow/train/a.h", "#include <pybind11/pybind11.h>"),
        ("tests/cpp/a.cpp", "#include <immintrin.h>"),
        ("cpp/sparsegrow/graph/a.cpp", "#  include <arm_neon.h>"),
        ("cpp/cpu/a.cpp", "#ifdef SPARSEGROW_METAL"),
        ("python/bindings/a.cpp", "#if defined(SPARSEGROW_CUDA)"),
        ("CMakeLists.txt", "add_compile_options(-march=native)"),
        ("pyproject.toml", 'cmake.define.CMAKE_CXX_FLAGS = "-ffast-math"'),
        ("python/sparsegrow/base/a.py", "from sparsegrow.layered.mlp import SparseMLP"),
        ("python/sparsegrow/layered/perturbation/a.py", "import sparsegrow.growth.loop"),
        ("python/sparsegrow/torch/a.py", "def late():\n    from sparsegrow import load"),
        ("cpp/sparsegrow/utils/a.h", ""),
        ("tests/python/helpers/a.py", ""),
    ],
)
def test_layers_catches(tmp_path: Path, path: str, text: str) -> None:
    plant(tmp_path, path, text)
    assert len(layers.violations(tmp_path)) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("cpp/sparsegrow/train/a.cpp", '#include "sparsegrow/backend/backend.h"'),
        (
            REGISTRY,
            '#include "cpu/cpu_backend.h"\n#ifdef SPARSEGROW_METAL\n#include "metal/device.h"',
        ),
        ("python/sparsegrow/rbm/a.py", "from sparsegrow.layered import wiring"),
        ("python/sparsegrow/text/a.py", "from sparsegrow import _sparsegrow as native"),
        ("python/sparsegrow/cli/a.py", "import sparsegrow\nfrom sparsegrow.growth import loop"),
        ("cpp/cpu/a.cpp", "#include <immintrin.h>"),
        ("cpp/sparsegrow/base/denormals.h", "#include <xmmintrin.h>"),
        (
            "python/bindings/a.cpp",
            '#include <pybind11/numpy.h>\n#include "sparsegrow/train/network.h"',
        ),
        ("tests/cpp/a.cpp", '#include "cpu/thread_pool.h"\n#include "sparsegrow/train/network.h"'),
        ("cpp/cpu/a.cpp", "// SPARSEGROW_METAL is tested elsewhere"),
    ],
)
def test_layers_allows(tmp_path: Path, path: str, text: str) -> None:
    plant(tmp_path, path, text)
    assert layers.violations(tmp_path) == []


def test_layers_sees_through_relative_includes(tmp_path: Path) -> None:
    plant(tmp_path, "cpp/sparsegrow/graph/csr.h")
    plant(tmp_path, "cpp/sparsegrow/base/a.h", '#include "../graph/csr.h"')
    assert (
        "cpp/sparsegrow/base must not include cpp/sparsegrow/graph"
        in layers.violations(tmp_path)[0]
    )


@pytest.mark.skipif(  # in CI, which installs a compiler, a failure
    shutil.which("c++") is None and not os.environ.get("CI"), reason="needs a C++ compiler"
)
def test_layers_compiles_files_alone(tmp_path: Path) -> None:
    base = "cpp/sparsegrow/base"
    plant(tmp_path, f"{base}/good.h", "#include <string>\nstd::string a();\n")
    plant(tmp_path, f"{base}/good.cpp", '#include "sparsegrow/base/good.h"\nstd::string s;\n')
    plant(tmp_path, f"{base}/bad.h", "std::string b();\n")
    plant(tmp_path, f"{base}/late.h", "std::string c();\n")
    plant(tmp_path, f"{base}/late.cpp", '#include <string>\n#include "sparsegrow/base/late.h"\n')
    plant(tmp_path, f"{base}/worse.cpp", '#include "sparsegrow/base/bad.h"\nstd::string s;\n')
    found = layers.violations(tmp_path, alone=True)
    names = [line.split(":")[0] for line in found]
    assert sorted(names) == [f"{base}/late.h", f"{base}/worse.cpp"]  # bad.h is seen in worse.cpp


def function(lines: int, language: str = "cpp") -> str:
    """A function of exactly this many lines."""
    if language == "py":
        return "def f(a):\n" + "    a += 1\n" * (lines - 1)
    return "void f(int& a) {\n" + "  a += 1;\n" * (lines - 2) + "}\n"


SHORT = function(3) * 9  # keeps the median function short


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("cpp/cpu/a.cpp", "\n" * 401, "401 lines, the limit is 400"),
        ("python/sparsegrow/a.py", "\n" * 301, "301 lines, the limit is 300"),
        ("tests/python/a.py", "\n" * 301, "301 lines, the limit is 300"),
        ("bench/a.py", "\n" * 301, "301 lines, the limit is 300"),
        ("cpp/cpu/a.cpp", "\n" * 151, "the median is 151 lines"),
        ("cpp/cpu/a.h", SHORT + function(61), "f has 61 lines, the limit is 60"),
        ("cpp/cpu/kernels/a.h", SHORT + function(121), "f has 121 lines, the limit is 120"),
        ("bench/a.py", function(3, "py") * 2 + function(61, "py"), "f has 61 lines"),
        ("cpp/cpu/a.h", function(11), "the median is 11 lines"),
    ],
)
def test_budgets_catches(tmp_path: Path, path: str, text: str, message: str) -> None:
    plant(tmp_path, path, text)
    assert any(message in line for line in budgets.violations(tmp_path))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("python/sparsegrow/a.py", "\n" * 300),
        ("python/sparsegrow/a.pyi", "\n" * 301),
        ("tests/cpp/a.h", "\n" * 150),
        ("cpp/cpu/kernels/a.h", SHORT + function(100)),
        ("cpp/cpu/a.h", SHORT + function(60)),
    ],
)
def test_budgets_allows(tmp_path: Path, path: str, text: str) -> None:
    plant(tmp_path, path, text)
    assert budgets.violations(tmp_path) == []


def test_budgets_ignores_docstrings(tmp_path: Path) -> None:
    docstring = '    """\n' + "    More.\n" * 80 + '    """\n'
    plant(tmp_path, "python/sparsegrow/a.py", "def f(a):\n" + docstring + "    return a\n")
    assert budgets.violations(tmp_path) == []
