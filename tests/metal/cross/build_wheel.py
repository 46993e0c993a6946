"""Build the macOS arm64 wheel of the project on another system, by zig.

    python tests/metal/cross/build_wheel.py FOLDER [--optimise LEVEL]

Leaves the wheel in FOLDER/wheel; FOLDER also keeps zig and the build. The wheel is for
check_wheel.py: a type check, a link check and a packing check. One to be used is built on a Mac.
"""

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from write_tbd import write_stubs

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
ZIG = "ziglang==0.17.0"
PYTHON_TAG = f"cpython-{sys.version_info.major}{sys.version_info.minor}"


def run(*command: str | Path, **environment: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, **environment})


def pip(*arguments: str | Path, **environment: str) -> None:
    quiet = ["--quiet", "--disable-pip-version-check"]
    run(sys.executable, "-m", "pip", *arguments, *quiet, **environment)


def install_zig(folder: Path) -> Path:
    """The zig executable, fetched unless it is there."""
    executable = folder / "ziglang" / "zig"
    if not executable.exists():
        pip("install", "--no-deps", "--target", folder, ZIG)
    return executable


def copy_headers(folder: Path) -> Path:
    """Python's headers, with a pyconfig.h that does not ask for Linux as Debian's does."""
    include = Path(sysconfig.get_path("include"))
    shutil.copytree(include, folder, dirs_exist_ok=True)
    multiarch = str(sysconfig.get_config_var("MULTIARCH"))
    plain = include.parent / multiarch / include.name / "pyconfig.h"
    if plain.exists():
        shutil.copy(plain, folder)
    return folder


def cmake_settings(folder: Path, optimise: str) -> dict[str, str]:
    return {
        "Python_INCLUDE_DIR": str(copy_headers(folder / "headers")),
        "CMAKE_TOOLCHAIN_FILE": str(HERE / "toolchain.cmake"),
        "CMAKE_CXX_FLAGS_RELEASE": f"-O{optimise} -DNDEBUG",
        "SPARSEGROW_QUICK": "OFF" if optimise in "23" else "ON",
        "PYTHON_MODULE_EXTENSION": f".{PYTHON_TAG}-darwin.so",
    }


def environment_of(folder: Path, zig: Path) -> dict[str, str]:
    return {
        "ZIG": str(zig),
        "ZIG_GLOBAL_CACHE_DIR": str(folder / "zig-cache"),
        "ZIG_LOCAL_CACHE_DIR": str(folder / "zig-cache"),
        "MACOS_STUBS": str(folder / "stubs"),
        "_PYTHON_HOST_PLATFORM": "macosx-14.0-arm64",  # decides the tag of the wheel
        "ARCHFLAGS": "-arch arm64",
    }


def build_wheel(folder: Path, optimise: str) -> None:
    zig = install_zig(folder / "zig")
    write_stubs(folder / "stubs")
    defined = cmake_settings(folder, optimise)
    settings = [f"cmake.define.{key}={value}" for key, value in defined.items()]
    settings += [f"build-dir={folder / 'build'}", "install.strip=false"]
    options = [argument for setting in settings for argument in ("--config-settings", setting)]
    wheel = folder / "wheel"
    pip("wheel", ROOT, "--no-deps", "--wheel-dir", wheel, *options, **environment_of(folder, zig))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--optimise", default="0", help="level of -O (default: 0, the fastest to build)"
    )
    arguments = parser.parse_args()
    try:
        build_wheel(arguments.folder.resolve(), arguments.optimise)
    except subprocess.CalledProcessError as error:
        print(f"build_wheel.py: {error.cmd[3]} failed", file=sys.stderr)  # pip told why
        return 1
    print(*sorted((arguments.folder / "wheel").glob("*.whl")), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
