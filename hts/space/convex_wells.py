"""Limit constants of quadratic wells in convex domains by Monte Carlo over docs/model.md (7)'s measure.

Along the flow of a quadratic well the distance from its minimum never grows, so that paths which leave a domain whose
complement is D away need jumps of D in sum: l* = ceil(D/b), and no jump is shorter than D - (l* - 1) b. Jumps but the
last are sampled above the least length that still leads out, times of flow where the next jumps still do; over the
length of the last jump the measure is integrated: beyond the boundary lies (distance along the direction)^(-alpha).
"""

from dataclasses import dataclass
from math import inf

import numpy as np

from hts.arrays import FloatArray
from hts.kernels import space_motions as kinds
from hts.kernels.space_motions import Region
from hts.space.domains import bounds_of, distances_to_end
from hts.theory.limit.geometry import jump_number

#: Paths that are sampled, in batches: the error is of their spread.
N_BATCHES, N_SAMPLES = 20, 20_000
MAX_JUMPS = 12


@dataclass(frozen=True, eq=False)
class ConvexWell:
    """A quadratic well and the convex domain that is left."""

    hessian: FloatArray  # float64[d, d], symmetric, positive definite
    minimum: FloatArray  # float64[d], inside the domain
    region: Region  # a ball, a half-space, a box, or an ellipsoid about the minimum
    projection: float  # L: the ball holds the domain

    @property
    def distance(self) -> float:
        """D, from the minimum to where the domain ends.

        Raises
        ------
        ValueError
            The domain is of another kind, or reaches beyond the ball of radius L.
        """
        region, m = self.region, self.minimum
        bounds = bounds_of(region)
        if self.projection < inf and (
            bounds is None or float(np.linalg.norm(np.abs(bounds).max(axis=0))) > self.projection
        ):
            raise ValueError("the domain reaches beyond the ball of radius L: take a larger L, or none")
        found = distances_to_end(region, m[None])
        if found is not None and (region.kind != kinds.ELLIPSOID or np.array_equal(region.centre, m)):
            return float(found[0])
        raise ValueError("the domain is no ball, half-space or box, and no ellipsoid about the minimum")

    def jump_number(self, b: float) -> int:
        """Return l* = ceil(D/b)."""
        return jump_number(self.distance, b)

    def lengths(self, x: FloatArray, direction: FloatArray) -> FloatArray:
        """Return how far the boundary is from points in directions (float64[n, d] each); inf where it is not met."""
        region = self.region
        with np.errstate(divide="ignore", invalid="ignore"):
            if region.kind == kinds.HALF_SPACE:
                speed = direction @ region.centre
                return np.asarray(np.where(speed > 0.0, (region.number - x @ region.centre) / speed, inf))
            if region.kind == kinds.BOX:
                ends = np.where(direction > 0.0, region.high - x, region.low - x)
                return np.asarray(np.where(direction == 0.0, inf, ends / direction).min(axis=1))
        is_ball = region.kind == kinds.BALL
        form = np.eye(len(self.minimum)) / region.number if is_ball else region.matrix
        away, turned = x - region.centre, direction @ form
        a, half, c = (turned * direction).sum(1), (turned * away).sum(1), ((away @ form) * away).sum(1) - 1.0
        return np.asarray((np.sqrt(half * half - a * c) - half) / a)


@dataclass(frozen=True)
class SampledConstant:
    """A limit constant with its standard error."""

    jump_number: int
    value: float  # q
    error: float  # one standard error, absolute


def sampled_constant(well: ConvexWell, b: float, alpha: float, seed: int = 0) -> SampledConstant:
    """Return the limit constant of a well under isotropic noise.

    Parameters
    ----------
    well : ConvexWell
    b : float
        Clipping threshold, in landscape units; inf is no clipping.
    alpha : float
        Tail index, above 1.
    seed : int
        The same seed gives the same number.

    Raises
    ------
    ValueError
        The domain is not convex here, more than 12 jumps leave, or no sampled path does.
    """
    n_jumps, rng = well.jump_number(b), np.random.default_rng(seed)
    if n_jumps > MAX_JUMPS:
        raise ValueError(f"l* = {n_jumps} is more than {MAX_JUMPS}: choose a larger b")
    rates, axes = np.linalg.eigh(well.hessian)
    means = np.array([_batch(well, n_jumps, b, alpha, rates, axes, rng) for _ in range(N_BATCHES)])
    value = float(means.mean())
    if not value > 0.0:
        raise ValueError(f"none of {N_BATCHES * N_SAMPLES} sampled paths of l* = {n_jumps} jumps leaves")
    return SampledConstant(n_jumps, value, float(means.std(ddof=1) / np.sqrt(N_BATCHES)))


def _batch(
    well: ConvexWell, n_jumps: int, b: float, alpha: float, rates: FloatArray, axes: FloatArray,
    rng: np.random.Generator,
) -> float:  # fmt: skip
    """Return the mean weight of one batch of paths."""
    x, weight = np.tile(well.minimum, (N_SAMPLES, 1)), np.ones(N_SAMPLES)
    reach = np.zeros(N_SAMPLES)
    for jump in range(1, n_jumps):
        wanted = well.distance - (n_jumps - jump) * b  # after this jump no path out is nearer to the minimum
        least = wanted - reach
        size = np.minimum(least * rng.random(N_SAMPLES) ** (-1.0 / alpha), b)
        away = x + size[:, None] * isotropic_directions(rng, x.shape) - well.minimum
        far = np.linalg.norm(away, axis=1)
        longest = np.log(np.maximum(far / wanted, 1.0)) / rates[0]
        weight *= least**-alpha * longest
        shrunk = np.exp(-rates * (longest * rng.random(N_SAMPLES))[:, None])
        x = well.minimum + (away @ axes * shrunk) @ axes.T
        reach = np.linalg.norm(x - well.minimum, axis=1)
    length = well.lengths(x, isotropic_directions(rng, x.shape))
    return float(np.mean(weight * np.where(length < b, length**-alpha, 0.0)))


def isotropic_directions(rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
    """Return isotropic unit vectors, float64[n, d]."""
    normal = rng.standard_normal(shape)
    return np.asarray(normal / np.linalg.norm(normal, axis=1, keepdims=True))
