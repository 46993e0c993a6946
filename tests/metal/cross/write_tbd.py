"""Write the stub libraries (.tbd) that a linker takes for the frameworks of macOS.

    python tests/metal/cross/write_tbd.py FOLDER

They hold the symbols of symbols.txt and no more, so that whatever else is used fails to link.
"""

import sys
from pathlib import Path

LIST = Path(__file__).with_name("symbols.txt")
PATHS = {  # library of the list -> stub file, path on a Mac
    "Metal": (
        "Frameworks/Metal.framework/Metal.tbd",
        "/System/Library/Frameworks/Metal.framework/Versions/A/Metal",
    ),
    "Foundation": (
        "Frameworks/Foundation.framework/Foundation.tbd",
        "/System/Library/Frameworks/Foundation.framework/Versions/C/Foundation",
    ),
    "libobjc.A.dylib": ("lib/libobjc.tbd", "/usr/lib/libobjc.A.dylib"),
    "libc++.1.dylib": ("lib/libc++.1.tbd", "/usr/lib/libc++.1.dylib"),
}
TEXT = """--- !tapi-tbd
tbd-version: 4
targets: [ arm64-macos ]
install-name: '{path}'
exports:
  - targets: [ arm64-macos ]
    symbols: [ {symbols} ]
...
"""


def read_list() -> dict[str, str]:
    """Library of each symbol that the project may import."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    pairs = [line.split() for line in lines if line and not line.startswith("#")]
    return {symbol: library for library, symbol in pairs}


def write_stubs(folder: Path) -> None:
    listed = read_list()
    for library, (file, path) in PATHS.items():
        symbols = ", ".join(symbol for symbol, place in listed.items() if place == library)
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(TEXT.format(path=path, symbols=symbols), encoding="utf-8")


if __name__ == "__main__":
    write_stubs(Path(sys.argv[1]))
