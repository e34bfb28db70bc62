"""Checks of a plan in several dimensions: its tables against one another and against the landscape."""

from collections.abc import Iterator, Sequence
from math import isfinite

import numpy as np

from hts.arrays import FloatArray
from hts.landscapes import LandscapeError
from hts.plans.grids import EXAMPLES
from hts.plans.mistakes import Mistake
from hts.plans.models import MAX_STEPS, GridPlan
from hts.plans.positions import KeyPath
from hts.plans.space import SpacePlan
from hts.plans.space_landscapes import DomainPlan, QuadraticPlan, SpaceFormulaPlan, SpaceLandscapePlan
from hts.plans.space_models import SpaceExitPlan, SpaceNoisePlan, SpaceVisitsPlan
from hts.plans.values import shown
from hts.space.basins import check_size
from hts.space.domain_ends import ray_crossings
from hts.space.domains import bounds_of, contains, diameter_of, region_of

#: Squares of larger steps leave floating point.
LARGEST_STEP = 1e150
#: Points at which the gradient is looked at.
N_LOOKS = 4096
Study = SpaceExitPlan | SpaceVisitsPlan
Grids = Sequence[tuple[KeyPath, GridPlan]]


def about_grid(noise: SpaceNoisePlan | None, grids: Grids, study: Study | None) -> Iterator[Mistake]:
    """Yield what is wrong with [noise] in several dimensions, and with steps too large or too many."""
    etas = [eta for _, grid in grids for eta in grid.eta]
    if noise is not None:
        if noise.spread == "isotropic":
            for key, value, plain in (("p_plus", noise.p_plus, 0.5), ("normal_scale", noise.normal_scale, 0.0)):
                if value != plain:
                    text = f'has no meaning for isotropic noise ({value:g}); leave it out, or spread = "coordinates"'
                    yield Mistake(("noise", key), text)
        if etas and noise.scale * max(etas) >= LARGEST_STEP:
            text = f"times eta is {noise.scale * max(etas):.3g}, and must be below {LARGEST_STEP:g}; choose other units"
            yield Mistake(("noise", "scale"), text)
    if study is not None and study.within is not None and etas and study.within / min(etas) > MAX_STEPS:
        text = f"is more than {MAX_STEPS} steps at eta = {min(etas):g} ({shown(study.within)}); shorten it"
        yield Mistake(("exit", "within"), text)


def about_study(study: Study) -> Iterator[Mistake]:
    """Yield what is wrong with [exit] or [visits] whatever the landscape."""
    table = study.table
    if isinstance(study, SpaceVisitsPlan):
        if study.well is None and study.start is None:
            text = "is missing; add well = 0 to start at its minimum, or start = [..]"
            yield Mistake((table, "well"), text, is_about_key=True)
        elif study.well is not None and study.start is not None:
            text = f"cannot stand beside well = {study.well}; remove one of the two"
            yield Mistake((table, "start"), text, is_about_key=True)
        return
    if study.well is None and study.domain is None:
        text = 'is missing; add well = 0, or domain = { kind = "ball", radius = 1.0 }'
        yield Mistake((table, "well"), text, is_about_key=True)
    if study.well is not None and study.domain is not None:
        text = f"cannot stand beside well = {study.well}; remove one of the two"
        yield Mistake((table, "domain"), text, is_about_key=True)


def about_lengths(dimension: int, landscape: SpaceLandscapePlan | None, study: Study | None) -> Iterator[Mistake]:
    """Yield each list whose length is not the dimension."""
    given: list[tuple[KeyPath, object]] = []
    if isinstance(landscape, QuadraticPlan):
        given.append((("landscape", "centre"), landscape.centre))
    if isinstance(landscape, SpaceFormulaPlan):
        given += [(("landscape", key), getattr(landscape, key)) for key in ("low", "high")]
    if study is not None:
        given.append(((study.table, "start"), study.start))
    domain: DomainPlan | None = getattr(study, "domain", None)
    if domain is not None:
        for key, value in domain.model_dump().items():
            if isinstance(value, tuple):
                given.append((("exit", "domain", key), value))
                rows = value if value and isinstance(value[0], tuple) else ()
                given += [(("exit", "domain", key, i), row) for i, row in enumerate(rows)]
    for place, value in given:
        if isinstance(value, tuple) and len(value) != dimension:
            text = f"has {len(value)} numbers, and dimension = {dimension} ({shown(list(value))}); give {dimension}"
            yield Mistake(place, text)
    corners = [dict(given).get(("landscape", key)) for key in ("low", "high")]
    if isinstance(landscape, SpaceFormulaPlan) and (corners[0] is None) != (corners[1] is None):
        missing, other = ("low", "high") if corners[0] is None else ("high", "low")
        yield Mistake(("landscape", missing), f"is missing beside {other}; add the other corner", is_about_key=True)


def about_wells(plan: SpacePlan) -> list[Mistake]:
    """Find whether the landscape has the wells that the plan names, and the start is where walkers can be."""
    landscape, study, table = plan.build_landscape(), plan.study, plan.study.table
    if (bare := _about_box(plan)) is not None:
        return [bare]
    try:
        wells = plan.wells
    except (ValueError, np.linalg.LinAlgError) as error:
        is_plane = plan.dimension == 2 and isinstance(plan.landscape, SpaceFormulaPlan)
        return [Mistake(("landscape", "low") if is_plane else (table, "start"), f"{error}", is_about_key=True)]
    n = len(wells.minima)
    if study.well is not None and study.well >= n:
        have = "one well, well = 0" if n == 1 else f"{n} wells, 0 to {n - 1}"
        return [Mistake((table, "well"), f"no such well ({study.well}); the landscape has {have}")]
    edge = landscape.projection * (1.0 - 1e-6)
    if study.start is None and isinstance(plan.landscape, SpaceFormulaPlan) and np.linalg.norm(plan.start) >= edge:
        place = shown([float(f"{x:.3g}") for x in plan.start])
        text = f"has no minimum there, only a place on the edge of L = {landscape.projection:g} where the flow ends"
        return [Mistake(("landscape", "f"), f"{text} ({place}); change the formula, or widen L")]
    if not float(np.linalg.norm(plan.start)) <= landscape.projection:
        text = f"lies beyond the projection, L = {landscape.projection:g} ({shown(plan.start.tolist())}); widen L"
        return [Mistake((table, "start"), text)]
    if plan.exit is None or study.well is None:
        return []
    if landscape.is_linear and not isfinite(landscape.radius):
        text = 'the basin of a quadratic well is everything; give for example domain = { kind = "ball", radius = 1.0 }'
        return [Mistake(("exit", "well"), text)]
    if not landscape.is_linear and plan.dimension != 2:
        text = 'basins are mapped in the plane alone; give a domain, for example { kind = "ball", radius = 1.0 }'
        return [Mistake(("exit", "well"), text)]
    if not landscape.is_linear:
        try:
            check_size(*plan.box, plan.spacing)
        except ValueError as error:
            return [Mistake(("exit", "spacing"), f"{error}", is_about_key=plan.exit.spacing is None)]
    return []


def _about_box(plan: SpacePlan) -> Mistake | None:
    """Find a place in the box of a formula in the plane where there is no gradient: basins need all of it."""
    is_whole = plan.exit is None or plan.exit.domain is None
    if not (is_whole and plan.dimension == 2 and isinstance(plan.landscape, SpaceFormulaPlan)):
        return None
    try:
        low, high = plan.box
    except ValueError:
        return None  # told with the wells
    points = low + np.random.default_rng(0).random((N_LOOKS, 2)) * (high - low)
    points = points[np.linalg.norm(points, axis=1) <= plan.build_landscape().projection]
    return _bare_place(plan, points, "the box")


def _bare_place(plan: SpacePlan, points: FloatArray, where: str) -> Mistake | None:
    landscape = plan.build_landscape()
    is_bad = ~np.isfinite(landscape.gradient(points)).all(axis=1)
    has_value = np.isfinite(landscape.value(points))
    if not (is_bad | ~has_value).any():
        return None
    at = int(np.argmax(is_bad if is_bad.any() else ~has_value))
    place, what = shown([float(f"{x:.3g}") for x in points[at]]), "gradient" if is_bad.any() else "value"
    return Mistake(("landscape", "f"), f"has no {what} at {place}, inside {where}; change the formula or {where}")


def about_domain(plan: SpacePlan, grids: Grids) -> list[Mistake]:
    """Find whether a sound domain holds the start and a minimum, the gradient exists there, and no b is beyond it."""
    if plan.exit is not None and plan.exit.domain is not None:
        try:
            region_of(plan.dimension, **plan.exit.domain.model_dump())
        except LandscapeError as error:
            key = "g" if error.key == "f" else error.key
            column = getattr(error, "column", None)
            within = ("", 1) if column is None else (str(getattr(plan.exit.domain, "g", "")), int(column))
            return [Mistake(("exit", "domain", key), f"{error}", within=within)]
    return list(_about_inside(plan)) + list(_about_clips(plan, grids))


def _about_inside(plan: SpacePlan) -> Iterator[Mistake]:
    table, region = plan.study.table, plan.region
    if plan.exit is not None:
        if not contains(region, plan.start[None])[0]:
            text = f"must lie inside the domain ({shown(plan.start.tolist())}); move one of the two"
            yield Mistake((table, "start"), text, is_about_key=plan.exit.start is None)
            return
        if not any(contains(region, one.points).any() for one in plan.wells.minima):
            text = (
                f"holds no minimum of the landscape ({shown(plan.wells.minima[0].points[0].tolist())} is one); move it"
            )
            yield Mistake(("exit", "domain"), text)
            return
    bounds = bounds_of(region)
    if bounds is None and plan.dimension == 2 and not plan.build_landscape().is_linear:
        bounds = plan.box
    points = plan.start[None]
    if bounds is not None:
        random = np.random.default_rng(0).random((N_LOOKS, plan.dimension))
        points = np.vstack([points, bounds[0] + random * (bounds[1] - bounds[0])])
    elif plan.exit is not None and plan.exit.domain is not None:
        ends = ray_crossings(region, plan.start, plan.build_landscape().projection)
        points = np.vstack([points, plan.start + np.random.default_rng(0).random((len(ends), 1)) * (ends - plan.start)])
    points = points[contains(region, points)]
    if (bare := _bare_place(plan, points, "the domain")) is not None:
        yield bare


def _about_clips(plan: SpacePlan, grids: Grids) -> Iterator[Mistake]:
    diameter = diameter_of(plan.region) if plan.exit is not None else float("inf")
    for place, grid in grids:
        for i, b in enumerate(grid.b):
            if diameter <= b < float("inf"):
                text = f"is as long as the domain is wide, {diameter:g} ({b:g}): every clipped step leaves; write inf"
                yield Mistake((*place, "b", i), f"{text}; for example {EXAMPLES['b']}")
