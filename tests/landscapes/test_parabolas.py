"""Wells of parabolas against their definition."""

import pickle
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hts.landscapes import Landscape, LandscapeError, basin, multi_well

sizes = st.floats(0.05, 20.0)


@st.composite
def wells(draw: st.DrawFn) -> Landscape:
    """Draw up to forty wells of any width and any depth."""
    n = draw(st.one_of(st.integers(1, 5), st.just(40)))
    points = draw(st.floats(-50.0, 50.0)) + np.cumsum(draw(st.lists(sizes, min_size=2 * n - 1, max_size=2 * n - 1)))
    curvatures = draw(st.lists(sizes, min_size=n, max_size=n))
    barrier_curvatures = draw(st.one_of(st.none(), st.lists(sizes, min_size=n - 1, max_size=n - 1)))
    return multi_well(points[0::2], points[1::2], curvatures, barrier_curvatures)


@given(wells())
@settings(max_examples=60, deadline=None)
def test_wells_have_the_minima_barriers_and_curvatures_asked_for(landscape: Landscape) -> None:
    m, s = landscape.minima, landscape.barriers
    assert not np.any(landscape.derivative(m))
    assert not np.any(landscape.derivative(s))
    assert np.array_equal(landscape.second_derivative(m), landscape.curvatures)
    assert np.array_equal(landscape.second_derivative(s), -landscape.barrier_curvatures)
    for well in range(landscape.n_wells):
        low, high = landscape.well_ends(well)
        left = np.linspace(max(low, m[well] - 9.0), m[well], 50)[1:-1]
        right = np.linspace(m[well], min(high, m[well] + 9.0), 50)[1:-1]
        assert np.all(landscape.derivative(left) < 0)
        assert np.all(landscape.derivative(right) > 0)
        assert {landscape.well_of(x) for x in (*left, *right)} == {well}


@given(wells())
@settings(max_examples=60, deadline=None)
def test_the_slope_is_continuous_and_the_potential_is_its_integral(landscape: Landscape) -> None:
    for t in landscape.kinks:
        left, right = landscape.derivative(np.nextafter(t, [-inf, inf]))
        assert left == pytest.approx(right, abs=1e-11 * (1 + abs(left)))
    x = np.sort(np.concatenate([landscape.minima[0] + np.linspace(-3.0, 60.0, 301), landscape.kinks, landscape.minima]))
    slope = landscape.derivative(x)
    # the trapezoidal rule is exact between kinks
    rise = np.concatenate([[0.0], np.cumsum(0.5 * (slope[1:] + slope[:-1]) * np.diff(x))])
    potential = landscape.potential(x)
    assert potential - potential[0] == pytest.approx(rise, abs=1e-11 * (1 + np.max(np.abs(potential))))
    assert landscape.potential(landscape.minima[0]) == 0.0


@given(wells(), st.floats(-60.0, 60.0), sizes, st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_the_hinges_of_a_part_are_exact_on_it(landscape: Landscape, low: float, width: float, seed: int) -> None:
    part, whole = landscape.gradient(low, low + width), landscape.gradient()
    x = np.random.default_rng(seed).uniform(low, low + width, 200)
    slope = landscape.derivative(x)
    scale = 1 + np.max(np.abs(slope)) + np.sum(np.abs(whole.slopes * whole.knots))
    assert part(x) == pytest.approx(slope, abs=1e-14 * scale)
    assert whole(x) == pytest.approx(slope, abs=1e-14 * scale)
    assert np.all((part.knots > low) & (part.knots < low + width))
    assert set(part.knots) == {t for t in landscape.kinks if low < t < low + width}
    assert part.error == 0.0
    assert part.table.shape == (0, 4)


def test_two_unlike_parabolas_meet_where_their_slopes_agree() -> None:
    landscape = multi_well([-1.0, 1.0], [0.5], [2.0, 8.0], [4.0])
    # 2 (t + 1) = 4 (0.5 - t) and 4 (t - 0.5) = 8 (1 - t)
    assert landscape.kinks == pytest.approx([0.0, 5.0 / 6.0], rel=1e-15)
    assert landscape.derivative(np.array([0.0, -2.0])) == pytest.approx([2.0, -2.0])
    # heights: 2/2 + 4/2 * 0.5^2 up, 4/2 * (1/3)^2 + 8/2 * (1/6)^2 down
    up, down = 1.5, 4 / 18 + 8 / 72
    assert landscape.potential(np.array([0.5, 1.0])) == pytest.approx([up, up - down])


def test_barriers_take_the_smaller_curvature_of_their_neighbours_and_one_number_stands_for_all() -> None:
    assert multi_well([0, 2, 4], [1, 3], [3.0, 1.0, 2.0]).barrier_curvatures.tolist() == [1.0, 1.0]
    assert multi_well([0, 2], [1], 3.0, 5.0).barrier_curvatures.tolist() == [5.0]
    assert multi_well([0, 2], [1], 3.0).curvatures.tolist() == [3.0, 3.0]


def test_a_basin_is_one_parabola() -> None:
    landscape = basin(0.25, 3.0, L=2.0)
    x = np.array([-7.0, 0.25, 9.0])
    assert landscape.potential(x) == pytest.approx(1.5 * (x - 0.25) ** 2)
    gradient = landscape.gradient()
    assert gradient.line.tolist() == [-0.75, 3.0]
    assert len(gradient.knots) == 0
    assert landscape.kinks.size == 0
    assert (landscape.n_wells, landscape.projection, landscape.well_ends(0)) == (1, 2.0, (-inf, inf))
    assert landscape.domain == (-inf, inf)


def test_a_point_on_a_barrier_belongs_to_the_well_on_its_right() -> None:
    landscape = multi_well([-1, 1, 3], [0, 2], 1.0)
    assert [landscape.well_of(x) for x in (-inf, np.nextafter(0, -1), 0.0, 2.0, inf)] == [0, 0, 1, 2, 2]
    assert [landscape.well_ends(i) for i in range(3)] == [(-inf, 0.0), (0.0, 2.0), (2.0, inf)]


def test_a_well_that_the_projection_cuts_off_is_noted() -> None:
    assert "3 lies outside" in multi_well([-1, 3], [0], 1.0, L=2.0).notes[0]
    assert multi_well([-1, 3], [0], 1.0, L=3.0).notes == ()


def test_arrays_are_read_only_and_landscapes_travel_between_processes() -> None:
    landscape = multi_well([-1, 1], [0], 1.0)
    gradient = landscape.gradient()
    for array in (landscape.minima, landscape.barriers, landscape.kinks, gradient.line, gradient.knots, gradient.table):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0
    twin = pickle.loads(pickle.dumps(landscape))
    assert np.array_equal(twin.gradient(-2, 2).knots, gradient.knots)


@pytest.mark.parametrize(
    ("key", "arguments"),
    [
        ("minima", {"minima": []}),
        ("minima", {"minima": [1.0, -1.0]}),
        ("minima", {"minima": [1.0, 1.0]}),
        ("minima", {"minima": [-1.0, inf]}),
        ("minima", {"minima": "two"}),
        ("minima", {"minima": [[-1.0, 1.0]]}),
        ("minima", {"minima": [10**400, 1]}),
        ("barriers", {"barriers": []}),
        ("barriers", {"barriers": [1.0]}),
        ("barriers", {"barriers": [np.nan]}),
        ("barriers", {"minima": [-1, 1, 2], "barriers": [1.5, 0.0], "curvatures": 1.0}),
        ("curvatures", {"curvatures": [1.0]}),
        ("curvatures", {"curvatures": [1.0, 0.0]}),
        ("curvatures", {"curvatures": -1.0}),
        ("curvatures", {"curvatures": [1e-300, 1e300], "barrier_curvatures": 1.0}),
        ("barrier_curvatures", {"barrier_curvatures": [1.0, 1.0]}),
        ("barrier_curvatures", {"barrier_curvatures": [-1.0]}),
        ("L", {"L": 0.0}),
        ("L", {"L": np.nan}),
        ("L", {"L": 0.5}),
    ],
)
def test_wells_that_cannot_be_are_refused_under_their_key(key: str, arguments: dict[str, object]) -> None:
    good: dict[str, object] = {"minima": [-1.0, 1.0], "barriers": [0.0], "curvatures": [1.0, 2.0]}
    multi_well(**good)  # type: ignore[arg-type]
    with pytest.raises(LandscapeError) as refusal:
        multi_well(**(good | arguments))  # type: ignore[arg-type]
    assert refusal.value.key == key


@pytest.mark.parametrize(
    ("key", "arguments"), [("minimum", (inf, 1.0)), ("curvature", (0.0, 0.0)), ("L", (3.0, 1.0, 2.0))]
)
def test_basins_that_cannot_be_are_refused_under_their_key(key: str, arguments: tuple[float, ...]) -> None:
    with pytest.raises(LandscapeError) as refusal:
        basin(*arguments)
    assert refusal.value.key == key


def test_wells_and_parts_that_are_not_there_are_refused() -> None:
    with pytest.raises(LandscapeError, match="0 to 0"):
        basin(0.0, 1.0).well_ends(-1)
    with pytest.raises(LandscapeError, match="below"):
        basin(0.0, 1.0).gradient(1.0, 1.0)
