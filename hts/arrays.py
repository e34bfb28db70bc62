"""Types of the arrays that the rooms hand to one another, and an exact sum."""

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

#: An array of doubles of any shape.
FloatArray: TypeAlias = npt.NDArray[np.float64]
#: An array of 64-bit integers of any shape.
IntArray: TypeAlias = npt.NDArray[np.int64]
#: An array of truth values of any shape.
BoolArray: TypeAlias = npt.NDArray[np.bool_]

_LARGEST: Final = 2**63 - 1


def exact_sum(numbers: IntArray) -> int:
    """Sum whole numbers exactly, where their sum is beyond int64 as well.

    Parameters
    ----------
    numbers : int64[...]
        At least 0; fewer than 2**31 of them.
    """
    if numbers.size * int(numbers.max(initial=0)) <= _LARGEST:
        return int(numbers.sum(dtype=np.int64))
    return (int((numbers >> 32).sum()) << 32) + int((numbers & 0xFFFFFFFF).sum())
