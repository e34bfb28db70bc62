"""Lomax: pareto noise less 1, so that its density is positive at 0."""

import math
from dataclasses import dataclass

import numpy as np

from hts.arrays import FloatArray
from hts.kernels import motions
from hts.noise.magnitudes import ROUNDING, Law


@dataclass(frozen=True)
class Lomax:
    """P(|W| > w) = (1 + w)**-alpha."""

    alpha: float
    width = 1.0
    singular_points = (0.0,)
    constant = 1.0
    least = 0.0
    error = ROUNDING

    @property
    def mean(self) -> float:
        """E|W|."""
        return 1.0 / (self.alpha - 1.0) if self.alpha > 1.0 else math.inf

    def tail(self, w: FloatArray) -> FloatArray:
        """P(|W| > w)."""
        return (1.0 + w) ** -self.alpha

    def body(self, w: FloatArray) -> FloatArray:
        """P(|W| <= w)."""
        return -np.expm1(-self.alpha * np.log1p(w))

    def density(self, w: FloatArray) -> FloatArray:
        """Return the density of |W|."""
        return self.alpha * (1.0 + w) ** (-1.0 - self.alpha)

    def inverse(self, log_tail: FloatArray) -> FloatArray:
        """Return the w with log P(|W| > w) = log_tail."""
        return np.expm1(log_tail / -self.alpha)


LAW = Law("lomax", motions.LOMAX, Lomax, steps_per_second=3.0e8, alpha=(0.1, 100.0))
