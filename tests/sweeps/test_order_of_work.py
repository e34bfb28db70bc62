"""Tests of hts/sweeps/sweep: which cells come first, and which shards are whose where a run is shared."""

import math

import pytest
from fake_exits import Recorder, plan, shard_names, sweep

from hts.errors import PlanError
from hts.sweeps import Choices


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


def test_shares_count_from_1_and_do_not_depend_on_what_is_done(tmp_path):
    one, other = Recorder(), Recorder()
    sweep(plan(), tmp_path / "a", one, choices=Choices(share=(4, 4)))
    sweep(plan(), tmp_path / "b", choices=Choices(share=(1, 4)))
    report = sweep(plan(), tmp_path / "b", other, choices=Choices(share=(4, 4)))
    assert sorted(one.calls, key=repr) == sorted(other.calls, key=repr)
    assert report.n_elsewhere == 6
    for wrong in ((5, 4), (0, 4), (-1, 4), (1, 0)):
        with pytest.raises(PlanError, match="share: must be i/n"):
            Choices(share=wrong)


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
