"""The compiled module takes arrays as they are or refuses them, and says why."""

import numpy as np
import pytest

from sparsegrow import _sparsegrow as native
from support import network, random_pattern, rng, trainer

I32, I64, F32, F64 = np.int32, np.int64, np.float32, np.float64
BEGIN, COLUMN = np.array([0, 2, 3], I32), np.array([0, 2, 1], I32)


def strided(array):
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


def unaligned(array):
    raw = bytearray(array.nbytes + 1)
    view = np.frombuffer(raw, array.dtype, array.size, offset=1).reshape(array.shape)
    view[...] = array
    return view


def layer():
    return native.SparseLayer(3, BEGIN, COLUMN)


def net(**options):
    return network([3, 2], [(BEGIN, COLUMN)], dtype="float32", **options)


def call_trainer(verb, x=None, y=None, order=None, loss="cross_entropy"):
    x = np.zeros((4, 3), F32) if x is None else x
    default = np.zeros(4, I64) if loss == "cross_entropy" else np.zeros((4, 2), F32)
    order = np.arange(4) if order is None else order
    return getattr(trainer(net(), loss), verb)(x, default if y is None else y, order)


def grow(sources=(), targets=(), weights=(), removed=()):
    arrays = [
        one if isinstance(one, np.ndarray) else np.array(one, kind)
        for one, kind in ((sources, I32), (targets, I32), (weights, F64), (removed, I32))
    ]
    return net().grow(*arrays)


WRONG_DTYPE = [
    (lambda: native.SparseLayer(3, BEGIN.astype(I64), COLUMN), "int64.*int32"),
    (lambda: native.SparseLayer(3, BEGIN, COLUMN.astype(F32)), "float32.*int32"),
    (lambda: layer().set_values(np.zeros(3, F64)), "float64.*float32"),
    (lambda: native.Panel(3, 4).pack(np.zeros((4, 3), I32)), "int32.*float32 or float64"),
    (lambda: native.Panel(3, 4).pack(np.zeros((4, 3), np.float16)), "float16"),
    (lambda: call_trainer("train", x=np.zeros((4, 3), np.uint8)), "uint8"),
    (lambda: call_trainer("train", y=np.zeros(4, I32)), "int32.*int64"),
    (lambda: call_trainer("train", y=np.zeros(4, F32)), "float32.*int64"),
    (lambda: call_trainer("train", order=np.arange(4, dtype=I32)), "int32.*int64"),
    (lambda: call_trainer("train", y=np.zeros((4, 2), I64), loss="mse"), "int64"),
    (lambda: net().set_state("weight", np.zeros(3, F64)), "float64.*float32"),
    (lambda: grow(sources=np.zeros(1, I64), targets=[3], weights=[0.0]), "int64.*int32"),
    (lambda: grow(weights=np.zeros(0, F32)), "float32.*float64"),
    (lambda: native.Graph().add_edges(np.zeros(1, I64), np.zeros(1, I32)), "int64.*int32"),
    (lambda: network([3, 2], [(BEGIN.astype(F64), COLUMN)]), "float64.*int32"),
]
WRONG_SHAPE = [
    (lambda: native.SparseLayer(3, BEGIN[None], COLUMN), "2 dimensions, expected 1"),
    (lambda: native.SparseLayer(3, strided(BEGIN), COLUMN), "not C-contiguous"),
    (lambda: native.SparseLayer(3, BEGIN, unaligned(COLUMN)), "aligned"),
    (lambda: layer().set_values(np.zeros(4, F32)), "got 4 values, expected 3"),
    (lambda: native.Panel(3, 4).pack(np.zeros((3, 4), F32)), r"\[3\]\[4\], expected \[4\]\[3\]"),
    (lambda: native.Panel(3, 4).pack(np.zeros((3, 4), F32).T), "not C-contiguous"),
    (lambda: native.Panel(3, 4).pack(np.zeros(12, F32)), "1 dimensions, expected 2"),
    (lambda: call_trainer("train", x=np.zeros((4, 5), F32)), "5 features, expected 3"),
    (lambda: call_trainer("train", x=strided(np.zeros((4, 3), F32))), "not C-contiguous"),
    (lambda: call_trainer("train", x=unaligned(np.zeros((4, 3), F64))), "aligned"),
    (lambda: call_trainer("train", x=np.zeros(12, F32)), "1 dimensions, expected 2"),
    (lambda: call_trainer("train", y=np.zeros(5, I64)), "5 samples, expected 4"),
    (lambda: call_trainer("train", y=np.zeros((4, 3), F32), loss="mse"), "3 values, expected 2"),
    (lambda: net().set_state("weight", np.zeros(2, F32)), "2 values, expected 3"),
    (lambda: grow([0], [3, 4], [0.0]), "1 sources and 2 targets"),
    (lambda: grow([2], [3], [0.0, 1.0]), "2 weights for 1 added edges"),
    (lambda: network([3, 2], []), "0 patterns"),
    (lambda: network([3, 3], [(BEGIN, COLUMN)]), "2 rows, expected 3"),
]
WRONG_VALUE = [
    (lambda: native.SparseLayer(2, BEGIN, COLUMN), "column 2"),
    (lambda: native.SparseLayer(3, BEGIN, np.array([0, -1, 1], I32)), "column -1"),
    (lambda: native.SparseLayer(3, BEGIN, np.array([2, 2, 1], I32)), "twice"),
    (lambda: native.SparseLayer(3, np.array([0, 3, 2], I32), COLUMN), "fall"),
    (lambda: native.SparseLayer(3, np.array([1, 2, 3], I32), COLUMN), "start with 0"),
    (lambda: native.SparseLayer(3, np.array([0, 2, 4], I32), COLUMN), "end at 4"),
    (lambda: native.SparseLayer(-1, BEGIN, COLUMN), "-1"),
    (lambda: native.line_profile(BEGIN, COLUMN, -1), "line_profile.*-1 sources"),
    (lambda: native.transposed(BEGIN, COLUMN, -5), "transposed.*-5 sources"),
    (lambda: native.simd_worst_level(np.array([0, 3, 2], I32), np.zeros(2, I32)), "fall"),
    (lambda: native.simd_worst_level(np.empty(0, I32), np.empty(0, I32)), "start with 0"),
    (lambda: native.erdos_renyi(-1, -1, 1, seed=0), "-1 x -1, expected at least 1 x 1"),
    (lambda: native.SparseLayer(3, BEGIN, COLUMN, "float16"), "float16"),
    (lambda: native.SparseLayer(3, BEGIN, COLUMN, device="toaster"), "toaster"),
    (lambda: network([3, 2], [(BEGIN, COLUMN + 1)]), "column 3, expected 0 to 2"),
    (lambda: network([3, 2], [(BEGIN, np.array([0, 0, 1], I32))]), "twice"),
    (lambda: grow([0], [3], [0.0]), "already|duplicate|twice"),
    (lambda: grow([3], [3], [0.0]), "itself"),
    (lambda: grow([0], [1], [0.0]), "input"),
    (lambda: grow(removed=[1, 1]), "twice"),
    (lambda: call_trainer("gradients", order=np.empty(0, I64)), "no samples"),
    (lambda: trainer(net(), momentum=1.0), "momentum"),
    (lambda: trainer(net(), dropout=1.0), "dropout"),
    (lambda: trainer(net(), batch=0), "batch"),
    (lambda: trainer(net(), rate=-1.0), "learning rate"),
    (lambda: setattr(net(), "steps", -1), "steps. got -1, expected 0 or more"),
    (lambda: native.Schedule(native.ScheduleKind.cosine, 0.1, total_steps=0), "steps"),
    (lambda: native.set_num_threads(0), "0 threads, expected 1 to 256"),
]
OUT_OF_RANGE = [
    (lambda: call_trainer("train", order=np.array([4])), "4, expected 0 to 3"),
    (lambda: call_trainer("train", order=np.array([-1])), "-1, expected 0 to 3"),
    (lambda: trainer(net()).predict(np.zeros((4, 3), F32), np.array([9])), "9, expected 0 to 3"),
    (lambda: call_trainer("train", y=np.array([0, 1, 2, 0])), "2, expected 0 to 1"),
    (lambda: call_trainer("evaluate", y=np.array([0, -1, 0, 0])), "-1, expected 0 to 1"),
    (lambda: grow(removed=[3]), "3, expected 0 to 2"),
    (lambda: grow([9], [3], [0.0]), "9"),
    (lambda: net().state("nothing"), "nothing"),
    (lambda: net().gradient("nothing"), "nothing"),
    (lambda: net().set_state("nothing", np.zeros(3, F32)), "nothing"),
]


@pytest.mark.parametrize(("call", "message"), WRONG_DTYPE)
def test_a_wrong_dtype_is_a_type_error(call, message):
    with pytest.raises(TypeError, match=message):
        call()


@pytest.mark.parametrize(("call", "message"), WRONG_SHAPE + WRONG_VALUE)
def test_a_wrong_shape_or_value_is_a_value_error(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(("call", "message"), OUT_OF_RANGE)
def test_what_does_not_exist_is_an_index_error(call, message):
    with pytest.raises(IndexError, match=message):
        call()


def test_objects_that_are_no_arrays_are_type_errors():
    for wrong in ([0, 2, 3], None, "row", 3):
        with pytest.raises(TypeError):
            native.SparseLayer(3, wrong, COLUMN)


@pytest.mark.parametrize("name", ["metal", "cuda"])
def test_a_missing_device_is_a_sentence(name):
    if native.backends()[name] is True:
        pytest.skip(f"{name} is here")
    with pytest.raises(RuntimeError, match=name):
        native.Panel(3, 4, device=name)


def test_panels_of_another_shape_are_refused():
    one = layer()
    for x, y in ((4, 2), (3, 3)):
        with pytest.raises(ValueError, match="expected"):
            one.spmm(native.Panel(x, 5), native.Panel(y, 5))
    with pytest.raises(ValueError, match="batch"):
        one.spmm(native.Panel(3, 5), native.Panel(2, 6))
    with pytest.raises(ValueError, match="dtype: got f32, expected f64"):
        one.spmm(native.Panel(3, 5, "float64"), native.Panel(2, 5))


@pytest.mark.parametrize("verb", ["spmm", "spmm_t"])
def test_a_product_into_its_own_operand_is_refused(verb):
    square = native.SparseLayer(2, np.array([0, 1, 2], I32), np.array([1, 0], I32))
    panel = native.Panel(2, 5)
    with pytest.raises(ValueError, match=f"{verb}.*same panel"):
        getattr(square, verb)(panel, panel)


def test_a_loss_that_is_not_finite_stops_before_the_step():
    one = net()
    train = trainer(one)
    before = one.state("weight")
    x = np.zeros((4, 3), F32)
    x[2, 1] = np.nan
    with pytest.raises(RuntimeError, match=r"\[Trainer.train\].*diverged"):
        train.train(x, np.zeros(4, I64), np.arange(4))
    assert np.array_equal(one.state("weight"), before)
    assert one.steps == 0


def test_a_refused_change_leaves_the_network_alone():
    one = network([6, 5, 4], [random_pattern(6, 5, 0.6), random_pattern(5, 4, 0.6)])
    trainer(one, kind="adam").train(rng().normal(size=(8, 6)), np.zeros(8, I64), np.arange(8))
    before = {name: one.state(name) for name in one.state_names}
    column = one.graph.column
    row = int(np.repeat(np.arange(one.graph.rows), np.diff(one.graph.row_begin))[0])
    with pytest.raises(ValueError, match=r"already|twice"):
        one.grow(column[:1], np.array([row], I32), np.zeros(1), np.array([3, 4], I32))
    assert np.array_equal(one.graph.column, column)
    for name, values in before.items():
        assert np.array_equal(one.state(name), values)


def test_a_rollback_to_another_kind_of_network_is_refused():
    small, wide = net(), network([3, 2], [(BEGIN, COLUMN)], dtype="float64")
    with pytest.raises(ValueError, match="snapshot of f32, expected f64"):
        wide.rollback(small.snapshot())
    trainer(small, kind="adam")
    with pytest.raises(ValueError, match=r"snapshot with 'weight\.m'"):
        net().rollback(small.snapshot())
    assert wide.state("weight").shape == (3,)


def test_a_rollback_beyond_the_first_trainer_resets_its_moments():
    one = net()
    fresh = one.snapshot()
    train = trainer(one)
    train.train(np.ones((4, 3), F32), np.zeros(4, I64), np.arange(4))
    assert one.state("weight.m").any()
    one.rollback(fresh)
    assert not one.state("weight.m").any()
    train.train(np.ones((4, 3), F32), np.zeros(4, I64), np.arange(4))


def test_moments_of_another_optimizer_are_refused():
    one = net()
    trainer(one)
    with pytest.raises(ValueError, match="got adam for a network with the moments of sgd"):
        trainer(one, kind="adam")


def test_views_of_a_graph_are_read_only_and_outlive_it():
    graph = net().graph
    column = graph.column
    with pytest.raises(ValueError, match="read-only"):
        column[0] = 1
    del graph
    assert column.tolist() == [0, 2, 1]


def test_changing_the_copied_graph_does_not_change_the_network():
    one = net()
    graph = one.graph
    graph.remove_edges_at(np.array([0], I32))
    graph.commit()
    assert (graph.edges, one.edges) == (2, 3)


def test_a_schedule_is_a_function_of_the_step():
    kinds = native.ScheduleKind
    for kind, middle in ((kinds.linear, 0.55), (kinds.cosine, 0.55), (kinds.exponential, 0.1**0.5)):
        schedule = native.Schedule(
            kind, 1.0, final_factor=0.1, warmup_steps=4, total_steps=24, first_step=100
        )
        rates = [schedule.rate_at(step) for step in (0, 100, 103, 104, 114, 124, 9999)]
        assert np.allclose(rates, [0.25, 0.25, 1.0, 1.0, middle, 0.1, 0.1])


def test_a_graph_goes_back_to_a_snapshot():
    graph = native.Graph()
    first, second = graph.add_node(0, 0, input=True), graph.add_node(0)
    graph.commit()
    empty = graph.snapshot()
    graph.add_edges(np.array([first], I32), np.array([second], I32))
    graph.commit()
    assert graph.edges == 1
    graph.restore(empty)
    assert graph.edges == 0
