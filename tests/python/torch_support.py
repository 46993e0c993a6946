"""Sparse layers for PyTorch, and a model in training; for tests that have found torch."""

import torch
from torch import nn

from sparsegrow.torch import SparseLinear, TopologyScheduler

DOUBLE = torch.float64
OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, 0.05, momentum=0.9),
    "adam": lambda p: torch.optim.Adam(p, 0.01, amsgrad=True),
    "adamw": lambda p: torch.optim.AdamW(p, 0.01),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 0.01, momentum=0.5, centered=True),
}


def layer(inputs=20, outputs=15, density=0.2, **options):
    made = SparseLinear(inputs, outputs, density, **{"seed": 3, "dtype": DOUBLE, **options})
    if made.bias is not None:
        nn.init.normal_(made.bias)
    return made


def rows_of(sparse):
    return torch.repeat_interleave(torch.arange(sparse.out_features), sparse.row_begin.diff())


def stack(density=0.2, seed=0):
    return nn.Sequential(
        SparseLinear(12, 30, density, seed=seed),
        nn.ReLU(),
        SparseLinear(30, 20, density, seed=seed + 1),
        nn.ReLU(),
        SparseLinear(20, 8, density, seed=seed + 2),
        nn.ReLU(),
        nn.Linear(8, 3),
    )


class Run:
    """A model in training on data that depends on the step alone."""

    def __init__(self, method="set", optimizer="adam", **options):
        torch.manual_seed(0)
        self.model = stack()
        self.optimizer = OPTIMIZERS[optimizer](self.model.parameters())
        given = {"every": 3, **options}
        self.topology = TopologyScheduler(self.model, self.optimizer, method, **given)

    def train(self, steps):
        records = []
        for _ in range(steps):
            data = torch.Generator().manual_seed(self.topology.steps)
            x = torch.randn(16, 12, generator=data)
            y = torch.randint(3, (16,), generator=data)
            self.optimizer.zero_grad()
            nn.functional.cross_entropy(self.model(x), y).backward()
            self.optimizer.step()
            records += self.topology.step()
        return records

    def layers(self):
        return list(self.topology.layers.values())
