"""Transition graph: wells joined by their shortest ways (docs/model.md (4), (13))."""

from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np
import numpy.typing as npt
import scipy

from hts.arrays import BoolArray, FloatArray
from hts.landscapes import Landscape
from hts.theory.limit.geometry import accessible_ends, is_integer_ratio, jump_number, jump_numbers


@dataclass(frozen=True, eq=False)
class TransitionGraph:
    """Which well is typically left for which: i -> j iff l_ij = l*_i (docs/model.md (13))."""

    b: float
    distances: FloatArray  # float64[well, well], from minimum i to where well j begins; inf if jumps never reach it
    jumps: FloatArray  # float64[well, well], l_ij of (4); inf likewise, and on the diagonal
    jump_numbers: tuple[int | None, ...]  # l*_i of (3); None where no end can be reached
    is_edge: BoolArray  # bool[well, well]
    classes: tuple[tuple[int, ...], ...]  # strongly connected wells with their minima in [-L, L], by their first well
    is_absorbing: tuple[bool, ...]  # class: no edge leads out of it
    at_a_step: tuple[tuple[int, int], ...]  # edges whose distance is a whole number of clips, which (3)-(17) exclude

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """The edges (i, j), in order."""
        return tuple((int(i), int(j)) for i, j in np.argwhere(self.is_edge))

    @property
    def is_irreducible(self) -> bool:
        """Whether each well with its minimum in [-L, L] is reached from each."""
        return len(self.classes) == 1


def transition_graph(landscape: Landscape, b: float, p_plus: float = 0.5) -> TransitionGraph:
    """Return the typical transition graph of all wells (docs/model.md (3), (4), (13)).

    A well whose minimum lies outside [-L, L] has no edges and no class, as nothing rests there.

    Parameters
    ----------
    landscape : Landscape
    b : float
        Clipping threshold in landscape units, inf for none.
    p_plus : float
        Share of big jumps to the right; a side without any has no edges.

    Raises
    ------
    ValueError
        b is not positive.
    """
    distances = jump_distances(landscape, p_plus)
    if not b > 0:
        raise ValueError(f"{b} is no clipping threshold: b must be positive, inf for none")
    jumps = jump_numbers(distances, b)
    is_edge = _edges(jumps)
    inside = np.flatnonzero(np.abs(landscape.minima) <= landscape.projection)
    n_classes, label = strong_components(is_edge[np.ix_(inside, inside)])
    classes = sorted(tuple(inside[label == c].tolist()) for c in range(n_classes))
    return TransitionGraph(
        b=b,
        distances=distances,
        jumps=jumps,
        jump_numbers=tuple(int(n) if n < inf else None for n in jumps.min(axis=1)),
        is_edge=is_edge,
        classes=tuple(classes),
        is_absorbing=tuple(not np.delete(is_edge[list(c)], c, axis=1).any() for c in classes),
        at_a_step=tuple(
            (int(i), int(j)) for i, j in np.argwhere(is_edge) if is_integer_ratio(float(distances[i, j]), b)
        ),
    )


def _edges(jumps: FloatArray) -> BoolArray:
    is_edge: BoolArray = (jumps == jumps.min(axis=1, keepdims=True)) & (jumps < inf)
    return is_edge


def strong_components(is_edge: BoolArray) -> tuple[int, npt.NDArray[np.int32]]:
    """Return the number of strongly connected classes, and each well's label."""
    n_classes, label = scipy.sparse.csgraph.connected_components(
        scipy.sparse.csr_array(is_edge), directed=True, connection="strong"
    )
    return int(n_classes), label


def jump_distances(landscape: Landscape, p_plus: float) -> FloatArray:
    """Return float64[well, well]: how far jumps from minimum i must reach to land in well j; inf where they cannot."""
    m, s, projection = landscape.minima, landscape.barriers, landscape.projection
    distances = np.full((len(m), len(m)), inf)
    for i, minimum in enumerate(m):
        if abs(minimum) > projection:
            continue
        for end in accessible_ends(float(minimum), *landscape.well_ends(i), p_plus, projection):
            beyond = np.arange(i + 1, len(m)) if end.sign > 0 else np.arange(i)
            near = s[beyond - 1] if end.sign > 0 else s[beyond]
            reached = (np.abs(near) <= projection) & (np.abs(m[beyond]) <= projection)
            distances[i, beyond[reached]] = np.abs(near - minimum)[reached]
    return distances


def irreducible_windows(landscape: Landscape, least_b: float, p_plus: float = 0.5) -> tuple[tuple[float, float], ...]:
    """Return the open intervals of b above least_b on which the transition graph is irreducible.

    An edge i -> j stands where ceil(d_ij / b) = ceil(r_i / b), that is on [d_ij / k, r_i / (k - 1)) for k = 1, 2, ...;
    between the ends of these intervals the graph is constant. Neighbouring intervals are joined.

    Raises
    ------
    ValueError
        least_b is not positive and finite.
    """
    if not 0 < least_b < inf:
        raise ValueError(f"windows of b are sought above a positive bound; {least_b:g} is none")
    inside = np.flatnonzero(np.abs(landscape.minima) <= landscape.projection)
    distances = jump_distances(landscape, p_plus)[np.ix_(inside, inside)]
    steps = {least_b, inf}
    for row in distances[np.isfinite(distances).any(axis=1)]:
        radius = float(row.min())
        for k in range(1, jump_number(radius, least_b) + 1):
            end = radius / (k - 1) if k > 1 else inf
            starts = row[row / k < end] / k
            steps.update(float(b) for b in (*starts, end) if b > least_b)
    windows: list[tuple[float, float]] = []
    for low, high in pairwise(sorted(steps)):
        if is_integer_ratio(low, high):  # 0.3 / 1 and 0.6 / 2, apart by rounding
            continue
        b = 2 * low if high == inf else 0.5 * (low + high)
        if strong_components(_edges(jump_numbers(distances, b)))[0] > 1:
            continue
        if windows and low - windows[-1][1] <= 1e-9 * low:
            windows[-1] = (windows[-1][0], high)
        else:
            windows.append((low, high))
    return tuple(windows)
