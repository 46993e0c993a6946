"""check_wheel.py on a made-up wheel without a fault, and on ones with one fault each."""

import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from check_wheel import faults
from macho import NO_LIBRARY, MachO, read_macho
from macho_writer import write_macho

FRAMEWORKS = "/System/Library/Frameworks"
LIBRARIES = [
    f"{FRAMEWORKS}/Metal.framework/Versions/A/Metal",
    f"{FRAMEWORKS}/Foundation.framework/Versions/C/Foundation",
    "/usr/lib/libSystem.B.dylib",
    "/usr/lib/libobjc.A.dylib",
    "/usr/lib/libc++.1.dylib",
]
IMPORTS = {
    "_MTLCreateSystemDefaultDevice": "Metal",
    "_objc_msgSend": "libobjc.A.dylib",
    "_malloc": "libSystem.B.dylib",
    "_PyErr_SetString": NO_LIBRARY,
    "__Py_NoneStruct": NO_LIBRARY,
    "__ZNSt3__19to_stringEx": NO_LIBRARY,
    "__ZTVN10__cxxabiv120__si_class_type_infoE": NO_LIBRARY,
    "__ZTTNSt3__119basic_ostringstreamIcNS_11char_traitsIcEENS_9allocatorIcEEEE": NO_LIBRARY,
    "__ZSt9terminatev": NO_LIBRARY,
    "___cxa_throw": NO_LIBRARY,
    "__ZdlPvm": NO_LIBRARY,
}
MODULE = MachO("arm64", "dylib", "14.0", LIBRARIES, IMPORTS, {"_PyInit__sparsegrow"})
KERNEL = "kernel void spmm_tile_f32"
TAG = "cp311-cp311-macosx_14_0_arm64"
EXTENSION = "sparsegrow/_sparsegrow.cpython-311-darwin.so"
METADATA = ["METADATA", "RECORD", "entry_points.txt", "licenses/LICENSE"]
PACKAGE = ["__init__.py", "py.typed", "report.css", "cli/info.py"]


@dataclass
class Wheel:
    """What goes into a wheel; as it stands, all is well."""

    tag: str = TAG
    tag_inside: str = TAG
    files: set[str] = field(default_factory=lambda: {f"sparsegrow/{name}" for name in PACKAGE})
    metadata: set[str] = field(default_factory=lambda: set(METADATA))
    extensions: tuple[str, ...] = (EXTENSION,)
    module: MachO = field(default_factory=lambda: MODULE)
    content: bytes = KERNEL.encode()

    def write(self, folder: Path) -> Path:
        path = folder / f"sparsegrow-0.1.0-{self.tag}.whl"
        info = "sparsegrow-0.1.0.dist-info"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nTag: {self.tag_inside}\n")
            for name in self.files | {f"{info}/{name}" for name in self.metadata}:
                wheel.writestr(name, "")
            for name in self.extensions:
                wheel.writestr(name, write_macho(self.module, self.content))
        return path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A source tree: a package and a kernel."""
    for name in PACKAGE:
        path = tmp_path / "tree" / "python" / "sparsegrow" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    kernels = tmp_path / "tree" / "metal" / "kernels"
    kernels.mkdir(parents=True)
    (kernels / "spmm.metal").write_text(f"{KERNEL}(device float* y [[buffer(0)]]) {{}}\n")
    return tmp_path / "tree"


def found(wheel: Wheel, tree: Path) -> list[str]:
    return list(faults(wheel.write(tree.parent), tree))


def test_reader_reads_what_was_written() -> None:
    assert read_macho(write_macho(MODULE, b"")) == MODULE


def test_no_fault(tree: Path) -> None:
    assert found(Wheel(), tree) == []


def test_caches_and_local_builds_of_the_tree_are_no_part_of_a_wheel(tree: Path) -> None:
    package = tree / "python" / "sparsegrow"
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "x.cpython-311.pyc").touch()
    (package / "_sparsegrow.cpython-311-x86_64-linux-gnu.so").touch()
    assert found(Wheel(), tree) == []


def test_wrong_tag(tree: Path) -> None:
    linux = "cp311-cp311-linux_x86_64"
    assert found(Wheel(tag=linux), tree) == [
        "the name does not end in macosx_14_0_arm64",
        f"the name does not agree with its tags: {TAG}",
    ]


def test_missing_and_stray_files(tree: Path) -> None:
    files = Wheel().files - {"sparsegrow/py.typed"} | {"sparsegrow/notes.txt", "lib/libx.a"}
    assert found(Wheel(files=files), tree) == [
        "sparsegrow/py.typed is missing",
        "lib/libx.a is stray",
        "sparsegrow/notes.txt is stray",
    ]


def test_missing_and_stray_metadata(tree: Path) -> None:
    metadata = {*METADATA, "direct_url.json"} - {"licenses/LICENSE"}
    assert found(Wheel(metadata=metadata), tree) == [
        "metadata: licenses/LICENSE is missing",
        "metadata: direct_url.json is stray",
    ]


@pytest.mark.parametrize("extensions", [(), (EXTENSION, EXTENSION.replace("311", "312"))])
def test_one_extension_module(tree: Path, extensions: tuple[str, ...]) -> None:
    wheel = Wheel(extensions=extensions)
    assert f"{len(extensions)} extension modules instead of one" in found(wheel, tree)


def with_import(symbol: str, library: str) -> MachO:
    return replace(MODULE, imports={**IMPORTS, symbol: library})


ALIEN = "/usr/lib/libz.1.dylib"
FAULTY_MODULES = {
    "the module is for x86_64, not arm64": replace(MODULE, cpu="x86_64"),
    "the module needs macOS 15.0, not 14.0": replace(MODULE, minimum_system="15.0"),
    "libz.1.dylib is linked": replace(MODULE, libraries=[*LIBRARIES, ALIEN]),
    "Foundation is not linked": replace(
        MODULE, libraries=[path for path in LIBRARIES if "Foundation" not in path]
    ),
    "_MTLCreateDevice of Metal is not in symbols.txt": with_import("_MTLCreateDevice", "Metal"),
    "__ZN10sparsegrow5metal6DeviceC1Ev is in no library": with_import(
        "__ZN10sparsegrow5metal6DeviceC1Ev", NO_LIBRARY
    ),
    "_MTLCreateDevice is in no library": with_import("_MTLCreateDevice", NO_LIBRARY),
    "exports are none": replace(MODULE, exports=set()),
    "exports are _PyInit__sparsegrow, _free_all": replace(
        MODULE, exports={"_PyInit__sparsegrow", "_free_all"}
    ),
}


@pytest.mark.parametrize("fault", FAULTY_MODULES)
def test_faulty_module(tree: Path, fault: str) -> None:
    assert found(Wheel(module=FAULTY_MODULES[fault]), tree) == [fault]


def test_kernel_that_is_not_embedded(tree: Path) -> None:
    assert found(Wheel(content=b""), tree) == [f"'{KERNEL}' is not embedded"]


def test_tree_without_kernels(tree: Path) -> None:
    (tree / "metal" / "kernels" / "spmm.metal").unlink()
    assert found(Wheel(), tree) == ["the source tree has no kernels to look for"]


def test_not_a_macho_file() -> None:
    with pytest.raises(ValueError, match="not a Mach-O file"):
        read_macho(b"\x7fELF" + bytes(60))
