"""Writes slice.csv: samples of a two-well loss along a line, as `configs/slice.toml` reads them.

    python configs/make_slice.py configs/slice.csv

In place of a loss of your own: evaluate it at (1 - s) a + s b for two trained minima a and b, and write s as x.
"""

import sys

import numpy as np


def loss(x: np.ndarray) -> np.ndarray:
    """Return a narrow well at the left and a wide one at the right, in a shallow bowl."""
    return 0.3 * x**2 - 0.8 * np.exp(-(((x + 1.0) / 0.35) ** 2)) - 1.2 * np.exp(-(((x - 1.0) / 0.7) ** 2))


if __name__ == "__main__":
    x = np.linspace(-2.5, 2.5, 101)
    rows = np.column_stack([x, loss(x)])
    np.savetxt(sys.argv[1], rows, fmt="%.10g", delimiter=",", header="x,f", comments="")
