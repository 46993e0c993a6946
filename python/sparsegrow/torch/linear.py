"""A linear layer that stores its links and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from sparsegrow import _sparsegrow as native
from sparsegrow.base.requirements import require_flag, require_integer
from sparsegrow.torch.built import Built
from sparsegrow.torch.dense import freeze_like, largest_cells, pattern_of_cells, rows_of
from sparsegrow.torch.loading import make_room
from sparsegrow.torch.placement import require_dtype, require_place
from sparsegrow.torch.product import SparseLinearFunction
from sparsegrow.torch.starts import (
    INITS,
    Pattern,
    count_links,
    draw_pattern,
    draw_values,
    parse_choice,
    seed_or_draw,
)
from sparsegrow.torch.traffic import Traffic

MOST = 2**31 - 1
AUTOCAST = (torch.bfloat16, torch.float16)


class SparseLinear(nn.Module):
    """y = W x + b with a sparse W, stored as a vector of values: a drop-in for `torch.nn.Linear`.

    Computes on the CPU, in float32 or float64; under autocast too, where inputs are converted.

    Parameters
    ----------
    in_features, out_features
        Sizes of a sample before and after.
    density
        Share of the in_features * out_features possible links that exist at the start.
    epsilon
        Instead of a density: epsilon * (in_features + out_features) links, at most all. 20 where
        neither is given.
    bias
        Whether there is a bias, which starts at zero.
    start
        Which links: "er" any, each set equally likely; "small_world", "scale_free",
        "receptive_field", each with its number as in "small_world:0.5"; a tensor of samples
        [n][features], whose correlated features are linked; or a pattern (row_begin, column) of
        int32 arrays, row = output, with neither density nor epsilon.
    init
        Start values: "swi", normal with deviation sqrt(2 / links of the neuron); "swi:gain";
        "normal:deviation"; "zero".
    seed
        Names the draws. None draws one from PyTorch's generator, so that `torch.manual_seed`
        counts; layers with the same integer and the same shape start as twins.
    dtype
        torch.float32, torch.float64, or None for PyTorch's default.

    Attributes
    ----------
    weight
        Parameter [edges]: the value of each link, row after row.
    bias
        Parameter [out_features], or None.
    row_begin, column
        Buffers, int32: the links of output r come from the inputs
        `column[row_begin[r]:row_begin[r + 1]]`.

    Examples
    --------
    >>> layer = SparseLinear(1000, 1000, density=0.01, seed=0)
    >>> layer
    SparseLinear(in_features=1000, out_features=1000, edges=10000, density=0.01, bias=True)
    >>> layer(torch.zeros(8, 1000)).shape
    torch.Size([8, 1000])
    """

    row_begin: Tensor
    column: Tensor
    _built: Built | None = None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        density: float | None = None,
        epsilon: float | None = None,
        bias: bool = True,
        start: str | Tensor | Pattern = "er",
        init: str = "swi",
        seed: int | None = None,
        *,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        in_features = require_integer("in_features", in_features, 1, MOST)
        out_features = require_integer("out_features", out_features, 1, MOST)
        parse_choice("init", init, INITS)
        self.in_features, self.out_features, self.init = in_features, out_features, init
        real = require_dtype(torch.get_default_dtype() if dtype is None else dtype)
        seed = seed_or_draw(seed)
        row_begin, column = self._start(start, density, epsilon, seed)
        values = draw_values(init, (row_begin, column), in_features, seed)
        self.weight = nn.Parameter(torch.from_numpy(values).to(real))
        offset = torch.zeros(out_features, dtype=real, device="cpu")
        self.bias = nn.Parameter(offset) if require_flag("bias", bias) else None
        self.register_buffer("row_begin", torch.from_numpy(row_begin))
        self.register_buffer("column", torch.from_numpy(column))
        self.traffic: Traffic | None = None  # filled in forward() while a scheduler asks for it

    def _start(
        self, start: Any, density: float | None, epsilon: float | None, seed: int
    ) -> Pattern:
        """Return the start topology."""
        if not isinstance(start, tuple):
            links = count_links(self.in_features, self.out_features, density, epsilon)
            return draw_pattern(start, self.in_features, self.out_features, links, seed)
        if density is not None or epsilon is not None or len(start) != 2:
            raise ValueError(
                "start: expected a pair (row_begin, column) with neither density nor epsilon"
            )
        row_begin, column = (np.array(array) for array in start)
        product = native.SparseProduct(self.in_features, row_begin, column)  # checks them
        if product.outputs != self.out_features:
            raise ValueError(f"start: got {product.outputs} rows, expected {self.out_features}")
        return row_begin, column

    @property
    def edges(self) -> int:
        """Number of links."""
        return len(self.column)

    @property
    def density(self) -> float:
        """Share of the possible links that exist."""
        return self.edges / (self.in_features * self.out_features)

    def forward(self, x: Tensor) -> Tensor:
        """Return y [..., out_features] for x [..., in_features]."""
        if x.dtype in AUTOCAST and torch.is_autocast_enabled("cpu"):
            x = x.to(self.weight.dtype)
        self._require_input(x)
        samples = x.reshape(-1, self.in_features).contiguous()
        y = SparseLinearFunction.apply(samples, self.weight, self.bias, self.product())
        if self.traffic is not None:
            self.traffic.watch(samples, y)
        return y if x.dim() == 2 else y.reshape(*x.shape[:-1], self.out_features)

    def _require_input(self, x: Tensor) -> None:
        if x.dim() < 1 or x.shape[-1] != self.in_features:
            raise ValueError(
                f"SparseLinear: got an input of shape {list(x.shape)}, "
                f"expected [..., {self.in_features}]"
            )
        if x.dtype != self.weight.dtype or x.device.type != "cpu":
            raise TypeError(
                f"SparseLinear: got an input of {x.dtype} on {x.device}, "
                f"expected {self.weight.dtype} on cpu"
            )

    def product(self) -> native.SparseProduct:
        """Return the engine's form of the present topology, made when it is first asked for."""
        buffers = self.row_begin, self.column
        built = self._built
        if built is None or not built.is_of(*buffers):
            built = self._built = Built.of(self.in_features, *buffers)
        return built.product

    def pattern(self) -> Pattern:
        """Return (row_begin, column) as NumPy views."""
        return self.row_begin.numpy(), self.column.numpy()

    def set_pattern(self, row_begin: Tensor, column: Tensor, weight: Tensor) -> None:
        """Put other links in the place of all present ones; the parameter stays the same object.

        Parameters
        ----------
        row_begin, column
            int32 tensors, as the buffers of these names.
        weight
            The value of each link.

        Raises
        ------
        ValueError, TypeError
            The arrays are no pattern of this layer; nothing has changed then.
        """
        built = Built.of(self.in_features, row_begin, column)
        product = built.product
        if product.outputs != self.out_features or weight.shape != column.shape:
            raise ValueError(
                f"set_pattern: got {product.outputs} rows, {product.edges} links and weights "
                f"{list(weight.shape)}, expected {self.out_features} rows and a weight per link"
            )
        self.row_begin, self.column, self._built = row_begin, column, built
        self._set_weight(weight.detach())

    def _set_weight(self, values: Tensor) -> None:
        """Change the parameter in place, its memory too where as many values as before come."""
        if values.shape == self.weight.shape:
            with torch.no_grad():
                self.weight.copy_(values)
        else:
            self.weight.grad = None
            self.weight.data = values.to(self.weight.dtype, copy=True)

    def to_dense(self) -> nn.Linear:
        """Return a dense layer that computes the same."""
        real, biased = self.weight.dtype, self.bias is not None
        linear = nn.Linear(self.in_features, self.out_features, biased, device="cpu", dtype=real)
        with torch.no_grad():
            linear.weight.zero_()
            linear.weight[rows_of(self.row_begin), self.column.long()] = self.weight
            if self.bias is not None:
                linear.bias.copy_(self.bias)
        freeze_like(linear, self)
        return linear.train(self.training)

    @classmethod
    def from_dense(cls, linear: nn.Linear, density: float | None = None) -> SparseLinear:
        """Return a layer with the largest weights of a dense one.

        Parameters
        ----------
        linear
            Whose weights and bias are copied.
        density
            Share of the weights that are kept, by magnitude as float32; of equal ones the later
            stay. None keeps what is not zero.
        """
        weight = linear.weight.detach()
        shape = linear.in_features, linear.out_features
        kept = largest_cells(weight, density)
        layer = cls(
            *shape,
            bias=linear.bias is not None,
            start=pattern_of_cells(kept),
            init="zero",
            seed=0,
            dtype=weight.dtype,
        )
        layer.init = "swi"
        with torch.no_grad():
            layer.weight.copy_(weight[kept])
            if layer.bias is not None:
                layer.bias.copy_(linear.bias)
        freeze_like(layer, linear)
        layer.train(linear.training)
        return layer

    def extra_repr(self) -> str:
        """Describe the layer in one line."""
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"edges={self.edges}, density={self.density:.4g}, bias={self.bias is not None}"
        )

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> SparseLinear:
        """Convert or move the parameters, as `double()` and `to()` do, where that is possible."""
        require_place(fn, self.weight)
        before = self.row_begin, self.column
        super()._apply(fn, recurse)
        if self.column.dtype != before[1].dtype:  # `type()` converts whatever there is
            self.row_begin, self.column = before
        return self

    def __getstate__(self) -> dict[str, Any]:
        kept = dict.fromkeys(("traffic", "_built"))
        return {**self.__dict__, **kept}

    def _load_from_state_dict(
        self, state_dict: dict[str, Any], prefix: str, *rest: Any, **named: Any
    ) -> None:
        """Take over the topology that comes with the weights, whatever its number of links."""
        make_room(self, state_dict, prefix)
        super()._load_from_state_dict(state_dict, prefix, *rest, **named)
        self._built = None
