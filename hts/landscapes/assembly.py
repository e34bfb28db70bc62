"""A landscape put together from a smooth shape and its critical points."""

from typing import Final

import numpy as np

from hts.arrays import FloatArray
from hts.landscapes.checks import LandscapeError, as_projection
from hts.landscapes.continuations import ContinuedFormula, notes_on_ends
from hts.landscapes.gradients import freeze
from hts.landscapes.landscape import Landscape

MAX_WELLS: Final = 100  # the rates out of each take some ten milliseconds, and graphs grow with their square


def wells_of(shape: ContinuedFormula, critical: tuple[FloatArray, FloatArray], kind: str, L: float) -> Landscape:
    """Return the landscape of a shape: the minima inside its domain and the maxima between them.

    Parameters
    ----------
    shape : ContinuedFormula
        f on its domain, with a continuation.
    critical : float64[point], float64[point]
        Where f' = 0, and f'' there (`find_critical_points`).
    kind : str
        Its name in plans.
    L : float
        Projection onto [-L, L]; inf for none.

    Raises
    ------
    LandscapeError
        There is no minimum, there are too many, or none lies inside [-L, L].
    """
    points, curvatures = critical
    wells = np.flatnonzero(curvatures > 0)
    if not len(wells):
        raise LandscapeError(
            "f", f"f has no minimum in the domain [{shape.low:g}, {shape.high:g}]: widen it, or change f"
        )
    if len(wells) > MAX_WELLS:
        raise LandscapeError("f", f"f has {len(wells)} minima in the domain, more than {MAX_WELLS}: narrow it")
    inner = slice(wells[0], wells[-1] + 1)
    m, s = points[inner][0::2], points[inner][1::2]
    return Landscape(
        kind=kind,
        minima=freeze(m),
        barriers=freeze(s),
        curvatures=freeze(curvatures[inner][0::2]),
        barrier_curvatures=freeze(-curvatures[inner][1::2]),
        projection=as_projection(L, m),
        kinks=shape.kinks,
        domain=(shape.low, shape.high),
        potential=shape.value,
        derivative=shape.derivative,
        second_derivative=shape.second_derivative,
        encode=shape.gradient,
        notes=(*notes_on_projection(L, m), *notes_on_ends(shape, points, m, L)),
        check=shape.check_gradient,
    )


def notes_on_projection(L: float, minima: FloatArray) -> tuple[str, ...]:
    """Name the minima that L keeps walkers from."""
    return tuple(
        f"the minimum {m:g} lies outside [-L, L] = [-{L:g}, {L:g}]: no walker reaches it"
        for m in minima[np.abs(minima) > L]
    )
