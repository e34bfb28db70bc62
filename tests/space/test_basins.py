"""Minima, saddles, basins and jump numbers in the plane: a product of double wells, whose boundaries are lines."""

import numpy as np
import pytest

from hts.space.basins import map_basins
from hts.space.critical_points import find_critical_points
from hts.space.jump_numbers import jump_number_of

LOW, HIGH = np.array([-2.0, -1.5]), np.array([2.0, 1.5])


def value(points):
    x, y = points.T
    return 0.25 * (x * x - 1.0) ** 2 + 0.5 * y * y


def gradient(points):
    x, y = points.T
    return np.stack([x**3 - x, y], axis=1)


def hessian(points):
    x, y = points.T
    zero = np.zeros_like(x)
    return np.moveaxis(np.array([[3.0 * x * x - 1.0, zero], [zero, zero + 1.0 + 0.0 * y]]), 2, 0)


@pytest.fixture(scope="module")
def basins():
    found = find_critical_points(value, gradient, hessian, LOW, HIGH, n_starts=10)
    return map_basins(gradient, found.minima, LOW, HIGH, 0.02)


def test_minima_and_saddle_are_found():
    found = find_critical_points(value, gradient, hessian, LOW, HIGH, n_starts=10)
    assert sorted(one.points[0, 0] for one in found.minima) == pytest.approx([-1.0, 1.0], abs=1e-9)
    assert found.saddles == pytest.approx(np.zeros((1, 2)), abs=1e-9)


def test_boundary_lies_within_a_spacing_of_the_line(basins):
    right = int(np.argmax([one.points[0, 0] for one in basins.minima]))
    rng = np.random.default_rng(3)
    points = rng.uniform(LOW, HIGH, (2000, 2))
    points = points[np.abs(points[:, 0]) > basins.spacing]
    assert np.array_equal(basins.at(points) == right, points[:, 0] > 0.0)
    assert basins.boundary_area <= 3.0 * basins.spacing * 3.1


def test_a_ring_is_one_set_of_minima():
    """The minima of (|x|^2 - 1)^2/4; a curvature is zero along the ring."""

    def ring(points):
        return (np.sum(points**2, axis=1, keepdims=True) - 1.0) * points

    def bent(points):
        away = np.sum(points**2, axis=1) - 1.0
        return 2.0 * points[:, :, None] * points[:, None, :] + away[:, None, None] * np.eye(2)

    found = find_critical_points(
        lambda p: 0.25 * (np.sum(p**2, axis=1) - 1.0) ** 2, ring, bent, np.full(2, -2.0), np.full(2, 2.0), n_starts=12
    )
    assert [one.is_set for one in found.minima] == [True]


@pytest.mark.parametrize(("b", "value"), [(1.1, 1), (0.6, 2), (0.38, 3), (0.29, 4)])
def test_jumps_straight_to_the_line_are_counted(basins, b, value):
    """The flow only hinders here: ceil(1/b), as in one dimension."""
    found = jump_number_of(basins, gradient, 0, b)
    assert (found.value, found.is_certain) == (value, True)
    assert all(leg.length <= b + 2.0 * basins.spacing for leg in found.legs)
    assert basins.at(found.legs[-1].landing) != 0


def test_a_ball_whose_radius_is_a_whole_number_of_jumps_is_uncertain(basins):
    assert not jump_number_of(basins, gradient, 0, 0.5).is_certain


def test_a_basin_that_takes_more_than_twelve_jumps_is_refused(basins):
    with pytest.raises(ValueError, match=r"more than 12 jumps of 0.07: choose a larger b"):
        jump_number_of(basins, gradient, 0, 0.07)


def test_a_map_finer_than_memory_is_refused(basins):
    with pytest.raises(ValueError, match=r"GiB, more than 1: give a spacing of"):
        map_basins(gradient, basins.minima, LOW, HIGH, 1e-5)


def test_a_slope_without_a_minimum_is_refused():
    with pytest.raises(ValueError, match="no minimum was found"):
        find_critical_points(
            lambda p: p[:, 0],
            lambda p: np.tile([1.0, 0.0], (len(p), 1)),
            lambda p: np.zeros((len(p), 2, 2)),
            LOW,
            HIGH,
            n_starts=5,
        )
