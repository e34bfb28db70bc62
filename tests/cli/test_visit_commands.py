"""Tests of the commands on a study of long runs, as a user and a script meet them; the kernels are the real ones."""

import csv
import os
import signal
import subprocess
import sys

import pytest
from answers import document
from stops import LONG_PATIENCE, wait_until

from hts.answers import predict_shares
from hts.comparison import compare_visits, exact_references
from hts.plans import read_plan
from hts.sweeps import load_visits

PLAN = """title = "four wells"
seed = 5
[landscape]
kind = "wang-oh-rhee"
[noise]
kind = "pareto"
scale = 0.1
[grid]
eta = [0.004]
b = [0.5, inf]
alpha = [1.2]
[visits]
start = 0.3
walkers = 16
steps = 200_000
"""


@pytest.fixture
def plan_text():
    return PLAN


def test_a_study_of_visits_from_its_plan_to_its_figures(hts, plan, tmp_path):
    before = document(hts("describe", plan, "--json"))
    assert before["cost"]["expected_steps"] == before["cost"]["upper_bound_steps"] == 2 * 16 * 200_000
    code, out, _ = hts("run", plan)
    assert code == 0
    assert "Shares of time" in out
    assert "relaxation times" in out
    assert not (tmp_path / "results/study/shards").exists()
    assert "nothing to do" in hts("run", plan)[1]
    assert {cell["state"] for cell in document(hts("status", "results/study", "--json"))["cells"]} == {"done"}
    assert "2 walkers computed again, 0 came out otherwise" in hts("verify", "results/study", "--replay", "2")[1]

    fit = document(hts("fit", "results/study", "--json"))
    assert (fit["schema"], fit["cells"], fit["fits"]) == (1, [], [])
    for visit in fit["visits"]:
        assert sum(visit["shares"]) == pytest.approx(1.0)
        assert sum(visit["expected"]) == pytest.approx(1.0, rel=1e-3)
        assert sum(visit["exact"]) == pytest.approx(1.0)
        # the published numbers of [WOR] stand behind both; five standard errors of eight shares: once in 2e5 times
        assert max(abs(z) for z in visit["z_exact"]) < 5
        assert visit["verdict"].startswith("200 000 steps are ")
        assert [row["steps"] for row in visit["outside_widest"]][-3:] == [100_000, 177_828, 200_000]
    clipped, free = fit["visits"]
    assert (clipped["b"], clipped["widest"], free["b"], free["widest"]) == (0.5, [1, 3], "inf", [0, 1, 2, 3])

    assert "z" in hts("fit", "results/study")[1]
    assert hts("export", "results/study", "--to", "shares.csv", "--no-exact")[0] == 0
    rows = list(csv.DictReader((tmp_path / "shares.csv").read_text().splitlines()))
    assert [(row["b"], row["well"]) for row in rows] == [(b, str(well)) for b in ("0.5", "inf") for well in range(4)]
    assert [float(row["share"]) for row in rows[:4]] == pytest.approx(clipped["shares"])
    assert hts("plot", "results/study", "--figure", "shares", "--no-exact")[0] == 0
    assert {path.suffix for path in (tmp_path / "results/study/figures").iterdir()} == {".pdf", ".png", ".csv"}


def test_walkers_of_a_slightly_wrong_world_are_told(hts, plan):
    one = ("--set", "grid.b=[inf]", "--set", "visits.walkers=64")
    assert hts("run", plan, *one, "--set", "noise.p_plus=0.6", "-o", "wrong")[0] == 0
    right = read_plan(plan, one[1::2])
    compared = compare_visits(load_visits("wrong"), exact_references(predict_shares)(right)).visits[0]
    assert compared.verdict.startswith("200 000 steps are ")
    assert "simulation and exact disagree" in compared.verdict


def test_a_plan_of_visits_draws_its_landscape_before_it_runs(hts, plan, tmp_path):
    assert hts("plot", plan)[0] == 0
    assert (tmp_path / "figures/study/landscape.pdf").exists()
    assert hts("plot", plan, "--figure", "shares")[0] == 1
    assert "has run" in hts("plot", plan, "--figure", "shares")[2]


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX does")
def test_ctrl_c_stops_a_long_run_in_good_order(plan, tmp_path):
    command = [sys.executable, "-m", "hts", "run", str(plan), "--set", "visits.steps=1_000_000_000_000"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    begins = tmp_path / "results/study/plan.toml"  # written when the work does
    wait_until(lambda: running.poll() is not None or begins.exists(), begins)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=LONG_PATIENCE)
    assert running.returncode == 130, err
    assert "0 of 2 shards are done and kept. Run it again to go on." in err
    assert not list((tmp_path / "results/study").glob("visits/*"))


def test_a_folder_of_visits_and_a_plan_of_exits_do_not_mix(hts, plan, tmp_path):
    assert hts("run", plan, "-o", "out")[0] == 0
    other = tmp_path / "exits.toml"
    other.write_text(
        PLAN.replace("[visits]", "[exit]").replace("start = 0.3", "well = 1").replace("steps", "max_steps")
    )
    code, _, err = hts("run", other, "-o", "out")
    assert code == 2
    assert "holds results of another plan" in err
    assert "visits.bins: nothing here, 54 there" in err
