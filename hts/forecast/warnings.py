"""Warnings before a run: where theory does not hold, or finite eta misleads."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from hts.forecast.levy_warnings import levy_exit_warnings, levy_visit_warnings
from hts.forecast.stability import stability_warnings
from hts.forecast.visit_warnings import visit_warnings
from hts.landscapes import Landscape
from hts.plans.domains import ExitDomain
from hts.plans.plan import Plan
from hts.plans.values import first_few, listed
from hts.theory.limit.geometry import jump_number

NEAR = 0.02  # r/b this close to an integer, relatively: the step between two exponents is blurred at any affordable eta
MANY = 20  # jumps; with more of them every r/b is close to an integer in this sense, and the warning would say nothing
N_POINTS = 4001  # where |f'| is looked at; its maximum is needed for a comparison, not to digits


def warnings_of(plan: Plan) -> tuple[str, ...]:
    """Say where theory does not hold or finite eta misleads, one warning for each cause with the values it concerns."""
    kinds = KINDS if plan.levy is None else LEVY_KINDS
    return (*plan.build_landscape().notes, *kinds[plan.study.table](plan))


def _of_exits(plan: Plan) -> Iterator[str]:
    landscape, domain, cells = plan.build_landscape(), plan.exit_domain(), plan.cells()
    clips = sorted({cell.b for cell in cells})
    etas = sorted({cell.eta for cell in cells}, reverse=True)
    yield from _about_domain(landscape, domain)
    yield from _about_law(plan, _alphas(plan))
    yield from _about_clips(_open_sides(plan), clips)
    yield from _about_steps(landscape, domain, clips, etas)


def _of_visits(plan: Plan) -> Iterator[str]:
    yield from _about_law(plan, _alphas(plan))
    yield from visit_warnings(plan)


def _of_levy_exits(plan: Plan) -> Iterator[str]:
    yield from _about_domain(plan.build_landscape(), plan.exit_domain())
    yield from levy_exit_warnings(plan)


Warn: TypeAlias = Callable[[Plan], Iterable[str]]
#: By the name of the plan's table.
KINDS: Mapping[str, Warn] = {"exit": _of_exits, "visits": _of_visits}
#: The same for plans with [levy].
LEVY_KINDS: Mapping[str, Warn] = {"exit": _of_levy_exits, "visits": levy_visit_warnings}


def _alphas(plan: Plan) -> list[float]:
    return sorted({cell.alpha for cell in plan.cells() if cell.alpha is not None})


def _about_domain(landscape: Landscape, domain: ExitDomain) -> Iterator[str]:
    inside = landscape.minima_between(domain.low, domain.high)
    if len(inside) > 1:
        yield (
            f"the domain holds {len(inside)} minima ({listed(inside)}): there is no limit law, "
            "only exact and measured values"
        )
    elif domain.minimum is None:
        yield (
            f"the start {domain.start:g} lies outside the basin of the domain's only minimum {inside[0]:g}: "
            "gradient descent leaves the domain, or ends elsewhere, before any jump; there is no limit law"
        )
    if domain.start in landscape.barriers:
        yield (
            f"the start {domain.start:g} stands on a barrier, where f' = 0: the first steps decide on which side a "
            "walker goes down, and there is no limit law; start at a minimum, or beside the barrier"
        )
    L = landscape.projection
    for name, end, is_beyond in (("left", domain.low, domain.low < -L), ("right", domain.high, domain.high > L)):
        if is_beyond and np.isfinite(end):
            yield f"L = {L:g} keeps every walker from the {name} end {end:g}: all leave on the other side"
    ends = [f"{end:g}" for end in (domain.low, domain.high) if np.isfinite(end) and _is_outside(landscape, end)]
    if ends:
        yield (
            f"{_what_ends(landscape)} [{landscape.domain[0]:g}, {landscape.domain[1]:g}] only, and the end "
            f"{' and '.join(ends)} lies beyond: the gradient goes on linearly there, and steps spent there are counted"
        )


def _what_ends(landscape: Landscape) -> str:
    return "the samples lie on" if landscape.origin else "the formula holds on"


def _is_outside(landscape: Landscape, x: float) -> bool:
    return not landscape.domain[0] <= x <= landscape.domain[1]


def _about_law(plan: Plan, alphas: Sequence[float]) -> Iterator[str]:
    if flat := [alpha for alpha in alphas if alpha <= 1.0]:
        yield (
            f"alpha = {listed(flat)}: the noise has no finite mean, and the limit theory, equations (5) to (17) "
            "of docs/model.md, needs alpha > 1: there are no limit values"
        )
    if plan.noise.kind == "stable" and 2.0 in alphas:
        yield "stable noise with alpha = 2 is normal noise N(0, 2), light-tailed: there is no limit law of heavy tails"


def _open_sides(plan: Plan) -> list[float]:
    """Distances from the only minimum to the ends that one jump direction can reach (equation (3))."""
    landscape, domain = plan.build_landscape(), plan.exit_domain()
    if domain.minimum is None or not any(map(plan.is_heavy, plan.cells())):  # light tails leave by no single jump
        return []
    L, p = landscape.projection, plan.noise.p_plus
    left, right = domain.minimum - domain.low, domain.high - domain.minimum
    sides = [(left, p < 1 and domain.low >= -L), (right, p > 0 and domain.high <= L)]
    return sorted(distance for distance, is_open in sides if is_open and np.isfinite(distance))


def _about_clips(distances: Sequence[float], clips: Sequence[float]) -> Iterator[str]:
    if not distances:
        return
    r = distances[0]
    finite = [b for b in clips if np.isfinite(b)]
    if wide := [b for b in finite if b >= r and not _near_integer(r / b)]:
        yield (
            f"b = {listed(wide)} is wider than the exit distance r = {r:.6g}: one jump suffices, "
            "and clipping does not change the exponent"
        )
    blurred = [(b, k) for b in finite if (k := _near_integer(r / b))]
    if blurred:
        which = [f"b = {b:g} (r/b = {r / b:.5g}, l* = {k} or {k + 1}; here {jump_number(r, b)})" for b, k in blurred]
        yield (
            f"{first_few(which)}: r/b is within 2 % of an integer, where the limit theory jumps from one l* to the "
            "next; at finite eta exits of both kinds are seen, so choose b further away"
        )


def _near_integer(ratio: float) -> int:
    """Return the integer from 1 the ratio is close to, or 0."""
    k = round(ratio) if ratio < MANY else 0
    return k if k >= 1 and abs(ratio / k - 1) <= NEAR else 0


def _about_steps(
    landscape: Landscape, domain: ExitDomain, clips: Sequence[float], etas: Sequence[float]
) -> Iterator[str]:
    yield from stability_warnings(landscape, etas, None if domain.minimum is None else domain.well)
    steepest = _steepest(landscape, domain)
    pairs = [(b, [eta for eta in etas if eta * steepest > b]) for b in clips]
    if swept := [(b, large) for b, large in pairs if large]:
        which = [f"eta = {listed(large)} with b = {b:g}" for b, large in swept]
        yield (
            f"{first_few(which)}: eta |f'| exceeds b within the domain (|f'| up to {steepest:.4g}), so clipping cuts "
            "the gradient too and such eta are far from the limit"
        )


def _steepest(landscape: Landscape, domain: ExitDomain) -> float:
    """Largest |f'| on the domain; an unbounded side is cut as far out as the other end lies."""
    m = domain.start if domain.minimum is None else domain.minimum
    reach = max(d for d in (m - domain.low, domain.high - m) if np.isfinite(d))
    L = landscape.projection
    x = np.linspace(max(domain.low, m - reach, -L), min(domain.high, m + reach, L), N_POINTS)
    return float(np.max(np.abs(landscape.derivative(x))))
