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


@settings(max_examples=6)
@given(plans())
def test_an_accepted_plan_is_described_and_runs(tables):
    check_described_and_run(parse_plan(written(tables), Path("plan.toml")))


@pytest.mark.long
@settings(max_examples=150)
@given(plans())
def test_many_accepted_plans_are_described_and_run(tables):
    check_described_and_run(parse_plan(written(tables), Path("plan.toml")))
