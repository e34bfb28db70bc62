"""Types of the arrays that the rooms hand to one another."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

#: An array of doubles of any shape.
FloatArray: TypeAlias = npt.NDArray[np.float64]
#: An array of 64-bit integers of any shape.
IntArray: TypeAlias = npt.NDArray[np.int64]
#: An array of truth values of any shape.
BoolArray: TypeAlias = npt.NDArray[np.bool_]
