"""Tests of the way to the limit: means alone, to the error that the eta asks for, kept apart from whole predictions."""

from pathlib import Path

import pytest

from hts.answers import approach_cells, outlook, predict, predict_outlook
from hts.answers.memory import PredictionMemory
from hts.answers.records import NO_OUTLOOK
from hts.cli.predictor import theory
from hts.comparison.predictions import limit_below_eta
from hts.plans import parse_plan
from hts.storage import ResultsFolder

PLAN = """seed = 1
[landscape]
kind = "basin"
minimum = 0.0
curvature = 1.0
[noise]
kind = "pareto"
[grid]
eta = [0.1]
b = [inf]
alpha = [1.5]
[exit]
domain = [-1.0, 1.0]
start = 0.0
walkers = 100
max_steps = 1000
"""


@pytest.fixture(scope="module")
def plan():
    return parse_plan(PLAN, Path("study.toml"))


@pytest.fixture(scope="module")
def foreseen(plan):
    return predict_outlook(plan, approach_cells(plan), threads=1)[0]


def test_the_mean_is_known_well_enough_for_the_eta_and_its_error_bounds(foreseen):
    """31216584 and 9e-5 are another solver's (tests of exact predictions)."""
    assert abs(foreseen.mean_exit_steps_exact / 31216584 - 1) <= foreseen.relative_error_exact
    mean, error, limit = (
        foreseen.mean_exit_steps_exact, foreseen.relative_error_exact, foreseen.mean_exit_steps_limit,
    )  # fmt: skip
    assert outlook.error_of_correction(mean, error, limit) <= outlook.WANTED * 0.5
    assert limit_below_eta(foreseen) == pytest.approx(9e-5, rel=0.2)


def test_a_mean_known_too_badly_for_the_eta_is_computed_again(plan, monkeypatch):
    asked = []

    def roughly(problem, tolerance):
        asked.append(tolerance)
        return 31216584.0, tolerance

    monkeypatch.setattr(outlook, "quick_mean_exit_steps", roughly)
    predict_outlook(plan, approach_cells(plan), threads=1)
    limit = 1e-5**-1.5
    correction = limit / 31216584 - 1
    assert asked == [0.01, pytest.approx(0.05 * 0.5 * correction / (1 + correction))]


def test_no_eta_is_given_where_the_mean_hides_it(foreseen):
    from dataclasses import replace

    assert limit_below_eta(replace(foreseen, relative_error_exact=1e-2)) is None


def test_a_mean_alone_is_remembered_but_never_taken_for_a_whole_prediction(plan, foreseen, tmp_path):
    cells, memory = approach_cells(plan), PredictionMemory(plan, ResultsFolder(tmp_path))
    whole = predict(plan, threads=1, with_survival=True, memory=memory)
    assert not whole[0].is_outlook
    memory.keep([foreseen])
    assert memory.recall_outlook(cells) == {cells[0]: foreseen}
    assert memory.recall(cells, False) == {}
    assert memory.recall(plan.cells(), True) == {plan.cells()[0]: whole[0]}
    assert outlook.expected_seconds(cells, memory) == 0.0


def test_a_refusal_says_so(plan):
    too_far = parse_plan(PLAN.replace("inf", "0.06"), Path("study.toml"))
    refused = predict_outlook(too_far, approach_cells(too_far), threads=1)[0]
    assert refused.is_outlook
    assert refused.mean_exit_steps_exact is None
    assert any(warning.startswith(NO_OUTLOOK) for warning in refused.warnings)
    assert limit_below_eta(refused) is None


def test_what_would_take_more_than_a_minute_is_left_out_with_the_option_that_asks_for_it(plan, tmp_path, capsys):
    many = parse_plan(PLAN.replace("[inf]", str([1.1 + k / 50 for k in range(21)])), Path("study.toml"))
    cells = approach_cells(many)
    assert theory(1).outlook(tmp_path, None)(many, cells) == ()
    said = capsys.readouterr().err
    assert f"21 lines (b, alpha): it would take about 63 s of one core; hts fit {tmp_path} --outlook" in said
    assert theory(1).outlook(tmp_path, False)(many, cells) == ()
    assert capsys.readouterr().err == ""
