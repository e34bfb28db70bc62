"""Smooth curves through exact values, on a fine grid of eta.

An exact value takes a second and more, so none is computed for the sake of a line. Between the values of a plan the
logarithm of the mean follows the cubic that has the exact local exponents as its slopes, and the local exponent is
that cubic's slope. At the geometric middles of the six values of configs/rare.toml, which bends most of all plans, the
logarithm of the mean is then wrong by 0.07 and the exponent by 0.03, where straight segments miss by 0.25 and 0.6.
"""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicHermiteSpline, PchipInterpolator

from hts.arrays import FloatArray

POINTS = 24
"""Points between one value and the next."""


def fine_grid(eta: FloatArray) -> FloatArray:
    """Return learning rates between those given, evenly spread on a logarithmic scale, float64[point]."""
    x = np.log(eta)
    parts = np.arange((len(x) - 1) * POINTS + 1) / POINTS
    fine = np.exp(np.interp(parts, np.arange(len(x)), x))
    fine[::POINTS] = eta
    return np.asarray(fine)


def smooth(eta: FloatArray, value: FloatArray, exponent: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
    """Draw a curve through positive values, smooth on logarithmic axes.

    Parameters
    ----------
    eta : float64[value]
        Increasing.
    value : float64[value]
    exponent : float64[value], optional
        -d log value/d log eta there; without it a cubic that keeps to the order of the values is taken.

    Returns
    -------
    eta, value : float64[point]
        On a fine grid, which holds the values given.
    """
    if len(eta) < 2:
        return eta, value
    fine, x, y = fine_grid(eta), np.log(eta), np.log(value)
    is_known = exponent is not None and bool(np.isfinite(exponent).all())
    curve = CubicHermiteSpline(x, y, -exponent) if is_known and exponent is not None else PchipInterpolator(x, y)
    drawn = np.exp(curve(np.log(fine)))
    drawn[::POINTS] = value
    return fine, drawn


def smooth_share(eta: FloatArray, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Draw a curve through numbers between 0 and 1, smooth against a logarithmic axis.

    Between two neighbours it stays between their values, so that no share above 1 or below 0 is drawn.

    Parameters
    ----------
    eta : float64[value]
        Positive, in any order.
    share : float64[value]

    Returns
    -------
    eta, share : float64[point]
        By increasing eta, on a fine grid that holds the values given.
    """
    order = np.argsort(eta)
    eta, share = eta[order], share[order]
    if len(eta) < 2:
        return eta, share
    fine = fine_grid(eta)
    drawn = np.asarray(PchipInterpolator(np.log(eta), share)(np.log(fine)))
    drawn[::POINTS] = share
    return fine, drawn


def smooth_exponent(eta: FloatArray, value: FloatArray, exponent: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Draw the local exponent of the curve of `smooth` on a fine grid; it passes through the exponents given."""
    if len(eta) < 2:
        return eta, exponent
    fine, x = fine_grid(eta), np.log(eta)
    if not np.isfinite(value).all():
        return fine, np.asarray(PchipInterpolator(x, exponent)(np.log(fine)))
    return fine, np.asarray(-CubicHermiteSpline(x, np.log(value), -exponent)(np.log(fine), 1))
