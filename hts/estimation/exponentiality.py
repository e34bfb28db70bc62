"""Tests of exit times against a law: the geometric law of their own rate, or a given one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray, IntArray

SEED = 20210215  # of the bootstrap and of the ties: the same sample has the same p-value in every session
N_BOOTSTRAP = 499  # p-values in steps of 1/500, off by at most 0.01 around 0.05; 12 ms a cell of 1000 walkers
MIN_EXITS = 5  # below, no sample can look unlike an exponential one
# Replicates hold at most about this many exits: sqrt(n) times the distance has found its limit law long before, so a
# cell of 1e6 walkers is compared with replicates of 2000 at the same rate and the same share of censored walkers.
MAX_REPLICATE_EXITS = 2000
# Exits up to which the exact Kolmogorov law is asked: its time grows with them, .1 s here and a second at 1e6.
LARGEST_EXACT = 100_000
# Numbers that are worked on at a time: what comes in between then stays in the processor's cache, and a cell of 1e7
# walkers takes no more room than its exit times. No result depends on it.
BLOCK = 2**16


@dataclass(frozen=True)
class GoodnessOfFit:
    """How far the exit times lie from a law, and how often the law itself would lie that far off."""

    distance: float  # Kolmogorov-Smirnov distance of the exits from the law given sigma <= max_steps
    p_value: float  # chance of a distance at least as large under the law


def exponentiality(
    exit_steps: IntArray,
    is_censored: npt.NDArray[np.bool_],
    max_steps: int | None = None,
    seed: int = SEED,
) -> GoodnessOfFit | None:
    """Test sigma against the geometric law, whose limit for long times is the exponential one of docs/model.md (8).

    With walkers stopped at C, F(sigma)/F(C) of those that left is uniform (discrete for whole steps). The rate is
    estimated from the same sample, so the distance is compared with those of replicates drawn from the fitted law,
    stopped at C and fitted again (parametric bootstrap; deterministic).

    Parameters
    ----------
    exit_steps : int64[walker]
        Steps lived.
    is_censored : bool[walker]
    max_steps : int, optional
        C; by default what the censored walkers lived, unbounded if there are none.
    seed : int
        Of the replicates.

    Returns
    -------
    GoodnessOfFit | None
        None where fewer than MIN_EXITS walkers left.

    Raises
    ------
    ValueError
        Walkers were censored at different numbers of steps.
    """
    if np.count_nonzero(~is_censored) < MIN_EXITS:
        return None
    cap = _censoring_steps(exit_steps, is_censored, max_steps)
    exits = exit_steps[~is_censored]
    exits.sort()
    exposure = float(np.sum(exit_steps, dtype=np.float64))
    rate = np.array([exits.size / exposure])
    distance = _distance(exits[None, :], np.array([exits.size]), rate, cap)
    if exits[-1] == 1:  # everybody left at the first step, as the geometric law of rate 1 says
        return GoodnessOfFit(distance=0.0, p_value=1.0)

    share = min(1.0, MAX_REPLICATE_EXITS / exits.size)
    n_walkers = round(share * exit_steps.size)
    replicates = _replicate_distances(float(rate[0]), n_walkers, cap, np.random.default_rng(seed))
    observed = scaled_distance(distance, np.array([exits.size]))[0]
    n_beyond = int(np.count_nonzero(replicates >= observed * (1.0 - 1e-12)))
    return GoodnessOfFit(distance=float(distance[0]), p_value=(1 + n_beyond) / (1 + replicates.size))


def agreement_with_law(
    exit_steps: IntArray,
    is_censored: npt.NDArray[np.bool_],
    survival: Callable[[FloatArray], FloatArray],
    max_steps: int | None = None,
    seed: int = SEED,
) -> GoodnessOfFit | None:
    """Test sigma against a given law, nothing estimated.

    Whole steps are made continuous by spreading each exit evenly, in probability, over its step, so that the Kolmogorov
    distribution holds exactly and not on the safe side.

    Parameters
    ----------
    exit_steps, is_censored, max_steps
        As in `exponentiality`.
    survival : callable
        P(sigma > n) for an array of whole numbers n >= 0 (float64, increasing), in an array of the same shape.
    seed : int
        Of the spreading.

    Returns
    -------
    GoodnessOfFit | None
        None where fewer than MIN_EXITS walkers left.
    """
    n_exits = np.count_nonzero(~is_censored)
    if n_exits < MIN_EXITS:
        return None
    cap = _censoring_steps(exit_steps, is_censored, max_steps)
    different = _different(np.concatenate([_different(exits) for exits in _exits(exit_steps, is_censored)]))
    steps = different.astype(np.float64)
    before, after = 1.0 - survival(steps - 1.0), 1.0 - survival(steps)
    width = after - before
    reached = 1.0 if np.isinf(cap) else 1.0 - float(survival(np.array([cap]))[0])
    rng = np.random.default_rng(seed)
    u, first = np.empty(n_exits), 0
    for exits in _exits(exit_steps, is_censored):
        order = np.argsort(exits)  # sorted, they are found several times faster
        place = np.searchsorted(steps, exits[order])
        u[first : first + exits.size] = (before[place] + rng.random(exits.size)[order] * width[place]) / reached
        first += exits.size
    u.sort()
    distance = float(np.max([np.max(_gaps(u, part)) for part in _blocks(u.size)]))
    return GoodnessOfFit(distance=distance, p_value=kolmogorov_tail(distance, u.size))


def kolmogorov_tail(distance: float, n: int) -> float:
    """Return the chance that n uniform numbers lie at least so far from their law.

    Up to LARGEST_EXACT the exact one. Beyond, its limit law with two corrections, Vrbik, Pioneer Journal of Theoretical
    and Applied Statistics 15 (2018) 15: it is off by 2e-7 at most, and relatively by 2e-4 where it is over 1e-5.
    """
    if n <= LARGEST_EXACT:
        from scipy.stats import kstwo  # half a second to import, for this one function

        return float(kstwo.sf(distance, n))
    from scipy.special import kolmogorov

    root = np.sqrt(n)
    scaled = root * distance
    return float(kolmogorov(scaled + 1.0 / (6.0 * root) + (scaled - 1.0) / (4.0 * n)))


def _blocks(n: int) -> Iterator[slice]:
    """Cut 0, ..., n - 1 into blocks."""
    return (slice(first, min(first + BLOCK, n)) for first in range(0, n, BLOCK))


def _exits(exit_steps: IntArray, is_censored: npt.NDArray[np.bool_]) -> Iterator[IntArray]:
    """Give the exits of one block of walkers after the other."""
    return (exit_steps[part][~is_censored[part]] for part in _blocks(exit_steps.size))


def _different(exits: IntArray) -> IntArray:
    """List each number of steps once, increasing; np.unique takes several times as long."""
    ordered = np.sort(exits)
    is_first = np.ones(ordered.size, np.bool_)
    np.greater(ordered[1:], ordered[:-1], out=is_first[1:])
    return ordered[is_first]


def _gaps(u: FloatArray, part: slice) -> FloatArray:
    """Distances of a part of sorted numbers from the uniform law, the larger one at each jump."""
    rank = np.arange(part.start + 1, part.stop + 1) / u.size
    gaps: FloatArray = np.maximum(rank - u[part], u[part] - rank + 1.0 / u.size)
    return gaps


def _censoring_steps(exit_steps: IntArray, is_censored: npt.NDArray[np.bool_], max_steps: int | None) -> float:
    stopped = exit_steps[is_censored]
    if stopped.size and stopped.min() < stopped.max():
        raise ValueError(f"walkers were stopped at different numbers of steps, from {stopped.min()} to {stopped.max()}")
    if max_steps is not None:
        return float(max_steps)
    return float(stopped[0]) if stopped.size else np.inf


def _distance(exits: npt.NDArray[Any], n_exits: IntArray, rate: FloatArray, cap: float) -> FloatArray:
    """Kolmogorov-Smirnov distance of each row from the geometric law of its rate, given at most `cap` steps.

    exits : [row, exit], whole numbers, sorted, the first n_exits[row] of each row count. Both distribution functions
    jump at whole steps; of tied exits the last one gives the excess and the first one the deficit, so ties need no
    care.
    """
    # a rate of 0 (a replicate without exits) and of 1 (all at the first step) have no logarithm to go by
    log_stay = np.log1p(-np.clip(rate, 1e-300, 1.0 - 1e-15))[:, None]
    reached = -np.expm1(cap * log_stay)
    counts = np.maximum(n_exits, 1)[:, None]
    distance = np.zeros(len(exits))
    for part in _blocks(exits.shape[1]):
        steps, rank = exits[:, part], np.arange(part.start + 1, part.stop + 1)
        above = rank / counts + np.expm1(steps * log_stay) / reached
        below = -np.expm1((steps - 1.0) * log_stay) / reached - (rank - 1) / counts
        worst = np.where(rank <= n_exits[:, None], np.maximum(above, below), 0.0)
        distance = np.maximum(distance, worst.max(axis=1))
    return distance


def _replicate_distances(rate: float, n_walkers: int, cap: float, rng: np.random.Generator) -> FloatArray:
    """Scaled distances of N_BOOTSTRAP samples drawn from the geometric law, stopped at `cap` and fitted again."""
    log_stay = np.log1p(-rate)
    reached = -np.expm1(cap * log_stay)
    n_exits = rng.binomial(n_walkers, reached, N_BOOTSTRAP)
    width = max(int(n_exits.max()), 1)

    def distances(n_exits: IntArray) -> FloatArray:
        # normalised partial sums of exponentials are sorted uniforms: no sorting
        sums = np.cumsum(rng.standard_exponential((n_exits.size, width + 1)), axis=1)
        uniform = np.minimum(sums[:, :width] / sums[np.arange(n_exits.size), n_exits][:, None], 1.0)
        exits = np.ceil(np.log1p(-uniform * min(reached, 1.0 - 1e-16)) / log_stay)
        np.clip(exits, 1.0, cap, out=exits)
        counted = np.where(np.arange(width) < n_exits[:, None], exits, 0.0).sum(axis=1)
        stopped = n_walkers - n_exits
        exposure = counted + np.where(stopped > 0, stopped, 0) * (cap if np.isfinite(cap) else 0.0)
        refitted = n_exits / np.maximum(exposure, 1.0)
        return scaled_distance(_distance(exits, n_exits, refitted, cap), n_exits)

    n_rows = max(BLOCK // width, 1)
    return np.concatenate([distances(n_exits[first : first + n_rows]) for first in range(0, N_BOOTSTRAP, n_rows)])


def scaled_distance(distance: FloatArray, n_exits: IntArray) -> FloatArray:
    """Distance times about sqrt(exits), so that samples of different size compare.

    The form for an exponential law with estimated mean: Stephens, JASA 69 (1974) 730.
    """
    n = np.maximum(n_exits, 1)
    return np.maximum(distance - 0.2 / n, 0.0) * (np.sqrt(n) + 0.26 + 0.5 / np.sqrt(n))
