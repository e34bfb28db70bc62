"""Reports of SGD on least squares, of a user's own numbers, of rare exits and of recorded paths."""

import json

import numpy as np
import pytest
from double_well import DOUBLE_WELL
from small_rare import TEXT as RARE
from test_report import Page, run

REGRESSION = """title = "small"
seed = 5
[regression]
dimension = [1, 2]
batch = 1
eta = [0.5, 1.0]
runs = 200
steps = 50
"""


def page_at(path):
    page = Page(path.read_text(encoding="utf-8"))
    assert page.text.count("<h1>") == 1
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    assert {one[1:] for one in page.all("href") if one.startswith("#")} <= set(ids)
    return page


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_and_a_plan_of_least_squares_have_a_report(here, capsys):
    (here / "study.toml").write_text(REGRESSION)
    assert run("regression", "study.toml", "-o", "out") == 0
    told = capsys.readouterr().out
    assert run("report", "out") == 0
    page = page_at(here / "out" / "report.html")
    assert all(cell in told for cell in page.cells)
    assert "NO" in page.cells
    assert "3 of 4 cells have a stationary law." in page.text
    assert "no stationary law, and no tail index" in page.text
    assert "figure-regression" in page.all("id")
    assert "2006.04740" in page.text
    assert run("report", "study.toml", "--set", "regression.eta=0.5") == 0
    page = page_at(here / "study-report.html")
    assert "hts regression study.toml --exact-only" in page.text
    assert "-0.4846" in page.cells


def test_numbers_and_what_was_said_of_them_have_the_same_table(here, capsys):
    np.save(here / "noise.npy", np.random.default_rng(3).standard_t(2.0, 3000))
    assert run("report", "noise.npy") == 0
    page = page_at(here / "noise-report.html")
    assert "figure-tails" in page.all("id")
    assert "hts tails noise.npy" in page.text
    assert "verdicts" in page.all("id")
    assert "plan" not in page.all("id")
    capsys.readouterr()
    assert run("tails", "noise.npy", "--json") == 0
    (here / "said.json").write_text(capsys.readouterr().out)
    assert run("report", "said.json") == 0
    again = page_at(here / "said-report.html")
    assert again.cells == page.cells
    assert "figure-tails" not in again.all("id")


@pytest.mark.parametrize("text", ["{", "[]", '{"samples": [{}]}', '{"cells": []}'])
def test_json_of_another_kind_is_refused(here, capsys, text):
    (here / "other.json").write_text(text)
    assert run("report", "other.json") == 2
    assert "other.json" in capsys.readouterr().err
    assert not (here / "other-report.html").exists()


def test_a_folder_of_numbers_takes_no_keys_of_a_plan(here, capsys):
    np.save(here / "noise.npy", np.arange(300.0))
    assert run("report", "noise.npy", "--set", "exit.walkers=3") == 2
    assert "--set" in capsys.readouterr().err


def test_rare_exits_stand_in_the_report_of_their_folder(here, capsys):
    (here / "study.toml").write_text(RARE.replace("samples = 20_000", "samples = 500"))
    assert run("rare", "study.toml", "-o", "out", "--no-exact") == 0
    told = capsys.readouterr().out
    assert run("report", "out", "--no-exact") == 0
    page = page_at(here / "out" / "report.html")
    assert "importance" in page.cells
    rows = [cell for cell in page.cells if cell in ("yes", "NO")]
    assert len(rows) == 4
    assert f"{rows.count('yes')} of 4 intervals may be believed." in page.text
    assert "hts rare plan.toml" in page.text
    assert "hts run" not in page.text
    start = page.cells.index("importance")
    assert f"{float(page.cells[start + 1]):.3g}" in told  # the terminal has a digit less


def test_recorded_paths_stand_in_a_report_as_they_were_told(here, capsys):
    (here / "study.toml").write_text(DOUBLE_WELL.replace("eta = [0.1, 0.05]", "eta = [0.1]"))
    assert run("paths", "study.toml", "--paths", "3", "--within", "1", "-o", "out") == 0
    told = capsys.readouterr().out
    assert run("report", "out") == 0
    alone = page_at(here / "out" / "report.html")
    assert "figure-paths" in alone.all("id")
    assert alone.cells
    assert all(cell in told for cell in alone.cells)
    assert 'kind = "double-well"' in alone.text.replace("&#34;", '"')
    assert run("run", "study.toml", "-o", "out", "--set", "exit.walkers=20") == 0
    assert run("report", "out", "--no-exact") == 0
    both = page_at(here / "out" / "report.html")
    assert set(alone.cells) <= set(both.cells)
    assert {"figure-paths", "figure-exits"} <= set(both.all("id"))
    document = json.loads((here / "out" / "paths" / "paths.json").read_text())
    document["panels"][0].pop("ends")
    (here / "out" / "paths" / "paths.json").write_text(json.dumps(document))
    assert run("report", "out", "--no-exact") == 4
    assert "record the paths again" in capsys.readouterr().err
