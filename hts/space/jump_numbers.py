"""Jump numbers in the plane: the least number of jumps, with gradient flow between them, that leave a basin.

Backwards from the boundary, on the nodes of a map. D_1 is the distance to the other basins. Flow and one jump of at
most b leave from where the least D_1 along the flow, G_1, is at most b. D_2 is the distance to there, and so on: l* is
the first k with D_k <= b at the minimum. The path forwards follows the nearest such places.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt, map_coordinates

from hts.arrays import BoolArray, FloatArray
from hts.space.basins import BasinMap
from hts.space.flows import Gradient, step_downhill

#: Steps of the flow, one map spacing each, that are taken at once.
STRIDE = 4
MAX_JUMPS = 12
#: Length of the longest path of the flow, in sides of the map.
LONGEST = 4.0
#: A distance of two nodes and a boundary between nodes: how far off a jump may be, in map spacings.
UNCERTAIN = 1.5


@dataclass(frozen=True, eq=False)
class Leg:
    """One jump of a path and the flow before it."""

    flow: FloatArray  # float64[point, 2], from where the last jump landed to where this one begins
    landing: FloatArray  # float64[2]

    @property
    def length(self) -> float:
        """Of the jump, in landscape units."""
        return float(np.linalg.norm(self.landing - self.flow[-1]))


@dataclass(frozen=True, eq=False)
class JumpNumber:
    """The jump number of a basin."""

    well: int
    b: float
    value: int  # l*
    lowest: int  # l* with jumps longer by what the map leaves uncertain, and shorter
    highest: int
    legs: tuple[Leg, ...]  # a path that attains it, to the map's spacing

    @property
    def is_certain(self) -> bool:
        """Whether the map is fine enough to tell."""
        return self.lowest == self.highest


def jump_number_of(basins: BasinMap, gradient: Gradient, well: int, b: float) -> JumpNumber:
    """Return l* of a basin with the path that attains it.

    Parameters
    ----------
    basins : BasinMap
    gradient : callable
        float64[point, 2] -> float64[point, 2].
    well : int
        Place of its minimum among `basins.minima`.
    b : float
        Longest jump, in landscape units; inf is no clipping.

    Raises
    ------
    ValueError
        There is no other basin on the map, leaving takes more than 12 jumps, or b is not beyond the map's resolution.
    """
    margin = UNCERTAIN * basins.spacing
    if not b > margin * 2.0:
        raise ValueError(f"b = {b:g} is no longer than two map cells of {basins.spacing:g}: take a finer map")
    search = _Search(basins, gradient, well)
    value, legs = search.path(b)
    lowest, highest = (search.levels(b + sign * margin)[0] for sign in (1.0, -1.0))
    return JumpNumber(well, b, value, lowest, highest, legs)


@dataclass(frozen=True, eq=False)
class Approach:
    """How a basin is left from its minimum, as far as sampling has to know."""

    jumps: int  # l*, or one less where the map leaves that undecided
    first: float  # least length of a first jump after which the others, of at most b, leave
    stages: tuple[BoolArray, ...]  # bool[i, j] each: nodes from which the next jump, or a part of it, is still needed


def approach_to(basins: BasinMap, gradient: Gradient, well: int, b: float, n_parts: int) -> Approach:
    """Return how a basin is left by as few jumps as possible, from far to near.

    Parameters
    ----------
    basins, gradient, well, b
        As of `jump_number_of`.
    n_parts : int
        Stages of each jump: the last of all is the basin itself, and left out.

    Raises
    ------
    ValueError
        As of `jump_number_of`.
    """
    margin = UNCERTAIN * basins.spacing
    if not b > margin * 2.0:
        raise ValueError(f"b = {b:g} is no longer than two map cells of {basins.spacing:g}: take a finer map")
    search = _Search(basins, gradient, well)
    _, levels = search.levels(b)
    first = search.least_at_minimum(levels[-1][0])
    stages = []
    for distance, _ in levels[::-1]:
        far = min(b, search.least_at_minimum(distance))
        stages += [search.is_well & (distance > far * part / n_parts) for part in range(n_parts - 1, -1, -1)]
    return Approach(search.levels(b + margin)[0], first, tuple(stages[:-1]))


class _Search:
    """The flow of one basin on the nodes of the map, computed once and asked for any b."""

    def __init__(self, basins: BasinMap, gradient: Gradient, well: int) -> None:
        self.basins, self.gradient = basins, gradient
        inside = basins.is_inside
        self.is_well = inside & (basins.labels == well)
        others = inside & ~self.is_well
        if not (self.is_well.any() and others.any()):
            raise ValueError(f"basin {well} is not on the map, or fills it: give a larger box")
        self.minimum = basins.minima[well].points
        self.nodes = basins.nodes[self.is_well]
        self.steps = self._steps()
        self.first, self.nearest = self._distance(others)
        self.first = np.maximum(self.first - 0.5 * basins.spacing * self.is_well, 0.0)

    def _steps(self) -> list[FloatArray]:
        """Return where the flow leads from the nodes of the basin, in nodes: float64[2, node] after each spacing."""
        points, found = self.nodes, []
        lengths = np.full((len(points), 1), self.basins.spacing)
        for _ in range(STRIDE):
            points = step_downhill(self.gradient, points, lengths, self.basins.projection)
            found.append(((points - self.basins.origin) / self.basins.spacing).T)
        return found

    def _distance(self, target: BoolArray) -> tuple[FloatArray, npt.NDArray[np.int32]]:
        """Return the distance of each node to a set of nodes, and the nearest of these."""
        away, nearest = distance_transform_edt(~target, sampling=self.basins.spacing, return_indices=True)
        return np.asarray(away), np.asarray(nearest)

    def least_along_flow(self, values: FloatArray) -> FloatArray:
        """Return the least of values (float64[i, j]) on the way from each node of the basin, float64[i, j]."""
        whole = values.copy()
        near = values[self.is_well]
        for places in self.steps:
            near = np.minimum(near, _interpolate(values, places))
        whole[self.is_well] = near
        for _ in range(int(LONGEST * max(values.shape) / STRIDE)):
            later = np.minimum(near, _interpolate(whole, self.steps[-1]))
            change = float(np.max(whole[self.is_well] - later))
            whole[self.is_well] = later
            if change <= 1e-3 * self.basins.spacing:
                break
        return whole

    def levels(self, b: float) -> tuple[int, list[tuple[FloatArray, npt.NDArray[np.int32]]]]:
        """Return l* and, for k = 1, ..., l*, the distance to what is wanted of the k-th jump from the last."""
        found = [(self.first, self.nearest)]
        while len(found) <= MAX_JUMPS:
            distance = found[-1][0]
            if self.least_at_minimum(distance) <= b:
                return len(found), found
            within = self.is_well & (self.least_along_flow(distance) <= b)
            found.append(self._distance(within | ~self.is_well))
        raise ValueError(f"leaving basin takes more than {MAX_JUMPS} jumps of {b:g}: choose a larger b")

    def least_at_minimum(self, distance: FloatArray) -> float:
        """Return the least distance, float64[i, j], at the minimum or along a set of them."""
        return float(self._at(distance, self.minimum).min())

    def path(self, b: float) -> tuple[int, tuple[Leg, ...]]:
        """Return l* and a path that attains it."""
        n_jumps, levels = self.levels(b)
        choices = self._at(levels[-1][0], self.minimum)
        flow = self.minimum[[int(np.argmin(choices))]]
        legs: list[Leg] = []
        for distance, nearest in levels[::-1]:
            if legs:
                flow = self._follow(legs[-1].landing, distance, b)
            place = np.rint((flow[-1] - self.basins.origin) / self.basins.spacing).astype(int)
            target = nearest[:, place[0], place[1]]
            legs.append(Leg(flow, self.basins.origin + self.basins.spacing * target))
        return n_jumps, tuple(legs)

    def _follow(self, start: FloatArray, distance: FloatArray, b: float) -> FloatArray:
        """Return the flow from a landing until the next target is nearest, float64[point, 2]."""
        points, lengths = [start], np.full((1, 1), self.basins.spacing)
        for _ in range(int(LONGEST * max(distance.shape))):
            after = step_downhill(self.gradient, points[-1][None], lengths, self.basins.projection)[0]
            if len(points) > 2 and np.linalg.norm(after - points[-2]) < 0.5 * self.basins.spacing:
                break  # at the minimum, steps go to and fro
            points.append(after)
        along = np.array(points)
        values = self._at(distance, along)
        return along[: int(np.argmin(values)) + 1]

    def _at(self, values: FloatArray, points: FloatArray) -> FloatArray:
        """Interpolate values (float64[i, j]) at points (float64[point, 2])."""
        return _interpolate(values, ((points - self.basins.origin) / self.basins.spacing).T)


def _interpolate(values: FloatArray, places: FloatArray) -> FloatArray:
    """Return values (float64[i, j]) between nodes, float64[point]."""
    return np.asarray(map_coordinates(values, places, order=1, mode="nearest"))
