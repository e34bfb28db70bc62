"""Tests of mean exit times from one window: a known law, and walks of a well against the exact solver."""

import math

import numpy as np
import pytest
from small_rare import TEXT

from hts.answers import predict
from hts.estimation.renewal import mean_exit
from hts.plans import read_plan
from hts.rare import rare_results, run_rare


def estimate(chance, n_samples, n_steps, seed):
    steps = np.random.default_rng(seed).geometric(chance, n_samples)
    seen = steps[steps <= n_steps]
    return mean_exit(np.ones(len(seen)), seen, n_samples, n_steps)


@pytest.mark.parametrize(("chance", "n_steps"), [(1e-4, 100), (0.01, 100), (0.01, 7), (0.3, 4)])
def test_the_mean_and_its_error_are_those_of_a_known_law(chance, n_steps):
    """60 estimates: their median to 4 of its standard errors, their scatter to .4 (four of its own); 1e-4 each."""
    found = [estimate(chance, 30_000, n_steps, seed) for seed in range(60)]
    means = np.array([one.steps for one in found])
    error = np.mean([one.relative_error for one in found]) / chance
    assert abs(np.median(means) - 1 / chance) < 4.0 * 1.25 * error / math.sqrt(60)
    assert means.std() == pytest.approx(error, rel=0.4)


def test_none_that_leave_late_give_no_mean():
    assert mean_exit(np.ones(3), np.array([1, 2, 3]), 10, 10) is None
    assert mean_exit(np.ones(10), np.arange(1, 11), 10, 10) is None


@pytest.mark.parametrize(("within", "is_believed"), [(8.0, True), (1.0, False)])
def test_a_window_of_several_relaxation_times_gives_the_exact_mean(tmp_path, within, is_believed):
    """Two methods at |z| < 4, 1e-4; a window that is too short is said to be, and has another mean."""
    (tmp_path / "plan.toml").write_text(TEXT.replace("within = 1.0", f"within = {within}"))
    plan = read_plan(tmp_path / "plan.toml", ["grid.eta=[0.02]"])
    run_rare(plan, tmp_path / "out")
    exact = dict(zip(plan.cells(), predict(plan, plan.cells()), strict=True))
    for result in rare_results(plan, tmp_path / "out", exact):
        assert (not result.mean_reasons) == is_believed
        if is_believed:
            assert abs(result.z_mean) < 4.0
            assert result.mean_exit.relative_error < 0.1
        else:
            assert "too short" in result.mean_reasons[0]
