"""Tests of `hts paths` as a user and a script meet it."""

import json
import signal

import numpy as np
import pyarrow.parquet as pq
import pytest
from answers import document

PLAN = """title = "two cells"
seed = 5
[landscape]
kind = "basin"
minimum = 0.0
curvature = 1.0
[noise]
kind = "pareto"
[grid]
eta = [0.1, 0.05]
b = [0.7]
alpha = [1.5]
[exit]
domain = [-1.0, 1.3]
start = 0.0
walkers = 300
max_steps = 1000
within = 2.0
"""


@pytest.fixture
def plan_text():
    return PLAN


def test_paths_are_written_drawn_and_told(hts, plan, tmp_path):
    said = document(hts("paths", plan, "--paths", "12", "--json"))
    assert (said["schema"], len(said["cells"]), said["warnings"]) == (1, 2, [])
    cell = said["cells"][1]
    assert (cell["eta"], cell["n_steps"], cell["n_paths"], cell["jump_number"]) == (0.05, 40, 12, 2)
    assert 0 < cell["probability"] < 1
    assert cell["exits"]["left"] + cell["exits"]["right"] == 12
    file = tmp_path / cell["file"]
    table = pq.read_table(file).to_pydict()
    assert set(table["path"]) == set(range(12))
    assert sum(table["is_big"]) == pytest.approx(12 * cell["mean_big_jumps"])
    metadata = pq.read_metadata(file).metadata
    assert json.loads(metadata[b"probability"]) == cell["probability"]
    assert (metadata[b"given"], metadata[b"n_steps"], metadata[b"seed"]) == (b'"exit"', b"40", b"5")
    assert {path.suffix for path in (tmp_path / "results/study/paths").glob("paths.*")} == {
        ".pdf",
        ".png",
        ".csv",
        ".json",
    }


def test_the_same_call_gives_the_same_bytes_and_the_table_a_person_reads(hts, plan, tmp_path):
    words = ("paths", plan, "--eta", "0.05", "--paths", "3", "-o", "out")
    code, out, _ = hts(*words)
    assert code == 0
    assert "P(event)" in out
    assert "big jump" in out
    files = {path.name: path.read_bytes() for path in (tmp_path / "out/paths").iterdir()}
    assert len(files) == 5
    assert hts(*words)[0] == 0
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "out/paths").iterdir()}


def test_what_goes_on_is_told_and_json_stays_json(hts, plan, monkeypatch):
    told = []
    monkeypatch.setattr("hts.cli.progress.PathsDisplay.show", lambda self, *words: told.append(words))
    assert len(document(hts("paths", plan, "--paths", "2", "--json"))["cells"]) == 2
    assert {(cell, n_cells) for cell, n_cells, _, _ in told} == {(1, 2), (2, 2)}
    assert {part for _, _, part, _ in told} >= {"tabulating h", "drawing paths", "comparing with the limit law"}


def test_ctrl_c_ends_with_one_line_and_keeps_the_cells_that_are_done(hts, plan, tmp_path, monkeypatch):
    def show(self, cell, n_cells, part, share):
        if (cell, part) == (2, "solving for exits"):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("hts.cli.progress.PathsDisplay.show", show)
    code, out, err = hts("paths", plan, "--paths", "2")
    assert (code, out) == (130, "")
    assert err.splitlines() == ["stopped while solving for exits; run it again"]
    assert len(list((tmp_path / "results/study/paths").glob("*.parquet"))) == 1


def test_csv_holds_the_same_paths(hts, plan, tmp_path):
    for more in ((), ("--csv",)):
        assert hts("paths", plan, "--eta", "0.1", "--paths", "2", "--given", "left", "-o", "out", *more)[0] == 0
    name = "eta0.1_b0.7_alpha1.5_well0-left-n20"
    rows = (tmp_path / f"out/paths/{name}.csv").read_text().splitlines()
    table = pq.read_table(tmp_path / f"out/paths/{name}.parquet").to_pydict()
    header = rows[0].split(",")
    assert header == list(table)
    x = [float(row.split(",")[header.index("x")]) for row in rows[1:]]
    np.testing.assert_array_equal(x, table["x"])


def test_a_sweep_may_follow_in_the_same_folder(hts, plan):
    assert hts("paths", plan, "--given", "none", "--paths", "2", "-o", "out")[0] == 0
    assert hts("run", plan, "-o", "out")[0] == 0


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (("--paths", "0"), 2, "--paths"),
        (("--within", "0"), 2, "--within"),
        (("--within", "0.01"), 2, "less than one step"),
        (("--eta", "0.2"), 2, "no cell of the plan has it; there are 0.05, 0.1"),
        (("--eta", "0.0501"), 2, "no cell of the plan has it"),
        (("--within", "0.08"), 2, "leaving takes 2 at least"),
        (("--within", "0.15"), 1, "eta = 0.1, b = 0.7: no paths: 1 step is too few"),
        (("--set", "exit.start=2.0"), 2, "must lie inside the domain"),
        (("--set", "exit.domain=[-1.0,inf]", "--given", "right"), 2, "condition on left or exit"),
    ],
)
def test_a_mistake_is_told_with_its_remedy(hts, plan, more, code, words):
    found, out, err = hts("paths", plan, "--paths", "2", *more)
    assert (found, "Traceback" in out + err) == (code, False)
    assert words in err


def test_a_value_may_be_given_with_the_digits_that_tables_show(hts, plan):
    code, out, _ = hts("paths", plan, "--paths", "2", "--eta", "0.05001")
    assert (code, "eta0.05_" in out, "eta0.1_" in out) == (0, True, False)


def test_two_plans_share_one_figure_unless_they_share_a_cell(plan, hts, tmp_path):
    light = tmp_path / "light.toml"
    light.write_text(PLAN.replace('"pareto"', '"normal"').replace("alpha = [1.5]\n", ""))
    few = ("--paths", 3, "--eta", 0.1, "--csv", "--json", "-o", "both")
    said = document(hts("paths", plan, "--beside", light, *few))
    assert [cell["alpha"] for cell in said["cells"]] == [1.5, None]
    tails = {row.split(",")[1] for row in (tmp_path / "both" / "paths" / "paths.csv").read_text().splitlines()[1:]}
    assert tails == {"1.5", ""}
    code, out, _ = hts("paths", plan, "--beside", light, *few[:4], "-o", "told")
    verdicts = [line for line in out.splitlines() if "eta = 0.1, b = 0.7: " in line]
    assert [line.split(", eta")[0] for line in verdicts] == ["pareto, alpha = 1.5", "normal"]
    assert code == 0
    code, _, err = hts("paths", plan, "--beside", plan)
    assert code == 2
    assert "--beside" in err
