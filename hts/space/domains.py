"""Domains by name: made from their numbers, asked what they hold, and how large they are."""

from math import inf
from typing import Any

import numpy as np
from scipy.optimize import brentq

from hts.arrays import BoolArray, FloatArray
from hts.kernels import space_motions as kinds
from hts.kernels.space_motions import Region
from hts.landscapes.checks import LandscapeError
from hts.space import regions


def region_of(dimension: int, kind: str, **given: Any) -> Region:
    """Make a domain.

    Parameters
    ----------
    dimension : int
    kind : str
        ball (radius, centre), ellipsoid (form, centre), half-space (normal, height), box (low, high) or formula (g).
    **given
        Its numbers; a centre of None is 0.

    Raises
    ------
    LandscapeError
        Names the key that is wrong.
    """
    if kind == "formula":
        return regions.sublevel(_compiled(given["g"], dimension), dimension)
    vectors = {key: np.array(value, dtype=np.float64) for key, value in given.items() if value is not None}
    centre = vectors.get("centre", np.zeros(dimension))
    if kind == "ball":
        return regions.ball(centre, float(vectors["radius"]))
    if kind == "half-space":
        return regions.half_space(vectors["normal"], float(vectors["height"]))
    if kind == "box":
        return regions.box(vectors["low"], vectors["high"])
    form = vectors["form"]
    if not np.allclose(form, form.T, rtol=1e-12, atol=0.0) or np.linalg.eigvalsh(form)[0] <= 0.0:
        raise LandscapeError("form", "must be a symmetric positive definite matrix, or the domain is no ellipsoid")
    return regions.ellipsoid(centre, form)


def _compiled(text: str, dimension: int) -> Any:
    from hts.space.compilation import compile_expressions
    from hts.space.expressions import read_expression

    expression, symbols = read_expression(text, dimension)
    return compile_expressions([expression], symbols)


def contains(region: Region, points: FloatArray) -> BoolArray:
    """Tell which points (float64[point, d]) lie inside, as kernels do but for the last bits; bool[point]."""
    x = np.asarray(points, dtype=np.float64)
    if region.kind == kinds.BALL:
        return np.asarray(((x - region.centre) ** 2).sum(axis=1) < region.number)
    if region.kind == kinds.HALF_SPACE:
        return np.asarray(x @ region.centre < region.number)
    if region.kind == kinds.ELLIPSOID:
        away = x - region.centre
        return np.asarray(np.einsum("ni,ij,nj->n", away, region.matrix, away) < 1.0)
    if region.kind == kinds.BOX:
        return np.asarray(((x > region.low) & (x < region.high)).all(axis=1))
    if region.kind == kinds.SUBLEVEL:
        from hts.space.compilation import evaluate

        return np.asarray(evaluate(region.program, x)[:, 0] < 0.0)
    if region.kind == kinds.BASIN_MAP:
        place = np.rint((x - region.low) / region.high).astype(np.int64)
        is_on = np.all((place >= 0) & (place < np.array(region.labels.shape)), axis=1)
        i, j = np.where(is_on[:, None], place, 0).T
        return np.asarray(is_on & (region.labels[i, j] == int(region.number)))
    return np.ones(len(x), dtype=bool)


def bounds_of(region: Region) -> tuple[FloatArray, FloatArray] | None:
    """Return the corners of the smallest box around a ball, an ellipsoid or a box; None for others."""
    if region.kind == kinds.BALL:
        reach = np.full(len(region.centre), np.sqrt(region.number))
        return region.centre - reach, region.centre + reach
    if region.kind == kinds.ELLIPSOID:
        reach = np.sqrt(np.diag(np.linalg.inv(region.matrix)))
        return region.centre - reach, region.centre + reach
    return (region.low, region.high) if region.kind == kinds.BOX else None


def diameter_of(region: Region) -> float:
    """Return the largest distance of two points of a ball, an ellipsoid or a box; inf for others.

    Of a basin on a map it is that of the box around its nodes, which is no less.
    """
    if region.kind == kinds.BASIN_MAP:
        nodes = np.argwhere(region.labels == int(region.number))
        return float(np.linalg.norm(np.ptp(nodes, axis=0) + 1) * region.high[0]) if len(nodes) else inf
    if region.kind == kinds.BALL:
        return 2.0 * float(np.sqrt(region.number))
    if region.kind == kinds.ELLIPSOID:
        return 2.0 / float(np.sqrt(np.linalg.eigvalsh(region.matrix)[0]))
    return float(np.linalg.norm(region.high - region.low)) if region.kind == kinds.BOX else inf


def distances_to_end(region: Region, points: FloatArray) -> FloatArray | None:
    """Return how far points (float64[point, d]) are from the outside; 0 or less out there, None of other domains.

    A ball, a half-space, a box or an ellipsoid, whose distance is a root of the secular equation.
    """
    if region.kind == kinds.BALL:
        return np.asarray(np.sqrt(region.number) - np.linalg.norm(points - region.centre, axis=1))
    if region.kind == kinds.HALF_SPACE:
        return np.asarray((region.number - points @ region.centre) / np.linalg.norm(region.centre))
    if region.kind == kinds.BOX:
        return np.asarray(np.minimum(points - region.low, region.high - points).min(axis=1))
    if region.kind == kinds.ELLIPSOID:
        sizes, axes = np.linalg.eigh(region.matrix)
        return np.array([_to_ellipsoid(sizes, point) for point in (points - region.centre) @ axes])
    return None


def _to_ellipsoid(sizes: FloatArray, point: FloatArray) -> float:
    """Return the distance from a point to the surface sum sizes x^2 = 1, along whose axes it is given; 0 outside."""
    if float(sizes @ point**2) >= 1.0:
        return 0.0
    # the nearest x = point / (1 + m sizes) with -1 / largest size < m < 0; off the longest axis by what changes nothing
    away = point.copy()
    away[-1] = np.copysign(max(abs(away[-1]), 1e-9 / np.sqrt(sizes[-1])), away[-1])

    def excess(share: float) -> float:
        return float(np.sum(sizes * (away / (1.0 - share * sizes / sizes[-1])) ** 2)) - 1.0

    if excess(0.0) >= 0.0:
        return 0.0
    share = brentq(excess, 0.0, 1.0 - 1e-10, xtol=1e-15)
    return float(np.linalg.norm(away / (1.0 - share * sizes / sizes[-1]) - away))


def shrunk(region: Region, depth: float) -> Region:
    """Return the part of a ball, a half-space, a box or an ellipsoid that is farther than a depth from the outside.

    Of an ellipsoid, the one of the same form whose shortest half axis is shorter by the depth.
    """
    if region.kind == kinds.BALL:
        return region._replace(number=max(float(np.sqrt(region.number)) - depth, 0.0) ** 2)
    if region.kind == kinds.HALF_SPACE:
        return region._replace(number=region.number - depth * float(np.linalg.norm(region.centre)))
    if region.kind == kinds.BOX:
        return region._replace(low=region.low + depth, high=region.high - depth)
    part = 1.0 - depth * float(np.sqrt(np.linalg.eigvalsh(region.matrix)[-1]))
    return region._replace(matrix=region.matrix / max(part, 1e-100) ** 2)
