"""Tests that big jumps are judged against the limit law: right worlds pass, slightly wrong ones do not."""

from math import inf
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from hts.comparison.catastrophes import limit_paths
from hts.comparison.paths import LEVEL, compare_paths, judge
from hts.conditioning import Question, sample_paths
from hts.estimation.paths import BigJumps
from hts.landscapes import basin
from hts.plans import parse_plan
from hts.theory.limit.within import catastrophe

PARABOLA = basin(0.0, 1.0)
ETA = 0.01


def limit(b=0.7, alpha=1.5, seed=0, n=5000, low=-1.0, high=1.3, start=0.0, signs=(-1, 1)):
    event = catastrophe(PARABOLA, b, low, high, start, 1.0, signs)
    return limit_paths(PARABOLA.derivative, event, alpha, 0.5, inf, n, seed)


def test_one_jump_from_the_minimum_has_a_uniform_time_and_a_pareto_size():
    """Closed form; three tests at a false-alarm rate of 1e-3 together, and alpha off by 0.1 is noticed."""
    found = limit(b=inf, high=1.0, n=20_000)
    times, sizes = found.times[:, 0], found.sizes[:, 0]
    assert stats.kstest(times, "uniform").pvalue > 3e-4
    assert stats.kstest(np.abs(sizes), stats.pareto(1.5).cdf).pvalue > 3e-4
    assert stats.binomtest(int((sizes > 0).sum()), len(sizes)).pvalue > 3e-4
    assert stats.kstest(np.abs(sizes), stats.pareto(1.6).cdf).pvalue < 1e-3


def test_one_jump_from_elsewhere_comes_when_the_gradient_path_is_near():
    """From 0.5 the end 1 is 1 - e^-t/2 away: the density of the time is that to the power -alpha."""
    found = limit(b=inf, low=-inf, high=1.0, start=0.5, n=20_000)
    t = np.linspace(0.0, 1.0, 2001)
    below = np.concatenate([[0.0], np.cumsum((1 - np.exp(-(t[1:] + t[:-1]) / 2) / 2) ** -1.5)])
    assert stats.kstest(found.times[:, 0], lambda s: np.interp(s, t, below / below[-1])).pvalue > 1e-3
    assert stats.kstest(found.times[:, 0], "uniform").pvalue < 1e-3


def test_two_jumps_are_those_of_the_parabola_by_hand():
    """Jumps of either sign from 0.2 up, kept when e^-(t2 - t1) carries the first far enough for the second."""
    rng = np.random.default_rng(9)
    n = 400_000
    t = np.sort(rng.uniform(size=(n, 2)), axis=1)
    w = 0.2 * rng.uniform(size=(n, 2)) ** (-1 / 1.5) * rng.choice([-1.0, 1.0], (n, 2))
    x1 = np.clip(w[:, 0], -0.7, 0.7) * np.exp(-(t[:, 1] - t[:, 0]))
    x2 = x1 + np.clip(w[:, 1], -0.7, 0.7)
    leaves = (x2 >= 1.3) | (x2 <= -1.0)
    ours = limit(n=8000)
    assert len(ours.times) == 8000
    for j in range(2):
        assert stats.ks_2samp(t[leaves, j], ours.times[:, j], method="asymp").pvalue > 2e-4
        assert stats.ks_2samp(w[leaves, j], ours.sizes[:, j], method="asymp").pvalue > 2e-4


def measured(found, rng, n_steps, big_probability, n_jumps):
    """Make records of paths that follow the limit law, with big jumps of the other steps beside them."""
    paths, steps, sizes = [], [], []
    for i, (t, w) in enumerate(zip(found.times, found.sizes, strict=True)):
        own = np.minimum(np.ceil(t / ETA), n_steps).astype(np.int64)
        n_others = rng.binomial(n_steps - n_jumps, big_probability)
        paths += [i] * (n_jumps + n_others)
        steps += [*own.tolist(), *rng.integers(1, n_steps + 1, n_others).tolist()]
        sizes += [*w.tolist(), *([0.3] * n_others)]
    order = np.lexsort((steps, paths))
    jumps = BigJumps(0.1, len(found.times), *(np.array(part)[order] for part in (paths, steps, sizes)))
    return jumps, np.full(len(found.times), n_steps)


def verdicts(n_trials, n_paths, alpha=1.5, big_probability=1e-3, early=1.0):
    """Count how often worlds are said to differ from the limit at alpha = 1.5, big jumps of others at 1e-3 a step."""
    rng, law = np.random.default_rng(4), limit()
    world = limit(alpha=alpha, seed=1, n=20_000)
    said = 0
    for _ in range(n_trials):
        chosen = rng.choice(len(world.times), n_paths, replace=False)
        part = type(world)(world.times[chosen] ** early, world.sizes[chosen], 0)
        jumps, n_steps = measured(part, rng, 100, big_probability, 2)
        said += judge(jumps, n_steps, ETA, 1e-3, law, seed=3).p < LEVEL
    return said


def test_worlds_that_follow_the_limit_are_accused_as_rarely_as_stated():
    """At a level of 1 % more than 4 of 100 are accused in one of 300 such tests."""
    assert verdicts(100, 150) <= 4


@pytest.mark.parametrize("wrong", [dict(alpha=1.8), dict(big_probability=3e-3), dict(early=1.4)])
def test_worlds_that_do_not_are_accused(wrong):
    assert verdicts(5, 1000, **wrong) >= 4


PLAN = """
[landscape]
kind = "basin"
minimum = 0.0
curvature = 1.0
[noise]
kind = "pareto"
scale = 0.2
[grid]
eta = [0.005]
b = [inf]
alpha = [1.5]
[exit]
domain = [-1.0, 1.0]
start = 0.0
walkers = 10
max_steps = 1000
within = 1.0
"""


def test_conditioned_paths_of_a_small_eta_are_those_of_the_limit_and_light_ones_are_not_judged():
    plan = parse_plan(PLAN, Path("study.toml"))
    paths = sample_paths(plan, plan.cells()[0], Question("exit", 1.0, 300))
    found = compare_paths(plan, paths)
    assert found.jump_number == 1
    assert found.share_exact > 0.97
    assert found.expected_big_jumps == pytest.approx(found.mean_big_jumps, abs=0.03)
    assert "no difference from the limit" in found.verdict
    light = PLAN.replace('"pareto"', '"normal"').replace("scale = 0.2", "scale = 4.0").replace("alpha = [1.5]", "")
    plan = parse_plan(light, Path("study.toml"))
    found = compare_paths(plan, sample_paths(plan, plan.cells()[0], Question("exit", 1.0, 20)))
    assert found.tests == ()
    assert "light tails" in found.verdict
