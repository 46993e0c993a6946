import pytest

import sparsegrow as sg


@pytest.fixture(autouse=True)
def _one_thread():
    """Small nets gain nothing from more; the tests of threads set their own."""
    sg.set_num_threads(1)
