"""The published recipe for SGD on least squares as a NumPy loop: one run, one mini-batch at a time [GSZ]."""

import numpy as np

from hts.arrays import FloatArray


def iterates(
    rows: FloatArray, targets: FloatArray, batch: int, eta: float, n_runs: int, n_steps: int, seed: int = 1
) -> FloatArray:
    """Simulate runs on fixed data, mini-batches without replacement; float64[run, coordinate]."""
    random = np.random.default_rng(seed)
    n, dimension = rows.shape
    last = np.empty((n_runs, dimension))
    for run in range(n_runs):
        x = 5.0 * random.standard_normal(dimension)
        for _ in range(n_steps):
            picked = random.choice(n, batch, replace=False, shuffle=False)
            a = rows[picked]
            x = x - eta / batch * a.T @ (a @ x - targets[picked])
        last[run] = x
    return last


def online_iterates(dimension: int, batch: int, eta: float, n_runs: int, n_steps: int, seed: int = 1) -> FloatArray:
    """Simulate runs on fresh samples, all runs in lock step; float64[run, coordinate]."""
    random = np.random.default_rng(seed)
    x = 5.0 * random.standard_normal((n_runs, dimension))
    for _ in range(n_steps):
        a = random.standard_normal((n_runs, batch, dimension))
        error = np.matmul(a, x[:, :, None])[:, :, 0] - 3.0 * random.standard_normal((n_runs, batch))
        x = x - eta / batch * np.matmul(error[:, None, :], a)[:, 0]
    return x
