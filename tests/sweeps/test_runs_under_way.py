"""Tests of hts/sweeps/sweep: runs that are watched, told to stop, interrupted, or not alone in their folder."""

import threading
from functools import partial
from itertools import count

import numpy as np
import pytest
from fake_exits import (
    all_columns,
    expected_columns,
    fake_exits,
    half_written,
    plan,
    shard_names,
    slow_exits,
    sweep,
    taking,
)
from stops import PATIENCE, stopped, wait_until

from hts.errors import StoppedError


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
    numbers, second_has_begun = count(1), threading.Event()

    def exits(*arguments):
        number = next(numbers)
        if number > 2:
            return stopped(*arguments)
        if number == 2:  # past its last look at should_stop when the run is told
            second_has_begun.set()
            wait_until(arguments[-1], "the stop", patience=PATIENCE)
        return fake_exits(*arguments)

    with pytest.raises(StoppedError, match=r"stopped; 2 of 12 shards are done and kept\. Run it again"):
        sweep(plan(), tmp_path, exits, should_stop=lambda: bool(shard_names(tmp_path)) and second_has_begun.is_set())
    assert half_written(tmp_path) == []
    assert not (tmp_path / "failures").exists()
    report = sweep(plan(), tmp_path)
    assert (report.n_skipped, report.n_written) == (2, 10)
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


def test_two_runs_at_once_waste_time_but_damage_nothing(tmp_path):
    runs = [threading.Thread(target=partial(sweep, plan(), tmp_path, slow_exits)) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    sweep(plan(), tmp_path / "alone")
    assert shard_names(tmp_path) == shard_names(tmp_path / "alone")
