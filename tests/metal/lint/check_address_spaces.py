"""Check the address spaces of Metal kernels with clang, by way of C++ for OpenCL.

    python check_address_spaces.py [-I FOLDER]... FILE.metal...

Prints clang's errors; exit status 1 if there is one. Both languages are dialects of clang and share
its address spaces, so a kernel pointer without one, or a threadgroup pointer where a device pointer
is wanted, is an error here as it is there. A helper's pointer without one is not: see the lint.
The compiler is that of the environment variable CLANG, else clang++.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "software_gpu"))

from msl_source import MslError, preprocess

DECLARATIONS = Path(__file__).resolve().parent / "metal_in_opencl.h"


def opencl_source(path: Path, folders: list[Path]) -> str:
    text = preprocess(path, folders)
    text = re.sub(r"\[\[.*?\]\]", lambda m: "\n" * m[0].count("\n"), text, flags=re.DOTALL)
    return f'#include "{DECLARATIONS}"\n{text}'


def errors_of(path: Path, folders: list[Path]) -> str:
    command = [os.environ.get("CLANG", "clang++"), "-x", "clcpp", "-cl-std=CLC++2021"]
    command += ["-target", "spir64", "-fsyntax-only", "-w"]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "kernels.clcpp"
        try:
            source.write_text(opencl_source(path, folders), encoding="utf-8")
        except MslError as problem:
            return f"{problem}\n"
        result = subprocess.run([*command, str(source)], capture_output=True, text=True)
    return result.stderr if result.returncode != 0 else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-I", dest="folders", type=Path, action="append", default=[])
    parser.add_argument("files", type=Path, nargs="+")
    arguments = parser.parse_args()
    errors = "".join(errors_of(path, arguments.folders) for path in arguments.files)
    print(errors or "address spaces: no error")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
