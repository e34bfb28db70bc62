"""The exit domain and the start, found in the landscape and checked against it."""

import math
from dataclasses import dataclass

from hts.landscapes import Landscape
from hts.plans.mistakes import Mistake
from hts.plans.models import ExitPlan
from hts.plans.values import shown
from hts.words import number


@dataclass(frozen=True)
class ExitDomain:
    """The open interval a walker leaves, in landscape units.

    Attributes
    ----------
    low, high : float
        Its ends; either may be infinite, not both.
    start : float
        Where every walker starts.
    well : int
        The well in whose basin the start lies.
    minimum : float or None
        The only minimum inside, if there is one only and the start lies in its basin: what the limit law is about.
    """

    low: float
    high: float
    start: float
    well: int
    minimum: float | None

    def physics(self) -> dict[str, float]:
        """Return what decides the numbers of a cell."""
        return {"low": self.low, "high": self.high, "start": self.start}

    def domain(self, landscape: Landscape) -> "ExitDomain":
        """Return itself; see `VisitRecord.domain`."""
        return self

    def question(self, process: str) -> str:
        """Write the question of a study, without its mark."""
        return f"How long does {process} stay in ({number(self.low)}, {number(self.high)})"


def exit_domain(landscape: Landscape, plan: ExitPlan) -> ExitDomain:
    """Resolve `well`, or `domain` and `start`, of a plan without mistakes."""
    if plan.domain is None or plan.start is None:
        well = plan.well or 0
        low, high = landscape.well_ends(well)
        start = float(landscape.minima[well])
    else:
        low, high = plan.domain
        start = plan.start
        well = landscape.well_of(start)
    return ExitDomain(float(low), float(high), float(start), int(well), landscape.only_minimum(low, high, start))


def basin_of(landscape: Landscape, well: int, start: float) -> ExitDomain:
    """Give a well's basin as a domain; that of a landscape with one well has no ends."""
    low, high = landscape.well_ends(well)
    return ExitDomain(float(low), float(high), float(start), well, float(landscape.minima[well]))


def exit_mistakes(plan: ExitPlan) -> list[Mistake]:
    """Find what is wrong with [exit] whatever the landscape."""
    if plan.well is not None:
        return [
            Mistake(("exit", name), f"cannot stand beside well = {plan.well}; remove one of the two", is_about_key=True)
            for name in ("domain", "start")
            if getattr(plan, name) is not None
        ]
    if plan.domain is None and plan.start is None:
        text = "is missing; add well = 0, or domain = [lo, hi] with start = x"
        return [Mistake(("exit", "well"), text, is_about_key=True)]
    if plan.domain is None:
        text = "is missing beside start; add for example domain = [-1.3, 0.2]"
        return [Mistake(("exit", "domain"), text, is_about_key=True)]
    low, high = plan.domain
    if plan.start is None:
        text = "is missing beside domain; add a point inside it, for example start = -0.7"
        return [Mistake(("exit", "start"), text, is_about_key=True)]
    if not low < plan.start < high:
        text = f"must lie inside the domain {shown(plan.domain)} ({shown(plan.start)}); move one of the two"
        return [Mistake(("exit", "start"), text)]
    return []


def domain_mistakes(landscape: Landscape, plan: ExitPlan) -> list[Mistake]:
    """Find what is wrong with a sound [exit] on a sound landscape."""
    if plan.well is not None and plan.well >= landscape.n_wells:
        wells = (
            "the landscape has one well, well = 0"
            if landscape.n_wells == 1
            else (f"the landscape has {landscape.n_wells} wells, 0 to {landscape.n_wells - 1}")
        )
        return [Mistake(("exit", "well"), f"no such well ({plan.well}); {wells}")]
    domain = exit_domain(landscape, plan)
    key = ("exit", "well" if plan.well is not None else "domain")
    ends = shown([domain.low, domain.high])
    if math.isinf(domain.low) and math.isinf(domain.high):
        text = f"no walker leaves a domain without ends {ends}; give domain = [lo, hi] with a finite end, and start = x"
        return [Mistake(key, text)]
    if not landscape.is_flat and not landscape.minima_between(domain.low, domain.high):
        minima = shown([float(m) for m in landscape.minima])
        return [Mistake(key, f"holds no minimum ({ends}); the minima are at {minima}")]
    L = landscape.projection
    if abs(domain.start) > L:
        place = ("exit", "well" if plan.well is not None else "start")
        return [Mistake(place, f"the start {domain.start:g} lies beyond the projection, L = {L:g}; widen L")]
    # landing on L = s is an exit (docs/model.md, section 4)
    if domain.low < -L and domain.high > L:
        text = f"no walker leaves {ends}: the projection L = {L:g} holds it inside; widen L or narrow the domain"
        return [Mistake(key, text)]
    return []
