"""Tests of the limit of a Levy-driven SDE: tables of the specification, a chain in plain Python, Getoor and Ray."""

from math import gamma, inf, pi, sin

import numpy as np
import pytest
import scipy

from hts import landscapes
from hts.exits import Exit
from hts.noise import Noise
from hts.theory.limit.chains import limit_chain
from hts.theory.limit.levy import (
    getoor_mean,
    levy_chain,
    levy_exit_limit,
    printed_constant,
    ray_beyond,
    simulated_constant,
)

TWO = landscapes.multi_well([-1.0, 2.0], [0.0], 1.0)
THREE = landscapes.multi_well([-2.0, 0.0, 1.5], [-1.0, 0.5], 1.0)


@pytest.mark.parametrize(
    ("alpha", "c_alpha"),
    [(1.1, 0.59819217), (1.2, 0.55591572), (1.5, 0.39894228), (1.8, 0.18322771), (1.99, 0.00995772)],
)
def test_the_simulated_constant_is_half_the_tail_constant_of_the_law_that_is_drawn(alpha, c_alpha):
    assert 2 * simulated_constant(alpha) == pytest.approx(c_alpha, abs=6e-9)
    assert 2 * simulated_constant(alpha) == pytest.approx(Noise("stable", alpha).tail_constant(), rel=1e-13)
    assert printed_constant(alpha) == 1 / alpha


@pytest.mark.parametrize(("alpha", "share"), [(1.2, 0.69673045), (1.5, 0.73879613), (1.8, 0.77689539)])
def test_two_wells_share_their_time_as_the_powers_of_their_distances(alpha, share):
    chain = levy_chain(TWO, alpha)
    assert chain.stationary == pytest.approx([1 - share, share], abs=1e-8)
    assert chain.stationary[1] / chain.stationary[0] == pytest.approx(2.0**alpha, rel=1e-12)


def test_two_wells_have_the_rates_of_the_table_with_both_constants():
    chain = levy_chain(TWO, 1.5)
    assert (chain.rates[0, 1], chain.rates[1, 0]) == pytest.approx((0.19947114, 0.07052370), abs=1e-8)
    printed = chain.rates * chain.constant_ratio
    assert (printed[0, 1], printed[1, 0]) == pytest.approx((0.66666667, 0.23570226), abs=1e-8)


def test_three_wells_have_the_rates_and_the_shares_of_the_table():
    chain = levy_chain(THREE, 1.5)
    expected = [[0, 0.14900849, 0.05046265], [0.19947114, 0, 0.56418958], [0.05046265, 0.14900849, 0]]
    assert chain.rates == pytest.approx(np.array(expected), abs=1e-8)
    assert chain.stationary == pytest.approx([0.29924235, 0.16326670, 0.53749095], abs=1e-8)
    # a second way: the generator's null vector and gap
    generator = chain.rates - np.diag(chain.rates.sum(axis=1))
    null = scipy.linalg.null_space(generator.T)[:, 0]
    assert chain.stationary == pytest.approx(null / null.sum(), rel=1e-12)
    gap = np.sort(-np.linalg.eigvals(generator).real)[1]
    assert chain.relaxation_time == pytest.approx(1 / gap, rel=1e-12)


@pytest.mark.parametrize(
    ("alpha", "shares"),
    [
        (1.2, (0.143069, 0.421490, 0.050839, 0.384603)),
        (1.5, (0.107545, 0.464300, 0.043329, 0.384825)),
        (1.8, (0.080706, 0.496246, 0.035414, 0.387634)),
    ],
)
def test_the_published_function_has_the_shares_of_the_table_to_five_digits(alpha, shares):
    assert levy_chain(landscapes.wang_oh_rhee(), alpha).stationary == pytest.approx(shares, abs=1e-5)


def test_above_one_the_chain_is_that_of_unclipped_jumps_and_below_one_there_is_one_too():
    for alpha in (1.2, 1.9):
        known = limit_chain(THREE, inf, alpha).classes[0]
        mine = levy_chain(THREE, alpha)
        assert mine.stationary == pytest.approx(known.stationary, rel=1e-12)
        # the pure tail is C_alpha w^-alpha, so rates with nu = alpha p dw/|w|^(1 + alpha) lack the factor C_alpha
        assert mine.rates[0] == pytest.approx(2 * simulated_constant(alpha) * np.maximum(known.rates[0], 0), rel=1e-12)
    below = levy_chain(TWO, 0.7)
    assert below.stationary[1] / below.stationary[0] == pytest.approx(2.0**0.7, rel=1e-12)


def test_wells_beyond_the_projection_are_neither_left_nor_reached():
    chain = levy_chain(landscapes.multi_well([-1.0, 2.0], [0.0], 1.0, L=1.5), 1.5)
    assert chain.rates[1, 0] == 0
    assert chain.stationary is None


def test_the_exit_limit_is_one_over_q_eps_alpha_h():
    noise = Noise("stable", 0.8, 0.3)
    limit = levy_exit_limit(Exit(TWO, noise, 0.1, inf, -inf, 0.0, -1.0), 0.5)
    q = gamma(0.8) * sin(0.4 * pi) / pi
    assert limit.rate_constant == pytest.approx(q, rel=1e-13)
    assert limit.mean_exit_steps == pytest.approx(1 / (q * 0.5**0.8 * 0.1), rel=1e-13)
    assert limit.destinations == {"1": 1.0}
    both = levy_exit_limit(Exit(THREE, noise, 0.1, inf, -1.0, 0.5, 0.0), 0.5)
    assert sum(both.destinations.values()) == pytest.approx(1.0, rel=1e-13)
    assert both.destinations["2"] == pytest.approx(0.5**-0.8 / (1 + 0.5**-0.8), rel=1e-13)


def test_a_domain_without_a_limit_says_why():
    several = levy_exit_limit(Exit(THREE, Noise("stable", 1.5), 0.1, inf, -3.0, 0.5, 0.0), 0.5)
    assert several.mean_exit_steps is None or several.warnings
    none = levy_exit_limit(Exit(THREE, Noise("stable", 1.5), 0.1, inf, -3.0, 3.0, 0.0), 0.5)
    assert none.mean_exit_steps is None
    assert "exactly one minimum" in none.warnings[0]
    steep = levy_exit_limit(Exit(TWO, Noise("stable", 1.5), 2.5, inf, -inf, 0.0, -1.0), 0.5)
    assert "h f'' = 2.5 > 2" in steep.warnings[0]


@pytest.mark.parametrize(("alpha", "mean"), [(1.2, 0.90760368), (1.5, 0.75225278), (1.8, 0.59648404)])
def test_getoors_mean_has_the_values_of_the_table(alpha, mean):
    assert getoor_mean(0.0, -1.0, 1.0, 1.0, alpha) == pytest.approx(mean, abs=1e-8)
    # the equation u solves is invariant under x -> R x, t -> R^alpha t
    assert getoor_mean(3.5, 3.0, 7.0, 0.5, alpha) == pytest.approx(
        getoor_mean(-0.75, -1.0, 1.0, 1.0, alpha) * (2.0 / 0.5) ** alpha, rel=1e-13
    )


@pytest.mark.parametrize("alpha", [0.5, 1.2, 1.8])
def test_rays_law_is_the_integral_of_his_density(alpha):
    def density(y):
        return 2 * sin(pi * alpha / 2) / pi / y * (y * y - 1) ** (-alpha / 2)

    for y in (1.5, 4.0):
        beyond = scipy.integrate.quad(density, y, inf)[0]
        assert ray_beyond(3 * y, 3.0, alpha) == pytest.approx(beyond, rel=1e-8)
    assert ray_beyond(1.0, 1.0, alpha) == 1.0
