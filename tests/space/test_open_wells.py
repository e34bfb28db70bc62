"""Jump numbers and limit constants of formula wells in domains of any kind, against quadratures and closed forms."""

from math import inf

import numpy as np
import pytest
import scipy

from hts import space
from hts.space import open_constants, open_wells
from hts.space.domain_ends import nearest_end
from hts.space.domains import region_of
from hts.space.limits import radial_constant
from hts.space.open_constants import open_constant
from hts.space.open_wells import OpenWell

SQUARE = "(x**2 + y**2 + z**2)"
PUBLISHED = 1.42684318  # d = 3, unit ball, alpha 1.5, b .7


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(open_constants, "N_SAMPLES", 1500)
    monkeypatch.setattr(open_constants, "N_SAMPLES_OUTWARDS", 1000)
    monkeypatch.setattr(open_wells, "GENERATIONS", 30)


def well_of(text, d=3, projection=inf, **domain):
    f = space.formula(text, d)
    region = region_of(d, **(domain or {"kind": "ball", "radius": 1.0}))
    return OpenWell(f.gradient, np.zeros(d), region, projection, False)


def constant(well, b, alpha, seed=0):
    return open_constant(well, well.jump_number(b), b, alpha, seed)


def test_a_radial_well_as_a_formula_has_the_published_constant(few):
    """Z beyond 4 once in 16000; the constant of alpha = 1.8 must be farther off."""
    well = well_of(f"{SQUARE}/2")
    found, wrong = constant(well, 0.7, 1.5), constant(well, 0.7, 1.8)
    assert found.jump_number == 2
    assert abs(found.value - PUBLISHED) < 4.0 * found.error < 0.12 * PUBLISHED
    assert abs(wrong.value - PUBLISHED) > 4.0 * wrong.error


def test_a_stiffening_well_in_a_formula_domain_is_that_of_the_radial_quadrature(few):
    """Its end is found by a search, and so said."""
    well = well_of(f"{SQUARE}/2 + {SQUARE}**2/4", kind="formula", g=f"{SQUARE} - 1")
    jumps = well.jump_number(0.7)
    assert (jumps.value, jumps.is_certain, jumps.flow_helps) == (2, False, False)
    assert "what a search has found" in jumps.reason
    wanted = radial_constant(lambda x: x + x**3, 1.0, 0.7, 1.5, 3).value
    found = open_constant(well, jumps, 0.7, 1.5)
    assert abs(found.value - wanted) < 4.0 * found.error < 0.12 * wanted


def test_one_jump_out_of_an_ellipsoid_has_a_closed_form(few):
    """With alpha = 2 the mean of the form over directions: its trace by d."""
    well = well_of(f"{SQUARE}/2", kind="formula", g="x**2 + 2*y**2 + 0.5*z**2 - 1")
    found = constant(well, inf, 2.0)
    assert found.jump_number == 1
    assert abs(found.value - 3.5 / 3.0) < 4.0 * found.error < 0.03


def beyond(y, b, alpha):
    """Measure of the jumps in three dimensions whose first coordinate is more than y, clip included."""
    return y**-alpha * (1.0 - (y / b) ** (alpha + 1.0)) / (2.0 * (alpha + 1.0))


def test_flow_over_a_barrier_saves_a_jump(few):
    """Beyond x = 1 the flow leads to the end at 1.5 by itself: two jumps of .6, not three; the constant is an integral.

    A z beyond 4 once in 16000; jumps that need the end itself would be three.
    """
    b, alpha = 0.6, 1.5
    well = well_of("x**2/2 - x**3/3 + y**2/2 + z**2", kind="half-space", normal=[1.0, 0.0, 0.0], height=1.5)
    jumps = well.jump_number(b)
    assert (jumps.value, jumps.is_certain, jumps.flow_helps) == (2, False, True)
    assert "the flow helps: a path of 2 jumps was found" in jumps.reason
    found = open_constant(well, jumps, b, alpha)
    wanted = scipy.integrate.quad(
        lambda y: beyond(y, b, alpha) * beyond(1.0 - y, b, alpha) / (y * (1.0 - y)), 1.0 - b, b
    )[0]
    assert abs(found.value - wanted) < 4.0 * found.error < 0.6 * wanted


def test_where_the_flow_leaves_a_domain_by_itself_the_landing_counts_as_outside(few, monkeypatch):
    """A flat slab about a stiff direction, turned: landings inside are carried out; those that are not weigh less."""
    monkeypatch.setattr(open_constants, "N_SAMPLES", 800)
    turn = np.array([[1.0, -1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 2**0.5]]) / 2**0.5
    H = turn @ np.diag([9.0, 1.0, 1.0]) @ turn.T
    f = space.quadratic(H)
    low, high = [-0.5, -2.0, -2.0], [0.5, 2.0, 2.0]
    well = OpenWell(f.gradient, np.zeros(3), region_of(3, kind="box", low=low, high=high), inf, True)
    assert not well.flow_stays
    found = constant(well, inf, 1.5)
    direct = OpenWell(lambda x: x, np.zeros(3), well.region, inf, True)
    assert direct.flow_stays
    assert found.value - constant(direct, inf, 1.5).value > 4.0 * found.error


@pytest.mark.parametrize(
    ("domain", "distance", "is_exact"),
    [
        ({"kind": "ball", "radius": 1.0, "centre": [0.3, 0.0, 0.4]}, 0.5, True),
        ({"kind": "half-space", "normal": [0.0, 3.0, 4.0], "height": 2.0}, 0.4, True),
        ({"kind": "box", "low": [-1.0, -0.3, -2.0], "high": [1.0, 1.0, 1.0]}, 0.3, True),
        ({"kind": "ellipsoid", "form": np.diag([1.0, 4.0, 2.0]), "centre": None}, 0.5, True),
        ({"kind": "ellipsoid", "form": np.eye(3), "centre": [0.6, 0.0, 0.0]}, 0.4, False),
        ({"kind": "formula", "g": "2*x + y - 2*z - 1.5"}, 0.5, False),
    ],
)
def test_the_nearest_end_of_each_kind_of_domain(domain, distance, is_exact):
    end = nearest_end(region_of(3, **domain), np.zeros(3))
    assert end.distance == pytest.approx(distance, rel=1e-6)
    assert end.is_exact == is_exact


def test_what_lies_beyond_the_ball_of_radius_l_is_no_end():
    """The end nearest to (0, .6, 0), (.5, .6, 0), lies beyond: within the ball of .7 it is (.5, sqrt(.24), 0)."""
    region = region_of(3, kind="half-space", normal=[1.0, 0.0, 0.0], height=0.5)
    end = nearest_end(region, np.array([0.0, 0.6, 0.0]), 0.7)
    np.testing.assert_allclose(end.place, [0.5, 0.24**0.5, 0.0], atol=1e-4)
    with pytest.raises(ValueError, match="ends nowhere"):
        nearest_end(region_of(3, kind="ball", radius=1.0), np.zeros(3), 0.9)


@pytest.mark.parametrize(
    ("text", "b", "words"),
    [
        (f"{SQUARE}/2", 0.5, "whole number"),
        (f"{SQUARE}/2", 0.06, "more than 12"),
        (f"{SQUARE}/2 + sqrt(x + 0.5)**5", 0.7, "no gradient at"),
    ],
)
def test_what_has_no_jump_number_is_refused(text, b, words):
    with pytest.raises(ValueError, match=words):
        well_of(text).jump_number(b)
