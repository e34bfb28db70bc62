"""Student's t with alpha degrees of freedom."""

import math
from dataclasses import dataclass

import numpy as np
import scipy

from hts.arrays import FloatArray
from hts.kernels import motions
from hts.noise.inverses import solve
from hts.noise.magnitudes import ROUNDING, Law
from hts.noise.pieces import piecewise

#: Above this argument x, 1 + x**2 equals x**2 in float64.
LARGE = 1e9


@dataclass(frozen=True)
class Student:
    """Student's t with alpha degrees of freedom; alpha = 1 is Cauchy, and so the stable law of index 1."""

    alpha: float
    width = 0.5  # log density is analytic within sqrt(alpha) of the real line, and alpha >= 0.1
    singular_points = ()
    mean = math.inf  # this symmetric law is never centred
    least = 0.0
    error = ROUNDING

    @property
    def constant(self) -> float:
        """2 c_nu nu**((nu + 1)/2)/nu of docs/model.md, with c_nu = 1/(sqrt(nu) B(nu/2, 1/2))."""
        nu = self.alpha
        return 2.0 * math.exp((nu / 2 - 1.0) * math.log(nu) - float(scipy.special.betaln(nu / 2, 0.5)))

    def _square(self, w: FloatArray) -> FloatArray:
        """w**2/nu; beyond LARGE its value there, because nothing but its size compared with 1 is asked for."""
        return np.square(np.minimum(w / math.sqrt(self.alpha), LARGE))

    def _power(self, w: FloatArray, exponent: float) -> FloatArray:
        """(1 + w**2/nu)**(exponent/2), for w**2 beyond the largest float too."""
        far = np.maximum(w / (LARGE * math.sqrt(self.alpha)), 1.0)
        return (1.0 + self._square(w)) ** (0.5 * exponent) * far**exponent

    def tail(self, w: FloatArray) -> FloatArray:
        """P(|W| > w)."""
        return piecewise(w, 1.0, lambda w: 1.0 - self._inner_body(w), self._outer_tail)

    def body(self, w: FloatArray) -> FloatArray:
        """P(|W| <= w)."""
        return piecewise(w, 1.0, self._inner_body, lambda w: 1.0 - self._outer_tail(w))

    def _inner_body(self, w: FloatArray) -> FloatArray:
        """P(|W| <= w) for w <= 1: an incomplete beta function, with an argument near 0 that keeps the digits of w."""
        square = self._square(w)
        body: FloatArray = scipy.special.betainc(0.5, self.alpha / 2, square / (1.0 + square))
        return body

    def _outer_tail(self, w: FloatArray) -> FloatArray:
        """P(|W| > w) for w > 1; the same."""
        far = np.maximum(w / (LARGE * math.sqrt(self.alpha)), 1.0)
        tail: FloatArray = scipy.special.betainc(self.alpha / 2, 0.5, 1.0 / (1.0 + self._square(w)))
        return tail * far**-self.alpha

    def density(self, w: FloatArray) -> FloatArray:
        """Return the density of |W|."""
        nu = self.alpha
        return 2.0 / (math.sqrt(nu) * float(scipy.special.beta(nu / 2, 0.5))) * self._power(w, -1.0 - nu)

    def inverse(self, log_tail: FloatArray) -> FloatArray:
        """Return the w with log P(|W| > w) = log_tail."""
        return solve(self.tail, self.density, self.width, log_tail)


LAW = Law("student", motions.STUDENT, Student, steps_per_second=2.2e8, alpha=(0.1, 100.0))
