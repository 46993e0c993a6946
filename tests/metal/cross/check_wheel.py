"""Check a macOS wheel without a Mac.

    python tests/metal/cross/check_wheel.py WHEEL

Its tag, its files, and what the extension module inside says of itself: CPU, oldest system,
libraries, imports, exports, embedded kernels. Prints one line per fault and exits with 1 if there
is one.
"""

import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from macho import NO_LIBRARY, MachO, read_macho
from write_tbd import read_list

ROOT = Path(__file__).resolve().parents[3]
PLATFORM = "macosx_14_0_arm64"
OLDEST_SYSTEM = "14.0"
EXTENSION = re.compile(r"sparsegrow/_sparsegrow\.cpython-\d+-darwin\.so")
METADATA = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
LISTED_LIBRARIES = {"Metal", "Foundation", "libobjc.A.dylib"}  # of which symbols.txt tells
LIBRARIES = LISTED_LIBRARIES | {"libSystem.B.dylib", "libc++.1.dylib"}
# What is looked for at run time among all that is loaded: Python, the C++ library and its runtime.
LOOKED_UP = re.compile(
    r"__?Py|__ZNK?St|__ZSt|__ZT[ISTV]N?(St|10__cxxabiv1)|__Z(n[wa]|d[la])|___(cxa|gxx|dynamic)_"
)
LINKER_SYMBOLS = {"___dso_handle", "__mh_dylib_header"}  # zig lists them among the exports
KERNEL = re.compile(r"kernel void \w+")


def package_files(root: Path) -> set[str]:
    """The files of the Python package in the source tree, as they are named in a wheel."""
    package = root / "python"
    found = (path for path in (package / "sparsegrow").rglob("*") if path.is_file())
    names = {path.relative_to(package).as_posix() for path in found if path.suffix != ".so"}
    return {name for name in names if "/__pycache__/" not in name}


def check_tag(name: str, metadata: str) -> Iterator[str]:
    if not name.endswith(f"-{PLATFORM}.whl"):
        yield f"the name does not end in {PLATFORM}"
    tags = re.findall(r"^Tag: (\S+)$", metadata, re.MULTILINE)
    if "-".join(name.removesuffix(".whl").split("-")[2:]) not in tags:
        yield f"the name does not agree with its tags: {', '.join(tags) or 'none'}"


def check_files(names: set[str], expected: set[str]) -> Iterator[str]:
    """EXPECTED are the files of the package without the extension module."""
    info = {name for name in names if name.split("/")[0].endswith(".dist-info")}
    extensions = {name for name in names if EXTENSION.fullmatch(name)}
    if len(extensions) != 1:
        yield f"{len(extensions)} extension modules instead of one"
    yield from (f"{name} is missing" for name in sorted(expected - names))
    yield from (f"{name} is stray" for name in sorted(names - expected - extensions - info))
    described = {name.split("/", 1)[1] for name in info}
    yield from (f"metadata: {name} is missing" for name in sorted(METADATA - described))
    yield from (f"metadata: {name} is stray" for name in sorted(described - METADATA))


def check_libraries(module: MachO) -> Iterator[str]:
    used = {path.rsplit("/", 1)[-1] for path in module.libraries}
    yield from (f"{name} is not linked" for name in sorted(LIBRARIES - used))
    yield from (f"{name} is linked" for name in sorted(used - LIBRARIES))


def check_imports(module: MachO, listed: set[str]) -> Iterator[str]:
    """LISTED are the symbols that may come from Apple's frameworks."""
    for symbol, library in sorted(module.imports.items()):
        if library == NO_LIBRARY:
            if not LOOKED_UP.match(symbol):
                yield f"{symbol} is in no library"
        elif library in LISTED_LIBRARIES and symbol not in listed:
            yield f"{symbol} of {library} is not in symbols.txt"


def check_module(module: MachO, listed: set[str]) -> Iterator[str]:
    if module.cpu != "arm64":
        yield f"the module is for {module.cpu}, not arm64"
    if module.minimum_system != OLDEST_SYSTEM:
        yield f"the module needs macOS {module.minimum_system}, not {OLDEST_SYSTEM}"
    yield from check_libraries(module)
    yield from check_imports(module, listed)
    exports = module.exports - LINKER_SYMBOLS
    if exports != {"_PyInit__sparsegrow"}:
        yield f"exports are {', '.join(sorted(exports)[:5]) or 'none'}"


def kernel_heads(root: Path) -> set[str]:
    """The opening words of every kernel of the source tree."""
    sources = sorted((root / "metal" / "kernels").glob("*.metal"))
    return {head for path in sources for head in KERNEL.findall(path.read_text(encoding="utf-8"))}


def check_kernels(module: bytes, heads: set[str]) -> Iterator[str]:
    if not heads:
        yield "the source tree has no kernels to look for"
    yield from (
        f"'{head}' is not embedded" for head in sorted(heads) if head.encode() not in module
    )


def faults(path: Path, root: Path) -> Iterator[str]:
    """Every fault of the wheel at PATH, held against the source tree at ROOT."""
    with zipfile.ZipFile(path) as wheel:
        names = {name for name in wheel.namelist() if not name.endswith("/")}
        metadata = next((n for n in names if n.endswith(".dist-info/WHEEL")), None)
        yield from check_tag(path.name, wheel.read(metadata).decode() if metadata else "")
        yield from check_files(names, package_files(root))
        for name in filter(EXTENSION.fullmatch, sorted(names)):
            data = wheel.read(name)
            yield from check_module(read_macho(data), set(read_list()))
            yield from check_kernels(data, kernel_heads(root))


def main() -> int:
    path = Path(sys.argv[1])
    found = list(faults(path, ROOT))
    print(*(f"{path.name}: {fault}" for fault in found or ["as it should be"]), sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
