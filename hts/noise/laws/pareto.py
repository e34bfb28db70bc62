"""Pareto: a pure power, and no values near 0."""

import math
from dataclasses import dataclass

import numpy as np

from hts.arrays import FloatArray
from hts.kernels import motions
from hts.noise.magnitudes import ROUNDING, Law


@dataclass(frozen=True)
class Pareto:
    """P(|W| > w) = w**-alpha for w >= 1."""

    alpha: float
    width = 1.0
    singular_points = (-1.0, 1.0)
    constant = 1.0
    least = 1.0
    error = ROUNDING

    @property
    def mean(self) -> float:
        """E|W|."""
        return self.alpha / (self.alpha - 1.0) if self.alpha > 1.0 else math.inf

    def tail(self, w: FloatArray) -> FloatArray:
        """P(|W| > w)."""
        return np.maximum(w, 1.0) ** -self.alpha

    def body(self, w: FloatArray) -> FloatArray:
        """P(|W| <= w)."""
        return -np.expm1(-self.alpha * np.log(np.maximum(w, 1.0)))

    def density(self, w: FloatArray) -> FloatArray:
        """Return the density of |W|; at w = 1 the value from the right."""
        power = self.alpha * np.maximum(w, 1.0) ** (-1.0 - self.alpha)
        return np.where(w < 1.0, 0.0, power)

    def inverse(self, log_tail: FloatArray) -> FloatArray:
        """Return the w with log P(|W| > w) = log_tail."""
        return np.exp(log_tail / -self.alpha)


LAW = Law("pareto", motions.PARETO, Pareto, steps_per_second=3.0e8, alpha=(0.1, 100.0))
