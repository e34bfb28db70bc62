"""Commands on studies in several dimensions: one small study of exits, one of long runs."""

import csv
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from answers import document
from small_space_plans import RADIAL, VISITS

from hts.plans import read_study
from hts.sweeps import study_of


@pytest.fixture
def plan_text():
    return RADIAL


@pytest.fixture
def visits(plan):
    path = plan.parent / "visits.toml"
    path.write_text(VISITS)
    return path


def test_a_study_of_exits_from_plan_to_table(plan, hts):
    described = document(hts("describe", plan, "--json"))
    assert described["landscape"] == {"kind": "radial", "dimension": 2, "minima": [[[0.0, 0.0]]], "saddles": []}
    assert described["wells"][0]["jump_numbers"] == [{"b": 0.7, "jump_number": 2}]
    assert [cell["source"] for cell in described["cells"]] == ["limit", "limit"]
    assert hts("run", plan)[0] == 0
    assert [cell["state"] for cell in document(hts("status", "results/study", "--json"))["cells"]] == ["done"] * 2
    assert document(hts("verify", "results/study", "--replay", "5", "--json"))["different"] == []
    fitted = document(hts("fit", "results/study", "--json"))
    cell = fitted["cells"][0]
    assert {"mean_exit_steps", "mean_low", "mean_high", "exits", "z_exact", "mean_exit_steps_limit"} <= set(cell)
    assert all(abs(one["z_exact"]) < 4.0 for one in fitted["cells"])
    assert len(cell["landing"]) == len(cell["landing_spread"]) == 2
    assert cell["exits"] == {"out": cell["n_exits"]}
    assert fitted["fits"][0]["exit_exponent_limit"] == pytest.approx(2.0)
    code, out, _ = hts("fit", "results/study")
    assert (code, "mean landing" in out) == (0, True)
    assert hts("export", "results/study", "--to", "cells.csv")[0] == 0
    with open("cells.csv", newline="") as file:
        row = next(csv.DictReader(file))
    assert float(row["landing_2"]) == pytest.approx(cell["landing"][1])


def test_moments_of_a_landing_are_given_where_its_law_has_them(plan, hts):
    """Without a clip, jumps of index 1.5 have a mean and no variance, of index .9 neither; a clip cuts both."""
    kept = []
    for b, alpha in (("inf", 1.5), ("inf", 0.9), ("0.7", 0.9), ("inf", 2.5)):
        folder = f"results/b{b}a{alpha}"
        cell = ["--set", f"grid.b=[{b}]", "--set", f"grid.alpha=[{alpha}]", "--set", "grid.eta=[0.1]"]
        assert hts("run", plan, *cell, "-o", folder)[0] == 0
        (found,) = document(hts("fit", folder, "--no-exact", "--json"))["cells"]
        kept.append((found["landing"] is not None, found["landing_spread"] is not None))
    assert kept == [(True, False), (False, False), (True, True), (True, True)]


def test_prediction_is_exact_and_in_the_limit(plan, hts):
    found = document(hts("predict", plan, "--set", "grid.eta=[0.1]", "--set", "exit.within=1.0", "--json"))
    (cell,) = found["cells"]
    assert cell["mean_exit_steps_exact"] == pytest.approx(246.0545, rel=1e-4)
    assert cell["rate_constant"] == pytest.approx(2.01231725, rel=1e-6)
    assert 1.5 < cell["local_exponent_exact"] < 2.0
    assert 0.0 < cell["probability_within_exact"] < 0.1


def test_one_dimension_as_a_space_is_predicted_as_the_line(tmp_path, hts):
    space, line = tmp_path / "space.toml", tmp_path / "line.toml"
    space.write_text(RADIAL.replace("dimension = 2", "dimension = 1"))
    text = RADIAL.replace("dimension = 2\n", "").replace('"radial"', '"basin"\nminimum = 0.0\ncurvature = 1.0')
    line.write_text(text.replace("well = 0", "domain = [-1.0, 1.0]\nstart = 0.0"))
    ours, theirs = (document(hts("predict", one, "--json"))["cells"] for one in (space, line))
    for one, other in zip(ours, theirs, strict=True):
        for key in ("mean_exit_steps_exact", "escape_rate_exact", "rate_constant", "local_exponent_exact"):
            assert one[key] == pytest.approx(other[key], rel=1e-3)


@pytest.mark.long
def test_one_dimension_as_a_space_passes_every_command(tmp_path, hts):
    """|z| below 4 fails once in 8000 for the two cells."""
    space = tmp_path / "space.toml"
    space.write_text(RADIAL.replace("dimension = 2", "dimension = 1"))
    described = document(hts("describe", space, "--json"))
    assert described["wells"][0]["jump_numbers"] == [{"b": 0.7, "jump_number": 2}]
    assert hts("run", space)[0] == 0
    fitted = document(hts("fit", "results/space", "--json"))["cells"]
    assert all(abs(cell["z_exact"]) < 4.0 for cell in fitted)
    assert all(len(cell["landing"]) == 1 for cell in fitted)
    for command in (("plot", "results/space"), ("report", "results/space"), ("status", "results/space"),
                    ("verify", "results/space", "--replay", "2"), ("paths", space, "--paths", "2")):  # fmt: skip
        assert hts(*command)[0] == 0, command
    assert hts("export", "results/space", "--to", "line.csv")[0] == 0


def test_a_quadratic_well_in_a_box_has_a_constant_with_its_error(plan, hts):
    text = RADIAL.replace("dimension = 2", "dimension = 3").replace("eta = [0.2, 0.1]", "eta = [0.1]")
    text = text.replace('"radial"', '"quadratic"\nhessian = [[1, 0, 0], [0, 2, 0], [0, 0, 3]]')
    plan.write_text(text.replace("well = 0", 'domain = {kind = "box", low = [-1, -1, -1], high = [1, 1, 1]}'))
    (cell,) = document(hts("predict", plan, "--json"))["cells"]
    assert cell["jump_number"] == 2
    assert cell["rate_constant"] > 0.0
    assert any("one standard error of its Monte Carlo" in words for words in cell["warnings"])
    described = document(hts("describe", plan, "--json"))
    assert described["wells"][0]["jump_numbers"] == [{"b": 0.7, "jump_number": 2}]


def test_a_box_that_ends_within_the_ball_is_warned_of(visits, hts):
    text = VISITS.replace("[visits]", "[exit]").replace("steps =", "max_steps =").replace("radius = 0.4\n", "")
    visits.write_text(text)
    warned = document(hts("describe", visits, "--json"))["warnings"]
    assert any("give corners that hold the ball" in words for words in warned)


def test_a_study_of_long_runs(visits, hts):
    assert len(document(hts("describe", visits, "--json"))["landscape"]["saddles"]) == 1
    code, out, _ = hts("run", visits)
    assert (code, "spread of single paths" in out) == (0, True)
    (cell,) = document(hts("fit", "results/visits", "--json"))["visits"]
    assert cell["outside"] + sum(cell["shares"]) == pytest.approx(1.0)
    assert len(cell["spread"]) == 3
    assert hts("export", "results/visits", "--to", "shares.parquet")[0] == 0
    assert document(hts("predict", visits, "--json"))["cells"] == []


def test_paths_are_those_of_the_walkers_that_leave_in_time(plan, hts):
    """By rejection: the first walkers of the run that leave within 10 steps, and their share."""
    asked = ("--paths", "20", "--within", "1", "--eta", "0.1", "--json")
    (cell,) = document(hts("paths", plan, *asked))["cells"]
    assert cell["exits"] == {"out": 20, "none": 0}
    assert cell["jump_number"] == 2
    assert cell["threshold"] == pytest.approx((1.0 - 0.7) / 4)
    columns = pq.read_table(cell["file"]).to_pydict()
    assert max(columns["step"]) <= 10
    walkers = simulated(plan, 0.1, 4096)
    assert cell["probability"] == 1.0 - walkers.is_censored.mean()
    last = {
        walker: (n, x, y) for walker, n, x, y in zip(*(columns[k] for k in ("path", "step", "x_1", "x_2")), strict=True)
    }
    for walker, (n, x, y) in last.items():
        assert walkers.exit_steps[walker] == n
        assert walkers.landing[walker].tolist() == [x, y]
    assert np.flatnonzero(~walkers.is_censored)[:20].tolist() == sorted(last)
    assert all(Path(f"results/study/paths/paths.{end}").exists() for end in ("pdf", "png", "csv"))


def simulated(path, eta, n):
    study = read_study(path)
    cell = next(cell for cell in study.cells() if cell.eta == eta)
    return study_of(study).simulator(study, cell, 10)(0, n)


def test_paths_of_long_runs_come_as_they_are(visits, hts):
    code, out, _ = hts("paths", visits, "--given", "none", "--paths", "2", "--within", "5")
    assert (code, "given none" in out) == (0, True)


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("plan", ("--given", "left"), "no left and right; give exit or none"),
        ("plan", ("--beside", "study.toml"), "of several dimensions"),
        ("visits", (), "give --given none"),
        ("plan", ("--within", "0.1", "--eta", "0.1", "--paths", "3000"), "give a longer time"),
    ],
)
def test_paths_that_there_are_not_are_refused_with_what_to_do(request, hts, monkeypatch, kind, options, words):
    monkeypatch.setattr("hts.conditioning.space.MOST_STEPS", 1e4)
    code, _, err = hts("paths", request.getfixturevalue(kind), *options)
    assert code == 2
    assert words in err


def test_reports_of_a_folder_and_of_a_plan(plan, visits, hts, monkeypatch):
    monkeypatch.setattr("hts.answers.space_picture.PATH_STEPS", 500)
    assert hts("run", plan)[0] == 0
    assert hts("report", "results/study", "--no-exact")[0] == 0
    page = Path("results/study/report.html").read_text()
    for words in ("stay in well 0 on a landscape of kind radial in 2 dimensions", "Landing points", "hts fit", "plane"):
        assert words in page
    assert page.count("<svg") == 2
    assert hts("report", plan, "-o", "plan.html", "--no-exact")[0] == 0
    assert "hts predict study.toml" in Path("plan.html").read_text()
    assert hts("report", visits, "-o", "visits.html")[0] == 0
    page = Path("visits.html").read_text()
    assert "within 0.4 of each minimum" in page
    assert "no theory here tells shares of time" in page


def test_rare_exits_in_the_plane_from_plan_to_figure_and_report(plan, hts):
    plan.write_text(
        RADIAL.replace("eta = [0.2, 0.1]", "eta = [0.2]")
        + 'within = 2.0\n[rare]\nmethod = ["importance", "crude"]\nsamples = 2000\n'
    )
    described = document(hts("describe", plan, "--json"))["rare"]
    assert [(one["method"], one["jump_number"], one["n_steps"]) for one in described[:2]] == [
        ("importance", 2, 10), ("crude", 2, 10),
    ]  # fmt: skip
    assert "hts rare samples exits within 2" in hts("describe", plan)[1]
    cells = document(hts("rare", plan, "--json"))["cells"]
    assert all(abs(one["z_exact"]) < 4.0 for one in cells)
    assert {(one["left"], one["right"]) for one in cells} == {(None, None)}
    code, out, _ = hts("rare", plan, "--no-exact")
    assert (code, "nothing to do" in out) == (0, True)
    assert [one["state"] for one in document(hts("status", "results/study", "--json"))["rare"]] == ["done"] * 2
    assert document(hts("verify", "results/study", "--replay", "20", "--json"))["n_replayed"] == 20
    assert hts("plot", "results/study", "--figure", "rare_errors")[0] == 0
    with open("results/study/figures/rare_errors.csv", newline="") as file:
        drawn = {float(row["probability"]) for row in csv.DictReader(file)}
    assert drawn == {one["probability"] for one in cells}
    assert hts("report", "results/study", "--no-exact")[0] == 0
    assert "Leaving within a time" in Path("results/study/report.html").read_text()
