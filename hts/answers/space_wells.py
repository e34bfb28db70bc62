"""The wells that plans in several dimensions leave, by what theory knows of them, and their jump numbers."""

from functools import lru_cache

from hts.plans import SpacePlan
from hts.space.convex_wells import ConvexWell
from hts.space.domains import contains
from hts.space.jump_numbers import JumpNumber, jump_number_of
from hts.space.open_wells import FewestJumps, OpenWell
from hts.theory.limit.geometry import jump_number


def basin_jumps(plan: SpacePlan, b: float) -> JumpNumber | None:
    """Return l* of a basin of the plane with the path that attains it; None of other domains, or where b is too short.

    Without clipping one jump leaves every basin that has another beside it.
    """
    if not plan.has_map:
        return None
    try:
        return jump_number_of(plan.basins, plan.build_landscape().gradient, plan.well, min(b, plan.basins.widest))
    except ValueError:
        return None


def jumps_of(plan: SpacePlan, b: float) -> int | None:
    """Return l* where it is known; None for noise by coordinate where it is no ball, box or basin, among others."""
    well = plan.radial_well(plan.cells()[0])
    if well is not None:
        return jump_number(well.radius, b)
    convex = convex_well(plan)
    if convex is not None:
        return convex.jump_number(b)
    if plan.has_map:
        found = basin_jumps(plan, b)
        return None if found is None else found.value
    searched = searched_jumps(plan, b)
    return None if searched is None else searched.value


def searched_jumps(plan: SpacePlan, b: float) -> FewestJumps | None:
    """Return l* of a well whose landscape or domain has no closed form, with what it rests on; None of others."""
    if plan.radial_well(plan.cells()[0]) is not None or convex_well(plan) is not None or open_well(plan) is None:
        return None
    try:
        return kept_jumps(plan, b)
    except ValueError:
        return None


@lru_cache(maxsize=64)
def kept_jumps(plan: SpacePlan, b: float) -> FewestJumps:
    """Return l* of the well of `open_well`; the second call gives the first one's."""
    well = open_well(plan)
    assert well is not None, "asked of such wells alone"
    return well.jump_number(b)


@lru_cache(maxsize=16)
def open_well(plan: SpacePlan) -> OpenWell | None:
    """Return the well that is left from a domain of any kind under isotropic noise; None where there is none.

    None also where the start does not lead to the minimum within the domain.
    """
    if plan.exit is None or plan.exit.domain is None or not plan.is_isotropic or plan.wells.minima[plan.well].is_set:
        return None
    landscape, minimum = plan.build_landscape(), plan.wells.minima[plan.well].points[0]
    well = OpenWell(landscape.gradient, minimum, plan.region, landscape.projection, landscape.is_linear)
    try:
        return well if contains(plan.region, minimum[None])[0] and well.leads_home(plan.start) else None
    except ValueError:
        return None


@lru_cache(maxsize=16)
def convex_well(plan: SpacePlan) -> ConvexWell | None:
    """Return a quadratic well with the convex domain that is left; None of others, and where the flow leaves it."""
    landscape = plan.build_landscape()
    if plan.exit is None or not landscape.is_linear:
        return None
    well = ConvexWell(landscape.matrix, landscape.centre, plan.region, landscape.projection)
    try:
        if not well.distance > 0.0:
            return None
    except ValueError:
        return None
    if not plan.is_isotropic:
        return well
    flow = OpenWell(landscape.gradient, landscape.centre, plan.region, landscape.projection, True)
    return well if flow.flow_stays else None
