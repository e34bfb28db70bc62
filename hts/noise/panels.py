"""Table of an expensive positive function: panels of polynomials for its logarithm."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.polynomial import chebyshev

from hts.arrays import FloatArray
from hts.noise.pieces import Function

IntArray = npt.NDArray[np.intp]

#: Polynomial degree of a panel: evaluation costs as much as finding the panel.
DEGREE = 15
#: A panel is good when its last Chebyshev coefficients are below the tolerance + ROUNDING |log f|, a few times what
#: rounding leaves in log f.
ROUNDING = 2.5e-16
#: It also must not be steeper than this, or integrals of f over the panel would need more nodes than they have.
STEEPEST = 10.0
#: A panel also passes when exp(log f) is too small for its digits to matter.
NEGLIGIBLE = -660.0
#: log f is not followed below this; it is where float64 ends.
FLOOR = -745.0
#: Widest panel in asinh(w / width), and how many panels may wait at once: more is a function that is not smooth.
WIDEST, MOST = 1.0, 2000

_ANGLES = (np.arange(DEGREE + 1) + 0.5) * math.pi / (DEGREE + 1)
#: Chebyshev points of the first kind in [-1, 1].
NODES = np.cos(_ANGLES)
_TO_CHEBYSHEV = np.cos(np.outer(np.arange(DEGREE + 1), _ANGLES)) * (2.0 / (DEGREE + 1))
_TO_CHEBYSHEV[0] *= 0.5
_TO_POWERS = np.zeros((DEGREE + 1, DEGREE + 1))
for _k in range(DEGREE + 1):
    _TO_POWERS[: _k + 1, _k] = chebyshev.cheb2poly(np.eye(DEGREE + 1)[_k])[: _k + 1]


@dataclass(frozen=True, eq=False)
class Panels:
    """log f as polynomials in t on panels of s = asinh(w / width), t from -1 to 1 on each panel.

    Attributes
    ----------
    width : float
        The length on which w turns from linear to logarithmic.
    edges : float64[panel + 1]
        Ends of the panels, in s.
    powers : float64[DEGREE + 1, panel]
        Coefficients of t**k.
    """

    width: float
    edges: FloatArray
    powers: FloatArray

    @property
    def points(self) -> FloatArray:
        """The ends of the panels, in w."""
        return self.width * np.sinh(self.edges)

    def locate(self, w: FloatArray) -> tuple[FloatArray, IntArray]:
        """Return s and the panel of w : float64[n], which must not lie beyond the table's end."""
        s = np.clip(np.arcsinh(w / self.width), self.edges[0], self.edges[-1])
        return s, np.minimum(np.searchsorted(self.edges, s, side="right") - 1, self.edges.size - 2)

    def log(self, w: FloatArray) -> FloatArray:
        """Return log f at w : float64[n], which must not lie beyond the table's end."""
        s, panel = self.locate(w)
        low, high = self.edges[panel], self.edges[panel + 1]
        t = ((s - low) - (high - s)) / (high - low)
        value: FloatArray = self.powers[DEGREE][panel]
        for coefficients in self.powers[-2::-1]:
            value = value * t + coefficients[panel]
        return value

    def __call__(self, w: FloatArray) -> FloatArray:
        """Return f at w : float64[n], which must not lie beyond the table's end."""
        return np.exp(self.log(w))


def tabulate(function: Function, width: float, cuts: FloatArray, tolerance: float) -> Panels:
    """Tabulate a positive function from 0 to the last of the cuts; panels are halved until each is good to rounding.

    Parameters
    ----------
    function : callable
        float64[n] -> float64[n], positive (or 0 where float64 ends), smooth.
    width : float
        The length on which w turns from linear to logarithmic.
    cuts : float64[n]
        Panels start between these, increasing: without a cut close to it, a narrow feature could be missed.
    tolerance : float
        Relative error allowed, larger than what rounding leaves in the function's values.

    Returns
    -------
    Panels
        The table.

    Raises
    ------
    ArithmeticError
        When the function is not smooth enough for float64.
    """
    ends = np.unique(np.append(0.0, np.arcsinh(cuts / width)))
    counts = np.ceil(np.diff(ends) / WIDEST).astype(int)
    parts = [np.linspace(a, b, n, endpoint=False) for a, b, n in zip(ends[:-1], ends[1:], counts, strict=True)]
    edges = np.append(np.concatenate(parts), ends[-1])
    low, high = edges[:-1], edges[1:]
    done: list[tuple[FloatArray, FloatArray]] = []
    while low.size:
        if low.size > MOST or high[0] - low[0] < 1e-13:
            place = width * math.sinh(low[0])
            raise ArithmeticError(f"no table: the function is not smooth near {place:.6g}, in units of the scale")
        middle, half = 0.5 * (low + high), 0.5 * (high - low)
        s = middle[:, None] + half[:, None] * NODES
        with np.errstate(divide="ignore"):
            values = np.log(function(width * np.sinh(s).ravel())).reshape(s.shape)
        values = np.maximum(values, FLOOR)
        start = values[:, :1]  # taken out, or a large constant would leave rounding in every coefficient
        terms = (values - start) @ _TO_CHEBYSHEV.T
        largest = np.max(np.abs(terms[:, -3:]), axis=1)
        # the rounding of s itself, where the panel is short and the function steep
        steepness = np.ptp(values, axis=1) / half * high
        is_good = largest <= tolerance + ROUNDING * (np.max(np.abs(values), axis=1) + 4.0 * steepness)
        is_good &= np.ptp(values, axis=1) <= STEEPEST
        is_good |= np.max(values, axis=1) < NEGLIGIBLE
        powers = terms @ _TO_POWERS.T
        powers[:, :1] += start
        done.append((low[is_good], powers[is_good]))
        low, middle, high = low[~is_good], middle[~is_good], high[~is_good]
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
    lows = np.concatenate([panel_low for panel_low, _ in done])
    powers = np.concatenate([panel_powers for _, panel_powers in done])
    order = np.argsort(lows)
    return Panels(width, np.append(lows[order], edges[-1]), np.ascontiguousarray(powers[order].T))
