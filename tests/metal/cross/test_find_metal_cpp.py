"""The three ways in which CMake finds metal-cpp, and what it says where none works."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROJECT = f"""cmake_minimum_required(VERSION 3.25...4.1)
project(search LANGUAGES NONE)
include("{ROOT}/cmake/find_metal_cpp.cmake")
find_metal_cpp()
message(STATUS "found=${{METAL_CPP_INCLUDE_DIR}}")
"""
HEADERS = ["Foundation/Foundation.hpp", "Metal/Metal.hpp"]
NO_NETWORK = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
NO_PYTHON = "#!/bin/sh\nexit 1\n"
# What the search asks of an interpreter: where mlx is, or to download the wheel.
PACKAGED_PYTHON = '#!/bin/sh\n[ "$2" = -c ] && echo "{package}"\n'
UNPACKAGED_PYTHON = f'#!/bin/sh\n[ "$2" = -c ] || exec "{sys.executable}" "$@"\n'
OFFLINE_PYTHON = '#!/bin/sh\n[ "$2" = -c ] && exit 0\necho "no network" >&2\nexit 1\n'


def write_headers(folder: Path) -> Path:
    for name in HEADERS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def write_python(folder: Path, text: str) -> Path:
    path = folder / "bin" / "python3"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def configure(folder: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "CMakeLists.txt").write_text(PROJECT)
    return subprocess.run(
        ["cmake", "-S", folder, "-B", folder / "build", *options],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


def found(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    match = re.search(r"^-- found=(.*)$", done.stdout, re.MULTILINE)
    assert match, done.stdout
    return match[1]


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The error as one line: CMake breaks it where it likes."""
    assert done.returncode != 0, done.stdout
    return " ".join(done.stderr.split())


def only(python: Path) -> list[str]:
    """Options that let the search see no other interpreter."""
    return [f"-DPython_EXECUTABLE={python}", f"-DMETAL_CPP_PYTHON3={python}"]


def pinned_version() -> str:
    text = (ROOT / "cmake" / "find_metal_cpp.cmake").read_text()
    [version] = re.findall(r"metal_cpp_version ([0-9.]+)", text)
    return version


def test_given_folder(tmp_path: Path) -> None:
    headers = write_headers(tmp_path / "given")
    assert found(configure(tmp_path, f"-DSPARSEGROW_METAL_CPP={headers}")) == str(headers)


@pytest.mark.parametrize("lacking", HEADERS)
def test_given_folder_without_a_header(tmp_path: Path, lacking: str) -> None:
    headers = write_headers(tmp_path / "given")
    (headers / lacking).unlink()
    message = complaint(configure(tmp_path, f"-DSPARSEGROW_METAL_CPP={headers}"))
    assert f"{headers} holds no metal-cpp" in message
    assert "-DSPARSEGROW_METAL_CPP=DIR" in message


def test_headers_of_an_installed_package(tmp_path: Path) -> None:
    headers = write_headers(tmp_path / "mlx" / "include" / "metal_cpp")
    python = write_python(tmp_path, PACKAGED_PYTHON.format(package=tmp_path / "mlx"))
    assert found(configure(tmp_path, *only(python))) == str(headers)


def test_real_interpreter_is_asked_for_the_package(tmp_path: Path) -> None:
    """A virtual environment with a package mlx: its own site-packages count, not the variables."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    [packages] = (tmp_path / "venv").glob("lib/python*/site-packages")
    headers = write_headers(packages / "mlx" / "include" / "metal_cpp")
    hidden = write_headers(tmp_path / "hidden" / "mlx" / "include" / "metal_cpp")
    python = tmp_path / "venv" / "bin" / "python"
    done = configure(tmp_path, *only(python), PYTHONPATH=str(hidden.parents[2]))
    assert found(done) == str(headers)


def test_fetched_by_pip_once(tmp_path: Path) -> None:
    """From the package index, into the build folder; the second run needs no network."""
    python = write_python(tmp_path, UNPACKAGED_PYTHON)
    folder = Path(found(configure(tmp_path, *only(python))))
    assert (tmp_path / "build") in folder.parents
    assert all((folder / name).stat().st_size for name in HEADERS)
    assert not list((tmp_path / "build").rglob("*.whl"))
    write_python(tmp_path, NO_PYTHON)
    assert found(configure(tmp_path, **NO_NETWORK)) == str(folder)


def test_fetched_without_pip(tmp_path: Path) -> None:
    python = write_python(tmp_path, NO_PYTHON)
    folder = Path(found(configure(tmp_path, *only(python))))
    assert all((folder / name).stat().st_size for name in HEADERS)


def test_wheel_of_another_content_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / f"mlx_metal-{pinned_version()}-py3-none-macosx_14_0_arm64.whl"
    wheel.write_bytes(b"something else")
    python = write_python(tmp_path, UNPACKAGED_PYTHON)
    settings = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), **NO_NETWORK}
    message = complaint(configure(tmp_path, *only(python), **settings))
    assert "DO NOT MATCH THE HASHES" in message
    assert "pip install mlx-metal" in message


def test_nothing_works(tmp_path: Path) -> None:
    python = write_python(tmp_path, OFFLINE_PYTHON)
    message = complaint(configure(tmp_path, *only(python), **NO_NETWORK))
    assert "metal-cpp cannot be fetched (pip: no network; download:" in message
    assert "pip install mlx-metal" in message
    assert "-DSPARSEGROW_METAL_CPP=DIR" in message


def test_interrupted_fetch_is_not_trusted(tmp_path: Path) -> None:
    python = write_python(tmp_path, OFFLINE_PYTHON)
    folder = tmp_path / "build" / f"metal_cpp-{pinned_version()}"
    write_headers(folder / "mlx" / "include" / "metal_cpp")
    assert "cannot be fetched" in complaint(configure(tmp_path, *only(python), **NO_NETWORK))
