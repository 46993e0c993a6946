"""Check that the symbols of symbols.txt exist on a Mac.

    python tests/metal/cross/check_symbols.py FILE

FILE is the wheel of mlx-metal for macOS, or the libmlx.dylib out of it: a binary made by Apple's
linker, so what it imports is there. Prints one line per symbol that it does not import from the
library of the list, and exits with 1 if there is one.
"""

import sys
import zipfile
from pathlib import Path

from macho import read_macho
from write_tbd import LIST, read_list

MEMBER = "mlx/lib/libmlx.dylib"


def library_bytes(path: Path) -> bytes:
    if path.suffix != ".whl":
        return path.read_bytes()
    with zipfile.ZipFile(path) as wheel:
        return wheel.read(MEMBER)


def unknown_symbols(listed: dict[str, str], imports: dict[str, str]) -> list[str]:
    return [
        f"{LIST.name}: {symbol} is not known to be in {library}"
        for symbol, library in listed.items()
        if imports.get(symbol) != library
    ]


def main() -> int:
    listed = read_list()
    unknown = unknown_symbols(listed, read_macho(library_bytes(Path(sys.argv[1]))).imports)
    print(*unknown, f"{len(listed) - len(unknown)} of {len(listed)} symbols are known", sep="\n")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
