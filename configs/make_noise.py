"""Writes noise.csv: made gradient noise with unequal power tails, as `configs/own_noise.toml` reads it.

    python configs/make_noise.py configs/noise.csv

In place of noise of your own: gradients of mini-batches at one point, less their mean, a number in each row.
"""

import sys

import numpy as np


def noise(n: int, seed: int) -> np.ndarray:
    """Return n numbers: normal ones with jumps of index 1.5, larger to the left, that centre on their mean."""
    rng = np.random.default_rng(seed)
    size = rng.pareto(1.5, n) * np.where(rng.random(n) < 0.5, 0.3, -0.6)
    return 0.1 * rng.standard_normal(n) + size


if __name__ == "__main__":
    np.savetxt(sys.argv[1], noise(20_000, 7), fmt="%.6g", header="gradient", comments="")
