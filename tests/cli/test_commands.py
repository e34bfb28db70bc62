"""Tests of the commands as a user and a script meet them, from a starter plan to figures: output, exit codes, JSON."""

from pathlib import Path

import pytest
from answers import document

from hts.cli.run import summary
from hts.sweeps import SweepReport


def test_a_newcomer_s_road_from_a_starter_plan_to_figures(hts, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert hts("new", "first.toml")[0] == 0
    assert hts("describe", "first.toml")[0] == 0
    few = (
        "--set",
        "exit.walkers=100",
        "--set",
        "grid.eta=[0.1, 0.05]",
        "--set",
        "grid.b=[0.7]",
        "--set",
        "grid.alpha=[1.5]",
    )
    assert hts("run", "first.toml", *few)[0] == 0
    code, out, _ = hts("fit", "results/first")
    assert code == 0
    assert "exponent" in out
    assert hts("plot", "results/first")[0] == 0
    assert list((tmp_path / "results/first/figures").glob("*.pdf"))


def test_describe_writes_nothing_and_says_what_run_will_do(hts, plan, tmp_path):
    before = document(hts("describe", plan, "--json"))
    assert before["schema"] == 1
    assert [cell["state"] for cell in before["cells"]] == ["missing", "missing"]
    assert before["wells"][0]["jump_numbers"] == [{"b": 0.7, "jump_number": 2}]
    assert before["wells"][0]["left"] is None
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]
    assert hts("run", plan)[0] == 0
    after = document(hts("describe", plan, "--json"))
    assert [cell["state"] for cell in after["cells"]] == ["done", "done"]
    assert after["cost"]["expected_steps"] == 0


def test_a_second_run_computes_nothing(hts, plan):
    assert "shards written" in hts("run", plan)[1]
    code, out, _ = hts("run", plan)
    assert code == 0
    assert "nothing to do" in out


def test_a_relative_error_chooses_walkers_once(hts, plan, tmp_path):
    wanted = ("--set", "exit.walkers={ relative_error = 0.1 }")
    said = document(hts("describe", plan, *wanted, "--json"))
    assert [cell["walkers_wanted"] for cell in said["cells"]] == [100, 100]
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]
    code, out, _ = hts("run", plan, *wanted)
    assert code == 0
    assert "walkers for a relative error of 0.1, from exact means: 100 in 2 cells" in out
    assert "from exact means" not in hts("run", plan, *wanted)[1]
    assert "100 in 2 cells; now 157" in hts("run", plan, "--set", "exit.walkers={ relative_error = 0.08 }")[1]
    cells = document(hts("status", "results/study", "--json"))["cells"]
    assert [(cell["state"], cell["walkers_wanted"]) for cell in cells] == [("done", 157)] * 2
    fit = document(hts("fit", "results/study", "--json"))
    assert [cell["n_walkers"] for cell in fit["cells"]] == [157, 157]
    code, _, err = hts(
        "describe", plan, "--set", "exit.walkers={ relative_error = 0.0001 }", "--set", "exit.max_steps=1"
    )
    assert code == 2
    assert "exit.walkers.relative_error: would take" in err


def test_fit_status_and_verify_answer_in_json(hts, plan):
    assert hts("run", plan, "-o", "out", "--threads", "1")[0] == 0
    fit = document(hts("fit", "out", "--json"))
    assert [cell["n_exits"] for cell in fit["cells"]] == [300, 300]
    assert fit["fits"][0]["exit_exponent_limit"] == pytest.approx(2.0)
    assert [cell["state"] for cell in document(hts("status", "out", "--json"))["cells"]] == ["done", "done"]
    assert document(hts("verify", "out", "--json"))["damaged"] == []


def test_infinite_b_is_a_string_in_json(hts, plan):
    found = document(hts("describe", plan, "--json", "--set", "grid.b=[inf]"))
    assert found["graphs"][0]["b"] == "inf"
    assert found["cells"][0]["b"] == "inf"


def test_shares_are_told_what_is_left_to_others(hts, plan):
    assert "2 missing ones belong to other shares" in hts("run", plan, "-o", "out", "--share", "1/2")[1]
    assert [cell["state"] for cell in document(hts("status", "out", "--json"))["cells"]] != ["done", "done"]
    assert "2 shards written, 2 were there;" in hts("run", plan, "-o", "out", "--share", "2/2")[1]
    for wrong in ("3/2", "x", "1/0"):
        code, _, err = hts("run", plan, "-o", "out", "--share", wrong)
        assert code == 2
        assert "share" in err


@pytest.mark.parametrize(
    ("n", "words"), [(1, "its 1 shard was there; nothing to do"), (2, "all 2 shards were there; nothing to do")]
)
def test_a_run_with_nothing_to_do_counts_shards_in_singular_and_plural(n, words):
    report = SweepReport(0, n, 0, 0, walker_steps=0, steps_resumed=0, seconds=1.0, failures=())
    assert words in summary(Path("out"), report)


def test_a_run_tells_of_cells_of_other_grids_and_of_damage(hts, plan, tmp_path):
    assert hts("run", plan, "-o", "out", "--set", "grid.eta=[0.1]")[0] == 0
    beside = "left out by `hts fit`: 1 cell of other grids"
    assert beside in hts("run", plan, "-o", "out", "--set", "grid.eta=[0.05]")[1]
    assert beside in hts("run", plan, "-o", "out", "--set", "grid.eta=[0.05]")[1]
    shard = next((tmp_path / "out/shards").glob("eta0.05*.parquet"))
    shard.write_bytes(shard.read_bytes()[:500])
    out = hts("run", plan, "-o", "out")[1]
    assert "set aside, because damaged: 1" in out
    assert "other grids" not in out


def test_describe_says_why_and_measures_when_asked(hts, plan):
    assert hts("run", plan, "-o", "out")[0] == 0
    grown = ("-o", "out", "--set", "exit.walkers=400", "--threads", "1")
    said = document(hts("describe", plan, *grown, "--calibrate", "--json"))
    assert [(c["state"], c["walkers_left"], c["shards"], c["message"]) for c in said["cells"]] == [
        ("partial", 100, 1, "300 walkers are there")
    ] * 2
    assert (said["cost"]["basis"], said["cost"]["threads"]) == ("calibrated", 1)
    assert said["cost"]["core_seconds"] * said["cost"]["steps_per_second"] == pytest.approx(
        said["cost"]["expected_steps"]
    )
    assert "300 walkers are there" in hts("describe", plan, *grown)[1]
    refused = document(hts("describe", plan, "-o", "out", "--seed", "6", "--json"))
    assert any("would refuse" in warning and "seed: 6 here, 5 there" in warning for warning in refused["warnings"])
