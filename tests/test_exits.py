"""Tests of the record that theory takes: one exit, as a plan gives it or as typed."""

from math import inf
from pathlib import Path

import pytest

from hts.exits import Exit
from hts.landscapes import multi_well
from hts.noise import Noise
from hts.plans import parse_plan
from hts.theory.limit.limits import exit_limit

WELLS = multi_well([-2.0, 0.0, 2.0], [-1.0, 1.0], 1.0)


@pytest.mark.parametrize(
    ("low", "high", "start", "minimum"),
    [
        (-1.0, 1.0, 0.2, 0.0),
        (-inf, -1.0, -3.0, -2.0),
        (-2.0, 2.0, 0.0, 0.0),  # minima on the ends are not inside
        (-1.0, inf, 0.0, None),  # two minima
        (0.5, 1.0, 0.7, None),  # none
        (-0.5, 1.8, 1.5, None),  # the start is in another well's basin
    ],
)
def test_limits_are_about_the_only_minimum_and_where_walkers_start_in_its_basin(low, high, start, minimum):
    problem = Exit(WELLS, Noise("pareto", 1.5), 0.01, inf, low, high, start)
    assert problem.minimum == minimum
    assert (exit_limit(problem).rate_constant is None) == (minimum is None)


def test_a_plan_gives_the_exit_of_each_of_its_cells():
    plan = parse_plan(
        """
        seed = 1
        [landscape]
        kind = "multi-well"
        minima = [-2.0, 0.0, 2.0]
        barriers = [-1.0, 1.0]
        curvature = 1.0
        [noise]
        kind = "pareto"
        scale = 0.5
        [grid]
        alpha = [1.5]
        b = [0.7]
        eta = [0.1]
        [exit]
        domain = [-1.0, 0.9]
        start = 0.25
        walkers = 10
        max_steps = 100
        """,
        Path("plan.toml"),
    )
    (cell,) = plan.cells()
    given = plan.exit_of(cell)
    assert (given.eta, given.b, given.low, given.high, given.start) == (0.1, 0.7, -1.0, 0.9, 0.25)
    assert given.landscape is plan.build_landscape()
    assert given.noise == Noise("pareto", 1.5, scale=0.5)
    assert given.minimum == plan.exit_domain().minimum == 0.0
