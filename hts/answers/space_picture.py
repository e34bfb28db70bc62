"""What a picture of a plan in the plane shows: heights, basins, minima, paths of walkers and the shortest ways out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hts.answers.space_wells import basin_jumps
from hts.arrays import BoolArray, FloatArray
from hts.ensembles.space import SpaceProblem
from hts.ensembles.space_paths import record_space_path
from hts.plans import SpacePlan
from hts.space import regions
from hts.space.domains import bounds_of, contains
from hts.space.wells import box_of

#: Places along each side at which f is computed.
N_HEIGHTS = 241
#: Steps of a drawn path, and between two of its places.
PATH_STEPS, STRIDE = 400_000, 20
#: Of a ball that is left: a longer path covers it.
FEW_STEPS = 1000
#: A box around a ball that is left is larger by this.
MARGIN = 1.5


@dataclass(frozen=True, eq=False)
class Way:
    """The jumps of a shortest way out: flow before each, then the jump."""

    flow: FloatArray  # float64[point, 2]
    landing: FloatArray  # float64[2]


@dataclass(frozen=True, eq=False)
class SpacePicture:
    """A plan in the plane as it is drawn."""

    x: FloatArray  # float64[i], places of the heights
    y: FloatArray
    heights: FloatArray  # float64[i, j], f
    labels: npt.NDArray[np.int16] | None  # int16[i, j], basins at the same places; None without a map
    minima: tuple[FloatArray, ...]  # float64[point, 2] each
    saddles: FloatArray
    paths: dict[float, FloatArray]  # by b: float64[place, 2] of walker 0 at the smallest eta; nan between two paths
    ways: dict[float, tuple[Way, ...]]  # by b: the jumps of a shortest way out of a basin
    eta: float
    projection: float
    inside: BoolArray | None = None  # bool[i, j], the domain at the same places, where it is to be drawn


def picture_of(plan: SpacePlan, problem: SpaceProblem, recorded: dict[float, FloatArray] | None = None) -> SpacePicture:
    """Gather what a picture shows.

    Parameters
    ----------
    plan : SpacePlan
        In two dimensions.
    problem : SpaceProblem
        Of any of its cells: all but eta and b are taken from it.
    recorded : dict of float to float64[place, 2], optional
        Paths by b, in the place of walker 0's.
    """
    landscape = plan.build_landscape()
    low, high = _corners(plan)
    x, y = (np.linspace(a, z, N_HEIGHTS) for a, z in zip(low, high, strict=True))
    places = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    with np.errstate(all="ignore"):
        heights = landscape.value(places).reshape(len(x), len(y))
    labels = plan.basins.at(places).reshape(heights.shape) if plan.has_map else None
    cells = {cell.b: cell for cell in plan.cells()}  # eta falls, so the smallest one stays
    everywhere, purpose = regions.everywhere(2), b"hts space visits" if plan.visits else b"hts space exits"
    is_ball = plan.exit is not None and not plan.has_map
    ways, paths = {}, {}
    for b, cell in cells.items():
        if recorded is None:
            mine = replace(problem, eta=cell.eta, b=b, noise=plan.noise_of(cell), region=everywhere)
            steps, stride = (min(FEW_STEPS, PATH_STEPS), 1) if is_ball else (PATH_STEPS, STRIDE)
            paths[b] = record_space_path(mine, purpose, 0, steps, stride)
        found = basin_jumps(plan, b)
        if found is not None:
            ways[b] = tuple(Way(leg.flow, leg.landing) for leg in found.legs)
    return SpacePicture(
        x=x,
        y=y,
        heights=heights,
        labels=labels,
        minima=tuple(one.points for one in plan.wells.minima),
        saddles=plan.wells.saddles,
        paths=paths if recorded is None else recorded,
        ways=ways,
        eta=min(cell.eta for cell in plan.cells()),
        projection=landscape.projection,
        inside=contains(plan.region, places).reshape(heights.shape) if is_ball else None,
    )


def _corners(plan: SpacePlan) -> tuple[FloatArray, FloatArray]:
    bounds = None if plan.has_map or plan.exit is None else bounds_of(plan.region)
    if bounds is None:
        try:
            return plan.box
        except ValueError:  # a quadratic well without L
            return box_of(plan.build_landscape(), np.full(2, -2.0), np.full(2, 2.0))
    middle, half = 0.5 * (bounds[0] + bounds[1]), 0.5 * MARGIN * (bounds[1] - bounds[0])
    return middle - half, middle + half
