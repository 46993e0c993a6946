"""Types of the compiled engine, which converts and copies nothing silently."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

__version__: str
VOCABULARY: int
UNKNOWN_TOKEN: int

_UInt8 = NDArray[np.uint8]
_Int32 = NDArray[np.int32]
_Int64 = NDArray[np.int64]
_Float64 = NDArray[np.float64]
_Real = NDArray[np.float32] | NDArray[np.float64]

def text_of(tokens: _UInt8) -> bytes: ...
def num_threads() -> int: ...
def set_num_threads(threads: int) -> None: ...
def active_isa() -> str: ...
def supported_isas() -> list[str]: ...
def backends() -> dict[str, bool | str]: ...
def device_use(device: str) -> dict[str, Any]: ...
def reset_device_use(device: str) -> None: ...
def links_by_epsilon(widths: list[int], epsilon: float) -> list[int]: ...
def links_uniform(widths: list[int], density: float) -> list[int]: ...
def links_erk(widths: list[int], density: float) -> list[int]: ...
def erdos_renyi(
    inputs: int, outputs: int, links: int, seed: int, stream: int = 0
) -> tuple[_Int32, _Int32]: ...

class Tokeniser:
    def __init__(self) -> None: ...
    def push(self, text: bytes | _UInt8, tokens: _UInt8) -> int: ...

class HiddenActivation(Enum):
    identity = 0
    relu = 1
    leaky_relu = 2
    tanh = 3
    sigmoid = 4
    srelu = 5
    all_relu = 6

class OutputActivation(Enum):
    identity = 0
    tanh = 2
    sigmoid = 3

class Loss(Enum):
    cross_entropy = 0
    mse = 1

class OptimizerKind(Enum):
    sgd = 0
    nesterov = 1
    adam = 2

class DecayKind(Enum):
    l2 = 0
    decoupled = 1
    direct = 2

class ScheduleKind(Enum):
    constant = 0
    linear = 1
    cosine = 2
    exponential = 3

class InitKind(Enum):
    swi = 0
    normal = 1
    zero = 2

class Remap:
    @property
    def edge(self) -> _Int32: ...
    @property
    def row(self) -> _Int32: ...
    @property
    def added(self) -> _Int32: ...

class GraphSnapshot: ...

class Graph:
    def __init__(self) -> None: ...
    def add_node(self, group: int, min_level: int = 1, input: bool = False) -> int: ...
    def add_edges(self, sources: _Int32, targets: _Int32) -> None: ...
    def remove_edges(self, sources: _Int32, targets: _Int32) -> None: ...
    def remove_edges_at(self, positions: _Int32) -> None: ...
    def remove_node(self, node: int) -> None: ...
    def commit(self) -> Remap: ...
    def discard(self) -> None: ...
    def snapshot(self) -> GraphSnapshot: ...
    def restore(self, snapshot: GraphSnapshot) -> None: ...
    @property
    def has_edits(self) -> bool: ...
    @property
    def edges(self) -> int: ...
    @property
    def rows(self) -> int: ...
    @property
    def levels(self) -> int: ...
    @property
    def bytes(self) -> int: ...
    @property
    def row_begin(self) -> _Int32: ...
    @property
    def column(self) -> _Int32: ...
    @property
    def source_begin(self) -> _Int32: ...
    @property
    def source_column(self) -> _Int32: ...
    @property
    def position(self) -> _Int32: ...
    @property
    def level(self) -> _Int32: ...
    @property
    def row_of_node(self) -> _Int32: ...
    @property
    def node_of_row(self) -> _Int32: ...
    @property
    def group_begin(self) -> _Int32: ...

class Panel:
    def __init__(
        self, rows: int, batch: int, dtype: str = "float32", device: str = "cpu"
    ) -> None: ...
    def pack(self, samples: _Real) -> None: ...
    def unpack(self, out: _Real | None = None) -> _Real: ...
    @property
    def rows(self) -> int: ...
    @property
    def batch(self) -> int: ...

class SparseLayer:
    def __init__(
        self,
        inputs: int,
        row_begin: _Int32,
        column: _Int32,
        dtype: str = "float32",
        device: str = "cpu",
    ) -> None: ...
    def set_values(self, values: _Real) -> None: ...
    def spmm(self, x: Panel, y: Panel) -> None: ...
    def spmm_t(self, dy: Panel, dx: Panel) -> None: ...
    def sddmm(self, x: Panel, dy: Panel) -> None: ...
    def sgd(self, rate: float) -> None: ...
    @property
    def values(self) -> _Real: ...
    @property
    def gradient(self) -> _Real: ...
    @property
    def edges(self) -> int: ...
    @property
    def inputs(self) -> int: ...
    @property
    def outputs(self) -> int: ...

class Schedule:
    def __init__(
        self,
        kind: ScheduleKind,
        base: float,
        final_factor: float = 0.01,
        warmup_steps: int = 0,
        total_steps: int = 0,
        first_step: int = 0,
    ) -> None: ...
    def rate_at(self, step: int) -> float: ...

class Optimizer:
    def __init__(
        self,
        kind: OptimizerKind,
        momentum: float = 0.9,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
        decay: DecayKind = DecayKind.l2,
    ) -> None: ...

class NetworkSnapshot: ...

class Network:
    @staticmethod
    def layered(
        widths: list[int],
        layers: list[tuple[_Int32, _Int32]],
        hidden: HiddenActivation,
        output: OutputActivation,
        slope: float,
        dtype: str = "float32",
        device: str = "cpu",
    ) -> Network: ...
    def grow(
        self,
        added_sources: _Int32,
        added_targets: _Int32,
        weights: _Float64,
        removed_positions: _Int32,
        new_nodes: list[tuple[int, int]] = ...,
        removed_nodes: list[int] = ...,
    ) -> Remap: ...
    def initialise(self, kind: InitKind, scale: float, seed: int) -> None: ...
    def state(self, name: str) -> _Real: ...
    def set_state(self, name: str, values: _Real) -> None: ...
    def gradient(self, name: str) -> _Real: ...
    def snapshot(self) -> NetworkSnapshot: ...
    def rollback(self, snapshot: NetworkSnapshot) -> None: ...
    def activation_stats(self) -> list[dict[str, float]]: ...
    steps: int
    @property
    def graph(self) -> Graph: ...
    @property
    def state_names(self) -> list[str]: ...
    @property
    def parameters(self) -> int: ...
    @property
    def bytes(self) -> int: ...
    @property
    def edges(self) -> int: ...

class StepRecord:
    @property
    def samples(self) -> int: ...
    @property
    def correct(self) -> int: ...
    @property
    def loss(self) -> float: ...
    @property
    def rate(self) -> float: ...

class Trainer:
    def __init__(
        self,
        network: Network,
        loss: Loss,
        optimizer: Optimizer,
        schedule: Schedule,
        dropout: float = 0.0,
        batch: int = 128,
        seed: int = 0,
    ) -> None: ...
    def train(self, x: _Real, y: _Int64 | _Real, order: _Int64) -> StepRecord: ...
    def evaluate(self, x: _Real, y: _Int64 | _Real, order: _Int64) -> StepRecord: ...
    def gradients(self, x: _Real, y: _Int64 | _Real, order: _Int64) -> StepRecord: ...
    def predict(self, x: _Real, order: _Int64) -> _Real: ...

class RbmRecord:
    @property
    def samples(self) -> int: ...
    @property
    def error(self) -> float: ...

class AisEstimate:
    @property
    def log_partition(self) -> float: ...
    @property
    def deviation(self) -> float: ...
    @property
    def effective_chains(self) -> float: ...

class Rbm:
    def __init__(
        self,
        network: Network,
        optimizer: Optimizer,
        batch: int = 10,
        gibbs: int = 1,
        persistent: bool = False,
        mean_field_last: bool = False,
        sample_visible: bool = False,
        seed: int = 0,
    ) -> None: ...
    def train(self, x: _Real, order: _Int64, rate: float) -> RbmRecord: ...
    def gradients(self, x: _Real, order: _Int64) -> RbmRecord: ...
    def rewire(self, fraction: float, links: int, deviation: float, change: int) -> Remap: ...
    def hidden(self, x: _Real, order: _Int64) -> _Real: ...
    def reconstruct(self, x: _Real, order: _Int64) -> _Real: ...
    def reconstruction_error(
        self, x: _Real, order: _Int64, sampled: bool = False, draw: int = 0
    ) -> float: ...
    def run_chains(self, x: _Real, order: _Int64, sweeps: int, draw: int) -> _Real: ...
    def free_energy(self, x: _Real, order: _Int64) -> _Float64: ...
    def log_partition_exact(self) -> float: ...
    def log_partition_ais(
        self, base_rate: _Float64, temperatures: int, chains: int, seed: int
    ) -> AisEstimate: ...
    def chains(self) -> _Real: ...
    def set_chains(self, states: _Real) -> None: ...

class Proposal:
    kind: str
    sub_dag: int
    layer: int
    count: int
    seed: int
    def __init__(
        self, *, kind: str, sub_dag: int = -1, layer: int = 0, count: int = 1, seed: int = 0
    ) -> None: ...

class CharNetSnapshot: ...

class CharNet:
    device: str
    edges: int
    input_edges: int
    hidden_edges: int
    pattern_edges: int
    patterns: int
    parameters: int
    hidden: int
    depth: int
    context: int
    memory_neurons: int
    bytes: int
    peak_bytes: int
    max_depth: int
    steps: int
    def __init__(
        self,
        *,
        seed: int = 0,
        context: int = 2,
        max_depth: int = 5,
        dtype: str = "float32",
        device: str = "cpu",
    ) -> None: ...
    def sizes(self) -> dict[str, int]: ...
    def sub_dags(self) -> dict[str, _Int32]: ...
    def neurons(self) -> dict[str, NDArray[Any]]: ...
    def hidden_graph(self) -> tuple[_Int32, _Int32]: ...
    def flat_graph(self) -> dict[str, Any]: ...
    def gates(self) -> NDArray[np.float32]: ...
    def evaluate(
        self, tokens: _UInt8, begin: int = 0, count: int = -1, spread: bool = False
    ) -> EvalRecord: ...
    def grow(self, proposals: Sequence[Proposal]) -> list[int]: ...
    def snapshot(self) -> CharNetSnapshot: ...
    def rollback(self, snapshot: CharNetSnapshot) -> None: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
    @staticmethod
    def from_arrays(arrays: dict[str, NDArray[Any]], device: str = "cpu") -> CharNet: ...

class TrainRecord:
    steps: int
    chars: int
    loss: float
    correct: int
    work: float
    bytes: int
    class_loss: _Float64
    class_count: _Int64

class EvalRecord:
    chars: int
    bits: float
    bpc: float
    class_bits: _Float64
    class_count: _Int64

class CharTrainer:
    chars: int
    def __init__(
        self,
        net: CharNet,
        tokens: _UInt8,
        *,
        streams: int = 32,
        window: int = 32,
        input_rate: float = ...,
        pattern_rate: float = ...,
        hidden_rate: float = ...,
        bias_rate: float = ...,
        cell_rate: float = ...,
        epsilon: float = ...,
        decay: float = ...,
        scout: bool = True,
        least_gain: float = ...,
    ) -> None: ...
    def train(self, steps: int, rate: float = 1.0) -> TrainRecord: ...
    def grow(self, proposals: Sequence[Proposal]) -> list[int]: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
    def restore(self, arrays: dict[str, NDArray[Any]]) -> None: ...
    def offered(self, most: int) -> int: ...

class CharStream:
    def __init__(self, net: CharNet) -> None: ...
    def feed(self, tokens: _UInt8) -> NDArray[np.float32]: ...

class LineProfile:
    rows: int
    edges: int
    groups: int
    lines: int
    useful_bytes: int
    fetched_bytes: int
    max_fan_in: int
    fan_in: list[int]
    lines_per_32: float
    utilisation: float
    amplification: float
    mean_fan_in: float
    simd_worst: float

def line_profile(
    row_begin: _Int32,
    column: _Int32,
    sources: int,
    *,
    line: int = 32,
    run: int = 1,
    begin: int = 0,
    end: int = ...,
) -> LineProfile: ...
def simd_worst_level(row_begin: _Int32, level: _Int32) -> float: ...
def transposed(row_begin: _Int32, column: _Int32, sources: int) -> tuple[_Int32, _Int32]: ...
def synthetic(
    *, nodes: int, sub_dags: int, fan_in: int, window: int, bias: float, seed: int
) -> tuple[_Int32, _Int32]: ...
def relabelled(row_begin: _Int32, column: _Int32, place: _Int32) -> tuple[_Int32, _Int32]: ...
def random_order(count: int, seed: int) -> _Int32: ...

_Float32 = NDArray[np.float32]
_Arrays = tuple[_Int32, _Int32]

def small_world(
    inputs: int, outputs: int, links: int, beta: float, seed: int, stream: int = 0
) -> _Arrays: ...
def scale_free(
    inputs: int, outputs: int, links: int, exponent: float, seed: int, stream: int = 0
) -> _Arrays: ...
def receptive_field(
    inputs: int,
    outputs: int,
    links: int,
    spread: float,
    sizes: str,
    seed: int,
    stream: int = 0,
) -> _Arrays: ...
def correlated_features(
    x: _Float32, inputs: int, outputs: int, links: int, seed: int, stream: int = 0
) -> _Arrays: ...
def swi_weights(
    row_begin: _Int32,
    column: _Int32,
    sources: int,
    fan_in: str,
    gain: float,
    seed: int,
    stream: int = 0,
) -> _Float32: ...
def removal_count(fraction: float, links: int) -> int: ...
def remove_signed(weights: _Float32, fraction: float) -> _Int32: ...
def remove_magnitude(weights: _Float32, count: int) -> _Int32: ...
def remove_relative(
    row_begin: _Int32, column: _Int32, sources: int, weights: _Float32, count: int
) -> _Int32: ...
def remove_sampled(
    row_begin: _Int32,
    column: _Int32,
    sources: int,
    weights: _Float32,
    count: int,
    seed: int,
    stream: int = 0,
    *,
    alpha: float = 0.0,
    delta: float = 0.5,
) -> _Int32: ...
def removal_delta(start: float, end: float, progress: float) -> float: ...
def regrow_random(
    row_begin: _Int32, column: _Int32, sources: int, count: int, seed: int, stream: int = 0
) -> _Arrays: ...
def regrow_l3(
    row_begin: _Int32,
    column: _Int32,
    sources: int,
    count: int,
    kind: str,
    rule: str,
    seed: int,
    stream: int = 0,
) -> _Arrays: ...
def regrow_gradient(
    row_begin: _Int32,
    column: _Int32,
    count: int,
    x: _Float32,
    dy: _Float32,
    seed: int,
    stream: int = 0,
) -> _Arrays: ...
def rewired(
    row_begin: _Int32,
    column: _Int32,
    sources: int,
    removed: _Int32,
    added: _Arrays,
    keep_regrown: bool = False,
) -> tuple[_Int32, _Int32, _Int32]: ...
def links_at(row_begin: _Int32, column: _Int32, sources: int, positions: _Int32) -> _Arrays: ...
def chain_removal(
    layers: Sequence[_Arrays], removed: Sequence[_Int32], keep_last: bool
) -> tuple[list[_Int32], list[NDArray[np.bool_]]]: ...
def regrown_overlap(removed: _Arrays, regrown: _Arrays) -> float: ...

class UpdateSchedule:
    def __init__(
        self, every: int, end: int, fraction: float = 0.3, shape: str = "constant"
    ) -> None: ...
    def due(self, time: int) -> bool: ...
    def fraction_at(self, time: int) -> float: ...

class SparseProduct:
    edges: int
    inputs: int
    outputs: int
    def __init__(self, inputs: int, row_begin: _Int32, column: _Int32) -> None: ...
    def forward(self, x: _Real, values: _Real, bias: _Real | None, y: _Real) -> None: ...
    def backward(
        self,
        x: _Real,
        values: _Real,
        dy: _Real,
        dx: _Real | None,
        dvalues: _Real | None,
        dbias: _Real | None,
    ) -> None: ...

class RewireRule:
    def __init__(
        self,
        *,
        removal: str = "signed",
        fraction: float = 0.3,
        alpha: float = 0.0,
        delta: float = 0.5,
        regrowth: str = "random",
        paths: str = "ch3_path",
        choice: str = "best",
        chain_removal: bool = False,
        spare_last: bool = False,
        fresh: str = "start",
        init: InitKind = ...,
        init_scale: float = ...,
        links: Sequence[int] = (),
    ) -> None: ...

def sparsity_at(start: float, end: float, shape: str, progress: float) -> float: ...
def rewire(
    network: Network, rule: RewireRule, frozen: Sequence[bool], seed: int, update: int
) -> dict[str, Any]: ...
