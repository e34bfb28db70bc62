"""Exits of many walkers as counts: a summary that is merged exactly, however walkers were cut into parts.

Every entry is a whole number. Sums of whole numbers do not depend on their order, so the parts of a cell give the same
summary whatever the shards, threads or queues.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray, IntArray, exact_sum

#: Bins in each octave of steps; below twice as many steps each bin is one number of steps.
BINS_PER_OCTAVE: Final = 64
#: Low bits of a float64 that a bin of landings leaves out: eight bins in each octave of the distance.
LANDING_SHIFT: Final = 49
#: Walkers that are counted at a time, so that no more than some MB are in use beside their columns.
BLOCK: Final = 2**16
LARGEST: Final = 2**63 - 1


@dataclass(frozen=True)
class Histogram:
    """Counts by bin: those that are not 0, bins increasing."""

    bins: tuple[int, ...] = ()
    counts: tuple[int, ...] = ()

    @classmethod
    def of(cls, counted: Counter[int]) -> Histogram:
        """Lay counts out by increasing bins."""
        bins = sorted(counted)
        return cls(tuple(bins), tuple(counted[k] for k in bins))

    def counter(self) -> Counter[int]:
        """Return the counts by bin."""
        return Counter(dict(zip(self.bins, self.counts, strict=True)))

    @property
    def total(self) -> int:
        """Sum of the counts."""
        return sum(self.counts)

    def __add__(self, other: Histogram) -> Histogram:
        return Histogram.of(self.counter() + other.counter())


@dataclass(frozen=True)
class ExitSummary:
    """All that is kept of the walkers of a cell, or of some of them, where they are too many to be kept one by one."""

    n_walkers: int = 0  #: walkers that ended, by an exit or by max_steps
    n_censored: int = 0  #: walkers stopped at max_steps
    n_left: int = 0  #: exits through the lower end
    n_right: int = 0  #: exits through the upper end
    exposure_steps: int = 0  #: steps lived by all walkers together
    sum_of_squares: int = 0  #: of the steps lived by each walker
    longest: int = 0  #: most steps of a walker
    steps_beyond_domain: int = 0  #: steps begun where a formula's gradient goes on linearly
    destinations: tuple[int, ...] = ()  #: exits by the well of the landing, or by side where there is one well
    steps: Histogram = Histogram()  #: exits by `bins_of_steps`
    landings: Histogram = Histogram()  #: exits by `bins_of_landings`

    @property
    def n_exits(self) -> int:
        """Walkers that left the domain."""
        return self.n_left + self.n_right

    def __add__(self, other: ExitSummary) -> ExitSummary:
        size = max(len(self.destinations), len(other.destinations))
        mine, theirs = ((*one.destinations, *[0] * (size - len(one.destinations))) for one in (self, other))
        return ExitSummary(
            n_walkers=self.n_walkers + other.n_walkers,
            n_censored=self.n_censored + other.n_censored,
            n_left=self.n_left + other.n_left,
            n_right=self.n_right + other.n_right,
            exposure_steps=self.exposure_steps + other.exposure_steps,
            sum_of_squares=self.sum_of_squares + other.sum_of_squares,
            longest=max(self.longest, other.longest),
            steps_beyond_domain=self.steps_beyond_domain + other.steps_beyond_domain,
            destinations=tuple(a + b for a, b in zip(mine, theirs, strict=True)),
            steps=self.steps + other.steps,
            landings=self.landings + other.landings,
        )


def merged(summaries: Iterable[ExitSummary]) -> ExitSummary:
    """Join summaries of different walkers, in any order."""
    return reduce(ExitSummary.__add__, summaries, ExitSummary())


def least_different(few: ExitSummary, many: ExitSummary) -> int:
    """Count walkers that surely came out otherwise, between a summary and one that should hold the same walkers.

    A subset of walkers has no larger count in any bin: what it has beyond the other's counts are walkers that differ.

    Parameters
    ----------
    few : ExitSummary
    many : ExitSummary
        Of the walkers of `few` and perhaps of others.

    Returns
    -------
    int
        At least so many differ; 0 where nothing shows it. Of two summaries of equally many walkers, 0 means that they
        are equal, steps beyond the domain aside.
    """
    counts = [
        (one.counter(), other.counter()) for one, other in ((few.steps, many.steps), (few.landings, many.landings))
    ]
    counts.append((Counter(dict(enumerate(few.destinations))), Counter(dict(enumerate(many.destinations)))))
    counts.append((_sides(few), _sides(many)))
    n = max(sum((mine - theirs).values()) for mine, theirs in counts)
    if few.n_walkers < many.n_walkers:
        return n
    return max(n, int(replace(few, steps_beyond_domain=0) != replace(many, steps_beyond_domain=0)))


def _sides(summary: ExitSummary) -> Counter[int]:
    return Counter({-1: summary.n_left, 0: summary.n_censored, 1: summary.n_right})


def bins_of_steps(steps: IntArray) -> IntArray:
    """Return the bins of steps by number: n itself below 128, then 64 bins in each octave, by whole numbers alone.

    Parameters
    ----------
    steps : int64[walker]
        At least 1.

    Returns
    -------
    int64[walker]
        Increasing with the steps; `ends_of_bins` goes back.
    """
    shift = np.maximum(np.frexp(steps.astype(np.float64))[1] - 7, 0).astype(np.int64)
    shift -= (steps >> shift < BINS_PER_OCTAVE) & (shift > 0)  # float64 had rounded up to the next power of two
    return np.asarray(BINS_PER_OCTAVE * shift + (steps >> shift), np.int64)


def ends_of_bins(bins: IntArray) -> tuple[IntArray, IntArray]:
    """Return the smallest and the largest number of steps in each bin of `bins_of_steps`."""
    shift = np.maximum(bins // BINS_PER_OCTAVE - 1, 0)
    first = (bins - BINS_PER_OCTAVE * shift) << shift
    return first, first + (np.int64(1) << shift) - 1


def bins_of_landings(landing: FloatArray, side: npt.NDArray[Any], low: float, high: float) -> IntArray:
    """Return the bins of landings: by the distance beyond the end, eight bins an octave, negative on the left.

    Parameters
    ----------
    landing : float64[exit]
        Positions outside (low, high), in landscape units.
    side : int8[exit]
        -1 left, +1 right.
    low, high : float
        Ends of the domain.

    Returns
    -------
    int64[exit]
        side (1 + k); k holds the leading bits of the distance as a float64. `distance_of_bins` goes back.
    """
    beyond = np.where(side < 0, low - landing, landing - high) + 0.0
    return np.asarray(side * (1 + (beyond.view(np.int64) >> LANDING_SHIFT)), np.int64)


def distance_of_bins(bins: IntArray) -> FloatArray:
    """Return the smallest distance beyond the end of the domain in each bin of `bins_of_landings`."""
    return ((np.abs(bins) - 1) << LANDING_SHIFT).view(np.float64)


def summarise(
    exit_steps: IntArray,
    side: npt.NDArray[Any],
    landing: FloatArray,
    ends: tuple[float, float],
    destinations: Iterable[int],
    steps_beyond_domain: int = 0,
) -> ExitSummary:
    """Count walkers of one cell.

    Parameters
    ----------
    exit_steps : int64[walker]
        Steps lived.
    side : int8[walker]
        -1 left, +1 right, 0 censored.
    landing : float64[walker]
        Position at the exit, in landscape units.
    ends : (float, float)
        Of the domain.
    destinations : iterable of int
        Exits by destination.
    steps_beyond_domain : int
        Of these walkers.
    """
    parts = [slice(first, first + BLOCK) for first in range(0, len(exit_steps), BLOCK)]
    steps, landings = Counter[int](), Counter[int]()
    for part in parts:
        has_left = side[part] != 0
        steps += _counted(bins_of_steps(exit_steps[part][has_left]))
        landings += _counted(bins_of_landings(landing[part][has_left], side[part][has_left], *ends))
    return ExitSummary(
        n_walkers=len(exit_steps),
        n_censored=int(np.count_nonzero(side == 0)),
        n_left=int(np.count_nonzero(side < 0)),
        n_right=int(np.count_nonzero(side > 0)),
        exposure_steps=exact_sum(exit_steps),
        sum_of_squares=sum(_sum_of_squares(exit_steps[part]) for part in parts),
        longest=int(exit_steps.max()) if len(exit_steps) else 0,
        steps_beyond_domain=steps_beyond_domain,
        destinations=tuple(int(n) for n in destinations),
        steps=Histogram.of(steps),
        landings=Histogram.of(landings),
    )


def _counted(bins: IntArray) -> Counter[int]:
    """Count equal bins; both kinds span some ten thousand at most, so nothing is sorted."""
    if not bins.size:
        return Counter()
    first = int(bins.min())
    counts = np.bincount(bins - first)
    values = np.flatnonzero(counts)
    return Counter(dict(zip((values + first).tolist(), counts[values].tolist(), strict=True)))


def _sum_of_squares(steps: IntArray) -> int:
    """Sum squares exactly: in int64 where they fit, else as whole numbers without bounds."""
    if len(steps) * int(steps.max(initial=0)) ** 2 <= LARGEST:
        return int((steps**2).sum())
    return sum(n**2 for n in steps.tolist())
