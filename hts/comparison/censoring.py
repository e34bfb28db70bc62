"""Means of an exact survival function under the censoring that the walkers had."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hts.arrays import FloatArray

SINGLE_STEPS = 256  # summed one by one; beyond, points 1 % apart and the trapezoidal rule, whose error is 1e-5 at most
SPACING = 1.01


def mean_under_censoring(survival: Callable[[FloatArray], FloatArray], max_steps: int) -> float:
    """Return what exposure/exits tends to with walkers stopped at C = max_steps: E min(sigma, C)/P(sigma <= C).

    It is E sigma itself for geometric times only: after a delay of d steps, for example, it is too long by
    d (1/P(sigma <= C) - 1).

    Parameters
    ----------
    survival : callable
        P(sigma > n) for an array of whole n >= 0, float64 and increasing. A table's entries `n_steps` are used.
    max_steps : int
        C, at least 1.

    Returns
    -------
    float
        In steps; inf where no walker leaves within `max_steps`.
    """
    single = np.arange(min(max_steps, SINGLE_STEPS) + 1, dtype=np.float64)
    n_far = int(np.ceil(np.log(max(max_steps / SINGLE_STEPS, 1.0)) / np.log(SPACING)))
    far = np.rint(np.geomspace(single[-1], max_steps, n_far + 1)) if n_far else single[-1:]
    entries = np.array(getattr(survival, "n_steps", ()), dtype=np.float64)
    steps = np.unique(np.concatenate((single, far, entries[entries <= max_steps])))
    inside = survival(steps)
    # E min(sigma, C) = sum of P(sigma > n) over n < C; a block a <= n < b has b - a terms and misses the last end
    width, first, last = np.diff(steps), inside[:-1], inside[1:]
    exposure = float(np.sum(0.5 * width * (first + last) + 0.5 * (first - last)))
    left = 1.0 - float(inside[-1])
    return exposure / left if left > 0.0 else float("inf")
