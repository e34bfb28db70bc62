"""Tests that a plan's cells get their paths, and that what cannot be had is refused with words."""

from math import inf
from pathlib import Path

import numpy as np
import pytest

from hts.conditioning import Question, sample_paths
from hts.ensembles import simulate_exits
from hts.errors import PlanError, StoppedError
from hts.plans import parse_plan
from hts.sweeps import EXIT_STUDY

PLAN = """
[landscape]
kind = "basin"
minimum = 0.0
curvature = 1.0
[noise]
kind = "pareto"
[grid]
eta = [0.05]
b = [0.7]
alpha = [1.5]
[exit]
domain = [-1.0, 1.3]
start = 0.0
walkers = 10
max_steps = 1000
"""


def paths_of(text=PLAN, question=None, **changes):
    plan = parse_plan(text, Path("study.toml"))
    return sample_paths(plan, plan.cells()[0], question or Question("exit", 2.0, 5), **changes)


def test_walkers_as_they_come_are_those_of_the_sweep():
    plan = parse_plan(PLAN, Path("study.toml"))
    walkers = simulate_exits(EXIT_STUDY.problem(plan, plan.cells()[0]), 4, 6, 1000)
    for question in (Question("none", None, 6), Question("exit", None, 6)):
        found = paths_of(question=question, first_path=4)
        np.testing.assert_array_equal(found.sample.n_steps, walkers.exit_steps)
        np.testing.assert_array_equal(found.sample.x[found.sample.first[1:] - 1], walkers.landing)
        assert found.conditioned is None
        assert not found.has_limit


def test_a_time_is_rounded_down_to_steps():
    assert paths_of().n_steps == 40
    assert Question("exit", 1.0).n_steps(0.1) == 10
    assert Question("exit", 0.999).n_steps(0.1) == 9
    with pytest.raises(PlanError, match=r"less than one step at eta = 0.1; give 0.1 or more"):
        Question("exit", 0.05).n_steps(0.1)


def test_path_k_is_the_same_whatever_others_are_asked_for():
    whole, part = paths_of(), paths_of(question=Question("exit", 2.0, 2), first_path=3)
    np.testing.assert_array_equal(whole.sample.x[whole.sample.first[3] :], part.sample.x)
    assert part.sample.number.tolist() == [3, 4]


def test_the_threshold_is_that_of_the_jumps_that_the_side_takes():
    assert paths_of().event.threshold == pytest.approx((1.0 - 0.7) / 2)
    assert paths_of(question=Question("right", 2.0, 2)).event.threshold == pytest.approx((1.3 - 0.7) / 2)
    one_sided = PLAN.replace('kind = "pareto"', 'kind = "pareto"\np_plus = 1.0')
    assert [way.sign for way in paths_of(one_sided).event.ways] == [1]


@pytest.mark.parametrize(
    ("text", "question", "words"),
    [
        (PLAN, Question("exit", 2.0, 0), "paths: 0 are none; give 1 or more"),
        (PLAN, Question("exit", 0.05, 5), "leaving takes 2 at least; give a time of 0.1 or more"),
        (PLAN.replace("[-1.0, 1.3]", "[-1.0, inf]"), Question("right", 2.0, 5), "condition on left or exit"),
        (PLAN.replace("0.05", "1e-4"), Question("left", None, 5), r"give a time within which they leave \(--within\)"),
        (PLAN.replace("0.05", "1e-7"), Question("exit", None, 5), "too many to follow 5 of them"),
        (PLAN.replace("0.05", "1e-6"), Question("exit", 10.0, 1), "too large: give a time of at most"),
        (PLAN, Question("exit", 2.0, 10**6), "1000000 paths of 40 steps take too long; ask for 500000 at most"),
        (PLAN.replace("0.7", "0.05"), Question("exit", 2.0, 5), "more than 12"),
    ],
)
def test_what_cannot_be_had_is_refused_with_words(text, question, words):
    with pytest.raises(PlanError, match=words):
        paths_of(text, question)


def test_drawing_stops_when_it_is_told_to():
    with pytest.raises(StoppedError):
        paths_of(should_stop=lambda: True)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (Question("exit", 2.0, 600), ["solving for exits", "tabulating h", "drawing paths"]),
        (Question("left", None, 9), ["solving for exits", "tabulating h", "drawing paths"]),
        (Question("exit", None, 9), ["solving for exits", "walking"]),
        (Question("none", 2.0, 9), ["walking"]),
    ],
)
def test_each_part_of_the_work_tells_how_much_of_it_is_done(question, parts):
    told = {}
    found = paths_of(question=question, on_progress=lambda part, share: told.setdefault(part, []).append(share))
    assert list(told) == parts
    for shares in told.values():
        assert shares[0] == 0.0
        assert shares == sorted(shares)
    assert told[parts[-1]][-1] == 1.0
    assert len(told[parts[-1]]) > 1
    np.testing.assert_array_equal(found.sample.x, paths_of(question=question).sample.x)


@pytest.mark.parametrize("part", ["solving for exits", "tabulating h", "drawing paths"])
def test_each_part_of_the_work_can_be_stopped(part):
    seen = []
    with pytest.raises(StoppedError, match="run it again"):
        paths_of(on_progress=lambda now, _: seen.append(now), should_stop=lambda: part in seen)
    assert seen[-1] == part


def test_long_paths_are_thinned_and_keep_their_big_jumps():
    found = paths_of(PLAN.replace("0.05", "0.002").replace("[0.7]", "[inf]"), Question("left", 10.0, 3))
    sample = found.sample
    assert (found.n_steps, sample.stride) == (5000, 5)
    is_big = 0.002 * np.abs(sample.z) > found.event.threshold
    assert is_big.sum() >= 3
    assert np.all(np.diff(sample.step)[np.flatnonzero(is_big) - 1] == 1)
    assert sample.size == pytest.approx(found.event.threshold / 0.002)
    assert np.all(sample.side == -1)
    assert inf not in np.abs(sample.x)
