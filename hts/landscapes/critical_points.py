"""All zeros of f', or the reason why they cannot be found."""

from collections.abc import Callable

import numpy as np

from hts.arrays import BoolArray, FloatArray, IntArray
from hts.landscapes.checks import LandscapeError
from hts.landscapes.roots import brent_roots

N_SAMPLES = (
    2**16 + 1
)  # wells 1e-4 of the domain wide still hold several samples; odd, so that the middle is one of them
MAX_POINTS = 1000  # more zeros than this are rounding noise or a formula in the wrong units
LOCATED_TO = 1e-9  # every critical point must be known to this, in units of the domain's width
ROUNDING = 64 * float(np.finfo(np.float64).eps)  # of a formula of some tens of steps, relative to the largest f'


def samples(low: float, high: float) -> FloatArray:
    """Return the grid on which a formula is looked at first."""
    return np.linspace(low, high, N_SAMPLES)


def crossings(function: Callable[[FloatArray], FloatArray], x: FloatArray, y: FloatArray) -> FloatArray:
    """Return where `function`, known to be y at x, changes sign: to the last digits of x."""
    left, right, is_between = sign_changes(y)
    found = 0.5 * (x[left] + x[right])
    found[is_between] = x[(left[is_between] + right[is_between]) // 2]
    a, b = left[~is_between], right[~is_between]
    tolerance = 1e-16 * (x[-1] - x[0])
    found[~is_between] = brent_roots(lambda t, _: function(t), x[a], x[b], y[a], y[b], tolerance)
    return found


def sign_changes(y: FloatArray) -> tuple[IntArray, IntArray, BoolArray]:
    """Return the indices on both sides of each change of sign, and whether exact zeros lie between them.

    Raises
    ------
    LandscapeError
        There are more than `MAX_POINTS`.
    """
    solid = np.flatnonzero(y)
    change = np.flatnonzero(np.diff(np.sign(y[solid])))
    left, right = solid[change], solid[change + 1]
    if len(left) > MAX_POINTS:
        raise LandscapeError(
            "f", f"{len(left)} turning points lie in the domain: {MAX_POINTS} are allowed; narrow the domain"
        )
    return left, right, right - left > 1


def find_critical_points(
    derivative: Callable[[FloatArray], FloatArray],
    second_derivative: Callable[[FloatArray], FloatArray],
    x: FloatArray,
    slope: FloatArray,
    bend: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Find all zeros of f' between samples x of the domain, where f' and f'' are known.

    Zeros between two samples of equal sign betray themselves by an extremum of f' there, a zero of f''.

    Returns
    -------
    points, curvatures : float64[point]
        Where f' = 0, increasing and known to 1e-9, and f'' there, of alternating sign.

    Raises
    ------
    LandscapeError
        f' vanishes on an interval, without changing sign, at an end of the domain, or without curvature; or f' jumps.
    """
    width = x[-1] - x[0]
    size = float(np.max(np.abs(slope)))
    _refuse_flat(x, slope)
    x, slope = _with_extrema(derivative, second_derivative, x, slope, bend)
    is_touching = (np.abs(slope[1:-1]) <= ROUNDING * size) & (np.sign(slope[:-2]) == np.sign(slope[2:]))
    if np.any(is_touching):
        raise LandscapeError(
            "f",
            f"f' touches 0 at x = {x[1:-1][is_touching][0]:.10g} without changing sign: no well, no barrier; tilt f",
        )
    points = crossings(derivative, x, slope)
    curvatures = second_derivative(points)
    residuals = np.abs(derivative(points))
    for point, curvature, residual in zip(points, curvatures, residuals, strict=True):
        if not residual <= 1e-6 * size:
            raise LandscapeError("f", f"f' jumps across 0 at x = {point:.10g}: round the corner or the pole off there")
        if not ROUNDING * size <= abs(curvature) * LOCATED_TO * width:
            raise LandscapeError(
                "f",
                f"the critical point x = {point:.10g} cannot be located to 1e-9: f'' is {curvature:.3g} there and |f'| "
                f"reaches {size:.3g} in the domain; curve f there, or keep the domain away from where f' is large",
            )
    if np.any(np.sign(curvatures[:-1]) == np.sign(curvatures[1:])):
        raise LandscapeError("f", "minima and barriers do not alternate: f is too rough for its critical points")
    return points, curvatures


def _refuse_flat(x: FloatArray, slope: FloatArray) -> None:
    """Refuse f' = 0 on an interval or at an end of the domain."""
    is_zero = slope == 0.0
    pairs = np.flatnonzero(is_zero[:-1] & is_zero[1:])
    if len(pairs):
        gaps = np.flatnonzero(np.diff(pairs) > 1)
        last = pairs[gaps[0]] if len(gaps) else pairs[-1]
        raise LandscapeError(
            "f", f"f' is 0 all along [{x[pairs[0]]:.10g}, {x[last + 1]:.10g}]: tilt f there or narrow the domain"
        )
    for end in (0, -1):
        if is_zero[end]:
            raise LandscapeError(
                "domain", f"f' is 0 at the end {x[end]:.10g} of the domain: move the end off this critical point"
            )


def _with_extrema(
    derivative: Callable[[FloatArray], FloatArray],
    second_derivative: Callable[[FloatArray], FloatArray],
    x: FloatArray,
    slope: FloatArray,
    bend: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Add to the samples the extrema of f' that may hide two zeros between neighbours of equal sign."""
    step = x[1] - x[0]
    reach = 2.0 * step * np.maximum(np.abs(bend[:-1]), np.abs(bend[1:]))
    is_near = np.minimum(np.abs(slope[:-1]), np.abs(slope[1:])) <= reach
    is_turning = (np.sign(bend[:-1]) * np.sign(bend[1:]) < 0) & (np.sign(slope[:-1]) == np.sign(slope[1:]))
    left = np.flatnonzero(is_turning & is_near)[:MAX_POINTS]
    right = left + 1
    tolerances = 1e-16 * (x[right] - x[left])
    extrema = brent_roots(lambda t, _: second_derivative(t), x[left], x[right], bend[left], bend[right], tolerances)
    return np.insert(x, right, extrema), np.insert(slope, right, derivative(extrema))
