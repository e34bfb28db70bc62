"""Noise made of a user's own numbers: its quantiles against SciPy, its exits against walks, its limit law."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.interpolate import CubicHermiteSpline

from hts import landscapes
from hts.ensembles import ExitProblem, simulate_exits
from hts.exits import Exit
from hts.noise import Body, LawError, Noise
from hts.noise.laws.empirical import N_CELLS, Empirical
from hts.theory.exact.means import solve_mean
from hts.theory.limit.limits import exit_limit

RNG = np.random.default_rng(11)
NUMBERS = 5.0 + 0.3 * RNG.standard_normal(50_000) + RNG.pareto(1.5, 50_000) * np.where(RNG.random(50_000) < 0.4, 1, -2)
BODY = Body.of(NUMBERS, 0.95)
NOISE = Noise("empirical", 1.5, scale=BODY.unit, body=BODY)


def test_quantiles_are_those_of_the_numbers_and_of_a_monotone_spline_between():
    probabilities = np.linspace(0.05, 0.95, N_CELLS + 1)
    wanted = np.quantile(NUMBERS, probabilities)
    assert NOISE.quantile(probabilities) + NOISE.centre + BODY.median == pytest.approx(wanted, rel=1e-12)
    spline = CubicHermiteSpline(probabilities, BODY.knots, Empirical(BODY, 1.5).slopes / (0.9 / N_CELLS))
    p = RNG.uniform(0.05, 0.95, 5000)
    assert NOISE.quantile(p) == pytest.approx(BODY.unit * spline(p) - NOISE.centre, rel=1e-9, abs=1e-12)
    assert NOISE.density(NOISE.quantile(p)) == pytest.approx(1.0 / (BODY.unit * spline(p, 1)), rel=1e-9)


@pytest.mark.parametrize(
    "noise", [NOISE, Noise("empirical", 0.7, body=BODY), NOISE.mirrored], ids=["1.5", "0.7", "mirrored"]
)
def test_distribution_and_survival_are_the_inverse_of_the_quantile(noise):
    p = np.concatenate([10.0 ** -np.arange(1.0, 15.0), RNG.uniform(size=2000)])
    z = noise.quantile(p)
    assert noise.distribution(z) == pytest.approx(p, rel=1e-13)
    assert noise.survival(z) == pytest.approx(1.0 - p, rel=1e-12)
    assert noise.mirrored.distribution(-z) == pytest.approx(noise.survival(z), rel=1e-12)
    x = np.linspace(-20.0, 20.0, 41)
    for a, b in pairwise(x):
        inside = [s for s in (*noise.singular_points, *noise.kinks) if a < s < b]
        integral = sum(quad(noise.density, *ends, epsabs=0.0, epsrel=1e-11)[0] for ends in pairwise([a, *inside, b]))
        assert integral == pytest.approx(noise.distribution(b) - noise.distribution(a), rel=1e-9, abs=1e-13)


def test_both_tails_are_powers_with_constants_of_their_own_and_the_mean_is_0():
    far = np.array([1e4, 1e8])
    left, right = (BODY.unit**1.5 * c for c in Empirical(BODY, 1.5).constants)
    assert far**1.5 * NOISE.survival(far) == pytest.approx(right, rel=1e-3)
    assert far**1.5 * NOISE.distribution(-far) == pytest.approx(left, rel=1e-3)
    assert NOISE.tail_constant() == pytest.approx(left + right)
    assert NOISE.p_plus == pytest.approx(right / (left + right))
    assert 0.15 < NOISE.p_plus < 0.25  # 0.4 against 0.6 * 2**1.5
    inside = [quad(NOISE.quantile, a, b, epsrel=1e-12)[0] for a, b in pairwise(EDGES)]
    starts = Empirical(BODY, 1.5).thresholds
    tails = 0.05 * 3.0 * BODY.unit * (starts[1] - starts[0])
    assert sum(inside) + tails - 0.1 * NOISE.centre == pytest.approx(0.0, abs=1e-9)


EDGES = np.linspace(0.05, 0.95, N_CELLS + 1)


def test_exact_means_are_those_of_walks_and_those_of_the_mirrored_law_are_not():
    """Within four standard errors: one false alarm in 16000."""
    problem = ExitProblem(landscapes.basin(0.0, 1.0).gradient(-0.5, 1.0), NOISE, 0.05, 0.7, math.inf, -0.5, 1.0, 0.0, 7)
    steps = simulate_exits(problem, 0, 4000, 10**7).exit_steps
    mean, error = steps.mean(), steps.std() / math.sqrt(len(steps))
    exact, wrong = (
        solve_mean(Exit(landscapes.basin(0.0, 1.0), noise, 0.05, 0.7, -0.5, 1.0, 0.0), 1e-4)[0].solution.mean_exit_steps
        for noise in (NOISE, NOISE.mirrored)
    )
    assert abs(mean - exact) < 4.0 * error
    assert abs(mean - wrong) > 8.0 * error


def test_the_limit_law_knows_the_sides():
    limit = exit_limit(Exit(landscapes.basin(0.0, 1.0), NOISE, 1e-6, math.inf, -1.0, 2.0, 0.0))
    left, right = (1.0 - NOISE.p_plus) * 1.0, NOISE.p_plus * 2.0**-1.5
    assert limit.rate_constant == pytest.approx(left + right)
    assert limit.mean_exit_steps == pytest.approx(1.0 / ((left + right) * NOISE.tail(1e6)), rel=1e-3)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        (np.arange(100.0), "500 numbers or more"),
        (np.round(NUMBERS), "the law needs a density"),
        (np.ones(9999), "100 %"),
    ],
)
def test_numbers_that_make_no_law_are_refused(numbers, words):
    with pytest.raises(ValueError, match=words):
        Body.of(numbers, 0.95)


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ({"kind": "empirical", "alpha": 1.5}, "file"),
        ({"kind": "empirical", "alpha": 1.5, "body": BODY, "normal_scale": 1.0}, "normal_scale"),
        ({"kind": "empirical", "alpha": None, "body": BODY}, "alpha"),
        ({"kind": "pareto", "alpha": 1.5, "body": BODY}, "kind"),
    ],
)
def test_an_empirical_law_without_numbers_and_numbers_without_one_are_refused(arguments, key):
    with pytest.raises(LawError) as refusal:
        Noise(**arguments)
    assert refusal.value.key == key
