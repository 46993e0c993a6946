"""The contenders of peers.py: one sparse layer by this engine, torch dense, torch CSR, SciPy CSR.

Each holds its operands in the layout that suits it best, made before the clock starts. `step`
begins and ends with batch-major arrays, as a caller has them: forward, both gradients, and an SGD
update of the stored links.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse
import torch
from numpy.typing import NDArray

from sparsegrow import _sparsegrow as engine

RATE = 1e-4
Array = NDArray[np.float32]


class Problem:
    """A random sparse layer with a batch, and the float64 answers."""

    def __init__(self, inputs: int, outputs: int, batch: int, density: float, seed: int) -> None:
        rng = np.random.default_rng(seed)
        links = round(density * inputs * outputs)
        self.inputs, self.outputs, self.batch = inputs, outputs, batch
        self.row_begin, self.column = engine.erdos_renyi(inputs, outputs, links, seed)
        self.row = np.repeat(np.arange(outputs), np.diff(self.row_begin))
        self.values = rng.standard_normal(links).astype(np.float32)
        self.x = rng.standard_normal((batch, inputs)).astype(np.float32)
        self.dy = rng.standard_normal((batch, outputs)).astype(np.float32)

    def csr(self) -> scipy.sparse.csr_matrix:
        """The weights as [outputs][inputs]."""
        shape = (self.outputs, self.inputs)
        return scipy.sparse.csr_matrix((self.values, self.column, self.row_begin), shape=shape)

    def answers(self) -> dict[str, NDArray[np.float64]]:
        """What forward, dX and dW must give."""
        weights = self.csr().astype(np.float64)
        x, dy = self.x.astype(np.float64), self.dy.astype(np.float64)
        dense_gradient = dy.T @ x
        return {
            "forward": (weights @ x.T).T,
            "dX": dy @ weights,
            "dW": dense_gradient[self.row, self.column],
        }


@dataclass
class Contender:
    """A name, its operations, and how to read their results back."""

    name: str
    problem: Problem
    operations: dict[str, Callable[[], object]] = field(default_factory=dict)
    results: dict[str, Callable[[], NDArray[np.float32]]] = field(default_factory=dict)

    def verify(self) -> None:
        """Raises when a result is not the float64 answer within float32 rounding."""
        for operation, answer in self.problem.answers().items():
            self.operations[operation]()
            found = self.results[operation]()
            scale = np.abs(answer).max() + 1e-30
            error = np.abs(found - answer).max() / scale if answer.size else 0.0
            if not error < 1e-4:
                raise RuntimeError(f"{self.name}: {operation} is wrong, relative error {error:.2e}")


def ours(problem: Problem) -> Contender:
    """This engine: tile-major panels."""
    layer = engine.SparseLayer(problem.inputs, problem.row_begin, problem.column)
    layer.set_values(problem.values)
    x, dx = (engine.Panel(problem.inputs, problem.batch) for _ in range(2))
    y, dy = (engine.Panel(problem.outputs, problem.batch) for _ in range(2))
    x.pack(problem.x)
    dy.pack(problem.dy)
    outputs, gradients = np.empty_like(problem.dy), np.empty_like(problem.x)

    def step() -> None:
        x.pack(problem.x)
        layer.spmm(x, y)
        y.unpack(out=outputs)
        dy.pack(problem.dy)
        layer.spmm_t(dy, dx)
        dx.unpack(out=gradients)
        layer.sddmm(x, dy)
        layer.sgd(RATE)

    operations = {
        "forward": lambda: layer.spmm(x, y),
        "dX": lambda: layer.spmm_t(dy, dx),
        "dW": lambda: layer.sddmm(x, dy),
        "step": step,
    }
    results = {"forward": y.unpack, "dX": dx.unpack, "dW": lambda: layer.gradient}
    return Contender("sparsegrow", problem, operations, results)


def torch_dense(problem: Problem) -> Contender:
    """Dense products with a mask, as a masked layer trains."""
    weights = torch.from_numpy(problem.csr().toarray())
    mask = torch.from_numpy((problem.csr().toarray() != 0).astype(np.float32))
    x, dy = torch.from_numpy(problem.x), torch.from_numpy(problem.dy)
    y, dx, dw = torch.empty_like(dy), torch.empty_like(x), torch.empty_like(weights)

    def step() -> None:
        torch.mm(x, weights.t(), out=y)
        torch.mm(dy, weights, out=dx)
        torch.mm(dy.t(), x, out=dw)
        weights.sub_(dw.mul_(mask), alpha=RATE)

    operations = {
        "forward": lambda: torch.mm(x, weights.t(), out=y),
        "dX": lambda: torch.mm(dy, weights, out=dx),
        "dW": lambda: torch.mm(dy.t(), x, out=dw),
        "step": step,
    }
    results = {
        "forward": lambda: y.numpy(),
        "dX": lambda: dx.numpy(),
        "dW": lambda: dw.numpy()[problem.row, problem.column],
    }
    return Contender("torch dense", problem, operations, results)


def _transposed_order(problem: Problem) -> tuple[NDArray[np.intp], scipy.sparse.csr_matrix]:
    """Order of the values in the transposed matrix, and that matrix."""
    order = np.lexsort((problem.row, problem.column))
    return order, problem.csr().T.tocsr()


def torch_csr(problem: Problem) -> Contender:
    """torch's CSR products on feature-major operands, and its sampled product for dW."""
    order, transposed = _transposed_order(problem)
    forward = torch.sparse_csr_tensor(
        torch.from_numpy(problem.row_begin),
        torch.from_numpy(problem.column),
        torch.from_numpy(problem.values.copy()),
        (problem.outputs, problem.inputs),
    )
    backward = torch.sparse_csr_tensor(
        torch.from_numpy(transposed.indptr),
        torch.from_numpy(transposed.indices),
        torch.from_numpy(transposed.data),
        (problem.inputs, problem.outputs),
    )
    x, dy = torch.from_numpy(problem.x), torch.from_numpy(problem.dy)
    xt, dyt = x.t().contiguous(), dy.t().contiguous()
    index = torch.from_numpy(order)
    state: dict[str, torch.Tensor] = {}

    def product(name: str, call: Callable[[], torch.Tensor]) -> None:
        state[name] = call()

    def sampled() -> torch.Tensor:
        return torch.sparse.sampled_addmm(forward, dyt, x, beta=0.0)

    def step() -> None:
        product("forward", lambda: (forward @ x.t().contiguous()).t().contiguous())
        product("dX", lambda: (backward @ dy.t().contiguous()).t().contiguous())
        product("dW", sampled)
        forward.values().sub_(state["dW"].values(), alpha=RATE)
        backward.values().copy_(forward.values()[index])

    operations = {
        "forward": lambda: product("forward", lambda: forward @ xt),
        "dX": lambda: product("dX", lambda: backward @ dyt),
        "dW": lambda: product("dW", sampled),
        "step": step,
    }
    results = {
        "forward": lambda: state["forward"].t().numpy(),
        "dX": lambda: state["dX"].t().numpy(),
        "dW": lambda: state["dW"].values().numpy(),
    }
    return Contender("torch CSR", problem, operations, results)


def scipy_csr(problem: Problem) -> Contender:
    """SciPy's CSR products (one thread); dW as NumPy's dense product read at the links."""
    order, backward = _transposed_order(problem)
    forward = problem.csr().copy()
    xt, dyt = np.ascontiguousarray(problem.x.T), np.ascontiguousarray(problem.dy.T)
    state: dict[str, Array] = {}

    def sampled() -> Array:
        return (dyt @ problem.x)[problem.row, problem.column]

    def step() -> None:
        state["forward"] = np.ascontiguousarray((forward @ np.ascontiguousarray(problem.x.T)).T)
        state["dX"] = np.ascontiguousarray((backward @ np.ascontiguousarray(problem.dy.T)).T)
        state["dW"] = sampled()
        forward.data -= np.float32(RATE) * state["dW"]
        backward.data[:] = forward.data[order]

    operations = {
        "forward": lambda: state.update(forward=forward @ xt),
        "dX": lambda: state.update(dX=backward @ dyt),
        "dW": lambda: state.update(dW=sampled()),
        "step": step,
    }
    results = {
        "forward": lambda: state["forward"].T,
        "dX": lambda: state["dX"].T,
        "dW": lambda: state["dW"],
    }
    return Contender("SciPy CSR", problem, operations, results)


def make_contenders(problem: Problem) -> list[Contender]:
    """All four, each verified against the float64 answers."""
    contenders = [ours(problem), torch_dense(problem), torch_csr(problem), scipy_csr(problem)]
    for contender in contenders:
        contender.verify()
    return contenders
