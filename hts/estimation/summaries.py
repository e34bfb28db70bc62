"""Estimates of a cell's exits from its summary, where single walkers are not kept.

What depends on counts and sums alone is what the walkers would give. Where the order of exit times counts, two times in
one bin are not told apart: below 128 steps there are no such times, beyond a bin is 1/128 to 1/64 of them wide.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from hts.arrays import FloatArray, IntArray
from hts.estimation.exits import ExitEstimate
from hts.estimation.exponentiality import MIN_EXITS, N_BOOTSTRAP, SEED, GoodnessOfFit, kolmogorov_tail, scaled_distance
from hts.estimation.rates import LEVEL, drawn_towards_one, mean_interval
from hts.estimation.survival import SurvivalCurve, curve_of_counts
from hts.estimation.within import WithinEstimate, binomial_interval
from hts.summaries import ExitSummary, bins_of_steps, ends_of_bins

#: Exits up to which each is placed within its bin; beyond, the largest deviation within a bin is drawn.
PLACED_EXITS = 2**20
#: Multiple of the mean beyond which no exit of a replicate is worth a bin: its chance is 1e-26.
NO_MASS = 60.0


def estimate_summary(summary: ExitSummary, max_steps: int, level: float = LEVEL) -> ExitEstimate:
    """Estimate a cell's mean exit time, as `estimate_exits` does from its walkers.

    Parameters
    ----------
    summary : ExitSummary
    max_steps : int
        At which its censored walkers were stopped.
    level : float
        Coverage of the interval of the mean.
    """
    exits, exposure = summary.n_exits, summary.exposure_steps
    ratio = _dispersion(summary, max_steps)
    low, high = mean_interval(exits, exposure, summary.n_censored > 0, ratio, level)
    return ExitEstimate(
        n_walkers=summary.n_walkers,
        n_exits=exits,
        n_censored=summary.n_censored,
        exposure_steps=exposure,
        mean_exit_steps=exposure / exits if exits else None,
        mean_low=low,
        mean_high=high,
        dispersion=ratio * max(1.0 - exits / exposure, 0.0) if exits else 1.0,
        n_left=summary.n_left,
        n_right=summary.n_right,
    )


def _dispersion(summary: ExitSummary, max_steps: int) -> float:
    """Return `dispersion_of` the walkers, from their sums in whole numbers."""
    n, exits, exposure = summary.n_walkers, summary.n_exits, summary.exposure_steps
    if exits < 2 or exposure <= exits:
        return 1.0
    mean, of_exits = Fraction(exposure, exits), exposure - summary.n_censored * max_steps
    residual = summary.sum_of_squares - 2 * mean * of_exits + exits * mean**2
    return drawn_towards_one(float(residual * n * exits / ((n - 1) * exposure**2) / (1 - 1 / mean)), exits)


def agreement_of_summary(
    summary: ExitSummary, survival: Callable[[FloatArray], FloatArray], max_steps: int | None = None, seed: int = SEED
) -> GoodnessOfFit | None:
    """Test the exit times of a summary against a given law, as `agreement_with_law` does those of walkers.

    Within a bin the exits are spread evenly in probability, so that the Kolmogorov distribution holds; a law that is
    wrong within bins only is not found out. Of more than PLACED_EXITS exits the largest deviation in each bin is drawn
    from the Brownian bridge between its ends instead.

    Parameters
    ----------
    summary : ExitSummary
    survival : callable
        P(sigma > n) for an array of whole numbers n >= 0.
    max_steps : int, optional
        At which walkers were stopped; unbounded by default.
    seed : int
        Of the spreading.
    """
    if summary.n_exits < MIN_EXITS:
        return None
    first, last, counts = _binned(summary)
    cap = np.inf if max_steps is None else float(max_steps)
    reached = 1.0 if max_steps is None else 1.0 - float(survival(np.array([cap]))[0])
    edges = np.stack((first - 1.0, np.minimum(last.astype(np.float64), cap)))
    before, after = ((1.0 - survival(edge)) / reached for edge in edges)
    rng, n = np.random.default_rng(seed), summary.n_exits
    if n <= PLACED_EXITS:
        u = np.sort(np.repeat(before, counts) + rng.random(n) * np.repeat(after - before, counts))
        rank = np.arange(1, n + 1) / n
        distance = float(np.max(np.maximum(rank - u, u - rank + 1.0 / n)))
    else:
        gone = np.cumsum(counts)
        start, end, spread = (gone - counts) / n - before, gone / n - after, counts / n**2
        for_max, for_min = -2.0 * spread * np.log(rng.uniform(size=(2, len(counts))))
        over = 0.5 * (start + end + np.sqrt((end - start) ** 2 + for_max))
        under = 0.5 * (start + end - np.sqrt((end - start) ** 2 + for_min))
        distance = float(max(over.max(), -under.min()))
    return GoodnessOfFit(distance=distance, p_value=kolmogorov_tail(distance, n))


def exponentiality_of_summary(summary: ExitSummary, max_steps: int, seed: int = SEED) -> GoodnessOfFit | None:
    """Test the exit times of a summary against the geometric law of their own rate, as `exponentiality` does.

    Distances are taken at the ends of bins, of the exits and of the replicates alike: these are numbers of exits in
    each bin, drawn from the fitted law and fitted again. Below 128 steps nothing is lost; beyond, a deviation inside
    a bin is not seen.

    Parameters
    ----------
    summary : ExitSummary
    max_steps : int
        At which walkers were stopped.
    seed : int
        Of the replicates.

    Returns
    -------
    GoodnessOfFit | None
        None where fewer than MIN_EXITS walkers left.
    """
    n, exits = summary.n_walkers, summary.n_exits
    if exits < MIN_EXITS:
        return None
    if summary.exposure_steps == n:  # all left at the first step, as the geometric law of rate 1 says
        return GoodnessOfFit(distance=0.0, p_value=1.0)
    rate = np.array([exits / summary.exposure_steps])
    longest = min(max_steps, max(summary.longest, int(NO_MASS / rate[0])))
    first, last = ends_of_bins(np.arange(1, bins_of_steps(np.array([longest]))[0] + 1))
    last = np.minimum(last, max_steps)
    observed = np.zeros((1, len(last)), np.int64)
    observed[0, np.array(summary.steps.bins) - 1] = summary.steps.counts
    distance = _distance_of_bins(observed, rate, last, max_steps)

    rng, log_stay = np.random.default_rng(seed), np.log1p(-rate[0])
    reached = -np.expm1(max_steps * log_stay)
    chance = np.exp((first - 1) * log_stay) * -np.expm1((last - first + 1) * log_stay)
    n_exits = rng.binomial(n, reached, N_BOOTSTRAP)
    drawn = rng.multinomial(n_exits, chance / chance.sum())
    exposure = drawn @ _means_in_bins(first, last, float(rate[0])) + (n - n_exits) * float(max_steps)
    refitted = n_exits / np.maximum(exposure, 1.0)
    replicates = scaled_distance(_distance_of_bins(drawn, refitted, last, max_steps), n_exits)
    n_beyond = np.count_nonzero(replicates >= scaled_distance(distance, np.array([exits]))[0] * (1.0 - 1e-12))
    return GoodnessOfFit(distance=float(distance[0]), p_value=(1 + int(n_beyond)) / (1 + N_BOOTSTRAP))


def _distance_of_bins(counts: IntArray, rate: FloatArray, last: IntArray, max_steps: int) -> FloatArray:
    """Return the largest distance of each row of counts from the geometric law of its rate, at the ends of bins."""
    log_stay = np.log1p(-np.clip(rate, 1e-300, 1.0 - 1e-15))[:, None]
    law = np.expm1(last * log_stay) / np.expm1(max_steps * log_stay)
    gone = np.cumsum(counts, axis=1) / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return np.asarray(np.abs(gone - law).max(axis=1))


def _means_in_bins(first: IntArray, last: IntArray, rate: float) -> FloatArray:
    """Return the mean steps of exits in each bin under the geometric law."""
    width = last - first + 1
    beyond = 1.0 / rate - width / np.expm1(-width * np.log1p(-rate))
    return np.asarray(np.where(width == 1, first, first - 1 + np.clip(beyond, 1.0, width)))


def curve_of_summary(summary: ExitSummary, n_points: int = 256, level: float = LEVEL) -> SurvivalCurve:
    """Return the survival curve at the ends of bins, where a summary knows it exactly; see `survival_curve`."""
    _, last, counts = _binned(summary)
    steps = np.minimum(last, summary.longest)
    gone = np.cumsum(counts)
    if steps.size > n_points:
        wanted = np.geomspace(steps[0], steps[-1], n_points)
        chosen = np.unique(np.minimum(np.searchsorted(steps, wanted), steps.size - 1))
        steps, gone = steps[chosen], gone[chosen]
    return curve_of_counts(np.append(0, steps), np.append(0, gone), summary.n_walkers, summary.n_censored, level)


def within_of_summary(summary: ExitSummary, max_steps: int, n_steps: int, level: float = LEVEL) -> WithinEstimate:
    """Estimate P(sigma <= n) from a summary, as `estimate_within` does from walkers.

    Where n lies inside a bin, its exits are split in proportion, and the interval allows for all and none of them.
    """
    n = summary.n_walkers
    first, last, counts = _binned(summary)
    surely, perhaps = int(counts[last <= n_steps].sum()), int(counts[first <= n_steps].sum())
    inside = (first <= n_steps) & (n_steps < last)
    if summary.longest <= n_steps:
        surely, inside = perhaps, inside & False
    share = (n_steps - first + 1) / (last - first + 1)
    n_within = surely + float((counts * share)[inside].sum())
    if n == 0 or (summary.n_censored and max_steps < n_steps):
        early = f"{summary.n_censored} of {n} walkers were stopped before step {n_steps}; raise max_steps to {n_steps}"
        return WithinEstimate(n_steps, round(n_within), None, None, None, early if n else "no walkers yet")
    low, high = binomial_interval(surely, n, level)[0], binomial_interval(perhaps, n, level)[1]
    return WithinEstimate(n_steps, round(n_within), n_within / n, low, high, None)


def _binned(summary: ExitSummary) -> tuple[IntArray, IntArray, IntArray]:
    """Return the ends of each bin that holds an exit, and the exits in it."""
    first, last = ends_of_bins(np.array(summary.steps.bins, np.int64))
    return first, last, np.array(summary.steps.counts, np.int64)
