"""The data of dst_peers.py, brought into the form that each of its processes reads without a copy.

python bench/dst_data.py FOLDER SAMPLES [FILE.npz]

writes x.npy and y.npy, and prints how many samples, features and classes there are, and the
machine. Without a file, the data are generated in MNIST's shape: 784 pixels, of which each of ten
classes uses a fifth.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from machine import describe_machine
from sparsegrow.data.datasets import from_file

Array = NDArray[Any]


def generated(samples: int) -> tuple[Array, Array]:
    random = np.random.default_rng(0)
    y = random.integers(10, size=samples)
    used = random.random((10, 784)) < 0.2
    return random.random((samples, 784), np.float32) * used[y], y


def read(path: Path, samples: int) -> tuple[Array, Array]:
    data = from_file(path)
    return data.x_train[:samples], data.y_train[:samples]


def main() -> None:
    folder, samples = Path(sys.argv[1]), int(sys.argv[2])
    x, y = read(Path(sys.argv[3]), samples) if len(sys.argv) > 3 else generated(samples)
    np.save(folder / "x.npy", x)
    np.save(folder / "y.npy", y)
    machine = describe_machine(**{name: version(name) for name in ("numpy", "scipy", "torch")})
    facts = {"samples": len(x), "features": x.shape[1], "classes": int(y.max()) + 1}
    print(json.dumps({**facts, "machine": machine}))


if __name__ == "__main__":
    main()
