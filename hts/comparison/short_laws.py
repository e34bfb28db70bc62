"""The exact law of a sum of exit times, where few walkers or means near one step leave the normal law far behind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy

from hts.arrays import FloatArray

#: Largest array that is transformed: a tenth of a second.
MOST_ENTRIES = 2**20
#: What is left beyond the last step that is looked at.
NEGLIGIBLE = 1e-15
#: Rounding of the transform: smaller tail probabilities are not reported.
SMALLEST_TAIL = 1e-11


def z_of_total(
    n_walkers: int, n_exits: int, exposure_steps: int, survival: Callable[[FloatArray], FloatArray], max_steps: int
) -> float | None:
    """Return where the steps lived by all walkers stand in their exact law, as a normal score.

    For geometric times without censoring that law is the negative binomial. Under censoring at C steps it is the law of
    exposure - m exits, m = E min(sigma, C)/P(sigma <= C), whose mean is 0: the joint law of both, by Fourier transform.
    The tail includes what was measured, so that a right simulation is accused at most as often as is said.

    Parameters
    ----------
    n_walkers, n_exits, exposure_steps : int
        Measured.
    survival : callable
        P(sigma > n) for an array of whole n >= 0.
    max_steps : int
        C.

    Returns
    -------
    float or None
        Positive where walkers lived longer than they should; None where the law is too large to be computed.
        At most 6.7.
    """
    longest = min(max_steps, MOST_ENTRIES // max(n_walkers, 1))
    inside = survival(np.arange(longest + 1, dtype=np.float64))
    last = int(np.searchsorted(-inside, -NEGLIGIBLE)) if inside[-1] <= NEGLIGIBLE else longest
    n_lost = n_walkers - n_exits
    if last < max_steps and inside[-1] > NEGLIGIBLE:
        return None
    leaves = -np.diff(inside[: last + 1])  # P(sigma = 1), ..., P(sigma = last)
    censored = float(inside[last]) if last == max_steps else 0.0
    if censored <= NEGLIGIBLE:
        return None if n_lost else _score(*_tails(_sum_law(leaves, n_walkers), exposure_steps - n_walkers))
    if (n_walkers + 1) * n_walkers * last > MOST_ENTRIES:
        return None
    exact_mean = float(inside[:last].sum()) / (1.0 - censored)
    law = _joint_law(leaves, censored, n_walkers)  # float64[exits, exposure - walkers]
    exits, exposure = np.arange(law.shape[0])[:, None], np.arange(law.shape[1])
    excess = exposure + n_walkers - exact_mean * exits
    measured = exposure_steps - exact_mean * n_exits
    slack = 1e-9 * max(1.0, abs(measured))
    return _score(float(law[excess <= measured + slack].sum()), float(law[excess >= measured - slack].sum()))


def _sum_law(leaves: FloatArray, n_walkers: int) -> FloatArray:
    """Return the law of the sum of n_walkers times minus n_walkers."""
    size = n_walkers * (len(leaves) - 1) + 1
    length = scipy.fft.next_fast_len(size, real=True)
    law = scipy.fft.irfft(scipy.fft.rfft(leaves, length) ** n_walkers, length)[:size]
    return np.asarray(np.maximum(law, 0.0))


def _joint_law(leaves: FloatArray, censored: float, n_walkers: int) -> FloatArray:
    """Return the law of the exits and of the exposure minus n_walkers."""
    one = np.zeros((2, len(leaves)))
    one[1], one[0, -1] = leaves, censored
    shape = n_walkers + 1, n_walkers * (len(leaves) - 1) + 1
    lengths = [scipy.fft.next_fast_len(size, real=True) for size in shape]
    law = scipy.fft.irfft2(scipy.fft.rfft2(one, lengths) ** n_walkers, lengths)[: shape[0], : shape[1]]
    return np.asarray(np.maximum(law, 0.0))


def _tails(law: FloatArray, measured: int) -> tuple[float, float]:
    """Return P(sum <= measured) and P(sum >= measured)."""
    return float(law[: measured + 1].sum()), float(law[measured:].sum())


def _score(low: float, high: float) -> float:
    """Return the normal score of the smaller tail, 0 where both hold more than half."""
    tail = max(min(low, high), SMALLEST_TAIL)
    if tail >= 0.5:
        return 0.0
    return float(np.copysign(scipy.special.ndtri(tail), low - high))
