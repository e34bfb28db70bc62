"""Tests of the constant of docs/model.md (7) against Monte Carlo integration of jump paths.

Jumps have both signs and any size above what a way out needs, times are free, and the flow is the exact one of two
joined parabolas per side: nothing of the quadrature is used.
"""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from hts.exits import Exit
from hts.landscapes import multi_well
from hts.noise import Noise
from hts.theory.limit.limits import exit_limit

LANDSCAPE = multi_well([-2.0, 0.0, 1.1, 2.0], [-1.08, 1.0, 1.25], [1.0, 1.5, 2.0, 1.0], [0.8, 0.6, 1.0])
START = 1


@dataclass(frozen=True)
class World:
    """What the paths are made of; the wrong worlds differ in one entry."""

    alpha: float = 1.5
    p_plus: float = 0.7
    b: float = 0.7
    slope: float = 1.5  # f'' at the start
    barrier_bend: float = 0.6  # |f''| at the right barrier


def flow(x, t, slope, barrier_bend):
    """Follow dx/dt = -f'(x) in the start's well: slope (x - 0) near the minimum, barrier parabolas beyond the joins."""
    right = x > 0
    end, bend = np.where(right, 1.0, 1.08), np.where(right, barrier_bend, 0.8)
    u = np.abs(x)
    join = end * bend / (slope + bend)
    is_high = u > join
    gap = end - np.where(is_high, u, join)
    until_join = np.log((end - join) / gap) / bend
    high = end - gap * np.exp(bend * np.minimum(t, until_join))
    rest = np.maximum(t - until_join, 0.0)
    return np.sign(x) * np.where(is_high & (t < until_join), high, np.where(is_high, join, u) * np.exp(-slope * rest))


def integrate(world, n_jumps, least, longest, n_paths, seed):
    """Return {well: (estimate, standard error)} of q_ij: nu(|w| > least)^l T^(l-1) times the share that lands there."""
    rng = np.random.default_rng(seed)

    def jump():
        size = least * rng.uniform(size=n_paths) ** (-1 / world.alpha)
        return np.where(rng.uniform(size=n_paths) < world.p_plus, 1.0, -1.0) * np.minimum(size, world.b)

    x, is_inside = jump(), np.ones(n_paths, dtype=bool)
    for _ in range(n_jumps - 1):
        is_inside &= (x > -1.08) & (x < 1.0)
        x = (
            flow(np.where(is_inside, x, 0.0), longest * rng.uniform(size=n_paths), world.slope, world.barrier_bend)
            + jump()
        )
    volume = least ** (-world.alpha * n_jumps) * longest ** (n_jumps - 1)
    well = np.where(is_inside, np.searchsorted(LANDSCAPE.barriers, x, side="right"), START)
    shares = {j: np.mean(well == j) for j in (0, 2, 3)}
    return {j: (volume * p, volume * np.sqrt(p * (1 - p) / n_paths)) for j, p in shares.items()}


# Least jump and longest time of a way out: s - (l - 1) b, and sliding from j b to s - (l - j) b, within the clip.
CASES = {
    2: (World(b=0.7), 0.29, 1.45, 400_000),
    3: (World(b=0.41, p_plus=0.4), 0.17, 1.4, 1_000_000),
}


def disagreements(world, n_jumps):
    """Return |z| of each destination: Monte Carlo in `world` against the quadrature in the true one."""
    truth, least, longest, n_paths = CASES[n_jumps]
    limit = exit_limit(
        Exit(
            LANDSCAPE,
            Noise("pareto", truth.alpha, p_plus=truth.p_plus),
            1e-3,
            truth.b,
            *LANDSCAPE.well_ends(START),
            float(LANDSCAPE.minima[START]),
        ),
    )
    assert limit.jump_number == n_jumps
    sampled = integrate(world, n_jumps, least, longest, n_paths, seed=100 + n_jumps)
    z = []
    for well, (estimate, error) in sampled.items():
        expected = limit.rate_constant * limit.destinations.get(str(well), 0.0)
        assert (estimate == 0) == (expected == 0)
        if expected:
            z.append(abs(estimate - expected) / error)
    return z


@pytest.mark.parametrize("n_jumps", [2, 3])
def test_free_paths_with_jumps_of_both_signs_give_the_same_rates_to_every_well(n_jumps):
    """False alarms: 5 comparisons beyond 4.4 standard errors, 6e-5 in all."""
    z = disagreements(CASES[n_jumps][0], n_jumps)
    assert len(z) == {2: 3, 3: 2}[n_jumps]
    assert max(z) < 4.4


@pytest.mark.parametrize("wrong", [{"alpha": 1.6}, {"p_plus": 0.5}, {"b": 0.72}, {"barrier_bend": 0.66}])
def test_free_paths_of_a_slightly_wrong_world_are_told_apart(wrong):
    assert max(disagreements(replace(CASES[2][0], **wrong), 2)) > 4.4
