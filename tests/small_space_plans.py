"""Small plans in several dimensions that tests share."""

from pathlib import Path

from hts.plans import SpacePlan, parse_study

RADIAL = """
title = "small"
seed = 5
dimension = 2
[landscape]
kind = "radial"
[noise]
kind = "pareto"
scale = 0.5
[grid]
eta = [0.2, 0.1]
b = [0.7]
alpha = [1.5]
[exit]
well = 0
walkers = 300
max_steps = 400
"""
VISITS = """
seed = 5
dimension = 2
[landscape]
kind = "formula"
f = "(x**2 - 1)**2 / 4 + y**2"
low = [-2.0, -2.0]
high = [2.0, 2.0]
L = 2.5
[noise]
kind = "stable"
scale = 0.3
[grid]
eta = [0.05]
b = [0.8]
alpha = [1.6]
[visits]
well = 0
walkers = 8
steps = 500
radius = 0.4
"""


def plan_of(text: str = RADIAL, **changes: str) -> SpacePlan:
    """A plan with lines replaced: `walkers="50"` replaces the value of that key."""
    lines = text.splitlines()
    for key, value in changes.items():
        lines = [f"{key} = {value}" if line.startswith(f"{key} =") else line for line in lines]
    plan = parse_study("\n".join(lines), Path("small.toml"))
    assert isinstance(plan, SpacePlan)
    return plan
