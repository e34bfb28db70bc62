"""Basins of attraction in the plane, by the gradient flow, as a map that kernels look up."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter, minimum_filter

from hts.arrays import BoolArray, FloatArray
from hts.space.critical_points import Minima
from hts.space.flows import Gradient, descend, project

#: Bytes that a map may take, two for each node.
LARGEST_MAP = 2**30
#: The first grid has about so many nodes along the longer side; an island smaller than its cells is missed.
FIRST_NODES = 64
#: A point this near to a minimum, in map spacings, has arrived there.
CAPTURE = 1.5
#: Label of nodes from which the flow comes to no known minimum.
NOWHERE = -1


@dataclass(frozen=True, eq=False)
class BasinMap:
    """Labels of the basins on the nodes of a square grid: labels[i, j] at origin + spacing (i, j)."""

    labels: npt.NDArray[np.int16]  # number of the minimum, or NOWHERE
    origin: FloatArray  # float64[2]
    spacing: float  # in landscape units
    minima: tuple[Minima, ...]
    projection: float

    def at(self, points: npt.ArrayLike) -> npt.NDArray[np.int16]:
        """Return the labels of points (float64[..., 2]), those of the nearest nodes."""
        points = np.asarray(points, dtype=np.float64)
        place = np.rint((points - self.origin) / self.spacing).astype(np.int64)
        i, j = (np.clip(place[..., k], 0, self.labels.shape[k] - 1) for k in (0, 1))
        return np.asarray(self.labels[i, j])

    @property
    def boundary_area(self) -> float:
        """Area of the cells between nodes of different basins: what the map leaves undecided, in square units."""
        corners = self.labels[:-1, :-1], self.labels[1:, :-1], self.labels[:-1, 1:], self.labels[1:, 1:]
        is_mixed = np.any([corner != corners[0] for corner in corners[1:]], axis=0)
        return float(is_mixed.sum()) * self.spacing**2

    @property
    def areas(self) -> FloatArray:
        """float64[minimum], area of each basin inside the ball of radius L, in square units."""
        inside = self.is_inside
        counts = [float((inside & (self.labels == k)).sum()) for k in range(len(self.minima))]
        return np.array(counts) * self.spacing**2

    @property
    def nodes(self) -> FloatArray:
        """float64[i, j, 2], places of the nodes."""
        i, j = (self.origin[k] + self.spacing * np.arange(self.labels.shape[k]) for k in (0, 1))
        return np.stack(np.meshgrid(i, j, indexing="ij"), axis=-1)

    @property
    def widest(self) -> float:
        """A length that no jump between two places of the map exceeds, in landscape units."""
        return float(np.ptp(self.nodes.reshape(-1, 2), axis=0).max()) * 2.0

    @property
    def is_inside(self) -> BoolArray:
        """bool[i, j], nodes inside the ball of radius L, or all."""
        return np.asarray(np.linalg.norm(self.nodes, axis=-1) <= self.projection)


def map_basins(
    gradient: Gradient,
    minima: Sequence[Minima],
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    spacing: float,
    projection: float = inf,
    side: float | None = None,
) -> BasinMap:
    """Follow the flow from the nodes of a grid, from all of a coarse one and then only beside boundaries.

    Parameters
    ----------
    gradient : callable
        float64[point, 2] -> float64[point, 2].
    minima : sequence of Minima
        Of `find_critical_points`; the place in it is the label.
    low, high : float64[2]
        Corners of the map; it reaches a little beyond `high` where the sides are no multiples of the coarse spacing.
    spacing : float
        Between nodes, in landscape units: how far off a boundary may be.
    projection : float
        L: the flow slides along that circle. A node outside has the label of its projection.
    side : float, optional
        Of a box whose 64th part no basin is narrower than; by default the longer side of the map.

    Raises
    ------
    ValueError
        The map would take more than 1 GiB, a number is out of range, or there are more than 32767 minima.
    """
    low, high = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    if not (spacing > 0.0 and isfinite(spacing) and np.all(high > low) and np.all(np.isfinite(high - low))):
        raise ValueError(f"spacing = {spacing:g}, low = {low}, high = {high}: give a box and a positive spacing")
    if len(minima) > np.iinfo(np.int16).max:
        raise ValueError(f"{len(minima)} minima are more than labels can tell apart: give a smaller box")
    check_size(low, high, spacing, side)
    stride, cells = _grid(low, high, spacing, side)
    shape = tuple((cells * stride).astype(int) + 1)
    basins = BasinMap(np.full(shape, NOWHERE, dtype=np.int16), low, spacing, tuple(minima), projection)
    is_known = np.zeros(shape, dtype=bool)
    is_known[::stride, ::stride] = True
    _fill(basins, gradient, np.argwhere(is_known))
    while stride > 1:
        stride //= 2
        _halve(basins, gradient, stride)
    return basins


def _grid(low: FloatArray, high: FloatArray, spacing: float, side: float | None) -> tuple[int, FloatArray]:
    """Return the stride of the first grid, and its cells along both sides."""
    side = float((high - low).max()) if side is None else side
    stride = 2 ** max(0, int(np.log2(max(1.0, side / spacing / FIRST_NODES))))
    return stride, np.ceil((high - low) / (spacing * stride) - 1e-9)


def check_size(low: FloatArray, high: FloatArray, spacing: float, side: float | None = None) -> None:
    """Refuse a map finer than memory.

    Raises
    ------
    ValueError
        It would take more than 1 GiB; the message says which spacing would do.
    """
    stride, cells = _grid(low, high, spacing, side)
    n_bytes = 2.0 * float(np.prod(cells * stride + 1.0))
    if n_bytes > LARGEST_MAP:
        finest = spacing * (n_bytes / LARGEST_MAP) ** 0.5
        raise ValueError(
            f"a map with spacing = {spacing:g} takes {n_bytes / 2**30:.3g} GiB, more than 1: "
            f"give a spacing of {finest:.2g} or more"
        )


def _halve(basins: BasinMap, gradient: Gradient, stride: int) -> None:
    """Label the nodes of the grid with that stride: as their neighbours where these agree, else by the flow."""
    coarse = basins.labels[:: 2 * stride, :: 2 * stride]
    is_even = maximum_filter(coarse, 3, mode="nearest") == minimum_filter(coarse, 3, mode="nearest")
    fine = basins.labels[::stride, ::stride]
    i, j = np.meshgrid(np.arange(fine.shape[0]), np.arange(fine.shape[1]), indexing="ij")
    is_new = (i % 2 == 1) | (j % 2 == 1)
    below, above = (i // 2, j // 2), (-(-i // 2), -(-j // 2))
    is_plain = is_even[below] & is_even[above] & is_new
    fine[is_plain] = coarse[below][is_plain]
    _fill(basins, gradient, np.argwhere(is_new & ~is_plain) * stride)


def _fill(basins: BasinMap, gradient: Gradient, nodes: npt.NDArray[np.int64]) -> None:
    """Label nodes (int[node, 2]) by the minimum that the flow leads to."""
    capture = CAPTURE * basins.spacing

    def distances(points: FloatArray) -> FloatArray:
        return np.stack([one.distances(points) for one in basins.minima], axis=1)

    def is_there(points: FloatArray) -> BoolArray:
        return np.asarray((distances(points) <= capture).any(axis=1))

    points = project(basins.origin + basins.spacing * nodes, basins.projection)
    n_steps = int(20.0 * np.ptp(basins.origin + basins.spacing * np.array([[0, 0], basins.labels.shape])) / capture)
    ends = descend(gradient, points, basins.spacing, basins.projection, is_there, n_steps)
    away = distances(ends)
    label = np.where(away.min(axis=1) <= 2.0 * capture, away.argmin(axis=1), NOWHERE)
    basins.labels[nodes[:, 0], nodes[:, 1]] = label
