"""Probability of leaving within a given number of steps, estimated from exit times."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from hts.estimation.rates import LEVEL


@dataclass(frozen=True)
class WithinEstimate:
    """The share of walkers that left within n steps, with its exact binomial interval; None where none can be had."""

    n_steps: int
    n_within: int  # walkers that left by then
    probability: float | None
    low: float | None  # Clopper and Pearson, Biometrika 26 (1934) 404
    high: float | None
    reason: str | None  # why there is none


def binomial_interval(n_hits: int, n_trials: int, level: float = LEVEL) -> tuple[float, float]:
    """Return the exact interval of a probability, Clopper and Pearson, Biometrika 26 (1934) 404.

    Parameters
    ----------
    n_hits, n_trials : int
        Of independent trials, at least one.
    level : float
        Coverage, at least, half of the rest on each side.
    """
    tail, n_rest = (1.0 - level) / 2.0, n_trials - n_hits
    low = float(scipy.special.betaincinv(n_hits, n_rest + 1, tail)) if n_hits else 0.0
    high = float(scipy.special.betaincinv(n_hits + 1, n_rest, 1.0 - tail)) if n_rest else 1.0
    return low, high


def estimate_within(
    exit_steps: npt.NDArray[np.int64], is_censored: npt.NDArray[np.bool_], n_steps: int, level: float = LEVEL
) -> WithinEstimate:
    """Estimate P(sigma <= n), docs/model.md (2), from walkers each of which left or lived n steps.

    Parameters
    ----------
    exit_steps : int64[walker]
        sigma in steps, or the steps lived by a censored walker.
    is_censored : bool[walker]
        Whether the walker was stopped before it left.
    n_steps : int
    level : float
        Coverage of the interval, at least, half of the rest on each side.

    Returns
    -------
    WithinEstimate
        Without a probability where there are no walkers, or one was stopped before n steps.
    """
    n_walkers = exit_steps.size
    n_within = int(np.count_nonzero(~is_censored & (exit_steps <= n_steps)))
    n_early = int(np.count_nonzero(is_censored & (exit_steps < n_steps)))
    if n_walkers == 0 or n_early:
        early = f"{n_early} of {n_walkers} walkers were stopped before step {n_steps}; raise max_steps to {n_steps}"
        reason = early if n_walkers else "no walkers yet"
        return WithinEstimate(n_steps, n_within, None, None, None, reason)
    low, high = binomial_interval(n_within, n_walkers, level)
    return WithinEstimate(n_steps, n_within, n_within / n_walkers, low, high, None)
