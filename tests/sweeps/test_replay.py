"""Tests of replay, repair and dry runs: what is stored is what the plan says, and what is said is what is done."""

import threading

import numpy as np
import pytest
from fake_exits import STREAMS, Recorder, fake_exits, plan, shard_names, sweep
from stops import PATIENCE

from hts.errors import PlanError
from hts.storage import Provenance, read_shard, write_shard
from hts.sweeps import Choices, dry_run, repair_sweep, replay_sweep, run_sweep, studies, verify_sweep

STUDY = plan("grid.eta=[0.05]", "exit.walkers=60")


@pytest.fixture
def folder(tmp_path):
    run_sweep(STUDY, tmp_path, threads=1)
    return tmp_path


def forge(folder, column, row, value):
    """Write a shard anew, with a good checksum, in which one number is another; give its name."""
    path = folder / "shards" / shard_names(folder)[0]
    shard, columns = read_shard(path)
    columns = {name: np.array(values) for name, values in columns.items()}
    columns[column][row] = value(columns[column][row])
    path.unlink()
    return write_shard(folder / "shards", folder / "tmp", shard.cell, columns, shard.provenance).name


def test_walkers_come_out_as_they_are_stored(folder):
    calls = []
    replay = replay_sweep(folder, 40, threads=1, on_walker=lambda n, of: calls.append((n, of)))
    assert (replay.n_walkers, replay.differences) == (40, ())
    assert calls == [(n, 40) for n in range(1, 41)]
    assert replay_sweep(folder, 10_000, threads=2).n_walkers == 120


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("exit_steps", lambda steps: steps + 1),
        ("side", lambda side: -side),
        ("landing", lambda x: np.nextafter(x, np.inf)),
    ],
)
def test_one_wrong_bit_behind_a_good_checksum_is_found_by_computing_it_again(folder, column, value):
    name = forge(folder, column, 17, value)
    assert verify_sweep(folder).damaged == ()
    replay = replay_sweep(folder, 120, threads=1)
    (difference,) = replay.differences
    assert (difference.shard, difference.walker) == (f"shards/{name}", 17)
    assert difference.stored != difference.computed
    repair_sweep(folder, [difference.shard])
    assert [path.name for path in (folder / "damaged").iterdir()] == [name]
    assert run_sweep(STUDY, folder, threads=1).n_written == 1
    assert replay_sweep(folder, 120, threads=1).differences == ()


def test_differences_are_told_in_the_order_of_walkers_whichever_thread_is_done_first(folder, monkeypatch):
    forge(folder, "side", [17, 40], lambda side: -side)
    honest, is_later_done = studies.simulate_exits, threading.Event()

    def simulate_exits(problem, walker, *rest, **more):
        if (problem.b, walker) == (0.7, 17):
            assert is_later_done.wait(PATIENCE)
        return honest(problem, walker, *rest, **more)

    def look(n, of):
        if n == of - 1:
            is_later_done.set()

    monkeypatch.setattr(studies, "simulate_exits", simulate_exits)
    replay = replay_sweep(folder, 120, threads=2, on_walker=look)
    assert [difference.walker for difference in replay.differences] == [17, 40]


def test_the_choice_of_walkers_repeats_with_its_seed_and_reaches_all(folder, monkeypatch):
    def chosen(n, seed):
        asked = []

        def simulate_exits(problem, walker, n, *rest, **more):
            asked.append((problem.b, walker))
            return honest(problem, walker, n, *rest, **more)

        monkeypatch.setattr(studies, "simulate_exits", simulate_exits)
        replay_sweep(folder, n, seed=seed, threads=1)
        monkeypatch.undo()
        return asked

    honest = studies.simulate_exits
    assert chosen(20, 1) == chosen(20, 1)
    assert chosen(20, 1) != chosen(20, 2)
    assert len(set(chosen(120, 3))) == 120


@pytest.fixture
def fake_streams(monkeypatch):
    monkeypatch.setattr("hts.sweeps.studies.ExitStudy.stream_version", STREAMS)


def tasks(works):
    return sorted((repr(task.cell), task.first_walker, task.n_walkers) for work in works for task in work.tasks)


@pytest.mark.usefixtures("fake_streams")
@pytest.mark.parametrize(
    "overrides",
    [
        (),
        ("exit.walkers=900",),
        ("grid.eta=[0.05, 0.03, 0.02]",),
        ("exit.max_steps=2000",),
        ("exit.walkers=100",),
    ],
)
def test_what_a_dry_run_says_is_what_a_run_does(tmp_path, overrides):
    sweep(plan("exit.max_steps=150", "grid.eta=[0.05]") if "2000" in str(overrides) else plan(), tmp_path)
    for path in sorted((tmp_path / "shards").iterdir())[:2]:
        path.write_bytes(path.read_bytes()[:-1])
    grown = plan(*overrides) if "2000" not in str(overrides) else plan("grid.eta=[0.05]", *overrides)
    for choices in (Choices(share=(1, 2)), Choices()):
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
        works = dry_run(grown, tmp_path, choices)
        assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
        simulate = Recorder()
        sweep(grown, tmp_path, simulate, choices=choices)
        assert tasks(works) == sorted((repr(cell), first, n) for cell, first, n in simulate.calls)
        assert all(work.reason for work in works if work.state != "done")
    assert {work.state for work in dry_run(grown, tmp_path)} == {"done"}


@pytest.mark.usefixtures("fake_streams")
def test_a_dry_run_says_why_and_where_a_run_would_refuse(tmp_path):
    assert {work.reason for work in dry_run(plan(), None)} == {"no walkers yet"}
    assert {work.reason for work in dry_run(plan(), tmp_path / "new")} == {"no walkers yet"}

    def fails(cell, first, *rest):
        if cell.eta == 0.02 and first == 256:
            raise ValueError("no such luck")
        return fake_exits(cell, first, *rest)

    with pytest.raises(Exception, match="no such luck"):
        sweep(plan("grid.b=[0.7]"), tmp_path, fails)
    grown = plan("grid.b=[0.7]", "exit.walkers=700")
    good, bad = sorted(dry_run(grown, tmp_path), key=lambda work: -work.cell.eta)
    assert (good.state, good.reason, good.walkers_left) == ("partial", "600 walkers are there", 100)
    assert (bad.state, bad.tasks) == ("failed", ())
    assert bad.reason == "ValueError: no such luck; left alone; hts run --retry-failed tries it again"
    assert sum(work.walkers_left for work in dry_run(grown, tmp_path, Choices(retry_failed=True))) == 456
    with pytest.raises(PlanError, match=r"noise\.scale"):
        dry_run(plan("noise.scale=2.0"), tmp_path)


def test_provenance_of_a_forged_shard_is_that_of_the_honest_one(folder):
    """Else the tests above would find the forgery by its metadata."""
    before = read_shard(folder / "shards" / shard_names(folder)[0])[0].provenance
    name = forge(folder, "side", 0, lambda side: -side)
    after = read_shard(folder / "shards" / name)[0].provenance
    assert isinstance(after, Provenance)
    assert after == before
