"""Where and in which numbers a sparse layer can compute."""

from __future__ import annotations

from collections.abc import Callable

import torch

DTYPES = (torch.float32, torch.float64)


def require_dtype(dtype: torch.dtype) -> torch.dtype:
    """Return a dtype that the engine knows."""
    if dtype not in DTYPES:
        raise TypeError(f"SparseLinear: got {dtype}, expected torch.float32 or torch.float64")
    return dtype


def require_place(fn: Callable[[torch.Tensor], torch.Tensor], weight: torch.Tensor) -> None:
    """Try a conversion on an empty tensor; refuse it if the layer could not compute afterwards."""
    expected = "SparseLinear computes on the CPU, in float32 or float64"
    try:
        probe = fn(weight.detach().new_empty(0))
    # PyTorch asserts that it was compiled for CUDA, XPU or MTIA; the rest is RuntimeError.
    except (AssertionError, RuntimeError) as error:
        raise RuntimeError(f"{expected}; cannot convert it: {error}") from error
    if probe.device.type != "cpu":
        raise RuntimeError(f"{expected}; cannot move it to {probe.device}")
    if probe.dtype not in DTYPES:
        raise TypeError(f"{expected}; cannot convert it to {probe.dtype}")
