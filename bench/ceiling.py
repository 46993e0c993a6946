"""How close a sparse product can come to a dense one: the same links, over fewer and fewer inputs.

python bench/ceiling.py

Every layer has 1,000 outputs with 40 links each, batch 128, one thread. With fewer inputs a tile
of 32 samples moves from the second into the first cache, while the work stays the same. What is
left below the rate of torch's dense product is the loads that a sparse product needs: an edge
loads its own row of inputs, where a dense product uses each loaded row for several outputs.
"""

from __future__ import annotations

import os
import statistics
import sys

os.environ["OPENBLAS_THREAD_TIMEOUT"] = "10"  # else its idle threads hold a core for a while

import numpy as np
import torch

import sparsegrow as sg
from contenders import Problem, ours, torch_dense
from machine import describe_machine
from peers import time_cell

INPUTS = (128, 256, 512, 1000, 2000, 4000)
OUTPUTS, LINKS, BATCH, TILE = 1000, 40, 128, 32
OPERATIONS = ("forward", "dX", "dW")


def main() -> int:
    """Prints one row per number of inputs."""
    torch.set_num_threads(1)
    sg.set_num_threads(1)
    print(describe_machine(torch=torch.__version__, numpy=np.__version__))
    print("inputs  tile KB  operation  ns/edge/32 samples  GFLOP/s  dense GFLOP/s  share")
    for inputs in INPUTS:
        problem = Problem(inputs, OUTPUTS, BATCH, LINKS / inputs, seed=1)
        sparse, dense = ours(problem), torch_dense(problem)
        sparse.verify()
        dense.verify()
        for operation in OPERATIONS:
            calls = {c.name: c.operations[operation] for c in (sparse, dense)}
            times = {k: statistics.median(v) for k, v in time_cell(calls, repeats=15).items()}
            edges = problem.values.size
            per_edge = 1e9 * times[sparse.name] / (edges * BATCH / TILE)
            rate = 2e-9 * edges * BATCH / times[sparse.name]
            dense_rate = 2e-9 * inputs * OUTPUTS * BATCH / times[dense.name]
            print(
                f"{inputs:6d} {inputs * TILE * 4 / 1024:8.0f}  {operation:9s} {per_edge:18.2f}"
                f" {rate:9.1f} {dense_rate:14.1f} {100 * rate / dense_rate:5.0f} %",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
