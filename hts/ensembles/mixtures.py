"""The mixture of docs/model.md (19): its law, and what it decides of walks before their first step."""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import scipy

from hts.arrays import FloatArray, IntArray
from hts.kernels.objects import StoredKernel
from hts.noise import Noise

#: Counts of large noises rarer than this, given the event, are never drawn.
NEVER: Final = 1e-18

Words: TypeAlias = npt.NDArray[np.uint64]

uniforms = StoredKernel("hts.kernels.rare", "uniforms")
begin = StoredKernel("hts.kernels.rare", "begin")


@dataclass(frozen=True)
class Mixture:
    """The law Q = w P + (1 - w) P(. | B) of docs/model.md (19); B: at least J of n noises have eta |scale W| >= gamma.

    Attributes
    ----------
    noise : Noise
    n_steps : int
        n.
    jumps : int
        J, at least 1.
    threshold : float
        gamma / eta, of |scale W|.
    weight : float
        w, between 0 and 1.
    is_whole : bool
        Weigh by B itself, as (19) is printed. Otherwise by the chance of B given the walk until it leaves: the mean of
        the printed weight, so the same mean with less variance.
    """

    noise: Noise
    n_steps: int
    jumps: int
    threshold: float
    weight: float
    is_whole: bool = False

    @cached_property
    def sides(self) -> tuple[float, float]:
        """Chances of a large noise to the left and to the right."""
        bare, centre = self.bare, self.noise.centre
        return bare.distribution(-self.threshold - centre), bare.survival(self.threshold - centre)

    @property
    def bare(self) -> Noise:
        """The noise without its normal part, which B does not ask about."""
        return replace(self.noise, normal_scale=0.0)

    @property
    def p(self) -> float:
        """Chance of a large noise."""
        return min(sum(self.sides), 1.0)

    @cached_property
    def chance(self) -> float:
        """P(B), from the binomial."""
        return float(self.chance_of(self.jumps, self.n_steps))

    def chance_of(self, jumps: npt.ArrayLike, steps: npt.ArrayLike) -> FloatArray:
        """Return P(at least so many large noises in so many steps)."""
        k, n = np.broadcast_arrays(np.asarray(jumps, np.float64), np.asarray(steps, np.float64))
        inside = (k > 0) & (k <= n)
        value = scipy.special.betainc(np.where(inside, k, 1.0), np.where(inside, n - k + 1.0, 1.0), self.p)
        return np.where(k <= 0, 1.0, np.where(k > n, 0.0, value))

    @cached_property
    def counts(self) -> FloatArray:
        """P(count >= k) given B, for k = J + 1, J + 2, ...: what the count's inversion looks up."""
        most = self.n_steps * self.p + self.jumps
        last = min(self.n_steps, int(self.jumps + 2.0 * most + 12.0 * math.sqrt(most) + 60.0))
        tails = self.chance_of(np.arange(self.jumps + 1, last + 1), self.n_steps) / self.chance
        return tails[tails > NEVER]

    def values(self, steps: IntArray, big: IntArray, forced: npt.NDArray[np.bool_], spare: FloatArray) -> FloatArray:
        """Weigh walks that left: dP/dQ, of the walk until it left or as printed.

        Parameters
        ----------
        steps, big : int64[walk]
            Steps taken, and large noises among them.
        forced : bool[walk]
            Whether it was drawn given B.
        spare : float64[walk]
            Uniform numbers that decide what the rest of the noises would have been.
        """
        rest = self.chance_of(self.jumps - big, self.n_steps - steps)
        if self.is_whole:
            rest = (forced | (spare < rest)).astype(np.float64)
        return np.asarray(1.0 / (self.weight + (1.0 - self.weight) * rest / self.chance))


@dataclass(frozen=True, eq=False)
class Design:
    """What is decided of walks before their first step; placed noises walk by walk, by step."""

    forced: npt.NDArray[np.bool_]  #: drawn given B
    spare: FloatArray  #: a uniform number for what comes after the walk
    counts: IntArray  #: placed noises
    places: IntArray  #: steps before each
    sizes: FloatArray  #: Z without a normal part


def design_walks(mixture: Mixture, key: Words, first: int, n: int) -> Design:
    """Draw for each walk which part of the mixture it is from, and its large noises where it is drawn given B.

    Their count is binomial given at least J, by inversion; their places are a set drawn without replacement (Floyd);
    their sizes come from the tail, by inversion.
    """
    streams = started(key, first, n)
    u = draw_uniforms(streams, 3)
    forced = u[0] >= mixture.weight
    counts = np.zeros(n, np.int64)
    tails = mixture.counts
    counts[forced] = mixture.jumps + len(tails) - np.searchsorted(tails[::-1], u[1, forced], side="right")
    chosen = np.flatnonzero(forced)
    most = int(counts.max(initial=0))
    v = draw_uniforms(np.ascontiguousarray(streams[:, chosen]), 2 * most)
    places = np.full((len(chosen), most), np.iinfo(np.int64).max)
    is_full = np.zeros((len(chosen), mixture.n_steps), np.bool_)  # pages that are never touched take no memory
    for k in range(most):
        rows = np.flatnonzero(counts[chosen] > k)
        last = mixture.n_steps - counts[chosen[rows]] + k
        place = np.minimum((v[2 * k, rows] * (last + 1.0)).astype(np.int64), last)
        place = np.where(is_full[rows, place], last, place)
        is_full[rows, place] = True
        places[rows, k] = place
    order = np.argsort(places, axis=1)
    is_there = np.arange(most) < counts[chosen][:, None]  # those that are none sort last
    tail_parts = np.take_along_axis(v[1::2].T, order, axis=1)[is_there]
    return Design(
        forced, u[2], counts, np.take_along_axis(places, order, axis=1)[is_there], large_noises(mixture, tail_parts)
    )


def large_noises(mixture: Mixture, u: FloatArray) -> FloatArray:
    """Turn uniform numbers into noises from beyond the threshold, without their normal part."""
    left, right = mixture.sides
    v, bare = u * (left + right), mixture.bare
    is_left = v < left
    z = np.empty_like(v)
    z[is_left] = bare.quantile(v[is_left])
    z[~is_left] = -bare.mirrored.quantile(np.minimum(v[~is_left] - left, right))
    return z


def started(key: Words, first: int, n: int) -> Words:
    """Start n streams; uint64[4, walk]."""
    streams = np.empty((4, n), np.uint64)
    begin(streams, n, key, first)
    return streams


def draw_uniforms(streams: Words, n_rows: int) -> FloatArray:
    """Draw n_rows uniform numbers from each stream, which goes on; float64[row, walk]."""
    n = streams.shape[1]
    u = np.empty((n_rows, n))
    if u.size:
        with np.errstate(over="ignore"):  # for interpreted kernels, whose words wrap
            uniforms(streams, np.empty((1, u.size), np.uint64), u, n_rows)
    return u
