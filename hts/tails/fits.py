"""A law fitted to all numbers, not to their tail alone, and how far the numbers are from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hts.arrays import FloatArray
from hts.noise import Noise
from hts.tails.extremes import N_COMPARED

LEVEL = 0.95
#: Numbers that are used; the error is then that of other causes.
MAX_NUMBERS = 1 << 21


@dataclass(frozen=True)
class LawFit:
    """A stable law or Student's, the one nearest to numbers.

    Attributes
    ----------
    alpha, low, high : float
        Tail index and its 95 % interval; a stable law of index 2 is the normal law.
    scale : float
        Of |phi(t)| = exp(-(scale t)**alpha) for the stable law; of scale times a standard variable for Student's.
    n : int
        Numbers used.
    """

    alpha: float
    low: float
    high: float
    scale: float
    n: int


def magnitude_distance(values: FloatArray, law: Noise) -> float:
    """Return Kolmogorov's distance between the distances of numbers from their median and the magnitudes of a law."""
    magnitudes = np.sort(np.abs(values - float(np.median(values))))
    n = len(magnitudes)
    rank = np.unique(np.linspace(1, n, min(n, N_COMPARED)).astype(np.int64))
    inside = 1.0 - law.tail(magnitudes[rank - 1])
    return float(max(np.max(np.abs(rank / n - inside)), np.max(np.abs((rank - 1) / n - inside))))
