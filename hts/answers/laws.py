"""Limit laws of a plan, one for each (b, alpha), as functions of eta."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from hts.plans import Cell, Plan
from hts.theory.limit.chains import limit_chain
from hts.theory.limit.geometry import exit_exponent
from hts.theory.limit.limits import exit_limit, mean_steps, rate_scale
from hts.theory.limit.within import probability_scale, within_limit


@dataclass(frozen=True)
class LimitLaw:
    """The limit of the mean exit time for one (b, alpha), docs/model.md (3)-(8); section 8 for light tails."""

    b: float
    alpha: float | None
    jump_number: int | None  #: l*; None for a law or a domain without one
    exit_exponent: float | None  #: E sigma ~ eta^-exponent
    mean_exit_steps: Callable[[float], float | None] | None  #: 1/(q lambda(eta)) in steps; None: q unknown


@dataclass(frozen=True)
class WithinLaw:
    """The limit of the probability to leave within a time for one (b, alpha), docs/model.md (18)."""

    b: float
    alpha: float | None
    jump_number: int  #: l*(A)
    constant: float | None  #: C(A); None where only the slope is known
    scale: Callable[[float], float]  #: (H(1/eta)/eta)^l*


@dataclass(frozen=True)
class Stair:
    """One step of the limit exponent: r/b from `low` to `high`, `high` included, takes the same number of jumps."""

    jump_number: int
    low: float  #: r/b
    high: float
    exponent: float


def limit_laws(plan: Plan) -> tuple[LimitLaw, ...]:
    """Compute the limit law of the mean exit time for every (b, alpha) of a plan of exits."""
    return tuple(_limit_law(plan, cell) for cell in _one_cell_each(plan))


def within_laws(plan: Plan, time: float) -> tuple[WithinLaw, ...]:
    """Compute the limit of P(sigma eta <= time) for every (b, alpha) of a plan of exits that has one.

    Parameters
    ----------
    plan : Plan
    time : float
        In units of the gradient flow.
    """
    landscape, domain = plan.build_landscape(), plan.exit_domain()
    laws = []
    for cell in _one_cell_each(plan):
        noise = plan.noise_of(cell)
        limit = within_limit(landscape, noise, cell.b, domain.low, domain.high, domain.start, time)
        if limit.jump_number is not None:
            scale = partial(probability_scale, noise, jump_number=limit.jump_number)
            laws.append(WithinLaw(cell.b, cell.alpha, limit.jump_number, limit.constant, scale))
    return tuple(laws)


def stairs(alpha: float | None, most: float) -> tuple[Stair, ...]:
    """List the steps of the limit exponent from r/b = 0 (no clipping) to `most`, docs/model.md (3) and (6).

    At a whole r/b the ceiling of (3) still counts r/b jumps, so a step owns its right end; the theorem itself leaves
    these points out. There are no steps without a tail index above 1.
    """
    if alpha is None or alpha <= 1:
        return ()
    last = max(math.ceil(most), 1)
    return tuple(
        Stair(jumps, jumps - 1.0, min(float(jumps), max(most, 1.0)), exit_exponent(alpha, jumps))
        for jumps in range(1, last + 1)
    )


def largest_jump_numbers(plan: Plan) -> dict[tuple[float, float | None], int]:
    """Compute max l* of docs/model.md (14) for every (b, alpha) at which some well can be left."""
    landscape = plan.build_landscape()
    found = {}
    for b, alpha in {(cell.b, cell.alpha) for cell in plan.cells()}:
        noise = plan.noise.build(alpha)
        chain = limit_chain(landscape, b, noise.tail_index, noise.p_plus)
        jumps = [jumps for jumps in chain.jump_numbers if jumps is not None]
        if jumps:
            found[b, alpha] = max(jumps)
    return found


def _one_cell_each(plan: Plan) -> list[Cell]:
    """List one cell, the last, of each (b, alpha)."""
    return list({(cell.b, cell.alpha): cell for cell in plan.cells()}.values())


def _limit_law(plan: Plan, cell: Cell) -> LimitLaw:
    leaving, noise = plan.exit_of(cell), plan.noise_of(cell)
    limit = exit_limit(leaving)
    mean: Callable[[float], float | None] | None = None
    if limit.rate_constant is not None and limit.jump_number is not None:
        # the quadrature behind q is done once: q does not depend on eta
        q, jumps = limit.rate_constant, limit.jump_number

        def mean(eta: float) -> float | None:
            return mean_steps(q * rate_scale(noise, eta, jumps))

    elif limit.mean_exit_steps is not None:

        def mean(eta: float) -> float | None:
            return exit_limit(replace(leaving, eta=eta)).mean_exit_steps

    return LimitLaw(cell.b, cell.alpha, limit.jump_number, limit.exit_exponent, mean)
