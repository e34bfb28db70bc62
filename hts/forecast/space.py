"""Studies in several dimensions before they run: wells, jump numbers, cost and warnings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import expm1, inf, isfinite
from pathlib import Path

import numpy as np

from hts.answers.space import space_limit
from hts.answers.space_wells import basin_jumps, jumps_of, searched_jumps
from hts.arrays import FloatArray
from hts.engines import available_cores
from hts.errors import PlanError
from hts.forecast.costs import CellForecast, Cost, cost_of
from hts.forecast.speeds import calibrated_speed, speed_of
from hts.plans import Cell, SpacePlan
from hts.sweeps import dry_run
from hts.theory.limit.geometry import jump_number

#: r/b so close to an integer, relatively, blurs the step between two exponents at any affordable eta.
NEAR = 0.02


@dataclass(frozen=True, eq=False)
class SpaceWell:
    """One well of a landscape in several dimensions."""

    well: int  #: counted from 0
    minimum: tuple[tuple[float, ...], ...]  #: the point, or both ends of a set of minima
    value: float  #: f there
    exit_distance: float | None  #: radius of a ball about the minimum that is left; None elsewhere
    jump_numbers: tuple[tuple[float, int | None], ...]  #: (b, l*) for each b of the plan, of the well that is left
    is_certain: bool  #: whether the map of basins is fine enough to tell them, or closed forms do


@dataclass(frozen=True, eq=False)
class SpaceDescription:
    """A plan in several dimensions before it runs."""

    plan: SpacePlan
    wells: tuple[SpaceWell, ...]
    saddles: FloatArray  #: float64[saddle, d]
    cells: tuple[CellForecast, ...]
    cost: Cost
    warnings: tuple[str, ...]


def describe_space(
    plan: SpacePlan, folder: Path | None = None, *, threads: int | None = None, calibrate: bool = False
) -> SpaceDescription:
    """Say what a plan in several dimensions is about and what it costs; see `hts.describe`."""
    try:
        works, refusal = dry_run(plan, folder), ""
    except PlanError as error:
        works, refusal = dry_run(plan, None), f"hts run would refuse this folder: {error}"
    expected = expected_space_steps(plan)
    cells = tuple(
        CellForecast(
            work.cell, work.state, work.reason, work.walkers_wanted, work.walkers_left, len(work.tasks),
            *expected(work.cell),
        )
        for work in works
    )  # fmt: skip
    n_threads = threads or available_cores()
    longest = max(cells, key=lambda forecast: forecast.mean_steps)
    speed = (calibrated_speed(plan, longest.cell, n_threads), "calibrated") if calibrate else speed_of(plan)
    return SpaceDescription(
        plan=plan,
        wells=describe_space_wells(plan),
        saddles=plan.wells.saddles,
        cells=cells,
        cost=cost_of(plan, cells, n_threads, *speed),
        warnings=(*space_warnings(plan), *([refusal] if refusal else [])),
    )


def describe_space_wells(plan: SpacePlan) -> tuple[SpaceWell, ...]:
    """Describe every well, with the jump numbers of the one that is left."""
    clips = sorted({cell.b for cell in plan.cells()})
    radial = plan.radial_well(plan.cells()[0])
    wells = []
    for number, one in enumerate(plan.wells.minima):
        jumps: tuple[tuple[float, int | None], ...] = ()
        is_certain = True
        if plan.exit is not None and number == plan.well:
            if radial is not None:
                jumps = tuple((b, jump_number(radial.radius, b)) for b in clips)
            elif not plan.has_map:
                jumps = tuple((b, jumps_of(plan, b)) for b in clips)
                searched = [searched_jumps(plan, b) for b in clips]
                is_certain = all(found is None or found.is_certain for found in searched)
            else:
                found = {b: basin_jumps(plan, b) for b in clips}
                jumps = tuple((b, None if n is None else n.value) for b, n in found.items())
                is_certain = all(n is None or n.is_certain for n in found.values())
        points = [one.points[0], *([one.points[-1]] if one.is_set else [])]
        place = tuple(tuple(float(x) for x in point) for point in points)
        distance = radial.radius if radial is not None and number == plan.well else None
        wells.append(SpaceWell(number, place, one.value, distance, jumps, is_certain))
    return tuple(wells)


def expected_space_steps(plan: SpacePlan) -> Callable[[Cell], tuple[float, str]]:
    """Give the function that tells the mean steps of one walker of a cell, and where it comes from."""
    most = plan.most_steps
    if plan.visits is not None:
        return lambda cell: (float(most), "steps")

    def expected(cell: Cell) -> tuple[float, str]:
        mean = space_limit(plan, cell, with_basin=False).mean_exit_steps
        if mean is None:
            return float(most), "max_steps"
        return max(-mean * expm1(-most / mean), 1.0), "limit"

    return expected


def _ends_early(plan: SpacePlan) -> bool:
    """Tell whether walkers can be where the map of basins has ended."""
    low, high = plan.map_box
    return bool(np.abs([low, high]).min() < plan.build_landscape().projection * (1.0 - 1e-9))


def space_warnings(plan: SpacePlan) -> tuple[str, ...]:
    """Say where theory does not hold or finite eta misleads."""
    said, cells = [], plan.cells()
    flat = sorted({cell.alpha for cell in cells if cell.alpha is not None and cell.alpha <= 1.0})
    if flat:
        said.append(f"alpha = {', '.join(f'{a:g}' for a in flat)}: the limit theory needs alpha > 1")
    curvature = _steepest_curvature(plan)
    if unstable := sorted({cell.eta for cell in cells if cell.eta * curvature >= 2.0}):
        which = ", ".join(f"{eta:g}" for eta in unstable)
        said.append(
            f"eta = {which}: eta times the largest curvature, {curvature:.4g}, is 2 or more: descent is unstable"
        )
    if plan.has_map and _ends_early(plan):
        L = plan.build_landscape().projection
        mend = (
            "give L" if inf == L else "a map of the ball of radius L would be finer than memory: give a wider spacing"
        )
        said.append(f"a walker that jumps beyond the box from low to high counts as having left; {mend}")
    well = plan.radial_well(cells[0])
    if well is None:
        searched = {b: searched_jumps(plan, b) for b in sorted({cell.b for cell in cells})}
        said += [
            f"b = {b:g}: l* = {found.value} is not proved: {found.reason}"
            for b, found in searched.items()
            if found is not None and not found.is_certain
        ]
        return tuple(said)
    for b in sorted({cell.b for cell in cells if isfinite(cell.b)}):
        ratio = well.radius / b
        near = round(ratio)
        if near >= 1 and abs(ratio / near - 1.0) <= NEAR:
            said.append(
                f"b = {b:g}: r/b = {ratio:.5g} is within 2 % of an integer, where l* jumps; choose b further away"
            )
        elif ratio < 1.0:
            said.append(f"b = {b:g} is wider than the exit distance r = {well.radius:g}: one jump suffices")
    return tuple(said)


def _steepest_curvature(plan: SpacePlan) -> float:
    """Return the largest eigenvalue of the Hessian at the minima that are points."""
    points = np.array([one.points[0] for one in plan.wells.minima if not one.is_set])
    if not len(points):
        return 0.0
    return float(np.nanmax(np.linalg.eigvalsh(np.nan_to_num(plan.build_landscape().hessian(points)))))
