"""Integrals of a tabulated density: sums of positive panels, from infinity or from zero."""

import numpy as np

from hts.arrays import FloatArray
from hts.noise.panels import Panels
from hts.noise.pieces import Function

_GAUSS, _WEIGHTS = np.polynomial.legendre.leggauss(20)
_GAUSS, _WEIGHTS = 0.5 * (_GAUSS + 1.0), 0.5 * _WEIGHTS


def beyond(density: Panels, at_end: float) -> Function:
    """Return w -> the integral of a density from w to infinity, of which ``at_end`` lies beyond the table."""
    edges = density.edges
    sums = np.cumsum(np.append(at_end, _between(density, edges[:-1], edges[1:])[::-1]))[::-1]

    def survival(w: FloatArray) -> FloatArray:
        s, panel = density.locate(w)
        return np.asarray(_between(density, s, edges[panel + 1]) + sums[panel + 1])

    return survival


def up_to(density: Panels, at_start: float) -> Function:
    """Return w -> ``at_start`` plus the integral of a density from 0 to w."""
    edges = density.edges
    sums = np.cumsum(np.append(at_start, _between(density, edges[:-1], edges[1:])))

    def distribution(w: FloatArray) -> FloatArray:
        s, panel = density.locate(w)
        return np.asarray(sums[panel] + _between(density, edges[panel], s))

    return distribution


def _between(density: Panels, low: FloatArray, high: FloatArray) -> FloatArray:
    """Integrate from s = low to s = high, float64[n] each, both in one panel."""
    s = low[:, None] + np.multiply.outer(high - low, _GAUSS)
    values = density(density.width * np.sinh(s).ravel()).reshape(s.shape) * density.width * np.cosh(s)
    return np.asarray((high - low) * (values @ _WEIGHTS))
