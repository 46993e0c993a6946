#!/usr/bin/env bash
# What only a Mac can tell about the Metal backend: Apple's compiler, Apple's checks, Apple's GPU.
#
#   tests/metal/on_a_mac.sh [--no-device] [FOLDER]
#
# Compiles the kernels with warnings as errors, builds, checks and installs the wheel, runs the C++
# and Python tests on the GPU under Metal's API and shader validation, then the benchmarks without.
# --no-device leaves out what needs an Apple M1 or later, as on a virtual machine. FOLDER (default:
# a temporary one) gets all that is built, and the output of each step. Exits with 1 if a step fails.
# shellcheck disable=SC2329 # the functions are called by step
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

device=1
if [ "${1:-}" = --no-device ]; then
  device=0
  shift
fi
work="${1:-$(mktemp -d)}"
mkdir -p "$work"
work="$(cd "$work" && pwd)"
jobs="$(sysctl -n hw.ncpu 2>/dev/null || nproc)"
summary=""
failed=0

step() { # step HEADING COMMAND...
  local heading="$1" start="$SECONDS" code log
  shift
  log="$work/${heading//[^a-zA-Z0-9]/_}.log"
  printf '\n==== %s ====\n' "$heading"
  set +e
  (set -e; "$@") 2>&1 | tee "$log"
  code="${PIPESTATUS[0]}"
  set -e
  [ "$code" = 0 ] || failed=1
  summary+="$([ "$code" = 0 ] && echo ok || echo FAILED)\t$((SECONDS - start)) s\t$heading\n"
}

fail() {
  echo "on_a_mac.sh: $*" >&2
  return 1
}

machine() {
  local memory
  memory="$(($(sysctl -n hw.memsize) / 1073741824))"
  echo "$(sysctl -n machdep.cpu.brand_string), $memory GiB, macOS $(sw_vers -productVersion)"
}

on_apple_silicon() {
  [ "$(uname -sm)" = "Darwin arm64" ] || fail "this is $(uname -sm), not a Mac with an Apple GPU"
}

metal_compiler() { # Command Line Tools alone do not bring it, and Xcode 26 fetches it apart
  xcrun --sdk macosx metal --version && return
  fail "no Metal compiler: install Xcode, choose it by 'sudo xcode-select -s /Applications/Xcode.app'," \
    "and for Xcode 26 and later run 'xcodebuild -downloadComponent MetalToolchain'"
}

compile_kernels() { # in the language version that the host asks for, and in the one after it
  local kernel version
  for version in metal3.0 metal3.1; do
    for kernel in metal/kernels/*.metal; do
      echo "+ $version $kernel"
      xcrun --sdk macosx metal -std="$version" -Wall -Wextra -Werror -fno-fast-math -I . -I cpp \
        -c "$kernel" -o "$work/$(basename "$kernel" .metal).$version.air"
    done
  done
}

build_wheel() {
  python3 -m venv "$work/venv"
  MACOSX_DEPLOYMENT_TARGET=14.0 ARCHFLAGS="-arch arm64" _PYTHON_HOST_PLATFORM=macosx-14.0-arm64 \
    "$work/venv/bin/pip" wheel --quiet --no-deps --wheel-dir "$work/wheel" .
  python3 tests/metal/cross/check_wheel.py "$work"/wheel/*.whl
}

install_wheel() {
  local wheels=("$work"/wheel/*.whl)
  "$work/venv/bin/pip" install --quiet "${wheels[0]}[test,bench]"
}

find_device() {
  "$work/venv/bin/sparsegrow" info
  "$work/venv/bin/python" -c "
import sparsegrow
status = sparsegrow.info()['backends']['metal']
raise SystemExit(None if status is True else status)"
}

build_cpp() {
  cmake -S . -B "$work/cpp" -DCMAKE_BUILD_TYPE=Release -DCMAKE_COMPILE_WARNING_AS_ERROR=ON \
    -DSPARSEGROW_BUILD_TESTS=ON -DSPARSEGROW_BUILD_BENCH=ON
  cmake --build "$work/cpp" --parallel "$jobs"
}

validated() { # a command under Metal's own checks, which end the process at the first fault
  MTL_DEBUG_LAYER=1 MTL_DEBUG_LAYER_ERROR_MODE=assert MTL_SHADER_VALIDATION=1 \
    SPARSEGROW_TEST_DEVICE=metal "$@"
}

test_cpp() {
  validated ctest --test-dir "$work/cpp" --output-on-failure --no-tests=error --exclude-regex bench_runs
}

test_python() {
  validated "$work/venv/bin/pytest"
}

test_without_device() {
  ctest --test-dir "$work/cpp" --output-on-failure --no-tests=error --parallel "$jobs"
  "$work/venv/bin/pytest"
}

benches() {
  SPARSEGROW_TEST_DEVICE=metal "$work/cpp/tests/cpp/sparsegrow_bench" "[!benchmark]"
  "$work/venv/bin/python" bench/metal_cost.py
  "$work/venv/bin/python" bench/metal_time.py
}

on_apple_silicon
step "Metal compiler" metal_compiler
step "kernels" compile_kernels
step "wheel" build_wheel
step "package" install_wheel
step "C++ build" build_cpp
if [ "$device" = 1 ]; then
  step "device" find_device
  step "C++ tests on Metal" test_cpp
  step "Python tests on Metal" test_python
  step "benchmarks" benches
else
  step "tests without a device" test_without_device
fi
printf '\n==== %s ====\n%b' "$(machine)" "$summary"
echo "output of each step: $work"
exit "$failed"
