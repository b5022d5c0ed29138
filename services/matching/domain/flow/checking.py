"""Arrays as callers give them, made whole numbers or refused by the entry that is wrong."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.flow.weights import Ints

LARGEST = 2**31
"""Numbers and costs stay below it, so that no sum along a chain can overflow 64 bits."""


def whole(name: str, given: Any) -> Ints:
    """The numbers as 64-bit integers, a read-only copy. ValueError for what is not whole."""
    values = np.asarray(given)
    if values.ndim != 1:
        raise ValueError(f"{name} must be one row of numbers, not of shape {values.shape}")
    if values.dtype.kind == "f":
        _refuse_first(name, values, np.isnan(values), "is not a number")
        _refuse_first(name, values, values != np.rint(values), "is not a whole number")
    elif values.size and values.dtype.kind not in "iu":
        raise ValueError(f"{name} must hold whole numbers, not {values.dtype}")
    beyond = (values >= LARGEST) | (values <= -LARGEST)
    _refuse_first(name, values, beyond, f"is not between -{LARGEST} and {LARGEST}")
    kept = values.astype(np.int64)
    kept.flags.writeable = False
    return kept


def within(name: str, values: Ints, end: int) -> None:
    """ValueError unless all are in 0 up to, but not including, `end`."""
    _refuse_first(name, values, (values < 0) | (values >= end), f"is not in 0..{end - 1}")


def as_many(name: str, values: NDArray[Any], wanted: int) -> None:
    """ValueError unless there are `wanted` of them."""
    if values.shape != (wanted,):
        raise ValueError(f"{name} must have {wanted} entries, not shape {values.shape}")


def order_of(name: str, keys: NDArray[Any] | None, rows: int) -> Ints:
    """The rows in the order of their keys; equal keys, and no keys, keep the order given."""
    if keys is None:
        return np.arange(rows)
    values = np.asarray(keys)
    as_many(name, values, rows)
    if values.size and values.dtype.kind not in "iuS":
        raise ValueError(f"{name} must be whole numbers or bytes, not {values.dtype}")
    return np.argsort(values, kind="stable")


def _refuse_first(name: str, values: NDArray[Any], wrong: NDArray[np.bool_], what: str) -> None:
    if wrong.any():
        where = int(np.argmax(wrong))
        raise ValueError(f"{name}[{where}] = {values[where]} {what}")
