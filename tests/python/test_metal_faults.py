"""What a user sees when the GPU fails, by the faults that the software device plays."""

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

import sparsegrow as sg
from growth_support import small_corpus
from sparsegrow import _sparsegrow as native

DEVICE = ctypes.CDLL(native.__file__)
pytestmark = pytest.mark.skipif(
    not hasattr(DEVICE, "software_metal_fail"), reason="this build has no software Metal device"
)


@pytest.fixture(autouse=True)
def _healed() -> Iterator[None]:
    yield
    DEVICE.software_metal_heal()
    DEVICE.software_metal_set_max_buffer_length(ctypes.c_ulong(1 << 34))


def fail(what: str, after: int = 0) -> None:
    DEVICE.software_metal_fail(what.encode(), ctypes.c_long(after))


def trained() -> tuple[native.CharNet, native.CharTrainer]:
    net = native.CharNet(seed=0, device="metal")
    trainer = native.CharTrainer(net, small_corpus().train[:2000], streams=8, window=8)
    trainer.train(2)
    return net, trainer


def assert_finite(net: native.CharNet) -> None:
    for name, values in net.arrays().items():
        assert not np.issubdtype(values.dtype, np.floating) or np.isfinite(values).all(), name


@pytest.mark.parametrize(
    ("fault", "words"), [("command", "Insufficient Memory"), ("device_lost", "lost|Lost|removed")]
)
def test_a_step_that_fails_leaves_the_model_readable(tmp_path, fault: str, words: str) -> None:
    net, trainer = trained()
    before = net.arrays()
    fail(fault)
    with pytest.raises(RuntimeError, match=rf"\[Metal\] the GPU gave up: .*({words})"):
        trainer.train(1)
    DEVICE.software_metal_heal()
    assert_finite(net)
    sg.CharModel.of_net(net).save(tmp_path / "model")
    after = sg.CharModel.load(tmp_path / "model").net.arrays()
    for name, values in before.items():
        assert np.array_equal(values, after[name]), name
    trainer.train(1)


def test_growth_without_room_changes_nothing() -> None:
    net, trainer = trained()
    before, edges = net.arrays(), net.edges
    wider = [native.Proposal(kind="widen", sub_dag=s, layer=1, count=60) for s in range(98)]
    fail("allocation")
    with pytest.raises(
        RuntimeError, match=r"out of memory: \d+ bytes asked for beside \d+ on device"
    ):
        net.grow(wider)
    DEVICE.software_metal_heal()
    assert net.edges == edges
    for name, values in net.arrays().items():
        assert np.array_equal(values, before[name]), name
    trainer.train(1)
    net.grow(wider)
    trainer.train(1)
    assert net.edges > edges


def test_a_buffer_over_the_devices_limit() -> None:
    DEVICE.software_metal_set_max_buffer_length(ctypes.c_ulong(1 << 20))
    with pytest.raises(
        RuntimeError, match=r"a buffer of \d+ bytes was asked for, .* at most 1048576"
    ):
        sg.SparseMLP([2000, 2000, 10], density=0.2, device="metal").fit(
            np.zeros((4, 2000), np.float32), [0, 1, 2, 3], 1, progress=False
        )


def in_a_process(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip


TRAIN = """
import numpy as np, sparsegrow as sg
model = sg.SparseMLP([4, 8, 2], density=0.5, device="metal")
model.fit(np.zeros((8, 4), np.float32), [0, 1] * 4, 1, progress=False)
"""


@pytest.mark.parametrize(
    ("fault", "words"),
    [("compile:0", "[Metal] the kernels do not compile: "), ("pipeline:0", "cannot be used: ")],
)
def test_kernels_that_the_device_refuses(fault: str, words: str) -> None:
    done = in_a_process(TRAIN, SOFTWARE_METAL_FAIL=fault)
    assert done.returncode == 1
    assert words in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("no_device:0", "this machine has no Metal device"),
        ("family:0", "is older than an Apple M1"),
    ],
)
def test_info_says_why_metal_is_missing(fault: str, reason: str) -> None:
    code = "import json, sparsegrow as sg; print(json.dumps(sg.info()['backends']['metal']))"
    done = in_a_process(code, SOFTWARE_METAL_FAIL=fault)
    assert reason in json.loads(done.stdout)
    refused = in_a_process(TRAIN, SOFTWARE_METAL_FAIL=fault)
    assert refused.returncode == 1
    assert reason in refused.stderr.splitlines()[-1]


def test_nothing_is_alive_at_the_end() -> None:
    done = in_a_process(TRAIN, SOFTWARE_METAL_LEAKS="1")
    assert (done.returncode, done.stderr) == (0, "")


KEEP_FOR_EVER = """
import ctypes
ctypes.pythonapi.Py_IncRef(ctypes.py_object(model))
"""


def test_a_leak_is_a_failure() -> None:
    done = in_a_process(TRAIN + KEEP_FOR_EVER, SOFTWARE_METAL_LEAKS="1")
    assert done.returncode != 0
    assert "MTLBuffer" in done.stderr


def test_the_devices_counters_agree_with_ours() -> None:
    _, trainer = trained()
    native.reset_device_use("metal")
    DEVICE.software_metal_reset_counts()
    trainer.train(3)
    ours = native.device_use("metal")
    DEVICE.software_metal_count.restype = ctypes.c_long
    counted = DEVICE.software_metal_count
    assert counted(b"command_buffers", None) == ours["command_buffers"]
    assert counted(b"waits", None) == ours["waits"]
    done = {name: counted(b"dispatches", name.encode()) for name in ours["kernels"]}
    put_down = {name: use["dispatches"] for name, use in ours["kernels"].items()}
    # Of the last step, what follows the loss has been put down and not yet done.
    late = {name: put_down[name] - done[name] for name in done if put_down[name] != done[name]}
    assert set(late.values()) <= {1, 3}
    assert "softmax_xent_tile_f32" not in late
