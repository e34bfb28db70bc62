"""Normal noise, the light-tailed control."""

import math
from dataclasses import dataclass

import numpy as np
import scipy

from hts.arrays import FloatArray
from hts.kernels import motions
from hts.noise.magnitudes import ROUNDING, Law


@dataclass(frozen=True)
class Normal:
    """|W| for W normal with mean 0 and standard deviation ``deviation``."""

    deviation: float = 1.0
    alpha = 0.0
    singular_points = ()
    constant = math.nan
    mean = math.inf  # this symmetric law is never centred
    least = 0.0
    error = ROUNDING

    @property
    def width(self) -> float:
        """One standard deviation."""
        return self.deviation

    def tail(self, w: FloatArray) -> FloatArray:
        """P(|W| > w)."""
        tail: FloatArray = scipy.special.erfc(w / (self.deviation * math.sqrt(2.0)))
        return tail

    def body(self, w: FloatArray) -> FloatArray:
        """P(|W| <= w)."""
        body: FloatArray = scipy.special.erf(w / (self.deviation * math.sqrt(2.0)))
        return body

    def density(self, w: FloatArray) -> FloatArray:
        """Return the density of |W|."""
        # beyond 40 deviations the density is 0 in float64, and the square may not overflow
        n = np.minimum(w / self.deviation, 40.0)
        return math.sqrt(2.0 / math.pi) / self.deviation * np.exp(-0.5 * n * n)

    def inverse(self, log_tail: FloatArray) -> FloatArray:
        """Return the w with log P(|W| > w) = log_tail."""
        n: FloatArray = -scipy.special.ndtri_exp(log_tail - math.log(2.0))
        return self.deviation * n


LAW = Law("normal", motions.NORMAL, lambda _: Normal(), steps_per_second=2.6e8)
