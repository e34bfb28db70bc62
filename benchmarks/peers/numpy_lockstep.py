"""NumPy peer: walkers in lock step; those that have left are dropped."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray


def two_uniforms(random: np.random.Generator, n: int, alpha: float) -> FloatArray:
    """Draw pareto noise as one writes it down: a uniform for the size, another for the sign."""
    z = random.random(n) ** (-1.0 / alpha)
    z[random.random(n) < 0.5] *= -1.0
    return z


def one_uniform(random: np.random.Generator, n: int, alpha: float) -> FloatArray:
    """Draw pareto noise from one uniform, which serves size and sign: the faster form."""
    u = random.random(n)
    return np.where(u < 0.5, -1.0, 1.0) * (1.0 - np.abs(2.0 * u - 1.0)) ** (-1.0 / alpha)


def exit_steps(
    alpha: float,
    eta: float,
    b: float,
    n_walkers: int,
    max_steps: int,
    draw: Callable[[np.random.Generator, int, float], FloatArray],
    seed: int = 1,
) -> npt.NDArray[np.int64]:
    """Simulate first exits of (-1, 1) from 0; int64[walker]."""
    random = np.random.default_rng(seed)
    steps = np.full(n_walkers, max_steps, np.int64)
    walker = np.arange(n_walkers)
    x = np.zeros(n_walkers)
    for step in range(1, max_steps + 1):
        x += np.clip(eta * (draw(random, len(x), alpha) - x), -b, b)
        has_left = np.abs(x) >= 1.0
        if has_left.any():
            steps[walker[has_left]] = step
            walker, x = walker[~has_left], x[~has_left]
    return steps
