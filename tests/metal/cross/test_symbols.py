"""The list of symbols, the stubs made from it, and the check of the list against a real binary."""

from pathlib import Path

import pytest
from check_symbols import main, unknown_symbols
from macho import MachO
from macho_writer import write_macho
from write_tbd import PATHS, read_list, write_stubs


def test_every_library_of_the_list_has_a_stub() -> None:
    assert set(read_list().values()) == set(PATHS)


def test_stubs_hold_the_list_and_no_more(tmp_path: Path) -> None:
    write_stubs(tmp_path)
    for library, (file, path) in PATHS.items():
        text = (tmp_path / file).read_text()
        assert f"install-name: '{path}'" in text
        symbols = {symbol for symbol, place in read_list().items() if place == library}
        assert set(text.split("symbols: [ ")[1].split(" ]")[0].split(", ")) == symbols


def test_symbol_that_apple_does_not_have() -> None:
    listed = {"_MTLCreateDevice": "Metal", "_objc_msgSend": "libobjc.A.dylib"}
    imports = {"_objc_msgSend": "Metal"}
    assert unknown_symbols(listed, imports) == [
        "symbols.txt: _MTLCreateDevice is not known to be in Metal",
        "symbols.txt: _objc_msgSend is not known to be in libobjc.A.dylib",
    ]


@pytest.mark.parametrize("left_out", [0, 1])
def test_command(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    left_out: int,
) -> None:
    imports = dict(list(read_list().items())[left_out:])
    libraries = [path for _, path in PATHS.values()]
    library = tmp_path / "libmlx.dylib"
    library.write_bytes(write_macho(MachO("arm64", "dylib", "14.0", libraries, imports), b""))
    monkeypatch.setattr("sys.argv", ["check_symbols.py", str(library)])
    assert main() == left_out
    assert (
        f"{len(imports)} of {len(imports) + left_out} symbols are known" in capsys.readouterr().out
    )
