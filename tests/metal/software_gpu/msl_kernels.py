"""The kernels of a Metal text and their parameters."""

import re
from dataclasses import dataclass

from msl_source import closing, error, split_at_commas

KERNEL = re.compile(r"\bkernel\s+void\s+(\w+)\s*\(")
ATTRIBUTE = re.compile(r"^(.*?)\[\[\s*(\w+)\s*(?:\(\s*(\w+)\s*\))?\s*\]\]$", re.DOTALL)
ADDRESS_SPACES = re.compile(r"\b(?:device|constant|threadgroup|thread)\b")


@dataclass(frozen=True)
class Parameter:
    """A parameter of a kernel, such as `device const float* x [[buffer(3)]]`."""

    type: str  # as written, with the address space
    name: str
    attribute: str
    index: int | None  # of a buffer or of threadgroup memory

    @property
    def cpp_type(self) -> str:
        """The type that C++ knows, without pointer or reference."""
        return " ".join(ADDRESS_SPACES.sub(" ", self.type).replace("*", " ").rstrip("& ").split())

    @property
    def is_reference(self) -> bool:
        return self.type.endswith("&")

    @property
    def is_pointer(self) -> bool:
        return self.type.endswith("*")

    @property
    def is_written(self) -> bool:
        words = re.findall(r"\w+", self.type)
        return "device" in words and "const" not in words


@dataclass(frozen=True)
class Kernel:
    """A kernel and where it stands in the text."""

    name: str
    parameters: list[Parameter]
    start: int
    body: range  # between the braces

    def buffers(self) -> list[Parameter]:
        return [p for p in self.parameters if p.attribute == "buffer"]


def parse_kernels(text: str) -> list[Kernel]:
    kernels = []
    for word in re.finditer(r"\bkernel\b", text):
        signature = KERNEL.match(text, word.start())
        if signature is None:
            raise error(text, word.start(), "a kernel must be written 'kernel void name(...)'")
        kernels.append(parse_kernel(text, signature))
    return kernels


def parse_kernel(text: str, signature: re.Match[str]) -> Kernel:
    name, start = signature[1], signature.start()
    before = text[:start]
    if before.count("{") != before.count("}"):
        raise error(text, start, f"kernel {name} must stand at global scope")
    if before.rstrip().endswith(">"):
        raise error(text, start, f"kernel {name} must not be a template")
    end = closing(text, signature.end() - 1)
    parts = split_at_commas(text[signature.end() : end])
    body = text.find("{", end)
    if body < 0 or text[end + 1 : body].strip():
        raise error(text, start, f"kernel {name} has no body after its parameters")
    parameters = [parse_parameter(text, start, name, part.strip()) for part in parts]
    return Kernel(name, parameters, start, range(body + 1, closing(text, body)))


def parse_parameter(text: str, start: int, kernel: str, part: str) -> Parameter:
    whole = ATTRIBUTE.match(part)
    declaration = re.match(r"^(.*?)(\w+)$", whole[1].strip(), re.DOTALL) if whole else None
    if whole is None or declaration is None:
        raise error(text, start, f"kernel {kernel}: parameter '{part}' has no attribute")
    index = whole[3]
    if index is not None and not index.isdigit():
        raise error(text, start, f"kernel {kernel}: index '{index}' must be a number")
    kind = " ".join(declaration[1].split())
    return Parameter(kind, declaration[2], whole[2], None if index is None else int(index))
