"""Rare exits of plans in several dimensions: the operator on the radius as referee, the same numbers from any run."""

import math

import numpy as np
import pytest
from small_space_plans import RADIAL, VISITS, plan_of

from hts.answers.space import predict_space
from hts.plans import read_space_plan
from hts.rare import rare_results, rare_status, replay_samples, run_rare
from hts.rare.questions import question_of

RARE = """within = {within}
[rare]
method = ["importance", "splitting", "crude"]
effort = 256
"""
#: Dimensions and laws of the long tier, whose clips ask for two, two and one jumps.
WORLDS = [(dimension, law) for dimension in (2, 5, 20) for law in ("pareto", "student")]
GRID = {"eta": "[0.02]", "b": "[0.6, 0.9, inf]"}


def radial(within=1.0, dimension=2, **changes):
    text = RADIAL.replace("dimension = 2", f"dimension = {dimension}").replace("scale = 0.5", "scale = 1.0")
    return plan_of(text + RARE.format(within=within), **changes)


def scores(plan, method, exact, n):
    """Z of each cell: samples of one method against exact probabilities."""
    found = []
    for cell, p in zip(plan.cells(), exact, strict=True):
        value = np.zeros(n)
        sample = question_of(plan, cell, method).sampler(0, n)
        value[sample.sample] = sample.value
        found.append((value.mean() - p) / (value.std(ddof=1) / math.sqrt(n)))
    return np.array(found)


def world(dimension, law, radius=1.0):
    text = radial(dimension=dimension, **GRID).to_toml()
    return plan_of(text.replace('kind = "pareto"', f'kind = "{law}"').replace("radius = 1.0", f"radius = {radius}"))


@pytest.fixture(scope="module")
def exact():
    return {one: [p.probability_within_exact for p in predict_space(world(*one))] for one in WORLDS}


@pytest.mark.long
@pytest.mark.parametrize("method", ["importance", "splitting", "crude"])
def test_the_radial_operator_is_met_in_two_five_and_twenty_dimensions(exact, method):
    """18 cells of each method. False alarm: |z| < 4.3, 3e-4; rms from .5 to 1.5, .004; mean within .95, 6e-5."""
    n = 64 if method == "splitting" else 20_000
    z = np.concatenate([scores(world(*one), method, exact[one], n) for one in WORLDS])
    assert np.abs(z).max() < 4.3
    assert 0.5 < math.sqrt((z**2).mean()) < 1.5
    assert abs(z.mean()) < 0.95


@pytest.mark.long
def test_a_radius_that_is_too_small_by_a_twentieth_is_found_out(exact):
    """The wrong world of the same cells: balls of .95 against exact values of 1."""
    z = np.concatenate([scores(world(*one, radius=0.95), "importance", exact[one], 20_000) for one in WORLDS])
    assert z.mean() > 0.95


def test_threads_and_more_samples_change_no_number(tmp_path):
    changes = ["rare.effort=64", "exit.within=1.0", "grid.eta=[0.05]"]
    path = tmp_path / "plan.toml"
    path.write_text(RADIAL + RARE.format(within=1.0))
    few, many = (read_space_plan(path, [*changes, f"rare.samples={n}"]) for n in (40, 130))
    run_rare(many, tmp_path / "one", threads=1)
    run_rare(few, tmp_path / "two", threads=2)
    report = run_rare(many, tmp_path / "two", threads=2)
    assert (report.n_written, report.n_stored) == (3 * 90, 3 * 40)
    one, two = (rare_results(many, tmp_path / name) for name in ("one", "two"))
    assert [r.estimate.probability for r in one] == [r.estimate.probability for r in two]
    assert {status.state for status in rare_status(many, tmp_path / "two")} == {"done"}
    again = replay_samples(many, tmp_path / "two", 60)
    assert (again.n_walkers, again.differences) == (60, ())


def test_a_basin_of_the_plane_is_left_as_often_by_importance_by_splitting_and_by_crude_walks():
    """Three estimates of one probability, no solver. False alarm at 4.5: 3 differences, 3e-5."""
    text = VISITS[: VISITS.index("[visits]")] + "[exit]\nwell = 0\nspacing = 0.05\n" + RARE.format(within=2.0)
    plan = plan_of(text + "gamma = 0.05\n", b="[0.7]")
    (cell,) = plan.cells()
    found = []
    for method, n in (("importance", 20_000), ("splitting", 48), ("crude", 20_000)):
        question = question_of(plan, cell, method)
        sample = question.sampler(0, n)
        mean = sample.value.sum() / n
        found.append((mean, math.sqrt(((sample.value**2).sum() / n - mean**2) / n)))
        assert question.base.way.jumps == 2
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert abs(found[i][0] - found[j][0]) < 4.5 * math.hypot(found[i][1], found[j][1])
