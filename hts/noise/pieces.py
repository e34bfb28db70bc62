"""Piecewise functions, each piece evaluated only where it holds."""

from collections.abc import Callable

import numpy as np

from hts.arrays import FloatArray

Function = Callable[[FloatArray], FloatArray]


def piecewise(w: FloatArray, end: float, near: Function, far: Function) -> FloatArray:
    """Take ``near`` at w <= end (and at nan) and ``far`` beyond; w : float64[n]."""
    is_far = w > end
    if not is_far.any():
        return near(w)
    values = np.empty_like(w)
    values[is_far], values[~is_far] = far(w[is_far]), near(w[~is_far])
    return values
