"""Density and tail of the symmetric stable law, E exp(i v W) = exp(-|v|**alpha).

The density is f(w) = Re int_0^inf exp(i w v - v**alpha) dv / pi. Two deformations of the path of integration leave
integrands that do not cancel, so that f is good to rounding for every w and every alpha in [0.1, 2), near 1 and near 2
as well; series in w**-alpha take over far out. The tail is the density integrated from infinity, a sum of positive
numbers. Both are kept as tables (hts.noise.panels), one set-up per alpha.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy
from numpy.polynomial.polynomial import polyval

from hts.arrays import FloatArray
from hts.kernels import motions
from hts.noise.integrals import beyond
from hts.noise.inverses import solve
from hts.noise.laws.normal import Normal
from hts.noise.laws.student import Student
from hts.noise.magnitudes import Law, Magnitude
from hts.noise.panels import Panels, tabulate
from hts.noise.pieces import piecewise

#: Integrands are followed until they are exp(-DEPTH) of their largest value: the power tail next to alpha = 2 is small.
DEPTH = 80.0
#: Panels of the path of integration halve this often towards 0, where v**alpha is not smooth.
LEVELS = 50
#: Up to here the straight path is used, beyond it the path along the imaginary axis; both are good to 1e-15 around it.
MEETING_POINT = 3.0
#: The far series is used where w**alpha is beyond this: 14 terms of it leave less than 1e-17 for every alpha.
FAR, TERMS = 1000.0, 14

_GAUSS, _WEIGHTS = np.polynomial.legendre.leggauss(20)
_GAUSS, _WEIGHTS = 0.5 * (_GAUSS + 1.0), 0.5 * _WEIGHTS


@dataclass(frozen=True)
class Stable:
    """|W| for W symmetric stable with index alpha in [0.1, 2); for 1 there is a closed form elsewhere.

    The tables are set up by the first question that needs them (0.05 to 0.5 s); relative error 1e-14.
    """

    alpha: float
    singular_points = ()
    least = 0.0
    mean = math.inf  # this symmetric law is never centred

    @property
    def width(self) -> float:
        """sqrt(f(0)/|f''(0)|)."""
        return math.exp(0.5 * (math.lgamma(1.0 / self.alpha) - math.lgamma(3.0 / self.alpha)))

    @property
    def constant(self) -> float:
        """C_alpha = 2 Gamma(alpha) sin(pi alpha/2)/pi."""
        return float(self._series[0])

    @property
    def error(self) -> float:
        """What rounding leaves of exp(-v**alpha) where it matters, v**alpha ~ 1/alpha."""
        return 2.5e-15 * max(1.0, 1.0 / self.alpha)

    def tail(self, w: FloatArray) -> FloatArray:
        """P(|W| > w)."""
        return piecewise(w, self._end, self._tail_table, self._far_tail)

    def body(self, w: FloatArray) -> FloatArray:
        """P(|W| <= w), to rounding of 1: a symmetric law adds it to 1/2."""
        return 1.0 - self.tail(w)

    def density(self, w: FloatArray) -> FloatArray:
        """Return the density of |W|."""
        return piecewise(w, self._end, self._density_table, self._far_density)

    def inverse(self, log_tail: FloatArray) -> FloatArray:
        """Return the w with log P(|W| > w) = log_tail."""
        return solve(self.tail, self.density, self.width, log_tail)

    @property
    def _end(self) -> float:
        """Where the tables end."""
        return float(FAR ** (1.0 / self.alpha))

    @cached_property
    def _series(self) -> FloatArray:
        """Coefficients of w**(-alpha k), k = 1, 2, ..., in P(|W| > w)."""
        k = np.arange(1.0, TERMS + 1.0)
        factorials = np.exp(scipy.special.gammaln(self.alpha * k) - scipy.special.gammaln(k + 1.0))
        return np.asarray(2.0 / math.pi * factorials * _signed_sine(self.alpha, k))

    def _far_tail(self, w: FloatArray) -> FloatArray:
        """P(|W| > w) far out."""
        x = w**-self.alpha
        return np.asarray(x * polyval(x, self._series))

    def _far_density(self, w: FloatArray) -> FloatArray:
        """Return minus the derivative of `_far_tail`."""
        x = w**-self.alpha
        return np.asarray(self.alpha * x / w * polyval(x, self._series * np.arange(1, TERMS + 1)))

    @cached_property
    def _density_table(self) -> Panels:
        """The table of the density."""
        alpha = self.alpha
        return tabulate(lambda w: 2.0 * density(alpha, w), self.width, np.array([self._end]), self.error)

    @cached_property
    def _tail_table(self) -> Panels:
        """The table of the tail."""
        at_end = float(self._far_tail(np.array([self._end]))[0])
        integral = beyond(self._density_table, at_end)
        return tabulate(integral, self.width, np.array([self._end]), self.error)


def density(alpha: float, w: FloatArray) -> FloatArray:
    """Density of W by quadrature, good to rounding; 5 to 50 microseconds a point.

    Parameters
    ----------
    alpha : float
        In [0.1, 2).
    w : float64[n]
        Points, >= 0 and at most of the order 1e3**(1/alpha).

    Returns
    -------
    float64[n]
        f(w), the density of the signed law.
    """
    values = np.empty_like(w)
    is_near = w <= MEETING_POINT
    values[is_near] = _straight(alpha, w[is_near])
    values[~is_near] = _imaginary(alpha, w[~is_near])
    return values


def _straight(alpha: float, w: FloatArray) -> FloatArray:
    """Integrate along v = r exp(i phi), phi such that v**alpha decays as fast as it turns."""
    phi = min(0.5 * math.pi, 0.25 * math.pi / alpha)
    decay = math.cos(alpha * phi)
    turn, turn_power = complex(math.cos(phi), math.sin(phi)), complex(decay, math.sin(alpha * phi))
    reach = (DEPTH / decay) ** (1.0 / alpha)
    end = np.minimum(reach, DEPTH / np.maximum(w * math.sin(phi), 1.0 / reach))
    r, weights = _graded(LEVELS + max(0, math.ceil(math.log2(reach))))
    exponent = np.multiply.outer(w * end, 1j * turn * r) - np.multiply.outer(end**alpha, turn_power * r**alpha)
    values: FloatArray = end / math.pi * ((np.exp(exponent) @ weights) * turn).real
    return values


def _imaginary(alpha: float, w: FloatArray) -> FloatArray:
    """Integrate from 0 up the imaginary axis, which gives the power tail, then on to the right, which gives the bulk.

    On the axis v = iy the real part of the integrand is exp(-w y - c y**alpha) sin(s y**alpha), c + is = i**alpha.
    For alpha > 1, c is negative and the path leaves the axis where the exponent turns, at iy*; from there to the right
    the integrand is monotone and starts without turning.
    """
    cosine, sine = math.sin(0.5 * math.pi * (1.0 - alpha)), float(_signed_sine(alpha, np.ones(1))[0])
    corner = np.full_like(w, math.inf)
    if cosine < 0.0:
        corner = np.exp(np.minimum(np.log(w / (-cosine * alpha)) / (alpha - 1.0), 600.0))
    end = np.minimum(corner, DEPTH / w)
    for _ in range(60 if cosine < 0.0 else 0):  # w y + c y**alpha = DEPTH, from below
        end = np.minimum(corner, (DEPTH - cosine * end**alpha) / w)
    y, weights = _graded(LEVELS)
    power = np.multiply.outer(end**alpha, y**alpha)
    values: FloatArray = end * (
        (np.exp(-np.multiply.outer(w * end, y) - cosine * power) * np.sin(sine * power)) @ weights
    )
    turns = np.flatnonzero(corner <= end)
    if turns.size:
        reach = DEPTH ** (1.0 / alpha)
        v = reach * y + 1j * corner[turns, None]
        values[turns] += reach * (np.exp(1j * w[turns, None] * v - v**alpha).real @ weights)
    return values / math.pi


def _graded(levels: int) -> tuple[FloatArray, FloatArray]:
    """Gauss nodes and weights on [0, 1]: panels that halve towards 0, then even ones where the integrand turns."""
    edges = np.concatenate([[0.0], 2.0 ** np.arange(-levels, -3.0), np.arange(2, 17) / 16.0])
    lengths = np.diff(edges)
    return (edges[:-1, None] + np.outer(lengths, _GAUSS)).ravel(), np.outer(lengths, _WEIGHTS).ravel()


def _signed_sine(alpha: float, k: FloatArray) -> FloatArray:
    """(-1)**(k + 1) sin(k pi alpha/2), from 2 - alpha where that is the exact number."""
    if alpha >= 1.0:
        return np.sin(0.5 * math.pi * (2.0 - alpha) * k)
    return np.where(k % 2 == 1, 1.0, -1.0) * np.sin(0.5 * math.pi * alpha * k)


def magnitude(alpha: float) -> Magnitude:
    """Return the law of |W|: in closed form for alpha = 1, Cauchy's, and for alpha = 2, which is N(0, 2)."""
    if alpha == 2.0:
        return Normal(math.sqrt(2.0))
    return Student(1.0) if alpha == 1.0 else Stable(alpha)


LAW = Law("stable", motions.STABLE, magnitude, steps_per_second=1.4e8, alpha=(0.1, 2.0))
