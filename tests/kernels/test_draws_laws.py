"""Tests that draws have the law they are named after: its distribution, tails and moments."""

from dataclasses import replace

import numpy as np
import pytest
from drawn import NORMAL, Tally, draw_blocks, edges_of, exact_law
from scipy import stats

from hts.noise import Body, Noise

N = 2**20
#: Skewed, with tails of power 1.5: those to the left are twice as large.
NUMBERS = np.concatenate([-2.0 * (np.arange(1, 4001) / 4001) ** (-1 / 1.5), (np.arange(1, 6001) / 6001) ** (-1 / 1.5)])
LAWS = {
    "pareto": Noise("pareto", 1.5),
    "pareto, scaled": Noise("pareto", 0.8, scale=0.3),
    "pareto, skewed": Noise("pareto", 1.5, p_plus=0.7),
    "pareto, one-sided": Noise("pareto", 1.8, p_plus=1.0),
    "pareto with a normal part": Noise("pareto", 1.5, normal_scale=0.5),
    "lomax": Noise("lomax", 1.5),
    "lomax, skewed": Noise("lomax", 1.3, scale=2.0, p_plus=0.2),
    "student": Noise("student", 1.5),
    "student with a normal part": Noise("student", 2.0, normal_scale=1.0),
    "stable": Noise("stable", 1.5),
    "stable, alpha 0.7": Noise("stable", 0.7),
    "normal": Noise("normal", None, scale=3.0),
    "stretched exponential": Noise("stretched-exponential", None, shape=0.5),
    "stretched exponential, skewed": Noise("stretched-exponential", None, scale=2.0, p_plus=0.3, shape=0.8),
    "normal with a normal part": Noise("normal", None, scale=2.0, normal_scale=1.0),
    "empirical": Noise("empirical", 1.5, body=Body.of(NUMBERS, 0.95)),
}


@pytest.fixture(scope="module")
def tallies():
    return {name: Tally.of(noise, N, 11 + k, edges_of(noise)) for k, (name, noise) in enumerate(LAWS.items())}


@pytest.mark.parametrize("name", LAWS)
def test_a_million_draws_have_the_distribution_and_the_tails_of_their_law(name, tallies):
    """Kolmogorov's distance, mean of log(1 + |Z|), counts beyond 1e-3 on each side: false alarm below 3e-6 a law."""
    assert not tallies[name].rejects(exact_law(LAWS[name]))


@pytest.mark.parametrize("name", [name for name, noise in LAWS.items() if noise.alpha is not None])
def test_a_tail_index_off_by_a_tenth_is_rejected(name, tallies):
    noise = LAWS[name]
    assert tallies[name].rejects(exact_law(replace(noise, alpha=noise.alpha + 0.1)))


@pytest.mark.parametrize("name", LAWS)
def test_a_scale_off_by_one_percent_is_rejected(name, tallies):
    """Three percent for the stable law with alpha 0.7, whose million draws know no more of their scale."""
    noise = LAWS[name]
    factor = 1.03 if name == "stable, alpha 0.7" else 1.01
    assert tallies[name].rejects(exact_law(replace(noise, scale=factor * noise.scale)))


@pytest.mark.parametrize("name", [name for name, noise in LAWS.items() if noise.p_plus != 0.5 and not noise.body])
def test_a_share_of_positive_draws_off_by_one_percent_is_rejected(name, tallies):
    noise = LAWS[name]
    assert tallies[name].rejects(exact_law(replace(noise, p_plus=noise.p_plus - 0.01)))


def test_a_normal_part_left_out_or_off_by_a_tenth_is_rejected(tallies):
    name = "pareto with a normal part"
    for normal_scale in (0.0, 0.45):
        assert tallies[name].rejects(exact_law(replace(LAWS[name], normal_scale=normal_scale)))


def standardised_mean(values, expected):
    return (values.mean() - expected) / (values.std() / np.sqrt(len(values)))


#: Noise and E |Z|^k where E |Z|^2k exists too, from the laws' textbook formulas.
MOMENTS = [
    (Noise("pareto", 5.0), 1, 5 / 4),
    (Noise("pareto", 5.0), 2, 5 / 3),
    (Noise("lomax", 5.0), 1, 1 / 4),
    (Noise("lomax", 5.0), 2, 1 / 6),
    (Noise("student", 6.0), 2, 6 / 4),
    (Noise("student", 9.0), 4, 3 * 81 / (7 * 5)),
    (Noise("stable", 2.0), 2, 2.0),
    (Noise("normal", None, scale=2.0), 2, 4.0),
    (Noise("normal", None, scale=2.0), 4, 48.0),
    (Noise("pareto", 5.0, scale=0.5, normal_scale=1.0), 2, 0.25 * 5 / 3 + 1),
]


@pytest.mark.parametrize(("noise", "power", "expected"), MOMENTS)
def test_moments_are_those_of_the_law_where_they_exist(noise, power, expected):
    """|z| < 5: false alarm 6e-7; a moment off by a tenth is beyond."""
    z = np.concatenate([block.copy() for block in draw_blocks(noise, N, 31)])
    moments = np.abs(z) ** power
    assert abs(standardised_mean(moments, expected)) < NORMAL
    assert abs(standardised_mean(moments, 1.1 * expected)) > NORMAL


@pytest.mark.parametrize("kind", ["pareto", "lomax"])
@pytest.mark.parametrize("p_plus", [0.0, 0.3, 1.0])
def test_skewed_draws_have_mean_zero_and_the_stated_share_of_positive_jumps(kind, p_plus):
    """Mean: |z| < 5, false alarm 6e-7; the signs: exact binomial, 1e-6."""
    noise = Noise(kind, 4.5, scale=2.0, p_plus=p_plus)
    z = np.concatenate([block.copy() for block in draw_blocks(noise, N, 41)])
    assert abs(standardised_mean(z, 0.0)) < NORMAL
    assert abs(standardised_mean(z + noise.centre, 0.0)) > NORMAL  # as if nobody had centred
    n_positive = int((z + noise.centre > 0).sum())
    if p_plus in (0.0, 1.0):
        assert n_positive == p_plus * N
    else:
        assert stats.binomtest(n_positive, N, p_plus).pvalue > 1e-6
        assert stats.binomtest(n_positive, N, p_plus + 0.01).pvalue < 1e-6


def largest_deviation(alpha, exact):
    """Largest |z| of the counts at nine quantiles."""
    below = Tally.of(Noise("stable", alpha), N, 51, POINTS).below
    return np.abs((below - N * exact) / np.sqrt(N * exact * (1 - exact))).max()


#: In units of the scale; scipy's S1 with beta = 0 has the characteristic function exp(-|t|^alpha), as model.md has.
POINTS = np.array([-30.0, -5.0, -2.0, -0.7, 0.1, 0.5, 1.0, 3.0, 12.0])


@pytest.mark.parametrize("alpha", [0.6, 0.8, 1.0, 1.2, 1.5, 1.8, 1.95])
def test_stable_draws_have_scipy_s_distribution(alpha):
    """Nine |z| < 5.5: false alarm 3.5e-7 an alpha; an alpha off by 0.1 is rejected."""
    assert largest_deviation(alpha, stats.levy_stable.cdf(POINTS, alpha, 0.0)) < 5.5
    assert largest_deviation(alpha, stats.levy_stable.cdf(POINTS, alpha - 0.1, 0.0)) > 5.5
