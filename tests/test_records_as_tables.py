"""Every kind of record that users get as a table: in notebooks and as DataFrames."""

from dataclasses import replace
from pathlib import Path

import pytest
from double_well import DOUBLE_WELL
from small_space_plans import RADIAL

import hts
from hts.answers import ExitPrediction, SharePrediction
from hts.comparison.levy_records import LevyExits, LevyShares
from hts.plans import parse_plan, parse_study
from hts.records import Records, html_of

LEVY = DOUBLE_WELL[: DOUBLE_WELL.index("[noise]")] + "[levy]\nepsilon = [0.5]\nstep = [0.1]\nalpha = [1.5]\n"
EXITS = LEVY + "[exit]\nwell = 0\nwalkers = 20\nmax_steps = 2000\n"
VISITS = LEVY + "[visits]\nwell = 0\nwalkers = 2\nsteps = 500\n"
PREDICTION = ExitPrediction(
    eta=0.5, b=0.7, alpha=1.5, well=0, jump_number=2, exit_exponent_limit=2.0, rate_constant=1.0, rate_scale=0.1,
    mean_exit_steps_limit=100.0, destinations_limit={"1": 1.0}, mean_exit_steps_exact=120.0, escape_rate_exact=0.01,
)  # fmt: skip


def fitted(text, folder, read=parse_plan):
    hts.run_sweep(read(text, Path("study.toml")), folder)
    return hts.fit(folder, with_exact=False)


def test_exits_of_levy_are_a_table_in_time(tmp_path):
    found = fitted(EXITS, tmp_path)
    assert isinstance(found, LevyExits)
    table = hts.frame(found)
    assert list(table["step"]) == [0.1]
    assert table.loc[0, "mean_exit_time"] == found.cells[0].mean_exit_time
    assert table.loc[0, "transition_1_n"] + table.loc[0, "exits_left"] >= 0
    assert "<th>mean_exit_time</th>" in found._repr_html_()


def test_shares_of_levy_have_a_row_for_each_well(tmp_path):
    found = fitted(VISITS, tmp_path)
    assert isinstance(found, LevyShares)
    table = hts.frame(found)
    assert list(table["well"]) == [0, 1]
    assert table["shares"].sum() == pytest.approx(1.0)
    assert table.loc[0, "run_time"] == pytest.approx(50.0)


def test_exits_in_several_dimensions_have_their_landings(tmp_path):
    found = fitted(RADIAL, tmp_path, parse_study)
    assert {"eta", "mean_exit_steps", "landing_1", "landing_2"} <= set(hts.frame(found))
    assert found._repr_html_().count("<tr>") == 3


def test_predictions_of_levy_are_in_time_and_others_in_steps():
    (steps,), (time,) = PREDICTION.rows(), replace(PREDICTION, epsilon=0.3).rows()
    assert steps["mean_exit_steps_exact"] == 120.0
    assert "epsilon" not in steps
    assert (time["step"], time["mean_exit_time_exact"], time["escape_rate_exact"]) == (0.5, 60.0, 0.02)
    assert not [name for name in time if "steps" in name]
    assert list(hts.frame(Records([PREDICTION]))["destinations_limit"]) == [{"1": 1.0}]


def test_predicted_shares_have_a_row_for_each_well():
    share = SharePrediction(0.1, 0.7, 1.5, (0.25, 0.75), 1e-6, None, 10.0, 20.0, None, None, None, ())
    assert list(hts.frame([share])["exact"]) == [0.25, 0.75]
    time = replace(share, epsilon=0.3).rows()[0]
    assert (time["step"], time["relaxation_time_exact"]) == (0.1, 2.0)


def test_folders_side_by_side_have_a_row_for_each(tmp_path):
    for seed in (5, 6):
        fitted(DOUBLE_WELL.replace("seed = 5", f"seed = {seed}"), tmp_path / str(seed))
    table = hts.frame(hts.compare_folders([tmp_path / "5", tmp_path / "6"]))
    assert list(table["folder"].map(lambda name: Path(name).name)) == ["5", "6", "5", "6"]
    assert table["z"].notna().sum() == 2


def test_chains_and_tails_and_first_weights_are_tables():
    landscape = hts.landscapes.multi_well([-1.0, 1.0], [0.0], 1.0)
    assert hts.frame(hts.levy_chain(landscape, 1.5))["stationary"].sum() == pytest.approx(1.0)
    assert list(hts.frame(hts.limit_chain(landscape, 0.7, 1.5))["jump_number"]) == [2, 2]
    tail = hts.tail_of([float(k) for k in range(1, 400)])
    assert "hill" in list(hts.frame(tail)["estimator"])
    rows = hts.initialisation_rows([hts.Layer("relu", 4)], [2.0])
    assert "<th>sigma</th>" in rows._repr_html_()


def test_cells_of_least_squares_are_flat(tmp_path):
    (tmp_path / "study.toml").write_text("[regression]\ndimension = 1\nbatch = 1\neta = 0.5\nruns = 20\nsteps = 5\n")
    plan = hts.read_regression_plan(tmp_path / "study.toml")
    hts.run_regression(plan, tmp_path / "out")
    found = hts.fit(tmp_path / "out")
    assert {"eta", "tail_index", "n_runs", "iterates_hill"} <= set(hts.frame(found))
    assert list(hts.frame(hts.status(tmp_path / "out"))["runs_done"]) == [20]
    assert hts.verify(tmp_path / "out", 2).bad == ()


def test_a_table_escapes_what_it_shows_and_leaves_empty_columns_out():
    shown = html_of({"a<b": [1.0], "none": [None]})
    assert shown == "<table><thead><tr><th>a&lt;b</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"


def test_other_values_are_no_records():
    with pytest.raises(hts.HtsError, match="records"):
        hts.frame([1.0, 2.0])
