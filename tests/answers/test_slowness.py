"""Tests that slow cells are told before they are computed."""

from pathlib import Path

import pytest

from hts.answers import slowness
from hts.answers.slowness import expected_seconds, slow_cells
from hts.plans import parse_plan

PLAN = """
[landscape]
kind = "basin"
minimum = 0.0
curvature = 1.0
[noise]
kind = "student"
scale = 1.0
[grid]
eta = { geom = [1e-1, 1e-6, 6] }
b = [0.35, inf]
alpha = [1.5]
[exit]
domain = [-1.0, 1.2]
start = 0.0
walkers = 400
max_steps = 50_000
"""


def plan(*overrides):
    return parse_plan(PLAN, Path("plan.toml"), overrides)


def test_time_grows_as_eta_falls_and_with_the_jumps():
    cells = {(cell.eta, cell.b): expected_seconds(plan(), cell) for cell in plan().cells()}
    etas = sorted({eta for eta, _ in cells})
    for b in (0.35, float("inf")):
        seconds = [cells[eta, b] for eta in etas]
        assert seconds == sorted(seconds, reverse=True)
    assert all(cells[eta, 0.35] > cells[eta, float("inf")] for eta in etas)


def test_slow_cells_are_counted_and_the_slowest_is_named(monkeypatch):
    monkeypatch.setattr(slowness, "expected_seconds", lambda _, cell: 4.0 if cell.eta > 1e-5 else 12.0)
    said = slow_cells(plan(), plan().cells())
    assert said == (
        "exact exit times take about 80 s of one core: 4 of 12 cells take over 5 s each, "
        "the slowest about 12 s (eta 1e-06, b 0.35, alpha 1.5)"
    )


def test_of_many_cells_some_are_looked_at(monkeypatch):
    looks = []
    monkeypatch.setattr(slowness, "expected_seconds", lambda _, cell: looks.append(cell) or 12.0)
    many = plan("grid.eta={ geom = [1e-1, 1e-6, 600] }")
    said = slow_cells(many, many.cells())
    assert len(looks) == slowness.MOST_LOOKS
    assert "about 4 h of one core: 60 of 60 cells looked at take over 5 s each" in said


@pytest.mark.parametrize("override", ["grid.b=[inf]", "noise.scale=1e-100"])
def test_nothing_is_said_of_cells_that_are_quick_or_refused(override):
    assert slow_cells(plan(override), plan(override).cells()) is None
