"""Density of a law as the table that the matrix kernels read."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.polynomial import chebyshev, polynomial

from hts.arrays import BoolArray, FloatArray
from hts.kernels.quadrature import Table
from hts.noise import Noise
from hts.theory.exact.steps import ExactExitError

#: Degree of the polynomial on each interval: on one whose ends have the ratio sqrt(2) it meets TOLERANCE for a power.
DEGREE = 13
#: Largest error relative to the density itself, a few times what a law's own density is good for.
TOLERANCE = 5e-13
#: A density that is e^-k is known k times worse than its exponent is; from this k on that is more than TOLERANCE.
STEEP = 50.0
#: An interval is halved at most so often: a rounding error cannot be resolved away.
MAX_DEPTH = 40
#: How many times the effect of rounding z on a density is allowed.
ROUNDED = 8.0
#: Intervals that may wait to be halved while no rounding is allowed for but that of a normal part, and at all.
MANY, TOO_MANY = 2_000, 50_000
EPS = float(np.finfo(np.float64).eps)
#: Deviations of the normal part within which a jump of the law stays steep.
EDGE = 50.0
#: A density below it is nothing, whatever the number of steps.
NEGLIGIBLE = 1e-290

_NODES = np.cos((np.arange(DEGREE + 1) + 0.5) * np.pi / (DEGREE + 1))
_CHECKS = np.array([-0.995, -0.8, -0.43, 0.11, 0.57, 0.9, 0.998])
_MONOMIALS = np.stack(
    [np.pad(chebyshev.cheb2poly(np.eye(DEGREE + 1)[m][: m + 1]), (0, DEGREE - m)) for m in range(DEGREE + 1)]
)
_TO_CHEBYSHEV = np.linalg.inv(chebyshev.chebvander(_NODES, DEGREE)).T


@dataclass(frozen=True, eq=False)
class DensityTable:
    """The density of Z as polynomials on intervals that shrink towards its singular points."""

    breaks: FloatArray  # float64[interval + 1], in units of Z
    coefficients: FloatArray  # float64[interval, DEGREE + 1], powers of t in [-1, 1]
    is_empty: BoolArray  # bool[interval], where the density is zero
    is_singular: BoolArray  # bool[interval + 1], breaks where the density is not smooth

    @property
    def arrays(self) -> Table:
        """The arrays, as kernels take them."""
        return Table(self.breaks, self.coefficients, self.is_empty, self.is_singular)

    def __call__(self, z: npt.ArrayLike) -> FloatArray:
        """Evaluate the table, zero beyond its ends."""
        z = np.asarray(z, dtype=np.float64)
        k = np.clip(np.searchsorted(self.breaks, z, side="right") - 1, 0, len(self.is_empty) - 1)
        left, right = self.breaks[k], self.breaks[k + 1]
        t = (2.0 * z - left - right) / (right - left)
        value = polynomial.polyval(t, np.moveaxis(self.coefficients[k], -1, 0), tensor=False)
        return np.where((z < self.breaks[0]) | (z > self.breaks[-1]), 0.0, value)


def tabulate_density(noise: Noise, low: float, high: float) -> DensityTable:
    """Return the density of Z on [low, high] as a table with a relative error of 5e-13.

    Parameters
    ----------
    noise : Noise
        The law of Z.
    low, high : float
        In units of Z: all steps that may stay inside the domain.

    Raises
    ------
    ExactExitError
        The density is not smooth between its singular points.
    """
    singular = np.concatenate([noise.singular_points, noise.kinks])
    pending = _first_intervals(noise, low, high)
    intervals, polynomials = [], []
    for depth in range(MAX_DEPTH):
        middle, half = pending.mean(axis=1, keepdims=True), np.diff(pending) / 2.0
        # one after the other: a product of the two has large entries, and makes 1e-12 of the last bit of a value
        fit = _density(noise, middle, half * _NODES) @ _TO_CHEBYSHEV @ _MONOMIALS
        exact = _density(noise, middle, half * _CHECKS)
        is_nothing = np.all(exact <= NEGLIGIBLE, axis=1)
        error = np.abs(polynomial.polyval(_CHECKS, fit.T) - exact)
        allowed = TOLERANCE * exact * np.maximum(1.0, -np.log(np.maximum(exact, NEGLIGIBLE)) / STEEP)
        allowed += _rounding(noise, middle + half * _CHECKS, exact, half, is_always=len(pending) > MANY)
        is_done = np.all(error <= np.maximum(allowed, NEGLIGIBLE), axis=1) | is_nothing | (depth == MAX_DEPTH - 1)
        intervals.append(pending[is_done])
        polynomials.append(np.where(is_nothing[:, None], 0.0, fit)[is_done])
        if np.all(is_done):
            break
        ends = np.hstack([pending, middle])[~is_done]
        if len(ends) > TOO_MANY:
            raise ExactExitError(
                f"no table of the density of {noise.kind} noise: near z = {ends[0, 2]:.6g} it is not smooth; name its "
                "jumps and cusps in the law's singular_points"
            )
        pending = np.concatenate([ends[:, [0, 2]], ends[:, [2, 1]]])
    order = np.argsort(np.concatenate(intervals)[:, 0])
    breaks = np.append(np.concatenate(intervals)[order, 0], high)
    table = np.ascontiguousarray(np.concatenate(polynomials)[order])
    return DensityTable(breaks, table, ~np.any(table, axis=1), np.isin(breaks, singular))


def _rounding(noise: Noise, z: FloatArray, exact: FloatArray, half: FloatArray, is_always: bool) -> FloatArray:
    """Return what the rounding of z leaves in the density where a narrow normal part makes it steep.

    `is_always`: without one too, as near a point off 0 where the density is 0, which no interval meets to a part of it.
    """
    if noise.normal_scale == 0.0 and not is_always:
        return np.zeros_like(exact)
    slope = np.ptp(exact, axis=1, keepdims=True) / half
    if noise.normal_scale == 0.0:
        return np.asarray(ROUNDED * EPS * (np.abs(z) + abs(noise.centre)) * slope)
    # all jumps and cusps of a law lie within its scale; about them the density varies on the normal part's length
    is_edge = np.abs(z + noise.centre) <= noise.scale + EDGE * noise.normal_scale
    steepest = slope + np.where(is_edge, exact / noise.normal_scale, 0.0)
    rounded: FloatArray = ROUNDED * EPS * (np.abs(z) + abs(noise.centre)) * steepest
    return rounded


def _density(noise: Noise, middle: FloatArray, offset: FloatArray) -> FloatArray:
    """Return the density at middle + offset, exactly zero for an interval inside the gap."""
    values = noise.density(middle + offset)
    if noise.gap is not None:
        values = np.where((noise.gap[0] < middle) & (middle < noise.gap[1]), 0.0, values)
    return values


def _first_intervals(noise: Noise, low: float, high: float) -> FloatArray:
    """Cut [low, high] at the singular points and outwards from them at distances that double."""
    centres = noise.singular_points if len(noise.singular_points) else np.zeros(1)
    with np.errstate(over="ignore"):  # inf lies beyond as well
        distances = noise.scale * 2.0 ** np.arange(-4.0, 64.0)
    points = np.concatenate([[low, high], centres, noise.kinks, centres[0] - distances, centres[-1] + distances])
    points = np.unique(points[(points >= low) & (points <= high)])
    return np.column_stack([points[:-1], points[1:]])
