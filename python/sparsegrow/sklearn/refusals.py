"""A fit that fails leaves a fitted estimator as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def unchanged_after(kind: type[BaseException], estimator: Any) -> Iterator[None]:
    """Put an estimator's attributes back if what is done here raises such an error.

    Else labels or widths of new data could stand beside the network of earlier ones.
    """
    before = dict(vars(estimator))
    try:
        yield
    except kind:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise
