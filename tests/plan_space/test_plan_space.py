"""Tests that predictions are right over the whole space of plans: random ones against plain walks and finer meshes.

False alarms: the seeds are fixed; over other seeds the smallest of all p falls below 1e-5 divided by their number once
in 1e5 times, and the root mean square of the z leaves its bounds less than once in 1e3 times.
"""

from functools import cache
from math import inf, sqrt
from pathlib import Path

import numpy as np
import pytest
from judging import against_finer_mesh, against_walkers, faults, predict_strictly, walk
from random_plans import random_plan

from hts.plans import parse_plan

FEW, MANY = range(30), range(300)
#: Smallest p of all that is put down to chance.
CHANCE = 1e-5
#: An error may be stated so many times too small.
HONEST = 3.0
#: Walker-steps of one plan.
BUDGET = 4e6


@cache
def said_of(number):
    """What is predicted of a plan; once."""
    return predict_strictly(random_plan(number))


def hold(numbers):
    """Return what is wrong, by plan, and the z of all means."""
    wrong, z, p = {}, [], {}
    for number in numbers:
        said = said_of(number)
        if found := faults(said):
            wrong[number] = found
        elif said.mean_exit_steps_exact is not None:
            held = against_walkers(said, walk(random_plan(number), said, BUDGET))
            z += [] if held.z is None else [held.z]
            p |= {(number, what): value for what, value in held.p.items()}
    for (number, what), value in p.items():
        if value < CHANCE / len(p):
            wrong.setdefault(number, []).append(f"{what}: p = {value:.1e}")
    return wrong, z


def test_thirty_random_plans_are_predicted_as_walkers_walk():
    wrong, z = hold(FEW)
    assert wrong == {}
    assert sqrt(np.mean(np.square(z))) < 2.0


@pytest.mark.long
def test_three_hundred_random_plans_are_predicted_as_walkers_walk():
    wrong, z = hold(MANY)
    assert wrong == {}
    assert 0.8 < sqrt(np.mean(np.square(z))) < 1.2


@pytest.mark.long
@pytest.mark.parametrize("number", MANY)
def test_stated_errors_of_random_plans_are_honest(number):
    if said_of(number).mean_exit_steps_exact is None:
        return
    ratios = against_finer_mesh(random_plan(number))
    assert max(ratios.values()) <= HONEST


TWIN = """
[landscape]
kind = "basin"
minimum = 0.0
curvature = 1.0
[noise]
kind = "pareto"
scale = 1.0
[grid]
eta = [0.05]
b = [0.7]
alpha = [1.5]
[exit]
domain = [-1.0, 1.2]
start = 0.0
walkers = 400
max_steps = 50_000
"""


def least_p(*overrides):
    """Hold walkers of a world against the prediction of the right one."""
    said = predict_strictly(parse_plan(TWIN, Path("twin.toml")))
    held = against_walkers(said, walk(parse_plan(TWIN, Path("twin.toml"), overrides), said, BUDGET))
    return min(held.p.values()), 0.0 if held.z is None else abs(held.z)


@pytest.mark.parametrize("world", ["grid.alpha=[1.6]", f"grid.b=[{inf}]", "noise.scale=20.0"])
def test_a_wrong_world_is_seen(world):
    """Alpha off by 0.1, the clip left out, the noise not scaled by eta; the right world passes."""
    right, wrong = least_p(), least_p(world)
    assert right[0] > CHANCE
    assert right[1] < 5.0
    assert wrong[0] < CHANCE or wrong[1] > 5.0
