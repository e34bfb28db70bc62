"""Domains by name: made from their numbers, asked what they hold, and how large they are."""

from math import inf
from typing import Any

import numpy as np

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
