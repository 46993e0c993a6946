"""SET training side by side: this engine, dense torch, masked torch and SciPy CSR.

python bench/dst_peers.py                               # generated data of MNIST's shape
python bench/dst_peers.py --data mnist.npz --threads 2 --epochs 5
python bench/dst_peers.py --samples 5000 --density 0.01 --contenders sparsegrow "masked torch"

784-1000-1000-1000-10 with ReLU, softmax and cross-entropy, SGD with momentum 0.9; links by
--epsilon, or by --density with a dense last layer. "dense torch" has all weights and no topology to
change. "masked torch" trains them under masks, of which SET moves 30 % per epoch. "SciPy CSR" is
SET in the style of the published pure-Python code: products with CSR matrices and gradients at the
links only, in float64; the others are float32.

Each contender is a process of its own, and their epochs take turns; who is first changes with each
epoch. An epoch is an update of the topology and a pass over the data. The first one of each
contender, which also builds the network, is not counted. Peak memory is the most that the process
had (ru_maxrss), less that of an interpreter that has NumPy and the data and does nothing; "imports"
is what of it was there before the network was. Ask for no more threads than are idle: those of
torch wait for one another, and one that has to share its core holds up all.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

# This process imports nothing large: on Linux a child's ru_maxrss begins with its parent's memory.
HERE = Path(__file__).resolve().parent
CONTENDERS = ("sparsegrow", "dense torch", "masked torch", "SciPy CSR")
OURS = CONTENDERS[0]
REST = 0.3  # seconds in which idle threads of the turn before go to sleep


def prepare(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Write the data; return samples, features, classes and a line about the machine."""
    words = [str(folder), str(given.samples), *([str(given.data)] if given.data else [])]
    command = [sys.executable, str(HERE / "dst_data.py"), *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the data cannot be had: exit code {done.returncode}")
    return json.loads(done.stdout)


class Child:
    """A contender in a process of its own."""

    def __init__(self, name: str, folder: Path, settings: dict[str, Any]) -> None:
        names = ("OMP", "OPENBLAS", "MKL", "SPARSEGROW")
        threads = {f"{n}_NUM_THREADS": str(settings["threads"]) for n in names}
        script, words = str(HERE / "dst_contenders.py"), [str(folder), json.dumps(settings)]
        self.name, self.seconds, self.last = name, [], {}
        self.process = subprocess.Popen(
            [sys.executable, script, name, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, env={**os.environ, **threads},
        )  # fmt: skip
        self.imported = self.answer()["peak"]

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self.process.kill()
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def answer(self) -> dict[str, float]:
        """What the contender says next."""
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name}: stopped with exit code {self.process.wait()}")
        return json.loads(line)

    def epoch(self) -> float:
        """Has it train an epoch; returns its seconds."""
        time.sleep(REST)
        print("go", file=self.process.stdin, flush=True)
        self.last = self.answer()
        return self.last["seconds"]


def bare_megabytes(folder: Path, settings: dict[str, Any]) -> float:
    """Peak memory of an interpreter that only has the data."""
    with Child("bare", folder, settings) as child:
        return child.imported


def take_turns(children: list[Child], epochs: int) -> None:
    """Trains, with one epoch of each that is not counted; prints who came when."""
    for epoch in range(epochs + 1):
        first = epoch % len(children)
        said = []
        for child in children[first:] + children[:first]:
            seconds = child.epoch()
            if epoch:
                child.seconds.append(seconds)
            said.append(f"{child.name} {seconds:.3g} s")
        print(f"# {f'epoch {epoch}' if epoch else 'not counted'}: {', '.join(said)}", flush=True)


def print_table(children: list[Child], bare: float) -> None:
    """One line per contender."""
    print("| contender | s/epoch | to ours | peak MB | to ours | imports MB | links | loss |")
    print("| :-- | --: | --: | --: | --: | --: | --: | --: |")
    rows = [(c, statistics.median(c.seconds), c.last["peak"] - bare) for c in children]
    ours = next((row for row in rows if row[0].name == OURS), None)
    for child, seconds, peak in rows:
        times = f"{seconds / ours[1]:.2f}" if ours else ""
        larger = f"{peak / ours[2]:.2f}" if ours else ""
        print(
            f"| {child.name} | {seconds:.3g} | {times} | {peak:.1f} | {larger} "
            f"| {child.imported - bare:.1f} | {child.last['links']:,} | {child.last['loss']:.4f} |"
        )


def arguments() -> argparse.Namespace:
    """Command-line options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="file with x_train, y_train, x_test, y_test")
    parser.add_argument("--samples", type=int, default=60000)
    parser.add_argument("--hidden", type=int, nargs="+", default=[1000, 1000, 1000])
    parser.add_argument("--epsilon", type=float, default=20.0)
    parser.add_argument("--density", type=float, help="instead of --epsilon")
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=5, help="that are counted")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--contenders", nargs="+", default=list(CONTENDERS), choices=CONTENDERS)
    given = parser.parse_args()
    for name in ("samples", "batch", "epochs", "threads"):
        if getattr(given, name) < 1:
            parser.error(f"--{name}: got {getattr(given, name)}, expected at least 1")
    if given.data and not given.data.is_file():
        parser.error(f"--data: there is no file {given.data}")
    return given


def settings_of(given: argparse.Namespace, features: int, classes: int) -> dict[str, Any]:
    """What each contender is told."""
    return {
        "layers": [features, *given.hidden, classes],
        "epsilon": given.epsilon if given.density is None else None,
        "density": given.density,
        "batch": given.batch,
        "threads": given.threads,
        "epochs": given.epochs + 1,
    }


def main() -> int:
    """Trains all and prints a table."""
    given = arguments()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        facts = prepare(folder, given)
        settings = settings_of(given, facts["features"], facts["classes"])
        print(f"# {facts['machine']}\n# {facts['samples']:,} samples, {json.dumps(settings)}")
        bare = bare_megabytes(folder, settings)
        names = dict.fromkeys(given.contenders)
        children = [stack.enter_context(Child(name, folder, settings)) for name in names]
        take_turns(children, given.epochs)
        print_table(children, bare)
    return 0


if __name__ == "__main__":
    sys.exit(main())
