"""The rules of the lint: each takes Metal source without comments and yields its findings."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "software_gpu"))

from msl_kernels import KERNEL, Kernel, parse_kernel
from msl_source import MslError, closing

Finding = tuple[int, str]  # position in the text, what is wrong
Rule = Callable[[str], Iterator[Finding]]

SCALAR_TYPES = r"(?:float|half|bool|char|short|int|long|u(?:char|short|int|long)|u?int\d+_t|size_t)"
FORBIDDEN = {
    "asm": "there is no inline assembly in Metal",
    "catch": "there are no exceptions in Metal",
    "delete": "there is no heap in Metal",
    "double": "there is no double in Metal",
    "dynamic_cast": "there is no run-time type information in Metal",
    "float64_t": "there is no double in Metal",
    "goto": "there is no goto in Metal",
    "malloc": "there is no heap in Metal",
    "new": "there is no heap in Metal",
    "printf": "there is no printf in Metal",
    "static": "a static variable would be mutable state of the whole program",
    "std": "the standard library of C++ is not there: use metal::",
    "thread_local": "there is no thread_local in Metal",
    "throw": "there are no exceptions in Metal",
    "try": "there are no exceptions in Metal",
    "typeid": "there is no run-time type information in Metal",
    "virtual": "there are no virtual functions in Metal",
}
SPACES = r"\b(?:device|constant|threadgroup|thread)\b"
POSITIONS = {
    "thread_position_in_grid",
    "thread_position_in_threadgroup",
    "threadgroup_position_in_grid",
    "threads_per_grid",
    "threads_per_threadgroup",
    "dispatch_threads_per_threadgroup",
    "threadgroups_per_grid",
}
FUNCTION = re.compile(r"\b(\w+)\s*\(([^(){};]*(?:\[\[[^\]]*\]\][^(){};]*)*)\)\s*(?:const\s*)?\{")
NOT_FUNCTIONS = {"if", "for", "while", "switch", "catch", "return", "sizeof"}


def forbidden_words(text: str) -> Iterator[Finding]:
    for word in re.finditer(r"\b(?:" + "|".join(FORBIDDEN) + r")\b", text):
        follows = text[word.end() :].lstrip()
        if word[0] == "static" and re.match(r"(?:inline|constexpr|constant)\b", follows):
            continue
        if word[0] == "std" and not follows.startswith("::"):
            continue
        yield word.start(), f"'{word[0]}': {FORBIDDEN[word[0]]}"


def double_literals(text: str) -> Iterator[Finding]:
    pattern = (
        r"(?<![\w.])(?:\d+\.\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)(?![\w.])"
    )
    for literal in re.finditer(pattern, text):
        yield literal.start(), f"literal {literal[0]} is a double: write {literal[0]}f"


def pointers_without_space(text: str) -> Iterator[Finding]:
    """Declarations of pointers and references, in signatures, structs and functions."""
    names = "|".join([SCALAR_TYPES, r"(?:atomic_\w+|\w+[234])", *struct_names(text)])
    pattern = (
        rf"(?:^|[(,;{{}}<])\s*((?:\w+\s+)*?)(?:{names})\s*(?:const\s*)?[*&]+\s*(?:const\s+)?\w*"
    )
    for declaration in re.finditer(pattern, text, re.MULTILINE):
        if re.search(SPACES, declaration[1]) or "return" in declaration[1].split():
            continue
        where = declaration.start(1)
        yield where, f"no address space: '{' '.join(text[where : declaration.end()].split())}'"
    for declaration in re.finditer(r"(?<!\w)(?:const\s+)?auto\s*[*&]+\s*\w+", text):
        if not re.search(SPACES + r"\s*$", text[: declaration.start()]):
            yield declaration.start(), f"no address space: '{declaration[0]}'"


def struct_names(text: str) -> list[str]:
    own = re.findall(r"\b(?:struct|class)\s+(\w+)", text)
    templates = re.findall(r"\b(?:typename|class)\s+(\w+)", text)
    return [*own, *templates, r"[A-Z]\w*"]


def function_bodies(text: str) -> dict[str, list[range]]:
    bodies: dict[str, list[range]] = {}
    for function in FUNCTION.finditer(text):
        if function[1] not in NOT_FUNCTIONS:
            start = function.end() - 1
            bodies.setdefault(function[1], []).append(range(start, closing(text, start)))
    return bodies


def recursion(text: str) -> Iterator[Finding]:
    """Functions that reach themselves by the calls within this text."""
    bodies = function_bodies(text)
    calls = {
        name: {
            other
            for span in spans
            for other in re.findall(r"\b(\w+)\s*\(", text[span.start : span.stop])
            if other in bodies
        }
        for name, spans in bodies.items()
    }
    for name, spans in bodies.items():
        reached, pending = set[str](), set(calls[name])
        while pending:
            reached |= pending
            pending = {far for near in pending for far in calls[near]} - reached
        if name in reached:
            yield spans[0].start, f"{name} is recursive"


def scopes(text: str) -> str:
    """The text outside all braces but those of namespaces, of the same length."""
    kept, depth = [], 0
    for position, character in enumerate(text):
        if character == "{":
            head = re.search(r"(?:^|[;}])([^;{}]*)$", text[:position])
            if depth == 0 and head is not None and re.search(r"\bnamespace\b", head[1]):
                kept.append(";")
                continue
            depth += 1
        if character == "}" and depth == 0:
            kept.append(";")
            continue
        depth -= character == "}"
        ends = character == "}" and depth == 0
        kept.append(";" if ends else character if depth == 0 or character == "\n" else " ")
    return "".join(kept)


def mutable_globals(text: str) -> Iterator[Finding]:
    outside = re.sub(
        r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", lambda m: " " * len(m[0]), scopes(text), flags=re.M
    )
    pattern = r"(?:^|(?<=[;}]))\s*((?:\w[\w:<>]*\s+)+)(\w+)\s*(?:\[[^\]]*\]\s*)*(?==[^=]|;)"
    for variable in re.finditer(pattern, outside):
        words = variable[1].split()
        if {
            "using",
            "struct",
            "class",
            "enum",
            "constant",
            "SG_CONSTANT",
            "namespace",
            "typedef",
        } & set(words):
            continue
        yield variable.start(2), f"variable {variable[2]} outside functions must be constant"


def kernels_of(text: str) -> Iterator[tuple[re.Match[str], Kernel | str]]:
    for word in re.finditer(r"\bkernel\b", text):
        signature = KERNEL.match(text, word.start())
        if signature is None:
            continue
        try:
            yield signature, parse_kernel(text, signature)
        except MslError as problem:
            yield signature, str(problem).rpartition(": kernel")[2].strip()


def kernel_signatures(text: str) -> Iterator[Finding]:
    for signature, kernel in kernels_of(text):
        if isinstance(kernel, str):
            yield signature.start(), f"kernel {kernel}"
            continue
        for kind in ("buffer", "threadgroup"):
            indices = [p.index for p in kernel.parameters if p.attribute == kind]
            if len(indices) != len(set(indices)):
                yield (
                    kernel.start,
                    f"kernel {kernel.name} has two arguments at one [[{kind}]] index",
                )
        positions = [p for p in kernel.parameters if p.attribute in POSITIONS]
        if len({p.cpp_type[-1] if p.cpp_type[-1] in "23" else "1" for p in positions}) > 1:
            what = "takes positions as scalars and as vectors, or as vectors of two widths"
            yield kernel.start, f"kernel {kernel.name} {what}"
        for p in kernel.parameters:
            if p.attribute == "buffer" and not re.match(
                r"(?:const\s+)?(?:device|constant)\b", p.type
            ):
                yield (
                    kernel.start,
                    f"kernel {kernel.name}: '{p.name}' is neither device nor constant",
                )


def threadgroup_variables(text: str) -> Iterator[Finding]:
    spans = [kernel.body for _, kernel in kernels_of(text) if isinstance(kernel, Kernel)]
    pattern = r"\bthreadgroup\s+[\w:<>]+(?:\s+\w+)*\s+\w+\s*(?:\[[^\]]*\]\s*)*(=|;)"
    for variable in re.finditer(pattern, text):
        if variable[1] == "=":
            yield variable.start(), "a threadgroup variable cannot have an initial value"
        if not any(variable.start() in span for span in spans):
            yield variable.start(), "a threadgroup variable must stand in a kernel"


RULES: list[Rule] = [
    forbidden_words,
    double_literals,
    pointers_without_space,
    recursion,
    mutable_globals,
    kernel_signatures,
    threadgroup_variables,
]
