"""Tests of the limit constant of exits within a time: closed forms and exact values."""

from math import exp, inf, log

import numpy as np
import pytest

from hts.exits import Exit
from hts.landscapes import basin, multi_well, quartic
from hts.noise import Noise
from hts.theory.exact.exits import exact_exit
from hts.theory.limit.within import probability_scale, steps_within, within_limit

PUBLISHED = Noise("lomax", 1.5, 0.2, 0.5, 5.0)  # [WR] Table 2.1
PARETO = Noise("pareto", 1.5)


def quartic_flow(t):
    """From 2.5 along x' = 2x - 0.4x^3: x^2 follows the logistic equation."""
    return (5 / (1 - (1 - 5 / 2.5**2) * np.exp(-4 * t))) ** 0.5


def test_steps_within_a_time_count_those_that_rounding_would_lose():
    assert [steps_within(1.0, eta) for eta in (0.1, 1 / 3, 0.005, 0.4, 1 / 49)] == [10, 3, 200, 2, 49]


def test_the_published_constant_is_the_integral_along_the_logistic_flow():
    limit = within_limit(quartic(), PUBLISHED, inf, 0.0, inf, 2.5, 1.0)
    t = (np.arange(20_000) + 0.5) / 20_000  # midpoint rule: error (1/20000)^2/24 of the second derivative, about 1e-10
    assert limit.constant == pytest.approx(float(np.mean(0.5 * quartic_flow(t) ** -1.5)), rel=1e-8)
    assert (limit.jump_number, limit.reason) == (1, None)
    assert limit.relative_error < 1e-8


def test_from_the_minimum_the_constant_is_the_rate_constant_times_the_time():
    limit = within_limit(basin(0.0, 1.0), PARETO, inf, -1.3, 1.0, 0.0, 2.5)
    assert limit.constant == pytest.approx(2.5 * 0.5 * (1 + 1.3**-1.5), rel=1e-9)


def test_an_end_counts_only_while_it_is_less_than_a_clip_away():
    # x = 0.8 e^-t comes out of reach of the right end when 1 - x = 0.7, at t = log(8/3); the left end is never reached
    limit = within_limit(basin(0.0, 1.0), PARETO, 0.7, -1.0, 1.0, 0.8, 2.0)
    t = (np.arange(100_000) + 0.5) / 100_000 * log(8 / 3)
    by_hand = log(8 / 3) * np.mean(0.5 * (1 - 0.8 * np.exp(-t)) ** -1.5)
    assert limit.constant == pytest.approx(float(by_hand), rel=1e-7)
    later = within_limit(basin(0.0, 1.0), PARETO, 0.7, -1.0, 1.0, -0.29, 2.0)
    assert (later.jump_number, later.constant) == (2, None)


def test_clipped_to_less_than_the_way_two_jumps_are_needed_and_no_constant_is_given():
    limit = within_limit(quartic(), PUBLISHED, 1.5, 0.0, inf, 2.5, 1.0)
    assert (limit.jump_number, limit.constant) == (2, None)
    assert probability_scale(PUBLISHED, 1e-3, 2) == pytest.approx(float(PUBLISHED.tail(1e3) * 1e3) ** 2, rel=1e-14)


def test_scales_and_constants_beyond_all_floats_are_told_and_not_raised():
    assert probability_scale(Noise("stable", 1.5, 34.0), 1 / 32, 2560) == inf
    for width, start in ((1e-10, 0.0), (1e10, 0.0)):  # width^-50 is beyond floats
        limit = within_limit(basin(0.0, 1.0), Noise("pareto", 50.0), inf, -width, width, start, 1.0)
        assert (limit.jump_number, limit.constant) == (1, None)
        assert "too large or too small for a float" in limit.reason


@pytest.mark.parametrize(
    ("landscape", "noise", "b", "ends", "start", "reason"),
    [
        (multi_well([-1.0, 1.0], [0.0], 1.0), PARETO, inf, (-3.0, 0.5), -1.0, "leads out"),
        (basin(0.0, 1.0), Noise("normal", None), inf, (-1.0, 1.0), 0.0, "heavy tails"),
        (basin(0.0, 1.0), Noise("pareto", 0.9), inf, (-1.0, 1.0), 0.0, "alpha > 1"),
        (basin(0.0, 1.0), PARETO, 0.5, (-1.0, 1.0), 0.0, "whole number"),
        (basin(0.0, 1.0, L=0.9), PARETO, inf, (-1.0, 1.0), 0.0, "no end"),
    ],
)
def test_where_the_theory_has_no_answer_the_reason_is_told(landscape, noise, b, ends, start, reason):
    limit = within_limit(landscape, noise, b, *ends, start, 1.0)
    assert (limit.jump_number, limit.constant) == (None, None)
    assert reason in limit.reason


def test_the_exact_probability_goes_to_the_limit_like_the_next_power():
    # one jump more costs H(1/eta)/eta ~ eta^(alpha - 1): a quarter of eta halves the distance
    limit = within_limit(quartic(), PUBLISHED, inf, 0.0, inf, 2.5, 1.0)
    away = []
    for eta in (1e-3, 2.5e-4):
        exact = exact_exit(Exit(quartic(), PUBLISHED, eta, inf, 0.0, inf, 2.5), within=1.0).probability_within
        away.append(exact / (limit.constant * probability_scale(PUBLISHED, eta, 1)) - 1)
    assert 0.0 < away[0] < 0.05
    assert away[1] / away[0] == pytest.approx(0.5, abs=0.02)


def brute_force(eta, b, n_walkers, seed):
    """Count hits of 0 within 1/eta steps of (1), in plain NumPy with noise of its own."""
    rng = np.random.default_rng(seed)
    x, hits = np.full(n_walkers, 2.5), 0
    for _ in range(round(1 / eta)):
        w = (rng.random(x.size) ** (-1 / 1.5) - 1) * rng.choice([-1.0, 1.0], x.size)
        z = 0.2 * w + 5.0 * rng.standard_normal(x.size)
        x = x - np.clip(eta * (0.4 * x**3 - 2 * x) - eta * z, -b, b)
        hits += int(np.count_nonzero(x <= 0))
        x = x[x > 0]
    return hits


@pytest.mark.parametrize(("eta", "b", "n_walkers"), [(0.1, 1.5, 40_000), (0.1, inf, 40_000), (0.02, inf, 200_000)])
def test_exact_hit_probabilities_agree_with_walkers_counted_one_by_one(eta, b, n_walkers):
    # false alarm 6e-5 a case: four standard errors of a binomial count
    exact = exact_exit(Exit(quartic(), PUBLISHED, eta, b, 0.0, inf, 2.5), within=1.0).probability_within
    hits = brute_force(eta, b, n_walkers, seed=11)
    error = (n_walkers * exact * (1 - exact)) ** 0.5
    assert abs(hits - n_walkers * exact) < 4 * error
    wrong = exact_exit(Exit(quartic(), Noise("lomax", 1.5, 0.2, 0.5, 4.5), eta, b, 0.0, inf, 2.5), within=1.0)
    if b < inf or eta == 0.1:  # a normal part a tenth too small is seen where it decides
        assert abs(hits - n_walkers * wrong.probability_within) > 4 * error


def test_the_flow_is_the_exponential_of_a_parabola():
    # x e^-t at once from 0.5: the constant is an integral with a closed form for alpha = 2
    limit = within_limit(basin(0.0, 1.0), Noise("pareto", 2.0, 1.0, 1.0), inf, -inf, 1.0, 0.5, 1.0)
    # substitute u = 0.5 e^-t: int du/(u (1-u)^2) = log(u/(1-u)) + 1/(1-u)
    f = lambda u: log(u / (1 - u)) + 1 / (1 - u)  # noqa: E731
    assert limit.constant == pytest.approx(f(0.5) - f(0.5 * exp(-1)), rel=1e-8)


def test_survival_by_doubling_is_that_step_by_step_where_steep_walls_let_nobody_live():
    # far out f' = 0.4 x^3 throws walkers over the end in one step: there the slowest mode vanishes to rounding
    exact = exact_exit(Exit(quartic(), PUBLISHED, 0.1, inf, 0.0, inf, 2.5))
    by_steps = 1 - np.cumsum(np.diff(exact.exit_tables(50)[1]))
    n = np.array([2, 3, 5, 10, 50])
    assert exact.survival([*n, 1_000])[:-1] == pytest.approx(by_steps[n - 1], rel=1e-9)
