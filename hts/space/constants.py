"""Limit constants of basins of the plane by quadrature over docs/model.md (7)'s measure, on the map of basins.

With isotropic noise, nu(dw) = (d angle / 2 pi) alpha s^(-alpha - 1) ds. K_1(x) is the measure of the jumps from x that
leave, phi_b and proj_L included; F_k(x) the integral of K_k along the gradient flow from x, in gradient-flow time; and
K_{k+1}(x) the integral of F_k over the jumps from x that stay. The constant is K_l*(minimum): paths of just l* jumps.
"""

from dataclasses import dataclass
from math import isfinite, pi

import numpy as np
from scipy.interpolate import RegularGridInterpolator

from hts.arrays import BoolArray, FloatArray
from hts.space.basins import BasinMap
from hts.space.flows import Gradient, project, step_downhill

#: Directions of jumps, and nodes along the longer side of the grid on which K and F are kept.
N_DIRECTIONS, N_COARSE = 180, 128
#: Lengths of jumps, in spacings of the map.
STEP = 0.5
#: Points times lengths of jumps that are looked up at once.
CHUNK = 2_000_000
#: Length of the longest path of the flow, in sides of the map; steps are half a coarse cell.
LONGEST = 2.0
#: More jumps would take long, and mean exit times beyond any simulation.
MAX_JUMPS = 3


@dataclass(frozen=True)
class BasinConstant:
    """The limit constant of a basin."""

    jump_number: int
    value: float  # q, as `hts.space.limits.RadialConstant.value`
    error: float  # estimated, absolute: the difference from a coarser grid


@dataclass(frozen=True, eq=False)
class _Jumps:
    """Jumps of length at most b in all directions, with their measure."""

    moves: FloatArray  # float64[direction, length, 2]
    masses: FloatArray  # float64[length], of one direction

    @classmethod
    def of(cls, basins: BasinMap, b: float, alpha: float, n_directions: int, step: float) -> "_Jumps":
        """Cut lengths into cells; what is longer than b, or leads across the whole map, is one more."""
        side = basins.spacing * max(basins.labels.shape)
        reach = basins.projection if isfinite(basins.projection) else side
        far = min(b, 2.0 * max(side, reach))
        edges = np.append(np.arange(1.0, np.ceil(far / step)) * step, far)
        lengths = np.append(np.sqrt(edges[:-1] * edges[1:]), far)
        masses = np.append(edges[:-1] ** -alpha - edges[1:] ** -alpha, far**-alpha)
        angle = 2.0 * pi * (np.arange(n_directions) + 0.5) / n_directions
        direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return cls(direction[:, None] * lengths[:, None], masses)


def basin_constant(
    basins: BasinMap, gradient: Gradient, well: int, jump_number: int, b: float, alpha: float
) -> BasinConstant:
    """Return the limit constant of a basin of the plane under isotropic noise.

    Parameters
    ----------
    basins : BasinMap
    gradient : callable
        float64[point, 2] -> float64[point, 2].
    well : int
        Its minimum is a single point.
    jump_number : int
        l*, of `jump_number_of`.
    b : float
        Clipping threshold; inf is no clipping.
    alpha : float
        Tail index, above 1.

    Raises
    ------
    ValueError
        There is no single minimum, or l* is more than 3.
    """
    if basins.minima[well].is_set:
        raise ValueError("the well is a set of minima: where jumps begin is left open by the limit")
    if jump_number > MAX_JUMPS:
        raise ValueError(f"l* = {jump_number} is more than {MAX_JUMPS}: choose a larger b")
    value, check = (_constant(basins, gradient, well, jump_number, b, alpha, share) for share in (1.0, 0.6))
    floor = 0.5 * alpha * basins.spacing / _distance(basins, well) * value
    return BasinConstant(jump_number, value, abs(value - check) + floor)


def _distance(basins: BasinMap, well: int) -> float:
    """Return how far the minimum is from the nearest node of another label."""
    others = basins.nodes[basins.labels != well]
    return float(np.linalg.norm(others - basins.minima[well].points[0], axis=1).min())


def _constant(
    basins: BasinMap, gradient: Gradient, well: int, n_jumps: int, b: float, alpha: float, share: float
) -> float:
    """Return the constant with that share of the nodes and directions."""
    minimum = basins.minima[well].points
    jumps = _Jumps.of(basins, b, alpha, int(N_DIRECTIONS * share), STEP * basins.spacing / share)
    if n_jumps == 1:
        return float(_leaving(basins, well, minimum, jumps)[0])
    low, high = basins.nodes[0, 0], basins.nodes[-1, -1]
    cell = float((high - low).max()) / (N_COARSE * share)
    sides = [np.arange(a, z + cell, cell) for a, z in zip(low, high, strict=True)]
    places = np.stack(np.meshgrid(*sides, indexing="ij"), axis=-1)
    inside = (basins.at(places) == well) & (np.linalg.norm(places, axis=-1) <= basins.projection)
    starts = places[inside]
    measure = _leaving(basins, well, starts, jumps)
    for jump in range(1, n_jumps):
        along = _along_flow(basins, gradient, sides, inside, starts, measure, 0.5 * cell)
        wanted = starts if jump < n_jumps - 1 else minimum
        measure = _staying(basins, well, wanted, jumps, _field(sides, inside, along))
    return float(measure[0])


def _leaving(basins: BasinMap, well: int, points: FloatArray, jumps: _Jumps) -> FloatArray:
    """Return K_1: the measure of the jumps that leave from each point, float64[point]."""
    total = np.zeros(len(points))
    for move in jumps.moves:
        n = max(1, CHUNK // len(move))
        for first in range(0, len(points), n):
            to = project((points[first : first + n, None] + move).reshape(-1, 2), basins.projection)
            is_out = (basins.at(to) != well).reshape(-1, len(move))
            total[first : first + n] += is_out @ jumps.masses
    return total / len(jumps.moves)


def _staying(
    basins: BasinMap, well: int, points: FloatArray, jumps: _Jumps, field: RegularGridInterpolator
) -> FloatArray:
    """Return K_{k+1}: the integral of F_k over the jumps that stay, float64[point]."""
    total = np.zeros(len(points))
    for move in jumps.moves:
        n = max(1, CHUNK // len(move))
        for first in range(0, len(points), n):
            to = project((points[first : first + n, None] + move).reshape(-1, 2), basins.projection)
            stays = basins.at(to) == well
            values = np.where(stays, field(to), 0.0).reshape(-1, len(move))
            total[first : first + n] += values @ jumps.masses
    return total / len(jumps.moves)


def _field(sides: list[FloatArray], inside: BoolArray, values: FloatArray) -> RegularGridInterpolator:
    """Return the function that reads values at the nodes of the basin; outside they are 0."""
    whole = np.zeros(inside.shape)
    whole[inside] = values
    return RegularGridInterpolator(sides, whole, bounds_error=False, fill_value=0.0)


def _along_flow(
    basins: BasinMap,
    gradient: Gradient,
    sides: list[FloatArray],
    inside: BoolArray,
    starts: FloatArray,
    measure: FloatArray,
    step: float,
) -> FloatArray:
    """Return F_k: the integral of K_k over the gradient-flow time from each start, float64[start]."""
    field = _field(sides, inside, measure)
    total, alive, x = np.zeros(len(starts)), np.arange(len(starts)), starts.copy()
    before = measure.copy()
    length = LONGEST * float(max(side[-1] - side[0] for side in sides))
    ends = np.vstack([one.points for one in basins.minima])
    for _ in range(int(length / step)):
        speed = np.linalg.norm(gradient(x), axis=1)
        x = step_downhill(gradient, x, np.full((len(x), 1), step), basins.projection)
        after = field(x)
        pace = 0.5 * (speed + np.linalg.norm(gradient(x), axis=1))
        total[alive] += 0.5 * (before + after) * step / np.maximum(pace, 1e-12)
        goes_on = np.linalg.norm(x[:, None] - ends, axis=2).min(axis=1) > 2.0 * step
        alive, x, before = alive[goes_on], x[goes_on], after[goes_on]
        if not len(alive):
            break
    return total
