"""Tests of [levy]: what it stands for, what is refused and where, what decides a walker's numbers."""

import re
from math import inf
from pathlib import Path

import numpy as np
import pytest

from hts.errors import PlanError
from hts.forecast.warnings import warnings_of
from hts.plans import Cell, differences, parse_plan
from hts.sweeps import EXIT_STUDY

GOOD = """\
title = "check"
seed = 5
[landscape]
kind = "double-well"
minima = [-1.0, 1.0]
barriers = [0.0]
curvature = 1.0
[levy]
epsilon = [0.2, 0.5]
step = [0.01,
        0.1]
alpha = [1.5]
[exit]
well = 0
walkers = 500
max_steps = 1000000
"""
VISITS = GOOD.split("[exit]")[0] + "[visits]\nwell = 0\nwalkers = 5\nsteps = 1000\n"


def read(text, *overrides):
    return parse_plan(text, Path("plan.toml"), overrides)


def told(text, *overrides):
    with pytest.raises(PlanError) as refusal:
        read(text, *overrides)
    assert refusal.value.exit_code == 2
    return str(refusal.value).splitlines()


def test_cells_come_by_epsilon_then_alpha_then_h():
    cells = read(GOOD.replace("[1.5]", "[1.5, 1.2]")).cells()
    assert cells[:3] == (Cell(0.1, inf, 1.2, 0, 0.5), Cell(0.01, inf, 1.2, 0, 0.5), Cell(0.1, inf, 1.5, 0, 0.5))
    assert len(cells) == 8


def test_the_law_of_a_cell_is_that_of_euler_s_scheme():
    plan = read(GOOD.replace("alpha =", "gaussian = 0.3\nalpha ="))
    for cell in plan.cells():
        noise = plan.noise_of(cell)
        # h Z = eps h^(1/alpha) S + eps sigma h^(1/2) N
        assert cell.eta * noise.scale == pytest.approx(cell.epsilon * cell.eta ** (1 / 1.5), rel=1e-14)
        assert cell.eta * noise.normal_scale == pytest.approx(cell.epsilon * 0.3 * cell.eta**0.5, rel=1e-14)
        assert noise.kind == "stable"
        assert noise.alpha == 1.5


def test_a_plan_in_full_reads_as_the_same_plan():
    plan = read(GOOD.replace("[0.2, 0.5]", "{ geom = [0.1, 1.0, 3] }"))
    again = read(plan.to_toml())
    assert again == plan
    assert "[levy]" in plan.to_toml()
    assert "[noise]" not in plan.to_toml()
    assert again.identity() == plan.identity()


def test_the_normal_part_decides_numbers_and_the_tolerance_does_not():
    plan = read(GOOD)
    assert read(GOOD, "levy.tolerance=0.05").identity() == plan.identity()
    assert read(GOOD, "levy.epsilon=[0.9]").identity() == plan.identity()
    other = read(GOOD, "levy.gaussian=0.1")
    assert differences(other.physics(), plan.physics()) == ("noise.gaussian: 0.1 here, 0.0 there",)
    table = '[noise]\nkind = "stable"\n[grid]\nb = [inf]\neta = [0.1]\nalpha = [1.5]\n'
    ordinary = read(GOOD.split("[levy]")[0] + table + "[exit]" + GOOD.split("[exit]")[1])
    assert ordinary.identity() != plan.identity()


def test_cells_that_differ_in_epsilon_alone_have_streams_of_their_own():
    plan = read(GOOD)
    seeds = {plan.seed_of(cell) for cell in plan.cells()}
    assert len(seeds) == 2
    assert plan.seed_of(Cell(0.1, inf, 1.5, 0)) == 5
    # those of one epsilon do not depend on which others there are
    alone = read(GOOD, "levy.epsilon=[0.2]")
    assert alone.seed_of(alone.cells()[0]) in seeds
    samples = [EXIT_STUDY.simulator(plan, cell, 1000)(0, 64) for cell in (plan.cells()[0], plan.cells()[2])]
    first, second = (sample.landing for sample in samples)
    # on common streams the first steps would be proportional, and landings nearly ordered alike
    assert abs(np.corrcoef(np.argsort(np.argsort(first)), np.argsort(np.argsort(second)))[0, 1]) < 0.5


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("epsilon = [0.2, 0.5]", "epsilon = [0.2, -0.5]", "9:17: levy.epsilon[1]: must be greater than 0 (-0.5); for "),
        ("epsilon = [0.2, 0.5]", "epsilon = 0.2", "9:11: levy.epsilon: must be a list or one range (0.2); for example"),
        ("epsilon = [0.2, 0.5]", "epsilon = []", "9:11: levy.epsilon: must not be empty ([]); for example epsilon ="),
        ("epsilon = [0.2, 0.5]\n", "", "8:1: levy.epsilon: is missing; add for example epsilon = [0.5, 0.2, 0.1]"),
        ("        0.1]", "        inf]", "11:9: levy.step[1]: must be finite (inf); for example step = [0.1, 0.01]"),
        ("        0.1]", "        nan]", "11:9: levy.step[1]: must be greater than 0 (nan); for example step ="),
        ("step =", "steps =", "10:1: levy.steps: unknown key (did you mean 'step'?)"),
        ("[1.5]", "[1.5, 2.0]", "12:15: levy.alpha[1]: 2 is normal noise, which has no jumps; gaussian adds it (2)"),
        ("[1.5]", "[0.01]", "12:10: levy.alpha[0]: is no index (0.01); take alpha from 0.1 to below 2"),
        ("[1.5]", "[1.5]\ngaussian = -1.0", "13:12: levy.gaussian: must be at least 0 (-1.0); for example gaussian"),
        ("[1.5]", "[1.5]\ntolerance = 1.0", "13:13: levy.tolerance: must be less than 1 (1.0); for example tolerance"),
        ("[1.5]", "[1.5]\ngaussian = 1e40", "13:12: levy.gaussian: one step at h = 0.1, alpha = 1.5 is 1.47e+40 times"),
        ("[1.5]", "[0.1]\n", "10:8: levy.step: the noise of a step, epsilon h^(1/alpha), leaves floating point at"),
        ("[exit]", '[noise]\nkind = "pareto"\n[exit]', "13:1: noise: cannot stand beside [levy], which says what the"),
        ("[exit]", "[grid]\neta = [0.1]\n[exit]", "13:1: grid: cannot stand beside [levy], which says what the noise"),
        ('title = "check"', "epsilon = [1.0]", "1:1: epsilon: unknown key (it belongs in [levy])"),
    ],
)
def test_each_mistake_is_told_at_its_place(old, new, line):
    assert old in GOOD
    text = GOOD.replace(old, new)
    if new == "[0.1]\n":
        text = text.replace("[0.01,\n        0.1]", "[1e-12]")
    (found,) = told(text)
    assert found.startswith(f"plan.toml:{line}"), found


def test_mistakes_of_levy_come_together_with_all_others():
    text = (
        GOOD.replace("[1.5]", "[2.5]").replace("walkers = 500", "walkers = 0").replace("curvature = 1.0", "curve = 1")
    )
    lines = told(text.replace("epsilon = [0.2, 0.5]", "epsilon = [0]"))
    # the alpha of a table with a wrong epsilon is looked at once that is mended
    assert [line.split(": ")[1] for line in lines] == ["landscape.curve", "levy.epsilon[0]", "exit.walkers"]
    lines = told(text)
    assert [line.split(": ")[1] for line in lines] == ["landscape.curve", "levy.alpha[0]", "exit.walkers"]


def test_too_many_cells_are_counted():
    text = GOOD.replace("[0.2, 0.5]", "{ lin = [0.1, 1, 2000] }").replace("[1.5]", "{ lin = [1.1, 1.9, 1000] }")
    (line,) = told(text)
    assert "levy: holds 4_000_000 cells, more than 1_000_000; shorten epsilon, step or alpha" in line


def test_steps_that_send_long_runs_to_infinity_are_refused_and_a_projection_holds_them():
    (line,) = told(VISITS.replace("0.1]", "2.5]"))
    assert line.startswith("plan.toml:10:8: levy.step: h f'' is 2 or more beyond the outer wells (f'' = 1)")
    assert "(2.5); take h < 2, or a projection L" in line
    assert read(VISITS.replace("0.1]", "2.5]").replace("curvature = 1.0", "curvature = 1.0\nL = 3.0"))
    assert read(VISITS)


def test_unstable_steps_and_short_runs_are_warned_of_in_the_words_of_the_plan():
    steep = warnings_of(read(GOOD.replace("0.1]", "2.5]")))
    assert any(line.startswith("h = 2.5: h f'' > 2 at the minimum of well 0 (f'' = 1; h < 2)") for line in steep)
    assert any("walkers thrown there overshoot" in line for line in steep)
    assert warnings_of(read(GOOD)) == ()
    (short,) = warnings_of(read(VISITS))
    assert "less than one relaxation time of the limit chain at epsilon = 0.2, alpha = 1.5, h = 0.01" in short
    assert not any(re.search(r"\beta\b", line) for line in (*steep, short))


def test_heavy_tails_below_one_are_no_reason_for_a_warning():
    assert warnings_of(read(GOOD.replace("[1.5]", "[0.7]"))) == ()


FLAT = GOOD.replace(
    'kind = "double-well"\nminima = [-1.0, 1.0]\nbarriers = [0.0]\ncurvature = 1.0', 'kind = "flat"'
).replace("well = 0", "domain = [2.0, 4.0]\nstart = 3.0")


def test_a_flat_landscape_needs_a_domain_and_has_no_wells_to_visit():
    plan = read(FLAT)
    assert plan.exit_domain().minimum == 3.0
    assert plan.build_landscape().gradient(2.0, 4.0).line.tolist() == [0.0, 0.0]
    assert "nothing draws walkers back" in warnings_of(plan)[0]
    (line,) = told(FLAT.replace("domain = [2.0, 4.0]\nstart = 3.0", "well = 0"))
    assert "no walker leaves a domain without ends" in line
    (line,) = told(FLAT.split("[exit]")[0] + "[visits]\nstart = 0.0\nwalkers = 5\nsteps = 1000\n")
    assert "a flat landscape has no wells to visit" in line
