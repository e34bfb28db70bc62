"""Tests of the h-transform's tables against other ways to the same probabilities."""

from math import inf

import numpy as np
import pytest

from hts.exits import Exit
from hts.landscapes import basin, multi_well, quartic
from hts.noise import Noise
from hts.theory.exact.conditions import condition
from hts.theory.exact.exits import exact_exit
from hts.theory.exact.steps import ExactExitError

PARETO = Noise("pareto", 1.5)


@pytest.fixture(scope="module")
def lopsided():
    return exact_exit(Exit(basin(0.0, 1.0), PARETO, 0.2, 0.7, -1.0, 1.3, 0.1))


def test_exits_within_n_steps_are_those_of_the_doubling(lopsided):
    event = condition(lopsided, "exit", 300)
    np.testing.assert_allclose(event.start[[1, 7, 300]], lopsided.exit_by([1, 7, 300]), rtol=1e-9)


def test_the_two_sides_add_up_to_all_exits(lopsided):
    left, right, both = (condition(lopsided, given, 60) for given in ("left", "right", "exit"))
    np.testing.assert_allclose(left.values + right.values, both.values, rtol=1e-10)
    assert (left.ends(3), right.ends(3), both.ends(3)) == ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0))


def test_in_the_end_each_side_has_the_share_of_equation_11():
    exact = exact_exit(Exit(basin(0.0, 1.0), PARETO, 0.3, 0.7, -1.0, 1.3, 0.1))
    for side in ("left", "right"):
        ever = condition(exact, side, None)
        assert ever.probability == pytest.approx(exact.sides[side], rel=1e-9)
        slowly = condition(exact, side, 400)
        np.testing.assert_allclose(slowly.values[-1], ever.values[0], rtol=1e-6)


def test_a_rare_side_keeps_its_digits():
    """Reached by three jumps against one: h is the sum over the step before, whose left tail has a closed form."""
    landscape, eta, b = basin(0.0, 1.0), 1e-3, 0.45
    exact = exact_exit(Exit(landscape, PARETO, eta, b, -0.4, 1.0, 0.0))
    rare = condition(exact, "right", None).probability
    assert rare < 1e-2
    assert rare == pytest.approx(1.0 - condition(exact, "left", None).probability, rel=1e-8)


def test_walkers_held_at_a_wall_have_their_own_chance():
    wall = multi_well([-1.0, 1.0], [0.0], 1.0, L=1.6)
    exact = exact_exit(Exit(wall, PARETO, 0.1, 0.8, -inf, 0.0, -1.0))
    event = condition(exact, "exit", 20)
    low, high = event.ends(5)
    assert high == 1.0
    assert low == pytest.approx(float(event.mesh.interpolate(event.nodes(5), -1.6)), rel=1e-4)


# Table 2.1 of Wang and Rhee (arXiv 2307.03479): P(some X_n <= 0 within floor(1/eta) steps), 32 hits a point
PUBLISHED = [
    (inf, 1 / 200, 1.1e-3),
    pytest.param(inf, 1 / 400, 6.74e-4, marks=pytest.mark.long),
    pytest.param(inf, 1 / 600, 5.78e-4, marks=pytest.mark.long),
    pytest.param(inf, 1 / 800, 4.73e-4, marks=pytest.mark.long),
    (inf, 1 / 1000, 4.25e-4),
    (1.5, 1 / 200, 5.25e-6),
    (1.5, 1 / 400, 1.67e-6),
    pytest.param(1.5, 1 / 600, 1.15e-6, marks=pytest.mark.long),
    pytest.param(1.5, 1 / 800, 9.53e-7, marks=pytest.mark.long),
    pytest.param(1.5, 1 / 1000, 6.61e-7, marks=pytest.mark.long),
]


@pytest.mark.parametrize(("b", "eta", "published"), PUBLISHED)
def test_published_hit_probabilities_lie_within_their_error(b, eta, published):
    """With 32 hits the relative error is 1/sqrt(32): three of them are passed by one right point in 370."""
    exact = exact_exit(Exit(quartic(), Noise("lomax", 1.5, scale=0.2, normal_scale=5.0), eta, b, 0.0, inf, 2.5))
    ours = condition(exact, "exit", round(1 / eta)).probability
    assert abs(np.log(published / ours)) < 3 / np.sqrt(32)


@pytest.mark.parametrize(
    ("given", "n_steps", "words"),
    [
        ("exit", 1, "leaving takes 2 at least; give a time of 0.1 or more"),
        ("right", 2, "leaving takes 3 at least"),
        ("exit", 10**6, "too large: give a time of at most"),
    ],
)
def test_an_event_that_cannot_be_is_refused_with_words(given, n_steps, words):
    exact = exact_exit(Exit(basin(0.0, 1.0), PARETO, 0.05, 0.7, -1.0, 1.5, 0.0))
    with pytest.raises(ExactExitError, match=words):
        condition(exact, given, n_steps)


def test_a_side_without_an_end_is_refused_with_the_other():
    exact = exact_exit(Exit(quartic(), PARETO, 0.05, inf, 0.0, inf, 2.5))
    with pytest.raises(ExactExitError, match="where the domain has no end: condition on left"):
        condition(exact, "right", 20)
