"""Tests of hts/sweeps/sweep: what is computed, and what is skipped because it is there."""

import pytest
from fake_exits import Recorder, all_columns, expected_columns, half_written, plan, shard_names, sweep

from hts.errors import PlanError
from hts.plans import read_plan
from hts.sweeps import load_cells, verify_sweep


def test_a_sweep_holds_every_walker_of_every_cell(tmp_path):
    report = sweep(plan(), tmp_path)
    assert (report.n_written, report.n_skipped, report.failures) == (12, 0, ())
    assert all_columns(tmp_path) == expected_columns(plan())
    steps = sum(int(sample.exit_steps.sum()) for sample in load_cells(tmp_path))
    assert report.walker_steps == steps
    assert verify_sweep(tmp_path).damaged == ()
    assert half_written(tmp_path) == []
    assert read_plan(tmp_path / "plan.toml") == plan()


def test_a_second_run_does_nothing_and_says_so(tmp_path):
    sweep(plan(), tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    simulate, seen = Recorder(), []
    report = sweep(plan(), tmp_path, simulate, on_progress=seen.append)
    assert (report.n_written, report.n_skipped, report.walker_steps) == (0, 12, 0)
    assert simulate.calls == []
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert [(progress.shards_done, progress.walkers_done) for progress in seen] == [(12, 2400)]


@pytest.mark.parametrize("threads", [1, 5])
def test_no_byte_depends_on_the_number_of_threads(tmp_path, threads):
    sweep(plan(), tmp_path / "two")
    sweep(plan(), tmp_path / "other", threads=threads)
    assert shard_names(tmp_path / "two") == shard_names(tmp_path / "other")


def test_more_cells_and_more_walkers_are_added_to_what_is_there(tmp_path):
    sweep(plan(), tmp_path)
    old, simulate = set(shard_names(tmp_path)), Recorder()
    grown = plan("grid.eta=[0.05, 0.02, 0.1]", "exit.walkers=700")
    report = sweep(grown, tmp_path, simulate)
    assert old < set(shard_names(tmp_path))
    assert report.n_skipped == 12
    news = {(cell.eta, first, n) for cell, first, n in simulate.calls}
    assert news == {(0.05, 600, 100), (0.02, 600, 100), (0.1, 0, 256), (0.1, 256, 256), (0.1, 512, 188)}
    assert all_columns(tmp_path) == expected_columns(grown)


def test_fewer_walkers_or_cells_need_no_work_and_are_all_that_is_loaded(tmp_path):
    sweep(plan(), tmp_path)
    fewer = plan("exit.walkers=300", "grid.eta=[0.02]")
    assert sweep(fewer, tmp_path).n_written == 0
    assert all_columns(tmp_path) == expected_columns(fewer)
    assert sweep(plan(), tmp_path).n_written == 0


def test_a_larger_max_steps_computes_anew_only_shards_with_censored_walkers(tmp_path):
    short, long = plan("exit.max_steps=150"), plan("exit.max_steps=100_000")
    sweep(short, tmp_path)
    censored = {
        (sample.cell, int(walker) // 256)
        for sample in load_cells(tmp_path)
        for walker in sample.walker[sample.is_censored]
    }
    assert 0 < len(censored) < 12
    old, simulate = shard_names(tmp_path), Recorder()
    report = sweep(long, tmp_path, simulate)
    assert {(cell, first // 256) for cell, first, _ in simulate.calls} == censored
    assert (report.n_superseded, report.n_written) == (len(censored), len(censored))
    assert sorted(path.name for path in (tmp_path / "superseded").iterdir()) == sorted(
        set(old) - set(shard_names(tmp_path))
    )
    assert all_columns(tmp_path) == expected_columns(long)


def test_a_smaller_max_steps_is_refused_where_walkers_took_longer_and_nothing_changes(tmp_path):
    sweep(plan(), tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(PlanError, match=r"exit\.max_steps = 150 is smaller .* keep max_steps = 1000"):
        sweep(plan("exit.max_steps=150"), tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_smaller_max_steps_that_no_walker_reached_changes_nothing(tmp_path):
    sweep(plan("exit.max_steps=1_000_000"), tmp_path)
    longest = max(int(sample.exit_steps.max()) for sample in load_cells(tmp_path))
    assert sweep(plan(f"exit.max_steps={longest}"), tmp_path).n_written == 0
    with pytest.raises(PlanError):
        sweep(plan(f"exit.max_steps={longest - 1}"), tmp_path)


def test_cells_without_alpha_are_cells_as_well(tmp_path):
    study = plan('noise.kind="normal"', "grid={ eta = [0.1], b = [inf] }", "exit.walkers=300")
    sweep(study, tmp_path)
    assert all_columns(tmp_path) == expected_columns(study)
    assert sweep(study, tmp_path).n_skipped == 2
