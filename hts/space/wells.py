"""The wells of a landscape: minima or sets of minima in a fixed order, and in the plane saddles."""

from math import isfinite

import numpy as np

from hts.arrays import FloatArray
from hts.space.basins import check_size
from hts.space.critical_points import CHAIN, CriticalPoints, Minima, find_critical_points
from hts.space.flows import descend
from hts.space.landscapes import SpaceLandscape

#: Nodes along the longer side of a map, by default.
DEFAULT_NODES = 256
#: Digits of a minimum that was found by iteration: its last bits differ between machines.
DIGITS = 12
#: Steps of the flow from a start, and the longest of them in units of 1 + |start|.
N_STEPS, LONGEST = 1_500, 0.02
#: Newton's steps after it, and how far they may lead, in longest steps of the flow.
N_NEWTON, NEAR = 60, 5.0


def box_of(landscape: SpaceLandscape, low: FloatArray | None, high: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Return the box in which minima are looked for: the given one, or that around the ball of radius L.

    Raises
    ------
    ValueError
        Neither is there.
    """
    if low is not None and high is not None:
        return np.asarray(low), np.asarray(high)
    if not isfinite(landscape.projection):
        raise ValueError("no box to look for minima in: give low and high, or a finite L")
    side = np.full(landscape.dimension, landscape.projection)
    return -side, side


def find_wells(
    landscape: SpaceLandscape, low: FloatArray | None, high: FloatArray | None, start: FloatArray | None
) -> CriticalPoints:
    """Find the minima of a landscape, and in the plane its saddles.

    Known sets of minimisers come in the order of the landscape. Beyond the plane a formula's only well is the one to
    which the flow leads from `start`.

    Parameters
    ----------
    landscape : SpaceLandscape
    low, high : float64[d], optional
        Corners of the box for a formula in the plane; the box of L by default.
    start : float64[d], optional
        Needed for a formula beyond the plane.

    Raises
    ------
    ValueError
        No minimum was found, or there is nowhere to look for one; the message says what to give.
    """
    d = landscape.dimension
    if landscape.is_linear:
        return CriticalPoints((Minima(landscape.centre[None], 0.0),), np.zeros((0, d)))
    if d != 2:
        if start is None:
            raise ValueError("the minimum of a formula is looked for from the start: give start")
        return CriticalPoints((_minimum_from(landscape, start),), np.zeros((0, d)))
    corners = box_of(landscape, low, high)
    found = find_critical_points(
        landscape.value, landscape.gradient, landscape.hessian, *corners, projection=landscape.projection
    )
    if not len(landscape.minimisers):
        return CriticalPoints(tuple(map(_rounded, found.minima)), found.saddles)
    known = [_nearest(segment, found.minima, landscape.projection) for segment in landscape.minimisers]
    return CriticalPoints(tuple(known), found.saddles)


def _minimum_from(landscape: SpaceLandscape, start: FloatArray) -> Minima:
    """Follow the flow from a start, and then take Newton's steps within a small ball: flat valleys slow the flow."""
    point = np.asarray(start, dtype=np.float64)[None]
    longest = LONGEST * (1.0 + float(np.linalg.norm(point)))
    with np.errstate(all="ignore"):
        end = descend(landscape.gradient, point, longest, landscape.projection, n_steps=N_STEPS)
        slopes = np.linalg.norm(landscape.gradient(np.vstack([point, end])), axis=1)
    if not (np.all(np.isfinite(end)) and np.all(np.isfinite(slopes))):
        raise ValueError("no minimum was found: the gradient flow from the start comes to where there is no gradient")
    if float(np.linalg.norm(end - point)) > 0.25 * N_STEPS * longest:
        raise ValueError("no minimum was found: the gradient flow from the start does not come to rest")
    polished = _polished(landscape, end, longest)
    return _rounded(Minima(polished, float(landscape.value(polished)[0])))


def _polished(landscape: SpaceLandscape, end: FloatArray, longest: float) -> FloatArray:
    """Take Newton's steps from where the flow has led; stay there where they lead far, or to no minimum."""
    x = end.copy()
    with np.errstate(all="ignore"):
        for _ in range(N_NEWTON):
            slope, hessian = landscape.gradient(x)[0], landscape.hessian(x)[0]
            if not (np.all(np.isfinite(slope)) and np.all(np.isfinite(hessian))):
                return end
            step = -np.linalg.lstsq(hessian, slope, rcond=1e-12)[0]
            x = x + step
            if not float(np.linalg.norm(x - end)) <= NEAR * longest:
                return end
            if float(np.linalg.norm(step)) <= 1e-14:
                break
        is_lower = float(landscape.value(x)[0]) <= float(landscape.value(end)[0])
    return x if is_lower else end


def _rounded(minima: Minima) -> Minima:
    points = np.array([[float(f"{x:.{DIGITS}g}") + 0.0 for x in point] for point in minima.points.tolist()])
    points[np.abs(points) < 10.0**-DIGITS] = 0.0
    return Minima(points, minima.value)


def _nearest(segment: FloatArray, found: tuple[Minima, ...], projection: float) -> Minima:
    """Return a known segment as far as it lies in the ball of radius L, or the minimum that was found at its place."""
    if np.array_equal(segment[0], segment[1]):
        singles = [one for one in found if not one.is_set]
        nearest = min(singles, key=lambda one: float(np.linalg.norm(one.points[0] - segment[0])))
        return _rounded(nearest)
    share = np.linspace(0.0, 1.0, 64 * CHAIN)[:, None]
    points = segment[0] + share * (segment[1] - segment[0])
    inside = points[np.linalg.norm(points, axis=1) < projection]
    kept = np.unique(np.linspace(0, len(inside) - 1, CHAIN).astype(int))
    return Minima(inside[kept], 0.0)


def box_of_map(
    landscape: SpaceLandscape, low: FloatArray, high: FloatArray, spacing: float
) -> tuple[FloatArray, FloatArray]:
    """Return the box of a map of basins: it holds the ball of radius L too, if there is one and memory allows it."""
    L = landscape.projection
    if not isfinite(L):
        return low, high
    wide_low, wide_high = np.minimum(low, -L), np.maximum(high, L)
    try:
        check_size(wide_low, wide_high, spacing, float((high - low).max()))
    except ValueError:
        return low, high
    return wide_low, wide_high


def default_spacing(low: FloatArray, high: FloatArray) -> float:
    """Return the spacing of a map with 256 cells along its longer side."""
    return float((high - low).max()) / DEFAULT_NODES


def well_at(wells: CriticalPoints, point: FloatArray) -> int:
    """Return the number of the nearest minimum."""
    return int(np.argmin([one.distances(point[None])[0] for one in wells.minima]))
