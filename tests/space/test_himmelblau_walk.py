"""Shares of time in the wells of Himmelblau's function, the engine against a walk in plain NumPy by hand."""

import math

import numpy as np
import pytest
import worlds

from hts import space
from hts.ensembles.space import simulate_space_visits
from hts.noise import Noise
from hts.space import regions

ETA, L, ALPHA, SCALE = 5e-4, 4.2, 1.2, 0.75


def slope(x, y):
    """The gradient of equation (27) of docs/many_dimensions.md by the chain rule, by hand."""
    u = x - 1.4
    growth = np.exp(0.4 * (u - 1.5))
    g = growth + 1.0
    p, q = u * g, y * g
    one, two = p * p + q - 11.0, p + q * q - 7.0
    dp, dq = 4.0 * p * one + 2.0 * two, 2.0 * one + 4.0 * q * two
    away = y + 2.9
    is_valley = (x >= -5.5) & (x <= -0.5) & (np.abs(away) < 2.0) & (12.0 * np.abs(away) ** 1.1 < one**2 + two**2)
    along = np.where(is_valley, 0.0, dp * (g + 0.4 * u * growth) + dq * 0.4 * y * growth)
    across = np.where(is_valley, 13.2 * np.sign(away) * np.abs(away) ** 0.1, dq * g)
    return 0.1 * along, 0.1 * across


def well_of(x, y):
    """0 out, 1 to 4 within .5 of (-.90, 2.57), the segment y = -2.9, (2.90, 1.00), (3.115, -.884)."""
    nearest = np.clip(x, -math.sqrt(L * L - 2.9**2), -0.5)
    places = [(-0.90, 2.57), (nearest, -2.9), (2.90, 1.00), (3.115, -0.884)]
    return np.select([np.hypot(x - a, y - b) < 0.5 for a, b in places], [1, 2, 3, 4], 0)


def walk(n_walkers, n_steps, n_left_out, seed):
    """Shares of each walker, float64[walker, 5]: every tenth step counts."""
    rng = np.random.default_rng(seed)
    x, y = np.full(n_walkers, 2.9), np.full(n_walkers, 1.0)
    counts = np.zeros((5, n_walkers))
    for n in range(n_steps):
        dx, dy = slope(x, y)
        size = SCALE * (1.0 - rng.random(n_walkers)) ** (-1.0 / ALPHA)
        angle = 2.0 * math.pi * rng.random(n_walkers)
        x, y = x - ETA * dx + ETA * size * np.cos(angle), y - ETA * dy + ETA * size * np.sin(angle)
        back = np.minimum(1.0, L / np.hypot(x, y))
        x, y = x * back, y * back
        if n >= n_left_out and n % 10 == 0:
            counts += well_of(x, y) == np.arange(5)[:, None]
    return (counts / counts.sum(axis=0)).T


def test_the_slope_by_hand_is_that_of_the_landscape():
    points = np.random.default_rng(1).uniform(-3.0, 3.0, (2000, 2))
    np.testing.assert_allclose(np.stack(slope(*points.T), axis=1), space.himmelblau().gradient(points), rtol=1e-9)


@pytest.mark.long
def test_unclipped_shares_of_the_engine_are_those_of_a_plain_walk():
    """Five z beyond 4.5 in absolute value once in 30000; with Omega_1 and Omega_3 exchanged it must fail."""
    plain = walk(1500, 300_000, 150_000, 3)
    f, n = space.himmelblau(), 10**7
    problem = worlds.problem_of(
        f, regions.everywhere(2), [2.9, 1.0], Noise("pareto", ALPHA, scale=SCALE), eta=ETA, b=math.inf, seed=101
    )
    sample = simulate_space_visits(problem, f.minimisers, np.full(4, 0.5), np.array([n], np.int64), 0, 64)
    engine = sample.steps_in_set[:, -1] / n
    error = np.sqrt(plain.var(axis=0, ddof=1) / len(plain) + engine.var(axis=0, ddof=1) / len(engine))
    z = (engine.mean(axis=0) - plain.mean(axis=0)) / error
    assert np.abs(z).max() < 4.5
    exchanged = plain.mean(axis=0)[[0, 3, 2, 1, 4]]
    assert np.abs((engine.mean(axis=0) - exchanged) / error).max() > 4.5
