"""Tests that the figures of plans with [levy] draw what they claim."""

from math import inf
from pathlib import Path

import numpy as np
import pytest
from figure_worlds import collisions
from matplotlib.figure import Figure

from hts.answers import SharePrediction
from hts.answers.discretisation import Discretisation
from hts.answers.extrapolation import approach, step_exponents
from hts.answers.flights import Flight, fly
from hts.comparison.levy_points import exit_points
from hts.errors import IncompleteError
from hts.figures import FIGURES, draw_figures
from hts.plans import parse_plan
from hts.plots import discretisation, equilibrium, flights
from hts.plots.looks import looks_in_order
from hts.plots.study import Study
from hts.plots.style import house_style
from hts.theory.limit.levy import getoor_mean, ray_beyond

PLAN = """seed = 1
[landscape]
kind = "multi-well"
minima = [-2.0, 0.0, 1.5]
barriers = [-1.0, 0.5]
curvature = 1.0
[levy]
epsilon = [1.0, 0.3, 0.1]
step = [0.1, 0.05]
alpha = [1.2, 1.5]
[exit]
well = 1
walkers = 10
max_steps = 1000
"""
FLAT = """seed = 1
[landscape]
kind = "flat"
[levy]
epsilon = [1.0, 0.5]
step = [0.2, 0.1]
alpha = [1.2]
[exit]
domain = [3.0, 5.0]
start = 4.0
walkers = 10
max_steps = 1000
"""


def parsed(text):
    return parse_plan(text, Path("levy.toml"))


@pytest.fixture(scope="module")
def plan():
    return parsed(PLAN)


def made_share(cell):
    return SharePrediction(
        eta=cell.eta, b=inf, alpha=cell.alpha, exact=(0.3, 0.2, 0.5), relative_error=1e-6, limit=(0.31, 0.19, 0.5),
        relaxation_steps=10.0, relaxation_steps_exact=11.0, rates_exact=None, whereabouts_exact=None,
        rates_relative_error=None, warnings=(), epsilon=cell.epsilon,
    )  # fmt: skip


def made_study(epsilon, alpha, tolerance=0.01):
    """Biases c h^(1/alpha), which cross the tolerance at a known h."""
    steps = tuple(0.2 / 2**k for k in range(8))
    p = step_exponents(alpha, False)

    def followed(size):
        return approach(steps, [2.0 * (1 + size * h ** p[0]) for h in steps], [1e-9] * 8, p, tolerance)

    return Discretisation(epsilon, alpha, 0, tolerance, steps, followed(1.0), followed(0.9), followed(0.5))


def made_flight(alpha, h):
    starts, distances = np.array([0.0, 0.5, 0.9]), np.array([1.1, 2.0, 10.0])
    law = np.array([getoor_mean(z, -1.0, 1.0, 1.0, alpha) for z in starts])
    ray = ray_beyond(distances, 1.0, alpha)
    return Flight(1.0, alpha, h, starts, law * (1 + h), law, distances, ray * (1 + h), ray)


def test_plans_with_levy_have_figures_of_their_own(plan, tmp_path):
    own = {name for name, kind in FIGURES.items() if kind.levy}
    assert own == {"equilibrium", "discretisation", "flights"}
    assert FIGURES["landscape"].levy is None
    with pytest.raises(IncompleteError, match=r"it needs a plan without \[levy\]"):
        draw_figures(Study(plan), tmp_path, ["ratios"])
    table = '[noise]\nkind = "pareto"\n[grid]\neta = [0.1]\nb = [inf]\nalpha = [1.5]\n'
    ordinary = parsed(PLAN.split("[levy]")[0] + table + "[exit]" + PLAN.split("[exit]")[1])
    with pytest.raises(IncompleteError, match=r"it needs a plan without \[levy\]"):
        draw_figures(Study(plan), tmp_path, ["ratios"])
    with pytest.raises(IncompleteError, match=r"it needs a plan with \[levy\]"):
        draw_figures(Study(ordinary), tmp_path, ["equilibrium"])
    # all figures there are for a plan alone: the landscape, and where walkers go in the limit
    names = {path.stem for path in draw_figures(Study(plan), tmp_path)}
    assert names == {"landscape", "equilibrium"}


def test_equilibrium_takes_the_smallest_step_and_draws_every_layer(plan):
    shares = [made_share(cell) for cell in plan.cells()]
    panels = equilibrium.epsilon_panels(exit_points(plan, (), (), shares))
    assert [panel[0].alpha for panel in panels] == [1.2, 1.5]
    assert {point.step for panel in panels for point in panel} == {0.05}
    assert [point.epsilon for point in panels[0]] == [1.0, 0.3, 0.1]
    stays = equilibrium.stays(panels[0])
    assert [mark.exact for mark in stays["2"]] == [0.5] * 3
    moves = equilibrium.moves(panels[0])
    assert sum(moves[name][0].limit for name in ("0", "2")) == pytest.approx(1.0)
    with house_style():
        axes = equilibrium.draw_marks(Figure().subplots(), stays, looks_in_order(stays))
        assert sorted(line.get_ydata()[0] for line in axes.lines) == [0.19, 0.2, 0.3, 0.31, 0.5, 0.5]
        figure = equilibrium.draw(panels)
        assert not collisions(figure)
    assert len(figure.axes) == 4
    assert (
        equilibrium.finding(panels)
        == r"Shares of time are within 0.01 of the limit at $\varepsilon$ = 0.1, $\alpha$ = 1.2"
    )
    rows = equilibrium.rows(panels)
    assert len(rows) == 2 * 3 * (2 + 3)
    assert {row["quantity"] for row in rows} == {"transition", "share"}


def test_discretisation_draws_the_powers_and_says_the_largest_step():
    panels = discretisation.study_panels([made_study(eps, alpha) for eps in (1.0, 0.5) for alpha in (1.25, 1.6)])
    assert [panel[0].epsilon for panel in panels] == [1.0, 0.5]
    pairs = discretisation.biases(panels[0][0], "mean_exit_time")
    assert [bias for _, bias in pairs] == pytest.approx([h**0.8 for h, _ in pairs], rel=1e-6)
    with house_style():
        axes = discretisation.draw_errors(Figure().subplots(), panels[0], looks_in_order((1.25, 1.6)))
        assert len(axes.lines) == 2 * 2 + 1
        assert axes.lines[-1].get_ydata()[0] == 0.01
        assert not collisions(discretisation.draw(panels))
    said = discretisation.finding(panels)
    assert "within 1 %" in said
    assert "0.0032" in said  # 0.01^1.25
    assert {row["quantity"] for row in discretisation.rows(panels)} == set(panels[0][0].approaches)


def test_differences_below_the_error_of_the_sde_are_not_drawn():
    steps = tuple(0.2 / 2**k for k in range(8))
    same = approach(steps, [2.0] * 8, [1e-7] * 8, (0.5, 1.0), 0.01)
    study = Discretisation(1.0, 1.5, 0, 0.01, steps, same, same, same)
    assert discretisation.biases(study, "mean_exit_time") == []


def test_flights_lie_on_getoor_and_ray():
    shown = [made_flight(alpha, h) for alpha in (0.8, 1.8) for h in (0.1, 0.001)]
    looks = looks_in_order((0.8, 1.8))
    with house_style():
        axes = flights.draw_means(Figure().subplots(), shown, looks)
        curve = axes.lines[1]  # of 0.8; the open markers of the larger step come before it
        assert curve.get_ydata() == pytest.approx((1 - curve.get_xdata() ** 2) ** 0.4)
        right = flights.draw_landings(Figure().subplots(), shown, looks)
        assert right.lines[1].get_ydata() == pytest.approx(ray_beyond(shown[0].distances, 1.0, 0.8))
        assert not collisions(flights.draw(shown))
    assert (
        flights.finding(shown)
        == r"At $h$ = 0.001 a walk from the middle leaves up to 0.1 % later than the flight itself"
    )
    assert len(flights.rows(shown)) == 4 * 6


def test_flights_are_computed_for_the_largest_epsilon_in_half_widths_of_any_interval():
    found = fly(parsed(FLAT))
    assert [(one.epsilon, one.step) for one in found] == [(1.0, 0.2), (1.0, 0.1)]
    assert found[0].getoor[0] == pytest.approx(0.90760368, abs=1e-8)
    coarse, fine = (one.mean_time / one.getoor - 1 for one in found)
    assert np.all(coarse > fine)
    assert np.all(fine > 0)
    # landings of a walk are those of the flight, and farther
    assert np.all(found[1].beyond > found[1].ray)
    assert found[1].beyond[-1] == pytest.approx(found[1].ray[-1], rel=0.2)
    assert fly(parsed(FLAT.replace("[3.0, 5.0]", "[3.0, inf]"))) == ()
    assert fly(parsed(PLAN)) == ()
