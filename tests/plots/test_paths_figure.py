"""Tests that the figure of paths shows what was recorded: the paths, their big jumps, the ends they leave through."""

from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from hts.comparison.paths import compare_paths
from hts.conditioning import Question, sample_paths
from hts.plans import parse_plan
from hts.plots.path_panels import few_panels, marked_paths, panel_of, path_rows, title_of
from hts.plots.paths import draw_paths, paths_figure, view_of
from hts.plots.style import house_style

PLAN = """
[landscape]
kind = "double-well"
minima = [-1.0, 1.0]
barriers = [0.0]
curvature = 1.0
[noise]
kind = "pareto"
[grid]
eta = [0.1, 0.05]
b = [0.7, inf]
alpha = [1.5]
[exit]
well = 0
walkers = 10
max_steps = 1000
within = 2.0
"""


@pytest.fixture(scope="module")
def world():
    plan = parse_plan(PLAN, Path("study.toml"))
    found = [sample_paths(plan, cell, Question("exit", 2.0, 12)) for cell in plan.cells()]
    return plan, found, [panel_of(plan, one) for one in found]


def test_a_panel_draws_ten_paths_and_marks_each_big_jump_once(world):
    _, _, panels = world
    axes = draw_paths(Figure().subplots(), panels[0])
    drawn = [line for line in axes.lines if len(line.get_xdata()) > 2]
    assert len(panels[0].paths) == 10
    marks = [line for line in axes.lines if line.get_marker() in ("o", "v", "^")]
    assert len(marks) == sum(int(path.is_big.sum()) for path in panels[0].paths)
    longest = max(drawn, key=lambda line: len(line.get_xdata()))
    path = max(panels[0].paths, key=lambda path: len(path.x))
    np.testing.assert_array_equal(longest.get_ydata(), path.x)
    np.testing.assert_allclose(longest.get_xdata(), panels[0].eta * np.arange(len(path.x)))


def test_a_jump_out_of_view_is_an_arrow_at_the_edge(world):
    _, _, panels = world
    axes = draw_paths(Figure().subplots(), panels[0], view=(-1.1, -0.5))
    edges = {line.get_ydata()[0] for line in axes.lines if line.get_marker() in ("v", "^")}
    assert edges <= {-1.1, -0.5}
    assert edges


def test_rows_of_panels_are_by_clip_and_eta(world):
    _, _, panels = world
    assert [(panel.b, panel.eta) for panel in few_panels(panels)] == [(inf, 0.1), (inf, 0.05), (0.7, 0.1), (0.7, 0.05)]
    many = [replace(panels[0], eta=1 / n) for n in range(2, 9)] + [panels[-1]]
    assert [round(1 / panel.eta) for panel in few_panels(many) if panel.b == panels[0].b] == [2, 4, 6, 8]
    assert len(few_panels(many[:-1])) == 7


def test_the_table_holds_every_record_drawn(world):
    _, _, panels = world
    rows = path_rows(panels)
    assert len(rows) == sum(len(path.x) for panel in panels for path in panel.paths)
    assert {row["is_big"] for row in rows} == {True, False}


def test_jumps_too_many_to_be_told_apart_are_not_marked(world):
    _, _, panels = world
    path = replace(panels[0].paths[0], x=np.zeros(50), time=np.arange(50.0), is_big=np.ones(50, bool))
    assert marked_paths(replace(panels[0], paths=(path,))) == ()
    assert marked_paths(panels[0]) == panels[0].paths


def test_a_threshold_inside_the_noise_is_said_instead_of_counted(world):
    plan, found, panels = world
    comparisons = [replace(compare_paths(plan, one), mean_big_jumps=240.0, expected_big_jumps=230.0) for one in found]
    assert "the threshold lies inside the noise" in title_of(found, comparisons)
    assert "240" not in title_of(found, comparisons)
    noisy = replace(panels[0].paths[0], x=np.zeros(50), time=np.arange(50.0), is_big=np.ones(50, bool))
    panel = replace(panels[0], paths=(noisy,))
    assert "inside the noise" in draw_paths(Figure().subplots(), panel).get_title()
    free = replace(panel, probability=None)
    assert "inside the noise" not in draw_paths(Figure().subplots(), free).get_title()


def test_the_title_says_how_the_smallest_eta_leaves(world):
    plan, found, panels = world
    comparisons = [compare_paths(plan, one) for one in found]
    title = title_of(found, comparisons)
    share = next(
        c.share_exact for p, c in zip(found, comparisons, strict=True) if (p.cell.eta, p.cell.b) == (0.05, inf)
    )
    assert title.startswith("Paths given that they leave within $t$ = 2")
    assert f"{100 * share:.0f} % by one big jump" in title
    with house_style():
        figure = paths_figure(few_panels(panels), title)
    assert len(figure.axes) == 4


def test_walkers_across_all_wells_are_shown_with_barriers_and_one_at_a_time():
    text = PLAN[: PLAN.index("[exit]")] + "[visits]\nwalkers = 4\nsteps = 500\nwell = 0\n"
    plan = parse_plan(text, Path("study.toml"))
    panel = panel_of(plan, sample_paths(plan, plan.cells()[0], Question("none", None, 3)))
    assert (len(panel.paths), panel.barriers, panel.low, panel.high) == (1, (0.0,), -inf, inf)
    assert panel.paths[0].time[-1] == pytest.approx(500 * panel.eta)


def test_the_title_of_walkers_across_all_wells_counts_the_wells_that_each_sees(world):
    path = replace(world[2][0].paths[0], x=np.array([0.3, -1.5, 0.4]), time=np.arange(3.0), is_big=np.zeros(3, bool))
    heavy = replace(world[2][0], barriers=(-1.3, 0.2, 0.7), b=0.5, paths=(path,))
    light = replace(heavy, alpha=None, b=inf, paths=(replace(path, x=np.full(3, 0.5)),))
    free = [replace(world[1][0], question=Question("none", None, 3))]
    said = r"Of 4 wells the walker sees 1 (normal noise) and 2 ($\alpha$ = 1.5, $b$ = 0.5)"
    assert title_of(free, (), (light, heavy)) == said
    assert title_of(free, (), (light, heavy) * 3) == "Walkers as they come"


def test_barriers_stay_in_view_of_a_walker_that_never_reaches_them(world):
    panel = replace(world[2][0], low=-inf, high=inf, barriers=(-5.0, 7.0))
    low, high = view_of([panel])
    assert low < -5.0
    assert high > 7.0


def test_light_and_heavy_tails_side_by_side_are_named(world):
    plan, found, panels = world
    heavy = [panel for panel in panels if panel.b == inf]
    light = [replace(panel, alpha=None) for panel in heavy]
    figure = paths_figure(few_panels(heavy + light), "Paths")
    titles = [axes.get_title() for axes in figure.axes]
    assert [title.split(",")[0] for title in titles[::2]] == ["normal noise", r"$\alpha$ = 1.5"]
    assert all(title.startswith(r"$\eta$") for title in titles[1::2])
    others = [replace(one, cell=replace(one.cell, alpha=None)) for one in found]
    comparisons = [compare_paths(plan, one) for one in found]
    assert "(normal noise)" in title_of(found + others, comparisons * 2)
    assert "(normal noise)" not in title_of(found, comparisons)
