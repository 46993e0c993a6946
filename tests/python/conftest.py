import pytest

import sparsegrow as sg
from support import DEVICE


@pytest.fixture(autouse=True)
def _one_thread():
    """Small nets gain nothing from more; the tests of threads set their own."""
    sg.set_num_threads(1)


@pytest.fixture(scope="session")
def device():
    """The device under test: SPARSEGROW_TEST_DEVICE, else the CPU."""
    return DEVICE
