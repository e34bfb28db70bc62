"""Tests of hts/sweeps/progress: what is counted, and the time that is left."""

import pytest

from hts.plans import Cell
from hts.sweeps.progress import Meter
from hts.sweeps.tasks import Task

FAST, SLOW = Cell(0.1, 0.7, 1.5, 0), Cell(0.01, 0.7, 1.5, 0)
TASKS = [Task(SLOW, 0, 100), Task(SLOW, 100, 100), Task(FAST, 0, 50)]


def meter(**kwargs):
    return Meter(shards_stored=2, walkers_stored=30, tasks=list(TASKS), **kwargs)


def steps_left(progress):
    return None if progress.seconds_left is None else progress.seconds_left * progress.steps_per_second


def test_what_earlier_runs_did_counts_as_done_but_not_their_steps():
    progress = meter().read()
    assert (progress.shards_done, progress.shards_total) == (2, 5)
    assert (progress.walkers_done, progress.walkers_total) == (30, 280)
    assert (progress.steps_done, progress.steps_per_second, progress.cells) == (0, 0.0, ())


def test_nobody_knows_how_long_it_takes_before_a_shard_is_done():
    count = meter()
    count.begin(TASKS[0])
    count.add(TASKS[0], 700)
    progress = count.read()
    assert progress.seconds_left is None
    assert progress.share is None
    assert (progress.steps_done, progress.cells) == (700, (SLOW,))


def test_the_time_left_is_that_of_the_walkers_left_at_the_mean_of_their_cell():
    count = meter()
    for task in TASKS[:2]:
        count.begin(task)
    count.add(TASKS[0], 900)
    count.add(TASKS[1], 400)
    count.finish(TASKS[0], 1000)
    progress = count.read()
    assert (progress.steps_done, progress.walkers_done, progress.shards_done) == (1400, 130, 3)
    # 100 walkers of the slow cell and, for want of better, 50 of the fast one at 10 steps each; 400 are done
    assert steps_left(progress) == pytest.approx(1500 - 400)
    assert progress.share == pytest.approx(1400 / (1400 + 1100))
    count.begin(TASKS[2])
    count.finish(TASKS[2], 50)
    assert steps_left(count.read()) == pytest.approx(1000 - 400)
    count.finish(TASKS[1], 1200)
    assert steps_left(count.read()) == 0.0
    assert count.read().steps_done == count.steps_finished == 2250


def test_expected_steps_are_believed_until_walkers_say_otherwise():
    count = meter(expected_steps={FAST: 2.0, SLOW: 7.0})
    count.begin(TASKS[0])
    count.add(TASKS[0], 1)
    assert steps_left(count.read()) == pytest.approx(200 * 7 + 50 * 2 - 1)
    count.finish(TASKS[0], 1000)
    assert steps_left(count.read()) == pytest.approx(100 * 10 + 50 * 2)


def test_a_shard_that_failed_is_waited_for_no_longer():
    count = meter()
    count.begin(TASKS[0])
    count.finish(TASKS[0], 100)
    count.begin(TASKS[1])
    count.add(TASKS[1], 55)
    count.drop(TASKS[1])
    progress = count.read()
    assert (progress.steps_done, progress.cells) == (100, ())
    assert steps_left(progress) == pytest.approx(50)
