"""Exponent of the exit time in eta: the log-linear regression at one (b, alpha)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from hts.arrays import FloatArray
from hts.estimation.rates import LEVEL

MAX_NEWTON_STEPS = 50  # the likelihood is concave; from the starting line it takes 3 to 6


@dataclass(frozen=True)
class LogLinearFit:
    """The line log(mean exit steps) = intercept - exit_exponent*log(eta) through the cells of one (b, alpha)."""

    exit_exponent: float  # minus the slope
    intercept: float  # log of the line's mean at eta = 1
    standard_error: float  # of exit_exponent: sampling error alone, not the curvature of the truth
    low: float  # ends of the interval of exit_exponent
    high: float
    n_cells: int  # cells the line goes through
    straightness_p: float | None  # chance of points this far off one line if the means lay on one; None for two cells


def fit_log_linear(
    eta: npt.ArrayLike,
    n_exits: npt.ArrayLike,
    exposure_steps: npt.ArrayLike,
    dispersion: npt.ArrayLike = 1.0,
    level: float = LEVEL,
) -> LogLinearFit:
    """Fit a power of eta to exit times as a Poisson regression, one row per cell: events with offset log(exposure).

    For exponential times, censored or not, this is the maximum-likelihood regression of all walkers' times on
    log(eta). The error comes from the cells' own dispersions, each estimated from its walkers; it is *not* scaled by
    how far the points lie from the line. That distance is the curvature of the truth at finite eta (docs/model.md
    section 5), which a larger sample does not remove, and is reported separately as `straightness_p`.

    The same regression through given means m (exact ones): pass n_exits*m as the exposure.

    Parameters
    ----------
    eta : float64[cell]
        Learning rates, at least two different.
    n_exits : int64[cell]
        Events, at least 1 each.
    exposure_steps : float64[cell]
        Steps lived by all walkers of the cell.
    dispersion : float64[cell] or float
        n_exits times the variance of the cell's log mean (1: exponential law).
    level : float
        Coverage of the interval of the exponent.

    Returns
    -------
    LogLinearFit

    Raises
    ------
    ValueError
        Fewer than two different eta, or a cell without exits.
    """
    log_eta = np.log(np.asarray(eta, dtype=np.float64))
    exits = np.asarray(n_exits, dtype=np.float64)
    exposure = np.asarray(exposure_steps, dtype=np.float64)
    if np.unique(log_eta).size < 2:
        raise ValueError("a line needs cells at two different eta or more")
    if np.any(exits < 1):
        raise ValueError("leave out the cells without exits: they have no mean")
    centre = float(np.average(log_eta, weights=exits))
    X = np.column_stack((np.ones_like(log_eta), log_eta - centre))
    line, expected = _maximise(X, exits, exposure)

    bread = np.linalg.inv(X.T @ (expected[:, None] * X))
    spread = np.broadcast_to(np.asarray(dispersion, dtype=np.float64), exits.shape)
    covariance = bread @ (X.T @ ((spread * expected)[:, None] * X)) @ bread
    error = float(np.sqrt(covariance[1, 1]))
    half = float(scipy.special.ndtri(0.5 + level / 2.0)) * error
    exponent = float(line[1])
    return LogLinearFit(
        exit_exponent=exponent,
        intercept=float(-line[0] + exponent * centre),
        standard_error=error,
        low=exponent - half,
        high=exponent + half,
        n_cells=exits.size,
        straightness_p=_straightness(exits, expected, spread),
    )


def _maximise(X: FloatArray, exits: FloatArray, exposure: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Newton's method for events ~ Poisson(exposure*exp(X line)): the line of log rates, and the expected events."""
    root = np.sqrt(exits)
    line = np.linalg.lstsq(root[:, None] * X, root * np.log(exits / exposure), rcond=None)[0]
    expected = exposure * np.exp(X @ line)
    for _ in range(MAX_NEWTON_STEPS):
        step = np.linalg.solve(X.T @ (expected[:, None] * X), X.T @ (exits - expected))
        line = line + step
        expected = exposure * np.exp(X @ line)
        if np.max(np.abs(X @ step)) < 1e-12:
            break
    return line, expected


def _straightness(exits: FloatArray, expected: FloatArray, dispersion: FloatArray) -> float | None:
    """Pearson's chi-square test of the line; None where two cells leave nothing to test."""
    free = exits.size - 2
    if free < 1:
        return None
    chi_square = float(np.sum((exits - expected) ** 2 / (np.maximum(dispersion, 1e-300) * expected)))
    return float(scipy.special.chdtrc(free, chi_square))
