"""Means of one number per walker, with intervals from the spread between walkers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy

from hts.arrays import FloatArray
from hts.estimation.rates import LEVEL

#: Walkers below which their spread is no measure of an error.
FEW = 5


@dataclass(frozen=True, eq=False)
class Spread:
    """Means over independent walkers; NaN where there are too few of them."""

    n_walkers: int
    mean: FloatArray  # float64[...]; NaN without a walker
    low: FloatArray  # lower end of the interval; NaN below two walkers
    high: FloatArray  # upper end
    error: FloatArray  # standard error of the mean

    def z_from(self, expected: FloatArray, error: FloatArray) -> FloatArray:
        """Say how many standard errors the means lie from expected values, as quantiles of the normal law.

        Few walkers tell their own spread badly: Student's t is taken to the normal quantile of the same probability.

        Parameters
        ----------
        expected : float64[...]
        error : float64[...]
            Of the expected values, added in squares.

        Returns
        -------
        float64[...]
            NaN below two walkers, and where neither has an error.
        """
        both = np.hypot(self.error, error)
        t = (self.mean - expected) / np.where(both > 0, both, np.nan)
        tail = scipy.special.stdtr(max(self.n_walkers - 1, 1), -np.abs(t))
        return np.asarray(np.copysign(scipy.special.ndtri(tail), t))


def spread_of_shares(part: FloatArray, level: float = LEVEL) -> Spread:
    """Average shares of time over walkers: `spread_between_walkers`, but honest where hardly a walker came or left.

    Then walkers differ too little to tell anything. A share is at most the chance to come at all, and the rest of it at
    most the chance to leave, so the exact binomial bounds of these are taken where they are wider.

    Parameters
    ----------
    part : float64[walker, ...]
        From 0 to 1.
    level : float
        Coverage of the interval.

    Returns
    -------
    Spread
        Ends from 0 to 1.
    """
    spread, n = spread_between_walkers(part, level), len(part)
    low, high = np.maximum(spread.low, 0.0), np.minimum(spread.high, 1.0)
    if n < 2:
        return replace(spread, low=low, high=high)
    came, left = (part > 0).sum(axis=0), (part < 1).sum(axis=0)
    chance_to_come = scipy.special.betaincinv(came + 1, np.maximum(n - came, 1), 0.5 + level / 2)
    chance_to_leave = scipy.special.betaincinv(left + 1, np.maximum(n - left, 1), 0.5 + level / 2)
    high = np.where(came < FEW, np.maximum(high, chance_to_come), high)
    low = np.where(left < FEW, np.minimum(low, 1.0 - chance_to_leave), low)
    return replace(spread, low=low, high=high)


def spread_between_walkers(values: FloatArray, level: float = LEVEL) -> Spread:
    """Average over walkers, with Student's interval: runs of one walker are not independent in time, walkers are.

    Parameters
    ----------
    values : float64[walker, ...]
    level : float
        Coverage of the interval.

    Returns
    -------
    Spread
        Arrays of the shape of one walker's values.
    """
    n, shape = len(values), values.shape[1:]
    nothing = np.full(shape, np.nan)
    if n == 0:
        return Spread(0, nothing, nothing, nothing, nothing)
    mean = values.mean(axis=0)
    if n == 1:
        return Spread(1, mean, nothing, nothing, nothing)
    error = values.std(axis=0, ddof=1) / np.sqrt(n)
    half = scipy.special.stdtrit(n - 1, 0.5 + level / 2) * error
    return Spread(n, mean, mean - half, mean + half, error)
