"""Exact formulas of each law of |W| at unit scale (docs/model.md, section 2)."""

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import scipy

from hts.arrays import FloatArray
from hts.noise.pieces import Function, piecewise

#: Above this argument x, 1 + x**2 equals x**2 in float64.
LARGE = 1e9
#: What a formula of a few operations leaves.
ROUNDING = 1e-15


class Magnitude(Hashable, Protocol):
    """The law of |W|: functions of w >= 0, every array of one shape.

    Attributes
    ----------
    alpha : float
        How fast the density varies far out, f'/f ~ -(1 + alpha)/w; 0 for a normal law.
    width : float
        The shortest length on which the density varies beside its singular points.
    singular_points : tuple of float
        Where the density of W jumps or has a cusp.
    constant : float
        lim w**alpha P(|W| > w); nan where the tail is no power.
    mean : float
        E|W|, inf where it does not exist.
    error : float
        About the relative error of the functions below.
    """

    @property
    def alpha(self) -> float: ...  # noqa: D102
    @property
    def width(self) -> float: ...  # noqa: D102
    @property
    def singular_points(self) -> tuple[float, ...]: ...  # noqa: D102
    @property
    def constant(self) -> float: ...  # noqa: D102
    @property
    def mean(self) -> float: ...  # noqa: D102
    @property
    def error(self) -> float: ...  # noqa: D102

    def tail(self, w: FloatArray) -> FloatArray:
        """P(|W| > w), relatively accurate far out."""
        ...

    def body(self, w: FloatArray) -> FloatArray:
        """P(|W| <= w)."""
        ...

    def density(self, w: FloatArray) -> FloatArray:
        """Return the density of |W|, relatively accurate far out."""
        ...

    def inverse(self, log_tail: FloatArray) -> FloatArray:
        """Return the w with log P(|W| > w) = log_tail <= 0."""
        ...


@dataclass(frozen=True)
class Pareto:
    """P(|W| > w) = w**-alpha for w >= 1."""

    alpha: float
    width = 1.0
    singular_points = (-1.0, 1.0)
    constant = 1.0
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


@dataclass(frozen=True)
class Lomax:
    """P(|W| > w) = (1 + w)**-alpha."""

    alpha: float
    width = 1.0
    singular_points = (0.0,)
    constant = 1.0
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


@dataclass(frozen=True)
class Student:
    """Student's t with alpha degrees of freedom; alpha = 1 is Cauchy, and so the stable law of index 1."""

    alpha: float
    width = 0.5  # log density is analytic within sqrt(alpha) of the real line, and alpha >= 0.1
    singular_points = ()
    mean = math.inf  # nobody centres this law
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


@dataclass(frozen=True)
class Normal:
    """|W| for W normal with mean 0 and standard deviation ``deviation``."""

    deviation: float = 1.0
    alpha = 0.0
    singular_points = ()
    constant = math.nan
    mean = math.inf  # nobody centres this law
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


def solve(
    tail: Function,
    density: Function,
    width: float,
    log_tail: FloatArray,
    lowest: float = 0.0,
) -> FloatArray:
    """Invert a tail that has no closed inverse.

    Newton's method for log tail(w) in u = asinh(w / width), in which the far tail is nearly a straight line; a step
    that leaves the bracket is replaced by halving it.

    Parameters
    ----------
    tail, density : callable
        float64[n] -> float64[n], the tail and minus its derivative.
    width : float
        The length on which w turns from linear to logarithmic.
    log_tail : float64[n]
        Logarithms of tail probabilities, <= 0.
    lowest : float
        Where u starts: 0, or -700 for a tail on the whole line.

    Returns
    -------
    float64[n]
        w, infinite for log_tail = -inf.
    """
    low, high = np.full_like(log_tail, lowest), np.full_like(log_tail, 700.0)
    u, moves = np.ones_like(log_tail), np.ones(log_tail.shape, np.bool_)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for _ in range(120):
            w = width * np.sinh(u)
            value = tail(w)
            residual = np.log(value) - log_tail
            low, high = np.where(residual > 0.0, u, low), np.where(residual > 0.0, high, u)
            step = residual * value / (density(w) * width * np.cosh(u))
            newton = u + step
            # each stops by itself: a quantile does not depend on those asked for beside it
            u = np.where(moves, np.where((newton >= low) & (newton <= high), newton, 0.5 * (low + high)), u)
            moves &= (np.abs(step) > 1e-15 * (1.0 + np.abs(u))) & (high - low > 4e-16 * (1.0 + np.abs(u)))
            if not np.any(moves):
                break
    ends = np.where(log_tail == 0.0, -np.inf if lowest < 0.0 else 0.0, np.where(log_tail == -np.inf, np.inf, np.nan))
    return np.where((log_tail < 0.0) & (log_tail > -np.inf), width * np.sinh(u), ends)
