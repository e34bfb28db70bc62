"""Tests that the figures of exact values draw what they claim."""

import csv
import math
from dataclasses import replace

import numpy as np
import pytest
from exact_worlds import CORRECTION, made_plan, made_prediction, made_predictions, many_predictions
from figure_worlds import collisions, made_cell
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from hts.answers.laws import limit_laws, stairs
from hts.answers.waiting import waiting_cells, waiting_density
from hts.errors import IncompleteError
from hts.figures import FIGURES, draw_figures
from hts.plans import Cell
from hts.plots import exits, exponent_by_alpha, local_exponents, quasi_stationary, ratios, staircase
from hts.plots.exact import few_etas
from hts.plots.exits import draw_exits, exit_panels
from hts.plots.exponent_by_alpha import alpha_panels, draw_exponent_by_alpha
from hts.plots.local_exponents import draw_local_exponents, local_exponent_panels
from hts.plots.quasi_stationary import Waiting, draw_waiting, waiting_panels
from hts.plots.ratios import draw_ratios, ratio_panels
from hts.plots.save import csv_text
from hts.plots.staircase import Staircase, draw_staircase, staircase_panels
from hts.plots.study import Study
from hts.plots.style import house_style

INF = math.inf
EXACT = ["local_exponents", "ratios", "exponent_by_alpha", "staircase"]


@pytest.fixture(scope="module")
def plan():
    return made_plan()


@pytest.fixture(scope="module")
def study(plan):
    return Study(plan, predictions=made_predictions(plan))


@pytest.fixture(scope="module")
def waiting(plan):
    cells = [Cell(eta, b, 1.5, 0) for b in (0.4, INF) for eta in (0.1, 0.03)]
    return waiting_panels([waiting_density(plan, cell) for cell in cells], plan)


def drawn(draw, *what):
    axes = Figure().subplots()
    with house_style():
        assert draw(axes, *what) is axes
    return axes


def lines_of(axes, label):
    return [line for line in axes.lines if line.get_label() == label]


def test_the_same_values_in_another_order_give_the_same_bytes(plan, tmp_path):
    predictions = made_predictions(plan)
    first = draw_figures(Study(plan, predictions=predictions), tmp_path / "first", ["staircase"])
    again = draw_figures(Study(plan, predictions=predictions[::-1]), tmp_path / "again", ["staircase"])
    assert len(again) == 3
    for one, other in zip(first, again, strict=True):
        assert one.read_bytes() == other.read_bytes(), other.name


def test_a_plan_with_exact_values_draws_every_figure_that_needs_no_walkers(study):
    of_exits = [kind for kind in FIGURES.values() if kind.of != "visits" and not kind.levy]
    assert [kind.name for kind in of_exits if kind.gather(study)] == ["exits", "landscape", *EXACT]


def test_without_exact_values_a_figure_asked_for_says_what_it_needs(plan, tmp_path):
    for name in [*EXACT, "quasi_stationary"]:
        with pytest.raises(IncompleteError, match=f"'{name}' yet: it needs"):
            draw_figures(Study(plan, predictions=[made_prediction(0.1, 0.4, 1.5, exact=False)]), tmp_path, [name])


@pytest.mark.parametrize(
    ("gather", "along", "few"),
    [
        (local_exponent_panels, [dict(eta=eta, b=0.4, alpha=1.5) for eta in (0.1, 0.01, 0.001)], 2),
        (ratio_panels, [dict(eta=eta, b=0.4, alpha=1.5) for eta in (0.1, 0.01, 0.001)], 2),
        (alpha_panels, [dict(eta=0.1, b=0.4, alpha=alpha) for alpha in (1.2, 1.5, 1.8)], 2),
        (staircase_panels, [dict(eta=0.1, b=b, alpha=1.5) for b in (0.3, 0.4, 0.55, 0.7, INF)], 4),
    ],
)
def test_too_few_cells_make_no_panel(gather, along, few):
    cells = [made_prediction(**cell) for cell in along]
    assert len(gather(cells)[0].series[0].cells) == few + 1
    assert gather(cells[:few]) == ()
    assert gather([*cells[:few], replace(cells[few], local_exponent_exact=None)]) == ()


def test_the_csv_of_each_figure_holds_the_exact_values_and_their_limits(plan, study):
    known = {(one.eta, one.b, one.alpha): one for one in made_predictions(plan)}
    for name in EXACT:
        text = csv_text(FIGURES[name].rows(FIGURES[name].gather(study)))
        rows = [row for row in csv.DictReader(text.splitlines()) if row["layer"] == "exact"]
        assert len(rows) == len(known), name
        for row in rows:
            cell = known[float(row["eta"]), float(row["b"]), float(row["alpha"])]
            if name == "ratios":
                rest = CORRECTION * cell.eta ** (cell.alpha - 1)
                assert float(row["exact_over_limit"]) == pytest.approx(1 / (1 + rest), rel=1e-12)
            else:
                assert float(row["local_exponent_exact"]) == cell.local_exponent_exact
                assert float(row["exit_exponent_limit"]) == cell.exit_exponent_limit


def test_markers_stand_at_exact_values_and_limit_lines_at_the_closed_form():
    (panel,) = local_exponent_panels(many_predictions(alphas=(1.5,)))
    axes = drawn(draw_local_exponents, panel)
    for series, markers in zip(panel.series, lines_of(axes, "exact"), strict=True):
        np.testing.assert_array_equal(markers.get_ydata(), [cell.local_exponent_exact for cell in series.cells])
    heights = [line.get_ydata()[0] for line in lines_of(axes, "limit")]
    assert heights == pytest.approx([1.5 + (jumps - 1) * 0.5 for jumps in (5, 4, 3, 2, 1)])


def test_the_band_is_as_wide_as_the_stated_error():
    cells = [made_prediction(eta, 0.4, 1.5, error=0.2) for eta in (0.1, 0.01, 0.001)]
    axes = drawn(draw_local_exponents, local_exponent_panels(cells)[0])
    (band,) = axes.collections
    at_end = band.get_paths()[0].vertices
    at_end = at_end[np.isclose(at_end[:, 0], 0.1), 1]
    assert np.ptp(at_end) == pytest.approx(0.4)


def test_ratios_are_one_where_the_limit_is_right():
    cells = [
        replace(made_prediction(eta, 0.4, 1.5), mean_exit_steps_exact=eta, mean_exit_steps_limit=eta)
        for eta in (0.1, 0.01, 0.001)
    ]
    axes = drawn(draw_ratios, ratio_panels(cells)[0])
    (markers,), (line,) = lines_of(axes, "exact"), lines_of(axes, "limit")
    assert set(markers.get_ydata()) == {1.0}
    assert set(line.get_ydata()) == {1.0}


def test_the_limit_against_alpha_is_the_straight_line_of_the_theorem(plan):
    for panel in alpha_panels(made_predictions(plan)):
        jumps = 1 if math.isinf(panel.at) else math.ceil(1 / panel.at)
        (line,) = lines_of(drawn(draw_exponent_by_alpha, panel), "limit")
        alpha, exponent = line.get_xydata().T
        np.testing.assert_allclose(exponent, alpha + (jumps - 1) * (alpha - 1), rtol=1e-12)


def test_the_staircase_steps_at_whole_numbers_open_on_the_left_and_closed_on_the_right(plan):
    panel = staircase_panels(made_predictions(plan))[1]
    axes = drawn(draw_staircase, panel, 1.0)
    ends = [line.get_xydata().tolist() for line in lines_of(axes, "limit")]
    assert [[a[0], b[0]] for a, b in ends] == [[0, 1], [1, 2], [2, 3], [3, 1 / 0.3]]
    assert [a[1] for a, _ in ends] == pytest.approx([1.5, 2.0, 2.5, 3.0])
    assert all(a[1] == b[1] for a, b in ends)
    opened, closed = lines_of(axes, "open end"), lines_of(axes, "closed end")
    assert [end.get_xdata()[0] for end in opened] == [1, 2, 3]
    assert {end.get_markerfacecolor() for end in opened} == {"white"}
    assert [end.get_xdata()[0] for end in closed] == [1, 2, 3]  # 4 is beyond the smallest clip length


def test_cells_beside_a_step_stand_on_the_side_of_their_own_jump_number(plan):
    """Each cell's own exponent limit, which the prediction computed, is the height of the step it is drawn over."""
    for panel in staircase_panels(made_predictions(plan)):
        for cell in (cell for series in panel.series for cell in series.cells):
            ratio = 1 / cell.b
            on = [s for s in stairs(panel.at, 4.0) if s.low < ratio <= s.high or (ratio == 0 and s.jump_number == 1)]
            assert [step.exponent for step in on] == [pytest.approx(cell.exit_exponent_limit)]


def test_series_are_told_apart_without_colour():
    panels = local_exponent_panels(many_predictions(alphas=(1.5,)))
    axes = drawn(draw_local_exponents, panels[0])
    assert len({line.get_marker() for line in lines_of(axes, "exact")}) == 5
    assert len({str(line._dash_pattern) for line in lines_of(axes, "limit")}) == 5
    etas = few_etas(staircase_panels(many_predictions(alphas=(1.5,))))
    curves = lines_of(drawn(draw_staircase, etas[0], 1.0), "exact")
    assert len({(line.get_marker(), str(line._dash_pattern)) for line in curves}) == len(curves) == 4
    greys = sorted(float(np.dot(to_rgb(line.get_color()), (0.299, 0.587, 0.114))) for line in curves)
    assert min(np.diff(greys)) > 0.08


def test_of_many_etas_four_are_kept_the_ends_among_them():
    (panel,) = few_etas(staircase_panels(many_predictions(alphas=(1.5,))))
    kept = [series.by for series in panel.series]
    assert len(kept) == 4
    assert (kept[0], kept[-1]) == (pytest.approx(1e-7), pytest.approx(1e-1))


def test_titles_state_the_finding():
    panels = local_exponent_panels(many_predictions(alphas=(1.5,)))
    rest = CORRECTION * 1e-3**0.5
    miss = round(0.5 * rest / (1 + rest), 2)
    said = local_exponents.finding(panels)
    assert f"At $\\eta$ = 0.001 the local exponent still misses its limit by up to {miss}" in said


@pytest.mark.parametrize("alphas", [(1.5,), (1.2, 1.5, 1.8)])
def test_no_text_collides(alphas):
    cells = many_predictions(alphas=(1.2, 1.5, 1.8))
    here = [cell for cell in cells if cell.alpha in alphas]
    with house_style():
        for figure in (
            local_exponents.FIGURE.titled(local_exponent_panels(here)),
            ratios.FIGURE.titled(ratio_panels(here)),
            staircase.FIGURE.titled(Staircase(few_etas(staircase_panels(here)), 1.0)),
            exponent_by_alpha.FIGURE.titled(
                few_etas(alpha_panels([c for c in cells if len(alphas) > 1 or c.b == 0.4]))
            ),
        ):
            assert collisions(figure) == []


def test_the_exact_curve_of_mean_exit_times_runs_through_every_prediction(plan):
    """Measured at one eta only, exact at three: the curve has all, and a plan without results the same curve."""
    cells = [replace_well(made_cell(0.1, 0.4, 1.5, 12.0, exact=11.0))]
    predictions = [one for one in made_predictions(plan) if (one.b, one.alpha) == (0.4, 1.5)]
    (panel,) = exit_panels(cells, limit_laws(plan), predictions=predictions)
    (series,) = panel.series
    assert series.curves["exact"].eta.tolist() == [0.001, 0.01, 0.1]
    assert series.curves["exact"].value[-1] == 11.0  # the comparison's own value
    assert series.curves["limit"].eta[0] < 0.001
    without = exit_panels([], limit_laws(plan), etas=[0.1], predictions=predictions)
    rows = [row for row in exits.rows(without) if row["layer"] == "exact"]
    assert [row["mean_exit_steps_exact"] for row in rows] == [p.mean_exit_steps_exact for p in predictions[::-1]]
    axes = drawn(draw_exits, panel)
    (curve,), (line,) = lines_of(axes, "exact"), lines_of(axes, "limit")
    assert curve.get_linewidth() > 2 * line.get_linewidth()  # broad and pale against thin and dark
    assert sum(to_rgb(curve.get_color())) > sum(to_rgb(line.get_color())) + 0.5


def replace_well(cell):
    return replace(cell, well=0)


def test_the_waiting_density_is_a_probability_spread_evenly_to_both_sides(waiting):
    for panel in waiting:
        for curve in panel.curves:
            assert curve.probability.sum() == pytest.approx(1.0, abs=1e-9)
            assert (curve.probability > 0).all()
            assert np.dot(curve.middles, curve.probability) == pytest.approx(0.0, abs=1e-5)
            assert np.diff(curve.edges).max() <= 2 / 120 + 1e-12


def test_the_waiting_density_is_the_one_that_uniform_bins_settle_to(waiting):
    """Second source: the one-step law of pareto noise between 800 equal bins, started at their middles, iterated."""
    eta, n = 0.1, 800
    edges = np.linspace(-1.0, 1.0, n + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    z = (edges[None, :] - (1 - eta) * middles[:, None]) / eta
    beyond = 0.5 * np.maximum(np.abs(z), 1.0) ** -1.5
    step = np.diff(np.where(z > 0, 1 - beyond, beyond), axis=1)
    law = np.full(n, 1 / n)
    for _ in range(300):
        law = law @ step
        law /= law.sum()
    (curve,) = [one for panel in waiting for one in panel.curves if (one.eta, one.b) == (eta, INF)]
    ours = np.interp(edges, curve.edges, np.append(0.0, np.cumsum(curve.probability)))
    assert np.abs(ours - np.append(0.0, np.cumsum(law))).max() < 1e-3


def test_marks_stand_where_whole_clips_reach(waiting):
    clipped, free = waiting
    assert clipped.marks.tolist() == pytest.approx([-0.8, -0.4, 0.4, 0.8])
    assert free.marks.size == 0


def test_the_waiting_figure_draws_what_its_csv_holds_and_no_text_collides(plan, waiting):
    with house_style():
        shown = Waiting(waiting, plan.build_landscape(), plan.exit_domain())
        assert collisions(quasi_stationary.FIGURE.titled(shown)) == []
        axes = Figure().subplots()
        axes.set_xlim(-1.0, 1.0)
        draw_waiting(axes, waiting[0])
    rows = quasi_stationary.rows(shown)
    for curve, line in zip(waiting[0].curves, lines_of(axes, "exact"), strict=True):
        own = [row for row in rows if (row["layer"], row["b"], row.get("eta")) == ("exact", 0.4, curve.eta)]
        np.testing.assert_allclose(line.get_ydata(), [row["density"] for row in own])
    assert len([row for row in rows if row["layer"] == "clip"]) == 4


def test_few_cells_are_chosen_for_waiting_densities(plan):
    """Of eighteen pairs (b, alpha) those of the middle alpha."""
    cells = waiting_cells(plan)
    assert {(cell.b, cell.alpha) for cell in cells} == {(cell.b, 1.5) for cell in plan.cells()}
    assert {cell.eta for cell in cells} == {0.1, 0.01, 0.001}
