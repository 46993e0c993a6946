"""Sparse heads beside a dense head on a convolutional network: VGG16-BN and colour images.

python bench/vgg_head.py --data FILE.npz --folder RUNS                # dense, and CH3-L3 at 99 %
python bench/vgg_head.py --data FILE.npz --folder RUNS --heads dense set --epochs 10

The file holds x_train, y_train, x_test, y_test, images [samples][32][32][3] of bytes. All nets
start with the same convolutions and see the same batches; their epochs take turns, and each is
saved in the folder, from which a run that was cut off goes on. Rates rise and fall once over all
epochs.
"""

from __future__ import annotations

import argparse
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy, pad

import sparsegrow as sg
from machine import describe_machine
from sparsegrow.torch import TopologyScheduler, vgg16_head

SHIFT = 4  # pixels that a picture may move


def images_of(pixels: Any) -> torch.Tensor:
    """Return float images [samples][3][32][32], mean 0 and deviation about 1."""
    images = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
    return ((images - 0.47) / 0.25).contiguous(memory_format=torch.channels_last)


def varied(images: torch.Tensor) -> torch.Tensor:
    """Return each image shifted a little, and half of them mirrored."""
    wide = pad(images, (SHIFT, SHIFT, SHIFT, SHIFT))
    shifts = torch.randint(0, 2 * SHIFT + 1, (len(images), 2)).tolist()
    size = images.shape[-1]
    pairs = zip(wide, shifts, strict=True)
    out = torch.stack([w[:, y : y + size, x : x + size] for w, (y, x) in pairs])
    mirrored = torch.rand(len(images)) < 0.5
    out[mirrored] = out[mirrored].flip(-1)
    return out.contiguous(memory_format=torch.channels_last)


class Run:
    """One net, its optimizer and, for a sparse head, its changing topology."""

    def __init__(self, head: str, steps: int, given: argparse.Namespace) -> None:
        torch.manual_seed(given.seed)
        density = None if head == "dense" else given.density
        self.net: nn.Module = vgg16_head(density, seed=given.seed)
        self.net = self.net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimizer = torch.optim.SGD(
            self.net.parameters(), given.rate, momentum=0.9, nesterov=True, weight_decay=5e-4
        )
        self.rates = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, given.rate, total_steps=steps, pct_start=0.25
        )
        self.topology: TopologyScheduler | None = None
        if head not in ("dense", "static"):
            self.topology = TopologyScheduler(
                self.net, self.optimizer, head, every=given.every, end=steps * 3 // 4,
                chain_removal=head.startswith("ch"), seed=given.seed,
            )  # fmt: skip
        self.accuracy: list[float] = []
        self.seconds: list[float] = []

    def parts(self) -> dict[str, Any]:
        """Return what has a state."""
        found = {"net": self.net, "optimizer": self.optimizer, "rates": self.rates}
        return found if self.topology is None else {**found, "topology": self.topology}

    def save(self, path: Path) -> None:
        state = {name: part.state_dict() for name, part in self.parts().items()}
        temporary = path.with_suffix(".part")
        torch.save({**state, "accuracy": self.accuracy, "seconds": self.seconds}, temporary)
        temporary.replace(path)

    def load(self, path: Path) -> None:
        state = torch.load(path)
        for name, part in self.parts().items():
            part.load_state_dict(state[name])
        self.accuracy, self.seconds = state["accuracy"], state["seconds"]

    def train(self, x: torch.Tensor, y: torch.Tensor, given: argparse.Namespace) -> None:
        """Train one epoch."""
        torch.manual_seed(1000 * given.seed + len(self.accuracy))
        begun = time.perf_counter()
        self.net.train()
        whole = len(x) // given.batch * given.batch
        for chosen in torch.randperm(len(x))[:whole].split(given.batch):
            loss = cross_entropy(self.net(varied(x[chosen])), y[chosen])
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.rates.step()
            if self.topology is not None:
                self.topology.step()
        self.seconds.append(time.perf_counter() - begun)

    @torch.no_grad()
    def test(self, x: torch.Tensor, y: torch.Tensor) -> None:
        """Note the share of images named right."""
        self.net.eval()
        batches = zip(x.split(200), y.split(200), strict=True)
        right = [(self.net(a).argmax(1) == b).sum() for a, b in batches]
        self.accuracy.append(float(sum(right)) / len(x))


def links(net: nn.Module) -> int:
    """Return the number of weights in the head."""
    return sum(p.numel() for n, p in net.named_parameters() if n.startswith("head"))


def print_table(runs: dict[str, Run]) -> None:
    """Print test accuracy by epoch."""
    epochs = range(1, min(len(run.accuracy) for run in runs.values()) + 1)
    print(f"| head | parameters | {' | '.join(map(str, epochs))} | s/epoch |")
    print(f"| :-- | --: |{' --: |' * len(epochs)} --: |")
    for head, run in runs.items():
        curve = " | ".join(f"{100 * run.accuracy[k - 1]:.2f}" for k in epochs)
        print(f"| {head} | {links(run.net):,} | {curve} | {np.median(run.seconds):.0f} |")


def arguments() -> argparse.Namespace:
    """Return the command line's settings."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--heads", nargs="+", default=["dense", "ch3l3"])
    parser.add_argument("--density", type=float, default=0.01)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--samples", type=int, help="of the training set, the first ones")
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--rate", type=float, default=0.05)
    parser.add_argument("--every", type=int, default=100, help="steps between topology updates")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def main() -> None:
    given = arguments()
    sg.set_num_threads(given.threads)
    torch.set_num_threads(given.threads)
    print(f"# {describe_machine(torch=version('torch'))}", file=sys.stderr)
    with np.load(given.data) as file:
        x, x_test = images_of(file["x_train"][: given.samples]), images_of(file["x_test"])
        y, y_test = (
            torch.from_numpy(file[f"y_{part}"].astype(np.int64)) for part in ("train", "test")
        )
    y = y[: len(x)]
    given.folder.mkdir(parents=True, exist_ok=True)
    runs = {head: Run(head, given.epochs * (len(x) // given.batch), given) for head in given.heads}
    for head, run in runs.items():
        if (saved := given.folder / f"{head}.pt").exists():
            run.load(saved)
    for epoch in range(given.epochs):
        for head, run in runs.items():
            if len(run.accuracy) > epoch:
                continue
            run.train(x, y, given)
            run.test(x_test, y_test)
            run.save(given.folder / f"{head}.pt")
            print(f"{head}, epoch {epoch + 1}: {run.accuracy[-1]:.4f}", file=sys.stderr, flush=True)
    print_table(runs)


if __name__ == "__main__":
    main()
