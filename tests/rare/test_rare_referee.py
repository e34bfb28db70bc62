"""The exact solver as referee of all three estimators: laws, tail indices, clips, step sizes, l* = 1, 2, 3."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from hts.answers import predict
from hts.plans import read_plan
from hts.rare.questions import question_of

PLAN = """\
title = "referee"
seed = {seed}
[landscape]
kind = "basin"
minimum = 0.0
curvature = 1.0
[noise]
kind = "{law}"
{more}
[grid]
eta = [0.02, 0.005]
b = [0.4, 0.7, inf]
alpha = {alphas}
[exit]
domain = [-1.0, 1.2]
start = 0.1
within = 1.0
[rare]
method = ["importance", "splitting", "crude"]
effort = 256
"""
WORLDS = (
    ("pareto", "scale = 1.0", "[1.3, 1.5, 1.7]"),
    ("lomax", "scale = 1.0", "[1.3, 1.7]"),
    ("student", "scale = 1.0", "[1.3, 1.7]"),
    ("stable", "scale = 1.0", "[1.3]"),
    ("pareto", "p_plus = 0.8\nnormal_scale = 0.5", "[1.5]"),
)
#: (world, alpha, b, eta) and the exact probability, of the short tier; the long tier computes them anew.
KNOWN = {
    (0, 1.3, 0.4, 0.02): 0.0487638351,
    (0, 1.7, 0.7, 0.02): 0.0193081004,
    (1, 1.3, math.inf, 0.005): 0.198270344,
    (2, 1.3, 0.7, 0.005): 0.0319268996,
}
#: Runs of splitting.
RUNS = 64


def read(folder, world, **changes):
    law, more, alphas = WORLDS[world]
    for old, new in changes.items():
        more = more.replace(f"{old} = 1.0", f"{old} = {new}")
    path = folder / "plan.toml"
    path.write_text(PLAN.format(seed=40 + world, law=law, more=more, alphas=alphas))
    return read_plan(path)


def sampled(plan, cell, method, n):
    """Mean and standard error of n samples, and how many are positive."""
    question = question_of(plan, cell, method)
    sample = question.sampler(0, n)
    mean = sample.value.sum() / n
    error = math.sqrt(max((sample.value**2).sum() / n - mean**2, 0.0) / n)
    return SimpleNamespace(mean=mean, error=error, n_positive=len(sample.value))


def affordable(plan, cell, method, exact):
    """How many samples bring at least 100 positive ones; None where that takes long."""
    if method == "splitting":
        return 2 * RUNS if exact > 1e-4 else None
    mixture = question_of(plan, cell, method).mixture
    chance = 1.0 if mixture is None else mixture.chance
    n = max(20_000, int(150.0 * chance / exact))
    return n if n <= 400_000 else None


def agree(z):
    """Whether z scores are those of the right world: 40 or more, mean 0 +- .4, rms between .8 and 1.2."""
    return len(z) >= 40 and abs(z.mean()) < 0.4 and 0.8 < math.sqrt((z**2).mean()) < 1.2


@pytest.fixture(scope="module")
def exact(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exact")
    known = {}
    for world in range(len(WORLDS)):
        plan = read(folder, world)
        cells = plan.cells()
        for cell, one in zip(cells, predict(plan, cells), strict=True):
            known[world, cell.alpha, cell.b, cell.eta] = one.probability_within_exact
    return known


def scores(folder, exact, method, **changes):
    """Z scores of all cells that are affordable."""
    z = []
    for world in range(len(WORLDS)):
        right, plan = read(folder, world), read(folder, world, **changes)
        for cell, honest in zip(plan.cells(), right.cells(), strict=True):
            truth = exact[world, cell.alpha, cell.b, cell.eta]
            n = affordable(right, honest, method, truth)
            if n is not None:
                found = sampled(plan, cell, method, n)
                z.append((found.mean - truth) / found.error)
    return np.array(z)


def known_scores(folder, method, **changes):
    z = []
    for (world, alpha, b, eta), truth in KNOWN.items():
        plan = read(folder, world, **changes)
        (cell,) = (one for one in plan.cells() if (one.alpha, one.b, one.eta) == (alpha, b, eta))
        found = sampled(plan, cell, method, RUNS if method == "splitting" else 20_000)
        z.append((found.mean - truth) / found.error)
    return np.array(z)


@pytest.mark.parametrize("method", ["importance", "crude", "splitting"])
def test_the_exact_probability_is_met_in_some_cells(tmp_path, method):
    """False alarms: 12 cells at |z| < 4, 8e-4."""
    assert np.abs(known_scores(tmp_path, method)).max() < 4.0


def test_a_scale_that_is_too_large_by_a_tenth_is_found_out_in_some_cells(tmp_path):
    """The sum of four z scores in the right world is beyond 8 with a chance of 6e-5."""
    assert known_scores(tmp_path, "importance", scale=1.1).sum() > 8.0


@pytest.mark.long
@pytest.mark.parametrize("method", ["importance", "crude", "splitting"])
def test_the_exact_probability_is_met_in_40_cells(tmp_path, exact, method):
    """About 50 cells each. False alarms for each method: mean .005, rms .05, the largest of them 3e-4."""
    z = scores(tmp_path, exact, method)
    assert np.abs(z).max() < 4.5
    assert agree(z)


@pytest.mark.long
def test_a_scale_that_is_too_large_by_a_twentieth_is_found_out(tmp_path, exact):
    z = scores(tmp_path, exact, "importance", scale=1.05)
    assert not agree(z)
    assert z.mean() > 0.4


@pytest.mark.long
def test_the_known_values_are_exact(exact):
    for cell, value in KNOWN.items():
        assert exact[cell] == pytest.approx(value, rel=1e-5)
