"""Mean exit times with intervals, from events and exposure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from hts.arrays import exact_sum

LEVEL = 0.95  # of every interval of this package unless the caller says otherwise

# From this mean on the exponential law's interval stands in for the geometric one. The ends then differ by less than
# 1e-4 of themselves (measured for 1 to 1e6 exits), and scipy's inverse beta function returns wrong numbers below
# probabilities of 1e-8.
EXPONENTIAL_FROM = 1e4


@dataclass(frozen=True)
class MeanEstimate:
    """The mean of a waiting time, from a number of events and the time spent waiting for them."""

    mean: float | None  # exposure/exits in steps; None without an exit
    low: float | None  # lower end of the interval; None without any exposure
    high: float | None  # upper end of the interval; None where it is infinite (no exit)
    dispersion: (
        float  # n_exits times the variance of log(mean): 1 - 1/mean for a geometric law, 1 for an exponential one
    )


def dispersion_of(exit_steps: npt.NDArray[Any], is_censored: npt.NDArray[np.bool_]) -> float:
    """How much more, or less, a law's exposure/exits spreads than a geometric law's with the same mean (1: the same).

    Exit times are geometric only in the limit: the first exit needs several steps, and a start near a barrier mixes
    early exits with late ones. The delta-method variance of the ratio exposure/exits over independent walkers (the
    sandwich) is right for any law, but noisy: for few exits an interval built on it alone misses too often. So the
    ratio of the two variances is drawn towards 1 by its own noise, sqrt(4/exits) for exponential times (positive-part
    James-Stein). Coverage of 95 % intervals measured so: geometric 0.945 to 0.956 for 5 to 1000 exits (the sandwich
    alone: 0.85 to 0.95); gamma of shape 2: 0.99 at 5 exits, 0.96 at 1000; a 0.3 share of first-step exits: 0.89 at 5,
    0.94 from 100 on (the geometric interval alone: 0.85 whatever the number).

    Parameters
    ----------
    exit_steps : int64[walker]
        Steps lived: until the exit, or until max_steps for a censored walker.
    is_censored : bool[walker]

    Returns
    -------
    float
        Variance ratio, 1 where fewer than 2 walkers left.
    """
    n_walkers = exit_steps.size
    n_exits = n_walkers - int(np.count_nonzero(is_censored))
    exposure = float(np.sum(exit_steps, dtype=np.float64))
    if n_exits < 2 or exposure <= n_exits:
        return 1.0
    mean = exposure / n_exits
    residual = np.where(is_censored, 0.0, mean)
    np.subtract(exit_steps, residual, out=residual)
    sandwich = float(residual @ residual) * n_walkers / (n_walkers - 1) / exposure**2
    return drawn_towards_one(sandwich * n_exits / (1.0 - 1.0 / mean), n_exits)


def drawn_towards_one(ratio: float, n_exits: int) -> float:
    """Draw a ratio of variances towards 1 by its own noise, as `dispersion_of` says."""
    excess = ratio - 1.0
    noise = 4.0 / n_exits
    return 1.0 if excess**2 <= noise else 1.0 + excess * (1.0 - noise / excess**2)


def mean_interval(
    n_exits: int, exposure_steps: int, has_censored: bool, dispersion: float = 1.0, level: float = LEVEL
) -> tuple[float | None, float | None]:
    """Interval of the mean of a geometric waiting time (support 1, 2, ...) from events and exposure.

    Without censoring the interval is exact: sum <= T and sum >= T are binomial events, so the ends of the rate are
    beta quantiles (Clopper-Pearson for inverse sampling). With walkers stopped at a fixed number of steps the number
    of exits is random, and one more of them is granted at the fast end, which errs on the safe side. Above a mean of
    EXPONENTIAL_FROM steps the beta becomes a gamma (chi-square) quantile. Without an exit only the lower end exists.

    Parameters
    ----------
    n_exits, exposure_steps : int
        Events, and steps lived by all walkers together.
    has_censored : bool
        Whether some walker was stopped before it left.
    dispersion : float
        From `dispersion_of`; events and exposure count 1/dispersion each.
    level : float
        Coverage, half of the rest on each side.

    Returns
    -------
    low, high : float | None
        In steps; None where the end is infinite, or nothing was observed.
    """
    if exposure_steps == 0:
        return None, None
    tail = (1.0 - level) / 2.0
    events = n_exits / dispersion
    trials = exposure_steps / dispersion
    fast_events = events + float(has_censored)
    if n_exits * EXPONENTIAL_FROM < exposure_steps:
        fast = float(scipy.special.gammaincinv(fast_events, 1.0 - tail)) / trials
        slow = float(scipy.special.gammaincinv(events, tail)) / trials if n_exits else 0.0
    else:
        misses = trials - events
        fast = float(scipy.special.betaincinv(fast_events, misses, 1.0 - tail)) if misses > 0 else 1.0
        slow = float(scipy.special.betaincinv(events, misses + 1.0, tail))
    return 1.0 / fast, (1.0 / slow if slow > 0.0 else None)


def estimate_mean(
    exit_steps: npt.NDArray[Any], is_censored: npt.NDArray[np.bool_], level: float = LEVEL
) -> MeanEstimate:
    """Mean waiting time of one ensemble with its interval: exposure/exits, the maximum-likelihood mean under censoring.

    For a law that is not geometric and with walkers censored at C, exposure/exits estimates E min(sigma, C)/P(sigma
    <= C), which is E sigma only without censoring; the interval covers that ratio.

    Parameters
    ----------
    exit_steps : int64[walker]
        Steps lived, at least 1 each.
    is_censored : bool[walker]
    level : float
        Coverage of the interval.

    Returns
    -------
    MeanEstimate
    """
    n_exits = int(np.count_nonzero(~is_censored))
    exposure = exact_sum(exit_steps)
    ratio = dispersion_of(exit_steps, is_censored)
    low, high = mean_interval(n_exits, exposure, n_exits < exit_steps.size, ratio, level)
    if n_exits == 0:
        return MeanEstimate(mean=None, low=low, high=high, dispersion=1.0)
    return MeanEstimate(
        mean=exposure / n_exits, low=low, high=high, dispersion=ratio * max(1.0 - n_exits / exposure, 0.0)
    )
