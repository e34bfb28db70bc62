"""Tests of meshes and their break points."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hts.exits import Exit
from hts.landscapes import basin, wang_oh_rhee
from hts.noise import Noise
from hts.theory.exact.meshes import find_breaks, graded_mesh, lagrange_basis, to_legendre
from hts.theory.exact.steps import make_step

BREAKS = np.array([-1.0, -0.3, 0.0, 0.7, 1.0])
MESH = graded_mesh(BREAKS, np.full(5, 1e-4), 4.0, 12)


def test_panels_fill_the_interval_and_meet_every_break_point():
    assert np.all(np.diff(MESH.edges) > 0)
    assert MESH.edges[[0, -1]] == pytest.approx([-1.0, 1.0], abs=0)
    for point in BREAKS:
        assert np.abs(MESH.edges - point).min() <= 1e-16
    np.testing.assert_allclose(2 * np.abs(MESH.half), np.diff(MESH.edges), rtol=1e-9, atol=1e-16)


def test_panels_shrink_to_the_length_asked_for():
    beside = np.abs(np.subtract.outer(BREAKS, MESH.edges))
    for distances in beside:
        assert np.sort(distances)[1] <= 1e-4
    lengths = np.diff(MESH.edges)
    assert np.all(lengths[1:] / lengths[:-1] <= 4.0 + 1e-6)


@given(st.lists(st.floats(1e-9, 1.0), min_size=1, max_size=6), st.floats(1e-7, 1e-1))
def test_any_break_points_give_a_mesh_without_holes(gaps, smallest):
    breaks = np.concatenate([[0.0], np.cumsum(gaps)])
    mesh = graded_mesh(breaks, np.full(len(breaks), smallest), 3.0, 6)
    assert np.all(np.diff(mesh.edges) > 0)
    assert mesh.edges[-1] == pytest.approx(breaks[-1], rel=1e-12)
    assert mesh.x.min() > 0
    assert mesh.x.max() < mesh.edges[-1]


def test_polynomials_are_interpolated_and_integrated_exactly():
    mesh = MESH.facing(MESH.centre > 0)
    points = np.linspace(-1, 1, 300)
    np.testing.assert_allclose(mesh.interpolate(mesh.x**11, points), points**11, atol=1e-13)
    basis = lagrange_basis(12)
    for power in range(12):
        assert basis.weights @ basis.nodes**power == pytest.approx((1 + (-1) ** power) / (power + 1), abs=1e-14)
    # a Radau rule is exact to degree 2 order - 2; the inset costs 1e-6 of what lies above the order
    assert basis.weights @ basis.nodes**22 == pytest.approx(2 / 23, rel=1e-4)
    legendre_p3 = (5 * basis.nodes**3 - 3 * basis.nodes) / 2
    np.testing.assert_allclose(to_legendre(12) @ legendre_p3, np.eye(12)[3], atol=1e-13)


def test_cut_panels_cover_the_same_interval():
    pieces = np.ones(len(MESH.half), dtype=np.int64)
    pieces[[0, 3, 7]] = 4, 2, 4
    finer = MESH.facing(MESH.centre > 0).split(pieces)
    assert len(finer.half) == len(MESH.half) + 3 + 1 + 3
    assert np.all(np.isin(np.round(MESH.edges, 14), np.round(finer.edges, 14)))
    assert np.all(np.diff(finer.edges) > 0)


def test_moved_break_points_carry_their_panels_along():
    to = np.array([-1.0, -0.31, 0.0, 0.72, 1.0])
    moved = MESH.moved(BREAKS, to)
    for point in to:
        assert np.abs(moved.edges - point).min() <= 1e-15
    assert np.all(np.diff(moved.edges) > 0)


def breaks_of(landscape, noise, eta, b, low, high, start):
    step = make_step(Exit(landscape, noise, eta, b, low, high, start))
    return step, find_breaks(step, [start])


def test_clipped_jumps_are_followed_back_from_both_ends():
    _, breaks = breaks_of(basin(0.0, 1.0), Noise("student", 1.5), 1e-3, 0.4, -1.0, 1.0, 0.0)
    np.testing.assert_allclose(breaks, [-1, -0.6, -0.2, 0, 0.2, 0.6, 1], atol=1e-15)
    _, breaks = breaks_of(basin(0.0, 1.0), Noise("student", 1.5), 1e-3, inf, -1.0, 1.0, 0.0)
    np.testing.assert_allclose(breaks, [-1, 0, 1], atol=1e-15)


def test_the_gap_bends_solutions_where_the_drift_leads_to_its_edge():
    eta = 1e-2
    _, breaks = breaks_of(basin(0.0, 0.5), Noise("pareto", 1.5), eta, inf, -1.0, 1.0, 0.0)
    assert np.abs(breaks - (1.0 - eta) / (1.0 - 0.5 * eta)).min() < 1e-12


def test_every_root_is_found_where_the_drift_is_not_monotone():
    step, breaks = breaks_of(wang_oh_rhee(), Noise("pareto", 1.2, scale=0.1), 0.1, inf, -1.3, 0.2, -0.7)
    x = np.linspace(-1.3, 0.2, 200_001)
    for y in (-1.3, 0.2):
        for z in (-0.1, 0.1):
            gap = x - step.drift(x) - y + step.eta * z
            for place in x[1:][np.signbit(gap[1:]) != np.signbit(gap[:-1])]:
                assert np.abs(breaks - place).min() < 2e-5
