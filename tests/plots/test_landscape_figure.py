"""Tests that the landscape figure and its clip rulers draw what they claim."""

import math

import numpy as np
import pytest
from figure_worlds import collisions
from matplotlib.figure import Figure

from hts import landscapes
from hts.answers.rulers import clip_rulers
from hts.plans import ExitDomain
from hts.plots.landscape import FIGURE, MOST_BARS, ShownLandscape, draw_clip_rulers, draw_landscape
from hts.plots.style import house_style

INF = math.inf
DOUBLE = landscapes.multi_well([-1.0, 1.0], [0.0], [1.0, 1.0], kind="double-well")
LEFT = ExitDomain(low=-INF, high=0.0, start=-1.0, well=0, minimum=-1.0)


def rulers_drawn(rulers):
    axes = Figure().subplots()
    axes.set_xlim(-2, 2)
    with house_style():
        assert draw_clip_rulers(axes, rulers) is axes
    return axes


def test_as_many_bars_as_jumps_lead_from_the_minimum_to_beyond_the_end():
    for ruler, jumps in zip(clip_rulers(DOUBLE, LEFT, [0.4, 0.7, 1.5]), (3, 2, 1), strict=True):
        assert ruler.jump_number == jumps
        assert ruler.edges[0] == -1.0
        assert ruler.edges[-2] < ruler.end < ruler.edges[-1]
        bars = rulers_drawn([ruler]).patches
        assert [bar.get_x() for bar in bars] == pytest.approx(ruler.edges[:-1].tolist())
        assert [bar.get_width() for bar in bars] == pytest.approx([ruler.b] * jumps)


def test_rulers_go_to_the_nearer_end_that_noise_can_reach():
    basin = landscapes.basin(0.0, 1.0)
    domain = ExitDomain(low=-1.3, high=1.0, start=0.0, well=0, minimum=0.0)
    assert [clip_rulers(basin, domain, [0.7], p_plus)[0].end for p_plus in (0.5, 0.0)] == [1.0, -1.3]


def test_no_clipping_is_one_arrow_and_many_clips_are_one_bar():
    endless, tiny = clip_rulers(DOUBLE, LEFT, [INF])[0], clip_rulers(DOUBLE, LEFT, [0.001])[0]
    assert endless.jump_number == 1
    assert not rulers_drawn([endless]).patches
    assert tiny.jump_number > MOST_BARS
    assert len(rulers_drawn([tiny]).patches) == 1


def test_a_domain_without_a_minimum_of_its_own_has_no_rulers():
    assert clip_rulers(DOUBLE, ExitDomain(-3.0, 3.0, -1.0, 0, None), [0.4]) == ()


def test_minima_barriers_and_domain_stand_where_they_are():
    axes = Figure().subplots()
    with house_style():
        assert draw_landscape(axes, DOUBLE, LEFT) is axes
    marks = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    assert marks["minimum, by well"] == [[-1.0, 0.0], [1.0, 0.0]]
    assert marks["barrier"] == [[0.0, pytest.approx(0.25)]]
    (shade,) = axes.patches
    assert shade.get_x() == axes.get_xlim()[0]
    assert shade.get_x() + shade.get_width() == pytest.approx(0.0)


def test_the_rows_hold_the_curve_the_marks_and_every_clip_length():
    rows = FIGURE.rows(ShownLandscape(DOUBLE, LEFT, clip_rulers(DOUBLE, LEFT, [0.4, 0.7])))
    x = np.array([row["x"] for row in rows if row["layer"] == "potential"])
    f = np.array([row["f"] for row in rows if row["layer"] == "potential"])
    np.testing.assert_array_equal(f, DOUBLE.potential(x))
    assert {-1.0, 0.0, 1.0} <= set(x.tolist())
    assert [row["x"] for row in rows if row["layer"] == "minimum"] == [-1.0, 1.0]
    clips = [(row["x"], row["x_to"]) for row in rows if row["layer"] == "clip" and row["b"] == 0.7]
    assert clips == [(-1.0, pytest.approx(-0.3)), (pytest.approx(-0.3), pytest.approx(0.4))]


@pytest.mark.parametrize(
    ("landscape", "domain", "clips"),
    [
        pytest.param(landscapes.basin(0.0, 1.0), ExitDomain(-1.0, 1.0, 0.0, 0, 0.0), [0.05, 0.4, INF], id="basin"),
        pytest.param(
            landscapes.multi_well([-1.5, -0.7, 0.5, 1.3], [-1.3, 0.2, 0.7], [99.0, 2.0, 99.0, 9.0], L=1.6),
            ExitDomain(-1.3, 0.2, -0.6, 1, -0.7),
            [0.28, 0.5, INF],
            id="four wells",
        ),
    ],
)
def test_no_text_collides_or_is_cut(landscape, domain, clips):
    with house_style():
        shown = ShownLandscape(landscape, domain, clip_rulers(landscape, domain, clips))
        assert collisions(FIGURE.titled(shown)) == []
