"""Stretched exponential noise: lighter than any power, heavier than any exponential.

1 + |W| is a Weibull variable given that it exceeds 1, as it is a pareto variable for lomax noise. The Weibull law
itself has an infinite density at 0, and then exit times bend like a power of the distance at every break of the exact
solution, which polynomials on panels do not follow with a stated error.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy

from hts.arrays import FloatArray
from hts.kernels import motions
from hts.noise.magnitudes import Law


@dataclass(frozen=True)
class StretchedExponential:
    """P(|W| > w) = exp(1 - (1 + w)**shape)."""

    shape: float
    alpha = 0.0
    width = 1.0
    singular_points = (0.0,)
    constant = math.nan
    least = 0.0
    error = 2e-15

    @cached_property
    def mean(self) -> float:
        """E|W|, the integral of the tail: (e/shape) Gamma(1/shape, 1), Gamma the upper incomplete one."""
        a = 1.0 / self.shape
        return math.e * a * float(scipy.special.gammaincc(a, 1.0)) * math.gamma(a)

    def _power(self, w: FloatArray) -> FloatArray:
        """(1 + w)**shape - 1, with the digits of a small w."""
        return np.expm1(self.shape * np.log1p(w))

    def tail(self, w: FloatArray) -> FloatArray:
        """P(|W| > w)."""
        return np.exp(-self._power(w))

    def body(self, w: FloatArray) -> FloatArray:
        """P(|W| <= w)."""
        return -np.expm1(-self._power(w))

    def density(self, w: FloatArray) -> FloatArray:
        """Return the density of |W|."""
        return self.shape * (1.0 + w) ** (self.shape - 1.0) * self.tail(w)

    def inverse(self, log_tail: FloatArray) -> FloatArray:
        """Return the w with log P(|W| > w) = log_tail."""
        return np.expm1(np.log1p(-log_tail) / self.shape)


LAW = Law("stretched-exponential", motions.STRETCHED, StretchedExponential, steps_per_second=2.2e8, shape=(0.1, 1.0))
