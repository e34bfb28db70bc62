"""A stable law fitted through the modulus of the empirical characteristic function."""

from __future__ import annotations

import math

import numpy as np
import scipy

from hts.arrays import FloatArray
from hts.noise import Noise
from hts.tails.fits import LEVEL, MAX_NUMBERS, LawFit, magnitude_distance

#: Points t, in units of 1/scale, at which the function is taken (the middle of Koutrouvelis' range).
POINTS = np.linspace(0.1, 1.0, 10)


def fit_stable(values: FloatArray, inflation: float = 1.0) -> LawFit:
    """Fit index and scale of a stable law: a line through log(-log |phi|) over log t (Koutrouvelis 1980).

    Parameters
    ----------
    values : float64[n]
        In an order that has nothing to do with their sizes; the first MAX_NUMBERS are used.
    inflation : float
        Factor on the variance: the correlation time of a series.

    Raises
    ------
    ValueError
        Where more than half of the numbers are equal, or |phi| cannot be told from 0 or 1.
    """
    used = values[:MAX_NUMBERS]
    n = len(used)
    low, high = np.quantile(used, [0.25, 0.75])
    width = float(high - low) / 2.0
    if not width > 0.0:
        raise ValueError("half of the numbers are equal")
    for _ in range(2):  # the second time in units of the fitted scale
        t = POINTS / width
        phi = np.array([np.exp(1j * tau * used).mean() for tau in t])
        size = np.abs(phi)
        if not ((size > 3.0 / math.sqrt(n)) & (size < 1.0)).all():
            raise ValueError("the characteristic function cannot be told from 0 or 1")
        height = np.log(-np.log(size))
        x = np.log(t)
        weights = (x - x.mean()) / np.sum((x - x.mean()) ** 2)
        alpha = float(weights @ height)
        if not alpha > 0.0:
            raise ValueError("the characteristic function does not fall")
        width = math.exp((height.mean() - alpha * x.mean()) / alpha)
    influence = np.zeros(n)
    for j, tau in enumerate(t):
        slope = weights[j] / (size[j] ** 2 * math.log(size[j]))
        influence += slope * (np.conj(phi[j]) * (np.exp(1j * tau * used) - phi[j])).real
    error = float(influence.std(ddof=1)) * math.sqrt(inflation / n)
    half = float(scipy.special.ndtri(0.5 + LEVEL / 2.0)) * error
    return LawFit(alpha, alpha - half, alpha + half, width, n)


def stable_distance(values: FloatArray, fit: LawFit) -> float:
    """Return Kolmogorov's distance between the magnitudes of the numbers that were used and those of the fitted law.

    Parameters
    ----------
    values : float64[n]
        As `fit_stable` took them.
    fit : LawFit
        What it gave.
    """
    law = Noise("stable", round(min(max(fit.alpha, 0.1), 2.0), 4), fit.scale)
    return magnitude_distance(values[:MAX_NUMBERS], law)
