"""Minima and saddles of a landscape in the plane, found from many starts."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from hts.arrays import FloatArray, IntArray
from hts.space.flows import Gradient, descend

#: Starts along each side of the box.
N_STARTS = 32
N_NEWTON = 60
#: Newton's steps are at most this part of the box's side.
LONGEST_NEWTON = 0.05
#: A point has converged when Newton's step is so short, relative to the box; two points nearer are one.
CONVERGED, SAME = 1e-10, 1e-6
#: Curvatures below this part of the largest make a minimum degenerate: one of a set.
FLAT = 1e-6
#: Newton's method may polish what the flow has found by so much, in distances between starts.
NEAR = 0.5
#: Ends of the flow that are so near, in distances between starts, belong to one set of minima.
LINKED = 2.5
#: A single minimum so near to a set, in distances between starts, belongs to it.
BELONGS = 0.25
#: Points that stand for a set, at most.
CHAIN = 17


@dataclass(frozen=True, eq=False)
class Minima:
    """One minimum, or a connected set of them."""

    points: FloatArray  # float64[point, 2], one for a single minimum; along its longer side for a set
    value: float

    @property
    def is_set(self) -> bool:
        """Whether there are many."""
        return len(self.points) > 1

    def distances(self, points: FloatArray) -> FloatArray:
        """Return the distances of points (float64[point, 2]) from the set, as a chain of its points; float64[point]."""
        if not self.is_set:
            return np.asarray(np.linalg.norm(points - self.points[0], axis=1))
        start, way = self.points[:-1], np.diff(self.points, axis=0)
        away = points[:, None] - start
        share = np.clip((away * way).sum(axis=2) / (way**2).sum(axis=1), 0.0, 1.0)
        return np.asarray(np.linalg.norm(away - share[..., None] * way, axis=2).min(axis=1))


@dataclass(frozen=True, eq=False)
class CriticalPoints:
    """What was found in a box."""

    minima: tuple[Minima, ...]  # by increasing value
    saddles: FloatArray  # float64[saddle, 2], one curvature of each sign; none of a kink is found


def find_critical_points(
    value: Callable[[FloatArray], FloatArray],
    gradient: Gradient,
    hessian: Callable[[FloatArray], FloatArray],
    low: FloatArray,
    high: FloatArray,
    projection: float = inf,
    n_starts: int = N_STARTS,
) -> CriticalPoints:
    """Find minima by the flow and saddles by Newton's method, from a square of starts in a box.

    A minimum whose basin no start lies in is missed, and so is a saddle that attracts none.

    Parameters
    ----------
    value, gradient, hessian : callable
        float64[point, 2] -> float64[point], float64[point, 2], float64[point, 2, 2].
    low, high : float64[2]
        Corners of the box.
    projection : float
        L; starts beyond it are left out.
    n_starts : int
        Along each side.

    Raises
    ------
    ValueError
        No minimum was found in the box: the domain has none, or the box is too small.
    """
    sides = [np.linspace(a, z, n_starts + 2)[1:-1] for a, z in zip(low, high, strict=True)]
    starts = np.stack(np.meshgrid(*sides, indexing="ij"), axis=-1).reshape(-1, 2)
    starts = starts[np.linalg.norm(starts, axis=1) < projection]
    side = float(np.max(high - low))
    apart = side / (n_starts + 1)
    ends = descend(gradient, starts, 0.5 * apart, projection)
    is_inside = np.all((ends >= low) & (ends <= high), axis=1) & np.all(np.isfinite(ends), axis=1)
    ends = ends[is_inside]
    if not len(ends):
        raise ValueError("no minimum was found in the box: the flow leaves it from everywhere; give a larger box")
    polished, curvatures = _newton(gradient, hessian, ends, side)
    with np.errstate(invalid="ignore"):
        is_single = np.linalg.norm(polished - ends, axis=1) < NEAR * apart
        is_single &= curvatures[:, 0] > FLAT * np.abs(curvatures[:, 1])
    singles = [Minima(point[None], float(value(point[None])[0])) for point in _distinct(polished[is_single], side)]
    sets = _sets(value, ends[~is_single], LINKED * apart)
    minima = [one for one in singles if all(many.distances(one.points)[0] > BELONGS * apart for many in sets)]
    minima += sets
    found, curvatures = _newton(gradient, hessian, starts, side)
    with np.errstate(invalid="ignore"):
        is_saddle = (curvatures[:, 0] < 0.0) & (curvatures[:, 1] > 0.0)
        is_saddle &= np.all((found >= low) & (found <= high), axis=1) & (np.linalg.norm(found, axis=1) < projection)
    return CriticalPoints(tuple(sorted(minima, key=lambda one: one.value)), _distinct(found[is_saddle], side))


def _newton(
    gradient: Gradient, hessian: Callable[[FloatArray], FloatArray], points: FloatArray, side: float
) -> tuple[FloatArray, FloatArray]:
    """Return zeros of the gradient near points, nan where none is reached, and their curvatures, increasing."""
    x, step = points.copy(), np.full_like(points, inf)
    for _ in range(N_NEWTON):
        H = np.nan_to_num(hessian(x), nan=1.0, posinf=1e300, neginf=-1e300)
        step = -np.einsum("nij,nj->ni", np.linalg.pinv(H, rcond=1e-14, hermitian=True), np.nan_to_num(gradient(x)))
        size = np.linalg.norm(step, axis=1, keepdims=True)
        step *= np.minimum(1.0, LONGEST_NEWTON * side / np.maximum(size, 1e-300))
        x = x + step
    is_bad = ~(np.linalg.norm(step, axis=1) <= CONVERGED * side)
    curvatures = np.linalg.eigvalsh(np.nan_to_num(hessian(x), nan=0.0, posinf=1e300, neginf=-1e300))
    x[is_bad], curvatures[is_bad] = np.nan, np.nan
    return x, curvatures


def _distinct(points: FloatArray, side: float) -> FloatArray:
    """Return each of the points once."""
    return _first_of_each(points, _linked(points, SAME * side))


def _linked(points: FloatArray, reach: float) -> IntArray:
    """Return the number of the cluster of each point, neighbours within reach in one; int[point]."""
    if len(points) < 2:
        return np.zeros(len(points), dtype=np.int64)
    pairs = cKDTree(points).query_pairs(reach, output_type="ndarray").reshape(-1, 2)
    links = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(points), len(points)))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _first_of_each(points: FloatArray, cluster: IntArray) -> FloatArray:
    return points[np.unique(cluster, return_index=True)[1]] if len(points) else points


def _sets(value: Callable[[FloatArray], FloatArray], ends: FloatArray, reach: float) -> list[Minima]:
    """Return the sets that ends of the flow belong to, neighbours within reach in one."""
    cluster, found = _linked(ends, reach), []
    for k in range(int(cluster.max(initial=-1)) + 1):
        points = ends[cluster == k]
        axis = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)[2][0]
        points = points[np.argsort(points @ axis)]
        kept = np.unique(np.linspace(0, len(points) - 1, CHAIN).astype(int))
        found.append(Minima(points[kept], float(value(points).min())))
    return found
