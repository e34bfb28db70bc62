"""Figures of studies in several dimensions, from records made by hand."""

import csv

import numpy as np
import pytest
from small_space_plans import RADIAL, VISITS, plan_of

from hts.answers.space_picture import picture_of
from hts.comparison.space import SpaceShareComparison, SpaceShares
from hts.plots import space
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


def test_a_path_of_exits_ends_where_the_walker_left():
    from hts.ensembles.space_paths import record_space_path

    plan = plan_of(RADIAL)
    cell = plan.cells()[0]
    walker = study_of(plan).simulator(plan, cell, 400)(3, 1)
    path = record_space_path(study_of(plan).problem(plan, cell), b"hts space exits", 3, 400, 1)
    assert np.array_equal(path[-1], walker.landing[0])
    assert len(path) == walker.exit_steps[0] + 1


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
