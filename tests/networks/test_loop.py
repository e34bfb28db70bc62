"""Test of the documented way from one's own networks to exit times, at a tiny scale."""

import numpy as np
import pytest

import hts
from hts.networks.recording import write_line
from hts.networks.running import run_training
from hts.plans.training import TrainingPlan, TrainingTable

PLAN = """
[landscape]
kind = "samples"
file = "line/slice.csv"

[noise]
kind = "empirical"
file = "line/noise.npy"

[grid]
eta = [0.1]
b = [inf]
alpha = [1.5]

[exit]
well = 0
walkers = 5
max_steps = 200
"""


@pytest.mark.long
def test_loss_and_noise_along_a_line_make_a_plan_that_runs(tmp_path, monkeypatch):
    """Two networks found make two wells; their noise has no power law, so the index is stated."""
    table = TrainingTable(
        images=60, corrupted=0, widths=(4,), methods=("SB",), replications=2, small_batch=8, large_batch=16,
        iterations=600, final=0, draws=2, delta=(0.05,),
    )  # fmt: skip
    monkeypatch.setattr("hts.networks.running.measure", lambda trainer, runs, data: {"expected": np.zeros((2, 1))})
    plan = TrainingPlan("tiny", 3, table, tmp_path)
    run_training(plan, tmp_path)
    slice_, _ = write_line(plan, tmp_path, ("SB", 0), ("SB", 1))
    x, f = np.loadtxt(slice_, delimiter=",", skiprows=1).T
    inside = (x > 0.0) & (x < 0.8 * x[-1])
    assert f[inside].max() > max(np.interp([0.0, 0.8 * x[-1]], x, f)), "a barrier parts the two"
    path = tmp_path / "exits.toml"
    path.write_text(PLAN)
    exits = hts.read_plan(path)
    hts.run_sweep(exits, tmp_path / "exits")
    assert hts.fit(tmp_path / "exits")
