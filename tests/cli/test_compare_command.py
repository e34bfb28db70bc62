"""Tests of `hts compare` as a user and a script meet it; the kernels are the real ones.

Runs of one world are called different once in 1000 comparisons; seeds are fixed, so those here never are.
"""

import shutil
from dataclasses import replace

import pytest
from answers import document
from double_well import DOUBLE_WELL

from hts.plans import parse_plan
from hts.storage.summaries import read_summary, write_summary
from hts.sweeps import run_sweep

VISITS = (
    DOUBLE_WELL[: DOUBLE_WELL.index("[exit]")].replace("b = [0.7]", "b = [inf]")
    + "[visits]\nwalkers = 40\nsteps = 20_000\nwell = 0\n"
)
RUNS = {
    "first": (DOUBLE_WELL, 5),
    "seed": (DOUBLE_WELL, 6),
    "world": (DOUBLE_WELL, 7, "noise.scale=1.4"),
    "world5": (DOUBLE_WELL, 5, "noise.scale=1.4"),
    "fewer": (DOUBLE_WELL, 5, "exit.walkers=100"),
    "short": (DOUBLE_WELL, 8, "exit.max_steps=60"),
    "other": (DOUBLE_WELL, 5, "grid.eta=[0.2]"),
    "kept": (DOUBLE_WELL, 6, 'exit.keep="summary"'),
    "kept-fewer": (DOUBLE_WELL, 6, 'exit.keep="summary"', "exit.walkers=100"),
    "kept-world": (DOUBLE_WELL, 7, 'exit.keep="summary"', "noise.scale=1.4"),
    "visits": (VISITS, 5),
    "visits-seed": (VISITS, 6),
    "visits-short": (VISITS, 9, "visits.steps=5000"),
    "visits-tilted": (VISITS, 9, "noise.p_plus=0.8"),
    "visits-fewer": (VISITS, 5, "visits.walkers=10"),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Run every plan once."""
    root = tmp_path_factory.mktemp("runs")
    for name, (text, seed, *overrides) in RUNS.items():
        run_sweep(parse_plan(text, root / "study.toml", overrides, seed), root / name)
    return root


@pytest.fixture
def work(runs, monkeypatch):
    """Work beside the folders; what a test changes it copies first."""
    monkeypatch.chdir(runs)
    return runs


def verdicts(found):
    return [one["state"] for one in found["verdicts"]]


def test_other_seeds_agree_and_a_wrong_world_is_called_different(hts, work):
    found = document(hts("compare", "first", "seed", "world", "--json"))
    assert verdicts(found) == ["agree", "differ"]
    assert {one["key"] for one in found["differences"]} == {"seed", "noise.scale"}
    assert found["differences"][1]["values"] == ["1.0", "1.0", "1.4"]
    assert "different worlds (noise.scale)" in found["verdicts"][1]["verdict"]
    assert found["verdicts"][0]["false_alarm_rate"] == pytest.approx(5e-4)
    assert "once in 2000 such comparisons" in found["verdicts"][0]["verdict"]
    fit = document(hts("fit", "seed", "--json", "--no-exact"))
    for cell, own in zip(found["cells"], fit["cells"], strict=True):
        assert (cell["n_exits"][1], cell["mean_exit_steps"][1]) == (own["n_exits"], own["mean_exit_steps"])
        assert cell["z"][0] is None
        assert abs(cell["z"][1]) < 3 < abs(cell["z"][2])
    assert found["fits"][0]["exit_exponent"][1] == pytest.approx(fit["fits"][0]["exit_exponent_measured"])


def test_the_tables_fit_eighty_columns(hts, work):
    for one, other, n_rows in (("first", "seed", 8), ("visits", "visits-seed", 9)):
        code, out, _ = hts("compare", one, other)
        assert code == 0
        table = [line for line in out.splitlines() if "┃" in line or "│" in line]
        assert len(table) == n_rows
        assert max(map(len, table)) <= 80
        assert "seed: A 5; B 6" in out
        assert "A and B agree in 2 cells" in out


def test_walkers_of_one_seed_are_compared_one_by_one(hts, work):
    found = document(hts("compare", "first", "fewer", "--json"))
    assert verdicts(found) == ["equal"]
    assert [cell["n_different"] for cell in found["cells"]] == [[None, 0], [None, 0]]
    assert [cell["z"] for cell in found["cells"]] == [[None, None], [None, None]]
    said = document(hts("compare", "first", "world5", "--json"))["verdicts"][0]
    assert said["state"] == "differ"
    assert "both use one seed" in said["verdict"]


def test_walkers_are_censored_alike_before_they_are_compared(hts, work):
    found = document(hts("compare", "first", "short", "--json"))
    assert verdicts(found) == ["agree"]
    assert [cell["max_steps"] for cell in found["cells"]] == [60, 60]
    assert all(cell["n_censored"][0] > 50 for cell in found["cells"])


def assert_alike(mine, theirs):
    """Assert that two JSON values are the same, numbers to rounding; words may name another folder."""
    assert type(mine) is type(theirs)
    if isinstance(mine, dict):
        assert mine.keys() == theirs.keys()
        for key in mine.keys() - {"folder", "against", "verdict", "differences"}:
            assert_alike(mine[key], theirs[key])
    elif isinstance(mine, list):
        for one, other in zip(mine, theirs, strict=True):
            assert_alike(one, other)
    else:
        assert mine == (pytest.approx(theirs, rel=1e-9) if isinstance(theirs, float) else theirs)


def test_summaries_compare_as_their_walkers_do(hts, work):
    of_walkers = document(hts("compare", "seed", "first", "world", "--json"))
    assert verdicts(of_walkers) == ["agree", "differ"]
    for folders in (("kept", "first", "kept-world"), ("seed", "first", "kept-world"), ("kept", "first", "world")):
        assert_alike(document(hts("compare", *folders, "--json")), of_walkers)
    assert {one["key"] for one in document(hts("compare", "kept", "first", "--json"))["differences"]} == {
        "seed",
        "exit.keep",
    }
    assert "A and B agree in 2 cells" in hts("compare", "kept", "first")[1]


@pytest.mark.parametrize(
    "folders",
    [("seed", "kept"), ("kept", "seed"), ("kept", "kept-fewer"), ("kept-fewer", "kept"), ("kept-fewer", "seed")],
)
def test_summaries_of_one_seed_are_held_against_each_other(hts, work, folders):
    found = document(hts("compare", *folders, "--json"))
    assert verdicts(found) == ["equal"]
    assert [(cell["n_different"], cell["z"]) for cell in found["cells"]] == [([None, 0], [None, None])] * 2
    assert "no summary shows a difference" in found["verdicts"][0]["verdict"]


def test_a_summary_of_other_walkers_is_called_different(hts, work, tmp_path):
    shutil.copytree("kept", tmp_path / "wrong")
    path = min((tmp_path / "wrong" / "summaries").iterdir())
    shard, summary = read_summary(path)
    wrong = replace(summary, n_left=summary.n_left + 3, n_right=summary.n_right - 3)
    write_summary(path.parent, tmp_path, shard.cell, shard.first_walker, wrong, shard.provenance)
    path.unlink()
    for other in ("kept", "seed"):
        found = document(hts("compare", other, tmp_path / "wrong", "--json"))
        assert verdicts(found) == ["differ"]
        assert sum(cell["n_different"][1] for cell in found["cells"]) == 3
        assert "at least 3 walkers came out otherwise" in found["verdicts"][0]["verdict"]


def test_a_summary_cannot_be_stopped_earlier_afterwards(hts, work, tmp_path):
    code, _, told = hts("compare", "kept", "short")
    assert code == 2
    assert "stopped at max_steps = 60, and a summary cannot be stopped earlier" in told
    told = " ".join(told.split())
    assert "hts run kept/plan.toml --set exit.max_steps=60 -o RESULTS" in told
    assert hts("run", "kept/plan.toml", "--set", "exit.max_steps=60", "-o", tmp_path / "new")[0] == 0
    assert verdicts(document(hts("compare", tmp_path / "new", "short", "--json"))) == ["agree"]


def test_what_cannot_be_compared_is_refused_with_its_reason(hts, work, tmp_path):
    for words, reason in (
        (("first",), "takes 2 to 26 results folders, not 1"),
        (("first", "./first"), "is given twice"),
        (("first", "nowhere"), "holds no results"),
        (("first", "other"), "other: eta 0.2"),
        (("first", "visits"), "different kinds"),
    ):
        code, _, err = hts("compare", *words)
        assert (code, "Traceback" in err) == (2, False)
        assert reason in err
    shutil.copytree("seed", tmp_path / "damaged")
    shard = next((tmp_path / "damaged/shards").glob("*.parquet"))
    shard.write_bytes(shard.read_bytes()[:500])
    assert hts("compare", "first", tmp_path / "damaged")[0] == 4


def test_folders_without_walkers_have_exit_code_one(hts, work, tmp_path):
    for name in ("first", "seed"):
        shutil.copytree(name, tmp_path / name, ignore=shutil.ignore_patterns("*.parquet"))
    code, out, _ = hts("compare", "first", tmp_path / "seed")
    assert code == 0  # the first has walkers
    assert "no cell has enough walkers" in out
    assert hts("compare", tmp_path / "first", tmp_path / "seed")[0] == 1


def test_shares_of_time_side_by_side(hts, work):
    found = document(hts("compare", "visits", "visits-seed", "visits-tilted", "visits-short", "--json"))
    assert found["cells"] == found["fits"] == []
    assert verdicts(found) == ["agree", "differ", "agree"]
    assert max(visit["n_steps"] for visit in found["visits"]) <= 5000
    for visit in found["visits"]:
        assert sum(visit["shares"][0]) == pytest.approx(1.0)
        assert visit["z"][0] == [None, None]
    assert verdicts(document(hts("compare", "visits", "visits-fewer", "--json"))) == ["equal"]
