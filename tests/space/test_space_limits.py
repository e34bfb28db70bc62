"""Limit constants of radial wells against published digits, one dimension's quadrature, and Monte Carlo."""

import numpy as np
import pytest

from hts.space.limits import beyond, radial_constant, sphere_share
from hts.theory.limit.measures import landing_rates

PUBLISHED = {1: 3.71316791, 2: 2.01231725, 3: 1.42684318, 10: 0.54721370}


def linear(x):
    return x


@pytest.mark.parametrize(("dimension", "value"), PUBLISHED.items())
def test_constant_of_two_jumps_has_the_published_digits(dimension, value):
    found = radial_constant(linear, 1.0, 0.7, 1.5, dimension)
    assert found.jump_number == 2
    assert found.value == pytest.approx(value, abs=6e-9)
    assert found.error < 1e-10 * value


@pytest.mark.parametrize("dimension", [1, 2, 7, 64])
def test_sizes_alone_decide_where_one_jump_is_enough(dimension):
    assert radial_constant(linear, 0.8, 0.9, 1.3, dimension).value == pytest.approx(0.8**-1.3, rel=1e-13)
    assert radial_constant(linear, 0.8, np.inf, 1.3, dimension).jump_number == 1


@pytest.mark.parametrize("b", [0.7, 0.4, 0.3, 0.22, 0.51])
def test_one_dimension_is_that_of_the_line(b):
    """Both ends of the interval, with half of the big jumps each; the flow of a stiffer, not quadratic well."""

    def speed(x):
        return 2.0 * x + x**3

    one_side = landing_rates(speed, 1.0, b, 1.5, 0.5, np.array([1.0]), np.empty(0))
    found = radial_constant(speed, 1.0, b, 1.5, 1)
    assert found.value == pytest.approx(2.0 * one_side.values[0], rel=1e-11)


@pytest.mark.parametrize("dimension", [2, 3, 10])
def test_measure_of_one_jump_beyond_a_sphere_is_that_of_sampled_jumps(dimension):
    """A z beyond 4 in absolute value once in 16000 for each dimension; the wrong world is a clip 2 % longer."""
    rng = np.random.default_rng(5)
    x, y, b, alpha, shortest, n = 0.5, 1.0, 0.7, 1.5, 0.4, 400_000
    cosine = rng.normal(size=(n, dimension))
    cosine = cosine[:, 0] / np.sqrt((cosine**2).sum(axis=1))
    size = np.minimum(shortest * rng.random(n) ** (-1.0 / alpha), b)
    lands = x * x + 2.0 * x * size * cosine + size * size > y * y
    share, mass = lands.mean(), shortest**-alpha
    error = mass * np.sqrt(share * (1.0 - share) / n)
    found = float(beyond(np.array(x), np.array(y), b, alpha, dimension))
    assert abs(mass * share - found) < 4.0 * error
    wrong = float(beyond(np.array(x), np.array(y), 1.02 * b, alpha, dimension))
    assert abs(mass * share - wrong) > 4.0 * error


def test_three_jumps_in_the_plane_are_those_of_a_nested_integral():
    """One more jump from a coarse sum over the radius after two: agreement to what the sum resolves."""
    b, alpha = 0.45, 1.5
    two = np.linspace(1.0 - b, 2.0 * b, 601)
    middle = 0.5 * (two[:-1] + two[1:])
    density = np.empty_like(middle)
    for k, y in enumerate(middle):
        edges = np.linspace(y - b, b, 241)
        x = 0.5 * (edges[:-1] + edges[1:])
        lands = beyond(x, np.full_like(x, y), b, alpha, 2, 12) * x ** (-alpha - 1.0)
        density[k] = lands.sum() * np.diff(edges)[0] / y
    value = (density * beyond(middle, np.ones_like(middle), b, alpha, 2, 12)).sum() * np.diff(two)[0]
    assert radial_constant(linear, 1.0, b, alpha, 2).value == pytest.approx(value, rel=1e-3)


def test_angle_is_uniform_in_the_plane_and_the_cosine_in_space():
    assert sphere_share(2) == pytest.approx(1.0 / np.pi)
    assert sphere_share(3) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("radius", "b", "message"),
    [(1.0, 0.5, "whole number"), (1.0, 0.07, "more than 12"), (-1.0, 0.5, "must be positive"), (1.0, 0.0, "positive")],
)
def test_what_has_no_constant_is_refused(radius, b, message):
    with pytest.raises(ValueError, match=message):
        radial_constant(linear, radius, b, 1.5, 2)
