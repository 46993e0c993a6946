"""Read what a Mach-O file for one CPU says of itself: target, libraries, imports, exports."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

MAGIC_64 = 0xFEEDFACF
CPUS = {0x0100000C: "arm64", 0x01000007: "x86_64"}
KINDS = {2: "executable", 6: "dylib", 8: "bundle"}
LOAD_DYLIB = {0xC, 0x80000018, 0x8000001F}  # plain, weak, re-exported
SYMBOL_TABLE = 0x2
BUILD_VERSION = 0x32
DEBUGGING, PRIVATE, TYPE, EXTERNAL = 0xE0, 0x10, 0x0E, 0x01  # bits of a symbol's type
NO_LIBRARY = "no library"  # found at run time among all that is loaded
SPECIAL_LIBRARIES = {0x00: NO_LIBRARY, 0xFE: NO_LIBRARY, 0xFF: "the executable"}


@dataclass
class MachO:
    """One file. A library is named as in its path: Metal, libobjc.A.dylib."""

    cpu: str
    kind: str
    minimum_system: str = ""
    libraries: list[str] = field(default_factory=list)  # paths, in the order that imports count
    imports: dict[str, str] = field(default_factory=dict)  # symbol -> name of its library
    exports: set[str] = field(default_factory=set)


def text_at(data: bytes, offset: int) -> str:
    return data[offset : data.index(b"\0", offset)].decode()


def version_text(packed: int) -> str:
    return f"{packed >> 16}.{packed >> 8 & 0xFF}"


def load_commands(data: bytes, count: int) -> Iterator[tuple[int, int]]:
    """Kind and offset of each load command."""
    offset = 32
    for _ in range(count):
        command, size = struct.unpack_from("<2I", data, offset)
        yield command, offset
        offset += size


def library_of(description: int, libraries: list[str]) -> str:
    ordinal = description >> 8
    if ordinal in SPECIAL_LIBRARIES:
        return SPECIAL_LIBRARIES[ordinal]
    return libraries[ordinal - 1].rsplit("/", 1)[-1]


def read_symbols(data: bytes, offset: int, found: MachO) -> None:
    start, count, strings = struct.unpack_from("<3I", data, offset + 8)
    table = data[start : start + 16 * count]
    for name, kind, _, description, _ in struct.iter_unpack("<IBBHQ", table):
        if kind & DEBUGGING or kind & PRIVATE or not kind & EXTERNAL:
            continue
        symbol = text_at(data, strings + name)
        if kind & TYPE:
            found.exports.add(symbol)
        else:
            found.imports[symbol] = library_of(description, found.libraries)


def read_macho(data: bytes) -> MachO:
    """Raise ValueError for anything but a Mach-O file of one 64-bit CPU."""
    if len(data) < 32 or struct.unpack_from("<I", data)[0] != MAGIC_64:
        raise ValueError("not a Mach-O file of one 64-bit CPU")
    _, cpu, _, kind, count, *_ = struct.unpack_from("<8I", data)
    found = MachO(CPUS.get(cpu, hex(cpu)), KINDS.get(kind, str(kind)))
    commands = list(load_commands(data, count))
    for command, offset in commands:
        if command in LOAD_DYLIB:
            name = struct.unpack_from("<I", data, offset + 8)[0]
            found.libraries.append(text_at(data, offset + name))
        elif command == BUILD_VERSION:
            found.minimum_system = version_text(struct.unpack_from("<I", data, offset + 12)[0])
    for command, offset in commands:
        if command == SYMBOL_TABLE:
            read_symbols(data, offset, found)
    return found
