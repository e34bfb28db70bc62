"""Tests of J, gamma and stages in R^d: distances by brute force, and a search for ways out with fewer jumps."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import minimize

from hts import space
from hts.space import regions
from hts.space.domains import contains, distances_to_end, shrunk
from hts.space.ways import stages_by_distance, way_in_space

FORM = np.array([[1.0, 0.3], [0.3, 2.0]])
DOMAINS = {
    "ball": regions.ball(np.array([0.2, 0.0]), 1.0),
    "half-space": regions.half_space(np.array([1.0, 0.5]), 0.8),
    "box": regions.box(np.array([-1.0, -math.inf]), np.array([0.7, 0.9])),
    "ellipsoid": regions.ellipsoid(np.array([0.1, 0.0]), FORM),
}


@pytest.mark.parametrize("name", DOMAINS)
def test_distances_are_those_of_the_nearest_of_many_points_outside(name):
    region, angle = DOMAINS[name], np.linspace(0.0, 2.0 * math.pi, 721)
    ways = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points = np.array([[0.1, 0.0], [0.0, 0.3], [-0.3, -0.2], [0.4, 0.1]])
    for point, found in zip(points, distances_to_end(region, points), strict=True):
        assert contains(region, point + (found - 1e-6) * ways).all()
        assert not contains(region, point + (found + 1e-3) * ways).all()
    assert (distances_to_end(region, np.array([[9.0, 9.0]])) <= 0.0).all()


@pytest.mark.parametrize("name", DOMAINS)
def test_shrunk_domains_lie_within_one_another(name):
    region, points = DOMAINS[name], np.random.default_rng(1).uniform(-2.0, 2.0, (4000, 2))
    series = [contains(shrunk(region, depth), points) for depth in (0.6, 0.3, 0.1, 0.0)]
    assert all(np.all(small <= large) and small.sum() < large.sum() for small, large in pairwise(series))
    assert np.array_equal(series[-1], contains(region, points))


@pytest.mark.parametrize(
    "name", ["half-space", *(pytest.param(name, marks=pytest.mark.long) for name in ("ball", "box", "ellipsoid"))]
)
def test_no_search_leaves_with_fewer_jumps(name):
    """From a start off the minimum, J - 1 jumps and flow between leave with a longer further one, not without."""
    f = space.quadratic([[2.0, 0.5], [0.5, 1.0]])
    region, start, b = DOMAINS[name], np.array([0.05, -0.2]), 0.3
    way = way_in_space(f, region, start, b, 1.0, is_isotropic=True).way
    rates, axes = np.linalg.eigh(f.matrix)
    smallest = 2.0 * way.jumps * way.largest_gamma
    assert smallest == pytest.approx(way.distance - (way.jumps - 1) * b)

    def depth(numbers, lengths):
        """How far inside a path ends that flows and jumps in turn; its times share a total of 1."""
        x, left = start, 1.0
        for length, (part, angle) in zip(lengths, numbers.reshape(-1, 2), strict=True):
            time = left * (0.5 + 0.5 * math.sin(part))
            left -= time
            x = axes @ (np.exp(-rates * time) * (axes.T @ x)) + length * np.array([math.cos(angle), math.sin(angle)])
        return float(distances_to_end(region, x[None])[0]) if contains(region, x[None])[0] else -1.0

    def deepest(lengths):
        random, n = np.random.default_rng(2), 2 * len(lengths)
        tries = [minimize(depth, random.uniform(-3.0, 3.0, n), (lengths,), "Nelder-Mead") for _ in range(6)]
        return min(one.fun for one in tries)

    few = [b] * (way.jumps - 1)
    assert deepest([*few, 0.98 * smallest]) > 0.0
    assert deepest([*few, 1.02 * smallest]) < 0.0


def test_coordinates_have_a_smaller_bound_and_a_flow_that_leaves_has_none():
    ball, start = regions.ball(np.zeros(4), 1.0), np.zeros(4)
    found = [way_in_space(space.radial(1.0, 1.0, 4), ball, start, 0.7, 1.0, is_it).way for is_it in (True, False)]
    assert found[0].largest_gamma == pytest.approx(0.075)
    assert found[1].largest_gamma == pytest.approx(0.0375)
    bowed = space.quadratic(np.diag([50.0, 1.0]))  # the flow first turns to x = 0, then goes along y
    wall = regions.half_space(np.array([-1.0, -1.0]), -0.5)
    assert way_in_space(bowed, wall, np.array([0.5, 0.2]), 0.7, 1.0, True).way is None


def test_a_ball_of_radius_l_that_cuts_the_way_out_is_told():
    f = space.radial(1.0, 1.0, 2, projection=0.9)
    found = way_in_space(f, regions.ball(np.zeros(2), 1.0), np.zeros(2), 0.7, 1.0, True)
    assert "radius L" in found.unknown


def test_stages_end_at_the_reach_of_each_jump():
    stages = stages_by_distance(regions.ball(np.zeros(2), 1.0), np.zeros(2), 2, clip=0.7, distance=1.0)
    assert [math.sqrt(one.number) for one in stages] == pytest.approx([0.15, 0.3, 0.65, 1.0])
