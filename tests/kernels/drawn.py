"""Draws of a law, counted and judged against a distribution.

Counts at fixed edges are all that is kept, so that 1e8 draws need no memory. The largest distance between counts and
distribution over the edges is at most Kolmogorov's, so Kolmogorov's law bounds the false alarms.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from hts.ensembles import law_numbers
from hts.kernels import draws, motions, streams
from hts.noise import Noise

LANES = 1024
#: Largest sqrt(n) D: 2 exp(-2 t^2) = 1e-6.
KOLMOGOROV = 2.694
#: Largest |z| of a normal statistic: 5.7e-7.
NORMAL = 5.0


def draw_blocks(noise, n, seed, block=2**18):
    """Yield float64[block] until there are n draws, from the streams of LANES walkers of a made-up cell."""
    numbers = law_numbers(noise)
    n_words = motions.n_words(noise.law.number, numbers[motions.P_PLUS], numbers[motions.NORMAL_SCALE])
    states = np.zeros((4, LANES), np.uint64)
    streams.start_streams(states, LANES, np.array([seed, 1], np.uint64), 0)
    words, z = np.zeros((n_words, block), np.uint64), np.zeros(block)
    for first in range(0, n, block):
        streams.fill(states, words, block // LANES, n_words, LANES)
        draws.draw(noise.law.number, words, z, block, numbers)
        yield z[: min(block, n - first)]


@dataclass(frozen=True)
class Smoothed:
    """A heavy law with a normal part: its distribution integrated against the normal density, to 2e-5 at a kink."""

    heavy: Noise
    deviation: float

    def _mean(self, function, z):
        y = np.linspace(-8.5, 8.5, 681)
        weights = stats.norm.pdf(y) * (y[1] - y[0])
        return np.array([weights @ function(value - self.deviation * y) for value in np.atleast_1d(z)])

    def distribution(self, z):
        return self._mean(self.heavy.distribution, z)

    def survival(self, z):
        return self._mean(self.heavy.survival, z)

    def tail(self, x):
        return self.survival(x) + self.distribution(-x)


def exact_law(noise):
    """Give distribution, survival and tail of any noise."""
    if noise.normal_scale > 0 and noise.kind != "normal":
        return Smoothed(replace(noise, normal_scale=0.0), noise.normal_scale)
    return noise


def edges_of(noise, tail=1e-3, n_inner=400):
    """Quantiles of the law without a normal part, and last on each side those where `tail` lies beyond."""
    heavy = replace(noise, normal_scale=0.0)
    right = -replace(heavy, p_plus=1 - noise.p_plus).quantile(tail)  # keeps its accuracy
    inner = heavy.quantile(np.linspace(0.0, 1.0, n_inner + 2)[1:-1])
    return np.concatenate([[heavy.quantile(tail)], inner, [right]])


@dataclass
class Tally:
    """Counts of draws: n, how many are <= each edge, > the last edge, and sums of log(1 + |z|) and its square."""

    edges: np.ndarray
    n: int
    below: np.ndarray
    above: int
    log_sum: float
    log_square_sum: float

    @classmethod
    def of(cls, noise, n, seed, edges):
        tally = cls(edges, 0, np.zeros(len(edges), np.int64), 0, 0.0, 0.0)
        for z in draw_blocks(noise, n, seed):
            logs = np.log1p(np.abs(z))
            tally.log_sum += logs.sum()
            tally.log_square_sum += (logs * logs).sum()
            below = np.searchsorted(np.sort(z), edges, side="right")
            tally.below += below
            tally.n += len(z)
            tally.above += len(z) - below[-1]
        return tally

    def kolmogorov(self, law):
        """sqrt(n) times the largest distance to the law's distribution."""
        return math.sqrt(self.n) * np.abs(self.below / self.n - law.distribution(self.edges)).max()

    def mean_log(self, law):
        """Normal statistic of the mean of log(1 + |Z|), whose expectation is the integral of H(e^s - 1) over s > 0."""
        s = np.linspace(0.0, 90.0, 30_001)
        tail = law.tail(np.expm1(s)) if not isinstance(law, Smoothed) else law.tail(np.expm1(s[::10]))
        step = 90.0 / (len(tail) - 1)
        expected = step * (tail.sum() - 0.5 * tail[0])
        mean = self.log_sum / self.n
        return (mean - expected) / math.sqrt((self.log_square_sum / self.n - mean * mean) / self.n)

    def tail_probabilities(self, law):
        """Two-sided exact p-values of the counts below the first and above the last edge."""
        left, right = law.distribution(self.edges[:1])[0], law.survival(self.edges[-1:])[0]
        return [
            stats.binomtest(int(k), self.n, float(p)).pvalue for k, p in ((self.below[0], left), (self.above, right))
        ]

    def rejects(self, law):
        """Whether any statistic is beyond its bound: false alarm below 1e-6 + 6e-7 + 2 * 5e-7."""
        return (
            self.kolmogorov(law) > KOLMOGOROV
            or abs(self.mean_log(law)) > NORMAL
            or min(self.tail_probabilities(law)) < 5e-7
        )
