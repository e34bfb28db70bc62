"""Tests of `hts regression`: table, JSON, figure, warnings and exit codes."""

import csv
import json
import os
import signal
import time

import pytest

TEXT = """\
title = "small"
seed = 5
[regression]
dimension = [1, 2]
batch = 1
eta = [0.5, 1.0]
runs = 200
steps = 50
"""


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "study.toml"
    path.write_text(TEXT)
    return path


def test_the_table_lays_measured_beside_exact_and_marks_what_is_outside(study, hts):
    code, out, _ = hts("regression", study)
    assert code == 0
    assert "800 runs simulated" in out
    assert "1.0908" in out
    assert "warning: (d 2, b 1, eta 1): no stationary law, and no tail index" in out
    assert "NO" in out
    code, out, _ = hts("regression", study)
    assert "all 800 runs were there; nothing to do" in out


def test_the_document_has_the_promised_keys(study, hts):
    code, out, err = hts("regression", study, "--json")
    document = json.loads(out)
    assert code == 0
    assert document["schema"] == 1
    cell = document["cells"][0]
    assert {"dimension", "batch", "eta", "sigma", "lyapunov", "tail_index", "warnings"} <= set(cell)
    assert (cell["dimension"], cell["batch"], cell["eta"], cell["sigma"]) == (1, 1, 0.5, 1.0)
    assert set(cell["iterates"]) == set(cell["averages"]) == {"n", "hill", "moment", "block", "block_median"}
    assert document["cells"][3]["tail_index"] is None
    assert "runs simulated" in err


def test_exact_values_alone_write_nothing(study, hts):
    code, out, _ = hts("regression", study, "--exact-only", "--set", "regression.sigma=0.5", "--json")
    cells = json.loads(out)["cells"]
    assert code == 0
    assert cells[0]["iterates"] is None
    assert cells[0]["eta_edge"] == pytest.approx(2.421249521 / 0.25)
    assert not (study.parent / "results").exists()


def test_the_figure_has_every_cell_in_its_table(study, hts):
    code, out, _ = hts("regression", study, "--plot", "-o", "here")
    assert code == 0
    written = [line for line in out.splitlines() if line.startswith("here/figures")]
    assert [line.rsplit(".", 1)[1] for line in written] == ["pdf", "png", "csv"]
    with open(written[2], newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["dimension"], row["eta"]) for row in rows] == [("1", "0.5"), ("1", "1.0"), ("2", "0.5"), ("2", "1.0")]
    assert float(rows[1]["tail_index"]) == pytest.approx(1.0908265)
    assert rows[3]["tail_index"] == ""
    assert float(rows[0]["iterates_hill"]) > 1.0


def test_a_figure_without_anything_to_see_is_refused(study, hts):
    code, _, err = hts("regression", study, "--exact-only", "--plot", "--set", "regression.eta=0.001")
    assert code == 1
    assert "nothing to draw: no cell has a tail index below 20" in err


def test_mistakes_end_with_their_place(study, hts):
    study.write_text(TEXT.replace("batch = 1", "batch = 0").replace("steps = 50", "stpes = 50"))
    code, _, err = hts("regression", study)
    assert code == 2
    assert [line.split(": ")[1] for line in err.splitlines()] == ["regression.batch", "regression.stpes"]
    code, _, err = hts("run", study)
    assert code == 2
    assert "use it with `hts regression`" in err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 3)])
def test_a_signal_keeps_what_is_done(study, hts, monkeypatch, number, code):
    from hts.regression import running

    honest = running.simulate_regression

    def struck(problem, first, n, **hearing):
        if problem.dimension == 1 and problem.eta == 1.0:
            os.kill(os.getpid(), number)
            while not hearing["should_stop"]():  # the main thread hears it at its next look
                time.sleep(0.01)
        return honest(problem, first, n, **hearing)

    monkeypatch.setattr(running, "simulate_regression", struck)
    ended, _, err = hts("regression", study, "--threads", "1")
    assert ended == code
    assert "Run it again to go on" in err
    monkeypatch.setattr(running, "simulate_regression", honest)
    ended, out, _ = hts("regression", study)
    assert ended == 0
    assert "runs simulated" in out


@pytest.fixture
def folder(study, hts):
    assert hts("regression", study, "-o", "out")[0] == 0
    return study.parent / "out"


def flip(path):
    """Flip a bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_status_says_which_runs_are_there(folder, hts):
    cells = json.loads(hts("status", folder, "--json")[1])["cells"]
    assert [(cell["dimension"], cell["eta"], cell["state"], cell["runs_done"], cell["runs_wanted"]) for cell in cells] \
        == [(1, 0.5, "done", 200, 200), (1, 1.0, "done", 200, 200),
            (2, 0.5, "done", 200, 200), (2, 1.0, "done", 200, 200)]  # fmt: skip
    next((folder / "regression").glob("d2_b1_eta1.0*")).unlink()
    code, out, _ = hts("status", folder)
    assert code == 0
    assert "missing" in out
    assert "0/200" in out
    assert "3 of 4 cells done" in out
    assert hts("fit", folder)[0] == 0


@pytest.mark.parametrize("name", ["regression/*", "identity.json", "plan.toml"])
def test_verify_names_a_file_with_a_flipped_bit_and_repairs_it(folder, study, hts, name):
    code, out, _ = hts("verify", folder, "--replay", "6")
    assert code == 0
    assert "4 files, 0 damaged" in out
    assert "6 runs computed again, 0 came out otherwise" in out
    before = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    victim = sorted(folder.glob(name))[0]
    flip(victim)
    code, _, err = hts("verify", folder)
    assert code == 4
    assert err.startswith(str(victim.relative_to(folder)))
    if name == "regression/*":
        assert hts("status", folder)[0] == hts("fit", folder)[0] == hts("plot", folder)[0] == 4
    assert hts("verify", folder, "--repair")[0] == 4
    assert hts("regression", study, "-o", "out")[0] == 0
    assert hts("verify", folder)[0] == 0
    assert {path: (folder / path).read_bytes() for path in before} == before


def test_verify_names_a_run_that_comes_out_otherwise(folder, hts, monkeypatch):
    from hts.regression import stored

    honest = stored.simulate_regression

    def otherwise(problem, first, n, **hearing):
        sample = honest(problem, first, n, **hearing)
        sample.average[0, -1] += 1.0
        return sample

    monkeypatch.setattr(stored, "simulate_regression", otherwise)
    code, _, err = hts("verify", folder, "--replay", "1")
    assert code == 4
    assert "is stored as" in err
    assert "they differ in average[" in err


def test_fit_plot_and_export_show_what_regression_shows(folder, study, hts, tmp_path):
    shown = json.loads(hts("regression", study, "-o", "out", "--json")[1])
    assert json.loads(hts("fit", folder, "--json")[1]) == shown
    assert "1.0908" in hts("fit", folder)[1]
    code, out, _ = hts("plot", folder)
    assert code == 0
    assert out.splitlines()[-1].endswith("out/figures/regression.csv")
    assert hts("plot", folder, "--figure", "exits")[0] == hts("fit", folder, "--no-exact")[0] == 2
    assert hts("export", folder, "--to", tmp_path / "cells.csv")[1] == f"{tmp_path / 'cells.csv'}: 4 cells\n"
    with open(tmp_path / "cells.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["n_runs"] for row in rows] == ["200"] * 4
    assert float(rows[1]["tail_index"]) == pytest.approx(1.0908265)


def test_a_folder_without_runs_has_nothing_to_fit(folder, hts):
    for path in (folder / "regression").iterdir():
        path.unlink()
    for command in ("fit", "plot"):
        code, _, err = hts(command, folder)
        assert code == 1
        assert "no run is finished yet; hts regression" in err


@pytest.mark.parametrize("command", ["run", "predict", "describe", "paths"])
def test_other_commands_name_the_ones_that_read_the_folder(folder, hts, command):
    code, _, err = hts(command, folder / "plan.toml")
    assert code == 2
    assert "hts regression" in err
