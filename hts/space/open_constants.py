"""Limit constants of wells of any formula in domains of any kind: Monte Carlo over docs/model.md (7)'s measure.

Jumps are drawn from nu(dw) = (isotropic direction) alpha s^(-alpha - 1) ds above the least length that is of use,
D - (l* - 1) b more than the last one began away; those longer than b are b long. Time of flow between two jumps is
drawn by the length of the path: a place uniform on it, with weight (its length) / |grad f|. Where the flow may lead
outwards there is no such least length: lengths are drawn uniformly down to a small one, which is adapted until no path
that leaves has jumps near it. A landing inside from where the flow leaves the domain by itself counts as outside.
"""

from dataclasses import dataclass
from functools import cached_property
from math import isinf

import numpy as np

from hts.arrays import BoolArray, FloatArray
from hts.space.convex_wells import SampledConstant, isotropic_directions
from hts.space.domains import contains
from hts.space.flows import project, step_downhill
from hts.space.open_wells import FewestJumps, OpenWell

#: Paths in a batch, and batches: the error is of their spread. Last jumps of each path.
N_SAMPLES, N_BATCHES, N_LAST = 10_000, 20, 4
#: The same where the flow may lead outwards, and batches from which the least lengths are taken.
N_SAMPLES_OUTWARDS, N_PILOT = 4_000, 4
#: Steps of the flow, in distances D, and in the radius at which they end; but no shorter than the last.
STEP, STEP_OF_RADIUS, SHORTEST_STEP = 1.0 / 64.0, 0.5, 1.0 / 1024.0
#: Where the flow may lead outwards: the first least jump in units of b, the radius at rest in units of D.
FIRST_CUT, REST = 0.05, 0.1
#: The least jump becomes this part of the smallest one that was of use, until that is so much larger.
NEXT_CUT, FREE, MOST_CUTS = 0.5, 1.2, 5
#: Longest path of the flow, in distances D.
LONGEST = 30.0


@dataclass(eq=False)
class _Sampler:
    """Batches of paths of one well, with one generator."""

    well: OpenWell
    jumps: FewestJumps
    b: float
    alpha: float
    rng: np.random.Generator
    cuts: FloatArray  # float64[jump], least lengths where the flow may lead outwards
    smallest: FloatArray  # float64[jump], smallest jump of all paths that have left
    nearest: float = np.inf  # to the minimum that a jump but the first began, of those paths

    @property
    def n_samples(self) -> int:
        """Paths in a batch."""
        return N_SAMPLES_OUTWARDS if self.jumps.flow_helps else N_SAMPLES

    @cached_property
    def calm(self) -> float:
        """The radius about the minimum from which the flow does not leave."""
        distance = self.well.end.distance
        return min(self.well.inward_radius(distance), 0.99 * distance)

    def wanted(self, jump: int) -> float:
        """Return the distance from the minimum after some jumps that a path out has at least; 0 if none is known."""
        if self.jumps.flow_helps:
            return 0.0
        return self.well.end.distance - (self.jumps.value - jump) * self.b if jump < self.jumps.value else \
            self.well.end.distance  # fmt: skip

    def jump(self, x: FloatArray, jump: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Draw a jump from each place: where it lands, its measure, and its length."""
        away = np.linalg.norm(x - self.well.minimum, axis=1)
        if self.jumps.flow_helps:
            size, mass = self.any_size(len(x), self.cuts[jump - 1])
        else:
            least = self.wanted(jump) - away
            size = np.minimum(least * self.rng.random(len(x)) ** (-1.0 / self.alpha), self.b)
            mass = least**-self.alpha
        to = project(x + size[:, None] * isotropic_directions(self.rng, x.shape), self.well.projection)
        return to, mass, size

    def any_size(self, n: int, least: float) -> tuple[FloatArray, FloatArray]:
        """Draw lengths, one half b and one half uniform below it, and their measure: paths out need long jumps."""
        b, alpha = self.b, self.alpha
        is_clipped = self.rng.random(n) < 0.5
        size = np.where(is_clipped, b, least + (b - least) * self.rng.random(n))
        density = alpha * size ** (-alpha - 1.0) * (b - least)
        return size, 2.0 * np.where(is_clipped, b**-alpha, density)

    def slide(self, x: FloatArray, radius: float) -> tuple[FloatArray, FloatArray]:
        """Draw a place on the flow from each start until it comes so near to the minimum: it, and its time's weight."""
        well, length = self.well, _step_of(self.well, radius)
        chosen, before, n = x.copy(), x.copy(), np.zeros(len(x))
        alive = np.flatnonzero(np.linalg.norm(x - well.minimum, axis=1) > radius)
        for _ in range(int(LONGEST * well.end.distance / length)):
            if not len(alive):
                break
            n[alive] += 1.0
            is_chosen = self.rng.random(len(alive)) * n[alive] < 1.0  # each step in the end as often as any other
            chosen[alive[is_chosen]] = before[alive[is_chosen]]
            before[alive] = step_downhill(
                well.gradient, before[alive], np.full((len(alive), 1), length), well.projection
            )
            if self.jumps.flow_helps and not np.all(contains(well.region, before[alive])):
                raise ValueError(f"paths of fewer than {self.jumps.value} jumps leave along the flow")
            alive = alive[np.linalg.norm(before[alive] - well.minimum, axis=1) > radius]
        if len(alive):
            raise ValueError(f"the flow does not lead back to the minimum from {len(alive)} of {len(x)} places")
        part = (self.rng.random(len(x)) * length)[:, None]
        places = step_downhill(well.gradient, chosen, part, well.projection)
        speed = np.linalg.norm(well.gradient(places), axis=1)
        return places, n * length / np.maximum(speed, 1e-300)

    def batch(self) -> float:
        """Return the mean weight of one batch of paths."""
        well, l = self.well, self.jumps.value  # noqa: E741  (as in the papers)
        n = self.n_samples
        x, weight, sizes, near = np.tile(well.minimum, (n, 1)), np.ones(n), np.zeros((n, l)), np.full(n, np.inf)
        for jump in range(1, l):
            x, mass, sizes[:, jump - 1] = self.jump(x, jump)
            if self.jumps.flow_helps and not np.all(contains(well.region, x)):
                raise ValueError(f"paths of fewer than {l} jumps leave")
            x, time = self.slide(x, max(self.wanted(jump), REST * well.end.distance * self.jumps.flow_helps))
            weight *= mass * time
            near = np.minimum(near, np.linalg.norm(x - well.minimum, axis=1))
            keep = weight > 0.0
            x, weight, sizes, near = x[keep], weight[keep], sizes[keep], near[keep]
        x, weight, sizes, near = (np.repeat(part, N_LAST, axis=0) for part in (x, weight, sizes, near))
        to, mass, sizes[:, -1] = self.jump(x, l)
        is_out = self.leaves(to)
        if is_out.any():
            self.smallest = np.minimum(self.smallest, sizes[is_out].min(axis=0))
            self.nearest = min(self.nearest, float(near[is_out].min()))
        return float((weight * mass * is_out).sum() / (n * N_LAST))

    def leaves(self, x: FloatArray) -> BoolArray:
        """Tell which landings lie outside, or are led there by the flow."""
        well = self.well
        is_out = ~contains(well.region, x)
        if well.flow_stays:
            return is_out
        radius, x = self.calm, x.copy()
        length = np.full((len(x), 1), _step_of(well, radius))
        alive = np.flatnonzero(~is_out & (np.linalg.norm(x - well.minimum, axis=1) > radius))
        for _ in range(int(LONGEST * well.end.distance / length[0, 0])):
            if not len(alive):
                return is_out
            x[alive] = step_downhill(well.gradient, x[alive], length[alive], well.projection)
            is_out[alive] = ~contains(well.region, x[alive])
            goes_on = ~is_out[alive] & (np.linalg.norm(x[alive] - well.minimum, axis=1) > radius)
            alive = alive[goes_on]
        raise ValueError(f"the flow from {len(alive)} of {len(x)} landings neither leaves nor leads to the minimum")


def _step_of(well: OpenWell, radius: float) -> float:
    """Return the step of the flow until so near to the minimum."""
    distance = well.end.distance
    return max(min(STEP * distance, STEP_OF_RADIUS * radius), SHORTEST_STEP * distance)


def open_constant(well: OpenWell, jumps: FewestJumps, b: float, alpha: float, seed: int = 0) -> SampledConstant:
    """Return the limit constant of a well under isotropic noise.

    Parameters
    ----------
    well : OpenWell
    jumps : FewestJumps
        Of `OpenWell.jump_number` for this b.
    b : float
        Clipping threshold, in landscape units; inf is no clipping.
    alpha : float
        Tail index, above 1.
    seed : int
        The same seed gives the same number.

    Raises
    ------
    ValueError
        No sampled path leaves, some do with fewer jumps, or the flow leads elsewhere than to the minimum.
    """
    l = jumps.value  # noqa: E741
    cut = FIRST_CUT * b if jumps.flow_helps and not isinf(b) else 0.0
    sampler = _Sampler(well, jumps, b, alpha, np.random.default_rng(seed), np.full(l, cut), np.full(l, np.inf))
    if jumps.flow_helps:
        _adapt(sampler)
    means = np.array([sampler.batch() for _ in range(N_BATCHES)])
    value = float(means.mean())
    if not value > 0.0:
        raise ValueError(f"none of {N_BATCHES * sampler.n_samples} sampled paths of l* = {l} jumps leaves")
    if np.any(sampler.smallest <= sampler.cuts) or sampler.nearest <= FREE * REST * well.end.distance * (
        jumps.flow_helps
    ):
        raise ValueError("paths out have ever smaller jumps, or begin them at the minimum: the constant is not known")
    return SampledConstant(l, value, float(means.std(ddof=1) / np.sqrt(N_BATCHES)))


def _adapt(sampler: _Sampler) -> None:
    """Set least lengths that no path which leaves comes near."""
    for _ in range(MOST_CUTS):
        for _ in range(N_PILOT):
            sampler.batch()
        smallest, sampler.smallest = sampler.smallest, np.full(sampler.jumps.value, np.inf)
        if np.all(np.isfinite(smallest)):
            is_free = np.all(smallest > FREE * sampler.cuts)
            sampler.cuts = NEXT_CUT * smallest
            if is_free:
                return
