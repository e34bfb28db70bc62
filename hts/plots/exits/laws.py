"""Limit laws of a plan, for the lines and words of figures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hts.plans import Cell, Plan
from hts.plots.exits.series import LimitLaw
from hts.plots.exits.within_series import WithinLaw
from hts.theory.limit.chains import limit_chain
from hts.theory.limit.geometry import accessible_ends
from hts.theory.limit.limits import exit_limit, mean_steps, rate_scale
from hts.theory.limit.within import probability_scale, within_limit


def limit_laws(plan: Plan) -> tuple[LimitLaw, ...]:
    """Compute the limit law of every (b, alpha) of a plan, docs/model.md (3)-(8); for light tails its section 8."""
    largest = {(cell.b, cell.alpha): cell for cell in plan.cells()}
    return tuple(_limit_law(plan, cell) for cell in largest.values())


def _limit_law(plan: Plan, cell: Cell) -> LimitLaw:
    landscape, noise, domain = plan.build_landscape(), plan.noise_of(cell), plan.exit_domain()
    ends = domain.low, domain.high, domain.minimum
    limit = exit_limit(landscape, noise, cell.eta, cell.b, *ends)
    mean: Callable[[float], float | None] | None = None
    if limit.rate_constant is not None and limit.jump_number is not None:
        # the quadrature behind q is done once: q does not depend on eta
        q, jumps = limit.rate_constant, limit.jump_number

        def mean(eta: float) -> float | None:
            return mean_steps(q * rate_scale(noise, eta, jumps))

    elif limit.mean_exit_steps is not None:

        def mean(eta: float) -> float | None:
            return exit_limit(landscape, noise, eta, cell.b, *ends).mean_exit_steps

    return LimitLaw(cell.b, cell.alpha, limit.jump_number, limit.exit_exponent, mean)


def within_laws(plan: Plan, time: float) -> tuple[WithinLaw, ...]:
    """Compute the limit of the probability to leave within a time for every (b, alpha), docs/model.md (18)."""
    landscape, domain = plan.build_landscape(), plan.exit_domain()
    laws = []
    for cell in {(cell.b, cell.alpha): cell for cell in plan.cells()}.values():
        noise = plan.noise_of(cell)
        limit = within_limit(landscape, noise, cell.b, domain.low, domain.high, domain.start, time)
        if limit.jump_number is not None:
            scale = partial(probability_scale, noise, jump_number=limit.jump_number)
            laws.append(WithinLaw(cell.b, cell.alpha, limit.jump_number, limit.constant, scale))
    return tuple(laws)


def exit_distance(plan: Plan) -> float | None:
    """Give r of docs/model.md (3); None where the domain has no minimum of its own or no end within reach."""
    domain, landscape = plan.exit_domain(), plan.build_landscape()
    if domain.minimum is None:
        return None
    left, right = landscape.well_ends(domain.well)
    low, high = max(domain.low, left), min(domain.high, right)
    ends = accessible_ends(domain.minimum, low, high, plan.noise.p_plus, landscape.projection)
    return min((end.distance for end in ends), default=None)


def largest_jump_numbers(plan: Plan) -> dict[tuple[float, float | None], int]:
    """Give max l* of docs/model.md (14) for every (b, alpha) at which a well can be left."""
    landscape = plan.build_landscape()
    found = {}
    for b, alpha in {(cell.b, cell.alpha) for cell in plan.cells()}:
        noise = plan.noise.build(alpha)
        chain = limit_chain(landscape, b, noise.tail_index, noise.p_plus)
        jumps = [jumps for jumps in chain.jump_numbers if jumps is not None]
        if jumps:
            found[b, alpha] = max(jumps)
    return found
