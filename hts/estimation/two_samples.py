"""Scores of the difference between two samples of one cell; standard normal where both are of one law."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy

from hts.arrays import FloatArray
from hts.estimation.exits import ExitEstimate
from hts.estimation.spread import FEW


def z_of_means(one: ExitEstimate, other: ExitEstimate) -> float | None:
    """Say how many standard errors the mean of a second sample lies above that of a first.

    The ratio of two means of exponential times follows Fisher's law, whose cube root is nearly normal (Paulson, Ann.
    Math. Stat. 13 (1942) 233); exits count 1/dispersion each. Where one sample has no exit, its steps without one are
    held against the rate of the other: given k exits in all, the chance that all fall to one side is its share of the
    steps to the power k.

    Parameters
    ----------
    one, other : ExitEstimate
        Censored at the same number of steps.

    Returns
    -------
    float | None
        None without a walker in one of the samples, or without an exit in both.
    """
    if one.mean_exit_steps is not None and other.mean_exit_steps is not None:
        n, m = one.n_exits / one.dispersion, other.n_exits / other.dispersion
        root = float(np.cbrt(other.mean_exit_steps / one.mean_exit_steps))
        return ((1 - 1 / (9 * n)) * root - (1 - 1 / (9 * m))) / float(np.sqrt(root**2 / (9 * n) + 1 / (9 * m)))
    if not (one.n_walkers and other.n_walkers and one.n_exits + other.n_exits):
        return None
    left, stays, sign = (one, other, 1.0) if one.n_exits else (other, one, -1.0)
    steps = left.exposure_steps + stays.exposure_steps
    chance = left.n_exits * np.log(left.exposure_steps / steps)
    return -sign * float(scipy.special.ndtri_exp(chance))


def z_of_shares(one: FloatArray, other: FloatArray) -> tuple[float | None, ...]:
    """Say how many standard errors the shares of a second sample lie above those of a first, well by well.

    Welch's t, taken to the normal quantile of the same probability. Where hardly a walker came, or left, the spread
    between walkers is no measure of an error: the largest spread a share can have stands in for it.

    Parameters
    ----------
    one, other : float64[walker, well]
        Shares of time, from 0 to 1.

    Returns
    -------
    tuple of float or None
        One for each well; None below two walkers on either side, and where too few walkers came or left to tell.
    """
    n, m = len(one), len(other)
    if min(n, m) < 2:
        return (None,) * int(one.shape[1])
    pooled = (one.sum(axis=0) + other.sum(axis=0)) / (n + m)
    variances = [_variance(part, pooled) for part in (one, other)]
    total = variances[0] + variances[1]
    known = (total > 0) & ~((_is_rare(one) | _is_rare(other)) & ((n + m) * np.minimum(pooled, 1 - pooled) < FEW))
    safe = np.where(known, total, 1.0)
    freedom = safe**2 / np.maximum(variances[0] ** 2 / (n - 1) + variances[1] ** 2 / (m - 1), 1e-300)
    t = (other.mean(axis=0) - one.mean(axis=0)) / np.sqrt(safe)
    z: FloatArray = np.copysign(scipy.special.ndtri(scipy.special.stdtr(np.clip(freedom, 1.0, 1e9), -np.abs(t))), t)
    return tuple(score if is_known else None for score, is_known in zip(z.tolist(), known.tolist(), strict=True))


def z_of_fits(one: tuple[float, float], other: tuple[float, float]) -> float | None:
    """Score the difference of two (value, standard error); None where neither has an error."""
    error = float(np.hypot(one[1], other[1]))
    return (other[0] - one[0]) / error if error > 0 else None


def _is_rare(part: FloatArray) -> npt.NDArray[np.bool_]:
    return np.asarray(np.minimum((part > 0).sum(axis=0), (part < 1).sum(axis=0)) < FEW)


def _variance(part: FloatArray, pooled: FloatArray) -> FloatArray:
    """Return the variance of the mean share, float64[well]."""
    own = part.var(axis=0, ddof=1) / len(part)
    widest = pooled * (1 - pooled) / len(part)
    return np.asarray(np.where(_is_rare(part), np.maximum(own, widest), own))
