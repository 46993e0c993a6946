"""Networks that sparse training has been published with."""

from __future__ import annotations

from collections import OrderedDict
from itertools import pairwise

from torch import nn

from sparsegrow.base.requirements import require_integer
from sparsegrow.torch.linear import SparseLinear
from sparsegrow.torch.starts import seed_or_draw

VGG16 = (64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool") + 2 * (512, 512, 512, "pool")


def vgg16_head(
    density: float | None = 0.01,
    classes: int = 10,
    hidden: int = 1000,
    layers: int = 3,
    seed: int | None = None,
) -> nn.Sequential:
    """Return a VGG16 with batch normalisation and a head of sparse layers, for CIFAR images.

    Parameters
    ----------
    density
        Of each layer of the head; None for dense ones.
    classes
        Outputs, of a dense readout.
    hidden, layers
        Neurons of each sparse layer, and how many layers; without any there is the readout alone.
    seed
        Of the sparse layers, as in `SparseLinear`.

    Returns
    -------
    torch.nn.Sequential
        `features`, `flatten` and `head`; takes [samples][3][32][32].
    """
    layers = require_integer("layers", layers, 0, 1000)
    features: list[nn.Module] = []
    channels = 3
    for size in VGG16:
        if isinstance(size, int):
            features += [nn.Conv2d(channels, size, 3, padding=1), nn.BatchNorm2d(size), nn.ReLU()]
            channels = size
        else:
            features.append(nn.MaxPool2d(2))
    seed = seed_or_draw(seed)
    head: list[nn.Module] = []
    widths = [channels, *[hidden] * layers]
    for k, (before, after) in enumerate(pairwise(widths)):
        if density is None:
            layer: nn.Module = nn.Linear(before, after)
        else:
            layer = SparseLinear(before, after, density, seed=seed + k)
        head += [layer, nn.ReLU()]
    return image_net(features, [*head, nn.Linear(widths[-1], classes)])


def set_cnn(
    epsilon: float | None = 20.0,
    classes: int = 10,
    hidden: int = 2048,
    dropout: float = 0.3,
    seed: int | None = None,
) -> nn.Sequential:
    """Return the convolutional network of Sparse Evolutionary Training, for CIFAR images.

    Parameters
    ----------
    epsilon
        Of the two hidden layers of the head, which have no bias; None for dense ones, with bias.
    classes
        Outputs, of a dense readout.
    hidden
        Neurons of each hidden layer of the head.
    dropout
        After the first convolution of each pair and after each hidden layer.
    seed
        Of the sparse layers, as in `SparseLinear`.

    Returns
    -------
    torch.nn.Sequential
        `features`, `flatten` and `head`; takes [samples][3][32][32].
    """
    features: list[nn.Module] = []
    for before, after in pairwise([3, 32, 64, 128]):
        features += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.Dropout(dropout)]
        features += [nn.Conv2d(after, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    seed = seed_or_draw(seed)
    head: list[nn.Module] = []
    for k, before in enumerate([128 * 4 * 4, hidden]):
        if epsilon is None:
            layer: nn.Module = nn.Linear(before, hidden)
        else:
            layer = SparseLinear(before, hidden, epsilon=epsilon, bias=False, seed=seed + k)
        head += [layer, nn.ReLU(), nn.Dropout(dropout)]
    return image_net(features, [*head, nn.Linear(hidden, classes)])


def image_net(features: list[nn.Module], head: list[nn.Module]) -> nn.Sequential:
    """Return a network of two named parts."""
    parts = {
        "features": nn.Sequential(*features),
        "flatten": nn.Flatten(),
        "head": nn.Sequential(*head),
    }
    return nn.Sequential(OrderedDict(parts))
