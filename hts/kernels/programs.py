"""Formulas in several variables as programs: one operation after the other, each over all points or lanes at once."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

#: Operations on registers a, b, c and a number k.
CONSTANT: Final = 0  # k
ADD: Final = 1  # a + b
SUBTRACT: Final = 2  # a - b
MULTIPLY: Final = 3  # a b
DIVIDE: Final = 4  # a / b
ADD_NUMBER: Final = 5  # a + k
MULTIPLY_NUMBER: Final = 6  # k a
NUMBER_OVER: Final = 7  # k / a
POWER: Final = 8  # a^k for a > 0, at a = 0 its limit; not a number for a < 0
SQRT: Final = 9
ABSOLUTE: Final = 10
SIGN: Final = 11  # -1 for a < 0, otherwise 1
EXP: Final = 12
LOG: Final = 13
SIN: Final = 14
COS: Final = 15
TANH: Final = 16
CHOOSE: Final = 17  # b where a >= 0, otherwise c

#: Places in a row of operations.
CODE, TARGET, FIRST, SECOND, THIRD = range(5)


class Program(NamedTuple):
    """Operations in order; the first registers hold the variables, and no operation writes to those."""

    operations: npt.NDArray[np.int64]  # int64[operation, 5]: code, target, registers a, b, c
    numbers: npt.NDArray[np.float64]  # float64[operation]: k
    outputs: npt.NDArray[np.int64]  # int64[output]: registers that hold the results
    n_registers: int


def empty_program() -> Program:
    """Give a program that does nothing, for kernels that have none to run."""
    return Program(np.zeros((0, 5), np.int64), np.zeros(0), np.zeros(0, np.int64), 0)
