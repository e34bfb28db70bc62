"""Zeros of many brackets at once against scipy's of one."""

import numpy as np
import pytest
from scipy.optimize import brentq

from hts.landscapes.roots import brent_roots

FUNCTIONS = [
    lambda t: np.sin(7.0 * t) + 0.3 * t,
    lambda t: t**9 - 0.1,
    lambda t: np.tanh(50.0 * (t - 0.123)) + 0.01 * t,
    lambda t: np.exp(8.0 * t) - 3.0,
    lambda t: (t - 0.37) ** 3,
    lambda t: np.where(t < 0.2, -1.0, 2.0),
]


@pytest.mark.parametrize("tolerance", [1e-16, 1e-9])
def test_roots_are_those_of_scipy_to_the_bit(tolerance: float) -> None:
    rng = np.random.default_rng(5)
    functions, brackets = [], []
    while len(brackets) < 300:
        function, ends = FUNCTIONS[rng.integers(len(FUNCTIONS))], np.sort(rng.uniform(-1.0, 1.5, 2))
        if function(ends[0]) * function(ends[1]) < 0.0:
            functions.append(function)
            brackets.append(ends)
    left, right = np.array(brackets).T

    def values(t: np.ndarray, which: np.ndarray) -> np.ndarray:
        return np.array([functions[k](x) for k, x in zip(which, t, strict=True)], dtype=np.float64)

    every = np.arange(len(left))
    found = brent_roots(values, left, right, values(left, every), values(right, every), tolerance)
    wanted = [brentq(f, a, b, xtol=tolerance, maxiter=1000) for f, a, b in zip(functions, left, right, strict=True)]
    assert found.tolist() == wanted
