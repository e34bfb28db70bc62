"""Tests of hts/sweeps/running: what is computed, what is skipped, and what is refused."""

import json
import math
import threading
from functools import partial

import numpy as np
import pytest
from fake_exits import (
    STREAMS,
    Recorder,
    all_columns,
    fake_exits,
    half_written,
    plan,
    shard_names,
    slow_exits,
    sweep,
    taking,
)

from hts.errors import IncompleteError, PlanError, StoppedError
from hts.plans import Cell, read_plan
from hts.sweeps import Choices, FailedSweepError, load_cells, sweep_status, verify_sweep


def expected_columns(study):
    """The same walkers, each cell in one go."""
    columns = {}
    for cell in study.cells():
        sample = fake_exits(cell, 0, study.exit.walkers, study.exit.max_steps, lambda n: None, None)
        columns[cell] = {
            name: getattr(sample, name).tobytes() for name in ("walker", "exit_steps", "is_censored", "side", "landing")
        }
    return columns


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


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"overrides": ["noise.scale=2.0"]}, r"noise\.scale: 2\.0 here, 1\.0 there"),
        ({"overrides": ["landscape.curvature=3.0"]}, r"landscape\.curvature: 3\.0 here, 1\.0 there"),
        ({"overrides": ["exit.domain=[-1.0, 2.0]"]}, r"exit\.high: 2\.0 here, 1\.0 there"),
        ({"seed": 6}, r"seed: 6 here, 5 there"),
    ],
)
def test_a_folder_of_another_plan_is_refused_naming_what_differs(tmp_path, change, key):
    sweep(plan(), tmp_path)
    with pytest.raises(PlanError, match=key):
        sweep(plan(*change.get("overrides", ()), seed=change.get("seed")), tmp_path)


def test_another_title_or_figure_is_the_same_plan(tmp_path):
    sweep(plan(), tmp_path)
    assert sweep(plan('title="renamed"', 'figure.published="WOR"'), tmp_path).n_written == 0
    assert read_plan(tmp_path / "plan.toml").title == "renamed"


def test_other_random_streams_are_refused(tmp_path):
    sweep(plan(), tmp_path)
    with pytest.raises(PlanError, match=r"random streams fake/1, this hts has fake/2"):
        sweep(plan(), tmp_path, stream_version="fake/2")


def test_without_identity_the_shards_themselves_refuse_another_plan(tmp_path):
    sweep(plan(), tmp_path)
    (tmp_path / "identity.json").write_text('{"identity": "torn')
    with pytest.raises(PlanError, match="holds results of another plan"):
        sweep(plan("noise.scale=2.0"), tmp_path)
    with pytest.raises(PlanError, match="holds results of another plan"):
        sweep(plan(), tmp_path, stream_version="fake/2")
    report = sweep(plan(), tmp_path)
    assert (report.n_written, report.n_damaged) == (0, 0)
    assert json.loads((tmp_path / "identity.json").read_text())["stream_version"] == STREAMS


def test_a_folder_with_other_peoples_files_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("dear")
    with pytest.raises(PlanError, match=r"thesis\.tex"):
        sweep(plan(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_cell_that_fails_leaves_the_others_alone_and_is_tried_again_when_asked(tmp_path):
    def fails(cell, first, *rest):
        if cell.b == math.inf and cell.eta == 0.02 and first == 256:
            raise ZeroDivisionError("no such luck\nsecond line")
        return fake_exits(cell, first, *rest)

    with pytest.raises(
        FailedSweepError, match=r"1 cell failed.*\n.*eta0.02_binf.*: ZeroDivisionError: no such luck$"
    ) as told:
        sweep(plan(), tmp_path, fails)
    assert isinstance(told.value, IncompleteError)
    report = told.value.report
    assert (report.n_written, len(report.failures)) == (11, 1)
    assert (report.failures[0].first_walker, report.failures[0].n_walkers) == (256, 256)
    (kept,) = (tmp_path / "failures").iterdir()
    document = json.loads(kept.read_text())
    assert document["cell"] == {"eta": 0.02, "b": "inf", "alpha": 1.5, "well": 0}
    assert "in fails" in document["trace"]
    states = {status.cell: (status.state, status.walkers_done) for status in sweep_status(tmp_path)}
    assert states.pop(Cell(0.02, math.inf, 1.5, 0)) == ("failed", 344)
    assert set(states.values()) == {("done", 600)}

    with pytest.raises(FailedSweepError, match="no such luck") as told:  # it would fail again, for all we know
        sweep(plan(), tmp_path)
    assert (told.value.report.n_written, told.value.report.n_skipped) == (0, 11)
    assert (tmp_path / "failures").exists()
    report = sweep(plan(), tmp_path, choices=Choices(retry_failed=True))
    assert (report.n_written, report.n_skipped) == (1, 11)
    assert list((tmp_path / "failures").iterdir()) == []
    assert all_columns(tmp_path) == expected_columns(plan())


def test_the_first_failure_ends_the_run_when_asked_and_the_rest_goes_on_later(tmp_path):
    def fails(cell, first, *rest):
        if cell.eta == 0.02 and first == 0:
            raise ZeroDivisionError("no such luck")
        return slow_exits(cell, first, *rest)

    with pytest.raises(FailedSweepError, match="the others were stopped and go on") as told:
        sweep(plan(), tmp_path, fails, choices=Choices(fail_fast=True))
    assert 1 <= len(told.value.report.failures) <= 2
    assert len(shard_names(tmp_path) if (tmp_path / "shards").exists() else []) < 8
    sweep(plan(), tmp_path, choices=Choices(retry_failed=True))
    assert all_columns(tmp_path) == expected_columns(plan())


def test_shares_are_disjoint_and_together_the_whole_in_whatever_order_they_run(tmp_path):
    study = plan("exit.walkers=1000")
    sweep(study, tmp_path / "whole")
    seen = []
    for share in (3, 1, 2):
        simulate = Recorder()
        report = sweep(study, tmp_path / "shared", simulate, choices=Choices(share=(share, 3)))
        assert report.n_written == len(simulate.calls)
        seen.append(simulate.calls)
    assert [len(calls) for calls in seen] == [6, 5, 5]
    assert report.n_elsewhere == 0
    assert len({call for calls in seen for call in calls}) == 16
    assert {cell for cell, _, _ in seen[0]} == set(study.cells())  # each share has its part of every cell
    assert shard_names(tmp_path / "whole") == shard_names(tmp_path / "shared")


def test_shares_may_be_counted_from_0_or_from_1_and_do_not_depend_on_what_is_done(tmp_path):
    one, other = Recorder(), Recorder()
    sweep(plan(), tmp_path / "a", one, choices=Choices(share=(0, 4)))
    sweep(plan(), tmp_path / "b", choices=Choices(share=(1, 4)))
    report = sweep(plan(), tmp_path / "b", other, choices=Choices(share=(4, 4)))
    assert sorted(one.calls, key=repr) == sorted(other.calls, key=repr)
    assert report.n_elsewhere == 6
    for wrong in ((5, 4), (-1, 4), (1, 0)):
        with pytest.raises(PlanError, match="share: must be i/n"):
            Choices(share=wrong)


def test_many_failures_are_told_in_few_lines(tmp_path):
    def fails(*args):
        raise ValueError

    with pytest.raises(FailedSweepError) as told:
        sweep(plan("grid.eta={ lin = [0.1, 0.2, 5] }"), tmp_path, fails)
    lines = str(told.value).splitlines()
    assert lines[0].startswith("10 cells failed")
    assert len(lines) == 7
    assert lines[1].endswith(": ValueError")
    assert lines[-1] == "  ..."


def test_a_simulator_that_returns_other_walkers_is_not_believed(tmp_path):
    with pytest.raises(FailedSweepError, match="other walkers"):
        sweep(plan(), tmp_path, lambda cell, first, *rest: fake_exits(cell, first + 1, *rest))
    assert not (tmp_path / "shards").exists()


def test_long_cells_come_first_by_small_eta_small_b_large_alpha(tmp_path):
    study = plan("grid.eta=[0.1, 0.01]", "grid.b=[inf, 0.4]", "grid.alpha=[1.2, 1.8]", "exit.walkers=1")
    simulate = Recorder()
    sweep(study, tmp_path / "a", simulate, threads=1)
    order = [(cell.eta, cell.b, cell.alpha) for cell, _, _ in simulate.calls]
    assert order[:4] == [(0.01, 0.4, 1.8), (0.01, 0.4, 1.2), (0.01, math.inf, 1.8), (0.01, math.inf, 1.2)]
    assert order[4:] == [(0.1, b, alpha) for _, b, alpha in order[:4]]


def test_expected_steps_decide_the_order_up_to_max_steps(tmp_path):
    study = plan("grid.b=[0.3, 0.4, 0.5, inf]", "grid.eta=[0.1]", "exit.walkers=1")
    simulate = Recorder()
    expected = {0.3: 10.0, 0.4: 1e9, 0.5: 1e12, math.inf: 20.0}
    sweep(study, tmp_path, simulate, threads=1, expected_steps=lambda cell: expected[cell.b])
    assert [cell.b for cell, _, _ in simulate.calls] == [0.4, 0.5, math.inf, 0.3]  # the first two reach max_steps


def test_cells_without_alpha_are_cells_as_well(tmp_path):
    study = plan('noise.kind="normal"', "grid={ eta = [0.1], b = [inf] }", "exit.walkers=300")
    sweep(study, tmp_path)
    assert all_columns(tmp_path) == expected_columns(study)
    assert sweep(study, tmp_path).n_skipped == 2


def test_progress_grows_to_the_end_and_comes_from_the_calling_thread(tmp_path):
    seen, threads = [], set()

    def look(progress):
        seen.append(progress)
        threads.add(threading.current_thread())

    report = sweep(plan(), tmp_path, slow_exits, on_progress=look)
    assert threads == {threading.main_thread()}
    assert len(seen) >= 3
    assert (seen[0].shards_done, seen[0].walkers_done, seen[0].steps_done) == (0, 0, 0)
    assert (seen[-1].shards_done, seen[-1].walkers_done, seen[-1].seconds_left) == (12, 2400, 0.0)
    assert seen[-1].steps_done == report.walker_steps
    assert all(np.diff([progress.walkers_done for progress in seen]) >= 0)


def test_a_run_that_is_told_to_stop_finishes_no_further_shard_and_keeps_what_is_done(tmp_path):
    when_told = []

    def should_stop():
        names = shard_names(tmp_path)
        if names:
            when_told.append(names)
        return bool(when_told)

    with pytest.raises(StoppedError, match=r"stopped; \d+ of 12 shards are done and kept\. Run it again"):
        sweep(plan(), tmp_path, taking(0.1), should_stop=should_stop)
    # the other thread may have been past its last look at should_stop, and no more than it
    assert len(when_told[0]) <= len(shard_names(tmp_path)) <= len(when_told[0]) + 1
    assert half_written(tmp_path) == []
    assert not (tmp_path / "failures").exists()
    report = sweep(plan(), tmp_path)
    assert report.n_skipped + report.n_written == 12
    assert all_columns(tmp_path) == expected_columns(plan())


def test_ctrl_c_stops_the_threads_and_passes_on(tmp_path):
    def interrupted(progress):
        if progress.shards_done >= 2:
            raise KeyboardInterrupt

    n_threads = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        sweep(plan(), tmp_path, taking(0.1), on_progress=interrupted)
    assert threading.active_count() == n_threads
    assert half_written(tmp_path) == []
    assert 2 <= len(shard_names(tmp_path)) < 12


def test_a_wrong_number_of_threads_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(PlanError, match="threads"):
        sweep(plan(), tmp_path / "new", threads=0)
    assert not (tmp_path / "new").exists()


def test_two_runs_at_once_waste_time_but_damage_nothing(tmp_path):
    runs = [threading.Thread(target=partial(sweep, plan(), tmp_path, slow_exits)) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    sweep(plan(), tmp_path / "alone")
    assert shard_names(tmp_path) == shard_names(tmp_path / "alone")
