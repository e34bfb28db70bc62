"""Tests of hts/sweeps/sweep where cells fail: what is kept, what is told, and what is tried again."""

import json
import math
from itertools import count

import pytest
from fake_exits import all_columns, expected_columns, fake_exits, plan, shard_names, sweep
from stops import stopped

from hts.errors import IncompleteError
from hts.plans import Cell
from hts.sweeps import Choices, FailedSweepError, sweep_status


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
    numbers = count(1)

    def fails(*arguments):
        number = next(numbers)
        if number == 3:
            raise ZeroDivisionError("no such luck")
        return (fake_exits if number < 3 else stopped)(*arguments)

    with pytest.raises(FailedSweepError, match="the others were stopped and go on") as told:
        sweep(plan(), tmp_path, fails, choices=Choices(fail_fast=True))
    assert (told.value.report.n_written, len(told.value.report.failures)) == (2, 1)
    assert len(shard_names(tmp_path)) == 2
    sweep(plan(), tmp_path, choices=Choices(retry_failed=True))
    assert all_columns(tmp_path) == expected_columns(plan())


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
