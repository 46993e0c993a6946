"""Does lines per 32 edges predict time? Gathers over the synthetic conditions, small to far
outside the caches.

python bench/locality_time.py                        # up to 32 million edges, one thread
python bench/locality_time.py --nodes 4000 65000 --threads 2 --json
python bench/locality_time.py --cachegrind           # misses of two small sizes, by valgrind

For each graph: lines per 32 edges of a single sample and of a tile of 32, beside nanoseconds per
edge of `spmm` at batch 1 and at batch 32, medians with the spread of the middle half. The last
table is the rank correlation between both over the conditions of each size.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from machine import describe_machine
from sparsegrow import _sparsegrow as engine
from sparsegrow import locality, set_num_threads
from sparsegrow.locality.wires import Wires

BATCHES = (1, 32)
WARM = 2


@dataclass(frozen=True)
class Row:
    """One graph at one batch."""

    nodes: int
    edges: int
    condition: str
    batch: int
    lines_per_32: float
    ns_per_edge: float
    spread: float  # half of the middle half, as a share


def timed(wires: Wires, batch: int, repeats: int) -> tuple[float, float]:
    """Return seconds of a product, and their spread."""
    layer = engine.SparseLayer(wires.places, wires.row_begin, wires.column)
    layer.set_values(np.full(wires.edges, 0.01, np.float32))
    x, y = engine.Panel(wires.places, batch), engine.Panel(wires.rows, batch)
    x.pack(np.ones((batch, wires.places), np.float32))
    times = []
    for k in range(WARM + repeats):
        start = time.perf_counter()
        layer.spmm(x, y)
        if k >= WARM:
            times.append(time.perf_counter() - start)
    low, middle, high = statistics.quantiles(times, n=4)
    return middle, (high - low) / 2 / middle


def checked(wires: Wires) -> None:
    """Hold the product against NumPy's in double precision, on a small part."""
    layer = engine.SparseLayer(wires.places, wires.row_begin, wires.column)
    rng = np.random.default_rng(0)
    values = rng.standard_normal(wires.edges).astype(np.float32)
    layer.set_values(values)
    sample = rng.standard_normal((1, wires.places)).astype(np.float32)
    x, y = engine.Panel(wires.places, 1), engine.Panel(wires.rows, 1)
    x.pack(sample)
    layer.spmm(x, y)
    product = values.astype(float) * sample[0, wires.column]
    sums = np.concatenate([[0.0], np.cumsum(product)])
    expected = sums[wires.row_begin[1:]] - sums[wires.row_begin[:-1]]
    np.testing.assert_allclose(y.unpack()[0], expected, atol=1e-3)


def conditions(nodes: int, fan_in: int, sub_dags: int) -> dict[str, Wires]:
    """Return the graphs of one size; the shares of the window between them fill the scale."""
    graphs = locality.synthetic(nodes, fan_in=fan_in, sub_dags=sub_dags)
    middle = locality.synthetic(nodes, fan_in=fan_in, sub_dags=sub_dags, bias=0.5)
    return {"temporal": graphs["temporal"], "half": middle["temporal"], **graphs}


def measure(nodes: int, fan_in: int, sub_dags: int, repeats: int) -> list[Row]:
    """Measure all conditions of one size."""
    rows = []
    for condition, wires in conditions(nodes, fan_in, sub_dags).items():
        if wires.edges < 5e6:
            checked(wires)
        for batch in BATCHES:
            lines = locality.profile(wires, run=batch)["lines_per_32"]
            seconds, spread = timed(wires, batch, repeats)
            per_edge = 1e9 * seconds / wires.edges
            rows.append(Row(nodes, wires.edges, condition, batch, lines, per_edge, spread))
    return rows


def rank_correlation(rows: list[Row]) -> float:
    """Return Spearman's correlation between lines and time."""
    ranks = [
        np.argsort(np.argsort([getattr(r, key) for r in rows]))
        for key in ("lines_per_32", "ns_per_edge")
    ]
    if np.ptp([r.lines_per_32 for r in rows]) < 1e-9:
        return float("nan")
    return float(np.corrcoef(ranks)[0, 1])


def print_rows(rows: list[Row]) -> None:
    """Print the table and the correlations."""
    print("|   nodes |      edges | condition | batch | lines/32 | ns/edge | spread |")
    print("| ------: | ---------: | :-------- | ----: | -------: | ------: | -----: |")
    for r in rows:
        print(
            f"| {r.nodes:7,} | {r.edges:10,} | {r.condition:9} | {r.batch:5} | "
            f"{r.lines_per_32:8.1f} | {r.ns_per_edge:7.3f} | {100 * r.spread:4.0f} % |"
        )
    for nodes in sorted({r.nodes for r in rows}):
        for batch in BATCHES:
            some = [r for r in rows if (r.nodes, r.batch) == (nodes, batch)]
            slowest = max(r.ns_per_edge for r in some) / min(r.ns_per_edge for r in some)
            told = f"rank correlation {rank_correlation(some):.2f}"
            print(f"{nodes:,} nodes, batch {batch}: {told}, slowest / fastest {slowest:.2f}")


def cachegrind(nodes: int, fan_in: int, sub_dags: int) -> None:
    """Print first-level and last-level data misses per edge of a product at batch 1."""
    tool = shutil.which("valgrind")
    if tool is None:
        sys.exit("valgrind is not installed")
    print("| condition | nodes | D1 misses per edge | LL misses per edge |")
    print("| :-------- | ----: | -----------------: | -----------------: |")
    for condition in locality.CONDITIONS:
        few, many = (misses(tool, nodes, fan_in, sub_dags, condition, n) for n in (1, 11))
        edges = locality.synthetic(nodes, fan_in=fan_in, sub_dags=sub_dags)[condition].edges
        first, last = ((b - a) / 10 / edges for a, b in zip(few, many, strict=True))
        print(f"| {condition:9} | {nodes:,} | {first:18.4f} | {last:18.4f} |")


def misses(
    tool: str, nodes: int, fan_in: int, sub_dags: int, condition: str, products: int
) -> tuple[int, int]:
    """Return data read misses of a process that makes that many products."""
    program = (
        "import numpy as np; from sparsegrow import _sparsegrow as e, locality, set_num_threads; "
        "set_num_threads(1); "
        f"w = locality.synthetic({nodes}, fan_in={fan_in}, sub_dags={sub_dags})['{condition}']; "
        "l = e.SparseLayer(w.places, w.row_begin, w.column); "
        "x, y = e.Panel(w.places, 1), e.Panel(w.rows, 1); "
        f"[l.spmm(x, y) for _ in range({products})]"
    )
    options = ["--tool=cachegrind", "--cache-sim=yes", "--cachegrind-out-file=/dev/null"]
    done = subprocess.run(
        [tool, *options, sys.executable, "-c", program],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parent,
    )  # fmt: skip
    counts = [
        int(re.search(rf"{name}\s+misses:.*\(\s*([\d,]+) rd", done.stderr)[1].replace(",", ""))
        for name in ("D1 ", "LLd")
    ]
    return counts[0], counts[1]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nodes", type=int, nargs="+", default=[4_000, 65_000, 1_000_000])
    parser.add_argument("--fan-in", type=int, default=32)
    parser.add_argument("--sub-dags", type=int, default=8)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--cachegrind", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    set_num_threads(given.threads)
    if given.cachegrind:
        for nodes in given.nodes[:2]:
            cachegrind(nodes, given.fan_in, given.sub_dags)
        return
    print(f"# {describe_machine(numpy=np.__version__)}, {given.threads} threads", file=sys.stderr)
    rows = [
        row
        for nodes in given.nodes
        for row in measure(nodes, given.fan_in, given.sub_dags, given.repeats)
    ]
    if given.json:
        print(json.dumps([asdict(row) for row in rows]))
    else:
        print_rows(rows)


if __name__ == "__main__":
    main()
