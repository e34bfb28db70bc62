"""Limit constants by Monte Carlo against the radial quadrature, closed forms, and simulated exits."""

from math import gamma, pi, sqrt

import numpy as np
import pytest

from hts.space.convex_wells import ConvexWell, sampled_constant
from hts.space.domains import region_of
from hts.space.limits import radial_constant

PUBLISHED = {2: 2.01231725, 3: 1.42684318, 10: 0.54721370}


def well_of(d, hessian=None, projection=np.inf, **domain):
    region = region_of(d, **(domain or {"kind": "ball", "radius": 1.0}))
    return ConvexWell(np.eye(d) if hessian is None else np.array(hessian), np.zeros(d), region, projection)


@pytest.mark.parametrize(
    ("d", "value"), [(2, PUBLISHED[2]), (3, PUBLISHED[3]), pytest.param(10, PUBLISHED[10], marks=pytest.mark.long)]
)
def test_two_jumps_of_a_radial_well_have_the_published_constant(d, value):
    """A z beyond 4 once in 16000 each; the constant of alpha = 1.6 must be farther off."""
    found = sampled_constant(well_of(d), 0.7, 1.5)
    assert found.jump_number == 2
    assert abs(found.value - value) < 4.0 * found.error < 0.1 * value
    wrong = sampled_constant(well_of(d), 0.7, 1.6)
    assert abs(wrong.value - value) > 4.0 * wrong.error


def test_three_jumps_in_five_dimensions_are_those_of_the_radial_quadrature():
    found, wanted = sampled_constant(well_of(5), 0.4, 1.5), radial_constant(lambda x: x, 1.0, 0.4, 1.5, 5)
    assert (found.jump_number, wanted.jump_number) == (3, 3)
    assert abs(found.value - wanted.value) < 4.0 * found.error


@pytest.mark.parametrize("d", [3, 6])
def test_one_jump_over_a_plane_has_a_closed_form(d):
    """Of {x_1 < h}: the mean of max(u_1, 0)^alpha over directions, times h^-alpha."""
    alpha, h = 1.4, 0.6
    found = sampled_constant(well_of(d, kind="half-space", normal=[2.0] + [0.0] * (d - 1), height=2 * h), np.inf, alpha)
    mean = gamma(d / 2) * gamma((alpha + 1) / 2) / (2 * sqrt(pi) * gamma((d + alpha) / 2))
    assert abs(found.value - mean * h**-alpha) < 4.0 * found.error


def test_a_turned_and_shifted_problem_has_the_same_constant():
    """An ellipsoid and a stiff well, turned together: z below 4; of a well a fifth stiffer it must not be."""
    turn, _ = np.linalg.qr(np.random.default_rng(4).normal(size=(3, 3)))
    hessian, form = np.diag([1.0, 2.0, 5.0]), np.diag([1.0, 1.5, 0.5])
    first, both, one = (
        sampled_constant(well_of(3, h, kind="ellipsoid", form=f, centre=None), 0.6, 1.5, seed)
        for h, f, seed in ((hessian, form, 1), (turn @ hessian @ turn.T, turn @ form @ turn.T, 2),
                           (1.2 * hessian, form, 3))
    )  # fmt: skip
    assert first.jump_number == both.jump_number == 2
    assert abs(first.value - both.value) < 4.0 * np.hypot(first.error, both.error)
    assert abs(first.value - one.value) > 4.0 * np.hypot(first.error, one.error)


def test_more_than_twelve_jumps_are_refused():
    with pytest.raises(ValueError, match=r"l\* = 14 is more than 12: choose a larger b"):
        sampled_constant(well_of(3), 0.075, 1.5)


def test_a_box_ends_where_its_nearest_side_does():
    well = well_of(3, kind="box", low=[-1.0, -0.5, -3.0], high=[2.0, np.inf, 3.0])
    assert well.distance == 0.5
    x, u = np.zeros((2, 3)), np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    assert well.lengths(x, u).tolist() == [2.0, np.inf]


@pytest.mark.parametrize(
    ("well", "words"),
    [
        (well_of(2, kind="formula", g="x - 1"), "no ball"),
        (well_of(2, kind="ellipsoid", form=np.eye(2), centre=[0.1, 0.0]), "ellipsoid about the minimum"),
        (well_of(2, projection=0.9), "larger L"),
    ],
)
def test_other_domains_are_refused(well, words):
    with pytest.raises(ValueError, match=words):
        sampled_constant(well, 0.7, 1.5)
