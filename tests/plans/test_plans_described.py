"""Tests that whatever plan is accepted can be described and run: an answer or a message, never a traceback."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from drawn_plans import plans, written
from hypothesis import given, settings

from hts.errors import HtsError
from hts.forecast import describe
from hts.plans import parse_plan
from hts.sweeps import run_sweep, sweep_status


def few(plan):
    """Make a plan small: a walker or two of ten steps."""
    return replace(plan, exit=plan.exit.model_copy(update={"walkers": 2, "max_steps": 10}))


def check_described_and_run(plan):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "results"
        try:
            before = describe(few(plan), folder)
            run_sweep(few(plan), folder, threads=1)
        except HtsError:  # a message: where the physics is out of reach, say
            return
        assert {cell.state for cell in before.cells} == {"missing"}
        assert {status.state for status in sweep_status(folder)} == {"done"}
        assert describe(few(plan), folder).cost.expected_steps == 0


EXTREME = """
[landscape]
kind = "multi-well"
minima = [-4.0, 0.0, 4.0]
barriers = [-2.0, 2.0]
curvature = 1.0
[noise]
kind = "stable"
scale = 34.0
[grid]
eta = [0.03125]
b = [0.0078278]
alpha = [1.5]
[exit]
well = 1
walkers = 2
max_steps = 10
"""


@pytest.mark.parametrize(
    ("noise", "eta", "b"),
    [
        ('"stable"\nscale = 34.0', "0.03125", "0.0078278"),  # l* = 256, and H(1/eta)/eta = 50
        ('"pareto"\nscale = 1e15', "1e-10, 1e-30", "0.0601, 1.6"),
        ('"lomax"\nscale = 1e-90', "1e-10", "1e-90, 1.6"),
        ('"normal"\nscale = 1e90', "0.1", "inf"),
        ('"normal"\nscale = 1e-90', "0.1", "inf"),
    ],
)
def test_a_plan_of_extreme_noise_or_clips_is_described_without_a_traceback(noise, eta, b):
    text = EXTREME.replace('"stable"\nscale = 34.0', noise).replace("0.03125", eta).replace("0.0078278", b)
    if "normal" in noise:
        text = text.replace("alpha = [1.5]\n", "")
    description = describe(parse_plan(text, Path("plan.toml")))
    assert all(0 < cell.mean_steps <= 10 for cell in description.cells)
    assert not any(steps == 0 for graph in description.graphs for each in graph.relaxation_steps for _, steps in each)
    assert description.cells


@settings(max_examples=6)
@given(plans())
def test_an_accepted_plan_is_described_and_runs(tables):
    check_described_and_run(parse_plan(written(tables), Path("plan.toml")))


@pytest.mark.long
@settings(max_examples=150)
@given(plans())
def test_many_accepted_plans_are_described_and_run(tables):
    check_described_and_run(parse_plan(written(tables), Path("plan.toml")))
