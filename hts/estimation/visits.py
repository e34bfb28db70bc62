"""Transition rates between minima with intervals, counted over long runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from hts.arrays import FloatArray, IntArray, exact_sum
from hts.estimation.rates import LEVEL


@dataclass(frozen=True, eq=False)
class TransitionRates:
    """Rates of transitions per step; NaN where no time was spent, ends NaN below two walkers that were there."""

    rates: FloatArray  # float64[from, to]; the diagonal 0
    low: FloatArray  # lower ends of the intervals
    high: FloatArray  # upper ends
    counts: IntArray  # int64[from, to], all walkers together


def estimate_rates(transitions: IntArray, steps_in_well: IntArray, level: float = LEVEL) -> TransitionRates:
    """Divide transitions by the time spent in the well that they left.

    The few steps between a barrier and the next minimum belong to no transition yet and count with the new well. The
    interval is that of a ratio over independent walkers (the sandwich), by Student's t. A rate of no transition at all
    is given the upper end -log((1 - level)/2) over the time, as if waiting times were exponential.

    Parameters
    ----------
    transitions : int64[walker, well, well]
        From, to.
    steps_in_well : int64[walker, well]
        Of the whole run.
    level : float
        Coverage of each interval.

    Returns
    -------
    TransitionRates
    """
    counts = transitions.sum(axis=0)
    steps = np.array([[exact_sum(of_well)] for of_well in steps_in_well.T], np.float64)
    n = (steps_in_well > 0).sum(axis=0)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = counts / steps
        residual = transitions - rates * steps_in_well[:, :, None]
        error = np.sqrt((residual**2).sum(axis=0) * n / (n - 1.0)) / steps
        never = -np.log((1.0 - level) / 2.0) / steps
    half = scipy.special.stdtrit(np.maximum(n - 1, 1), 0.5 + level / 2) * error
    low = np.where(counts > 0, np.maximum(rates - half, 0.0), np.where(n > 1, 0.0, np.nan))
    high = np.where(counts > 0, rates + half, np.where(n > 1, never, np.nan))
    for ends in (low, high):
        ends[np.broadcast_to(n < 2, ends.shape)] = np.nan
        np.fill_diagonal(ends, 0.0)
    np.fill_diagonal(rates, 0.0)
    return TransitionRates(rates, low, high, counts)
