"""Tests of the exact exit law against other ways to compute it."""

from math import exp, inf, log

import numpy as np
import pytest
from scipy import integrate, stats
from ulam import UlamChain

from hts.exits import Exit
from hts.landscapes import basin, multi_well
from hts.noise import Noise
from hts.theory.exact.exits import exact_exit, landing_probability
from hts.theory.exact.steps import ExactExitError
from hts.theory.exact.survival import exit_by, exit_tables
from hts.theory.limit.limits import exit_limit

PARETO = Noise("pareto", 1.5)
DOUBLE_WELL = multi_well([-1.0, 1.0], [0.0], 1.0, L=1.6)

# f' = x on (-1, 1), pareto alpha 1.5: mean and local slope of an independent prototype (GMRES on Gauss panels, 1e-6)
PROTOTYPE = [
    (inf, 1e-3, 27688.87, -1.566),
    (inf, 1e-5, 31216584.0, -1.507),
    (0.7, 1e-1, 32.05604, -1.388),
    (0.7, 1e-3, 139583.4, -2.128),
    (0.4, 1e-1, 57.2927, -1.429),
    (0.4, 1e-3, 1393181.0, -2.832),
    (0.4, 1e-4, 1.07094e9, -2.864),
]


@pytest.mark.parametrize(("b", "eta", "mean", "slope"), PROTOTYPE)
def test_means_and_slopes_are_those_of_the_prototype(b, eta, mean, slope):
    answer = exact_exit(Exit(basin(0.0, 1.0), PARETO, eta, b, -1.0, 1.0, 0.0))
    assert answer.mean_exit_steps == pytest.approx(mean, rel=2e-6)
    assert -answer.local_exponent == pytest.approx(slope, abs=1e-3)
    assert answer.relative_error <= 1e-6
    assert answer.warnings == ()


ULAM = {
    "pareto": (basin(0.0, 1.0), PARETO, 0.1, 0.7, -1.0, 1.0, 0.0, 800, 2e-6),
    "pareto, skewed": (basin(0.0, 1.0), Noise("pareto", 1.5, p_plus=0.8), 0.1, 0.7, -1.0, 1.0, 0.0, 800, 4e-6),
    "lomax": (basin(0.0, 1.0), Noise("lomax", 1.2), 0.1, 0.4, -1.0, 1.0, 0.1, 800, 3e-5),
    "student": (basin(0.0, 1.0), Noise("student", 3.0), 0.1, 0.5, -1.0, 1.5, 0.0, 750, 2.4e-4),
    "stable": (basin(0.0, 1.0), Noise("stable", 1.5), 0.1, 0.7, -1.0, 1.0, 0.0, 800, 3e-5),
    "normal": (basin(0.0, 1.0), Noise("normal", None), 0.3, inf, -1.0, 1.0, 0.0, 800, 1.5e-5),
    "pareto with a normal part": (
        basin(0.0, 1.0),
        Noise("pareto", 1.5, normal_scale=0.3),
        0.1,
        0.7,
        -1.0,
        1.0,
        0.0,
        800,
        3e-5,
    ),
}


@pytest.mark.parametrize("name", ULAM)
def test_a_chain_on_equal_bins_finds_the_same_exit(name):
    """The chain's own error, of the second order in the bin, is the tolerance (halving the bins quarters it)."""
    landscape, noise, eta, b, low, high, start, n_bins, tolerance = ULAM[name]
    answer = exact_exit(Exit(landscape, noise, eta, b, low, high, start))
    chain = UlamChain(landscape.derivative, noise, eta, b, low, high, n_bins)
    assert answer.mean_exit_steps == pytest.approx(chain.mean_exit_steps(start), rel=tolerance)
    assert answer.sides["left"] == pytest.approx(chain.side(start), rel=10 * tolerance)
    assert answer.escape_rate == pytest.approx(chain.escape_rate(), rel=tolerance)
    assert answer.exit_by([20])[0] == pytest.approx(chain.exit_by(start, 20), rel=20 * tolerance)


def test_a_wall_of_the_projection_is_met_as_the_equal_bins_meet_it():
    """A bin at the wall is half a bin off: the chain's error is of the first order and is extrapolated away."""
    answer = exact_exit(Exit(DOUBLE_WELL, PARETO, 0.1, 0.8, -inf, 0.0, -1.0))
    chains = [
        UlamChain(DOUBLE_WELL.derivative, PARETO, 0.1, 0.8, -1.6, 0.0, n, (False, True)).mean_exit_steps(-1.0)
        for n in (320, 640)
    ]
    assert answer.mean_exit_steps == pytest.approx(2 * chains[1] - chains[0], rel=3e-5)
    assert answer.destinations == pytest.approx({"1": 1.0})
    assert set(answer.sides) == {"right"}


def test_one_step_that_leaves_at_once_is_a_geometric_law():
    """At eta = 1 on f' = x every step starts from zero, so sigma is geometric with p = P(|Z| >= 1 / scale)."""
    noise = Noise("pareto", 1.5, scale=0.5)
    answer = exact_exit(Exit(basin(0.0, 1.0), noise, 1.0, inf, -1.0, 1.0, 0.0))
    p = 0.5**1.5
    assert answer.mean_exit_steps == pytest.approx(1 / p, rel=1e-9)
    assert answer.escape_rate == pytest.approx(p, rel=1e-9)
    np.testing.assert_allclose(answer.survival([0, 1, 2, 50]), (1 - p) ** np.array([0, 1, 2, 50]), rtol=1e-9)
    beyond = [landing_probability(answer.refined, [way]) for way in ((-inf, -2.0), (1.0, inf), (3.0, inf))]
    np.testing.assert_allclose(beyond, [0.5 * 2**-1.5, 0.5, 0.5 * 3**-1.5], rtol=1e-9)


@pytest.mark.parametrize(("b", "eta"), [(inf, 1e-6), pytest.param(0.7, 1e-6, marks=pytest.mark.long)])
def test_small_eta_comes_close_to_the_limit(b, eta):
    answer = exact_exit(Exit(basin(0.0, 1.0), PARETO, eta, b, -1.0, 1.0, 0.0))
    limit = exit_limit(Exit(basin(0.0, 1.0), PARETO, eta, b, -1.0, 1.0, 0.0))
    # exits with one jump more than needed: E sigma q lambda = 1 / (1 + C eta^(alpha - 1)), C = 4.05 and 32
    expected = 1 / (1 + (4.05 if b == inf else 32.0) * eta**0.5)
    assert answer.mean_exit_steps / limit.mean_exit_steps == pytest.approx(expected, rel=2e-3)
    assert answer.local_exponent == pytest.approx(limit.exit_exponent, abs=0.02)


def test_normal_noise_leaves_like_a_diffusion_at_small_eta():
    """The Ornstein-Uhlenbeck process with the chain's own variance and decay per step, by quadrature.

    Its ends lie 0.5826 standard deviations of a step further out (Chernoff, Siegmund); what is left is of order eta.
    """
    eta, s = 5e-3, 4.0
    answer = exact_exit(Exit(basin(0.0, 1.0), Noise("normal", None, scale=s), eta, inf, -1.0, 1.0, 0.0))
    end, variance, decay = 1.0 + 0.5826 * eta * s, eta * s**2 / (2 - eta), -log(1 - eta)

    def inner(y):
        return integrate.quad(lambda z: exp((y**2 - z**2) / (2 * variance)), 0.0, y)[0] / (variance * decay)

    assert answer.mean_exit_steps == pytest.approx(integrate.quad(inner, 0.0, end)[0], rel=5e-3)


@pytest.mark.parametrize("noise", [PARETO, Noise("lomax", 1.3), Noise("student", 2.5), Noise("stable", 1.4)])
def test_the_mirror_image_leaves_through_the_other_end(noise):
    one = exact_exit(Exit(basin(0.1, 1.0), noise, 0.02, 0.5, -0.8, 1.1, 0.0))
    other = exact_exit(Exit(basin(-0.1, 1.0), noise, 0.02, 0.5, -1.1, 0.8, 0.0))
    assert one.mean_exit_steps == pytest.approx(other.mean_exit_steps, rel=one.relative_error + other.relative_error)
    assert one.sides["left"] == pytest.approx(other.sides["right"], abs=2e-6)
    skewed = Noise("pareto", 1.5, p_plus=0.7), Noise("pareto", 1.5, p_plus=0.3)
    one, other = (exact_exit(Exit(basin(0.0, 1.0), n, 0.02, inf, -1.0, 1.0, 0.0)) for n in skewed)
    assert one.mean_exit_steps == pytest.approx(other.mean_exit_steps, rel=2e-6)
    assert one.sides["left"] == pytest.approx(other.sides["right"], abs=2e-6)


def test_units_of_length_do_not_matter():
    one = exact_exit(Exit(basin(0.0, 1.0), PARETO, 0.01, 0.7, -1.0, 1.2, 0.1))
    c = 1e4
    scaled = Noise("pareto", 1.5, scale=c)
    other = exact_exit(Exit(basin(0.0, 1.0), scaled, 0.01, 0.7 * c, -c, 1.2 * c, 0.1 * c))
    assert one.mean_exit_steps == pytest.approx(other.mean_exit_steps, rel=1e-9)
    assert one.escape_rate == pytest.approx(other.escape_rate, rel=1e-9)


def test_probabilities_add_up():
    answer = exact_exit(Exit(multi_well([-2.0, 0.0, 2.0], [-1.0, 1.0], 1.0), PARETO, 0.05, inf, -1.0, 1.0, 0.2))
    assert sum(answer.sides.values()) == pytest.approx(1.0, abs=1e-12)
    assert sum(answer.destinations.values()) == pytest.approx(1.0, abs=1e-12)
    assert set(answer.destinations) == {"0", "2"}
    n = np.arange(3000)  # by doubling
    error = answer.on_affordable_mesh(2999)[2]
    assert error <= 1e-4
    assert answer.survival(n).sum() == pytest.approx(answer.mean_exit_steps, rel=1.01 * error + 1e-9)
    n = np.arange(300)
    tail = answer.survival(299)[()] / answer.escape_rate * (1 - answer.escape_rate)
    assert answer.survival(n).sum() + tail == pytest.approx(answer.mean_exit_steps, rel=1e-9)
    np.testing.assert_allclose(answer.survival(n[:200]) + answer.exit_by(n[:200]), 1.0, rtol=1e-12)


def test_destinations_are_shares_of_the_landing_points():
    wells = multi_well([-2.0, 0.0, 2.0, 4.0], [-1.0, 1.0, 3.0], 1.0)
    answer = exact_exit(Exit(wells, PARETO, 0.05, inf, -1.0, 1.0, 0.0))
    beyond = [landing_probability(answer.refined, [(y, inf)]) for y in (1.0, 3.0)]
    assert answer.destinations["2"] == pytest.approx(beyond[0] - beyond[1], rel=1e-9)
    assert answer.destinations["3"] == pytest.approx(beyond[1], rel=1e-9)
    clipped = exact_exit(Exit(wells, PARETO, 0.05, 0.7, -1.0, 1.0, 0.0))
    assert "3" not in clipped.destinations


def test_long_and_short_ways_to_a_survival_agree():
    answer = exact_exit(Exit(basin(0.0, 1.0), Noise("lomax", 1.5), 0.02, 0.7, -1.0, 1.0, 0.0))
    n = [0, 1, 3, 100, 2999]
    far = answer.exit_by([*n, 10**7])  # the last so far that it is reached by doubling, on a lighter mesh
    operator = answer.refined.solution.operator
    step_by_step, _ = exit_tables(operator, 3000)
    by_doubling, _ = exit_by(operator, answer.refined.solution.escape, [*n, 10**7])
    np.testing.assert_allclose(by_doubling[:-1], step_by_step[n], rtol=1e-9)
    np.testing.assert_allclose(far[:-1], step_by_step[n], rtol=answer.on_affordable_mesh(2999)[2] + 1e-9)
    assert far[-1] == pytest.approx(1.0, abs=1e-12)
    late = answer.survival([20_000, 20_001, 10**6])
    assert late[1] / late[0] == pytest.approx(1 - answer.escape_rate, rel=1e-4 * answer.escape_rate)


def test_a_rare_exit_within_two_steps_keeps_its_digits():
    """From 0 with b = 0.7: a jump to y > 0.3, clipped or not, then one over the end; by quadrature."""
    eta, b = 1e-5, 0.7
    answer = exact_exit(Exit(basin(0.0, 1.0), PARETO, eta, b, -1.0, 1.0, 0.0), within=2 * eta)

    def over_the_end(y):
        return PARETO.survival((1.0 - y * (1.0 - eta)) / eta)

    between = integrate.quad(lambda y: PARETO.density(y / eta) / eta * over_the_end(y), 1.0 - b, b)[0]
    expected = 2 * (between + PARETO.survival(b / eta) * over_the_end(b))
    assert expected < 1e-13
    assert answer.probability_within == pytest.approx(expected, rel=1e-6)
    assert answer.exit_by([1])[0] == 0.0


def test_within_is_a_gradient_flow_time():
    answer = exact_exit(Exit(basin(0.0, 1.0), PARETO, 0.1, inf, -1.0, 1.0, 0.0), within=1.0)
    assert answer.probability_within == pytest.approx(answer.exit_by([10])[0], rel=1e-12)


def walk(noise, eta, b, n_walkers, seed):
    """Simulate f' = x on (-1, 1) from 0, all walkers in lock step, until the last has left."""
    rng = np.random.default_rng(seed)
    x, steps = np.zeros(n_walkers), np.zeros(n_walkers)
    inside = np.ones(n_walkers, dtype=bool)
    while inside.any():
        z = noise.quantile(rng.random(inside.sum()))
        x[inside] += np.clip(-eta * x[inside] + eta * z, -b, b)
        steps[inside] += 1
        inside &= np.abs(x) < 1.0
    return steps, x


def test_walkers_leave_when_and_where_the_equation_says():
    """Two z-tests (mean, share beyond 1.5), |z| < 4, false alarm 1.3e-4 in all; walkers that are clipped must fail."""
    answer = exact_exit(Exit(basin(0.0, 1.0), PARETO, 0.1, inf, -1.0, 1.0, 0.0))
    far = landing_probability(answer.refined, [(-inf, -1.5), (1.5, inf)])

    def z_scores(b):
        steps, x = walk(PARETO, 0.1, b, 4000, seed=20260707)
        mean = (steps.mean() - answer.mean_exit_steps) / (steps.std() / np.sqrt(len(steps)))
        share = ((np.abs(x) >= 1.5).mean() - far) / np.sqrt(far * (1 - far) / len(x))
        return np.abs([mean, share])

    assert np.all(z_scores(inf) < 4)
    assert np.all(z_scores(0.7) > 4)


def test_survival_follows_the_walkers():
    """Kolmogorov-Smirnov at level 1e-4 (conservative, steps are whole); a world with alpha + 0.1 must be rejected."""
    answer = exact_exit(Exit(basin(0.0, 1.0), PARETO, 0.1, 0.7, -1.0, 1.0, 0.0))

    def p_value(alpha):
        steps, _ = walk(Noise("pareto", alpha), 0.1, 0.7, 4000, seed=7)
        return stats.kstest(steps, lambda n: answer.exit_by(np.asarray(n, dtype=np.int64))).pvalue

    assert p_value(1.5) > 1e-4
    assert p_value(1.6) < 1e-4


SPREAD = [
    (PARETO, 1e-2, 0.7),
    pytest.param(PARETO, 1e-3, 0.4, marks=pytest.mark.long),
    (Noise("lomax", 1.2), 1e-3, inf),
    (Noise("student", 2.5), 1e-2, 0.7),
    (Noise("stable", 1.7), 1e-2, inf),
    pytest.param(Noise("pareto", 1.3, p_plus=0.8), 1e-2, 0.6, marks=pytest.mark.long),
]


@pytest.mark.parametrize(("noise", "eta", "b"), SPREAD)
@pytest.mark.parametrize("tolerance", [pytest.param(1e-4, marks=pytest.mark.long), 1e-6])
def test_the_stated_error_is_no_smaller_than_a_third_of_the_true_one(noise, eta, b, tolerance):
    coarse = exact_exit(Exit(basin(0.0, 1.0), noise, eta, b, -1.0, 1.1, 0.1), tolerance=tolerance)
    fine = exact_exit(Exit(basin(0.0, 1.0), noise, eta, b, -1.0, 1.1, 0.1), tolerance=2e-8)
    assert fine.relative_error <= 1e-7
    assert abs(coarse.mean_exit_steps / fine.mean_exit_steps - 1) <= 3 * coarse.relative_error + fine.relative_error


@pytest.mark.parametrize("b", [0.7, inf])
def test_the_local_exponent_is_the_slope_of_the_means(b):
    noise, eta, d = Noise("lomax", 1.4), 1e-2, 5e-3
    answer = exact_exit(Exit(basin(0.0, 1.0), noise, eta, b, -1.0, 1.0, 0.0))
    means = [exact_exit(Exit(basin(0.0, 1.0), noise, eta * exp(k), b, -1.0, 1.0, 0.0), tolerance=1e-7) for k in (-d, d)]
    slope = log(means[0].mean_exit_steps / means[1].mean_exit_steps) / (2 * d)
    assert answer.local_exponent == pytest.approx(slope, abs=5e-5)
    assert abs(answer.local_exponent - slope) <= answer.local_exponent_error + 3e-5


REFUSED = [
    ((-inf, inf, 0.0, 0.5), "no end"),
    ((-1.0, 1.0, 2.0, 0.5), "start"),
    ((-1.0, 1.0, 0.0, 0.05), "clipped jumps"),
]


@pytest.mark.parametrize(("where", "said"), REFUSED)
def test_what_cannot_be_computed_is_refused_in_words(where, said):
    low, high, start, b = where
    with pytest.raises(ExactExitError, match=said):
        exact_exit(Exit(basin(0.0, 1.0), PARETO, 0.01, b, low, high, start))


def test_an_exit_beyond_the_arithmetic_is_refused():
    with pytest.raises(ExactExitError, match="larger eta"):
        exact_exit(Exit(basin(0.0, 1.0), Noise("normal", None), 1e-3, inf, -1.0, 1.0, 0.0))
