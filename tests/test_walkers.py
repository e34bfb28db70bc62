"""Tests that walkers are chosen for a relative error from exact means, once, and stay as they were chosen."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
from fake_exits import fake_exits, plan, sweep

from hts import answers
from hts.ensembles import STREAM_VERSION
from hts.errors import IntegrityError, PlanError
from hts.plans import WalkersByError, parse_plan
from hts.sweeps import dry_run, load_cells, sweep_status
from hts.sweeps.work import share_of
from hts.walkers import choose_walkers, walkers_for

TWO_PERCENT = WalkersByError(0.02)
FIVE = "exit.walkers={ relative_error = 0.05 }"


def means(plan, cells):
    """Exact means of the made-up exits: exponential of mean 1/eta, rounded up."""
    return [SimpleNamespace(mean_exit_steps_exact=1 / -math.expm1(-cell.eta)) for cell in cells]


def nothing(plan, cells):
    return [SimpleNamespace(mean_exit_steps_exact=None) for _ in cells]


def refuse(plan, cells):
    raise AssertionError("the numbers were chosen already")


def chosen(folder, *overrides, predict=means):
    return choose_walkers(plan(*overrides), folder, predict)


def counts(choice):
    return [choice.plan.walkers_of(cell) for cell in choice.plan.cells()]


def test_a_relative_error_is_met_by_the_walkers_that_leave_in_time():
    # made-up exits at a mean of 50 steps, a third of them censored at 55: 400 exits give 5 %
    study = plan(FIVE, "grid.eta=[0.02]", "grid.b=[inf]", "exit.max_steps=55")
    n = counts(choose_walkers(study, None, means))[0]
    assert n == pytest.approx(400 / -math.expm1(-55 * 0.02), rel=0.02)
    errors = []
    for k in range(400):
        sample = fake_exits(study.cells()[0], k * n, n, 55, lambda steps: None, None)
        errors.append(sample.exit_steps.sum() / np.count_nonzero(~sample.is_censored) * -math.expm1(-0.02) - 1)
    # sd of 400 standard deviations: 3.5 %; outside four of them once in 2e4 times (the seed is fixed)
    assert 0.05 * 0.86 < np.std(errors) < 0.05 * 1.14
    assert not 0.05 * 0.86 < np.std(errors) * math.sqrt(n / 400) < 0.05 * 1.14  # without the factor for censoring


@pytest.mark.parametrize(
    ("mean", "max_steps", "walkers"),
    [(100.0, 10**9, 2500), (100.0, 100, 3955), (1e12, 10**9, 2501251), (None, 10, 2500), (1e300, 1, 2**32)],
)
def test_censoring_costs_walkers(mean, max_steps, walkers):
    assert walkers_for(TWO_PERCENT, mean, max_steps) == pytest.approx(walkers, rel=2e-6)


def test_a_sweep_with_a_relative_error_keeps_its_numbers(tmp_path):
    choice = chosen(tmp_path, FIVE)
    assert not (tmp_path / "walkers.json").exists()
    assert choice.notes == ("walkers for a relative error of 0.05, from exact means: 400 in 4 cells",)
    assert sweep(choice.plan, tmp_path, stream_version=STREAM_VERSION).n_written == 8
    assert [len(sample.walker) for sample in load_cells(tmp_path)] == [400] * 4
    assert {(status.state, status.walkers_wanted) for status in sweep_status(tmp_path)} == {("done", 400)}
    again = chosen(tmp_path, FIVE, predict=refuse)
    assert again.notes == ()
    assert counts(again) == [400] * 4
    # a plan straight from its file finds the numbers in the folder
    assert sweep(plan(FIVE), tmp_path, stream_version=STREAM_VERSION).n_written == 0
    assert {work.walkers_wanted for work in dry_run(plan(FIVE), tmp_path)} == {400}


def test_a_smaller_error_grows_what_needs_it_and_a_larger_one_nothing(tmp_path):
    sweep(chosen(tmp_path, FIVE).plan, tmp_path)
    before = {sample.cell: sample.exit_steps.tobytes() for sample in load_cells(tmp_path)}
    coarser = chosen(tmp_path, "exit.walkers={ relative_error = 0.2 }", predict=refuse)
    assert counts(coarser) == [400] * 4
    assert coarser.notes == ("walkers stay as they were chosen in 4 cells: enough for an error of 0.2",)
    finer = chosen(tmp_path, "exit.walkers={ relative_error = 0.04 }")
    assert finer.notes == ("walkers grow for a relative error of 0.04: 400 in 4 cells; now 625",)
    sweep(finer.plan, tmp_path)
    after = {sample.cell: sample.exit_steps for sample in load_cells(tmp_path)}
    assert {cell: steps[:400].tobytes() for cell, steps in after.items()} == before
    assert {len(steps) for steps in after.values()} == {625}


def test_no_cell_is_given_fewer_walkers(tmp_path):
    short = ("exit.max_steps=20", FIVE)
    sweep(chosen(tmp_path, *short).plan, tmp_path)
    before = counts(chosen(tmp_path, *short, predict=refuse))
    # a larger max_steps needs fewer for the same error, and even for a somewhat smaller one
    longer = chosen(tmp_path, "exit.walkers={ relative_error = 0.049 }", "exit.max_steps=100_000")
    assert counts(longer) == before
    sweep(longer.plan, tmp_path)
    assert counts(chosen(tmp_path, "exit.walkers={ relative_error = 0.049 }", predict=refuse)) == before


def test_a_new_cell_is_chosen_for_when_it_comes(tmp_path):
    sweep(chosen(tmp_path, FIVE, "grid.eta=[0.05]").plan, tmp_path)
    asked = []

    def remember(plan, cells):
        asked.extend(cells)
        return means(plan, cells)

    grown = chosen(tmp_path, FIVE, predict=remember)
    assert {cell.eta for cell in asked} == {0.02}
    assert counts(grown) == [400] * 4


def test_shares_of_unequal_cells_cover_every_shard_once(tmp_path):
    choice = chosen(None, "exit.walkers={ relative_error = 0.02 }", "exit.max_steps=20")
    assert len(set(counts(choice))) == 2
    everything = [task for work in dry_run(choice.plan, None) for task in work.tasks]
    shares = [share_of(choice.plan, everything, k, 5) for k in range(5)]
    assert sorted(repr(task) for share in shares for task in share) == sorted(map(repr, everything))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_without_an_exact_mean_one_over_the_square_is_taken_with_a_warning(tmp_path):
    choice = chosen(tmp_path, FIVE, predict=nothing)
    assert counts(choice) == [400] * 4
    assert "no exact mean in 4 cells" in choice.warnings[0]


def test_a_plan_that_gives_a_number_is_left_as_it_is(tmp_path):
    choice = chosen(tmp_path, predict=refuse)
    assert choice.plan == plan()
    assert (counts(choice), choice.notes, choice.warnings) == ([600] * 4, (), ())


def test_running_without_a_choice_says_what_to_do(tmp_path):
    with pytest.raises(PlanError, match=r"plan\.toml: exit\.walkers: no numbers are chosen yet.*hts run"):
        sweep(plan(FIVE), tmp_path)


def test_harmed_numbers_are_no_numbers(tmp_path):
    sweep(chosen(tmp_path, FIVE).plan, tmp_path)
    (tmp_path / "walkers.json").write_text('{"cells": {"eta0.05_b0.7_alpha1.5_well0": {"walkers": "many"}}}')
    with pytest.raises(
        IntegrityError, match=r"walkers\.json: holds no digest of its content.*keeps every finished walker"
    ):
        sweep_status(tmp_path)


def test_more_walkers_than_there_are_numbers_is_a_mistake_at_its_place(tmp_path):
    path = tmp_path / "study.toml"
    text = plan("exit.max_steps=1").to_toml().replace("walkers = 600", "walkers = { relative_error = 0.0001 }")
    path.write_text(text)
    line = text.splitlines().index("walkers = { relative_error = 0.0001 }") + 1
    study = parse_plan(text, path)
    with pytest.raises(PlanError) as told:
        choose_walkers(study, None, means)
    assert str(told.value).startswith(f"{path}:{line}:30: exit.walkers.relative_error: would take ")
    assert "raise max_steps or the relative error" in str(told.value)


def test_the_exact_means_are_those_of_predictions(monkeypatch, tmp_path):
    monkeypatch.setattr(answers, "predict", means)
    assert counts(choose_walkers(plan(FIVE))) == [400] * 4


def test_the_numbers_are_written_plainly(tmp_path):
    sweep(chosen(tmp_path, FIVE, "grid.eta=[0.05]", "grid.b=[0.7]").plan, tmp_path)
    document = json.loads((tmp_path / "walkers.json").read_text())
    row = {"walkers": 400, "relative_error": 0.05}
    assert len(document.pop("sha256")) == 64
    assert document == {"schema": 1, "cells": {"eta0.05_b0.7_alpha1.5_well0": row}}
