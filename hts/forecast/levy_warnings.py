"""Warnings of a plan with [levy]: steps too large for Euler's scheme, runs too short for the shares of time."""

from collections.abc import Iterator, Sequence
from math import isfinite

from hts.landscapes import Landscape
from hts.plans.levy import LevyPlan, outer_curvature
from hts.plans.plan import Plan
from hts.plans.values import first_few, listed
from hts.theory.limit.geometry import power
from hts.theory.limit.levy import levy_chain

#: Relaxation times after which a share of time says something about the stationary law.
ENOUGH = 1.0


def levy_exit_warnings(plan: Plan) -> Iterator[str]:
    """Say where the exits of a plan with [levy] will not be those of the SDE, in its own words: h, epsilon and t."""
    assert plan.levy is not None
    landscape, steps = plan.build_landscape(), sorted(set(plan.levy.step), reverse=True)
    yield from _about_steps(landscape, steps)
    outer = outer_curvature(landscape)
    away = [h for h in steps if h * outer >= 2.0]
    if away and not isfinite(landscape.projection) and not _is_bounded(plan):
        yield (
            f"h = {listed(away)}: h f'' is 2 or more far out on the unbounded side of the domain (f'' = {outer:.4g}): "
            f"walkers thrown there overshoot back across it, which the SDE does not do; take h < {2.0 / outer:.3g}"
        )


def levy_visit_warnings(plan: Plan) -> Iterator[str]:
    """Say where long runs of a plan with [levy] will not be those of the SDE or of its limit, likewise."""
    assert plan.levy is not None
    landscape = plan.build_landscape()
    yield from _about_steps(landscape, sorted(set(plan.levy.step), reverse=True))
    if landscape.n_wells > 1:
        yield from _about_horizon(plan, plan.levy)


def _about_steps(landscape: Landscape, steps: Sequence[float]) -> Iterator[str]:
    """Say at which minima Euler's scheme is unstable; steps from the largest on."""
    sharp = [k for k, curvature in enumerate(landscape.curvatures) if steps[0] * curvature > 2.0]
    if sharp:
        which = [
            f"well {k} (f'' = {landscape.curvatures[k]:.4g}; h < {2.0 / landscape.curvatures[k]:.3g})" for k in sharp
        ]
        stiffest = max(float(landscape.curvatures[k]) for k in sharp)
        yield (
            f"h = {listed([h for h in steps if h * stiffest > 2.0])}: h f'' > 2 at the minimum of {first_few(which)}: "
            "Euler's scheme is unstable there and no walker settles, although the SDE has a metastable state"
        )


def _is_bounded(plan: Plan) -> bool:
    domain = plan.exit_domain()
    return isfinite(domain.low) and isfinite(domain.high)


def _about_horizon(plan: Plan, levy: LevyPlan) -> Iterator[str]:
    """Say where runs are shorter than the limit chain takes to forget its start, docs/levy.md (20)."""
    short = []
    for epsilon, alpha, h in levy.points():
        chain = levy_chain(plan.build_landscape(), alpha)
        if chain.relaxation_time is None:
            continue
        time = chain.relaxation_time / max(power(epsilon, alpha), 1e-300)
        if plan.most_steps * h < ENOUGH * time:
            short.append(f"epsilon = {epsilon:g}, alpha = {alpha:g}, h = {h:g} (relaxation time {time:.3g})")
    if short:
        yield (
            f"{plan.most_steps} steps last less than one relaxation time of the limit chain at {first_few(short)}: the "
            "shares will tell of the start more than of the stationary law; take more steps, or a larger epsilon"
        )
