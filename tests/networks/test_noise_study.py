"""Test of the study of gradient noise at a tiny scale: its points, its estimates and its figure."""

import csv
from types import SimpleNamespace

import numpy as np
import pytest

from hts.networks import noise_study as study
from hts.plans.training import TrainingPlan, TrainingTable
from hts.plots.gradient_noise import plot_gradient_noise
from hts.tails import tail_of
from hts.tails.blocks import block_estimate, default_block_size


@pytest.mark.long
def test_each_point_is_estimated_and_drawn(tmp_path, monkeypatch):
    """Estimates of the first point are those of its own noise, and not of another network's."""
    points = {"ITERATIONS": (0, 2), "WIDTHS": (3,), "DEPTHS": (1,), "BATCH_SIZES": (4,), "BATCHES": 150}
    for name, value in points.items():
        monkeypatch.setattr(study, name, value)
    table = TrainingTable(
        images=60,
        corrupted=0,
        widths=(4,),
        methods=("SB",),
        replications=2,
        small_batch=8,
        large_batch=16,
        iterations=2,
        final=0,
    )
    noises = []
    monkeypatch.setattr(study, "noise_of", lambda *given, own=study.noise_of: noises.append(own(*given)) or noises[-1])
    seen = []
    found = study.noise_study(TrainingPlan("tiny", 3, table, tmp_path), lambda *point: seen.append(point))
    assert seen == [("iteration", 0), ("iteration", 2), ("width", 3), ("depth", 1), ("batch", 4)]
    assert [(one.varied, one.value, one.n) for one in found[::3]] == [(*point, 2) for point in seen]
    first = {one.estimator: one for one in found[:3]}
    norms = [tail_of(np.linalg.norm(noise.astype(float), axis=1)).hill.alpha for noise in noises[:2]]
    assert first["norms"].mean == pytest.approx(np.mean(norms))
    assert first["norms"].mean != pytest.approx(norms[0])
    pooled = []
    for noise in noises[:2]:
        live = noise[: study.IN_BLOCKS, np.ptp(noise, axis=0) > 0.0].astype(float).ravel()
        live = np.random.default_rng(0).permutation(live[live != 0.0])
        pooled.append(block_estimate(live, default_block_size(live.size)).alpha)
    assert first["blocks"].mean == pytest.approx(np.mean(pooled))
    assert all(one.low < one.mean < one.high for one in found)
    paths = plot_gradient_noise(found, "tiny", tmp_path)
    rows = list(csv.DictReader(next(path for path in paths if path.suffix == ".csv").read_text().splitlines()))
    assert [float(row["mean"]) for row in rows] == [one.mean for one in found]


def test_a_short_study_takes_two_values_of_each_thing_and_a_whole_one_all(tmp_path, monkeypatch):
    monkeypatch.setattr(study, "_trainer", lambda plan: SimpleNamespace(start=lambda: None))
    monkeypatch.setattr(study, "_advance", lambda trainer, runs, to: runs)
    plan = TrainingPlan("tiny", 3, TrainingTable(), tmp_path)
    short = [point[:2] for point in study._points(plan, study.SHORT)]
    assert short == [("iteration", 0), ("iteration", 100), ("width", 16), ("width", 64),
                     ("depth", 1), ("depth", 3), ("batch", 10), ("batch", 100)]  # fmt: skip
    assert len(list(study._points(plan, slice(None)))) == 17
