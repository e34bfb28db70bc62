"""Tests that the map shows each cell where it belongs, with the lines where l* changes."""

import math
from dataclasses import replace

import numpy as np
import pytest
from exact_worlds import PLAN, made_prediction
from figure_worlds import collisions, made_cell
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from hts.errors import IncompleteError
from hts.figures import drawn_figures
from hts.plans import parse_plan
from hts.plots.maps import FIGURE, draw_map, edges, lines_of
from hts.plots.study import Study
from hts.plots.style import house_style

ETAS, CLIPS = [0.1, 0.03, 0.01, 0.003], [0.3, 0.4, 0.55, 0.8, math.inf]


def world(etas=tuple(ETAS), clips=tuple(CLIPS), alphas=(1.5,), measured=1.1):
    """Cells of a domain (-1, 1) around its minimum, r = 1, measured a tenth too slow."""
    grid = f"eta = {list(etas)}\nb = {list(clips)}\nalpha = {list(alphas)}\n"
    plan = parse_plan(PLAN[: PLAN.index("eta =")] + grid + PLAN[PLAN.index("[exit]") :], "map.toml")
    predictions = [made_prediction(cell.eta, cell.b, cell.alpha) for cell in plan.cells()]
    cells = [
        replace(made_cell(one.eta, one.b, one.alpha, (measured or 1.0) * one.mean_exit_steps_exact), well=0)
        for one in predictions
    ]
    return Study(plan, cells=cells if measured else (), predictions=predictions)


def test_every_cell_is_coloured_by_its_own_value():
    study = world()
    shown = FIGURE.gather(study)
    (plane,) = shown.planes
    assert (plane.x, plane.y, plane.fixed, plane.at) == ("eta", "b", "alpha", 1.5)
    axes = Figure().subplots()
    draw_map(axes, plane, "exact", LogNorm(), shown.distance)
    mesh = axes.collections[0]
    values = mesh.get_array().reshape(5, 4)
    for one in study.predictions:
        row, column = CLIPS.index(one.b), sorted(ETAS).index(one.eta)
        assert values[row, column] == one.mean_exit_steps_exact
        x, y = mesh.get_coordinates()[row : row + 2, column : column + 2].reshape(4, 2).T
        assert x.min() < one.eta < x.max()
        assert math.isinf(one.b) or y.min() < one.b < y.max()
    table = {(row["eta"], row["b"]): row for row in FIGURE.rows(shown) if row["layer"] == "cell"}
    assert len(table) == 20
    assert table[0.1, math.inf]["mean_exit_steps"] == pytest.approx(1.1 * table[0.1, math.inf]["mean_exit_steps_exact"])
    assert "1.10 to 1.10 times the exact ones" in FIGURE.finding(shown)


def test_lines_stand_where_whole_clips_reach_the_end():
    (plane,) = FIGURE.gather(world()).planes
    assert lines_of(plane, 1.0) == [(k, pytest.approx(1 / k)) for k in (2, 3)]
    axes = Figure().subplots()
    draw_map(axes, plane, "exact", LogNorm(), 1.0)
    heights = [line.get_ydata()[0] for line in axes.lines if line.get_label() == "line"]
    assert heights == [pytest.approx(0.5), pytest.approx(1 / 3)]


def test_each_plane_with_enough_values_has_a_row():
    shown = FIGURE.gather(world(alphas=(1.2, 1.4, 1.6, 1.8)))
    assert [(plane.x, plane.y, plane.at) for plane in shown.planes] == [
        ("eta", "b", 1.2),
        ("b", "alpha", 0.003),
        ("eta", "alpha", 0.3),
    ]
    with house_style():
        figure = FIGURE.titled(shown)
        assert collisions(figure) == []
    assert len(figure.axes) == 9 + 6  # maps, and two scales of colours a row


def test_a_plan_alone_has_exact_maps_alone():
    (plane,) = FIGURE.gather(world(measured=None)).planes
    assert list(plane.layers) == ["exact", "exponent"]


def test_too_few_cells_are_refused_by_name_with_what_to_add():
    study = world(etas=(0.1, 0.03))
    assert FIGURE.gather(study) is None
    with pytest.raises(IncompleteError, match=r"four values or more of two of eta, b and alpha.*grid\.b"):
        list(drawn_figures(study, ["map"]))


def test_strips_end_halfway_between_values():
    np.testing.assert_allclose(edges([1.0, 10.0, 100.0], is_log=True), [10**-0.5, 10**0.5, 10**1.5, 10**2.5])
    np.testing.assert_allclose(edges([1.2, 1.4], is_log=False), [1.1, 1.3, 1.5])
    assert edges([0.5, 1.0, math.inf], is_log=True).size == 4
