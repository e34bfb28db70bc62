"""Minima of formulas beyond the plane, limit constants of basins, and domains by name."""

import numpy as np
import pytest

from hts import space
from hts.landscapes import LandscapeError
from hts.space import constants
from hts.space.basins import BasinMap
from hts.space.critical_points import Minima
from hts.space.domains import bounds_of, contains, diameter_of, region_of
from hts.space.limits import radial_constant
from hts.space.wells import find_wells

LOW = np.array([-1.5, -1.5])


@pytest.fixture(scope="module")
def ball():
    """The unit ball as a map of two labels."""
    x = np.linspace(-1.5, 1.5, 201)
    outside = np.hypot(*np.meshgrid(x, x, indexing="ij")) >= 1.0
    return BasinMap(outside.astype(np.int16), LOW, x[1] - x[0], (Minima(np.zeros((1, 2)), 0.0),), np.inf)


@pytest.mark.parametrize(("b", "n_jumps", "alpha"), [(np.inf, 1, 1.5), (1.3, 1, 1.2), (0.7, 2, 1.5)])
def test_the_constant_of_a_ball_on_a_map_is_that_of_the_radial_quadrature(ball, monkeypatch, b, n_jumps, alpha):
    monkeypatch.setattr(constants, "N_DIRECTIONS", 60)
    monkeypatch.setattr(constants, "N_COARSE", 60)
    found = constants.basin_constant(ball, lambda x: x, 0, n_jumps, b, alpha)
    wanted = radial_constant(lambda x: x, 1.0, b, alpha, 2)
    assert wanted.jump_number == n_jumps
    assert abs(found.value - wanted.value) < 2.0 * found.error < 0.3 * wanted.value
    wrong = radial_constant(lambda x: x, 1.15, b, alpha, 2)
    assert abs(found.value - wrong.value) > 2.0 * found.error


def test_a_set_of_minima_and_many_jumps_have_no_constant(ball):
    many = BasinMap(ball.labels, LOW, ball.spacing, (Minima(np.zeros((2, 2)), 0.0),), np.inf)
    with pytest.raises(ValueError, match="set of minima"):
        constants.basin_constant(many, lambda x: x, 0, 1, 1.3, 1.5)
    with pytest.raises(ValueError, match=r"l\* = 4 is more than 3"):
        constants.basin_constant(ball, lambda x: x, 0, 4, 0.3, 1.5)


def test_the_minimum_of_a_formula_in_three_dimensions_is_found_from_the_start():
    f = space.formula("(x1 - 1)**2 + (x2 + 0.5)**2*exp(x1) + x3**4", 3)
    (one,) = find_wells(f, None, None, np.array([0.5, 0.2, 0.4])).minima
    np.testing.assert_allclose(one.points[0], [1.0, -0.5, 0.0], atol=1e-4)
    with pytest.raises(ValueError, match="does not come to rest"):
        find_wells(space.formula("x1 + x2**2 + x3**2", 3), None, None, np.zeros(3))


DOMAINS = {
    "ball": ({"radius": 0.5, "centre": (1.0, 0.0)}, [1.2, 0.1], [1.5, 0.1], 1.0),
    "ellipsoid": ({"form": ((1.0, 0.0), (0.0, 4.0)), "centre": None}, [0.9, 0.1], [0.0, 0.6], 2.0),
    "half-space": ({"normal": (1.0, 1.0), "height": 1.0}, [0.2, 0.2], [0.6, 0.6], np.inf),
    "box": ({"low": (0.0, 0.0), "high": (3.0, 4.0)}, [1.0, 3.9], [1.0, 4.1], 5.0),
    "formula": ({"g": "x**2 + y - 1"}, [0.5, 0.5], [1.0, 0.5], np.inf),
}


@pytest.mark.parametrize("kind", DOMAINS)
def test_a_domain_knows_what_it_holds_and_how_wide_it_is(kind):
    given, inside, outside, diameter = DOMAINS[kind]
    region = region_of(2, kind, **given)
    assert contains(region, np.array([inside, outside])).tolist() == [True, False]
    assert diameter_of(region) == pytest.approx(diameter)
    bounds = bounds_of(region)
    assert (bounds is None) == (kind in ("half-space", "formula"))
    if bounds is not None:
        assert np.all(bounds[0] <= inside)
        assert np.all(bounds[1] >= inside)


def test_a_form_that_is_no_ellipsoid_is_refused():
    with pytest.raises(LandscapeError, match="no ellipsoid"):
        region_of(2, "ellipsoid", form=((1.0, 0.0), (0.0, -1.0)), centre=None)
