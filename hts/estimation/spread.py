"""This file is where one number of each walker becomes their mean, with an interval from how the walkers differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from hts.estimation.rates import LEVEL

FloatArray = npt.NDArray[np.float64]


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
        tail = special.stdtr(max(self.n_walkers - 1, 1), -np.abs(t))
        return np.asarray(np.copysign(special.ndtri(tail), t))


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
    half = special.stdtrit(n - 1, 0.5 + level / 2) * error
    return Spread(n, mean, mean - half, mean + half, error)
