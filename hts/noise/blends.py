"""Laws with an added normal part: averages over the normal variable, kept as tables.

With Y the law in units of its scale and s the standard deviation of the normal part in the same units, the density of
Y + s N is E f(x - s N), f the density of Y; survival and distribution are its integrals. All are sums of positive
numbers, so each is relatively accurate wherever it is above 1e-250. The tables end where the normal part no longer
shows: far out E f(x - s N) = f(x) (1 + (s/x)**2 (1 + alpha)(2 + alpha)/2 + ...).
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.noise.integrals import beyond, up_to
from hts.noise.inverses import solve
from hts.noise.lines import Signed
from hts.noise.magnitudes import Magnitude
from hts.noise.panels import Panels, tabulate
from hts.noise.pieces import Function, piecewise

IntArray = npt.NDArray[np.intp]

#: The window of n in E f(x - s n) next to the bulk of the law, in even panels; a light side or a gap may lie between x
#: and the bulk, which outweighs exp(-n**2/2) as long as that is no zero in float64.
NEAR = np.arange(-40.0, 51.0, 2.0)
#: The same far out, where f is a power and the bulk, more than 50 deviations off, is none.
FAR = np.arange(-10.0, 17.0, 2.0)
#: The normal part shows as long as x < VISIBLE (2 + alpha) s.
VISIBLE = 1e8
#: Where a light tail is exp(-LIGHT_END) its table ends.
LIGHT_END = 700.0
#: Relative error of a table, if the law itself is a few times better.
TOLERANCE = 1e-14
#: So many quadrature points at once, for the memory.
BLOCK = 1_000_000

_GAUSS, _WEIGHTS = np.polynomial.legendre.leggauss(24)
_GAUSS, _WEIGHTS = 0.5 * (_GAUSS + 1.0), 0.5 * _WEIGHTS / math.sqrt(2.0 * math.pi)


@dataclass(frozen=True, eq=False)
class Half:
    """Y + s N on x >= 0: tables up to ``end``, and the law of Y beyond it."""

    law: Signed
    end: float
    survival: Panels
    distribution: Panels
    density: Panels


@dataclass(frozen=True, eq=False)
class Blend:
    """The law of Y + s N on the whole line (hts.noise.lines.Line), from a half and the mirror image of another."""

    right: Half
    left: Half
    width: float

    def survival(self, x: FloatArray) -> FloatArray:
        """P(Y + s N > x)."""
        return _join(x, lambda x: _survival(self.right, x), lambda x: _distribution(self.left, x))

    def distribution(self, x: FloatArray) -> FloatArray:
        """P(Y + s N <= x)."""
        return _join(x, lambda x: _distribution(self.right, x), lambda x: _survival(self.left, x))

    def density(self, x: FloatArray) -> FloatArray:
        """Return the density of Y + s N."""
        return _join(x, lambda x: _density(self.right, x), lambda x: _density(self.left, x))

    def quantile(self, p: FloatArray) -> FloatArray:
        """Return the x with P(Y + s N <= x) = p."""
        with np.errstate(divide="ignore", invalid="ignore"):
            from_left, from_right = np.log(np.minimum(p, 0.5)), np.log1p(-np.maximum(p, 0.5))
        left = -solve(lambda x: self.distribution(-x), lambda x: self.density(-x), self.width, from_left, -700.0)
        right = solve(self.survival, self.density, self.width, from_right, -700.0)
        return np.where((p >= 0.0) & (p <= 1.0), np.where(p <= 0.5, left, right), np.nan)


@lru_cache(maxsize=64)
def blend(magnitude: Magnitude, p_plus: float, spread: float) -> Blend:
    """Set up the law of Y + spread*N(0, 1), Y = S |W| (0.1 to 1 s).

    Parameters
    ----------
    magnitude : Magnitude
        The law of |W|, no normal one.
    p_plus : float
        P(Y > 0).
    spread : float
        Standard deviation of the normal part in units of W, between 1e-9 and 1e9.

    Returns
    -------
    Blend
        Density, survival and distribution, relative error about 1e-14; next to a jump of the density of Y, what the
        rounding of x makes of it, 1e-16/spread.
    """
    end = _end(magnitude, spread)
    laws = [Signed(magnitude, p_plus), Signed(magnitude, 1.0 - p_plus)][: 1 if p_plus == 0.5 else 2]
    densities = [_density_table(law, spread) for law in laws]
    survivals = [_survival_table(law, density, end) for law, density in zip(laws, densities, strict=True)]
    starts = [float(survival(np.zeros(1))[0]) for survival in reversed(survivals)]
    halves = [
        Half(law, end, survival, _distribution_table(law, density, start), density)
        for law, density, survival, start in zip(laws, densities, survivals, starts, strict=True)
    ]
    return Blend(halves[0], halves[-1], max(spread, magnitude.width))


def average(function: Function, law: Magnitude, spread: float, x: FloatArray) -> FloatArray:
    """Return E function(x - spread*N) at x >= 0.

    Gauss panels over the normal variable, cut at the singular points of the law and halving towards them and towards
    its centre down to the length on which it varies.

    Parameters
    ----------
    function : callable
        float64[n] -> float64[n], smooth but for the singular points of the law.
    law : Magnitude
        Where the singular points and the width come from.
    spread : float
        Standard deviation of the normal part.
    x : float64[n]
        Points, >= 0.

    Returns
    -------
    float64[n]
        The averages.
    """
    marks = _marks(law, spread)
    # places are measured from the nearer one, x or the singular points, so that small distances keep their digits
    nodes = _nodes_from_x if spread < max(law.singular_points, default=0.0) else _nodes_from_law
    values = np.empty_like(x)
    is_far = (x > marks[-1] + NEAR[-1] * spread) & (law.alpha > 0.0)
    for rows in _blocks(np.flatnonzero(is_far), FAR.size):
        lengths = np.diff(FAR)
        n = FAR[:-1, None] + lengths[:, None] * _GAUSS
        values[rows] = _sum(function, n, x[rows, None, None] - spread * n, lengths)
    for rows in _blocks(np.flatnonzero(~is_far), marks.size + NEAR.size):
        values[rows] = _sum(function, *nodes(x[rows, None], marks, spread))
    return values


def _blocks(rows: IntArray, n_panels: int) -> list[IntArray]:
    """Cut rows into blocks of at most BLOCK quadrature points."""
    return np.array_split(rows, 1 + rows.size * n_panels * _GAUSS.size // BLOCK)


def _sum(function: Function, n: FloatArray, y: FloatArray, lengths: FloatArray) -> FloatArray:
    """Integrate exp(-n**2/2) function(y) over panels of these lengths; n and y are float64[x, panel, node]."""
    integrand = np.exp(-0.5 * n * n) * function(y.ravel()).reshape(y.shape)
    integral: FloatArray = np.sum((integrand @ _WEIGHTS) * lengths, axis=1)
    return integral


def _marks(law: Magnitude, spread: float) -> FloatArray:
    """Return the cuts in y: singular points and centre, and around each distances that double up to the spread."""
    centres = np.unique([0.0, *law.singular_points])
    shortest = 0.25 * law.width
    doublings = max(0, math.ceil(math.log2((NEAR[1] - NEAR[0]) * spread / shortest)))
    distances = shortest * 2.0 ** np.arange(doublings)
    return np.unique(np.add.outer(centres, np.concatenate([-distances, [0.0], distances])))


def _nodes_from_x(x: FloatArray, marks: FloatArray, spread: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return quadrature points n and y = x - spread*n, float64[x, panel, node], and lengths in n, float64[x, panel].

    x is float64[x, 1]; panels are laid out in n.
    """
    edges = np.hstack([np.broadcast_to(NEAR, (x.size, NEAR.size)), (x - marks) / spread])
    edges = np.sort(np.clip(edges, NEAR[0], NEAR[-1]), axis=1)
    lengths = np.diff(edges)
    n = edges[:, :-1, None] + lengths[:, :, None] * _GAUSS
    return n, x[:, :, None] - spread * n, lengths


def _nodes_from_law(x: FloatArray, marks: FloatArray, spread: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the same, with panels laid out in y."""
    edges = np.hstack([x - spread * NEAR, np.broadcast_to(marks, (x.size, marks.size))])
    edges = np.sort(np.clip(edges, x - spread * NEAR[-1], x - spread * NEAR[0]), axis=1)
    lengths = np.diff(edges)
    y = edges[:, :-1, None] + lengths[:, :, None] * _GAUSS
    return (x[:, :, None] - y) / spread, y, lengths / spread


def _density_table(law: Signed, spread: float) -> Panels:
    """Tabulate the density of Y + spread*N on x >= 0, in panels that first shrink towards the singular points."""
    magnitude = law.magnitude
    end = _end(magnitude, spread)
    distances = spread * 2.0 ** np.arange(0.0, max(1.0, 2.0 - math.log2(spread)))
    centres = np.array([0.0, *magnitude.singular_points])
    cuts = np.add.outer(centres, np.concatenate([-distances, distances])).ravel()
    cuts = np.append(np.unique(cuts[(cuts > 0.0) & (cuts < end)]), end)
    width = max(spread, magnitude.width)
    return tabulate(lambda x: average(law.density, magnitude, spread, x), width, cuts, _tolerance(magnitude))


def _end(magnitude: Magnitude, spread: float) -> float:
    """Return the x beyond which the normal part changes nothing."""
    end = VISIBLE * (2.0 + magnitude.alpha) * spread + 2.0
    if magnitude.alpha > 0.0:
        return end
    return max(end, float(magnitude.inverse(np.array([-LIGHT_END]))[0]))  # it shows as long as there is a tail


def _survival_table(law: Signed, density: Panels, end: float) -> Panels:
    """Tabulate P(Y + s N > x) on x >= 0."""
    at_end = float(law.survival(np.array([end]))[0])
    return tabulate(beyond(density, at_end), density.width, density.points, _tolerance(law.magnitude))


def _distribution_table(law: Signed, density: Panels, start: float) -> Panels:
    """Tabulate P(Y + s N <= x) on x >= 0, where it begins with ``start``."""
    return tabulate(up_to(density, start), density.width, density.points, _tolerance(law.magnitude))


def _tolerance(magnitude: Magnitude) -> float:
    """Return the relative error that a table may be asked for."""
    return max(TOLERANCE, 4.0 * magnitude.error)


def _survival(half: Half, x: FloatArray) -> FloatArray:
    return piecewise(x, half.end, half.survival, half.law.survival)


def _distribution(half: Half, x: FloatArray) -> FloatArray:
    return piecewise(x, half.end, half.distribution, half.law.distribution)


def _density(half: Half, x: FloatArray) -> FloatArray:
    return piecewise(x, half.end, half.density, half.law.density)


def _join(x: FloatArray, right: Function, left: Function) -> FloatArray:
    """Take `right` at x >= 0, and `left` at -x elsewhere."""
    is_left = x < 0.0
    if not is_left.any():
        return right(x)
    values = np.empty_like(x)
    values[is_left], values[~is_left] = left(-x[is_left]), right(x[~is_left])
    return values
