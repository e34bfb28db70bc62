"""Quantiles of laws that have no closed ones."""

import numpy as np

from hts.arrays import FloatArray
from hts.noise.pieces import Function


def solve(
    tail: Function,
    density: Function,
    width: float,
    log_tail: FloatArray,
    lowest: float = 0.0,
) -> FloatArray:
    """Invert a tail that has no closed inverse.

    Newton's method for log tail(w) in u = asinh(w / width), in which the far tail is nearly a straight line; a step
    that leaves the bracket is replaced by halving it.

    Parameters
    ----------
    tail, density : callable
        float64[n] -> float64[n], the tail and minus its derivative.
    width : float
        The length on which w turns from linear to logarithmic.
    log_tail : float64[n]
        Logarithms of tail probabilities, <= 0.
    lowest : float
        Where u starts: 0, or -700 for a tail on the whole line.

    Returns
    -------
    float64[n]
        w, infinite for log_tail = -inf.
    """
    low, high = np.full_like(log_tail, lowest), np.full_like(log_tail, 700.0)
    u, moves = np.ones_like(log_tail), np.ones(log_tail.shape, np.bool_)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for _ in range(120):
            w = width * np.sinh(u)
            value = tail(w)
            residual = np.log(value) - log_tail
            low, high = np.where(residual > 0.0, u, low), np.where(residual > 0.0, high, u)
            step = residual * value / (density(w) * width * np.cosh(u))
            newton = u + step
            # each stops by itself: a quantile does not depend on those asked for beside it
            u = np.where(moves, np.where((newton >= low) & (newton <= high), newton, 0.5 * (low + high)), u)
            moves &= (np.abs(step) > 1e-15 * (1.0 + np.abs(u))) & (high - low > 4e-16 * (1.0 + np.abs(u)))
            if not np.any(moves):
                break
    ends = np.where(log_tail == 0.0, -np.inf if lowest < 0.0 else 0.0, np.where(log_tail == -np.inf, np.inf, np.nan))
    return np.where((log_tail < 0.0) & (log_tail > -np.inf), width * np.sinh(u), ends)
