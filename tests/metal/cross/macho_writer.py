"""Make small Mach-O files for tests of their readers: load commands and symbols, no code."""

import struct

from macho import BUILD_VERSION, CPUS, KINDS, MAGIC_64, SPECIAL_LIBRARIES, SYMBOL_TABLE, MachO

LOAD = 0xC
MACOS = 1
EXPORTED, IMPORTED = 0x0F, 0x01  # types of symbols


def key_of(table: dict[int, str], name: str) -> int:
    return next(key for key, value in table.items() if value == name)


def dylib_command(path: str) -> bytes:
    name = path.encode() + b"\0"
    name += bytes(-len(name) % 8)
    return struct.pack("<6I", LOAD, 24 + len(name), 24, 0, 0, 0) + name


def version_command(version: str) -> bytes:
    major, minor = (int(part) for part in version.split("."))
    return struct.pack("<6I", BUILD_VERSION, 24, MACOS, major << 16 | minor << 8, 0, 0)


def ordinal(library: str, libraries: list[str]) -> int:
    if library in SPECIAL_LIBRARIES.values():
        return key_of(SPECIAL_LIBRARIES, library)
    return [path.rsplit("/", 1)[-1] for path in libraries].index(library) + 1


def symbol_table(module: MachO) -> tuple[bytes, bytes]:
    """The table and the names that it points to."""
    table, names = b"", b"\0"
    for symbol, library in module.imports.items():
        place = ordinal(library, module.libraries) << 8
        table += struct.pack("<IBBHQ", len(names), IMPORTED, 0, place, 0)
        names += symbol.encode() + b"\0"
    for symbol in module.exports:
        table += struct.pack("<IBBHQ", len(names), EXPORTED, 1, 0, 0)
        names += symbol.encode() + b"\0"
    return table, names


def write_macho(module: MachO, content: bytes) -> bytes:
    """A file that says of itself what MODULE does, and holds CONTENT."""
    commands = [version_command(module.minimum_system)]
    commands += [dylib_command(path) for path in module.libraries]
    size = sum(map(len, commands)) + 24
    table, names = symbol_table(module)
    start = 32 + size
    count = len(table) // 16
    place = (start, count, start + len(table), len(names))
    commands.append(struct.pack("<6I", SYMBOL_TABLE, 24, *place))
    kind, cpu = key_of(KINDS, module.kind), key_of(CPUS, module.cpu)
    head = struct.pack("<8I", MAGIC_64, cpu, 0, kind, len(commands), size, 0, 0)
    return head + b"".join(commands) + table + names + content
