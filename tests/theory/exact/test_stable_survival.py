"""Tests that steps followed one by one stay probabilities, or are refused."""

from dataclasses import replace
from math import inf, sqrt

import numpy as np
import pytest

from hts.exits import Exit
from hts.landscapes import basin
from hts.noise import Noise
from hts.theory.exact import exits
from hts.theory.exact.conditions import condition
from hts.theory.exact.exits import exact_exit
from hts.theory.exact.survival import UnstableStepsError, check_order, exit_by, exit_tables

N_WALKERS, N_STEPS, ETA = 20000, 2254, 1e-4


def share_that_left(p_plus, alpha=1.2):
    """Walk as docs/model.md (1) says, pareto noise in the basin (-1, 1) of curvature 1, without clipping."""
    rng = np.random.default_rng(20261127)
    x, centre = np.zeros(N_WALKERS), (2.0 * p_plus - 1.0) * alpha / (alpha - 1.0)
    for _ in range(N_STEPS):
        sizes = (1.0 - rng.random(len(x))) ** (-1.0 / alpha)
        signed = np.where(rng.random(len(x)) < p_plus, sizes, -sizes)
        x = x - ETA * (x - (signed - centre))
        x = x[np.abs(x) < 1.0]
    return 1.0 - len(x) / N_WALKERS


def test_survival_is_stable_where_most_steps_go_against_the_drift():
    """Against 20,000 plain walks; a right answer fails in one seed of a thousand. It was -1.5e38."""
    exact = exact_exit(
        Exit(basin(0.0, 1.0), Noise("pareto", 1.2, p_plus=0.95), ETA, inf, -1.0, 1.0, 0.0), within=0.2254
    )
    p = exact.probability_within
    allowed = 3.29 * sqrt(p * (1.0 - p) / N_WALKERS)
    assert abs(share_that_left(0.95) - p) < allowed
    assert abs(share_that_left(0.95, alpha=1.3) - p) > allowed
    leaves, stays = exact.probabilities([200, 2254, 10000, 22500])
    assert np.all(np.diff(leaves) > 0.0)
    assert leaves + stays == pytest.approx(1.0, abs=1e-6)


def test_a_matrix_whose_powers_grow_is_refused():
    exact = exact_exit(Exit(basin(0.0, 1.0), Noise("pareto", 1.5), 0.1, inf, -1.0, 1.0, 0.0))
    operator = exact.refined.solution.operator
    growing = replace(operator, exit_low=operator.exit_low + 3.0)
    with pytest.raises(UnstableStepsError, match="cannot be followed"):
        exit_tables(growing, 200)
    with pytest.raises(UnstableStepsError, match="cannot be followed"):
        exit_by(growing, exact.refined.solution.escape, [200, 10**6])


def spoilt(exact, change):
    """Return the solved cell with another chance to leave through the low end, from every state."""
    solution = exact.refined.solution
    operator = replace(solution.operator, exit_low=solution.operator.exit_low + change)
    return replace(exact, refined=replace(exact.refined, solution=replace(solution, operator=operator)))


@pytest.fixture(scope="module")
def clipped():
    return exact_exit(Exit(basin(0.0, 1.0), Noise("pareto", 1.5), 0.01, 0.7, -1.0, 1.0, 0.0))


def test_small_probabilities_below_zero_are_refused(clipped):
    """They lie within 1e-2 of [0, 1], and were returned."""
    solution = spoilt(clipped, -1e-3).refined.solution
    with pytest.raises(UnstableStepsError, match="cannot be followed"):
        exit_by(solution.operator, solution.escape, [5])
    with pytest.raises(UnstableStepsError, match="cannot be followed"):
        exit_tables(solution.operator, 5)


def test_probabilities_fall_by_the_error_of_a_mesh_and_no_more():
    check_order(np.array([0.0, 1e-20, 0.5e-20, 0.2, 0.19999, 1.0]))
    for wrong in ([0.0, 0.2, 0.195], [0.0, 1e-4, 0.9e-4], [0.0, -1e-6, 1e-4], [0.0, 1.01], [0.0, np.nan]):
        with pytest.raises(UnstableStepsError):
            check_order(np.array(wrong))


@pytest.mark.parametrize("change", [3.0, -1e-3])
def test_another_mesh_is_tried_where_steps_cannot_be_followed(clipped, change):
    """Paths were drawn from the powers that grow."""
    wrong, p = spoilt(clipped, change), clipped.exit_by([100])[0]
    assert condition(wrong, "exit", 100).probability == pytest.approx(p, rel=1e-5)
    assert wrong.exit_by([100])[0] == pytest.approx(p, rel=1e-5)
    answer = exits._with_probability(wrong, 100, None, 0.0)
    assert abs(answer.probability_within / p - 1.0) <= answer.probability_within_relative_error + 1e-6


def test_a_probability_that_no_second_mesh_confirms_is_refused(clipped, monkeypatch):
    monkeypatch.setattr(exits, "on_other_meshes", lambda refined, mesh: iter(()))
    with pytest.raises(UnstableStepsError, match="two meshes"):
        exits._with_probability(clipped, 100, None, 0.0)


def test_a_probability_of_which_two_meshes_agree_on_no_digit_is_refused(clipped):
    """2e-27 was given with a relative error of 2e14."""
    with pytest.raises(UnstableStepsError, match="no digit"):
        exits._with_probability(clipped, 100, 3.0 * float(clipped.exit_by([100])[0]), 0.0)


def test_no_error_is_stated_below_rounding():
    """Exits of one step differ by less than the last digit between meshes."""
    exact = exact_exit(Exit(basin(0.0, 1.0), Noise("pareto", 1.5, scale=0.5), 1.0, inf, -1.0, 1.0, 0.0), within=1.0)
    assert exact.probability_within_relative_error >= 1e-13
