"""Landscapes of joined parabolas: f' piecewise linear, f'' a staircase."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.landscapes.gradients import Gradient, freeze, hinged_gradient


@dataclass(frozen=True, eq=False)
class Parabolas:
    """A chain of parabolas f = levels[p] + slopes[p] (x - roots[p])^2 / 2, one per piece, that meet C1 at the joins.

    The pieces stand around the critical points: minimum, barrier, minimum, ..., minimum.
    """

    roots: FloatArray  # float64[piece], the critical points, increasing
    slopes: FloatArray  # float64[piece], f'' of each piece: > 0 around minima, < 0 around barriers
    joins: FloatArray  # float64[piece - 1], where piece p ends and p + 1 begins
    levels: FloatArray  # float64[piece], f at the critical points; 0 at the first minimum

    def value(self, x: npt.ArrayLike) -> FloatArray:
        """Return f(x)."""
        x, piece = self._locate(x)
        return self.levels[piece] + 0.5 * self.slopes[piece] * (x - self.roots[piece]) ** 2

    def derivative(self, x: npt.ArrayLike) -> FloatArray:
        """Return f'(x)."""
        x, piece = self._locate(x)
        return self.slopes[piece] * (x - self.roots[piece])

    def second_derivative(self, x: npt.ArrayLike) -> FloatArray:
        """Return f''(x); on a join, that of the piece on its right."""
        return self.slopes[self._locate(x)[1]]

    def gradient(self, low: float, high: float) -> Gradient:
        """Return f' in hinges, exact on (low, high); what bends outside is left out."""
        first = int(np.searchsorted(self.joins, low, side="right"))
        last = int(np.searchsorted(self.joins, high, side="left"))
        knots, bends = self.joins[first:last], np.diff(self.slopes[first : last + 1])
        # Left of all its knots a hinge stands at slope * knot, which the constant takes back.
        constant = -self.slopes[first] * self.roots[first] - np.sum(bends * knots)
        return hinged_gradient([constant, self.slopes[first]], knots, bends)

    def _locate(self, x: npt.ArrayLike) -> tuple[FloatArray, npt.NDArray[np.intp]]:
        x = np.asarray(x, dtype=np.float64)
        return x, np.asarray(np.searchsorted(self.joins, x, side="right"))


def join_parabolas(roots: npt.ArrayLike, slopes: npt.ArrayLike) -> Parabolas:
    """Join parabolas around critical points so that f and f' are continuous.

    Parameters
    ----------
    roots : float64[piece]
        Minimum, barrier, minimum, ..., minimum, increasing.
    slopes : float64[piece]
        f'' at each, of alternating sign, positive first and last.
    """
    r, k = np.asarray(roots, dtype=np.float64), np.asarray(slopes, dtype=np.float64)
    # k (t - m) = kb (s - t): the join t divides the way from one critical point to the next as the other's curvature.
    joins = r[:-1] + np.diff(r) * (k[1:] / (k[1:] - k[:-1]))
    rises = 0.5 * (k[:-1] * (joins - r[:-1]) ** 2 - k[1:] * (joins - r[1:]) ** 2)
    return Parabolas(freeze(r), freeze(k), freeze(joins), freeze(np.concatenate([[0.0], np.cumsum(rises)])))
