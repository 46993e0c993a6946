"""Turn Metal source into C++ that the software GPU runs.

    python translate.py [-I FOLDER]... IN.metal OUT.cpp

Each kernel k gets the functions and masks that launch.h names. What is not understood ends with
one line, FILE:LINE: what, and exit status 1. The preprocessor is that of the environment variable
CXX, else c++.
"""

import argparse
import re
import sys
from pathlib import Path

from msl_kernels import Kernel, Parameter, parse_kernels
from msl_source import MslError, error, preprocess

MOST_BUFFERS = 31
MOST_VARIABLES = 64
RUNTIME = "::sparsegrow::software_gpu"

POSITIONS = {
    "thread_position_in_grid": "ids.position_in_grid",
    "thread_position_in_threadgroup": "ids.position_in_threadgroup",
    "threadgroup_position_in_grid": "group.position",
    "threads_per_grid": "group.grid",
    "threads_per_threadgroup": "group.group_size",
    "dispatch_threads_per_threadgroup": "group.dispatched_group_size",
    "threadgroups_per_grid": "group.groups",
}
NUMBERS = {
    "thread_index_in_threadgroup": "ids.index_in_threadgroup",
    "thread_index_in_simdgroup": "ids.lane",
    "simdgroup_index_in_threadgroup": "ids.simdgroup",
    "simdgroups_per_threadgroup": "group.simdgroups",
    "threads_per_simdgroup": f"{RUNTIME}::kSimdWidth",
}
UNKNOWN = re.compile(
    r"\b(?:texture\w*|sampler|bfloat\w*|simdgroup_\w*matrix\w*|simdgroup_\w+8x8|imageblock\w*"
    r"|\w+ray_\w+|visible_function_table|goto)\b"
)
POINTER = re.compile(r"threadgroup\s+[\w:<>,\s]+?[*&]")
VARIABLE = re.compile(r"threadgroup\s+([\w:<>,\s]+?)\s+(\w+)\s*((?:\[[^\]]*\]\s*)*);")


def argument(text: str, kernel: Kernel, parameter: Parameter) -> str:
    """The C++ expression that a launch passes for a parameter."""
    kind, index, cpp = parameter.attribute, parameter.index, parameter.cpp_type
    if kind in NUMBERS:
        return f"static_cast<{cpp}>({NUMBERS[kind]})"
    if kind in POSITIONS:
        return position_argument(POSITIONS[kind], cpp)
    if kind not in ("buffer", "threadgroup") or index is None or index >= MOST_BUFFERS:
        what = kind if index is None else f"{kind}({index})"
        raise error(text, kernel.start, f"kernel {kernel.name}: [[{what}]] is not understood")
    if not (parameter.is_pointer or parameter.is_reference):
        what = f"kernel {kernel.name}: '{parameter.name}' must be a pointer or a reference"
        raise error(text, kernel.start, what)
    source = f"launch.buffer[{index}]" if kind == "buffer" else f"threadgroup_memory[{index}]"
    const = "const " if "constant" in parameter.type and "const " not in cpp else ""
    pointer = f"static_cast<{const}{cpp}*>({source})"
    return f"*{pointer}" if parameter.is_reference else pointer


def position_argument(place: str, cpp: str) -> str:
    width = cpp[-1] if cpp[-1] in "23" else ""
    if not width:
        return f"static_cast<{cpp}>({place}.x)"
    return f"{cpp}({', '.join(f'{place}.{axis}' for axis in 'xyz'[: int(width)])})"


def mask(parameters: list[Parameter]) -> str:
    return f"{sum(1 << (p.index or 0) for p in parameters):#x}u"


def entry(text: str, kernel: Kernel) -> str:
    """The call of a kernel, in the kernel's own scope."""
    arguments = ",\n    ".join(argument(text, kernel, p) for p in kernel.parameters)
    return f"""
void software_gpu_entry_{kernel.name}([[gnu::unused]] const {RUNTIME}::Launch& launch,
    [[gnu::unused]] const {RUNTIME}::GroupIds& group,
    [[gnu::unused]] const {RUNTIME}::ThreadIds& ids,
    [[gnu::unused]] void* const* threadgroup_memory) {{
  {kernel.name}({arguments});
}}
"""


def exports(kernel: Kernel) -> str:
    name, buffers = kernel.name, kernel.buffers()
    written = [p for p in buffers if p.is_written]
    return f"""
extern "C" {{
#pragma GCC visibility push(default)
extern const std::uint32_t software_gpu_buffers_{name}, software_gpu_writes_{name};
const std::uint32_t software_gpu_buffers_{name} = {mask(buffers)};
const std::uint32_t software_gpu_writes_{name} = {mask(written)};
void software_gpu_launch_{name}(const {RUNTIME}::Launch* launch) {{
  {RUNTIME}::run({{"{name}", {mask(buffers)}, &software_gpu_entry_{name}}}, *launch);
}}
#pragma GCC visibility pop
}}
"""


def with_variables(text: str, kernels: list[Kernel]) -> str:
    """Threadgroup variables become references to memory that the runtime gives."""
    count = {kernel.name: 0 for kernel in kernels}
    parts, done = [], 0
    for word in re.finditer(r"\bthreadgroup\b", text):
        home = next((k for k in kernels if word.start() in k.body), None)
        if home is None or POINTER.match(text, word.start()):
            continue
        variable = VARIABLE.match(text, word.start())
        if variable is None or count[home.name] == MOST_VARIABLES:
            what = "this threadgroup declaration is not understood (one variable, no initial value)"
            raise error(text, word.start(), what)
        kind, name, extents = variable.groups()
        call = f"{RUNTIME}::threadgroup_variable<{kind}{extents.strip()}>({count[home.name]})"
        count[home.name] += 1
        lines = "\n" * variable[0].count("\n")
        parts += [text[done : variable.start()], f"auto& {name} = {call};{lines}"]
        done = variable.end()
    return "".join([*parts, text[done:]])


def with_const(text: str) -> str:
    """`constant` is const to C++."""
    text = re.sub(r"\bconstant(?=\s+const\b)|(?<=\bconst\s)constant\b", " ", text)
    return re.sub(r"\bconstant\b", "const", text)


def without_attributes(text: str, kernels: list[Kernel]) -> str:
    for kernel in reversed(kernels):
        signature = text[kernel.start : kernel.body.start]
        plain = re.sub(r"\[\[.*?\]\]", "", signature, flags=re.DOTALL)
        plain += "\n" * (signature.count("\n") - plain.count("\n"))
        text = text[: kernel.start] + plain + text[kernel.body.start :]
    return text


def refuse_unknown(text: str) -> None:
    code = re.sub(r"^#[^\n]*", lambda line: " " * len(line[0]), text, flags=re.MULTILINE)
    for word in UNKNOWN.finditer(code):
        raise error(text, word.start(), f"'{word[0]}' is not understood")
    for attribute in re.finditer(
        r"\[\[\s*(host_name|function_constant|kernel|visible|stitch)", code
    ):
        raise error(text, attribute.start(), f"[[{attribute[1]}]] is not understood")


def translate(text: str) -> str:
    """C++ for preprocessed Metal text. All of it has internal linkage, but what launch.h names."""
    refuse_unknown(text)
    kernels = parse_kernels(text)
    entries = "".join(entry(text, kernel) for kernel in kernels)
    marked = with_variables(text, kernels)
    body = with_const(without_attributes(marked, parse_kernels(marked)))
    outside = "".join(exports(kernel) for kernel in kernels)
    end = '#line 1 "launches"'
    return f"#include <metal_stdlib>\nnamespace {{\n{body}\n{end}\n{entries}}}\n{outside}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-I", dest="folders", type=Path, action="append", default=[])
    parser.add_argument("source", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    try:
        arguments.output.write_text(translate(preprocess(arguments.source, arguments.folders)))
    except MslError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
