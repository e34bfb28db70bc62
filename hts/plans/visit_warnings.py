"""This file is where a plan of visits is told what its long runs will not show."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hts.plans.stability import stability_warnings
from hts.plans.values import first_few
from hts.prediction.chains import LimitChain, limit_chain

if TYPE_CHECKING:  # plan.py asks this file for its warnings
    from hts.plans.plan import Plan

#: Beyond it no exact values are computed: the mesh would need too many points.
MOST_JUMPS = 12
#: Relaxation times after which a share of time says something about the stationary law.
ENOUGH = 1.0


def visit_warnings(plan: "Plan") -> Iterator[str]:
    """Say where a histogram is not stationary, or where there is no chain to hold it against."""
    landscape, record = plan.build_landscape(), plan.visit_record()
    if landscape.n_wells == 1:
        yield "the landscape has one well: all time is spent in it, and only the histogram says something"
    if record.start in landscape.barriers:
        yield (
            f"the start {record.start:g} stands on a barrier: it counts with the well on its right, and the first step "
            "decides; start at a minimum, or beside the barrier"
        )
    etas = sorted({cell.eta for cell in plan.cells()}, reverse=True)
    yield from stability_warnings(landscape, etas)
    if landscape.n_wells > 1:
        for b, alpha in dict.fromkeys((cell.b, cell.alpha) for cell in plan.cells()):
            if alpha is None or alpha > 1:  # those that are not are told of with the law
                yield from _about_chain(plan, limit_chain(landscape, b, alpha, plan.noise.p_plus))


def _about_chain(plan: "Plan", chain: LimitChain) -> Iterator[str]:
    alpha = "" if chain.alpha is None else f", alpha = {chain.alpha:g}"
    which = f"b = {chain.b:g}{alpha}"
    many = [f"well {i} (l* = {n})" for i, n in enumerate(chain.jump_numbers) if n is not None and n > MOST_JUMPS]
    if many:
        yield (
            f"{which}: it takes more than {MOST_JUMPS} jumps to leave {first_few(many, ', ')}: no exact shares are "
            "computed, only measured and limit shares are shown; take a larger b"
        )
    reasons = dict.fromkeys(reason for c in chain.classes if c.absorbing for reason in c.reasons)
    if reasons:
        yield f"{which}: no limit shares ({'; '.join(reasons)}); exact and measured values remain"
    n_absorbing = sum(c.absorbing for c in chain.classes)
    if n_absorbing > 1:
        yield (
            f"{which}: typical transitions leave {n_absorbing} classes of wells apart, so the shares depend on the "
            "start for very long, and there are no limit shares"
        )
    short = []
    for eta in sorted({cell.eta for cell in plan.cells() if (cell.b, cell.alpha) == (chain.b, chain.alpha)}):
        times = [steps for steps in chain.relaxation_steps(plan.noise.build(chain.alpha), eta) if steps is not None]
        if times and plan.most_steps < ENOUGH * max(times):
            short.append(f"eta = {eta:g} (relaxation time {max(times):.3g})")
    if short:
        yield (
            f"{which}: {plan.most_steps} steps are less than one relaxation time of the limit chain at "
            f"{first_few(short)}: the shares will tell of the start more than of the stationary law; take more steps, "
            "or a larger eta"
        )
