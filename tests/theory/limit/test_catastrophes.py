"""Tests of rare exits against closed forms: the fewest jumps, the gradient path they leave."""

from math import exp, inf, sqrt

import numpy as np
import pytest

from hts.landscapes import basin, quartic
from hts.theory.limit.within import catastrophe, flow


def test_the_flow_of_a_parabola_is_an_exponential():
    x = flow(basin(0.0, 2.0).derivative, np.array([1.0, -3.0]), np.array([0.5, 1.0]), 64)
    np.testing.assert_allclose(x, [exp(-1.0), -3.0 * exp(-2.0)], rtol=1e-7)


@pytest.mark.parametrize(("b", "n_jumps", "smallest"), [(inf, 1, 2.2402), (1.5, 2, 0.7402), (0.9, 3, 0.4402)])
def test_the_published_event_takes_one_two_and_three_jumps(b, n_jumps, smallest):
    """From 2.5 the gradient path of x^4/10 - x^2 falls to 2.2402 by t = 1: u = x^2 follows du/dt = 4u - 0.8u^2."""
    u = 5.0 / (1.0 - (1.0 - 5.0 / 6.25) * exp(-4.0))
    assert sqrt(u) == pytest.approx(2.2402, abs=1e-4)
    event = catastrophe(quartic(), b, 0.0, inf, 2.5, 1.0, (-1, 1))
    assert (event.n_jumps, [way.sign for way in event.ways]) == (n_jumps, [-1])
    assert event.ways[0].smallest == pytest.approx(sqrt(u) - (n_jumps - 1) * (0.0 if b == inf else b), abs=1e-6)
    assert event.threshold == pytest.approx(smallest / 2, abs=1e-4)


def test_the_ways_are_those_of_fewest_jumps_to_sides_that_count():
    parabola = basin(0.0, 1.0)
    assert [w.sign for w in catastrophe(parabola, 0.7, -1.0, 1.3, 0.0, 5.0, (-1, 1)).ways] == [-1, 1]
    assert [w.sign for w in catastrophe(parabola, 0.7, -1.0, 1.5, 0.0, 5.0, (-1, 1)).ways] == [-1]
    assert [w.n_jumps for w in catastrophe(parabola, 0.7, -1.0, 1.5, 0.0, 5.0, (1,)).ways] == [3]


def test_a_gradient_path_that_leaves_by_itself_needs_no_jump():
    assert catastrophe(quartic(), 0.7, 2.4, inf, 2.5, 1.0, (-1, 1)) is None
    assert catastrophe(quartic(), 0.7, 0.0, inf, 2.5, 1.0, (1,)) is None
