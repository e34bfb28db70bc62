"""Tests of the discretisation study: Getoor's law and a spectral method at h = 0, Euler's scheme at h > 0."""

from functools import cache
from itertools import pairwise
from math import gamma, inf
from pathlib import Path

import numpy as np
import pytest
from scipy.special import eval_jacobi, gammaln, roots_jacobi

from hts.answers import predict
from hts.answers.discretisation import discretise, ladder
from hts.answers.extrapolation import approach, extrapolate, step_exponents
from hts.plans import parse_plan
from hts.theory.limit.levy import getoor_mean

PLAN = """seed = 1
[landscape]
kind = "basin"
minimum = 0.0
curvature = 1.0
[levy]
epsilon = [0.5]
step = [0.1]
alpha = [1.5]
[exit]
domain = [-1.0, 1.0]
start = 0.0
walkers = 100
max_steps = 100000
"""
FLAT = PLAN.replace('kind = "basin"\nminimum = 0.0\ncurvature = 1.0', 'kind = "flat"')


LONG = pytest.mark.long


def plan_of(text):
    return parse_plan(text, Path("levy.toml"))


@cache
def study(text):
    (found,) = discretise(plan_of(text), predict)
    return found


def spectral_mean(alpha, eps, n=120):
    """E_0 T of dW = -W dt + eps dL out of (-1, 1): Galerkin's method in Jacobi polynomials (Dyda et al.).

    u = (1 - x^2)^(alpha/2) sum c_n P_n solves x u' + eps^alpha (-Delta)^(alpha/2) u = 1.
    """
    a, k = alpha / 2, np.arange(n)
    log_norm = (2 * a + 1) * np.log(2) - np.log(2 * k + 2 * a + 1) + 2 * gammaln(k + a + 1) - gammaln(k + 1)
    norm = np.exp(log_norm - gammaln(k + 2 * a + 1))
    eigen = np.exp(gammaln(alpha + k + 1) - gammaln(k + 1))
    x, w = roots_jacobi(2 * n, alpha - 1, alpha - 1)
    basis = np.array([eval_jacobi(i, a, a, x) for i in k])
    slopes = np.array([-2 * (i + 1) * eval_jacobi(i + 1, a - 1, a - 1, x) for i in k])
    matrix = (basis * (w * x)) @ slopes.T + np.diag(eps**alpha * eigen * norm)
    right = np.zeros(n)
    right[0] = norm[0]
    c = np.linalg.solve(matrix, right)
    return float(c @ [eval_jacobi(i, a, a, 0.0) for i in k])


def test_the_spectral_method_gives_the_values_of_the_specification():
    assert spectral_mean(1.5, 0.5) == pytest.approx(3.82717, abs=6e-6)
    assert spectral_mean(1.8, 0.5) == pytest.approx(4.383526, abs=6e-7)


@pytest.mark.parametrize("alpha", [0.8, pytest.param(1.2, marks=LONG), pytest.param(1.8, marks=LONG)])
def test_a_flight_goes_to_getoors_law(alpha):
    found = study(FLAT.replace("[1.5]", f"[{alpha}]").replace("start = 0.0", "start = 0.4"))
    law = getoor_mean(0.4, -1.0, 1.0, 0.5, alpha)
    mean = found.mean_exit_time
    assert abs(mean.limit / law - 1) < mean.relative_error < 2e-5
    assert abs(mean.bias(0)) > 0.02  # the walk itself is not there
    # twins in a slightly wrong world: another constant of the law, another exponent of the overshoot
    assert abs(mean.limit * gamma(1 + alpha) / gamma(1.01 + alpha) / law - 1) > 10 * mean.relative_error
    wrong = [p + 0.3 for p in step_exponents(alpha, False)]
    assert abs(extrapolate(mean.values, 1e-7, wrong)[0] / law - 1) > 10 * abs(mean.limit / law - 1)


@pytest.mark.parametrize(("alpha", "eps"), [(1.5, 0.5), pytest.param(1.8, 1.0, marks=LONG)])
def test_an_ornstein_uhlenbeck_process_goes_to_its_spectral_mean(alpha, eps):
    found = study(PLAN.replace("[1.5]", f"[{alpha}]").replace("[0.5]", f"[{eps}]"))
    mean = found.mean_exit_time
    assert abs(mean.limit / spectral_mean(alpha, eps) - 1) < mean.relative_error < 5e-5


def test_the_steps_themselves_have_the_means_of_the_specification():
    found = study(PLAN)
    assert found.steps[:2] == (0.1, 0.05)
    assert found.mean_exit_time.values[:2] == pytest.approx([4.328389, 4.171679], rel=1e-6)
    assert found.mean_exit_time.bias(0) == pytest.approx(0.131, abs=1e-3)


@LONG
def test_probabilities_within_a_time_are_those_of_the_specification_and_steps_divide_the_time():
    found = study(PLAN.replace("max_steps", "within = 2.0\nmax_steps").replace("[0.1]", "[0.3, 0.1]"))
    assert found.steps[0] == pytest.approx(2.0 / 7)
    one = study(PLAN.replace("max_steps", "within = 2.0\nmax_steps"))
    assert 1 - one.probability_within.values[0] == pytest.approx(0.639408, abs=1e-6)
    assert found.probability_within.limit == pytest.approx(one.probability_within.limit, rel=1e-5)
    assert one.probability_within.limit > 1 - 0.621760  # h = .02 leaves less often


def test_without_a_time_there_is_no_probability_to_follow():
    found = study(PLAN)
    assert found.probability_within.limit is None
    assert found.probability_within.largest_step is None
    assert found.escape_rate.limit is not None


def test_the_largest_step_is_where_the_bias_crosses_the_tolerance():
    steps = [0.8 / 2**k for k in range(8)]
    values = [2.0 + h**0.5 + 0.1 * h for h in steps]
    for tolerance in (0.3, 0.05):
        found = approach(steps, values, [1e-9] * 8, [0.5, 1.0, 1.5], tolerance)
        h = found.largest_step
        assert found.limit == pytest.approx(2.0, rel=1e-8)
        if h < steps[0]:
            assert (h**0.5 + 0.1 * h) / 2 == pytest.approx(tolerance, rel=1e-2)
    # all steps good; none good, read off the leading power
    assert approach(steps, values, [1e-9] * 8, [0.5, 1.0], 0.9).largest_step == 0.8
    none = approach(steps, values, [1e-9] * 8, [0.5, 1.0], 1e-3)
    assert none.is_beyond
    assert none.largest_step == pytest.approx(4e-6, rel=0.05)


def test_a_bias_that_comes_back_counts_from_its_last_good_step():
    steps = [1.0, 0.5, 0.25, 0.125, 0.0625]
    values = [1.0, 1.2, 1.1, 1.05, 1.025]
    found = approach(steps, values, [1e-9] * 5, [1.0], 0.06)
    assert 0.125 <= found.largest_step < 0.25  # not 1.0, whose value is right by accident


def test_steps_without_a_value_are_left_out_and_too_few_give_nothing():
    steps = [1.0, 0.5, 0.25, 0.125]
    assert approach(steps, [None, 1.5, 1.25, 1.125], [1e-9] * 4, [1.0], 0.2).limit == pytest.approx(1.0)
    assert approach(steps, [1.0, None, 1.25, 1.125], [1e-9] * 4, [1.0], 0.2).limit is None


def test_the_stated_error_holds_what_noise_in_the_values_does():
    """Of 200 noisy ladders none errs by more than stated; the chance of one is below 1e-3."""
    rng = np.random.default_rng(4)
    exponents = step_exponents(1.5, False)
    steps = 0.2 / 2.0 ** np.arange(8)
    smooth = 3.0 + 2.0 * steps ** (2 / 3) - steps + 0.7 * steps ** (4 / 3)
    for _ in range(200):
        values = smooth * (1 + 1e-7 * rng.uniform(-1, 1, 8))
        limit, error = extrapolate(list(values), 1e-7, exponents)
        assert abs(limit / 3.0 - 1) <= error


def test_exponents_are_those_of_the_overshoot_and_the_drift():
    assert step_exponents(1.5, False)[:4] == pytest.approx((2 / 3, 1, 4 / 3, 5 / 3))
    assert step_exponents(0.8, False)[:3] == pytest.approx((1, 1.25, 2))
    assert step_exponents(1.5, True)[:3] == pytest.approx((0.5, 0.75, 1.0))
    assert len(step_exponents(1.0, False)) > 1


def test_a_ladder_reaches_well_below_the_smallest_step():
    levy = plan_of(PLAN.replace("[0.1]", "[0.1, 0.002]")).levy
    steps = ladder(levy, None)
    assert steps[0] == 0.1
    assert steps[-1] <= 0.0005
    assert all(one == 2 * other for one, other in pairwise(steps))


@LONG
def test_a_normal_part_has_an_sde_too():
    found = study(PLAN.replace("alpha = [1.5]", "alpha = [1.5]\ngaussian = 0.5"))
    assert found.mean_exit_time.limit < study(PLAN).mean_exit_time.limit
    assert found.mean_exit_time.relative_error < 1e-3


def test_a_plan_without_exits_has_no_study():
    text = PLAN.replace('kind = "basin"\nminimum = 0.0', 'kind = "double-well"\nminima = [-1.0, 1.0]\nbarriers = [0.0]')
    visits = text.split("[exit]")[0] + "[visits]\nwell = 0\nwalkers = 2\nsteps = 1000\n"
    assert discretise(plan_of(visits), predict) == ()
    assert plan_of(visits).cells()[0].b == inf
