"""Tests of the second look with real walkers and real predictions: a world that is 1 % off in eta is still accused."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hts.answers import ExitPrediction, predict
from hts.comparison import ExitComparison, exact_predictions_again, fit_results
from hts.plans import Cell, Plan, read_plan
from hts.sweeps import EXIT_STUDY, run_sweep

PLAN = """title = "second look"
seed = 5
[landscape]
kind = "basin"
minimum = 0.0
curvature = 1.0
[noise]
kind = "student"
[grid]
eta = [0.3, 0.2]
b = [0.7]
alpha = [1.5]
[exit]
domain = [-1.0, 1.0]
start = 0.0
walkers = 200_000
max_steps = 2000
"""


def simulator(
    plan: Plan, factor: float
) -> Callable[[Cell, int, int, int, Callable[[int], None], Callable[[], bool]], Any]:
    """Return the simulation of another world, the eta of every cell times a factor."""

    def simulate(
        cell: Cell, first: int, n: int, max_steps: int, on_steps: Callable[[int], None], should_stop: Callable[[], bool]
    ) -> Any:
        other = EXIT_STUDY.simulator(plan, replace(cell, eta=factor * cell.eta), max_steps)
        return other(first, n, on_steps=on_steps, should_stop=should_stop)

    return simulate


def fitted(folder: Path, factor: float) -> tuple[ExitComparison, int]:
    """Return what is found of that world, and how many cells were looked at twice."""
    (folder / "plan.toml").write_text(PLAN)
    plan, again = read_plan(folder / "plan.toml"), []
    run_sweep(plan, folder / "out", threads=1, simulate=simulator(plan, factor), stream_version="test")
    look = partial(predict, threads=1, with_survival=True)

    def finer(plan: Plan, cells: Sequence[Cell]) -> Sequence[ExitPrediction]:
        again.extend(cells)
        return look(plan, cells, finer=True)

    first = exact_predictions_again(look)
    return fit_results(folder / "out", lambda plan: first(plan, plan.cells()), exact_predictions_again(finer)), len(
        again
    )


@pytest.mark.parametrize(("factor", "is_right"), [(1.0, True), (1.01, False)])
def test_a_world_of_one_per_cent_in_eta_is_accused_by_both_looks(tmp_path: Path, factor: float, is_right: bool) -> None:
    """The means are 1 % off, four standard errors of 200,000 walkers; the right world fails for one seed in 100."""
    comparison, n_again = fitted(tmp_path, factor)
    [fit] = comparison.fits
    assert ("a bug, or a wrong model" in fit.verdict) is not is_right
    assert ("simulation and exact agree in 2 cells" in fit.verdict) is is_right
    assert n_again == (0 if is_right else 2)
    if not is_right:
        assert all(abs(cell.z_exact or 0.0) > 3.0 for cell in comparison.cells)
