"""Tests of studies of SGD on least squares: what is simulated, kept, found again, measured and refused."""

import math
from pathlib import Path

import numpy as np
import pytest

from hts import engines
from hts.errors import IntegrityError, PlanError, StoppedError
from hts.plans.regression import read_regression_plan
from hts.regression import estimate_tail, predict_regression, regression_results, run_regression, running, to_document
from hts.regression.results import load_runs
from hts.storage import ResultsFolder

TEXT = """\
seed = 5
[regression]
dimension = [1, 2]
batch = 1
eta = [0.4, 1.0]
runs = 240
steps = 60
"""


def plan_of(tmp_path: Path, text: str = TEXT, *overrides: str):
    path = tmp_path / "plan.toml"
    path.write_text(text)
    return read_regression_plan(path, overrides)


def files(folder):
    return {path.name: path.read_bytes() for path in (folder / "regression").iterdir()}


def test_files_are_the_same_to_the_byte_for_any_number_of_threads(tmp_path):
    plan = plan_of(tmp_path)
    for threads in (1, 3):
        report = run_regression(plan, tmp_path / str(threads), threads=threads)
        assert (report.n_written, report.n_stored, report.steps) == (960, 0, 57_600)
    assert files(tmp_path / "1") == files(tmp_path / "3")


def test_a_second_call_finds_nothing_to_do_and_a_larger_plan_adds_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "MOST_RUNS", 64)
    folder = tmp_path / "r"
    run_regression(plan_of(tmp_path), folder)
    assert len(files(folder)) == 16
    assert run_regression(plan_of(tmp_path), folder).n_written == 0
    larger = plan_of(tmp_path, TEXT, "regression.runs=300", "regression.batch=[1, 2]")
    report = run_regression(larger, folder)
    assert (report.n_written, report.n_stored) == (4 * 60 + 4 * 300, 960)
    whole = tmp_path / "whole"
    run_regression(larger, whole)
    for cell in larger.cells:
        a, b = (load_runs(larger, cell, ResultsFolder(one)) for one in (folder, whole))
        np.testing.assert_array_equal(a, b)
        assert a[0].shape == (300, cell.dimension)


def test_overlapping_files_count_once(tmp_path, monkeypatch):
    folder, plan = tmp_path / "r", plan_of(tmp_path)
    run_regression(plan, folder)
    monkeypatch.setattr(running, "MOST_RUNS", 64)
    other = tmp_path / "s"
    run_regression(plan, other)
    for name, data in files(other).items():
        (folder / "regression" / name).write_bytes(data)
    for cell in plan.cells:
        a, b = (load_runs(plan, cell, ResultsFolder(one)) for one in (folder, other))
        np.testing.assert_array_equal(a, b)


def test_a_stop_keeps_what_is_done_and_the_next_call_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "MOST_RUNS", 16)
    monkeypatch.setattr(engines, "POLL_SECONDS", 0.0)
    plan, folder = plan_of(tmp_path), tmp_path / "r"
    seen = []
    with pytest.raises(StoppedError, match="runs are kept"):
        run_regression(plan, folder, threads=1, should_stop=lambda: seen[-1].runs_done > 0, on_progress=seen.append)
    kept = set(files(folder))
    assert 0 < len(kept) < 60
    report = run_regression(plan, folder, on_progress=seen.append)
    assert report.n_written + report.n_stored == 960
    assert report.n_stored == 16 * len(kept)
    assert kept < set(files(folder))
    assert seen[-1].runs_done == seen[-1].runs_total == 960
    assert seen[-1].share == 1.0


def test_a_damaged_file_is_set_aside_and_made_anew(tmp_path):
    plan, folder = plan_of(tmp_path), tmp_path / "r"
    run_regression(plan, folder)
    before = files(folder)
    victim = sorted((folder / "regression").iterdir())[0]
    victim.write_bytes(victim.read_bytes()[:-9] + b"x" * 9)
    with pytest.raises(IntegrityError, match="checksum"):
        load_runs(plan, plan.cells[0], ResultsFolder(folder))
    report = run_regression(plan, folder)
    assert (report.n_damaged, report.n_written) == (1, 240)
    assert files(folder) == before
    assert len(list((folder / "damaged").iterdir())) == 1


def test_another_plan_is_refused_and_says_what_differs(tmp_path):
    folder = tmp_path / "r"
    run_regression(plan_of(tmp_path), folder)
    with pytest.raises(PlanError, match="holds results of another plan") as refused:
        run_regression(plan_of(tmp_path, TEXT, "regression.noise=3.0"), folder)
    assert "regression.noise: 3.0 here, 1.0 there" in str(refused.value)
    stranger = tmp_path / "mine"
    stranger.mkdir()
    (stranger / "thesis.tex").write_text("")
    with pytest.raises(PlanError, match="no results folder"):
        run_regression(plan_of(tmp_path), stranger)


def test_measured_tails_are_the_exact_ones(tmp_path):
    """With d = b = 1 alpha is 3.81 at eta = 0.4 and 1.09 at 1; Hill is biased by some per cent."""
    text = TEXT.replace("[1, 2]", "1").replace("240", "20_000").replace("60", "150")
    plan = plan_of(tmp_path, text)
    run_regression(plan, tmp_path / "r")
    light, heavy = regression_results(plan, predict_regression(plan), tmp_path / "r")
    assert heavy.prediction.tail.tail_index == pytest.approx(1.0908265, rel=1e-6)
    assert heavy.iterates.hill.alpha == pytest.approx(1.0908, rel=0.1)
    assert heavy.averages.block_median == pytest.approx(1.0908, rel=0.1)
    assert heavy.relaxation_times == pytest.approx(150 * 0.41699164)
    assert light.iterates.hill.alpha == pytest.approx(3.81, rel=0.2)
    assert light.iterates.hill.low > 2.0
    assert light.warnings == heavy.warnings == ()


def test_cells_outside_the_stationary_regime_are_marked_and_have_no_tail_index(tmp_path):
    plan = plan_of(tmp_path, TEXT, "regression.eta=[0.9, 1.2]", "regression.steps=3")
    predictions = predict_regression(plan)
    run_regression(plan, tmp_path / "r")
    results = regression_results(plan, predictions, tmp_path / "r")
    rows = to_document(results)["cells"]
    assert [(row["dimension"], row["eta"], row["is_stationary"]) for row in rows] == [
        (1, 0.9, True), (1, 1.2, True), (2, 0.9, True), (2, 1.2, False),
    ]  # fmt: skip
    outside = rows[3]
    assert outside["tail_index"] is None
    assert outside["lyapunov"] > 0 > rows[2]["lyapunov"]
    assert outside["eta_edge"] == pytest.approx(0.9370873719, rel=1e-9)
    assert any("take eta below 0.937087" in warning for warning in outside["warnings"])
    assert any("belongs to 3 steps, and to no law" in warning for warning in outside["warnings"])
    assert any("not yet stationary: 3 steps" in warning for warning in rows[2]["warnings"])


def test_runs_that_overflow_are_counted_and_left_out(tmp_path):
    plan = plan_of(tmp_path, TEXT, "regression.eta=30.0", "regression.dimension=2", "regression.steps=245")
    run_regression(plan, tmp_path / "r")
    (result,) = regression_results(plan, predict_regression(plan), tmp_path / "r")
    assert 0 < result.n_diverged < 240
    assert result.iterates.n == 240 - result.n_diverged
    assert any("runs overflowed" in warning for warning in result.warnings)


def test_fixed_data_are_measured_about_their_least_squares(tmp_path):
    plan = plan_of(tmp_path, TEXT, "regression.samples=30", "regression.truth=5.0", "regression.eta=0.1",
                   "regression.steps=400")  # fmt: skip
    run_regression(plan, tmp_path / "r")
    for cell in plan.cells:
        iterate, _ = load_runs(plan, cell, ResultsFolder(tmp_path / "r"))
        assert np.abs(iterate.mean(axis=0)).max() < 4 * iterate.std() / math.sqrt(240)
    (first, *_) = regression_results(plan, predict_regression(plan), tmp_path / "r")
    assert first.warnings[-1] == "rho and alpha are those of fresh samples; the runs use 30 fixed ones"


def test_without_runs_there_are_exact_values_alone(tmp_path):
    plan = plan_of(tmp_path, TEXT.replace("runs = 240\nsteps = 60\n", ""))
    results = regression_results(plan, predict_regression(plan), None)
    assert [result.iterates for result in results] == [None] * 4
    assert results[0].prediction.tail.tail_index == pytest.approx(3.8056162)


@pytest.mark.parametrize("vectors", [np.zeros((0, 3)), np.zeros((200, 2)), np.ones((5, 1)), np.full((300, 2), 1e200)])
def test_samples_that_say_nothing_have_no_estimates(vectors):
    found = estimate_tail(vectors)
    assert found.n == len(vectors)
    assert found.hill is None


def test_huge_vectors_have_the_tail_of_small_ones():
    vectors = np.random.default_rng(1).standard_t(1.5, (2_000, 1)) * np.ones((1, 3))
    small, huge = estimate_tail(vectors), estimate_tail(vectors * 2.0**700)
    assert huge.hill.alpha == pytest.approx(small.hill.alpha)
    assert huge.block.alpha == pytest.approx(small.block.alpha)
