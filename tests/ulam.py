"""A chain on equal bins (Ulam's method), a referee for the exact exit law at large eta."""

from collections.abc import Callable
from math import inf

import numpy as np
from scipy import linalg

from hts.arrays import FloatArray
from hts.noise import Noise


class UlamChain:
    """The walk seen from the midpoints of equal bins; nothing here knows of panels, bases or renewal.

    Parameters
    ----------
    derivative : callable
        f'.
    noise, eta, b : as in docs/model.md (1)
    low, high : float
        Ends of the chain. An end that is no exit holds what would go beyond it in its outermost bin.
    n_bins : int
        Choose it so that b is a multiple of the bin: then jumps of the solution lie between bins.
    """

    def __init__(
        self,
        derivative: Callable[[FloatArray], FloatArray],
        noise: Noise,
        eta: float,
        b: float,
        low: float,
        high: float,
        n_bins: int,
        is_exit: tuple[bool, bool] = (True, True),
    ) -> None:
        edges = np.linspace(low, high, n_bins + 1)
        self.x = (edges[1:] + edges[:-1]) / 2
        start = (self.x - eta * derivative(self.x))[:, None]
        below = noise.distribution((edges[None, :] - start) / eta)
        if b < inf:  # the clip moves all that is beyond x -+ b onto it
            below = np.where(edges[None, :] < (self.x - b)[:, None], 0.0, below)
            below = np.where(edges[None, :] >= (self.x + b)[:, None], 1.0, below)
        self.exit_low, self.exit_high = below[:, 0].copy(), 1.0 - below[:, -1]
        self.P = np.diff(below, axis=1)
        if not is_exit[0]:
            self.P[:, 0] += self.exit_low
            self.exit_low[:] = 0.0
        if not is_exit[1]:
            self.P[:, -1] += self.exit_high
            self.exit_high[:] = 0.0

    def at(self, values: FloatArray, start: float) -> float:
        """Interpolate a function on the bins."""
        return float(np.interp(start, self.x, values))

    def mean_exit_steps(self, start: float) -> float:
        """Solve docs/model.md (9) as it stands."""
        return self.at(linalg.solve(np.eye(len(self.x)) - self.P, np.ones(len(self.x))), start)

    def side(self, start: float) -> float:
        """Return the probability to leave through the low end."""
        return self.at(linalg.solve(np.eye(len(self.x)) - self.P, self.exit_low), start)

    def escape_rate(self) -> float:
        """Return 1 - the largest eigenvalue, by power iteration."""
        v = np.ones(len(self.x))
        for _ in range(3000):
            w = self.P @ v
            v = w / w.max()
        return float(1.0 - (self.P @ v).max() / v.max())

    def exit_by(self, start: float, n_steps: int) -> float:
        """Return P(sigma <= n)."""
        h = np.zeros(len(self.x))
        for _ in range(n_steps):
            h = self.exit_low + self.exit_high + self.P @ h
        return self.at(h, start)
