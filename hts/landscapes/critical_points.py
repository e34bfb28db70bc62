"""All zeros of f', or the reason why they cannot be found."""

from collections.abc import Callable

import numpy as np

from hts.arrays import FloatArray
from hts.landscapes.checks import LandscapeError

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
    from scipy.optimize import brentq  # 0.4 s to import, and landscapes made of parabolas need none of it

    solid = np.flatnonzero(y)
    change = np.flatnonzero(np.diff(np.sign(y[solid])))
    left, right = solid[change], solid[change + 1]
    if len(left) > MAX_POINTS:
        raise LandscapeError(
            "f", f"{len(left)} turning points lie in the domain: {MAX_POINTS} are allowed; narrow the domain"
        )
    tolerance = 1e-16 * (x[-1] - x[0])

    def refine(i: int, j: int) -> float:
        if j - i > 1:  # a sample between them is an exact zero
            return float(x[(i + j) // 2])
        return float(brentq(lambda t: float(function(np.asarray(t))), x[i], x[j], xtol=tolerance, maxiter=1000))

    return np.array([refine(i, j) for i, j in zip(left, right, strict=True)])


def find_critical_points(
    derivative: Callable[[FloatArray], FloatArray],
    second_derivative: Callable[[FloatArray], FloatArray],
    low: float,
    high: float,
) -> tuple[FloatArray, FloatArray]:
    """Find all zeros of f' in (low, high).

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
    x = samples(low, high)
    slope, bend = derivative(x), second_derivative(x)
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
        if not ROUNDING * size <= abs(curvature) * LOCATED_TO * (high - low):
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
    cells = np.flatnonzero(is_turning & is_near)
    extrema = [float(crossings(second_derivative, x[i : i + 2], bend[i : i + 2])[0]) for i in cells[:MAX_POINTS]]
    longer = np.insert(x, cells[:MAX_POINTS] + 1, extrema)
    return longer, np.insert(slope, cells[:MAX_POINTS] + 1, derivative(np.array(extrema)))
