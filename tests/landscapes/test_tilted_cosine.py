"""Tests of the tilted cosine: its closed forms against the search for critical points, and what it refuses."""

from math import acos, inf, pi, sqrt

import numpy as np
import pytest

from hts.landscapes import LandscapeError, formula, tilted_cosine

AMPLITUDE, PERIOD, TILT, L = 0.2, 2.0, 0.1, 3.4


@pytest.mark.parametrize("tilt", [0.0, 0.1, -0.5])
def test_minima_barriers_and_curvatures_are_those_that_a_search_finds(tilt: float) -> None:
    closed = tilted_cosine(AMPLITUDE, PERIOD, tilt, L)
    found = formula(f"-0.2*cos({pi!r}*x) + ({tilt})*x", (-L, L), L)
    for name in ("minima", "barriers", "curvatures", "barrier_curvatures"):
        assert getattr(closed, name) == pytest.approx(getattr(found, name), rel=1e-9, abs=1e-9)
    assert closed.notes == found.notes
    off = tilted_cosine(AMPLITUDE, PERIOD, tilt + 1e-4, L)
    assert off.minima != pytest.approx(found.minima, rel=1e-9, abs=1e-9)


def test_barriers_are_as_high_as_the_formula_says() -> None:
    """From a minimum to the barrier on its right: 2 A sqrt(1 - s^2) + tilt times the way, period acos(-s)/pi."""
    landscape = tilted_cosine(AMPLITUDE, PERIOD, TILT, L)
    s = TILT / (AMPLITUDE * pi)
    way = PERIOD * acos(-s) / pi
    assert landscape.barriers - landscape.minima[:-1] == pytest.approx(way, rel=1e-12)
    heights = landscape.potential(landscape.barriers) - landscape.potential(landscape.minima[:-1])
    assert heights == pytest.approx(2 * AMPLITUDE * sqrt(1 - s * s) + TILT * way, rel=1e-12)
    assert np.diff(landscape.potential(landscape.minima)) == pytest.approx(TILT * PERIOD, rel=1e-12)


@pytest.mark.parametrize(
    ("amplitude", "period", "tilt", "reach", "key", "said"),
    [
        (0.0, 2.0, 0.0, 3.0, "amplitude", "> 0"),
        (0.2, -2.0, 0.0, 3.0, "period", "> 0"),
        (0.2, 2.0, 0.7, 3.0, "tilt", "below 0.628319"),
        (0.2, 2.0, inf, 3.0, "tilt", "not a number"),
        (0.2, 2.0, 0.0, inf, "L", "give a finite L"),
        (0.2, 2.0, 0.3, 0.05, "L", "take a larger L"),
        (0.2, 2.0, 0.0, 1e5, "L", "take a smaller L"),
    ],
)
def test_a_cosine_without_wells_or_end_is_refused(amplitude, period, tilt, reach, key, said) -> None:
    with pytest.raises(LandscapeError, match=said) as refusal:
        tilted_cosine(amplitude, period, tilt, reach)
    assert refusal.value.key == key
