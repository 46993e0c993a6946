"""What translate.py makes of Metal source, and what it says of what it does not understand."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent

REFUSED = {
    "no attribute": ("kernel void k(device float* x) {}", "'device float\\* x' has no attribute"),
    "unknown attribute": ("kernel void k(uint x [[amplification_id]]) {}", "is not understood"),
    "index by name": ("kernel void k(device float* x [[buffer(N)]]) {}", "'N' must be a number"),
    "high index": ("kernel void k(device float* x [[buffer(31)]]) {}", "buffer\\(31\\)"),
    "by value": ("kernel void k(float x [[buffer(0)]]) {}", "'x' must be a pointer or a reference"),
    "result": ("kernel int k() { return 0; }", "must be written 'kernel void name"),
    "namespace": ("namespace a {\nkernel void k() {}\n}", "must stand at global scope"),
    "template": ("template <class T> kernel void k() {}", "must not be a template"),
    "texture": ("void f(texture2d<float> t) {}", "'texture2d' is not understood"),
    "matrix": ("void f() { simdgroup_float8x8 m; }", "'simdgroup_float8x8' is not understood"),
    "function constant": (
        "constant int n [[function_constant(0)]];",
        "\\[\\[function_constant\\]\\] is not understood",
    ),
    "two variables": (
        "kernel void k() { threadgroup float a[3], b; }",
        "this threadgroup declaration is not understood",
    ),
    "missing header": ('#include "nowhere.h"\n', "nowhere.h"),
}


def translate(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "in.metal").write_text(text, encoding="utf-8")
    command = [sys.executable, str(HERE / "translate.py"), "in.metal", "out.cpp"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_understood_is_named_in_one_line(name: str, tmp_path: Path) -> None:
    text, expected = REFUSED[name]
    result = translate(tmp_path, "\n" + text)
    assert result.returncode == 1
    assert re.search(expected, result.stderr)
    assert result.stderr.startswith("in.metal:")
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out.cpp").exists()


def test_masks_tell_buffers_and_those_that_are_written(tmp_path: Path) -> None:
    text = """kernel void k(device const float* a [[buffer(0)]], device float* b [[buffer(2)]],
        constant int& c [[buffer(3)]], const device float* d [[buffer(4)]]) {}"""
    assert translate(tmp_path, text).returncode == 0
    out = (tmp_path / "out.cpp").read_text(encoding="utf-8")
    assert "software_gpu_buffers_k = 0x1du" in out
    assert "software_gpu_writes_k = 0x4u" in out


def test_macros_includes_and_lines_survive(tmp_path: Path) -> None:
    (tmp_path / "part.h").write_text("#pragma once\nconstant constexpr int kN = 3;\n")
    text = '#include <metal_stdlib>\n#include "part.h"\n#define K(n) kernel void n() {}\nK(first)\n'
    assert (
        translate(tmp_path, text + "#if __METAL_VERSION__ >= 300\nK(second)\n#endif\n").returncode
        == 0
    )
    out = (tmp_path / "out.cpp").read_text(encoding="utf-8")
    assert "const constexpr int kN = 3;" in out
    assert '#line 2 "part.h"' in out or '#line 1 "part.h"' in out
    assert "software_gpu_launch_first" in out
    assert "software_gpu_launch_second" in out


def test_constant_memory_cannot_be_written(tmp_path: Path) -> None:
    text = "#include <metal_stdlib>\nkernel void k(constant int& n [[buffer(0)]]) { n = 1; }"
    assert translate(tmp_path, text).returncode == 0
    command = ["c++", "-std=c++14", "-fsyntax-only", f"-I{HERE}", "out.cpp"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "in.metal:2:" in result.stderr
    assert "read-only" in result.stderr or "const" in result.stderr
