"""Student's law fitted by maximum likelihood: the rival of the stable law among those with a power tail."""

from __future__ import annotations

import math

import numpy as np
import scipy

from hts.arrays import FloatArray
from hts.noise import Noise
from hts.tails.fits import LEVEL, MAX_NUMBERS, LawFit, magnitude_distance

#: Numbers that the likelihood is made of; the index then errs by half a per cent.
MAX_LIKELIHOOD = 1 << 18
#: Range of the index; a fit at its upper end is a normal law.
RANGE = (0.05, 100.0)


def fit_student(values: FloatArray, inflation: float = 1.0) -> LawFit:
    """Fit index and scale of Student's law about 0 by maximum likelihood.

    Parameters
    ----------
    values : float64[n]
        In an order that has nothing to do with their sizes; the first MAX_LIKELIHOOD are used.
    inflation : float
        Factor on the variance: the correlation time of a series.

    Raises
    ------
    ValueError
        Where the likelihood has no largest value within RANGE.
    """
    squares = values[:MAX_LIKELIHOOD] ** 2
    n = len(squares)
    unit = float(np.median(squares))
    if not 0.0 < unit < math.inf:
        raise ValueError("half of the numbers are equal")

    def cost(at: FloatArray) -> tuple[float, FloatArray]:
        value, slopes = _likelihood(squares / unit, *np.exp(at))
        return -float(value.mean()), -slopes.mean(axis=1)

    ends = [tuple(np.log(RANGE)), (-20.0, 20.0)]
    found = scipy.optimize.minimize(cost, np.log([2.0, 1.0]), jac=True, method="L-BFGS-B", bounds=ends)
    alpha, scale = np.exp(found.x)
    if not found.success or not RANGE[0] * 1.01 < alpha < RANGE[1] * 0.99:
        raise ValueError(f"the likelihood has no largest value for an index in {list(RANGE)}")
    slopes = _likelihood(squares / unit, alpha, scale)[1]
    error = math.sqrt(float(np.linalg.inv(slopes @ slopes.T)[0, 0]) * inflation)  # of log alpha
    ratio = math.exp(float(scipy.special.ndtri(0.5 + LEVEL / 2.0)) * error)
    return LawFit(float(alpha), float(alpha / ratio), float(alpha * ratio), float(scale * math.sqrt(unit)), n)


def _likelihood(squares: FloatArray, nu: float, scale: float) -> tuple[FloatArray, FloatArray]:
    """Return log densities, less a constant, and their slopes in log nu and log scale; float64[n], float64[2, n]."""
    ratio = squares / (nu * scale**2)
    logarithm, share = np.log1p(ratio), (nu + 1.0) * ratio / (1.0 + ratio)
    norm = scipy.special.gammaln((nu + 1.0) / 2.0) - scipy.special.gammaln(nu / 2.0) - 0.5 * math.log(nu)
    bend = scipy.special.psi((nu + 1.0) / 2.0) - scipy.special.psi(nu / 2.0) - 1.0 / nu
    value = norm - math.log(scale) - 0.5 * (nu + 1.0) * logarithm
    return value, np.stack([0.5 * (nu * (bend - logarithm) + share), share - 1.0])


def student_distance(values: FloatArray, fit: LawFit) -> float:
    """Return Kolmogorov's distance between the magnitudes of the numbers and those of the fitted law.

    Parameters
    ----------
    values : float64[n]
        As `fit_student` took them; the first MAX_NUMBERS are used.
    fit : LawFit
        What it gave.
    """
    return magnitude_distance(values[:MAX_NUMBERS], Noise("student", fit.alpha, fit.scale))
