"""The table [rare] in several dimensions: J and gamma of each cell, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hts.plans.mistakes import Mistake
from hts.plans.rare import TABLE, RareCell, rare_mistakes
from hts.theory.limit.within import GAMMA_PART, steps_within

if TYPE_CHECKING:
    from hts.plans.plan import Cell
    from hts.plans.space import SpacePlan
    from hts.space.ways import SpaceWay


def find_way(plan: SpacePlan, b: float) -> SpaceWay:
    """Find how the domain of a plan with `within` is left with one clip."""
    from hts.space.ways import SpaceWay, given_way, way_in_space, way_on_map

    assert plan.rare is not None
    assert plan.within is not None
    landscape = plan.build_landscape()
    if not plan.has_map:
        found = way_in_space(landscape, plan.region, plan.start, b, plan.within, plan.is_isotropic)
    elif plan.study.start is not None:
        found = SpaceWay(None, (), unknown="of a basin it is found from the minimum, not from another start")
    else:
        found = way_on_map(plan.basins, landscape.gradient, plan.region, plan.well, b)
    if found.unknown and plan.rare.jumps is not None:
        return given_way(plan.region, plan.start, plan.rare.jumps)
    return found


def space_rare_cell(plan: SpacePlan, cell: Cell) -> RareCell:
    """Find out what the sampling of one cell in R^d is built on; see `hts.plans.rare.rare_cell`."""
    assert plan.rare is not None
    assert plan.within is not None
    n_steps = steps_within(plan.within, cell.eta)
    if set(plan.rare.method) == {"crude"}:  # walks of the plan's own law need no way out
        return RareCell(cell, n_steps, None, None)
    found = plan.ways[cell.b]
    gamma = plan.rare.gamma
    if gamma is None and found.way is not None and not found.doubt:
        gamma = GAMMA_PART * found.way.largest_gamma
    return RareCell(cell, n_steps, found.way, gamma, has_default=not found.doubt)


def space_rare_mistakes(plan: SpacePlan) -> list[Mistake]:
    """Find what is wrong between [rare] and the rest of a sound plan in several dimensions."""
    rare = plan.rare
    if rare is None:
        return []
    if plan.within is not None and set(rare.method) != {"crude"}:
        found = {mistake.path: mistake for mistake in _about_ways(plan)}
        if found:
            return list(found.values())
    return rare_mistakes(plan, space_rare_cell)


def _about_ways(plan: SpacePlan) -> Iterator[Mistake]:
    """Yield what cannot be found and is not given, and what is given and has been found."""
    rare = plan.rare
    assert rare is not None
    for b, found in plan.ways.items():
        if found.unknown:
            text = f"is missing; J cannot be found at b = {b:g}: {found.unknown}. Add jumps = 2, or whatever J is"
            yield Mistake((TABLE, "jumps"), f'{text}, or take method = "crude"', is_about_key=True)
        elif rare.jumps is not None and (found.way is None or not found.is_given):
            what = "the flow leaves by itself" if found.way is None else f"J = {found.way.jumps} is found"
            yield Mistake((TABLE, "jumps"), f"has no use at b = {b:g}, where {what}; leave it out", is_about_key=True)
        elif rare.jumps is not None and len(plan.ways) > 1:
            text = f"is of one b, and the grid has {len(plan.ways)}; write a plan for each"
            yield Mistake((TABLE, "jumps"), text)
        elif found.doubt and rare.gamma is None and {"importance", "trap"} & set(rare.method):
            text = (
                f"is missing; no size is known to be small enough at b = {b:g}: {found.doubt}. Give the size of a "
                "large jump, and a smaller one to see that the probability stays the same"
            )
            yield Mistake((TABLE, "gamma"), text, is_about_key=True)
