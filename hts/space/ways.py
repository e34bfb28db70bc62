"""Ways out of a domain of R^d by as few jumps as possible: what the sampling of rare exits is built on.

Under the flow of a quadratic well two points never come farther apart, and phi_b and proj_L bring none apart either. So
a walk that leaves has been pushed away from the gradient path y(t) by D = min dist(y(t), outside) in sum:
J = ceil(D/b), straight at the nearest point outside attains it, and J - 1 jumps leave D - (J - 1) b to the others, just
as on the line. Elsewhere the flow may help: of a basin of the plane J is found on its map, and no gamma is known to be
small enough.
"""

from dataclasses import dataclass, replace
from math import inf, nan

import numpy as np

from hts.arrays import FloatArray
from hts.kernels import space_motions as kinds
from hts.kernels.space_motions import Region
from hts.space import regions
from hts.space.basins import BasinMap
from hts.space.domains import distances_to_end, shrunk
from hts.space.flows import Gradient
from hts.space.jump_numbers import approach_to
from hts.space.landscapes import SpaceLandscape
from hts.theory.limit.geometry import jump_number
from hts.theory.limit.within import WayOut

#: Times of the gradient path at which its distance from the outside is looked at.
N_TIMES = 513
#: Stages of splitting within the reach of one jump.
STAGES_PER_JUMP = 2


@dataclass(frozen=True, eq=False)
class SpaceWay:
    """A way out of one domain with one clip.

    Attributes
    ----------
    way : WayOut or None
        None where the flow leaves by itself, and where J is not known. Its distance is nan where it has no meaning, its
        `largest_gamma` inf where there is no bound.
    stages : tuple of Region
        Domains of splitting, each within the next, the last the domain itself.
    unknown : str
        Why J is not known; empty where it is.
    doubt : str
        Why a gamma below `largest_gamma` may be too large; empty where it is small enough.
    is_given : bool
        Whether J is that of the plan rather than found.
    """

    way: WayOut | None
    stages: tuple[Region, ...]
    unknown: str = ""
    doubt: str = ""
    is_given: bool = False


def way_in_space(
    landscape: SpaceLandscape, region: Region, start: FloatArray, b: float, within: float, is_isotropic: bool
) -> SpaceWay:
    """Return how a domain with a boundary of its own, not a map, is left by as few jumps as possible.

    Parameters
    ----------
    landscape : SpaceLandscape
    region : Region
    start : float64[d]
    b : float
        Clipping threshold, inf for none.
    within : float
        Gradient-flow time within which walks leave.
    is_isotropic : bool
        Otherwise a noise is large where a coordinate is, and |Z| up to sqrt(d) times as long.
    """
    if not landscape.is_linear:
        return SpaceWay(None, (), unknown="of such a landscape the flow may help to leave")
    found = distances_to_end(region, _path(landscape, start, within))
    if found is None:
        return SpaceWay(None, (), unknown="the distance to the end of a formula's domain is not known")
    distance = float(found.min())
    if distance <= 0.0:
        return SpaceWay(None, ())
    if landscape.projection < inf and not _is_reached(landscape, region, start, within, distance):
        return SpaceWay(None, (), unknown="the domain ends beyond the ball of radius L where it is nearest")
    jumps = jump_number(distance, b)
    smallest = distance - (jumps - 1) * b if jumps > 1 else distance
    way = WayOut(jumps, distance, smallest / (2.0 * jumps))
    if not is_isotropic:
        way = replace(way, largest_gamma=way.largest_gamma / float(np.sqrt(len(start))))
    return SpaceWay(way, stages_by_distance(region, start, jumps, clip=b, distance=distance))


def given_way(region: Region, start: FloatArray, jumps: int) -> SpaceWay:
    """Return a way out of so many jumps, where J is said rather than found."""
    stages = stages_by_distance(region, start, jumps)
    return SpaceWay(WayOut(jumps, nan, inf), stages, doubt="J itself is given, not found", is_given=True)


def way_on_map(basins: BasinMap, gradient: Gradient, region: Region, well: int, b: float) -> SpaceWay:
    """Return how a basin of the plane is left from its minimum by as few jumps as possible.

    Parameters
    ----------
    basins : BasinMap
    gradient : callable
        float64[point, 2] -> float64[point, 2].
    region : Region
        The basin.
    well : int
    b : float
    """
    try:
        found = approach_to(basins, gradient, well, min(b, basins.widest), STAGES_PER_JUMP)
    except ValueError as problem:
        return SpaceWay(None, (), unknown=f"{problem}")
    step = np.full(2, basins.spacing)
    stages = [regions.basin(mask.astype(np.int16), basins.origin, step, 1) for mask in found.stages]
    way = WayOut(found.jumps, nan, found.first / (2.0 * found.jumps))
    return SpaceWay(way, (*stages, region), doubt="the flow of such a basin may help small jumps")


def _path(landscape: SpaceLandscape, start: FloatArray, within: float) -> FloatArray:
    """Return the gradient path of a quadratic well, float64[time, d]."""
    rates, axes = np.linalg.eigh(landscape.matrix)
    away = (start - landscape.centre) @ axes
    if not np.any(away):
        return start[None]
    times = within * np.linspace(0.0, 1.0, N_TIMES)[:, None]
    return np.asarray(landscape.centre + (away * np.exp(-rates * times)) @ axes.T)


def _is_reached(landscape: SpaceLandscape, region: Region, start: FloatArray, within: float, distance: float) -> bool:
    """Tell whether what lies a distance around the gradient path is in the ball of radius L."""
    farthest = float(np.linalg.norm(_path(landscape, start, within), axis=1).max())
    return farthest + distance <= landscape.projection


def stages_by_distance(
    region: Region, start: FloatArray, jumps: int, clip: float | None = None, distance: float | None = None
) -> tuple[Region, ...]:
    """Return domains of splitting: at the reaches of one, two, ... jumps from the end, and evenly between them.

    Without a clip they lie evenly between the start and the end; of a formula {g < 0} they are levels of g.
    """
    n = STAGES_PER_JUMP * jumps
    parts = np.arange(n - 1, 0, -1) / n
    if region.kind == kinds.SUBLEVEL:
        from hts.space.compilation import evaluate

        value = float(evaluate(region.program, start[None])[0, 0])
        return (*(region._replace(number=value * float(part)) for part in parts), region)
    if clip is None or distance is None:
        found = distances_to_end(region, start[None])
        depth = 0.0 if found is None else float(found[0])
        return (*(shrunk(region, depth * float(part)) for part in parts), region)
    edges = np.array([0.0, *(k * clip for k in range(1, jumps)), distance])
    depths = np.interp(parts, np.linspace(0.0, 1.0, jumps + 1), edges)
    return (*(shrunk(region, float(depth)) for depth in depths), region)
