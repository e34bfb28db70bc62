"""Survival curves of exit times with their bands, for figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from hts.arrays import FloatArray
from hts.estimation.rates import LEVEL


@dataclass(frozen=True, eq=False)
class SurvivalCurve:
    """P(sigma > n) as measured, up to the number of steps at which walkers were stopped."""

    steps: npt.NDArray[np.int64]  # n, increasing
    survival: FloatArray  # share of walkers still inside after n steps
    low: FloatArray  # pointwise exact binomial (Clopper-Pearson) band
    high: FloatArray
    n_walkers: int
    n_censored: int


def survival_curve(
    exit_steps: npt.NDArray[np.int64],
    is_censored: npt.NDArray[np.bool_],
    n_points: int = 256,
    level: float = LEVEL,
) -> SurvivalCurve:
    """Empirical survival at exit times; with all walkers stopped at one and the same step it is Kaplan and Meier's.

    Parameters
    ----------
    exit_steps : int64[walker]
        Steps lived.
    is_censored : bool[walker]
    n_points : int
        Curves of more different exit times are thinned to about this number, evenly in log(step).
    level : float
        Coverage of the band at each point.

    Returns
    -------
    SurvivalCurve
        Starts at (0, 1) and ends at the last exit.
    """
    n_walkers = exit_steps.size
    exits = np.sort(exit_steps[~is_censored])
    steps = np.unique(exits)
    if steps.size > n_points:
        wanted = np.geomspace(steps[0], steps[-1], n_points)
        steps = np.unique(steps[np.minimum(np.searchsorted(steps, wanted), steps.size - 1)])
    steps = np.concatenate((np.zeros(1, dtype=np.int64), steps))
    gone = np.searchsorted(exits, steps, side="right")
    return curve_of_counts(steps, gone, n_walkers, n_walkers - exits.size, level)


def curve_of_counts(
    steps: npt.NDArray[np.int64], exits: npt.NDArray[np.int64], n_walkers: int, n_censored: int, level: float = LEVEL
) -> SurvivalCurve:
    """Make the curve of walkers of which so many had left by each step.

    Parameters
    ----------
    steps : int64[point]
        Increasing, the first 0.
    exits : int64[point]
        Exits up to then.
    n_walkers, n_censored : int
    level : float
        Coverage of the band at each point.
    """
    gone = exits.astype(np.float64)
    alive = n_walkers - gone
    tail = (1.0 - level) / 2.0
    low = np.where(alive > 0, scipy.special.betaincinv(np.maximum(alive, 1.0), gone + 1.0, tail), 0.0)
    high = np.where(gone > 0, scipy.special.betaincinv(alive + 1.0, np.maximum(gone, 1.0), 1.0 - tail), 1.0)
    return SurvivalCurve(steps, alive / max(n_walkers, 1), low, high, n_walkers, n_censored)
