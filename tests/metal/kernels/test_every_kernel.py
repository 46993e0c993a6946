"""Every kernel of the one list stands in metal/kernels and is run by a test here."""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]


def text_of(folder: Path, pattern: str) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob(pattern)))


LIST = (ROOT / "cpp/sparsegrow/backend/kernel_names.h").read_text(encoding="utf-8")
STEMS = re.findall(r"\bX\((\w+)\)(?=.*\\?$)", LIST, re.MULTILINE)
KERNELS = re.findall(r"\bkernel\s+void\s+(\w+)", text_of(ROOT / "metal/kernels", "*.metal"))
TESTED = re.findall(r"\bKERNEL\((\w+)\)", text_of(HERE, "*_test.cpp"))


@pytest.mark.parametrize("stem", STEMS)
def test_a_kernel_exists_and_is_tested(stem: str) -> None:
    assert KERNELS.count(f"{stem}_f32") == 1
    assert f"{stem}_f32" in TESTED


def test_no_kernel_is_missing_from_the_list() -> None:
    assert sorted(KERNELS) == sorted(f"{stem}_f32" for stem in STEMS)
