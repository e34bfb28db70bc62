"""Domains of R^d that are left: balls, half-spaces, ellipsoids, boxes, {g < 0}, and basins on a grid."""

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.kernels import space_motions as kinds
from hts.kernels.programs import Program, empty_program
from hts.kernels.space_motions import Region


def _region(kind: int, dimension: int, number: float = 0.0, **parts: npt.NDArray[np.float64]) -> Region:
    d = dimension
    whole = {"centre": np.zeros(d), "matrix": np.zeros((d, d)), "low": np.zeros(d), "high": np.zeros(d)} | {
        name: np.ascontiguousarray(part, dtype=np.float64) for name, part in parts.items()
    }
    return Region(kind, float(number), **whole, labels=np.zeros((0, 0), np.int16), program=empty_program())


def everywhere(dimension: int) -> Region:
    """Give the whole space, which is never left."""
    return _region(kinds.EVERYWHERE, dimension)


def ball(centre: FloatArray, radius: float) -> Region:
    """Give {|x - centre| < radius}."""
    return _region(kinds.BALL, len(centre), radius * radius, centre=centre)


def half_space(normal: FloatArray, height: float) -> Region:
    """Give {normal . x < height}."""
    return _region(kinds.HALF_SPACE, len(normal), height, centre=normal)


def ellipsoid(centre: FloatArray, form: FloatArray) -> Region:
    """Give {(x - centre) . form (x - centre) < 1}."""
    return _region(kinds.ELLIPSOID, len(centre), centre=centre, matrix=form)


def box(low: FloatArray, high: FloatArray) -> Region:
    """Give {low < x < high}, coordinate by coordinate; ends may be infinite."""
    return _region(kinds.BOX, len(low), low=low, high=high)


def sublevel(program: Program, dimension: int) -> Region:
    """Give {g < 0}, where g is the first output of a program."""
    return _region(kinds.SUBLEVEL, dimension)._replace(program=program)


def basin(labels: npt.NDArray[np.int16], origin: FloatArray, spacing: FloatArray, label: int) -> Region:
    """Give the points of the plane whose nearest node has a label; what lies beyond the grid is outside.

    Parameters
    ----------
    labels : int16[node along x, node along y]
    origin, spacing : float64[2]
        The first node, and the distance between nodes.
    label : int
    """
    place = _region(kinds.BASIN_MAP, 2, label, low=origin, high=spacing)
    return place._replace(labels=np.ascontiguousarray(labels, dtype=np.int16))
