"""Tests that the figure of mean exit times draws what it claims."""

import math
from itertools import product

import numpy as np
import pytest
from figure_worlds import collisions, large_grid, made_cell
from matplotlib.figure import Figure

from hts.answers.laws import LimitLaw
from hts.noise import Noise
from hts.plots import exits
from hts.plots.curves import points_aside
from hts.plots.exits import draw_exits, exit_panels
from hts.plots.looks import look
from hts.plots.published import read_published
from hts.plots.smooth import POINTS
from hts.plots.style import house_style
from hts.theory.limit.limits import rate_scale

INF = math.inf


def closed_form_law(alpha=1.2, scale=0.1, b=INF):
    """One jump out of (-1.3, 0.2) from -0.7 (docs/model.md section 4, l* = 1, no clipping)."""
    q = 0.5 * 0.9**-alpha + 0.5 * 0.6**-alpha
    noise = Noise("pareto", alpha, scale)
    return LimitLaw(b, alpha, 1, alpha, lambda eta: 1 / (q * rate_scale(noise, eta, 1)))


def drawn(panel):
    axes = Figure().subplots()
    with house_style():
        assert draw_exits(axes, panel) is axes
    return axes


def lines_of(axes, label):
    return [line for line in axes.lines if line.get_label() == label]


def test_a_marker_is_open_exactly_where_walkers_were_censored():
    cells = [made_cell(0.1, INF, 1.2, 100.0), made_cell(0.01, INF, 1.2, 2e3, n_censored=5)]
    axes = drawn(exit_panels(cells)[0])
    (closed,) = lines_of(axes, "measured")
    (opened,) = lines_of(axes, "censored")
    assert closed.get_xydata().tolist() == [[0.1, 100.0]]
    assert closed.get_markerfacecolor() == closed.get_color()
    assert opened.get_xydata().tolist() == [[0.01, 2e3]]
    assert opened.get_markerfacecolor() == "white"


def test_a_cell_that_no_walker_left_stands_at_its_lower_bound_with_an_arrow():
    axes = drawn(exit_panels([made_cell(0.1, 0.4, 1.2, 5e7, n_censored=100)])[0])
    (opened,) = lines_of(axes, "censored")
    assert opened.get_xydata().tolist() == [[0.1, 5e7]]
    (arrow,) = axes.texts
    assert tuple(arrow.xy) == (0.1, 5e7)
    assert arrow.xyann[1] > 0


def test_a_cell_without_walkers_is_not_drawn():
    (panel,) = exit_panels([made_cell(0.1, INF, 1.2, None, n_walkers=0), made_cell(0.01, INF, 1.2, 1e3)])
    assert [point.eta for point in panel.series[0].points] == [0.01]


def test_error_bars_reach_from_low_to_high():
    cell = made_cell(0.1, INF, 1.2, 100.0, n_walkers=4)
    axes = drawn(exit_panels([cell])[0])
    (bars,) = axes.containers
    ((_, low), (_, high)) = bars.lines[2][0].get_segments()[0]
    assert (low, high) == pytest.approx((cell.mean_low, cell.mean_high))


def test_the_limit_line_is_one_over_q_lambda_in_closed_form():
    axes = drawn(exit_panels([made_cell(0.1, INF, 1.2, 130.0), made_cell(1e-4, INF, 1.2, 6e5)], [closed_form_law()])[0])
    (line,) = lines_of(axes, "limit")
    eta, mean = line.get_xydata().T
    # H(1/eta) = (scale eta)^alpha for pareto
    q = (0.9**-1.2 + 0.6**-1.2) / 2
    np.testing.assert_allclose(mean, (0.1 * eta) ** -1.2 / q, rtol=1e-12)
    assert eta[0] < 1e-4
    assert eta[-1] > 0.1
    assert not lines_of(axes, "guide")


def test_a_guide_has_the_slope_goes_through_the_smallest_eta_and_is_dotted():
    law = LimitLaw(0.28, 1.2, 3, 1.6, None)
    cells = [made_cell(eta, 0.28, 1.2, mean) for eta, mean in ((0.1, 2e4), (0.01, 8e5), (0.003, 7e6))]
    axes = drawn(exit_panels(cells, [law])[0])
    (line,) = lines_of(axes, "guide")
    eta, mean = line.get_xydata().T
    np.testing.assert_allclose(mean * (eta / 0.003) ** 1.6, 7e6, rtol=1e-12)
    limit_dashes = {look(rank).line for rank in range(77)}
    with house_style():
        assert (0, tuple(line._unscaled_dash_pattern[1])) not in limit_dashes
    assert not lines_of(axes, "limit")


def test_series_are_told_apart_without_colour():
    looks = [look(rank) for rank in range(77)]
    assert len({(one.marker, one.line) for one in looks}) == 77
    # and among the first seven neither is shared, so either alone is enough
    assert len({one.marker for one in looks[:7]}) == len({one.line for one in looks[:7]}) == 7


def test_a_b_keeps_its_look_in_every_panel():
    cells = [
        made_cell(0.1, b, alpha, 100.0) for b, alpha in ((0.4, 1.2), (0.7, 1.2), (INF, 1.2), (0.7, 1.5), (INF, 1.5))
    ]
    with house_style():
        axes = exits.draw(exit_panels(cells)).axes
    markers = [[line.get_marker() for line in lines_of(ax, "measured")] for ax in axes]
    assert markers[0][1:] == markers[1]


def test_published_points_lie_beside_the_same_b_and_alpha_only():
    published = read_published("WOR")
    cells = [made_cell(0.1, b, alpha, 1e3) for b, alpha in product((0.5, 0.6), (1.2, 1.5))]
    shown = [
        (panel.alpha, series.b, len(series.published))
        for panel in exit_panels(cells, published=published)
        for series in panel.series
    ]
    assert shown == [(1.2, 0.5, 7), (1.2, 0.6, 0), (1.5, 0.5, 0), (1.5, 0.6, 0)]


def test_published_points_are_crosses_and_censored_ones_carry_an_arrow():
    published = read_published("WOR")
    axes = drawn(exit_panels([made_cell(0.1, 0.28, 1.2, 2e4)], published=published)[0])
    crosses = lines_of(axes, "published")
    assert len(crosses) == 8
    assert {line.get_marker() for line in crosses} == {"x"}
    assert [tuple(text.xy) for text in axes.texts] == [(0.001, 29_100_000.0)]


def test_the_rows_hold_everything_that_is_drawn():
    cells = [made_cell(0.1, INF, 1.2, 130.0, exact=131.0), made_cell(0.01, INF, 1.2, 2e3, exact=2.1e3, n_censored=3)]
    panels = exit_panels(cells, [closed_form_law()], read_published("WR"))
    rows = exits.rows(panels)
    axes = drawn(panels[0])
    for layer, key, labels in (
        ("measured", "mean_exit_steps", ("measured", "censored")),
        ("limit", "mean_exit_steps_limit", ("limit",)),
        ("exact", "mean_exit_steps_exact", ("exact",)),
        ("published", "mean_exit_steps", ("published",)),
    ):
        every = POINTS if layer in ("exact", "limit") else 1  # a smooth curve through the values
        lines = [line.get_xydata()[::every] for label in labels for line in lines_of(axes, label)]
        seen = np.concatenate(lines).tolist()
        told = [[row["eta"], row[key]] for row in rows if row["layer"] == layer]
        assert sorted(told) == sorted(seen)
    assert len(axes.lines) == 4 + sum(row["layer"] == "published" for row in rows) + 2  # and two lists of bar caps


def test_normal_noise_has_a_panel_of_its_own_after_the_others():
    panels = exit_panels([made_cell(0.1, INF, None, 50.0), made_cell(0.1, INF, 1.5, 50.0)])
    assert [panel.alpha for panel in panels] == [1.5, None]
    assert drawn(panels[1]).get_title() == "normal noise"


def test_the_title_states_the_measured_ratio_and_claims_nothing_where_there_is_none():
    cells = [made_cell(eta, b, 1.2, mean) for eta, b, mean in ((0.1, 0.5, 900.0), (0.1, INF, 150.0))]
    assert "6 times slower" in exits.finding(exit_panels(cells))
    assert "slower" not in exits.finding(exit_panels(cells[:1]))
    assert "slower" not in exits.finding(exit_panels([cells[1], made_cell(0.1, 0.5, 1.2, 160.0)]))


def test_the_title_quotes_no_mean_of_cells_with_censored_walkers():
    cells = [made_cell(0.1, 0.5, 1.2, 900.0), made_cell(0.1, INF, 1.2, 150.0), made_cell(0.01, INF, 1.2, 1500.0)]
    censored = made_cell(0.01, 0.5, 1.2, 3000.0, n_censored=20)  # the means would say twice
    assert "6 times slower" in exits.finding(exit_panels([*cells, censored]))
    assert "slower" not in exits.finding(exit_panels([cells[2], censored]))


def test_where_walkers_are_censored_the_title_quotes_the_exact_means_of_the_smallest_eta():
    cells = [
        made_cell(eta, b, 1.2, 5e3, n_censored=20, exact=exact)
        for eta, b, exact in ((0.1, 0.5, 900.0), (0.1, INF, 150.0), (0.01, 0.5, 8000.0), (0.01, INF, 1000.0))
    ]
    said = r"Exit is 8 times slower for $b$ = 0.5 than without clipping ($\eta$ = 0.01, exact)"
    assert exits.finding(exit_panels(cells)) == said


@pytest.mark.parametrize(
    "world",
    [
        pytest.param([made_cell(0.05, INF, 1.5, 140.0)], id="one cell"),
        pytest.param([made_cell(eta, 0.4, None, 5e7, n_censored=100) for eta in (1e-3, 2e-3, 4e-3)], id="all censored"),
        pytest.param([made_cell(10.0**-k, INF, 1.5, 10.0 ** (2.5 * k)) for k in range(9)], id="tiny and huge"),
        pytest.param(large_grid(), id="9 x 5 x 3"),
    ],
)
def test_no_text_collides_or_is_cut(world):
    laws = [LimitLaw(INF, 1.5, 1, 1.5, lambda eta: 3 * eta**-1.5)]
    with house_style():
        assert collisions(exits.FIGURE.titled(exit_panels(world, laws))) == []


def test_the_eye_for_collisions_sees_one():
    figure = Figure()
    figure.text(0.5, 0.5, "first")
    figure.text(0.51, 0.5, "second")
    figure.text(0.99, 0.1, "beyond the edge")
    assert len(collisions(figure)) == 2


def test_a_limit_too_large_for_a_float_is_left_out():
    law = LimitLaw(INF, 1.5, 1, 1.5, lambda eta: None if eta < 0.02 else eta**-1.5)
    (panel,) = exit_panels([], [law], etas=(0.01, 0.1))
    assert np.all(panel.series[0].curves["limit"].eta >= 0.02)


def test_a_limit_line_beyond_any_number_of_steps_does_not_stretch_the_axis():
    law = LimitLaw(INF, None, None, None, lambda eta: math.exp(min(0.5 / eta, 690.0)))
    (panel,) = exit_panels([], [law], etas=(1e-4, 0.1))
    low, high = drawn(panel).get_ylim()
    assert low < math.exp(5)
    assert 1e17 < high < 1e20


def test_a_panel_with_nothing_to_show_is_left_out():
    cells = [made_cell(0.1, INF, 0.8, None, n_walkers=0), made_cell(0.1, INF, 1.5, 50.0)]
    laws = [LimitLaw(INF, 0.8, 1, None, None)]
    assert [panel.alpha for panel in exit_panels(cells, laws)] == [1.5]
    assert exit_panels([], laws, etas=(0.1,)) == ()


def test_markers_that_meet_stand_side_by_side_and_the_legend_says_so():
    cells = [made_cell(0.1, b, 1.2, mean) for b, mean in ((0.3, 100.0), (0.5, 101.0), (INF, 40.0))]
    cells += [made_cell(0.01, b, 1.2, mean) for b, mean in ((0.3, 9e4), (0.5, 3e4), (INF, 1e3))]
    (panel,) = exit_panels(cells)
    aside = points_aside(panel)
    assert aside == {0.3: {0.1: -2.5}, 0.5: {0.1: 2.5}}
    axes = drawn(panel)
    moved = [line for line in lines_of(axes, "measured") if line.get_transform() != axes.transData]
    assert sorted(line.get_ydata()[0] for line in moved) == [100.0, 101.0]
    with house_style():
        labels = [text.get_text() for text in exits.FIGURE.titled((panel,)).legends[0].get_texts()]
    assert any("side by side" in label for label in labels)


@pytest.mark.parametrize(("n_clips", "n_moved"), [(9, 9), (10, 0)])
def test_where_many_markers_meet_none_moves(n_clips, n_moved):
    """Fifty clips side by side would be 250 points wide, over several eta."""
    cells = [made_cell(0.1, 0.3 + 0.1 * k, 1.2, 100.0) for k in range(n_clips)]
    (panel,) = exit_panels([*cells, made_cell(0.01, 0.3, 1.2, 9e4)])
    assert len(points_aside(panel)) == n_moved
