"""The largest numbers: Hill's, the moment and Pickands' estimators over k, and the choice of k."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy

from hts.arrays import FloatArray, IntArray

LEVEL = 0.95
#: Values of k on the plots and among which one is chosen, equally spaced on a log scale.
N_CHOICES = 160
#: Fewest large numbers an estimate is taken from.
MIN_K = 10
#: Order statistics at which a distribution is compared with a fitted tail.
N_COMPARED = 20_000


@dataclass(frozen=True)
class Extremes:
    """Estimates from the k largest of n positive numbers, for a ladder of k.

    Attributes
    ----------
    n : int
        Numbers in all.
    k : int64[choice]
        How many of the largest are used, increasing.
    threshold : float64[choice]
        The (k+1)-th largest.
    first, second : float64[choice]
        Means of log(X/threshold) and of its square over the k largest.
    pickands : float64[choice]
        Pickands' estimate of xi with m = k/4; nan where k < 4 or numbers tie.
    """

    n: int
    k: IntArray
    threshold: FloatArray
    first: FloatArray
    second: FloatArray
    pickands: FloatArray

    @property
    def hill(self) -> FloatArray:
        """Hill's estimate of the tail index, one for each k; inf where the k largest are all equal."""
        with np.errstate(divide="ignore"):
            return 1.0 / self.first

    @property
    def moment(self) -> FloatArray:
        """The estimate of the extreme-value index xi of Dekkers, Einmahl and de Haan, one for each k."""
        return moment_index(self.first, self.second)


def moment_index(first: FloatArray, second: FloatArray) -> FloatArray:
    """Give the moment estimate M1 + 1 - 1/(2 (1 - M1**2/M2))."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(first + 1.0 - 0.5 / (1.0 - first**2 / second))


def hill_interval(alpha: float, k: int, inflation: float = 1.0) -> tuple[float, float]:
    """Give the 95 % interval of the tail index: exact for a Pareto tail, where 2 k alpha/alpha^ is chi-square."""
    freedom = 2.0 * k / inflation
    low, high = scipy.stats.chi2.ppf([0.5 - LEVEL / 2.0, 0.5 + LEVEL / 2.0], freedom) / freedom
    return float(alpha * low), float(alpha * high)


def moment_error(xi: float, k: int) -> float:
    """Give the asymptotic standard deviation of the moment estimator (Dekkers, Einmahl and de Haan 1989)."""
    if xi >= 0.0:
        return math.sqrt((1.0 + xi * xi) / k)
    ratio = (1.0 - 2.0 * xi) / (1.0 - 3.0 * xi)
    variance = (1.0 - xi) ** 2 * (1.0 - 2.0 * xi)
    variance *= 4.0 - 8.0 * ratio + (5.0 - 11.0 * xi) * ratio / (1.0 - 4.0 * xi)
    return math.sqrt(variance / k)


def pickands_error(xi: float, k: int) -> float:
    """Give the asymptotic standard deviation of Pickands' estimator, m = k/4."""
    if abs(xi) < 1e-8:
        numerator = math.sqrt(3.0) / (2.0 * math.log(2.0) ** 2)
        return numerator / math.sqrt(k / 4)
    numerator = abs(xi) * math.sqrt(2.0 ** (2.0 * xi + 1.0) + 1.0)
    return float(numerator / (2.0 * abs(2.0**xi - 1.0) * math.log(2.0)) / math.sqrt(k / 4))


def extremes(ascending: FloatArray) -> Extremes:
    """Estimate from the largest of positive numbers, over a ladder of k.

    Parameters
    ----------
    ascending : float64[n]
        Positive, sorted, at least MIN_K + 1 different ones.
    """
    n = len(ascending)
    ks = np.unique(np.geomspace(MIN_K, n - 1, N_CHOICES).astype(np.int64))
    unit = float(ascending[n // 2])  # sums of logs stay small
    sums, squares = np.empty(len(ks)), np.empty(len(ks))
    done, total, total_squares = 0, 0.0, 0.0
    for i, k in enumerate(ks):
        logs = np.log(ascending[n - int(k) : n - done] / unit)
        total += float(logs.sum())
        total_squares += float(logs @ logs)
        sums[i], squares[i], done = total, total_squares, int(k)
    threshold = ascending[n - 1 - ks]
    u = np.log(threshold / unit)
    first = sums / ks - u
    second = squares / ks - 2.0 * u * sums / ks + u * u
    m = ks // 4
    with np.errstate(divide="ignore", invalid="ignore"):
        upper = ascending[n - m] - ascending[n - 2 * m]
        pickands = np.log2(upper / (ascending[n - 2 * m] - ascending[n - 4 * m]))
    return Extremes(n, ks, threshold, np.maximum(first, 0.0), np.maximum(second, 0.0), pickands)


def distances(ascending: FloatArray, found: Extremes) -> FloatArray:
    """Kolmogorov's distance between the k largest and the Pareto tail that Hill's estimate fits, for each k."""
    n = len(ascending)
    result = np.full(len(found.k), np.inf)
    for i, (k, u, alpha) in enumerate(zip(found.k, found.threshold, found.hill, strict=True)):
        if not 0.0 < alpha < math.inf:
            continue
        rank = np.unique(np.linspace(1, int(k), min(int(k), N_COMPARED)).astype(np.int64))  # 1 the largest
        fitted = (ascending[n - rank] / u) ** -alpha
        result[i] = max(float(np.max(np.abs(rank / k - fitted))), float(np.max(np.abs((rank - 1) / k - fitted))))
    return result


def choose(ascending: FloatArray, found: Extremes) -> int:
    """Choose k as Clauset, Shalizi and Newman (2009) do: the least distance between tail and fit. Gives its place."""
    enough = found.k >= min(50, found.k[-1])
    distance = np.where(enough, distances(ascending, found), np.inf)
    return int(np.argmin(distance)) if np.isfinite(distance).any() else len(found.k) - 1


@dataclass(frozen=True)
class TailInterval:
    """Hill's and the moment estimate above one threshold, with intervals that allow for dependence.

    Attributes
    ----------
    hill_low, hill_high, moment_low, moment_high : float
        Ends of 95 % intervals.
    """

    hill_low: float
    hill_high: float
    moment_low: float
    moment_high: float


def block_bootstrap(
    magnitudes: FloatArray, threshold: float, length: int, seed: int, n_repeats: int = 999
) -> TailInterval:
    """Resample blocks of a series, and estimate anew above the same threshold.

    Parameters
    ----------
    magnitudes : float64[n]
        In the order of the series.
    threshold : float
        What counts as large.
    length : int
        Of a block; at least a few times the correlation time.
    seed : int
        Of the resampling.
    n_repeats : int
        Resamples.
    """
    n_blocks = max(1, len(magnitudes) // length)
    block = np.minimum(np.arange(n_blocks + 1) * length, len(magnitudes))
    block[-1] = len(magnitudes)
    places = np.flatnonzero(magnitudes > threshold)
    logs = np.log(magnitudes[places] / threshold)
    which = np.searchsorted(block, places, side="right") - 1
    parts = [np.bincount(which, w, minlength=n_blocks) for w in (np.ones_like(logs), logs, logs * logs)]
    counts = np.random.default_rng(seed).multinomial(n_blocks, np.full(n_blocks, 1.0 / n_blocks), size=n_repeats)
    number, first, second = (np.asarray(counts @ part, dtype=np.float64) for part in parts)
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = first / number, second / number
        hill, moment = 1.0 / first, moment_index(first, second)
    ends = [50.0 - 50.0 * LEVEL, 50.0 + 50.0 * LEVEL]
    (hill_low, hill_high), (moment_low, moment_high) = (
        np.nanpercentile(x[np.isfinite(x)], ends) if np.isfinite(x).any() else (math.nan, math.nan)
        for x in (hill, moment)
    )
    return TailInterval(float(hill_low), float(hill_high), float(moment_low), float(moment_high))
