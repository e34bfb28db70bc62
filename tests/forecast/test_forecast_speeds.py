"""Tests that only runs that computed enough teach their speed, and that nonsense in the file is not believed."""

import json
from dataclasses import replace

import pytest
from fake_exits import plan, sweep
from fake_visits import plan as plan_of_visits

from hts.forecast import remember_speed, speeds
from hts.noise import LAWS
from hts.sweeps import SweepReport

PLAN = plan()
NAME = "pareto/hinges"
ENOUGH = SweepReport(4, 0, 0, 0, walker_steps=10**10, steps_resumed=0, seconds=600.0, failures=(), computing_seconds=50)


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """The file of speeds, in a folder that is not there yet."""
    path = tmp_path / "cache" / "speeds.json"
    monkeypatch.setattr(speeds, "SPEEDS_FILE", path)
    monkeypatch.setattr(speeds, "available_cores", lambda: 8)
    return path


def test_a_speed_is_steps_over_processor_time_whatever_the_clock_says(kept):
    assert speeds.speed_of(PLAN) == (LAWS["pareto"].steps_per_second, "assumed")
    remember_speed(PLAN, ENOUGH, 2)
    assert speeds.speed_of(PLAN) == (2e8, "earlier runs")
    assert speeds.speed_of(plan_of_visits())[1] == "assumed"
    resumed = replace(ENOUGH, steps_resumed=5 * 10**9)
    remember_speed(plan_of_visits(), resumed, 2)
    assert speeds.speed_of(plan_of_visits()) == (1e8, "earlier runs")


@pytest.mark.parametrize(
    ("little", "threads"),
    [
        (replace(ENOUGH, walker_steps=10**9 - 1), 2),
        (replace(ENOUGH, steps_resumed=9 * 10**9 + 1), 2),
        (replace(ENOUGH, computing_seconds=9.9), 2),  # 4.95 s each
        (replace(ENOUGH, computing_seconds=39.9), None),  # of eight cores
        (replace(ENOUGH, computing_seconds=2e4), 2),  # 0.5 Msteps/s: no kernel is that slow
        (replace(ENOUGH, walker_steps=10**13, computing_seconds=10.0), 2),
    ],
)
def test_runs_that_computed_little_teach_nothing(kept, little, threads):
    remember_speed(PLAN, little, threads)
    assert speeds.speed_of(PLAN)[1] == "assumed"


def test_the_largest_of_the_last_speeds_counts(kept):
    for seconds in (20.0, 100.0, 100.0, 100.0, 100.0):
        remember_speed(PLAN, replace(ENOUGH, computing_seconds=seconds), 2)
    assert speeds.speed_of(PLAN)[0] == 5e8
    remember_speed(PLAN, replace(ENOUGH, computing_seconds=80.0), 2)  # the first one is forgotten
    assert speeds.speed_of(PLAN)[0] == 1.25e8
    assert len(json.loads(kept.read_text())[NAME]) == speeds.RUNS_KEPT


@pytest.mark.parametrize(
    "content", ["", "[1]", "{", f'{{"{NAME}": 3e3}}', f'{{"{NAME}": [3e3, "x", null, NaN]}}', f'{{"{NAME}": []}}']
)
def test_nonsense_in_the_file_is_not_believed(kept, content):
    kept.parent.mkdir()
    kept.write_text(content)
    assert speeds.speed_of(PLAN)[1] == "assumed"
    remember_speed(PLAN, ENOUGH, 2)
    assert speeds.speed_of(PLAN) == (2e8, "earlier runs")


def test_a_folder_that_cannot_be_written_is_no_matter(kept):
    kept.parent.write_text("a file")
    remember_speed(PLAN, ENOUGH, 2)
    assert speeds.speed_of(PLAN)[1] == "assumed"


def test_a_sweep_adds_up_the_processor_time_of_its_shards(tmp_path, monkeypatch):
    ticks = iter(range(1000))
    monkeypatch.setattr("hts.sweeps.computer.time.thread_time", lambda: 3.0 * next(ticks))
    report = sweep(PLAN, tmp_path, threads=1)
    assert (report.n_written, report.computing_seconds) == (12, 36.0)
    assert sweep(PLAN, tmp_path).computing_seconds == 0.0
