"""Programs of formulas carried out for all lanes at once."""

import numpy as np

from hts.kernels import elementary
from hts.kernels.programs import (
    ABSOLUTE,
    ADD,
    ADD_NUMBER,
    CHOOSE,
    CODE,
    CONSTANT,
    COS,
    DIVIDE,
    EXP,
    FIRST,
    LOG,
    MULTIPLY,
    MULTIPLY_NUMBER,
    NUMBER_OVER,
    POWER,
    SECOND,
    SIGN,
    SIN,
    SQRT,
    SUBTRACT,
    TANH,
    TARGET,
    THIRD,
)
from hts.kernels.settings import jit


@jit
def run_program(operations, numbers, r, n_lanes):
    """Carry out a program over its registers float64[register, lane], whose first hold the variables."""
    for row in range(operations.shape[0]):
        code, target = operations[row, CODE], operations[row, TARGET]
        a, b, c = operations[row, FIRST], operations[row, SECOND], operations[row, THIRD]
        k = numbers[row]
        if code == MULTIPLY:
            for i in range(n_lanes):
                r[target, i] = r[a, i] * r[b, i]
        elif code == ADD:
            for i in range(n_lanes):
                r[target, i] = r[a, i] + r[b, i]
        elif code == SUBTRACT:
            for i in range(n_lanes):
                r[target, i] = r[a, i] - r[b, i]
        elif code == MULTIPLY_NUMBER:
            for i in range(n_lanes):
                r[target, i] = k * r[a, i]
        elif code == ADD_NUMBER:
            for i in range(n_lanes):
                r[target, i] = r[a, i] + k
        elif code == DIVIDE:
            for i in range(n_lanes):
                r[target, i] = r[a, i] / r[b, i]
        elif code == NUMBER_OVER:
            for i in range(n_lanes):
                r[target, i] = k / r[a, i]
        elif code == CONSTANT:
            for i in range(n_lanes):
                r[target, i] = k
        elif code == CHOOSE:
            for i in range(n_lanes):
                r[target, i] = r[b, i] if r[a, i] >= 0.0 else r[c, i]
        else:
            apply_function(code, target, a, k, r, n_lanes)


@jit
def apply_function(code, target, a, k, r, n_lanes):
    """Apply a function of one variable to a register."""
    if code == SQRT:
        for i in range(n_lanes):
            r[target, i] = np.sqrt(r[a, i])
    elif code == ABSOLUTE:
        for i in range(n_lanes):
            r[target, i] = abs(r[a, i])
    elif code == SIGN:
        for i in range(n_lanes):
            r[target, i] = -1.0 if r[a, i] < 0.0 else 1.0
    elif code == EXP:
        for i in range(n_lanes):
            r[target, i] = elementary.exp(r[a, i])
    elif code == POWER:
        for i in range(n_lanes):
            r[target, i] = elementary.power(r[a, i], k)
    elif code == LOG:
        for i in range(n_lanes):
            r[target, i] = elementary.log(r[a, i])
    elif code == SIN:
        for i in range(n_lanes):
            r[target, i] = elementary.sin(r[a, i])
    elif code == COS:
        for i in range(n_lanes):
            r[target, i] = elementary.cos(r[a, i])
    elif code == TANH:
        for i in range(n_lanes):
            r[target, i] = elementary.tanh(r[a, i])
