"""Tests of an exit's limit law: numbers of jumps, domains, tails, refusals."""

from fractions import Fraction
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import cumulative_trapezoid, trapezoid

from hts.exits import Exit
from hts.landscapes import basin, formula, multi_well, quartic, wang_oh_rhee
from hts.noise import Noise
from hts.theory.limit.geometry import exit_exponent, is_integer_ratio, jump_number
from hts.theory.limit.limits import exit_limit, rate_scale

PARETO = Noise("pareto", 1.5)
DOUBLE_WELL = multi_well([-1.0, 1.0], [0.0], [1.0, 1.0], kind="double-well")


def of_basin(noise=PARETO, eta=1e-3, b=0.7, low=-1.0, high=1.0, L=inf):
    return exit_limit(Exit(basin(0.0, 1.0, L), noise, eta, b, low, high, 0.0))


@settings(deadline=None)
@given(st.integers(1, 400), st.integers(1, 3000), st.sampled_from([10, 100, 1000]))
def test_distances_typed_in_decimals_are_counted_as_decimals(jumps, b_digits, power):
    distance, b = float(Fraction(jumps * b_digits, power)), float(Fraction(b_digits, power))
    assert jump_number(distance, b) == jumps
    assert is_integer_ratio(distance, b)
    assert jump_number(distance * (1 + 1e-6), b) == jumps + 1
    assert jump_number(distance * (1 - 1e-6), b) == jumps
    assert not is_integer_ratio(distance * (1 + 1e-6), b)


def test_without_clipping_one_jump_is_enough():
    assert jump_number(1e300, inf) == 1
    assert jump_number(1e-300, 5.0) == 1
    assert not is_integer_ratio(3.0, inf)


@pytest.mark.parametrize(("distance", "b"), [(0.0, 1.0), (-1.0, 1.0), (inf, 1.0), (1.0, 0.0), (1.0, float("nan"))])
def test_distances_and_thresholds_that_are_none_are_refused(distance, b):
    with pytest.raises(ValueError, match="must be positive"):
        jump_number(distance, b)


@pytest.mark.parametrize(("alpha", "n", "beta"), [(1.2, 3, 1.6), (1.2, 2, 1.4), (1.2, 1, 1.2), (3.0, 2, 5.0)])
def test_exponents_are_the_published_ones(alpha, n, beta):
    assert exit_exponent(alpha, n) == pytest.approx(beta, rel=1e-14)


def test_an_exponent_for_alpha_1_is_refused():
    with pytest.raises(ValueError, match="alpha > 1"):
        exit_exponent(1.0, 2)


def test_the_time_scale_uses_the_scaled_noise():
    noise = Noise("pareto", 1.2, scale=0.1)
    assert rate_scale(noise, 1e-3, 3) == pytest.approx((1e-4**1.2) ** 3 / 1e-6, rel=1e-13)
    limits = [of_basin(noise, eta, 0.4) for eta in (1e-3, 1e-5)]
    slope = np.log(limits[1].mean_exit_steps / limits[0].mean_exit_steps) / np.log(100)
    assert slope == pytest.approx(limits[0].exit_exponent, rel=1e-12)


def test_a_time_scale_beyond_all_floats_is_told_and_not_raised():
    assert rate_scale(Noise("stable", 1.5, 34.0), 1 / 32, 256) > 1e200
    assert rate_scale(Noise("stable", 1.5, 34.0), 1 / 32, 2560) == inf
    assert rate_scale(Noise("pareto", 50.0), 1e-5, 40) == 0.0
    # the power of H(1/eta)/eta = 1e30 overflows, its product with H = 1e-30 does not
    assert rate_scale(Noise("pareto", 1.0, 1e30), 1e-60, 12) == pytest.approx(1e300, rel=1e-10)
    for noise, eta, size in ((Noise("pareto", 1.1, 1e15), 1e-10, "large"), (Noise("pareto", 5.0), 1e-9, "small")):
        limit = of_basin(noise, eta, b=0.0301)
        assert (limit.jump_number, limit.rate_scale, limit.mean_exit_steps) == (34, None, None)
        assert limit.rate_constant > 0
        assert f"lambda(eta) of (5) is too {size} for a float" in limit.warnings[-1]


def test_more_clips_than_floats_can_count_are_still_counted():
    assert jump_number(1e10, 1e-300) > 1e300
    assert is_integer_ratio(1e10, 1e-300)
    assert "the jump number steps" in of_basin(b=1e-320).warnings[-1]


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_normal_noise_of_any_scale_has_an_answer(scale):
    limit = exit_limit(Exit(DOUBLE_WELL, Noise("normal", None, scale), 0.1, inf, -inf, 0.0, -1.0))
    assert (limit.mean_exit_steps is None) == (scale < 1)


def test_mean_and_destinations_follow_from_the_rates():
    limit = of_basin(low=-1.3)
    assert limit.mean_exit_steps == pytest.approx(1 / (limit.rate_constant * limit.rate_scale))
    assert limit.destinations == pytest.approx({"left": 0.140746 / 1.997330, "right": 1.856584 / 1.997330}, abs=1e-6)
    assert of_basin(b=inf, low=-2.0).destinations == pytest.approx(
        {"left": 2**-1.5 / (1 + 2**-1.5), "right": 1 / (1 + 2**-1.5)}
    )


def test_a_side_that_needs_more_jumps_or_is_unbounded_counts_for_nothing():
    one_sided = of_basin(low=-inf).rate_constant
    assert of_basin(low=-1.5).rate_constant == one_sided == pytest.approx(3.713167910 / 2)
    assert of_basin(low=-1.5).destinations == {"right": 1.0}


def test_skewed_noise_counts_each_side_by_its_share_of_big_jumps():
    noise = Noise("pareto", 1.5, p_plus=0.8)
    assert of_basin(noise).rate_constant == pytest.approx((0.8**2 + 0.2**2) / (0.5**2 + 0.5**2) * 3.713167910)
    never_left = of_basin(Noise("pareto", 1.5, p_plus=1.0), low=-0.3)
    assert (never_left.jump_number, never_left.destinations) == (2, {"right": 1.0})


@pytest.mark.parametrize(("L", "destinations"), [(1.0, {"left", "right"}), (0.99, {"left"}), (0.89, None)])
def test_an_end_at_the_projection_can_be_reached_and_an_end_beyond_cannot(L, destinations):
    limit = of_basin(low=-0.9, L=L)
    assert (limit.destinations if destinations is None else set(limit.destinations)) == destinations
    assert any("beyond L" in warning for warning in limit.warnings) == (destinations is None)


def test_landings_beyond_the_outermost_barrier_count_for_the_outermost_well_wherever_the_projection_is():
    wells = {L: multi_well([-1.0, 0.0, 0.6], [-0.5, 0.55], [1.0, 1.0, 1.0], L=L) for L in (inf, 2.0, 1.0)}
    found = [exit_limit(Exit(wells[L], PARETO, 1e-3, 2.0, -0.5, 0.55, 0.0)) for L in wells]
    assert found[0] == found[1] == found[2]
    assert found[0].rate_constant == pytest.approx(0.5 * (0.5**-1.5 + 0.55**-1.5), rel=1e-14)


def test_a_domain_end_inside_the_well_may_be_left_into_the_well_itself():
    limit = exit_limit(Exit(DOUBLE_WELL, PARETO, 1e-3, inf, -inf, -0.2, -1.0))
    assert limit.destinations == pytest.approx({"0": 1 - 0.8**1.5, "1": 0.8**1.5})


def test_ends_typed_as_the_barrier_are_the_barrier():
    landscape = wang_oh_rhee()
    minimum = float(landscape.minima[1])
    typed = exit_limit(Exit(landscape, PARETO, 1e-3, 0.5, -1.3, 0.2, minimum))
    assert typed == exit_limit(Exit(landscape, PARETO, 1e-3, 0.5, *landscape.well_ends(1), minimum))
    assert set(typed.destinations) == {"0", "2"}


def test_behind_the_barrier_the_flow_carries_out():
    beyond = exit_limit(Exit(DOUBLE_WELL, PARETO, 1e-3, 0.7, -inf, 0.3, -1.0))
    at_barrier = exit_limit(Exit(DOUBLE_WELL, PARETO, 1e-3, 0.7, -inf, 0.0, -1.0))
    assert beyond.rate_constant == at_barrier.rate_constant
    assert any("over the barrier 0" in warning for warning in beyond.warnings)
    caught = exit_limit(Exit(multi_well([-1.0, 1.0], [0.0], 1.0, L=1.0), PARETO, 1e-3, 0.7, -inf, 1.2, -1.0))
    assert caught.rate_constant is None


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"b": 0.5}, "2 times b"),
        ({"b": 1.0}, "1 times b"),
        ({"noise": Noise("pareto", 1.0)}, "alpha > 1"),
        ({"noise": Noise("lomax", 0.8)}, "alpha > 1"),
        ({"low": -inf, "high": inf}, "no end can be reached"),
        ({"b": 0.0099}, "102 jumps"),
        ({"noise": Noise("stable", 2.0)}, "smooth barrier"),
        ({"noise": Noise("normal", None)}, "smooth barrier"),
    ],
)
def test_where_there_is_no_limit_the_reason_is_told(arguments, reason):
    limit = of_basin(**arguments)
    assert limit.exit_exponent is limit.rate_constant is limit.mean_exit_steps is limit.destinations is None
    assert reason in limit.warnings[-1]


def test_a_domain_without_a_single_minimum_has_no_limit():
    assert exit_limit(Exit(DOUBLE_WELL, PARETO, 1e-3, 0.7, -2.0, 2.0, -1.0)).jump_number is None


def test_an_outer_maximum_inside_the_domain_is_refused():
    landscape = formula("x**2/2 - x**4/4 + x**6/100", (-1.5, 1.5))
    assert landscape.n_wells == 1
    assert exit_limit(Exit(landscape, PARETO, 1e-3, inf, -1.3, 1.3, 0.0)).rate_constant is None


def test_an_end_a_whole_number_of_clips_away_on_the_far_side_is_told():
    limit = of_basin(low=-1.4)
    assert limit.destinations == {"right": 1.0}
    assert any("not at finite eta" in warning for warning in limit.warnings)


def test_etas_that_blur_the_jump_number_and_tails_that_compete_are_told():
    assert any("blurred" in warning for warning in of_basin(b=0.99).warnings)
    assert not of_basin(eta=1e-6).warnings
    assert any("compete" in warning for warning in of_basin(Noise("student", 3.0), eta=1e-6).warnings)


def exact_normal_mean(f, minimum, barrier, noise_level):
    """Return the mean gradient-flow time of dX = -f'dt + sqrt(noise_level) dB to the barrier on the right."""
    x = np.linspace(minimum - 3.0, barrier, 100_001)
    height = 2 * (f(x) - f(minimum)) / noise_level
    below = cumulative_trapezoid(np.exp(-height), x, initial=0.0)
    is_above = x >= minimum
    return 2 / noise_level * trapezoid((np.exp(height) * below)[is_above], x[is_above])


@pytest.mark.parametrize(
    ("landscape", "noise"),
    [(DOUBLE_WELL, Noise("normal", None, 0.5)), (quartic(), Noise("normal", None, 1.6, normal_scale=1.2))],
)
def test_light_tails_follow_kramers_law(landscape, noise):
    eta, level = 0.1, 0.1 * (noise.scale**2 + noise.normal_scale**2)
    minimum = float(landscape.minima[0])
    limit = exit_limit(Exit(landscape, noise, eta, inf, -inf, 0.0, minimum))
    exact = exact_normal_mean(landscape.potential, minimum, 0.0, level) / eta
    # The law's relative correction is of the order of the inverse height in noise levels, here 1/20 and 1/12.
    assert limit.mean_exit_steps == pytest.approx(exact, rel=0.1)
    assert limit.exit_exponent is limit.rate_constant is limit.destinations is None


def test_kramers_law_takes_stable_noise_of_index_2_as_normal_of_twice_the_variance():
    stable = exit_limit(Exit(DOUBLE_WELL, Noise("stable", 2.0, 0.5), 0.1, inf, -inf, 0.0, -1.0))
    normal = exit_limit(Exit(DOUBLE_WELL, Noise("normal", None, 0.5 * 2**0.5), 0.1, inf, -inf, 0.0, -1.0))
    assert stable.mean_exit_steps == pytest.approx(normal.mean_exit_steps, rel=1e-12)


def test_low_barriers_and_clipped_normal_steps_are_told():
    limit = exit_limit(Exit(DOUBLE_WELL, Noise("normal", None, 5.0), 0.1, 0.7, -inf, 0.0, -1.0))
    assert any("rough" in warning for warning in limit.warnings)
    assert any("clips" in warning for warning in limit.warnings)


def test_a_mean_beyond_all_floats_is_none():
    assert exit_limit(Exit(DOUBLE_WELL, Noise("normal", None, 0.5), 1e-4, inf, -inf, 0.0, -1.0)).mean_exit_steps is None
    assert of_basin(Noise("pareto", 50.0), eta=1e-5).mean_exit_steps is None


def test_a_learning_rate_above_the_stability_limit_of_the_well_is_told():
    noise = Noise("pareto", 1.5)
    for eta, is_told in ((0.041, True), (0.039, False)):
        limit = exit_limit(Exit(basin(0.0, 50.0), noise, eta, inf, -1.0, 1.0, 0.0))
        assert any("no metastable state; the limit is about eta < 0.04" in w for w in limit.warnings) == is_told
