"""Tests of samples of rare exits: the same numbers whoever computes them, what is kept, and mistakes."""

from dataclasses import replace
from pathlib import Path

import pytest
from small_rare import TEXT

from hts.errors import PlanError
from hts.plans import read_plan
from hts.rare import rare_results, rare_status, replay, replay_samples, run_rare, running
from hts.storage import ResultsFolder, list_shards
from hts.storage.samples import read_samples


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "study.toml"
    path.write_text(TEXT)
    return path


def probabilities(plan, folder):
    return [result.estimate.probability for result in rare_results(plan, folder)]


def test_threads_and_more_samples_change_no_number(study):
    plan = read_plan(study)
    run_rare(plan, "one", threads=1)
    few = read_plan(study, ["rare.samples=7_001"])
    run_rare(few, "two", threads=2)
    report = run_rare(plan, "two", threads=2)
    assert (report.n_written, report.n_stored) == (4 * 12_999, 4 * 7_001)
    assert probabilities(plan, "one") == probabilities(plan, "two")
    assert run_rare(plan, "two").n_written == 0
    assert {status.state for status in rare_status(plan, "two")} == {"done"}


@pytest.mark.parametrize(("method", "limit"), [("splitting", "MOST_RUNS"), ("importance", "MOST_SAMPLES")])
def test_short_walks_are_kept_in_small_files_with_the_same_numbers(study, monkeypatch, method, limit):
    """Their cost is not that of their steps: a stop took minutes of splitting along."""
    plan = read_plan(study, [f'rare.method="{method}"', "rare.samples=40", "rare.effort=64", "grid.eta=[0.02]"])
    run_rare(plan, "one")
    monkeypatch.setattr(running, limit, 16)
    run_rare(plan, "three")
    assert len(list_shards(ResultsFolder(Path("one")).rare)) == 1
    assert len(list_shards(ResultsFolder(Path("three")).rare)) == 3
    assert probabilities(plan, "one") == probabilities(plan, "three")


def test_rules_stop_where_they_are_met(study):
    plan = read_plan(study, ["rare.samples=2", "grid.eta=[0.01]"])
    for rule, met in (("relative_error", 0.1), ("positives", 100)):
        text = TEXT.replace("samples = 20_000", f"{rule} = {met}")
        study.write_text(text)
        plan = read_plan(study, ["grid.eta=[0.01]"])
        run_rare(plan, rule)
        for result in rare_results(plan, rule):
            e = result.estimate
            assert result.is_met
            assert abs(e.probability - 0.04572384) < 4.0 * e.relative_error * e.probability
            assert e.relative_error <= 0.1 if rule == "relative_error" else e.n_positive == 99


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("samples = 20_000", "gamma = 0.08", "rare.gamma: must be below 0.075 at b = 0.7 (0.08)"),
        ("b = [0.7]", "b = [0.08]", "rare.method: it takes 13 jumps to leave"),
        ("b = [0.7]", "b = [0.01]", "exit.within: the probability is 0"),
        ("within = 1.0\n", "", "exit.within: is missing"),
        ("within = 1.0", "within = 0.005", "exit.within: is less than one step"),
        ('kind = "pareto"', 'kind = "normal"', "rare.method: needs heavy tails"),
        ("domain = [-1.0, 1.0]\nstart = 0.0", "domain = [0.5, 1.0]\nstart = 0.7", "holds no minimum"),
        ('["importance", "crude"]', '"importence"', "did you mean"),
        ("samples = 20_000", "samples = 9\npositives = 9", "rare.positives: cannot stand beside samples"),
    ],
)
def test_mistakes_are_told_with_their_place(study, old, new, said):
    text = TEXT.replace(old, new)
    study.write_text(text.replace("alpha = [1.5]\n", "") if "normal" in new else text)
    with pytest.raises(PlanError) as told:
        read_plan(study)
    assert said in str(told.value)
    assert str(told.value).startswith(f"{study}:")


def test_no_hit_is_not_believed(study):
    plan = read_plan(study, ["rare.samples=50", 'rare.method="crude"', "grid.eta=[1e-3]"])
    run_rare(plan, "few")
    (result,) = rare_results(plan, "few")
    assert not result.is_trustworthy
    assert "none of 50 samples left" in result.verdict


def test_samples_are_computed_again_and_a_changed_one_is_found(study, monkeypatch):
    plan = read_plan(study, ['rare.method=["importance", "splitting"]', "rare.samples=40", "rare.effort=64"])
    run_rare(plan, "one")
    again = replay_samples(plan, "one", 30)
    assert (again.n_walkers, again.differences) == (30, ())
    assert replay_samples(plan, "one", 1000).n_walkers == 4 * 40

    def changed(path, stated):
        stored = read_samples(path, stated)
        return replace(stored, columns={**stored.columns, "value": stored.columns["value"] * 1.5})

    monkeypatch.setattr(replay, "read_samples", changed)
    (first, *_) = replay_samples(plan, "one", 1000).differences
    assert (first.what, first.columns) == ("sample", ("value",))
    assert first.stored[0] == 1.5 * first.computed[0]
