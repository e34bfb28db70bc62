"""Tests of hts/sweeps/studies: what reaches the kernels is what the plan says."""

import dataclasses
import math

from fake_exits import fake_exits, half_written, plan, shard_names
from stops import stop_kernels

from hts.ensembles import STREAM_VERSION, driving, exits
from hts.plans import Cell
from hts.sweeps import EXIT_STUDY, run_sweep, studies


def test_the_exit_problem_of_a_cell_holds_the_numbers_of_its_plan():
    study = plan("landscape.L=4.0", "noise.scale=0.5", "exit.start=0.25")
    problem = EXIT_STUDY.problem(study, Cell(0.02, math.inf, 1.5, 0))
    assert (problem.eta, problem.b, problem.projection, problem.seed) == (0.02, math.inf, 4.0, 5)
    assert (problem.low, problem.high, problem.start) == (-1.0, 1.0, 0.25)
    assert (problem.noise.kind, problem.noise.alpha, problem.noise.scale) == ("pareto", 1.5, 0.5)
    assert problem.gradient(0.3) == 0.3


def test_a_sweep_asks_the_ensembles_unless_told_otherwise(tmp_path, monkeypatch):
    asked = []

    def simulate_exits(problem, first_walker, n_walkers, max_steps, on_steps, should_stop, **checkpoints):
        asked.append((problem.eta, problem.b, first_walker, n_walkers, max_steps, should_stop()))
        cell = Cell(problem.eta, problem.b, problem.noise.alpha, 0)
        sample = fake_exits(cell, first_walker, n_walkers, max_steps, on_steps, should_stop)
        return dataclasses.replace(sample, steps_beyond_domain=0)

    monkeypatch.setattr(studies, "simulate_exits", simulate_exits)
    run_sweep(plan("grid.eta=[0.05]", "exit.walkers=300"), tmp_path, threads=1)
    assert asked == [(0.05, b, 0, 300, 1000, False) for b in (0.7, math.inf)]  # both shards in one queue
    assert STREAM_VERSION in (tmp_path / "identity.json").read_text()


def test_real_walkers_are_the_same_after_stops_and_with_other_threads(tmp_path, monkeypatch):
    monkeypatch.setattr(driving, "FIRST_BUDGET", 10_000)
    monkeypatch.setattr(driving, "SECONDS_PER_CALL", 1e-9)  # a chunk a call, however fast the machine
    monkeypatch.setattr(driving, "SECONDS_NOT_WORTH_KEEPING", 0.0)
    study = plan("grid.eta=[0.02]", "exit.max_steps=100_000", "exit.walkers=600")
    run_sweep(study, tmp_path / "one", threads=1)
    for _ in range(2):
        stop_kernels(lambda n_calls: n_calls > 100, study, tmp_path / "many", exits, "advance_exits", threads=3)
    assert run_sweep(study, tmp_path / "many", threads=3).n_written > 0
    assert shard_names(tmp_path / "one") == shard_names(tmp_path / "many")
    assert half_written(tmp_path / "many") == []


def test_the_gradient_is_made_once_for_all_cells_of_a_plan():
    study = plan()
    first, *_, last = (EXIT_STUDY.problem(study, cell) for cell in study.cells())
    assert first.gradient is last.gradient
