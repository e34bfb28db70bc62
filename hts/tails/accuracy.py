"""How accurate the block estimator is: its spread and bias on stable laws, and what it reads off others."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hts.arrays import FloatArray
from hts.tails.blocks import block_estimate, block_limit, pareto_characteristic, student_characteristic

#: Block size, and blocks of each sample, as published.
BLOCK_SIZE, N_BLOCKS = 100, 1000
#: Indices of the stable laws, and of the others.
STABLE_INDICES = (0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 1.95, 2.0)
OTHER_INDICES = (0.8, 1.0, 1.2, 1.5, 1.8, 2.1, 2.5, 3.0)
SEED = 20260101
Z = 1.959963984540054


@dataclass(frozen=True)
class Accuracy:
    """The block estimates of many samples of one law.

    Attributes
    ----------
    law : str
    alpha : float
        Its tail index; inf for normal numbers.
    mean, deviation : float
        Of the estimates.
    n : int
        Samples.
    expected : float or None
        The asymptotic standard deviation on a stable law.
    limit : float or None
        What the estimates tend to, where there is a formula.
    """

    law: str
    alpha: float
    mean: float
    deviation: float
    n: int
    expected: float | None
    limit: float | None

    @property
    def deviation_interval(self) -> tuple[float, float]:
        """Give the 95 % interval of the deviation, of nearly normal estimates."""
        half = Z / math.sqrt(2.0 * (self.n - 1))
        return self.deviation * (1.0 - half), self.deviation * (1.0 + half)

    @property
    def mean_error(self) -> float:
        """Give half the length of the mean's 95 % interval."""
        return Z * self.deviation / math.sqrt(self.n)


def asymptotic_deviation(alpha: float, block_size: int, n_blocks: int) -> float:
    """Give the standard deviation of (23) on a stable law, for many blocks."""
    variance = math.pi**2 / 6.0 * (1.0 / alpha**2 + 0.5) / n_blocks
    return alpha**2 * math.sqrt(variance) / math.log(block_size)


def block_accuracy(n_samples: int, on_law: Callable[[int, int], None] | None = None) -> tuple[Accuracy, ...]:
    """Estimate (23) on many samples of BLOCK_SIZE * N_BLOCKS numbers of each law.

    Parameters
    ----------
    n_samples : int
        At least 2.
    on_law : callable, optional
        Told of laws done, and of all.
    """
    laws = [("stable", alpha) for alpha in STABLE_INDICES]
    laws += [(law, alpha) for law in ("pareto", "lomax", "student") for alpha in OTHER_INDICES]
    laws.append(("normal", math.inf))
    found = []
    for place, (law, alpha) in enumerate(laws):
        rng = np.random.default_rng([SEED, place])
        numbers = [
            block_estimate(draw(law, alpha, BLOCK_SIZE * N_BLOCKS, rng), BLOCK_SIZE).alpha for _ in range(n_samples)
        ]
        expected = asymptotic_deviation(alpha, BLOCK_SIZE, N_BLOCKS) if law == "stable" else None
        mean, deviation = float(np.mean(numbers)), float(np.std(numbers, ddof=1))
        found.append(Accuracy(law, alpha, mean, deviation, n_samples, expected, reading(law, alpha)))
        if on_law is not None:
            on_law(place + 1, len(laws))
    return tuple(found)


def reading(law: str, alpha: float) -> float | None:
    """Give what (23) tends to at BLOCK_SIZE; None for Lomax numbers, whose characteristic function is not at hand."""
    if law in ("stable", "normal"):
        return min(alpha, 2.0)
    if law == "lomax":
        return None
    characteristic = pareto_characteristic if law == "pareto" else student_characteristic
    return block_limit(characteristic(alpha), BLOCK_SIZE)


def draw(law: str, alpha: float, n: int, rng: np.random.Generator) -> FloatArray:
    """Draw symmetric numbers of a law by textbook formulas, independent of the kernels."""
    if law == "normal":
        return rng.standard_normal(n)
    if law == "student":
        return rng.standard_t(alpha, n)
    if law == "stable":  # Chambers, Mallows and Stuck 1976
        angle, wait = rng.uniform(-0.5 * np.pi, 0.5 * np.pi, n), rng.standard_exponential(n)
        part = (np.cos((1.0 - alpha) * angle) / wait) ** ((1.0 - alpha) / alpha)
        return np.asarray(np.sin(alpha * angle) / np.cos(angle) ** (1.0 / alpha) * part)
    u = 1.0 - rng.random(n)
    size = u ** (-1.0 / alpha) - (1.0 if law == "lomax" else 0.0)
    return np.asarray(np.where(rng.random(n) < 0.5, -size, size))
