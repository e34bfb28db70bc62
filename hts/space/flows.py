"""Gradient flow of many points at once, along the length of its paths."""

from collections.abc import Callable
from math import inf

import numpy as np

from hts.arrays import BoolArray, FloatArray

#: float64[point, coordinate] -> float64[point, coordinate].
Gradient = Callable[[FloatArray], FloatArray]

#: A point that turns back has passed its goal: its step becomes so much shorter; one that goes on grows its step again.
SHORTER, LONGER = 0.5, 1.2
#: So does one whose four directions of a step cancel to less than this.
MOVES = 0.5
#: Points whose step is so small, relative to the longest, have arrived.
ARRIVED = 1e-8
TINY = 1e-300


def directions(gradient: Gradient, points: FloatArray) -> FloatArray:
    """Return the unit vectors downhill, float64[point, coordinate]; zero where the gradient vanishes."""
    slope = gradient(points)
    size = np.linalg.norm(slope, axis=1, keepdims=True)
    return np.asarray(-slope / np.maximum(size, TINY))


def step_downhill(gradient: Gradient, points: FloatArray, lengths: FloatArray, projection: float = inf) -> FloatArray:
    """Move points (float64[point, coordinate]) along the flow by lengths (float64[point, 1]): Runge and Kutta's rule.

    Points that leave the ball of radius `projection` are put back on it.
    """
    first = directions(gradient, points)
    second = directions(gradient, points + 0.5 * lengths * first)
    third = directions(gradient, points + 0.5 * lengths * second)
    fourth = directions(gradient, points + lengths * third)
    return project(points + lengths * (first + 2.0 * second + 2.0 * third + fourth) / 6.0, projection)


def project(points: FloatArray, projection: float) -> FloatArray:
    """Put points (float64[point, coordinate]) that lie outside the ball of that radius about 0 back on it."""
    if projection == inf:
        return points
    size = np.linalg.norm(points, axis=1, keepdims=True)
    return np.asarray(points * np.minimum(1.0, projection / np.maximum(size, TINY)))


def descend(
    gradient: Gradient,
    points: FloatArray,
    longest: float,
    projection: float = inf,
    is_there: Callable[[FloatArray], BoolArray] | None = None,
    n_steps: int = 4000,
) -> FloatArray:
    """Follow the flow until points stop, or are where they are wanted.

    Parameters
    ----------
    gradient : callable
    points : float64[point, coordinate]
    longest : float
        Longest step, a length; a point that turns back takes shorter ones.
    projection : float
        Radius of the ball about 0 that points are kept in.
    is_there : callable, optional
        float64[point, coordinate] -> bool[point]: which points need not go on.
    n_steps : int
        Steps at most.

    Returns
    -------
    float64[point, coordinate]
        Where they end: at a minimum, to the longest step times 1e-8, or where `is_there` says.
    """
    found = np.array(points, dtype=np.float64)
    alive = np.arange(len(found))
    x, lengths = found.copy(), np.full((len(found), 1), longest)
    before = directions(gradient, x)
    for _ in range(n_steps):
        to = step_downhill(gradient, x, lengths, projection)
        after = directions(gradient, to)
        turns = (before * after).sum(axis=1, keepdims=True) < 0.0
        turns |= np.linalg.norm(to - x, axis=1, keepdims=True) < MOVES * lengths
        lengths, x = np.where(turns, SHORTER * lengths, np.minimum(longest, LONGER * lengths)), to
        is_done = (lengths[:, 0] <= ARRIVED * longest) | ~after.any(axis=1)
        if is_there is not None:
            is_done |= is_there(x)
        found[alive] = x
        alive, x, lengths, before = alive[~is_done], x[~is_done], lengths[~is_done], after[~is_done]
        if not len(alive):
            break
    return found
