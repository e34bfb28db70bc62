"""Sweeps in several dimensions: the same bytes however they are computed, and the walkers of the plain twin."""

import numpy as np
import pyarrow.parquet as pq
import pytest
from small_space_plans import RADIAL, VISITS, plan_of

from hts.errors import PlanError, StoppedError
from hts.sweeps import replay_sweep, run_sweep, sweep_status, verify_sweep
from hts.sweeps.space_samples import load_space_cells, load_space_visits
from hts.sweeps.space_studies import SPACE_KINDS


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*/*.parquet"))}


@pytest.mark.parametrize("text", [RADIAL, VISITS])
def test_threads_and_interruptions_change_no_byte(tmp_path, text):
    plan = plan_of(text)
    run_sweep(plan, tmp_path / "one", threads=1)
    asked = iter([False, True])
    try:
        run_sweep(plan, tmp_path / "two", threads=2, should_stop=lambda: next(asked, True))
    except StoppedError:
        run_sweep(plan, tmp_path / "two", threads=2)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two") != {}
    assert run_sweep(plan, tmp_path / "two").n_written == 0
    assert [status.state for status in sweep_status(tmp_path / "two")] == ["done"] * len(plan.cells())


def test_a_shard_has_the_columns_of_one_dimension_and_the_landing_point(tmp_path):
    run_sweep(plan_of(dimension="3"), tmp_path)
    path = next((tmp_path / "shards").glob("*.parquet"))
    table = pq.read_table(path)
    own = ["walker", "exit_steps", "is_censored", "side", "landing_1", "landing_2", "landing_3"]
    assert table.column_names == ["eta", "b", "alpha", "well", *own]
    assert verify_sweep(tmp_path).damaged == ()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    assert len(verify_sweep(tmp_path).damaged) == 1


def test_stored_walkers_are_those_of_the_simulator_for_the_plan(tmp_path):
    text = RADIAL.replace("scale = 0.5", 'scale = 0.5\nspread = "coordinates"\np_plus = 0.8')
    plan = plan_of(text, walkers="40")
    run_sweep(plan, tmp_path)
    samples = list(load_space_cells(tmp_path))
    assert [sample.cell for sample in samples] == list(plan.cells())
    study = SPACE_KINDS["exit"]
    for sample in samples:
        again = study.simulator(plan, sample.cell, plan.most_steps)(0, 40)
        assert np.array_equal(again.landing, sample.landing)
        assert np.array_equal(again.exit_steps, sample.exit_steps)
        inside = np.linalg.norm(sample.landing, axis=1) < 1.0
        assert np.array_equal(inside, sample.is_censored)
    assert replay_sweep(tmp_path, 10).differences == ()


def test_long_runs_count_every_step(tmp_path):
    plan = plan_of(VISITS)
    run_sweep(plan, tmp_path)
    (sample,) = load_space_visits(tmp_path)
    assert np.array_equal(
        sample.steps_in_set.sum(axis=2), np.broadcast_to(sample.checkpoints, (8, len(sample.checkpoints)))
    )
    assert sample.steps_in_set[:, -1, 1].sum() > 0
    assert replay_sweep(tmp_path, 3).differences == ()


def test_a_folder_of_another_plan_is_refused(tmp_path):
    run_sweep(plan_of(walkers="20"), tmp_path)
    with pytest.raises(PlanError, match=r"noise.scale: 0.6 here, 0.5 there"):
        run_sweep(plan_of(walkers="20", scale="0.6"), tmp_path)
