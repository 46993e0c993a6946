"""Require that a planted bug is reported, and that the repaired kernel is not.

    python catches.py PROGRAM KERNEL EXPECTED

EXPECTED is a regular expression for the report. It must appear, with a failing exit status, under
at least one order of the lanes; KERNEL_repaired must pass silently under all of them.
"""

import os
import re
import subprocess
import sys

ORDERS = ["0", "1", "7"]


def run(program: str, kernel: str, order: str) -> tuple[int, str]:
    environment = {**os.environ, "SOFTWARE_GPU_ORDER": order}
    result = subprocess.run(
        [program, kernel],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    return result.returncode, result.stdout


def main() -> int:
    program, kernel, expected = sys.argv[1:]
    runs = [run(program, kernel, order) for order in ORDERS]
    if not any(code != 0 and re.search(expected, text, re.DOTALL) for code, text in runs):
        print(f"{kernel}: no run reported '{expected}':", *(text for _, text in runs), sep="\n")
        return 1
    for order in ORDERS:
        code, text = run(program, f"{kernel}_repaired", order)
        if code != 0 or text:
            print(f"{kernel}_repaired, order {order}: exit status {code}\n{text}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
