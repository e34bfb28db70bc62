"""Tests that the survival figure draws what it claims."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from exact_worlds import made_prediction
from figure_worlds import collisions
from matplotlib.figure import Figure

from hts.answers.records import SurvivalTable
from hts.estimation.survival import survival_curve
from hts.plans import Cell
from hts.plots.looks import eta_looks
from hts.plots.style import house_style
from hts.plots.survival import FIGURE, LONGEST, Survival, draw_survival, scaled_survival, survival_panels


def made_curve(eta, b=math.inf, alpha=1.5, n_walkers=300):
    """Exponential exit times of mean 1000/eta by their quantiles, without chance."""
    mean = 1000 / eta
    steps = np.ceil(-mean * np.log1p(-(np.arange(n_walkers) + 0.5) / n_walkers)).astype(np.int64)
    curve = survival_curve(steps, np.zeros(n_walkers, dtype=np.bool_), 64)
    return scaled_survival(Cell(eta, b, alpha, 0), float(steps.mean()), curve)


def made_survival():
    return survival_curve(np.arange(1, 11, dtype=np.int64), np.zeros(10, dtype=np.bool_), 64)


def drawn(panel):
    axes = Figure().subplots()
    with house_style():
        assert draw_survival(axes, panel) is axes
    return axes


def test_exponential_times_follow_the_exponential_line():
    (panel,) = survival_panels([made_curve(0.1)])
    curve = panel.curves[0]
    middle = (curve.survival > 0.05) & (curve.time > 0)
    np.testing.assert_allclose(curve.survival[middle], np.exp(-curve.time[middle]), rtol=0.1)
    line = drawn(panel).lines[-1]
    np.testing.assert_allclose(line.get_ydata(), np.exp(-line.get_xdata()), rtol=1e-12)


def test_a_panel_for_each_b_and_alpha_and_a_curve_for_each_eta():
    curves = [made_curve(eta, b, alpha) for eta in (0.1, 0.01) for b in (0.4, math.inf) for alpha in (1.2, None)]
    panels = survival_panels(curves)
    assert [(panel.alpha, panel.b) for panel in panels] == [(1.2, 0.4), (1.2, math.inf), (None, 0.4), (None, math.inf)]
    assert all([curve.cell.eta for curve in panel.curves] == [0.1, 0.01] for panel in panels)


def test_every_curve_is_drawn_with_its_band_while_they_are_few():
    few, many = (survival_panels([made_curve(0.1 / k) for k in range(1, n + 1)])[0] for n in (3, 4))
    assert len(drawn(few).collections) == 3
    assert len(drawn(many).collections) == 1


def test_shades_darken_towards_small_eta_and_neighbours_differ_in_line_too():
    looks = eta_looks(np.geomspace(1e-3, 1e-1, 9).tolist()).values()
    light = [sum(int(look.colour[k : k + 2], 16) for k in (1, 3, 5)) for look in looks]
    assert light == sorted(light)
    dashes = [look.line for look in looks]
    assert all(one != other for one, other in pairwise(dashes))


def test_the_rows_hold_every_point_of_every_curve_and_the_limit_beside_it():
    panels = survival_panels([made_curve(0.1), made_curve(0.01)])
    rows = FIGURE.rows(Survival(panels))
    assert len(rows) == sum(curve.time.size for curve in panels[0].curves)
    for row in rows:
        assert row["time"] <= LONGEST
        assert row["survival_limit"] == math.exp(-row["time"])
    for curve, line in zip(panels[0].curves, drawn(panels[0]).lines, strict=False):
        listed = {(row["time"], row["survival"]) for row in rows if row["eta"] == curve.cell.eta}
        assert set(zip(line.get_xdata().tolist(), line.get_ydata().tolist(), strict=True)) <= listed


@pytest.mark.parametrize(
    ("etas", "clips", "alphas"),
    [
        pytest.param([0.05], [math.inf], [1.5], id="one cell"),
        pytest.param([0.1, 0.03, 0.01, 0.003, 0.001], [0.28, 0.5, math.inf], [1.2, 1.5], id="thirty cells"),
    ],
)
def test_no_text_collides_or_is_cut(etas, clips, alphas):
    panels = survival_panels([made_curve(eta, b, alpha) for eta in etas for b in clips for alpha in alphas])
    with house_style():
        assert collisions(FIGURE.titled(Survival(panels))) == []


def test_the_title_says_what_the_tests_mean():
    panels = survival_panels([made_curve(0.1)])
    by_chance = Survival(panels, (0.03, *[0.5] * 21))
    assert FIGURE.finding(by_chance).startswith("Exits look memoryless, as in the limit: 1 of 22 cells deviates")
    assert "not memoryless yet in 4 of 10 cells" in FIGURE.finding(Survival(panels, (*[0.001] * 4, *[0.5] * 6)))


def test_fourteen_eta_are_named_by_a_ramp_and_the_exact_law_is_drawn():
    mean = 500.0
    table = SurvivalTable((0, 20_000), (0.0, 20_000 * math.log1p(-1 / mean)), math.log1p(-1 / mean))
    exact = replace(made_prediction(0.1, math.inf, 1.5), survival_exact=table, mean_exit_steps_exact=mean)
    etas = np.geomspace(1e-3, 1e-1, 14).tolist()
    curves = [made_curve(eta) for eta in etas]
    curves[-1] = replace(curves[-1], exact=table, exact_mean=mean)
    (panel,) = survival_panels(curves)
    (line,) = [line for line in drawn(panel).lines if line.get_label() == "exact"]
    np.testing.assert_allclose(line.get_ydata(), np.exp(-line.get_xdata()), rtol=0.02)
    with house_style():
        figure = FIGURE.titled(Survival((panel,)))
        assert collisions(figure) == []
    assert len(figure.axes[-1].get_yticklabels()) == 14
    rows = FIGURE.rows(Survival((panel,)))
    told = [row["survival_exact"] for row in rows if row["eta"] == etas[-1]]
    assert told[0] == pytest.approx(1.0)
    assert scaled_survival(Cell(0.1, math.inf, 1.5, 0), 500.0, made_survival(), exact).exact is table
