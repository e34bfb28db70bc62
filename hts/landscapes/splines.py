"""Piecewise cubics through samples, without turns that the samples do not have."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hts.arrays import BoolArray, FloatArray
from hts.landscapes.checks import LandscapeError
from hts.landscapes.jets import Jet

#: Significant bits that are kept of computed slopes: libraries that solve for them differ in the last ones.
KEPT_BITS = 40
#: Samples that a penalty is chosen by: with 500 it takes half a second.
MOST_VALIDATED = 500
#: Largest penalty that is tried.
LARGEST = 1e30


@dataclass(frozen=True, eq=False)
class Hermite:
    """The piecewise cubic with given values and slopes at knots; elementwise arithmetic, the same bits on every CPU.

    Attributes
    ----------
    x, f, slope : float64[knot]
        Knots in increasing order, f and f' there.
    """

    x: FloatArray
    f: FloatArray
    slope: FloatArray

    @property
    def n_operations(self) -> int:
        """Operations that a point takes, a few."""
        return 1

    def jet(self, x: npt.ArrayLike) -> Jet:
        """Return f, f' and f'' at x between the outer knots, each of x's shape; f'' at a knot from the right."""
        x = np.asarray(x, dtype=np.float64)
        k = np.clip(np.searchsorted(self.x, x, side="right") - 1, 0, len(self.x) - 2)
        width, start, square, cube = self.x[k + 1] - self.x[k], self.slope[k], *self._coefficients(k)
        t = (x - self.x[k]) / width
        value = self.f[k] + width * (t * (start + t * (square + t * cube)))
        return value, start + t * (2.0 * square + t * (3.0 * cube)), (2.0 * square + 6.0 * cube * t) / width

    def cells(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return c1, c2, c3 of f' = c1 + 2 c2 t + 3 c3 t^2 in each cell, t from 0 to 1 (float64[knot - 1] each)."""
        return self.slope[:-1], *self._coefficients(np.arange(len(self.x) - 1))

    def jumps(self) -> FloatArray:
        """Return by how much f'' jumps at each inner knot, float64[knot - 2]."""
        width, (_, square, cube) = np.diff(self.x), self.cells()
        right, left = 2.0 * square / width, (2.0 * square + 6.0 * cube) / width
        return np.asarray(right[1:] - left[:-1])

    def _coefficients(self, k: npt.NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
        rise = (self.f[k + 1] - self.f[k]) / (self.x[k + 1] - self.x[k])
        one, other = self.slope[k], self.slope[k + 1]
        return 3.0 * rise - 2.0 * one - other, one + other - 2.0 * rise


def interpolate(x: FloatArray, f: FloatArray, slopes: FloatArray | None = None) -> tuple[Hermite, BoolArray]:
    """Interpolate samples: twice differentiable, but for the knots where that would turn where the samples do not.

    Slopes are those of the cubic spline (not-a-knot), or given ones. Where they make f turn between two samples
    although the samples do not turn, those of the monotone scheme of Fritsch and Butland, 1984, replace them.

    Parameters
    ----------
    x, f : float64[sample]
        At least four, x increasing.
    slopes : float64[sample], optional
        f'.

    Returns
    -------
    Hermite
    bool[sample]
        Where a slope was replaced.

    Raises
    ------
    LandscapeError
        Two neighbours are equal, and the samples do not turn there: f' would be 0 in between.
    """
    from scipy.interpolate import CubicSpline, PchipInterpolator

    wanted = _rounded(CubicSpline(x, f)(x, 1)) if slopes is None else slopes
    safe = _rounded(PchipInterpolator(x, f)(x, 1))
    rise = np.diff(f) / np.diff(x)
    for end, side in ((0, 0), (-1, -1)):
        safe[end] = safe[end] or rise[side]
    before, after = np.append(rise[0], rise), np.append(rise, rise[-1])
    is_replaced = (before * after > 0.0) & (wanted * after <= 0.0)
    while True:
        slope = np.where(is_replaced, safe, wanted)
        turns = _has_false_turns(slope[:-1], slope[1:], rise) & ~(is_replaced[:-1] & is_replaced[1:])
        if not turns.any():
            break
        is_replaced[:-1] |= turns
        is_replaced[1:] |= turns
    is_flat = (rise == 0.0) & (slope[:-1] * slope[1:] >= 0.0)
    if is_flat.any():
        k = int(np.argmax(is_flat))
        raise LandscapeError(
            "file",
            f"f is {f[k]:g} at both x = {x[k]:g} and {x[k + 1]:g} (rows {k + 1} and {k + 2}) without a turn: f' would "
            'be 0 all along; give f with more digits, or smoothing = "auto"',
        )
    return Hermite(x, f, slope), is_replaced


def smooth(x: FloatArray, f: FloatArray, penalty: float | None) -> tuple[FloatArray, FloatArray, float]:
    """Smooth noisy samples by the natural cubic spline s that makes sum (f - s)^2 + penalty * integral s''^2 least.

    Parameters
    ----------
    x, f : float64[sample]
        At least five, x increasing.
    penalty : float or None
        None: chosen by generalized cross-validation.

    Returns
    -------
    float64[sample], float64[sample], float
        s and s' at the samples; the penalty.
    """
    from scipy.interpolate import make_smoothing_spline

    if penalty is None:
        penalty = _validated_penalty(x, f)
    try:
        spline = make_smoothing_spline(x, f, lam=penalty)
    except (ValueError, np.linalg.LinAlgError):
        raise LandscapeError(
            "smoothing", f"the penalty {penalty:.4g} is beyond arithmetic: take a smaller one"
        ) from None
    values, slopes = _rounded(spline(x)), _rounded(spline(x, 1))
    return values, slopes, penalty


def _validated_penalty(x: FloatArray, f: FloatArray) -> float:
    """Choose the penalty by cross-validation of `MOST_VALIDATED` samples; that of all is larger as their number is."""
    from scipy.interpolate import make_smoothing_spline

    stride = -(-len(x) // MOST_VALIDATED)
    chosen, values = x[::stride], f[::stride]
    try:
        spline = make_smoothing_spline(chosen, values)
    except (ValueError, np.linalg.LinAlgError):
        raise LandscapeError("smoothing", "cross-validation finds no penalty: give a number instead of auto") from None
    # at a sample the third derivative jumps by the residual over the penalty
    thirds = np.concatenate([[0.0], spline(0.5 * (chosen[1:] + chosen[:-1]), 3), [0.0]])
    jumps = np.diff(thirds)
    if not jumps.any():  # a line, or a penalty without end
        return LARGEST
    return min(max(stride * float((values - spline(chosen)) @ jumps / (jumps @ jumps)), 0.0), LARGEST)


def _has_false_turns(one: FloatArray, other: FloatArray, rise: FloatArray) -> BoolArray:
    """Tell where a cubic turns twice between two knots although both slopes agree (Fritsch and Carlson 1980)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = one / rise, other / rise
        dips = a - (2.0 * a + b - 3.0) ** 2 / (3.0 * (a + b - 2.0)) < 0.0
        is_steep = (a + b > 2.0) & (2.0 * a + b > 3.0) & (a + 2.0 * b > 3.0)
    agrees = (one * rise > 0.0) & (other * rise > 0.0)
    return np.where(rise == 0.0, one * other > 0.0, agrees & is_steep & dips)


def _rounded(values: FloatArray) -> FloatArray:
    """Keep `KEPT_BITS` significant bits."""
    fraction, exponent = np.frexp(np.asarray(values, dtype=np.float64))
    return np.asarray(np.ldexp(np.rint(fraction * 2.0**KEPT_BITS), exponent - KEPT_BITS))
