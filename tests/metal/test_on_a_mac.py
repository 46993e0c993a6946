"""on_a_mac.sh with tools that only write down how they are called."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("on_a_mac.sh")
# Logs its call with what Metal and the tests read from the environment; python3 -m venv and
# cmake --build leave behind what the script then runs. FAILING is a pattern of calls that fail.
TOOL = """#!/bin/sh
name="$(basename "$0")"
call="$name $* <$MTL_DEBUG_LAYER $MTL_SHADER_VALIDATION $SPARSEGROW_TEST_DEVICE>"
echo "$call" >> "$CALLS"
case "$name $1 $2" in
  "uname "*) echo "$SYSTEM" ;;
  "sysctl "*brand_string) echo "Apple M1 Pro" ;;
  "sysctl "*) echo 17179869184 ;;
  "sw_vers "*) echo 15.1 ;;
  "python3 -m venv")
    mkdir -p "$3/bin"
    for made in pip python pytest sparsegrow; do cp "$0" "$3/bin/$made"; done ;;
  "cmake --build"*) mkdir -p "$2/tests/cpp"; cp "$0" "$2/tests/cpp/sparsegrow_bench" ;;
esac
if [ -n "$FAILING" ] && echo "$call" | grep -qE -e "$FAILING"; then exit 1; fi
"""
TOOLS = ["uname", "sysctl", "sw_vers", "xcrun", "cmake", "ctest", "python3"]
VALIDATED = "<1 1 metal>"
PLAIN = "<  >"


@dataclass
class Outcome:
    code: int
    text: str
    calls: list[str]

    def of(self, start: str) -> list[str]:
        return [call for call in self.calls if call.startswith(start)]


def run(folder: Path, *arguments: str, failing: str = "", system: str = "Darwin arm64") -> Outcome:
    tools = folder / "tools"
    tools.mkdir()
    for name in TOOLS:
        (tools / name).write_text(TOOL)
        (tools / name).chmod(0o755)
    calls = folder / "calls"
    environment = {"PATH": f"{tools}:/usr/bin:/bin", "CALLS": str(calls)}
    done = subprocess.run(
        [SCRIPT, *arguments, folder / "work"],
        env={**environment, "FAILING": failing, "SYSTEM": system},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, calls.read_text().splitlines())


def test_everything_on_the_device(tmp_path: Path) -> None:
    outcome = run(tmp_path)
    assert outcome.code == 0, outcome.text
    assert "Apple M1 Pro, 16 GiB, macOS 15.1" in outcome.text
    assert "FAILED" not in outcome.text
    for command in ("ctest", "pytest"):
        assert [call.endswith(VALIDATED) for call in outcome.of(command)] == [True]
    assert [call.endswith("<  metal>") for call in outcome.of("sparsegrow_bench")] == [True]
    assert all(call.endswith(PLAIN) for call in outcome.of("python bench/"))


@pytest.mark.parametrize("version", ["metal3.0", "metal3.1"])
def test_every_kernel_is_compiled_with_warnings_as_errors(tmp_path: Path, version: str) -> None:
    kernels = sorted((ROOT / "metal" / "kernels").glob("*.metal"))
    calls = run(tmp_path).of(f"xcrun --sdk macosx metal -std={version} -Wall -Wextra -Werror")
    assert kernels
    for kernel in kernels:
        assert any(f"-c {kernel.relative_to(ROOT)} -o" in call for call in calls)


def test_without_a_device(tmp_path: Path) -> None:
    outcome = run(tmp_path, "--no-device")
    assert outcome.code == 0, outcome.text
    assert outcome.of("xcrun")
    assert outcome.of("pytest") == [f"pytest  {PLAIN}"]
    assert not outcome.of("sparsegrow_bench")


def test_missing_compiler_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    outcome = run(tmp_path, failing="^xcrun .*--version")
    assert outcome.code == 1
    assert "no Metal compiler: install Xcode" in outcome.text
    assert "xcodebuild -downloadComponent MetalToolchain" in outcome.text
    assert outcome.text.count("FAILED") == 1
    assert outcome.of("pytest")


@pytest.mark.parametrize(
    ("failing", "heading"),
    [
        ("-c metal/kernels/", "kernels"),
        ("check_wheel.py", "wheel"),
        ("^sparsegrow info", "device"),
        ("^ctest", "C++ tests on Metal"),
        ("^pytest", "Python tests on Metal"),
        ("metal_time.py", "benchmarks"),
    ],
)
def test_failing_step(tmp_path: Path, failing: str, heading: str) -> None:
    outcome = run(tmp_path, failing=failing)
    assert outcome.code == 1
    [line] = [line for line in outcome.text.splitlines() if line.startswith("FAILED")]
    assert line.endswith(f"\t{heading}")


def test_elsewhere_than_on_a_mac(tmp_path: Path) -> None:
    outcome = run(tmp_path, system="Linux x86_64")
    assert outcome.code == 1
    assert "this is Linux x86_64, not a Mac with an Apple GPU" in outcome.text
    assert not outcome.of("python3")
