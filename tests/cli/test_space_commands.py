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
def test_one_dimension_as_a_space_passes_every_command(tmp_path, hts, monkeypatch):
    """|z| below 4 fails once in 8000 for the two cells."""
    monkeypatch.chdir(tmp_path)
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


def test_a_map_that_ends_where_walkers_can_be_is_warned_of(visits, hts):
    """A map reaches to the ball of radius L; without L it ends at the box."""
    text = VISITS.replace("[visits]", "[exit]").replace("steps =", "max_steps =").replace("radius = 0.4\n", "")
    for L, is_warned in (("L = 2.5", False), ("", True)):
        visits.write_text(text.replace("L = 2.5", L))
        warned = document(hts("describe", visits, "--json"))["warnings"]
        assert any("counts as having left; give L" in words for words in warned) == is_warned


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
    assert cell["threshold"] == pytest.approx((1.0 - 0.7) / 2)
    assert "big jumps in" in cell["verdict"]
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


def test_a_formula_in_a_domain_of_its_own_has_a_constant_and_says_what_it_rests_on(plan, hts, monkeypatch):
    """Three dimensions; the ellipsoid's end is 1/sqrt(2) away, by a search, so that l* is not proved."""
    monkeypatch.setattr("hts.space.open_constants.N_SAMPLES", 300)
    text = RADIAL.replace("dimension = 2", "dimension = 3").replace("eta = [0.2, 0.1]", "eta = [0.1]")
    text = text.replace('"radial"', '"formula"\nf = "x**2/2 + y**2 + z**2 + x**4/4"').replace("b = [0.7]", "b = [0.5]")
    domain = 'domain = { kind = "formula", g = "x**2 + 2*y**2 + z**2 - 1" }\nstart = [0.0, 0.0, 0.0]'
    plan.write_text(text.replace("well = 0", domain))
    (cell,) = document(hts("predict", plan, "--json"))["cells"]
    assert cell["jump_number"] == 2
    assert cell["rate_constant"] > 0.0
    for words in ("one standard error of its Monte Carlo", "is not proved"):
        assert any(words in said for said in cell["warnings"])
    described = document(hts("describe", plan, "--json"))
    assert described["wells"][0]["is_certain"] is False
    (paths,) = document(hts("paths", plan, "--paths", "3", "--within", "2", "--json"))["cells"]
    assert paths["threshold"] == pytest.approx((0.5**0.5 - 0.5) / 2, rel=1e-6)
    assert hts("report", "results/study")[0] == 0
    page = Path("results/study/report.html").read_text()
    assert "distance from the minimum" in page
    assert "sizes are lengths of steps" in page


def test_a_report_shows_recorded_paths_again_with_and_without_a_run(plan, hts, monkeypatch):
    """Sentences, table and figure of the command; without clipping, b is stored as text."""
    monkeypatch.setattr("hts.answers.space_picture.PATH_STEPS", 500)
    few = ("--set", "grid.b=[0.7, inf]", "--set", "grid.eta=[0.2]", "--set", "exit.walkers=20")
    code, told, _ = hts("paths", plan, *few, "--paths", "4", "--within", "1")
    assert (code, "sizes are lengths of steps" in told) == (0, True)
    assert hts("report", "results/study")[0] == 0
    page = Path("results/study/report.html").read_text()
    verdict = next(line for line in told.splitlines() if "b = inf" in line).split(": ", 1)[1]
    assert verdict[:30] in page
    assert page.count("<svg") == 1
    assert hts("run", plan, *few)[0] == 0
    assert hts("report", "results/study", "--no-exact")[0] == 0
    page = Path("results/study/report.html").read_text()
    assert page.count("<svg") == 3
    assert verdict[:30] in page


def test_rare_exits_in_the_plane_from_plan_to_figure_and_report(plan, hts):
    text = RADIAL.replace("eta = [0.2, 0.1]", "eta = [0.2]")
    plan.write_text(text + 'within = 2.0\n[rare]\nmethod = ["importance", "crude"]\nsamples = 2000\n')
    described = document(hts("describe", plan, "--json"))["rare"]
    assert [(one["method"], one["jump_number"], one["n_steps"]) for one in described] == [
        ("importance", 2, 10), ("crude", 2, 10),
    ]  # fmt: skip
    assert "hts rare samples exits within 2" in hts("describe", plan)[1]
    cells = document(hts("rare", plan, "--json"))["cells"]
    assert all(abs(one["z_exact"]) < 4.0 for one in cells)
    assert {(one["left"], one["right"]) for one in cells} == {(None, None)}
    code, out, _ = hts("rare", plan, "--no-exact")
    assert (code, "nothing to do" in out) == (0, True)
    assert [one["state"] for one in document(hts("status", "results/study", "--json"))["rare"]] == ["done"] * 2
    assert "hts rare: 2 of 2 done\nhts run: 0 of 1 cell done" in hts("status", "results/study")[1]
    assert document(hts("verify", "results/study", "--replay", "20", "--json"))["n_replayed"] == 20
    assert hts("plot", "results/study", "--figure", "rare_errors")[0] == 0
    with open("results/study/figures/rare_errors.csv", newline="") as file:
        drawn = {float(row["probability"]) for row in csv.DictReader(file)}
    assert drawn == {one["probability"] for one in cells}
    assert hts("report", "results/study", "--no-exact")[0] == 0
    page = Path("results/study/report.html").read_text()
    assert "how likely is it to leave within t = 2" in page
    assert "Leaving within a time" in page


PLANE = VISITS.replace("[visits]", "[exit]").replace("steps =", "max_steps =").replace("radius = 0.4", "spacing = 0.1")
THREE = (
    RADIAL.replace("dimension = 2", "dimension = 3")
    .replace('"radial"', '"formula"\nf = "x**2 + y**2 + log(z + 0.5) + 3*z**2"')
    .replace("well = 0", "domain = DOMAIN\nstart = [0.0, 0.0, 0.0]")
)


@pytest.mark.parametrize(
    ("text", "old", "new", "words"),
    [
        (PLANE, "+ y**2", "+ y**2 + log(x + 1.5)", "landscape.f: has no value at"),
        (PLANE, "(x**2 - 1)**2 / 4 + y**2", "x + y", "landscape.f: has no minimum there, only a place on the edge"),
        (PLANE, "b = [0.8]", "b = [20.0]", "grid.b[0]: is as long as the domain is wide"),
        (PLANE, "spacing = 0.1", "spacing = 1e-6", "exit.spacing: a map with spacing = 1e-06 takes"),
        (PLANE, "+ y**2", "+ z**2", "landscape.f: column 21: 'z' is not known"),
        (PLANE, "well = 0", "well = 0\nstart = [1.0]", "exit.start: has 1 numbers, and dimension = 2"),
        (PLANE, "well = 0", 'domain = { kind = "ball", radius = 0.3 }\nstart = [0.1, 0.0]', "holds no minimum"),
        (RADIAL, "dimension = 2", "dimension = 65", "dimension: must be at most 64 (65)"),
        (THREE, "DOMAIN", '{ kind = "ball", radius = 1.0 }', "landscape.f: has no value at"),
        (THREE, "DOMAIN", '{ kind = "formula", g = "x**2 + y**2 + z**2 - 1" }', "landscape.f: has no value at"),
    ],
)
def test_bad_plans_are_refused_with_the_place_and_the_remedy(plan, hts, text, old, new, words):
    plan.write_text(text.replace(old, new))
    code, out, err = hts("describe", plan)
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err
