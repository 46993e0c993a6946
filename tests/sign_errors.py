"""Plant a sign error in each CPU kernel, one at a time, and count the C++ test cases that fail.

    python tests/sign_errors.py              # all of them, about 20 minutes on two cores
    python tests/sign_errors.py spmm adam    # those of some files of cpp/cpu/kernels

Works on copies of the tree. Prints a line per error and exits with 1 if one fails fewer than two.
"""

import argparse
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
KERNELS = "cpp/cpu/kernels"
COPIED = ["CMakeLists.txt", "CMakePresets.json", "pyproject.toml", "cmake", "cpp", "metal", "tests"]
LEAST = 2


class Error(NamedTuple):
    """A piece of a kernel that occurs once in its file, and what stands there instead."""

    kernel: str
    right: str
    wrong: str


ERRORS = [
    Error("spmm", "before + value * source", "before - value * source"),
    Error("spmm", "splat<V>(task.bias[row])", "splat<V>(-task.bias[row])"),
    Error("spmm", "even[k] + odd[k]", "even[k] - odd[k]"),
    Error("spmm", "return weight.four_at(e) *", "return -weight.four_at(e) *"),
    Error("spmm", "rest += weight.at(e)", "rest -= weight.at(e)"),
    Error("row_values", "value = task_.values[place_[e]]", "value = -task_.values[place_[e]]"),
    Error("row_values", "four{values[place[0]]", "four{-values[place[0]]"),
    Error("spmm_t_scatter", "+ step", "- step"),
    Error("spmm_t_scatter", "+= values[e] * dy", "-= values[e] * dy"),
    Error("sddmm", "sum += load<V>(x + k * N)", "sum -= load<V>(x + k * N)"),
    Error("sddmm", "sums += load<V4>", "sums -= load<V4>"),
    Error("sddmm", "task.x[task.column[e]] * dy", "task.x[task.column[e]] * -dy"),
    Error("row_sum", "sum += load", "sum -= load"),
    Error("row_sum", "total += lanes[k]", "total -= lanes[k]"),
    Error("row_sum", "task.out[row] + total", "task.out[row] - total"),
    Error("activate", "slope * z;", "-slope * z;"),
    Error("activate", "left + p.left_slope", "left - p.left_slope"),
    Error("activate", "right + p.right_slope", "right - p.right_slope"),
    Error("activate", "return Math<Real, N>::tanh(z)", "return -Math<Real, N>::tanh(z)"),
    Error("activate", "return Math<Real, N>::sigmoid(z)", "return -Math<Real, N>::sigmoid(z)"),
    Error("activate_grad", "one : slope", "one : -slope"),
    Error("activate_grad", "1 - t * t", "1 + t * t"),
    Error("activate_grad", "s * (1 - s)", "s * (1 + s)"),
    Error("activate_grad", "1 - a * a", "1 + a * a"),
    Error("activate_grad", "a * (1 - a)", "a * (1 + a)"),
    Error("activate_grad", "below * (1 - p.left_slope)", "below * (1 + p.left_slope)"),
    Error("activate_grad", "above * (z - right)", "above * (z + right)"),
    Error("activate_grad", "splat<V>(p.right_slope)", "splat<V>(-p.right_slope)"),
    Error("dropout", "* task.scale", "* -task.scale"),
    Error("softmax_xent", "-= task.inverse_batch", "+= task.inverse_batch"),
    Error("softmax_xent", "tops[k] - of_label[k]", "tops[k] + of_label[k]"),
    Error("mse", ") - load<V>(task.target", ") + load<V>(task.target"),
    Error("mse", "error * scale", "-error * scale"),
    Error("adam", "w - change", "w + change"),
    Error("adam", "(1 - beta1) * g", "(1 + beta1) * g"),
    Error("adam", "load<V>(task.m + i) - step", "load<V>(task.m + i) + step"),
    Error("adam", "velocity - step : velocity", "velocity + step : velocity"),
    Error("adam", "w - adagrad_change", "w + adagrad_change"),
    Error("adagrad", "load<V>(sums) + g * g", "load<V>(sums) - g * g"),
    Error("adagrad", "w * keep - dw", "w * keep + dw"),
    Error("adagrad", "gate - dgate", "gate + dgate"),
    Error("embed_block", "load<V>(task.weight + at) *", "-load<V>(task.weight + at) *"),
    Error("embed_block", "sum[k] += load<V>(row", "sum[k] -= load<V>(row"),
    Error("embed_block", "sums[j] + task.bias", "sums[j] - task.bias"),
    Error("embed_block", "turned[i] + task.bias", "turned[i] - task.bias"),
    Error("embed_block", "sum[k] += load<V>(dz", "sum[k] -= load<V>(dz"),
    Error("embed_row", "+= task.weight[e] * task.gate[e]", "-= task.weight[e] * task.gate[e]"),
    Error("embed_row", "turned[t] + task.bias", "turned[t] - task.bias"),
    Error("embed_row", "turned[i] + task.bias", "turned[i] - task.bias"),
    Error("embed_row", "+= dz[task.target[e]]", "-= dz[task.target[e]]"),
    Error("cell", "f * c + i * g", "f * c - i * g"),
    Error("cell", "z + p[12] * h", "z - p[12] * h"),
    Error("cell", "dp[12] += dz", "dp[12] -= dz"),
    Error("cell", "sum += p[3 * k]", "sum -= p[3 * k]"),
    Error("cell", "dh += p[3 * k + 1]", "dh -= p[3 * k + 1]"),
    Error("cell", "dc * i * (Real(1) - g * g)", "dc * i * (Real(1) + g * g)"),
    Error("gate", "product + e, load", "product + e, -load"),
    Error("gate", "d * load<V>(task.gate + e)", "-d * load<V>(task.gate + e)"),
    Error("gate", "d * load<V>(task.weight + e)", "-d * load<V>(task.weight + e)"),
    Error("gather", "task.fill : value", "task.fill : -value"),
    Error("level_stats", "sum += wide;", "sum -= wide;"),
    Error("level_stats", "square += wide * wide", "square -= wide * wide"),
    Error("pack", "v[k] = __builtin_convertvector", "v[k] = -__builtin_convertvector"),
    Error("pack", "static_cast<Real>(row[f])", "-static_cast<Real>(row[f])"),
    Error("pack", "v[k] = load<V>(task.tile", "v[k] = -load<V>(task.tile"),
    Error("pack", "out[f] = task.tile", "out[f] = -task.tile"),
]


class Copy:
    """A copy of the tree with a build of its tests, on the kernels of one instruction set."""

    def __init__(self, folder: Path) -> None:
        self.root, self.build = folder / "tree", folder / "build"
        self.root.mkdir(parents=True)
        for name in COPIED:
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, self.root / name)
        kernels = "neon" if os.uname().machine in ("aarch64", "arm64") else "baseline"
        options = [f"-DSPARSEGROW_KERNELS={kernels}", "-DCMAKE_UNITY_BUILD=ON"]
        run("cmake", "--preset", "dev", "-B", self.build, "-DSPARSEGROW_QUICK=ON", *options,
            folder=self.root)  # fmt: skip
        if (failing := self.failing_cases()) != 0:
            raise SystemExit(f"{failing} test cases fail without an error")

    def failing_cases(self) -> int:
        """Builds the tests and runs them all."""
        run("cmake", "--build", self.build, folder=self.root)
        environment = {**os.environ, "SPARSEGROW_TEST_DEVICE": "cpu"}
        result = subprocess.run([self.build / "tests/cpp/sparsegrow_tests"], text=True,
                                env=environment, capture_output=True)  # fmt: skip
        if result.returncode == 0:
            return 0
        found = re.search(r"^test cases:.*?(\d+) failed", result.stdout, re.MULTILINE)
        return int(found[1]) if found else 1  # a crash ends the run

    def failing_with(self, error: Error) -> int:
        path = self.root / KERNELS / f"{error.kernel}.h"
        text = path.read_text()
        path.write_text(text.replace(error.right, error.wrong))
        try:
            return self.failing_cases()
        finally:
            path.write_text(text)


def run(*command: str | Path, folder: Path) -> None:
    """Runs a command that prints only if it fails."""
    result = subprocess.run(command, cwd=folder, text=True, capture_output=True)
    if result.returncode != 0:
        raise SystemExit(f"{command[0]} failed:\n{result.stdout}{result.stderr}")


def check_places(errors: list[Error]) -> None:
    for error in errors:
        count = (ROOT / KERNELS / f"{error.kernel}.h").read_text().count(error.right)
        if count != 1:
            raise SystemExit(f"{error.kernel}.h has '{error.right}' {count} times, expected once")


def plant_all(errors: list[Error], folder: Path) -> int:
    """Prints how many test cases each error fails; returns the number of errors that fail few."""
    workers = os.cpu_count() or 1
    free: queue.Queue[Copy] = queue.Queue()
    with ThreadPoolExecutor(workers) as pool:
        for copy in pool.map(Copy, (folder / str(i) for i in range(workers))):
            free.put(copy)

        def failing(error: Error) -> int:
            copy = free.get()
            try:
                return copy.failing_with(error)
            finally:
                free.put(copy)

        few = 0
        for error, count in zip(errors, pool.map(failing, errors), strict=True):
            few += count < LEAST
            print(f"{count:3d} test cases fail: {error.kernel}.h: {error.wrong}", flush=True)
    return few


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("kernels", nargs="*", help="files of cpp/cpu/kernels without .h (all)")
    chosen = parser.parse_args().kernels
    known = {error.kernel for error in ERRORS}
    if unknown := set(chosen) - known:
        parser.error(f"got {sorted(unknown)}, expected some of {sorted(known)}")
    errors = [error for error in ERRORS if not chosen or error.kernel in chosen]
    check_places(errors)
    with tempfile.TemporaryDirectory() as folder:
        few = plant_all(errors, Path(folder))
    print(f"{len(errors)} errors, {few} fail fewer than {LEAST} test cases")
    return 1 if few else 0


if __name__ == "__main__":
    sys.exit(main())
