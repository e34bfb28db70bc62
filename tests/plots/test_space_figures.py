"""Figures of studies in several dimensions, from records made by hand."""

import csv
from dataclasses import dataclass

import numpy as np
import pytest
from figure_worlds import MadeCell, collisions
from small_space_plans import RADIAL, VISITS, plan_of

from hts.answers.space_picture import FEW_STEPS, picture_of
from hts.comparison.records import ExitComparison
from hts.comparison.space import SpaceComparison, SpaceShareComparison, SpaceShares
from hts.plots import space
from hts.plots.style import house_style
from hts.sweeps import study_of


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def shares(b):
    return SpaceShares(
        5e-4, b, 1.2, 2, 2, 2, 100, 0.1, 0.05, 0.2, (0.5, 0.4), (0.4, 0.3), (0.6, 0.5), (0.01, 0.1, None),
        ((0, 1), (2, 0)), ((0.0, 0.1), (0.1, 0.0)),
    )  # fmt: skip


def test_the_plane_shows_minima_saddles_and_the_path_of_the_walker_itself(tmp_path, monkeypatch):
    monkeypatch.setattr("hts.answers.space_picture.PATH_STEPS", 500)
    plan = plan_of(VISITS)
    study = study_of(plan)
    picture = picture_of(plan, study.problem(plan, plan.cells()[0]))
    files = space.plane_figure(picture).save(tmp_path)
    assert [path.suffix for path in files] == [".pdf", ".png", ".csv"]
    rows = rows_of(files[2])
    assert sum(row["what"] == "minimum" for row in rows) == 4
    assert sum(row["what"] == "saddle" for row in rows) == 1
    walker = study.simulator(plan, plan.cells()[0], 500)(0, 1)
    np.testing.assert_array_equal(picture.paths[0.8][-1], walker.position[0])


def test_a_ball_is_drawn_with_its_rim_and_a_path_that_does_not_cover_it():
    plan = plan_of(RADIAL)
    picture = picture_of(plan, study_of(plan).problem(plan, plan.cells()[0]))
    assert {len(path) for path in picture.paths.values()} == {FEW_STEPS + 1}
    x, y = np.meshgrid(picture.x, picture.y, indexing="ij")
    np.testing.assert_array_equal(picture.inside, np.hypot(x, y) < 1.0)


def test_a_page_that_draws_once_has_the_panels_in_their_places():
    """Only a second layout knows where panels of fixed aspect stand; pages laid the title over those of the panels."""
    plan = plan_of(RADIAL, b="[0.7, 1.3]")
    picture = picture_of(plan, study_of(plan).problem(plan, plan.cells()[0]))
    tops = []
    with house_style():
        figure = space.plane_figure(picture).titled()
        for _ in range(2):
            figure.draw_without_rendering()
            tops.append([axes.get_position().y1 for axes in figure.axes])
    assert tops[0] == pytest.approx(tops[1], abs=1e-4)


def test_a_path_of_exits_ends_where_the_walker_left():
    from hts.ensembles.space_paths import record_space_path

    plan = plan_of(RADIAL)
    cell = plan.cells()[0]
    walker = study_of(plan).simulator(plan, cell, 400)(3, 1)
    path = record_space_path(study_of(plan).problem(plan, cell), b"hts space exits", 3, 400, 1)
    assert np.array_equal(path[-1], walker.landing[0])
    assert len(path) == walker.exit_steps[0] + 1


@dataclass
class Fit:
    """What a figure reads of a fit."""

    b: float
    alpha: float
    jump_number: int


@dataclass(frozen=True)
class Exit(MadeCell):
    """A cell with its limit."""

    mean_exit_steps_limit: float | None = None


def test_exits_lie_on_broad_exact_curves_beside_the_limit_as_in_one_dimension():
    cells = tuple(
        Exit(eta, b, 1.5, 0, 100, 100, 0, mean, 0.9 * mean, 1.1 * mean, mean, mean_exit_steps_limit=2 * mean)
        for b, size in ((0.7, 60.0), (1.3, 3.0))
        for eta in (0.1, 0.05, 0.02)
        for mean in (size * eta**-1.5,)
    )
    fits = (Fit(0.7, 1.5, 2), Fit(1.3, 1.5, 1))
    shown = space.exits_figure(SpaceComparison(ExitComparison(cells, fits), ()), 20)
    assert (
        shown.finding == r"Exit is 20 times slower for $b$ = 0.7 than for $b$ = 1.3 ($\eta$ = 0.02), in 20 dimensions"
    )
    with house_style():
        figure = shown.titled()
        assert collisions(figure) == []
    lines = [line for line in figure.axes[0].lines if line.get_label() in ("exact", "limit")]
    ends = [(line.get_label(), line.get_xdata()[0], line.get_ydata()[0]) for line in lines]
    means = [60.0 * 0.02**-1.5, 3.0 * 0.02**-1.5]
    assert ends == [
        (name, 0.02, pytest.approx(size * mean)) for mean in means for name, size in (("exact", 1), ("limit", 2))
    ]
    assert len(lines[0].get_xdata()) > 3  # a fine grid of eta


def test_shares_stand_beside_the_published_ones_of_the_same_clip(tmp_path):
    cells = (shares(2.15), shares(0.3))
    short = SpaceShareComparison(cells)
    rows = rows_of(space.shares_figure(short, None).save(tmp_path)[2])
    assert [row["published"] for row in rows] == [""] * 6
    four = SpaceShares(
        5e-4, 2.15, 1.2, 2, 2, 2, 100, 0.1, 0.05, 0.2, (0.2,) * 4, (0.1,) * 4, (0.3,) * 4, (0.1,) * 5, (), ()
    )  # fmt: skip
    rows = rows_of(space.shares_figure(SpaceShareComparison((four,)), "WOR").save(tmp_path)[2])
    assert [float(row["published"]) for row in rows] == pytest.approx([0.04, 0.49, 0.453, 0.01, 0.007])
