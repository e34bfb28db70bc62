"""Meshes whose panels shrink towards the points where a solution jumps or bends, and those points."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import inf

import numpy as np
import numpy.typing as npt
import scipy
from numpy.polynomial import legendre

from hts.arrays import FloatArray, IntArray
from hts.kernels.quadrature import Basis, Panels
from hts.theory.exact.steps import Step

#: A solution may jump at the end of a panel: its outermost node lies so much inside, in half lengths.
INSET = 1e-6
#: Break points closer than this, in units of eta times the noise's scale, are one: hardly a step begins between them.
SAME = 1e-7
#: So are those that differ by their rounding, relative to their size.
ROUNDING = 32.0 * np.finfo(np.float64).eps
BISECTIONS = 64


@lru_cache
def lagrange_basis(order: int) -> Basis:
    """Return the basis through the Radau nodes of [-1, 1] that hold the left end, drawn in by INSET.

    A walk's value is carried along by the drift. With a node at the end where it comes in, every panel hears of its
    neighbour in one step; with nodes well inside, as Gauss has them, panels longer than many drifts go on by
    themselves, and their polynomials grow without bound when steps are followed one by one.
    """
    nodes = np.append(-1.0, scipy.special.roots_jacobi(order - 1, 0.0, 1.0)[0])
    nodes[0] += INSET
    moments = np.append(2.0, np.zeros(order - 1))
    weights = np.linalg.solve(legendre.legvander(nodes, order - 1).T, moments)
    differences = nodes[:, None] - nodes[None, :] + np.eye(order)
    return Basis(nodes, weights, 1.0 / differences.prod(axis=1))


@lru_cache
def to_legendre(order: int) -> FloatArray:
    """Return the matrix from values at the nodes to Legendre coefficients."""
    return np.asarray(np.linalg.inv(legendre.legvander(lagrange_basis(order).nodes, order - 1)))


@lru_cache
def to_free_end(order: int) -> FloatArray:
    """Return the weights (float64[order]) of values at the nodes in that at the end without a node, less INSET."""
    return np.asarray(legendre.legvander(np.array([1.0 - INSET]), order - 1)[0] @ to_legendre(order))


@dataclass(frozen=True, eq=False)
class Mesh:
    """Panels side by side on an interval, each described from the nearest break point.

    A node is anchor + offset: the distance of two nodes near one break point keeps all its digits, however small it is
    beside the break point itself.
    """

    anchor: FloatArray  # float64[panel], the break point
    centre: FloatArray  # float64[panel], of the panel, seen from the break point
    half: FloatArray  # float64[panel], half the length; negative where the nodes are counted from the right
    basis: Basis

    @property
    def order(self) -> int:
        """Nodes on each panel."""
        return len(self.basis.nodes)

    @property
    def n_nodes(self) -> int:
        """Nodes in all."""
        return len(self.half) * self.order

    @property
    def panels(self) -> Panels:
        """Anchor, centre and half length, as kernels take them."""
        return Panels(self.anchor, self.centre, self.half)

    @cached_property
    def edges(self) -> FloatArray:
        """float64[panel + 1], the ends of the panels."""
        size = np.abs(self.half)
        right = self.anchor + (self.centre + size)
        return np.concatenate([[self.anchor[0] + (self.centre[0] - size[0])], right])

    @cached_property
    def offsets(self) -> FloatArray:
        """float64[node], node - anchor."""
        return (self.centre[:, None] + self.half[:, None] * self.basis.nodes).ravel()

    @cached_property
    def anchors(self) -> FloatArray:
        """float64[node], the break point that a node is described from."""
        return np.repeat(self.anchor, self.order)

    @cached_property
    def x(self) -> FloatArray:
        """float64[node], the nodes, panel by panel."""
        return self.anchors + self.offsets

    def interpolate(self, values: FloatArray, x: npt.ArrayLike) -> FloatArray:
        """Evaluate the panel polynomials through `values` (float64[node]) at points of the interval."""
        x = np.asarray(x, dtype=np.float64)
        q = np.clip(np.searchsorted(self.edges, x, side="right") - 1, 0, len(self.half) - 1)
        t = ((x - self.anchor[q]) - self.centre[q]) / self.half[q]
        distances = t[..., None] - self.basis.nodes
        is_node = distances == 0.0
        ratios = self.basis.barycentric / np.where(is_node, 1.0, distances)
        ratios = np.where(is_node.any(axis=-1, keepdims=True), is_node.astype(np.float64), ratios)
        inside = values.reshape(-1, self.order)[q]
        return np.asarray((ratios * inside).sum(axis=-1) / ratios.sum(axis=-1))

    def with_order(self, order: int) -> "Mesh":
        """Return the same panels with another number of nodes each."""
        return Mesh(self.anchor, self.centre, self.half, lagrange_basis(order))

    def facing(self, is_left: npt.NDArray[np.bool_]) -> "Mesh":
        """Return the mesh with the outermost nodes at the left ends of some panels (bool[panel]), else at the right."""
        return Mesh(self.anchor, self.centre, np.where(is_left, 1.0, -1.0) * np.abs(self.half), self.basis)

    def moved(self, breaks: FloatArray, to: FloatArray) -> "Mesh":
        """Return the mesh that has its break points (float64[break]) elsewhere, panel by panel as before."""
        interval = np.clip(np.searchsorted(breaks, self.anchor + self.centre) - 1, 0, len(breaks) - 2)
        stretch = np.diff(to)[interval] / np.diff(breaks)[interval]
        anchor = to[np.searchsorted(breaks, self.anchor)]
        return Mesh(anchor, self.centre * stretch, self.half * stretch, self.basis)

    def split(self, pieces: IntArray) -> "Mesh":
        """Return the mesh with each panel cut into its number of equal pieces (int[panel]), all facing left."""
        which = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        n, half = np.repeat(pieces, pieces), np.repeat(np.abs(self.half), pieces)
        centre = np.repeat(self.centre, pieces) + half * ((2.0 * which + 1.0) / n - 1.0)
        return Mesh(np.repeat(self.anchor, pieces), centre, np.asarray(half / n), self.basis)


def graded_mesh(breaks: FloatArray, smallest: FloatArray, ratio: float, order: int) -> Mesh:
    """Cut the interval from the first to the last break point into panels.

    Between two break points the panels grow from both by `ratio`, up to the middle.

    Parameters
    ----------
    breaks : float64[break]
        Increasing; the first and the last are the ends of the interval.
    smallest : float64[break]
        Largest length of the panels beside each break point.
    ratio : float
        How the distance of the panels' ends from the break point grows.
    order : int
        Nodes on each panel.
    """
    anchor, left, right = [], [], []
    for a, b, near_a, near_b in zip(breaks[:-1], breaks[1:], smallest[:-1], smallest[1:], strict=True):
        if b - a <= min(near_a, near_b):
            ends = np.array([0.0, b - a])
            anchor.append([a])
            left.append(ends[:1])
            right.append(ends[1:])
            continue
        reach = (b - a) / 2.0
        from_a, from_b = _growing(reach, near_a, ratio), _growing(reach, near_b, ratio)
        anchor.append([a] * (len(from_a) - 1) + [b] * (len(from_b) - 1))
        left.append(np.concatenate([from_a[:-1], -from_b[:0:-1]]))
        right.append(np.concatenate([from_a[1:], -from_b[-2::-1]]))
    lefts, rights = np.concatenate(left), np.concatenate(right)
    return Mesh(np.concatenate(anchor), (lefts + rights) / 2.0, (rights - lefts) / 2.0, lagrange_basis(order))


def _growing(reach: float, smallest: float, ratio: float) -> FloatArray:
    """Return 0, reach / ratio^n, ..., reach / ratio, reach, the first length at most `smallest`."""
    n = max(0, int(np.ceil(np.log(reach / smallest) / np.log(ratio) - 1e-9)))
    return np.concatenate([[0.0], reach * ratio ** np.arange(-n, 1.0)])


def find_breaks(
    step: Step, points: Sequence[float], with_bends: bool = True, jumps_at: Sequence[float] = ()
) -> FloatArray:
    """Return the break points of a mesh for a step, its two ends included.

    A solution jumps at the ends and where a clipped jump lands on a jump; it bends where x - eta f'(x) lies just so far
    from such a point as the density's singular points do.

    Parameters
    ----------
    step : Step
    points : sequence of float
        The start, minima, barriers, kinks of f', what else matters to the asker; those outside the domain are left out.
    with_bends : bool
        Whether the bends are wanted; the bends of bends, and what else is weak, are left to refinement.
    jumps_at : sequence of float
        Where the solution jumps, beside the ends of the domain: barriers, where the question is which well.
    """
    jumps = cascades(step, [*step.jumps_at, *jumps_at])
    primary = _inside(step, np.array([*points, *jumps]))
    sample = graded_mesh(primary, np.full(len(primary), step.eta * step.noise.scale), 2.0, 8).x
    sample = np.concatenate([[step.low], np.sort(sample), [step.high]])
    singular = step.eta * step.noise.singular_points
    bends = []
    if step.b < inf:  # where the window's edge meets a singular point, or the step without noise
        edges = np.add.outer([-step.b, step.b], np.append(singular, 0.0)).ravel()
        bends.append(_crossings(step.drift, sample, edges))
    if with_bends:
        wanted = np.subtract.outer(jumps, singular).ravel()
        bends.append(_crossings(lambda x: x - step.drift(x), sample, wanted))
    return _inside(step, np.concatenate([primary, *bends]))


def cascades(step: Step, targets: Sequence[float]) -> list[float]:
    """Follow clipped jumps back from each target, inside the domain or not; the targets themselves are included."""
    shifts = [0.0]
    if step.b < inf:
        shifts += [sign * j * step.b for j in range(1, step.n_cascade + 1) for sign in (-1.0, 1.0)]
    return [y + shift for y in targets for shift in shifts if step.low <= y + shift <= step.high]


def _crossings(function: Callable[[FloatArray], FloatArray], sample: FloatArray, levels: FloatArray) -> FloatArray:
    """Return every x where a function takes one of the levels, as far as the sample tells them apart."""
    is_above = function(sample)[:, None] > levels[None, :]
    place, which = np.nonzero(is_above[1:] != is_above[:-1])
    left, right, rises = sample[place], sample[place + 1], is_above[place + 1, which]
    for _ in range(BISECTIONS):
        middle = (left + right) / 2.0
        is_left = (function(middle) > levels[which]) != rises
        left, right = np.where(is_left, middle, left), np.where(is_left, right, middle)
    return (left + right) / 2.0


def _inside(step: Step, points: FloatArray) -> FloatArray:
    """Return the two ends and the points between them, increasing, each once."""
    slack = np.maximum(SAME * step.eta * step.noise.scale, ROUNDING * np.abs(points))
    is_inside = (points > step.low + slack) & (points < step.high - slack)
    inner, kept = np.unique(points[is_inside], return_index=True)
    is_new = np.append(True, np.diff(inner) > slack[is_inside][kept][1:])[: len(inner)]
    return np.concatenate([[step.low], inner[is_new], [step.high]])
