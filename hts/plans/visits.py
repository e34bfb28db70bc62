"""What a long run over all wells records, completed by defaults and checked against the landscape."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

import numpy as np

from hts.landscapes import Landscape
from hts.plans.domains import ExitDomain, basin_of
from hts.plans.mistakes import Mistake
from hts.plans.models import VisitsPlan
from hts.plans.values import shown

#: Of the smallest distance of a minimum from a barrier: far inside every well, and wide enough to be met on the way.
RADIUS_SHARE = 0.1
PRECISE = Context(prec=40)


@dataclass(frozen=True)
class VisitRecord:
    """What is written down of each walker: part of what decides the numbers of a study of visits.

    Attributes
    ----------
    start : float
        Where every walker starts.
    well : int
        The well in whose basin that is.
    radius : float
        Half-width of the neighbourhood of each minimum.
    low, high : float
        Ends of the histogram.
    n_bins : int
        Bins between them.
    checkpoints_per_decade : int
        How often the time spent in each well is written down.
    """

    start: float
    well: int
    radius: float
    low: float
    high: float
    n_bins: int
    checkpoints_per_decade: int

    def physics(self) -> dict[str, float]:
        """Return what decides the numbers of a cell."""
        return {
            "low": self.low,
            "high": self.high,
            "start": self.start,
            "radius": self.radius,
            "bins": self.n_bins,
            "checkpoints_per_decade": self.checkpoints_per_decade,
        }

    def domain(self, landscape: Landscape) -> ExitDomain:
        """Return the basin in which every walker starts."""
        return basin_of(landscape, self.well, self.start)

    def question(self, process: str) -> str:
        """Write the question of a study, without its mark."""
        return f"How much time does {process} spend in each well"

    def checkpoints(self, n_steps: int) -> tuple[int, ...]:
        """Give the numbers of steps after which is written down: evenly in their logarithm from 1, and `n_steps`."""
        return checkpoint_steps(self.checkpoints_per_decade, n_steps)


def checkpoint_steps(per_decade: int, n_steps: int) -> tuple[int, ...]:
    """Give whole numbers from 1, so many to a decade, evenly in their logarithm, and at the end `n_steps`."""
    grid: dict[int, None] = {}
    for k in range(per_decade * 20):
        exponent = PRECISE.divide(Decimal(k), Decimal(per_decade))
        steps = int(PRECISE.power(Decimal(10), exponent).to_integral_value(ROUND_HALF_EVEN))
        if steps >= n_steps:
            break
        grid[steps] = None
    return (*grid, n_steps)


def visit_record(landscape: Landscape, plan: VisitsPlan) -> VisitRecord:
    """Resolve a plan without mistakes."""
    start = float(landscape.minima[plan.well or 0]) if plan.start is None else plan.start
    low, high = plan.range or _window(landscape)
    radius = plan.radius
    if radius is None:
        radius = RADIUS_SHARE * (_distances(landscape).min() if landscape.n_wells > 1 else (high - low) / 2)
    return VisitRecord(
        start=start,
        well=landscape.well_of(start),
        radius=float(radius),
        low=float(low),
        high=float(high),
        n_bins=plan.bins,
        checkpoints_per_decade=plan.checkpoints_per_decade,
    )


def _distances(landscape: Landscape) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Distances of minima from the barriers beside them."""
    inner, outer = landscape.barriers - landscape.minima[:-1], landscape.minima[1:] - landscape.barriers
    return np.concatenate([inner, outer])


def _window(landscape: Landscape) -> tuple[float, float]:
    """Give [-L, L], or where there is no L the minima and beyond them the largest distance from a barrier."""
    if math.isfinite(landscape.projection):
        return -landscape.projection, landscape.projection
    if landscape.n_wells == 1:
        return landscape.domain
    reach = float(_distances(landscape).max())
    return float(landscape.minima[0]) - reach, float(landscape.minima[-1]) + reach


def visits_mistakes(plan: VisitsPlan) -> list[Mistake]:
    """Find what is wrong with [visits] whatever the landscape."""
    if plan.well is None and plan.start is None:
        text = "is missing; add well = 0 to start at its minimum, or start = x"
        return [Mistake(("visits", "well"), text, is_about_key=True)]
    if plan.well is not None and plan.start is not None:
        text = f"cannot stand beside well = {plan.well}; remove one of the two"
        return [Mistake(("visits", "start"), text, is_about_key=True)]
    return []


def record_mistakes(landscape: Landscape, plan: VisitsPlan) -> list[Mistake]:
    """Find what is wrong with a sound [visits] on a sound landscape."""
    return list(_record_mistakes(landscape, plan))


def _record_mistakes(landscape: Landscape, plan: VisitsPlan) -> Iterator[Mistake]:
    if plan.well is not None and plan.well >= landscape.n_wells:
        last = f", 0 to {landscape.n_wells - 1}" if landscape.n_wells > 1 else ", well = 0"
        n = "one well" if landscape.n_wells == 1 else f"{landscape.n_wells} wells"
        yield Mistake(("visits", "well"), f"no such well ({plan.well}); the landscape has {n}{last}")
        return
    if landscape.is_flat:
        text = "a flat landscape has no wells to visit; give [exit] with domain = [lo, hi] and start = x"
        yield Mistake(("visits",), text, is_about_key=True)
        return
    if plan.range is None and not all(map(math.isfinite, _window(landscape))):
        text = "is missing; the landscape has one well and no L, so say where to count, for example range = [-2.0, 2.0]"
        yield Mistake(("visits", "range"), text, is_about_key=True)
        return
    record, L = visit_record(landscape, plan), landscape.projection
    if abs(record.start) > L:
        key = "well" if plan.start is None else "start"
        text = f"the start {record.start:g} lies beyond the projection, L = {L:g}; widen L, or start inside"
        yield Mistake(("visits", key), text)
    if landscape.n_wells > 1 and record.radius >= (closest := float(_distances(landscape).min())):
        text = (
            f"must be smaller than the smallest distance of a minimum from a barrier, {closest:.6g} "
            f"({shown(record.radius)}); leave it out to take a tenth of that"
        )
        yield Mistake(("visits", "radius"), text)
