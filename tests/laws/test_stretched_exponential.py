"""Tests of stretched exponential noise: a shifted Weibull law given that it exceeds 1, Laplace's for shape 1."""

from dataclasses import replace
from itertools import pairwise
from math import gamma, inf, nan, sqrt

import mpmath
import numpy as np
import pytest
from scipy import integrate, stats

from hts.ensembles import ExitProblem, simulate_exits
from hts.exits import Exit
from hts.kernels import draws, motions
from hts.landscapes import basin, tilted_cosine
from hts.noise import LawError, Noise
from hts.plans import parse_plan
from hts.theory.exact.exits import exact_exit
from hts.theory.limit.limits import exit_limit

KIND = "stretched-exponential"
W = np.array([1e-9, 1e-3, 0.3, 1.0, 7.0, 90.0, 4000.0])


@pytest.mark.parametrize("shape", [0.1, 0.5, 0.9])
def test_tail_density_and_quantile_are_scipy_s_weibull_beyond_1(shape):
    noise, weibull = Noise(KIND, None, scale=2.0, shape=shape), stats.weibull_min(shape)
    np.testing.assert_allclose(noise.tail(2 * W), weibull.sf(1 + W) / weibull.sf(1), rtol=1e-12)
    np.testing.assert_allclose(noise.density(-2 * W), weibull.pdf(1 + W) / weibull.sf(1) / 4, rtol=1e-12)
    np.testing.assert_allclose(noise.quantile(noise.survival(2 * W[1:6])), -2 * W[1:6], rtol=1e-12)
    other = Noise(KIND, None, scale=2.0, shape=1.01 * shape)
    assert np.all(np.abs(other.tail(2 * W[3:6]) / noise.tail(2 * W[3:6]) - 1) > 5e-4)


def test_shape_1_is_laplace_s_law():
    z = np.linspace(-30.0, 30.0, 61)
    noise = Noise(KIND, None, scale=3.0, shape=1.0)
    np.testing.assert_allclose(noise.distribution(z), stats.laplace(scale=3.0).cdf(z), rtol=1e-13)
    np.testing.assert_allclose(noise.density(z), stats.laplace(scale=3.0).pdf(z), rtol=1e-13)


def test_skewed_noise_is_centred_by_the_incomplete_gamma_function():
    for shape in (0.2, 0.5, 1.0):
        mean = float(mpmath.e / shape * mpmath.gammainc(1 / shape, 1))
        assert Noise(KIND, None, scale=2.0, p_plus=0.8, shape=shape).centre == pytest.approx(1.2 * mean, rel=1e-13)
    assert Noise(KIND, None, p_plus=1.0, shape=1.0).centre == pytest.approx(gamma(2), rel=1e-14)


def test_an_added_normal_part_is_a_convolution():
    noise, bare = Noise(KIND, None, normal_scale=0.7, shape=0.5), Noise(KIND, None, shape=0.5)
    for x in (0.0, 0.4, 3.0, 60.0, 900.0):
        ends = [-9.0, x / 0.7, 9.0] if x < 6.0 else [-9.0, 9.0]
        parts = [
            integrate.quad(lambda n, x=x: stats.norm.pdf(n) * bare.density(x - 0.7 * n), a, b, epsrel=1e-12, epsabs=0)
            for a, b in pairwise(ends)
        ]
        assert noise.density(x) == pytest.approx(sum(value for value, _ in parts), rel=1e-10)


@pytest.mark.parametrize("shape", [0.25, 0.5, 1.0])
def test_draws_err_by_less_than_1e_9_of_themselves_or_of_the_scale(shape):
    rng = np.random.default_rng(20261128)
    words = np.concatenate([[0, 1, 2**52 - 1], rng.integers(0, 2**52, 300)]).astype(np.uint64) << np.uint64(12)
    z = np.zeros(len(words))
    draws.draw(motions.STRETCHED, words[None, :], z, len(z), np.array([shape, 1.0, 0.0, 0.5, 0.0]))
    with mpmath.workdps(40):
        for word, value in zip(words, z, strict=True):
            u = (mpmath.mpf(int(word) >> 12) + mpmath.mpf(1) / 2) / 2**52
            exact = (1 - mpmath.log(u)) ** (1 / mpmath.mpf(shape)) - 1
            assert abs(mpmath.mpf(float(value)) - exact) < 1e-9 * max(exact, 1)


COSINE = tilted_cosine(0.2, 2.0, 0.1, 2.9)
CELLS = {
    "basin, skewed": (basin(0.0, 1.0), Noise(KIND, None, p_plus=0.7, shape=0.5), 0.1, 0.7, -1.0, 1.0, 0.0),
    "tilted cosine": (COSINE, Noise(KIND, None, shape=0.6), 0.1, inf, *COSINE.well_ends(1), float(COSINE.minima[1])),
}


@pytest.mark.parametrize("name", CELLS)
def test_walks_leave_when_the_exact_solution_says(name):
    """|z| < 5 for the mean and for the side: false alarm 1.2e-6; a shape off by a tenth is beyond."""
    landscape, noise, eta, b, low, high, start = CELLS[name]
    problem = ExitProblem.of(Exit(landscape, noise, eta, b, low, high, start), seed=5)
    sample = simulate_exits(problem, 0, 40_000, 10**7)
    steps = sample.exit_steps

    def z_of(world):
        answer = exact_exit(Exit(landscape, world, eta, b, low, high, start))
        right = 1.0 - answer.sides["left"]
        spread = sqrt(right * (1 - right) / len(steps))
        z_mean = (steps.mean() - answer.mean_exit_steps) / (steps.std() / sqrt(len(steps)))
        return max(abs(z_mean), abs(np.mean(sample.side > 0) - right) / spread)

    assert z_of(noise) < 5.0
    assert z_of(replace(noise, shape=1.1 * noise.shape)) > 5.0


def test_there_is_no_limit_law_and_the_answer_says_so():
    limit = exit_limit(Exit(basin(0.0, 1.0), Noise(KIND, None, shape=0.5), 0.01, 0.7, -1.0, 1.0, 0.0))
    assert (limit.jump_number, limit.exit_exponent, limit.mean_exit_steps) == (2, None, None)
    assert "no power tail" in limit.warnings[-1]
    with pytest.raises(LawError, match="no power tail"):
        Noise(KIND, None, shape=0.5).tail_constant()


@pytest.mark.parametrize(
    ("arguments", "key", "remedy"),
    [
        ({"kind": KIND, "alpha": None}, "shape", "give shape between 0.1 and 1"),
        ({"kind": KIND, "alpha": None, "shape": 1.2}, "shape", "between 0.1 and 1"),
        ({"kind": KIND, "alpha": None, "shape": nan}, "shape", "between 0.1 and 1"),
        ({"kind": KIND, "alpha": 1.5, "shape": 0.5}, "alpha", "leave alpha out"),
        ({"kind": "pareto", "alpha": 1.5, "shape": 0.5}, "shape", "leave shape out"),
    ],
)
def test_a_shape_belongs_to_its_law(arguments, key, remedy):
    with pytest.raises(LawError, match=remedy) as refusal:
        Noise(**arguments)
    assert refusal.value.key == key


def test_the_shape_is_part_of_a_plan_s_identity(tmp_path):
    def plan(shape):
        return parse_plan(
            f"[landscape]\nkind = 'basin'\nminimum = 0\ncurvature = 1\n[noise]\nkind = '{KIND}'\nshape = {shape}\n"
            "[grid]\neta = [0.1]\nb = [0.7]\n[exit]\ndomain = [-1, 1]\nstart = 0\nwalkers = 9\nmax_steps = 99\n",
            tmp_path / "plan.toml",
        )

    assert plan(0.5).identity() != plan(0.6).identity()
    assert parse_plan(plan(0.5).to_toml(), tmp_path / "plan.toml") == plan(0.5)
