import pytest

import sparsegrow as sg
from checkpoint_games import write_full_checkpoint
from support import DEVICE


@pytest.fixture(autouse=True)
def _one_thread():
    """Small nets gain nothing from more; the tests of threads set their own."""
    sg.set_num_threads(1)


@pytest.fixture(scope="session")
def device():
    """The device under test: SPARSEGROW_TEST_DEVICE, else the CPU."""
    return DEVICE


@pytest.fixture(scope="session")
def original(tmp_path_factory):
    """The bytes of a checkpoint with everything in it."""
    path = tmp_path_factory.mktemp("checkpoint") / "m.safetensors"
    write_full_checkpoint(path)
    return path.read_bytes()
