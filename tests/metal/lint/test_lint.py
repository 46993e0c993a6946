"""Each rule of the lint and of the address-space check, on a snippet that breaks it and one not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
CLANG = os.environ.get("CLANG") or shutil.which("clang++") or shutil.which("clang++-14")
needs_clang = pytest.mark.skipif(  # in CI, which installs clang, a failure
    CLANG is None and not os.environ.get("CI"), reason="needs clang"
)

BAD = {
    "double": ("float f(float x) { double y = x; return y; }", "no double"),
    "double literal": ("float f(float x) { return 2.0 * x; }", "literal 2.0 is a double"),
    "exponent literal": ("float f(float x) { return 1e-3 * x; }", "literal 1e-3 is a double"),
    "standard library": ("float f(float x) { return std::exp(x); }", "use metal::"),
    "goto": ("void f() { again: goto again; }", "no goto"),
    "throw": ("void f() { throw 1; }", "no exceptions"),
    "try": ("void f() { try { g(); } catch (...) {} }", "no exceptions"),
    "new": ("void f() { thread int* p = new int; }", "no heap"),
    "delete": ("void f(thread int* p) { delete p; }", "no heap"),
    "virtual": ("struct S { virtual void f(); };", "no virtual functions"),
    "typeid": ("void f() { typeid(int); }", "no run-time type"),
    "asm": ('void f() { asm("nop"); }', "no inline assembly"),
    "printf": ('void f() { printf("x"); }', "no printf"),
    "thread_local": ("thread_local int x;", "no thread_local"),
    "static local": ("int f() { static int n = 0; return ++n; }", "mutable state"),
    "pointer parameter": ("float f(const float* x) { return x[0]; }", "'const float* x'"),
    "reference parameter": ("void f(int32_t& x) { ++x; }", "'int32_t& x'"),
    "struct pointer": ("struct P { int n; };\nint f(P* p) { return p->n; }", "'P* p'"),
    "second parameter": ("float f(device float* y, float* x) { return 0; }", "'float* x'"),
    "pointer member": ("struct P {\n  float* x;\n};", "'float* x'"),
    "pointer of a cast": ("void f() {\n  float* x = 0;\n}", "'float* x'"),
    "auto pointer": ("void f(device float* y) { auto* x = y; }", "'auto* x'"),
    "template pointer": ("template <typename T>\nT f(T* x) { return *x; }", "'T* x'"),
    "recursion": ("int f(int n) { return n == 0 ? 1 : n * f(n - 1); }", "f is recursive"),
    "mutual recursion": (
        "int g(int);\nint f() { return g(1); }\nint g(int n) { return f(); }",
        "g is rec",
    ),
    "global": ("int count = 0;", "variable count outside functions"),
    "constexpr global": ("constexpr int kN = 3;", "variable kN outside functions"),
    "global behind code": ("void f() {} const float kX[2] = {1.0f, 2.0f};", "variable kX outside"),
    "global in namespace": ("namespace a {\nint count;\n}", "variable count outside functions"),
    "duplicate buffer": (
        "kernel void k(device float* x [[buffer(0)]], device float* y [[buffer(0)]]) {}",
        "two arguments at one [[buffer]] index",
    ),
    "mixed positions": (
        "kernel void k(uint2 a [[thread_position_in_grid]], uint n [[threads_per_grid]]) {}",
        "positions as scalars and as vectors",
    ),
    "buffer space": (
        "kernel void k(threadgroup float* x [[buffer(0)]]) {}",
        "'x' is neither device nor constant",
    ),
    "no attribute": ("kernel void k(device float* x) {}", "has no attribute"),
    "kernel in namespace": ("namespace a {\nkernel void k() {}\n}", "must stand at global scope"),
    "threadgroup in helper": ("void f() { threadgroup float x[8]; }", "must stand in a kernel"),
    "threadgroup with value": (
        "kernel void k() { threadgroup float x = 0.0f; }",
        "cannot have an initial value",
    ),
}

GOOD = """// double, std::exp and 1.0 in a comment are fine; so is new.
#include <metal_stdlib>
#if !defined(__METAL_VERSION__)
#include <cstdint>
#else
#define SG_CONSTANT constant constexpr
#endif
using namespace metal;

namespace sparsegrow {

SG_CONSTANT int32_t kWidth = 32;
constant float kTable[2] = {1.0f, 2.5e-3f};
enum class Kind : int32_t { one = 1, two = 2 };
struct Params {
  int32_t rows;
  float scale;
};
inline float twice(float x) { return 2.0f * x; }
template <class T>
inline T product(T a, T b) {
  return a * b;
}
inline void add(device float* y, thread const float& x, constant Params& p) { *y += x * p.scale; }

}  // namespace sparsegrow

using namespace sparsegrow;

kernel void k(device const float* x [[buffer(0)]], device atomic_float* y [[buffer(1)]],
              constant Params& p [[buffer(2)]], threadgroup float* scratch [[threadgroup(0)]],
              uint2 at [[thread_position_in_grid]], uint lane [[thread_index_in_simdgroup]]) {
  threadgroup float part[kWidth];
  device const float* row = x + at.y * kWidth;
  const float a = product(row[at.x], kTable[1]) * p.scale;
  part[lane] = scratch[lane] = twice(a);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  for (int32_t i = 0; i < p.rows && i < kWidth; ++i) {
    const float sum = simd_sum(part[i]);
    if (lane == 0) atomic_fetch_add_explicit(y, sum, memory_order_relaxed);
  }
}
"""


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    environment = {**os.environ, "CLANG": CLANG or "clang++"}
    return subprocess.run(command, capture_output=True, text=True, env=environment)


def write(folder: Path, text: str) -> Path:
    path = folder / "snippet.metal"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", BAD)
def test_a_rule_finds_what_breaks_it(name: str, tmp_path: Path) -> None:
    text, expected = BAD[name]
    path = write(tmp_path, "\n\n" + text)
    result = run("lint_kernels.py", path)
    assert result.returncode == 1
    assert expected in result.stdout
    assert result.stdout.startswith(f"{path}:")
    assert int(result.stdout.removeprefix(f"{path}:").split(":")[0]) >= 3


def test_good_code_has_no_findings(tmp_path: Path) -> None:
    result = run("lint_kernels.py", write(tmp_path, GOOD))
    assert (result.returncode, result.stdout) == (0, "kernels: no finding\n")


def test_the_host_side_of_shared_headers_is_not_looked_at(tmp_path: Path) -> None:
    text = "#if defined(__METAL_VERSION__)\nint f();\n#else\ndouble g();\n#endif\n"
    assert run("lint_kernels.py", write(tmp_path, text)).returncode == 0
    swapped = text.replace("#if defined", "#if !defined")
    assert run("lint_kernels.py", write(tmp_path, swapped)).returncode == 1
    other = text.replace("__METAL_VERSION__", "OTHER")
    assert run("lint_kernels.py", write(tmp_path, other)).returncode == 1


BAD_SPACES = {
    "kernel pointer": ("kernel void k(float* x [[buffer(0)]]) {}", "kernel"),
    "threadgroup as device": (
        "void f(device float* x) {}\nkernel void k() { threadgroup float a[4]; f(a); }",
        "no matching function for call to 'f'",
    ),
    "device as thread": (
        "void f(thread float& x) {}\nkernel void k(device float* x [[buffer(0)]]) { f(*x); }",
        "no matching function for call to 'f'",
    ),
    "write to constant": (
        "struct P { int n; };\nkernel void k(constant P& p [[buffer(0)]]) { p.n = 1; }",
        "cannot assign",
    ),
    "device to thread pointer": (
        "kernel void k(device float* x [[buffer(0)]]) { thread float* y = x; }",
        "cannot initialize",
    ),
    "private atomic": (
        "kernel void k() { metal::atomic_uint n;\n"
        "  metal::atomic_fetch_add_explicit(&n, 1u, metal::memory_order_relaxed); }",
        "no matching function",
    ),
}


@needs_clang
@pytest.mark.parametrize("name", BAD_SPACES)
def test_clang_finds_wrong_address_spaces(name: str, tmp_path: Path) -> None:
    text, expected = BAD_SPACES[name]
    result = run("check_address_spaces.py", write(tmp_path, text))
    assert result.returncode == 1
    assert expected in result.stdout
    assert "snippet.metal:" in result.stdout


@needs_clang
def test_clang_takes_good_code(tmp_path: Path) -> None:
    result = run("check_address_spaces.py", write(tmp_path, GOOD))
    assert (result.returncode, result.stdout) == (0, "address spaces: no error\n")


KERNELS = [*(ROOT / "metal/kernels").glob("*.metal"), HERE.parent / "planted/planted.metal"]
SHARED = [*(ROOT / "metal/kernels").glob("*.h"), ROOT / "cpp/sparsegrow/backend/kernel_params.h"]


def test_the_kernels_have_no_findings() -> None:
    assert run("lint_kernels.py", *KERNELS, *SHARED).stdout == "kernels: no finding\n"


@needs_clang
def test_the_kernels_have_right_address_spaces() -> None:
    folders = ["-I", ROOT, "-I", ROOT / "cpp"]
    assert run("check_address_spaces.py", *folders, *KERNELS).stdout == "address spaces: no error\n"
