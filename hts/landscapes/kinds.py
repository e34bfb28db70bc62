"""Constructors of landscapes: from parabolas, from formulas, from published functions."""

from math import asin, ceil, floor, inf, pi, sqrt

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.landscapes.assembly import MAX_WELLS, notes_on_projection, wells_of
from hts.landscapes.checks import (
    LandscapeError,
    as_curvatures,
    as_numbers,
    as_projection,
    check_interlacing,
)
from hts.landscapes.continuations import ContinuedFormula, continue_formula, notes_on_ends
from hts.landscapes.critical_points import MAX_POINTS, find_critical_points
from hts.landscapes.formulas import parse_formula
from hts.landscapes.gradients import freeze
from hts.landscapes.landscape import Landscape
from hts.landscapes.parabolas import join_parabolas

__all__ = ["basin", "flat", "formula", "multi_well", "quartic", "tilted_cosine", "wang_oh_rhee"]

# Wang, Oh, Rhee, arXiv 2102.04297, section 3: the four-well function of the R^1 experiment.
WANG_OH_RHEE = (
    "(x + 1.6)*(x + 1.3)**2*(x - 0.2)**2*(x - 0.7)**2*(x - 1.6)*(0.05*abs(1.65 - x))**0.6"
    "*(1 + 1/(0.01 + 4*(x - 0.5)**2))*(1 + 1/(0.1 + 4*(x + 1.5)**2))*(1 - exp(-5*(x + 0.8)**2)/4)"
)
# Wang, Rhee, arXiv 2307.03479, Figure 1.1: the function of the conditional paths.
QUARTIC = "x**4/10 - x**2"


def basin(minimum: float, curvature: float, L: float = inf) -> Landscape:
    """Return the parabola f = curvature (x - minimum)^2 / 2.

    Raises
    ------
    LandscapeError
        A value is not finite, the curvature not positive, or the minimum outside [-L, L].
    """
    as_numbers("minimum", [minimum], 1)
    as_curvatures("curvature", [curvature], 1)
    return multi_well([minimum], [], [curvature], L=L, kind="basin")


def flat(L: float = inf) -> Landscape:
    """Return f = 0, on which walkers fly: one well without ends whose every point is at rest, 0 standing for them.

    Parameters
    ----------
    L : float
        Projection onto [-L, L]; inf for none.
    """
    shape = join_parabolas([0.0], [0.0])
    m = np.zeros(1)
    return Landscape(
        kind="flat",
        minima=freeze(m),
        barriers=freeze([]),
        curvatures=freeze(np.zeros(1)),
        barrier_curvatures=freeze([]),
        projection=as_projection(L, m),
        kinks=freeze([]),
        domain=(-inf, inf),
        potential=shape.value,
        derivative=shape.derivative,
        second_derivative=shape.second_derivative,
        encode=shape.gradient,
        notes=("f' = 0 everywhere: nothing draws walkers back, so there is no well and no limit law of exits",),
    )


def multi_well(
    minima: npt.ArrayLike,
    barriers: npt.ArrayLike,
    curvatures: npt.ArrayLike,
    barrier_curvatures: npt.ArrayLike | None = None,
    L: float = inf,
    kind: str = "multi-well",
) -> Landscape:
    """Return wells of parabolas: f is C1, f' piecewise linear; f = 0 at the first minimum.

    Between a minimum m (curvature k) and a barrier s (curvature -kb) two parabolas meet where k (t - m) = kb (s - t);
    beyond the outer minima the parabola goes on.

    Parameters
    ----------
    minima : float64[well]
        Increasing.
    barriers : float64[well - 1]
        One between each two minima.
    curvatures : float64[well] or one number for all
        f'' at the minima.
    barrier_curvatures : float64[well - 1] or one number for all, optional
        |f''| at the barriers; by default the smaller of the neighbouring minima's.
    L : float
        Projection onto [-L, L]; inf for none.
    kind : str
        Its name in plans, "multi-well" or "double-well".

    Raises
    ------
    LandscapeError
        A value, a length or the order is wrong; the message says which and what to do.
    """
    m = as_numbers("minima", minima)
    if not len(m):
        raise LandscapeError("minima", "no minimum is given: a landscape needs one at least, such as [-1.0, 1.0]")
    if len(m) > MAX_WELLS:
        raise LandscapeError("minima", f"{len(m)} minima are given, more than {MAX_WELLS}: leave some out")
    s = as_numbers("barriers", barriers, len(m) - 1, "one between each two minima")
    k = as_curvatures("curvatures", curvatures, len(m), "one for each minimum")
    if barrier_curvatures is None:
        kb = np.minimum(k[:-1], k[1:])
    else:
        kb = as_curvatures("barrier_curvatures", barrier_curvatures, len(s), "one for each barrier")
    check_interlacing(m, s)
    shape = join_parabolas(_interlace(m, s), _interlace(k, -kb))
    edges = _interlace(shape.roots, shape.joins)
    if not (np.all(np.diff(edges) > 0) and np.all(np.isfinite(shape.levels))):
        raise LandscapeError(
            "curvatures",
            "the numbers differ too much in size to join the parabolas in floating point: bring them closer",
        )
    return Landscape(
        kind=kind,
        minima=freeze(m),
        barriers=freeze(s),
        curvatures=freeze(k),
        barrier_curvatures=freeze(kb),
        projection=as_projection(L, m),
        kinks=freeze(shape.joins[np.diff(shape.slopes) != 0]),
        domain=(-inf, inf),
        potential=shape.value,
        derivative=shape.derivative,
        second_derivative=shape.second_derivative,
        encode=shape.gradient,
        notes=notes_on_projection(L, m),
    )


def formula(text: str, domain: tuple[float, float], L: float = inf, kind: str = "formula") -> Landscape:
    """Return the landscape of a formula in x; beyond its domain f' goes on linearly.

    Maxima outside the outermost minima are no barriers, and zeros of f' beyond the domain no wells: `notes` names them.

    Parameters
    ----------
    text : str
        Made of numbers, x, + - * / ** ( ) and abs exp log sqrt sin cos tanh.
    domain : (float, float)
        Where the formula holds.
    L : float
        Projection onto [-L, L]; inf for none.
    kind : str
        Its name in plans.

    Raises
    ------
    FormulaError
        The text cannot be read, or f, f' or f'' is not finite in the domain.
    LandscapeError
        The domain is empty, holds no minimum, or f' has flat stretches, jumps or zeros without curvature.
    """
    low, high = as_numbers("domain", domain, 2, "its two ends")
    if not low < high:
        raise LandscapeError("domain", f"[{low:g}, {high:g}] is empty: the first end must be below the second")
    shape, seen = continue_formula(parse_formula(text), float(low), float(high))
    critical = find_critical_points(shape.derivative, shape.second_derivative, *seen)
    return wells_of(shape, critical, kind, L)


def tilted_cosine(amplitude: float, period: float, tilt: float, L: float) -> Landscape:
    """Return f = -amplitude cos(2 pi x / period) + tilt x on [-L, L]: equal wells, each a step below the last.

    With k = 2 pi / period and s = tilt / (amplitude k), minima lie where k x = -asin s + 2 pi n, maxima where
    k x = pi + asin s + 2 pi n, and |f''| = amplitude k^2 sqrt(1 - s^2) at all of them.

    Parameters
    ----------
    amplitude : float
        Half the height of the barriers without tilt.
    period : float
        Distance from well to well.
    tilt : float
        Slope that is added; below amplitude k in size, or there are no wells.
    L : float
        Projection onto [-L, L], finite: the wells inside are the landscape's.

    Raises
    ------
    LandscapeError
        A number is out of its range, the tilt leaves no wells, or L is infinite, too small or too large.
    """
    for key, value in (("amplitude", amplitude), ("period", period)):
        as_curvatures(key, value, 1)
    as_numbers("tilt", [tilt], 1)
    k = 2.0 * pi / period
    s = tilt / (amplitude * k)
    if not abs(s) < 1.0:
        raise LandscapeError("tilt", f"the tilt {tilt:g} leaves no wells: it must be below {amplitude * k:g} in size")
    if not 0.0 < L < inf:
        raise LandscapeError("L", f"L = {L:g}: a cosine has wells without end, give a finite L > 0")
    turn, shift = L / period, asin(s) / (2.0 * pi)
    if turn > MAX_POINTS / 4:
        most = MAX_POINTS // 2
        raise LandscapeError("L", f"{2 * turn:.4g} periods lie in [-L, L]: {most} are allowed; take a smaller L")
    wells = np.arange(ceil(shift - turn), floor(shift + turn) + 1)
    m, s_all = period * (wells - shift), period * (np.append(wells[:1] - 1, wells) + 0.5 + shift)
    m_inside, tops = m[np.abs(m) < L], s_all[np.abs(s_all) < L]
    if not len(m_inside):
        raise LandscapeError("L", f"no minimum lies inside [-{L:g}, {L:g}]: take a larger L")
    bend = amplitude * k * k * sqrt((1.0 - s) * (1.0 + s))
    text = f"-({float(amplitude)!r})*cos({k!r}*x) + ({float(tilt)!r})*x"
    shape = ContinuedFormula(parse_formula(text), -L, L, freeze([]), freeze([]))
    barriers = tops[(tops > m_inside[0]) & (tops < m_inside[-1])]
    return Landscape(
        kind="tilted-cosine",
        minima=freeze(m_inside),
        barriers=freeze(barriers),
        curvatures=freeze(np.full(len(m_inside), bend)),
        barrier_curvatures=freeze(np.full(len(barriers), bend)),
        projection=float(L),
        kinks=shape.kinks,
        domain=(-L, L),
        potential=shape.value,
        derivative=shape.derivative,
        second_derivative=shape.second_derivative,
        encode=shape.gradient,
        notes=notes_on_ends(shape, np.sort(np.concatenate([m_inside, tops])), m_inside, L),
    )


def wang_oh_rhee(L: float = 1.6) -> Landscape:
    """Return the published four-well function on [-1.6, 1.6] (Wang, Oh, Rhee, arXiv 2102.04297)."""
    return formula(WANG_OH_RHEE, (-1.6, 1.6), L, kind="wang-oh-rhee")


def quartic(L: float = inf) -> Landscape:
    """Return x^4/10 - x^2 on [-6, 6] (Wang, Rhee, arXiv 2307.03479)."""
    return formula(QUARTIC, (-6.0, 6.0), L, kind="quartic")


def _interlace(outer: FloatArray, inner: FloatArray) -> FloatArray:
    """Return outer[0], inner[0], outer[1], ..., outer[-1]."""
    both = np.empty(len(outer) + len(inner))
    both[0::2], both[1::2] = outer, inner
    return both
