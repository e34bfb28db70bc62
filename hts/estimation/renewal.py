"""The mean exit time from walks of one window, by the rate at which they leave in its second half."""

import math
from dataclasses import dataclass

import numpy as np

from hts.arrays import FloatArray, IntArray


@dataclass(frozen=True)
class MeanExit:
    """E sigma from weighted walks of at most n steps.

    Attributes
    ----------
    steps : float
    relative_error : float
        Standard error over the mean, from the scatter of the samples alone.
    n_positive : int
        Samples that leave in the second half, which decide it.
    """

    steps: float
    relative_error: float
    n_positive: int


def mean_exit(value: FloatArray, steps: IntArray, n_samples: int, n_steps: int) -> MeanExit | None:
    """Estimate E sigma by renewal: after half a window walks leave at one rate, that of its second half.

    E sigma = sum of P(sigma > k) over the first half + P(sigma > half)/(chance to leave in a step). The rate belongs
    to the quasi-stationary law, docs/model.md (10), as far as the first half lets walks settle; what is left of their
    start decays like exp(-f''(m) T/2) in a well with minimum m and a window of the gradient-flow time T.

    Parameters
    ----------
    value : float64[positive sample]
        Weights.
    steps : int64[positive sample]
        sigma, at most n_steps.
    n_samples : int
        All, those that did not leave included.
    n_steps : int
        Of the window, at least 2.

    Returns
    -------
    MeanExit or None
        None where no walk leaves in the second half, or all do.
    """
    half = n_steps // 2
    is_late = steps > half
    early, late = float(value[~is_late].sum()) / n_samples, float(value[is_late].sum()) / n_samples
    if half < 1 or late <= 0.0 or early + late >= 1.0:
        return None
    inside = 1.0 - early
    left = late / inside  # chance to leave in the second half
    log_stay = math.log1p(-left) / (n_steps - half)
    chance = -math.expm1(log_stay)
    before = half - float((value * np.maximum(half - steps, 0)).sum()) / n_samples
    mean = before + inside / chance
    # by the delta method: derivatives of the mean by `early` and by `late`
    by_left = -inside / chance**2 * math.exp(log_stay) / ((1.0 - left) * (n_steps - half))
    by_late, by_early = by_left / inside, by_left * left / inside - 1.0 / chance
    each = value * np.where(is_late, by_late, by_early - np.maximum(half - steps, 0))
    variance = float((each**2).sum()) / n_samples - (float(each.sum()) / n_samples) ** 2
    return MeanExit(mean, math.sqrt(max(variance, 0.0) / n_samples) / mean, int(np.count_nonzero(is_late)))
