"""Zeros of many brackets at once, each by Brent's method."""

from collections.abc import Callable

import numpy as np

from hts.arrays import FloatArray, IntArray

RELATIVE = 4.0 * float(np.finfo(np.float64).eps)  # the least that `scipy.optimize.brentq` takes
MAX_ROUNDS = 1000


def brent_roots(
    function: Callable[[FloatArray, IntArray], FloatArray],
    left: FloatArray,
    right: FloatArray,
    at_left: FloatArray,
    at_right: FloatArray,
    tolerance: float | FloatArray,
) -> FloatArray:
    """Return a zero in each bracket, to the bit that of `scipy.optimize.brentq`.

    One call evaluates the function in all brackets that are still open: a long formula costs as much at a thousand
    points as at one.

    Parameters
    ----------
    function : callable
        From places, float64[open], and the numbers of their brackets, int[open], to values.
    left, right : float64[bracket]
    at_left, at_right : float64[bracket]
        Values at the ends, of opposite sign.
    tolerance : float or float64[bracket]
        Absolute; `RELATIVE` comes on top.
    """
    roots, which = np.array(right), np.arange(len(left))
    x0, x, f0, f = (np.array(part) for part in (left, right, at_left, at_right))  # before and now
    xb, fb, s0, s = (np.zeros(len(left)) for _ in range(4))  # the other end; the steps before and now
    xtol = np.broadcast_to(np.asarray(tolerance, dtype=np.float64), roots.shape)
    for _ in range(MAX_ROUNDS):
        is_new = (f0 != 0.0) & (f != 0.0) & (np.signbit(f0) != np.signbit(f))
        xb, fb = np.where(is_new, x0, xb), np.where(is_new, f0, fb)
        s0, s = np.where(is_new, x - x0, s0), np.where(is_new, x - x0, s)
        is_worse = np.abs(fb) < np.abs(f)
        x0, x, xb = np.where(is_worse, x, x0), np.where(is_worse, xb, x), np.where(is_worse, x, xb)
        f0, f, fb = np.where(is_worse, f, f0), np.where(is_worse, fb, f), np.where(is_worse, f, fb)
        delta = (xtol + RELATIVE * np.abs(x)) / 2.0
        half = (xb - x) / 2.0
        roots[which] = x
        is_open = ~((f == 0.0) | (np.abs(half) < delta))
        which, x0, x, xb, f0, f, fb, s0, s, delta, half, xtol = (
            part[is_open] for part in (which, x0, x, xb, f0, f, fb, s0, s, delta, half, xtol)
        )
        if not len(which):
            break
        s0, s = _steps(x0, x, xb, f0, f, fb, s0, s, delta, half)
        x0, f0 = x, f
        x = x + np.where(np.abs(s) > delta, s, np.where(half > 0.0, delta, -delta))
        f = function(x, which)
    return roots


def _steps(
    x0: FloatArray,
    x: FloatArray,
    xb: FloatArray,
    f0: FloatArray,
    f: FloatArray,
    fb: FloatArray,
    s0: FloatArray,
    s: FloatArray,
    delta: FloatArray,
    half: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return the last step and the next one: by the secant or the inverse parabola where that is short, or half way."""
    with np.errstate(all="ignore"):  # what is not tried may divide by zero
        secant = -f * (x - x0) / (f - f0)
        d0, db = (f0 - f) / (x0 - x), (fb - f) / (xb - x)
        parabola = -f * (fb * db - f0 * d0) / (db * d0 * (fb - f0))
        tried = np.where(x0 == xb, secant, parabola)
        is_tried = (np.abs(s0) > delta) & (np.abs(f) < np.abs(f0))
        is_short = is_tried & (2.0 * np.abs(tried) < np.minimum(np.abs(s0), 3.0 * np.abs(half) - delta))
    return np.where(is_short, s, half), np.where(is_short, tried, half)
