"""Tests of hts/sweeps/summed: sweeps that keep summaries go on, grow and are checked like those that keep walkers."""

import numpy as np
import pytest
from fake_exits import PLAN, Recorder, plan, shard_names, sweep

from hts.errors import IntegrityError, PlanError
from hts.plans import parse_plan
from hts.summaries import summarise
from hts.sweeps import load_cells, load_summaries, repair_sweep, sweep_status, verify_sweep
from hts.sweeps.studies import SummaryStudy
from hts.sweeps.summed import summary_of
from hts.sweeps.tasks import ShardSizes

KEEP = 'exit.keep="summary"'


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    """Cut cells of these few walkers into several shards."""
    monkeypatch.setattr(SummaryStudy, "sizes", ShardSizes(256, 2**20))


def summed(*overrides):
    return plan(KEEP, *overrides)


def kept(folder):
    """What is kept of each cell."""
    return {one.cell: one.summary for one in load_summaries(folder)}


def from_walkers(study, folder):
    """The same made of all walkers of a cell in one go."""
    names = ("exit_steps", "side", "landing")
    return {
        one.cell: summary_of(study, {name: getattr(one, name) for name in names}, one.steps_beyond_domain)
        for one in load_cells(folder)
    }


def names(folder):
    return sorted(path.name for path in (folder / "summaries").iterdir())


def test_what_is_kept_does_not_change_what_a_plan_is():
    assert summed().identity() == plan().identity()
    assert "keep" not in plan().to_toml()
    assert parse_plan(summed().to_toml(), summed().path) == summed()


def test_a_summary_is_that_of_the_walkers_whatever_the_shards(tmp_path):
    sweep(plan(), tmp_path / "walkers")
    sweep(summed(), tmp_path / "summaries")
    assert kept(tmp_path / "summaries") == from_walkers(plan(), tmp_path / "walkers")
    assert not shard_names(tmp_path / "summaries")


def test_a_stopped_and_grown_sweep_ends_like_an_undisturbed_one(tmp_path):
    sweep(summed("exit.walkers=300"), tmp_path / "grown")
    for name in names(tmp_path / "grown")[:2]:
        (tmp_path / "grown" / "summaries" / name).unlink()
    calls = Recorder()
    report = sweep(summed(), tmp_path / "grown", calls)
    sweep(summed(), tmp_path / "whole")
    assert kept(tmp_path / "grown") == kept(tmp_path / "whole")
    assert report.n_skipped == 6
    assert {status.state for status in sweep_status(tmp_path / "grown")} == {"done"}


def test_more_steps_compute_summaries_with_censored_walkers_anew(tmp_path):
    sweep(summed("exit.max_steps=50"), tmp_path / "grown")
    report = sweep(summed(), tmp_path / "grown")
    sweep(summed(), tmp_path / "whole")
    assert report.n_superseded > 0
    assert kept(tmp_path / "grown") == kept(tmp_path / "whole")
    with pytest.raises(PlanError, match=r"exit\.max_steps = 50 is smaller than what walkers stored there took"):
        sweep(summed("exit.max_steps=50"), tmp_path / "grown")


def test_walkers_and_summaries_are_not_mixed(tmp_path):
    sweep(plan(), tmp_path)
    with pytest.raises(PlanError, match=r"holds single walkers.*choose another folder with -o"):
        sweep(summed(), tmp_path)
    other = tmp_path / "other"
    sweep(summed(), other)
    with pytest.raises(PlanError, match=r"holds summaries.*choose another folder with -o"):
        sweep(plan(), other)
    for path in (tmp_path / "shards").iterdir():
        (other / "shards").mkdir(exist_ok=True)
        (other / "shards" / path.name).write_bytes(path.read_bytes())
    with pytest.raises(PlanError, match=r"holds single walkers"):
        load_summaries(other)


def test_what_needs_single_walkers_says_how_to_get_them(tmp_path):
    sweep(summed(), tmp_path)
    with pytest.raises(PlanError, match=r"needs single walkers; get them with: hts run .*exit.keep"):
        load_cells(tmp_path)
    sweep(plan(), tmp_path / "walkers")
    with pytest.raises(PlanError, match="holds no summaries"):
        load_summaries(tmp_path / "walkers")


def test_a_summary_is_neither_cut_nor_counted_twice(tmp_path):
    sweep(summed(), tmp_path)
    with pytest.raises(PlanError, match=r"walkers = 550 would cut .* 512 to 599.* walkers = 600 or more"):
        sweep(summed("exit.walkers=550"), tmp_path)
    sweep(summed("exit.walkers=512"), tmp_path)
    assert {one.summary.n_walkers for one in load_summaries(tmp_path)} == {512}
    sweep(summed("exit.walkers=300"), tmp_path / "other")
    for name in names(tmp_path / "other"):
        (tmp_path / "summaries" / name).write_bytes((tmp_path / "other" / "summaries" / name).read_bytes())
    with pytest.raises(PlanError, match="two summaries hold the same walkers"):
        load_summaries(tmp_path)


def test_a_damaged_summary_is_named_set_aside_and_computed_anew(tmp_path):
    sweep(summed(), tmp_path)
    before = kept(tmp_path)
    (tmp_path / "summaries" / names(tmp_path)[0]).write_bytes(b"no summary")
    name = f"summaries/{names(tmp_path)[0]}"
    assert verify_sweep(tmp_path).damaged == (name,)
    with pytest.raises(IntegrityError, match="damaged shards"):
        load_summaries(tmp_path)
    repair_sweep(tmp_path, [name])
    sweep(summed(), tmp_path)
    assert kept(tmp_path) == before
    assert not verify_sweep(tmp_path).damaged


def test_levy_plans_refuse_summaries():
    start, end = PLAN.index("[noise]"), PLAN.index("[exit]")
    levy = "[levy]\nepsilon = [0.1]\nstep = [0.01]\nalpha = [1.5]\n"
    text = PLAN[:start] + levy + PLAN[end:]
    parse_plan(text, plan().path)
    with pytest.raises(PlanError, match=r'exit\.keep: cannot be "summary" beside \[levy\]; leave keep out'):
        parse_plan(text, plan().path, (KEEP,))


def test_summaries_of_no_walkers_are_empty():
    nothing = np.empty(0)
    assert summarise(nothing.astype(np.int64), nothing.astype(np.int8), nothing, (-1.0, 1.0), ()).n_walkers == 0
