"""Where a domain of any kind ends that is nearest to a point inside it.

Of a ball, a half-space, a box, and an ellipsoid about the point the place has a closed form. Elsewhere, and where the
ball of radius L cuts it off, it is looked for: along rays, and from the nearest of these by sequential quadratic
programming. A sliver thinner than the rays' spacing, 4 % of its distance, may be missed.
"""

from dataclasses import dataclass
from math import inf

import numpy as np
import scipy

from hts.arrays import FloatArray
from hts.kernels import space_motions as kinds
from hts.kernels.space_motions import Region
from hts.space.domains import bounds_of, contains

#: Rays, and the lengths that are looked at on each, relative to the size of things.
N_RAYS, SHORTEST, LONGEST, RATIO = 2048, 1e-3, 1e3, 1.04
#: Rays that are looked at together, and halvings of the interval in which one crosses the end.
CHUNK, N_HALVINGS = 256, 48
#: Nearest crossings from which the search goes on.
N_REFINED = 8
#: A place is outside when so much farther along its ray it is, relatively.
BEYOND = 1e-9


@dataclass(frozen=True, eq=False)
class DomainEnd:
    """The place where a domain ends that is nearest to a point."""

    place: FloatArray  # float64[d]
    distance: float
    is_exact: bool  # by a closed form; otherwise the nearest that a search has found
    crossings: FloatArray  # float64[ray, d], where rays from the point leave the domain; none of a closed form


def depth(region: Region, points: FloatArray) -> FloatArray:
    """Return a number that is positive inside and falls through 0 where the domain ends, float64[point]."""
    away = points - region.centre
    if region.kind == kinds.BALL:
        return np.asarray(np.sqrt(region.number) - np.linalg.norm(away, axis=1))
    if region.kind == kinds.HALF_SPACE:
        return np.asarray((region.number - points @ region.centre) / np.linalg.norm(region.centre))
    if region.kind == kinds.BOX:
        return np.asarray(np.minimum(points - region.low, region.high - points).min(axis=1))
    if region.kind == kinds.ELLIPSOID:
        return np.asarray(1.0 - np.sqrt(np.einsum("ni,ij,nj->n", away, region.matrix, away)))
    from hts.space.compilation import evaluate

    return -evaluate(region.program, points)[:, 0]


def nearest_end(region: Region, point: FloatArray, projection: float = inf) -> DomainEnd:
    """Find where a domain ends, as near to a point as can be.

    Parameters
    ----------
    region : Region
        Of any kind but a map of basins.
    point : float64[d]
        Inside.
    projection : float
        L: what lies beyond that ball about 0 is never reached.

    Raises
    ------
    ValueError
        The domain ends nowhere.
    """
    place = _closed_form(region, point)
    if place is not None and float(np.linalg.norm(place)) <= projection:
        return DomainEnd(place, float(np.linalg.norm(place - point)), True, np.empty((0, len(point))))
    crossings = ray_crossings(region, point, projection)
    if not len(crossings):
        raise ValueError("the domain ends nowhere where walkers can be: give a domain that can be left")
    away = np.linalg.norm(crossings - point, axis=1)
    best = crossings[np.argsort(away)[:N_REFINED]]
    found = [_refined(region, point, start, projection) for start in best]
    nearest = min(found, key=lambda end: float(np.linalg.norm(end - point)))
    return DomainEnd(nearest, float(np.linalg.norm(nearest - point)), False, crossings)


def _closed_form(region: Region, m: FloatArray) -> FloatArray | None:
    if region.kind == kinds.BALL:
        away = m - region.centre
        size = float(np.linalg.norm(away))
        unit = away / size if size > 0.0 else np.eye(len(m))[0]
        return np.asarray(region.centre + np.sqrt(region.number) * unit)
    if region.kind == kinds.HALF_SPACE:
        normal = region.centre
        return np.asarray(m + (region.number - normal @ m) / (normal @ normal) * normal)
    if region.kind == kinds.BOX:
        low, high = m - region.low, region.high - m
        k = int(np.argmin(np.minimum(low, high)))
        place = m.copy()
        place[k] = region.low[k] if low[k] < high[k] else region.high[k]
        return place
    if region.kind == kinds.ELLIPSOID and np.array_equal(region.centre, m):
        forms, axes = np.linalg.eigh(region.matrix)
        return np.asarray(m + axes[:, -1] / np.sqrt(forms[-1]))
    return None


def ray_crossings(region: Region, point: FloatArray, projection: float = inf) -> FloatArray:
    """Return where rays from a point leave the domain, float64[ray, d]; a ray that never does has no place."""
    d = len(point)
    normal = np.random.default_rng(0).standard_normal((N_RAYS, d))
    rays = np.vstack([np.eye(d), -np.eye(d), normal / np.linalg.norm(normal, axis=1, keepdims=True)])
    bounds = bounds_of(region)
    sides = np.array([]) if bounds is None else (bounds[1] - bounds[0])[np.isfinite(bounds[1] - bounds[0])]
    scale = float(sides.max()) if len(sides) else 1.0 + float(np.linalg.norm(point))
    lengths = scale * np.geomspace(SHORTEST, LONGEST, int(np.log(LONGEST / SHORTEST) / np.log(RATIO)))
    lows, highs, kept = [], [], []
    for first in range(0, len(rays), CHUNK):
        some = rays[first : first + CHUNK]
        places = point + some[:, None] * lengths[:, None]
        flat = places.reshape(-1, d)
        is_out = ~contains(region, flat) & (np.linalg.norm(flat, axis=1) <= projection)
        is_out = is_out.reshape(len(some), len(lengths))
        at = is_out.argmax(axis=1)
        crosses = is_out[np.arange(len(some)), at]
        kept.append(some[crosses])
        highs.append(lengths[at[crosses]])
        lows.append(np.where(at[crosses] > 0, lengths[at[crosses] - 1], 0.0))
    rays, low, high = np.concatenate(kept), np.concatenate(lows), np.concatenate(highs)
    for _ in range(N_HALVINGS):
        middle = 0.5 * (low + high)
        is_in = contains(region, point + middle[:, None] * rays)
        low, high = np.where(is_in, middle, low), np.where(is_in, high, middle)
    return np.asarray(point + high[:, None] * rays)


def _refined(region: Region, point: FloatArray, start: FloatArray, projection: float) -> FloatArray:
    """Return a nearer end, or the start where the search finds none."""
    scale = float(np.linalg.norm(start - point))
    bounds = [{"type": "ineq", "fun": lambda x: -float(depth(region, x[None])[0])}]
    if projection < inf:
        bounds.append({"type": "ineq", "fun": lambda x: projection - float(np.linalg.norm(x))})
    with np.errstate(all="ignore"):
        found = scipy.optimize.minimize(
            lambda x: float(((x - point) ** 2).sum()) / scale**2, start, method="SLSQP", constraints=bounds,
            options={"ftol": 1e-12, "maxiter": 200},
        ).x  # fmt: skip
    beyond = point + (1.0 + BEYOND) * (found - point)
    is_end = bool(np.all(np.isfinite(found))) and not contains(region, beyond[None])[0]
    is_near = float(np.linalg.norm(found - point)) < scale and float(np.linalg.norm(found)) <= projection * (1 + BEYOND)
    return found if is_end and is_near else start
