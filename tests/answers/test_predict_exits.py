"""Tests of predictions of single cells: what is refused, and what a refusal leaves behind."""

import gc
from pathlib import Path

from hts.answers import predicting
from hts.answers.predicting import predict_cell
from hts.plans import parse_plan
from hts.theory.exact import means
from hts.theory.exact.solutions import ExitSolution

PLAN = """
[landscape]
kind = "basin"
minimum = 0.0
curvature = 1.0
[noise]
kind = "pareto"
[grid]
eta = [0.1]
b = [inf]
alpha = [1.5]
[exit]
domain = [-1.0, 1.2]
start = 0.0
walkers = 400
max_steps = 50_000
"""


def test_the_matrices_of_a_refused_cell_are_gone_while_a_larger_eta_is_sought(monkeypatch):
    """The exception held them, half a gigabyte at most, and the next cells were solved beside them."""
    plan, alive = parse_plan(PLAN, Path("plan.toml")), []

    def solutions():
        gc.collect()
        return {id(one) for one in gc.get_objects() if issubclass(type(one), ExitSolution)}

    others = solutions()  # of tests before this one

    def look(_):
        alive.extend(solutions() - others)
        return "eta = 1 can be computed"

    monkeypatch.setattr(means, "WORTHLESS", 0.0)
    monkeypatch.setattr(predicting, "larger_eta", look)
    said = predict_cell(plan, plan.cells()[0])
    assert said.mean_exit_steps_exact is None
    assert said.warnings[-1].endswith("take a larger eta; eta = 1 can be computed")
    assert alive == []
