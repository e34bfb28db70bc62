"""Tests that a sweep of long runs is kept, grown, checked and read as one of exits is, apart from it."""

import fake_exits
import numpy as np
import pyarrow.parquet as pq
import pytest
from fake_visits import STREAMS, all_columns, plan, sweep, visits_of
from stops import stop_at_checkpoint

from hts.ensembles import driving, visits
from hts.errors import IntegrityError, PlanError
from hts.forecast import describe
from hts.sweeps import Choices, dry_run, load_visits, repair_sweep, replay_sweep, run_sweep, sweep_status, verify_sweep
from hts.sweeps.studies import VISIT_STUDY

STUDY = plan()


def states(folder):
    return [(status.state, status.walkers_done, status.walkers_wanted) for status in sweep_status(folder)]


def test_what_was_simulated_comes_back(tmp_path):
    report = sweep(STUDY, tmp_path)
    assert (report.n_written, report.walker_steps) == (12, 4 * 200 * 100_000)
    samples = list(load_visits(tmp_path))
    assert [sample.cell for sample in samples] == list(STUDY.cells())
    for sample in samples:
        made = visits_of(STUDY)(sample.cell, 0, 200, 100_000, lambda n: None, None)
        for name in ("walker", "steps_in_well", "steps_near", "transitions", "histogram", "position"):
            kept, was = getattr(sample, name), getattr(made, name)
            assert np.array_equal(kept, was), name
            assert kept.dtype == was.dtype, name
        assert sample.checkpoints[-1] == sample.n_steps == 100_000
        assert sample.steps_in_well.shape == (200, len(sample.checkpoints), 3)


def test_shards_of_visits_do_not_lie_among_those_of_exits(tmp_path):
    sweep(STUDY, tmp_path)
    assert not (tmp_path / "shards").exists()
    shards = sorted((tmp_path / "visits").glob("*.parquet"))
    assert len(shards) == 12
    table = pq.read_table(shards[0]).to_pydict()
    assert len(table["steps_in_well"][0]) == 3 * len(STUDY.visit_record().checkpoints(100_000))
    assert {"eta", "b", "alpha", "well", "walker", "position"} < set(table)


def test_a_finished_sweep_is_left_alone_and_more_walkers_are_added(tmp_path):
    sweep(STUDY, tmp_path)
    before = all_columns(tmp_path)
    assert sweep(STUDY, tmp_path).n_written == 0
    assert sweep(plan("visits.walkers=210"), tmp_path).n_written == 4
    sweep(plan("visits.walkers=210"), whole := tmp_path / "whole")
    assert all_columns(tmp_path) == all_columns(whole) != before
    sweep(STUDY, tmp_path)
    assert all_columns(tmp_path) == before


def test_more_steps_are_what_an_undisturbed_run_takes(tmp_path):
    sweep(STUDY, tmp_path)
    longer = plan("visits.steps=300_000")
    report = sweep(longer, tmp_path)
    assert (report.n_superseded, report.n_written) == (12, 12)
    sweep(longer, whole := tmp_path / "whole")
    assert all_columns(tmp_path) == all_columns(whole)
    with pytest.raises(PlanError, match=r"visits\.steps = 100000 is smaller .* keep steps = 300000"):
        sweep(STUDY, tmp_path)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("visits.bins=9", "visits.bins: 9 here, 8 there"),
        ("visits.radius=0.05", r"visits.radius: 0\.05 here, 0\.08 there"),
        ("visits.checkpoints_per_decade=5", "visits.checkpoints_per_decade: 5 here, 4 there"),
        ("visits.range=[-3.0, 4.0]", r"visits.low: -3\.0 here, -4\.0 there"),
        ("visits.start=0.1", r"visits.start: 0\.1 here, 0\.0 there"),
    ],
)
def test_what_is_recorded_is_part_of_the_physics(tmp_path, change, named):
    sweep(STUDY, tmp_path)
    with pytest.raises(PlanError, match=named):
        sweep(plan(change), tmp_path)


def test_shares_of_a_sweep_cover_it(tmp_path):
    for k in (1, 2, 3):
        sweep(STUDY, tmp_path / "shared", choices=Choices(share=(k, 3)))
    sweep(STUDY, tmp_path / "whole")
    assert all_columns(tmp_path / "shared") == all_columns(tmp_path / "whole")


def test_damage_is_found_told_and_mended(tmp_path):
    sweep(STUDY, tmp_path)
    whole = all_columns(tmp_path)
    victim = sorted((tmp_path / "visits").glob("*.parquet"))[0]
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)
    assert sorted(state for state, _, _ in states(tmp_path)) == ["damaged", "done", "done", "done"]
    with pytest.raises(IntegrityError, match="damaged shards"):
        load_visits(tmp_path)
    found = verify_sweep(tmp_path)
    assert found.damaged == (f"visits/{victim.name}",)
    repair_sweep(tmp_path, found.damaged)
    assert (tmp_path / "damaged" / victim.name).exists()
    assert sweep(STUDY, tmp_path).n_written == 1
    assert all_columns(tmp_path) == whole


def test_a_folder_of_exits_is_no_place_for_visits(tmp_path):

    fake_exits.sweep(fake_exits.plan(), tmp_path)
    with pytest.raises(PlanError, match="holds results of another plan"):
        sweep(STUDY, tmp_path)
    with pytest.raises(PlanError, match="is a plan of exits"):
        load_visits(tmp_path)


def test_unfinished_cells_are_read_as_far_as_they_are(tmp_path):
    sweep(STUDY, tmp_path, choices=Choices(share=(3, 3)))
    assert {state for state, _, _ in states(tmp_path)} <= {"partial", "missing"}
    assert sum(len(sample.walker) for sample in load_visits(tmp_path)) == sum(n for _, n, _ in states(tmp_path))


def test_walkers_that_are_not_the_asked_ones_are_refused(tmp_path):
    def others(cell, first, n, *rest):
        return visits_of(STUDY)(cell, first + 1, n, *rest)

    with pytest.raises(Exception, match="other walkers than it was asked for"):
        run_sweep(STUDY, tmp_path, simulate=others, stream_version=STREAMS, threads=1)


def test_the_cost_of_long_runs_is_known_exactly():
    described = describe(STUDY)
    assert described.cost.expected_steps == described.cost.upper_bound_steps == 4 * 200 * 100_000
    assert {cell.source for cell in described.cells} == {"steps"}
    assert [len(work.tasks) for work in dry_run(STUDY, None)] == [3] * 4


def test_real_runs_go_on_from_a_checkpoint_to_the_same_bytes_and_are_replayed(tmp_path, monkeypatch):
    for name, value in (
        ("SECONDS_PER_CHECKPOINT", 0.0),
        ("SECONDS_NOT_WORTH_KEEPING", 0.0),
        ("SECONDS_PER_CALL", 1e-4),
    ):
        monkeypatch.setattr(driving, name, value)
    monkeypatch.setattr(driving, "FIRST_BUDGET", 10_000)
    study = plan("grid.eta=[0.02]", "visits.walkers=70", "visits.steps=3_000")
    run_sweep(study, whole := tmp_path / "whole", threads=1)
    assert stop_at_checkpoint(study, tmp_path / "stopped", visits, "advance_visits")
    assert run_sweep(study, tmp_path / "stopped", threads=1).steps_resumed > 0
    names = [{path.name for path in (folder / "visits").iterdir()} for folder in (whole, tmp_path / "stopped")]
    assert names[0] == names[1]
    replay = replay_sweep(whole, 5)
    assert (replay.n_walkers, replay.differences) == (5, ())


def test_a_wrong_bit_behind_a_good_checksum_is_found_by_computing_it_again(tmp_path):
    study = plan("grid.eta=[0.02]", "grid.b=[0.7]", "visits.walkers=3", "visits.steps=500")

    def wrong(cell, first, n, steps, on_steps, should_stop):
        simulate = VISIT_STUDY.simulator(study, cell, steps)
        sample = simulate(first, n, on_steps=on_steps, should_stop=should_stop)
        sample.transitions[1, 0, 2] += 1
        return sample

    run_sweep(study, tmp_path, threads=1, simulate=wrong)
    (difference,) = replay_sweep(tmp_path, 3).differences
    assert (difference.walker, difference.columns, difference.shard[:7]) == (1, ("transitions",), "visits/")
    assert difference.stored == difference.computed
