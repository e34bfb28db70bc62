"""Warnings about what the long runs of a plan will not show."""

from collections.abc import Iterator

from hts.forecast.stability import stability_warnings
from hts.plans.plan import Plan
from hts.plans.values import first_few
from hts.theory.exact.steps import MAX_JUMPS
from hts.theory.limit.chains import LimitChain, limit_chain

#: Relaxation times after which a share of time says something about the stationary law.
ENOUGH = 1.0


def visit_warnings(plan: Plan) -> Iterator[str]:
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
            noise = plan.noise.build(alpha)
            chain = limit_chain(landscape, b, noise.tail_index, noise.p_plus)
            yield from _about_shares(chain, _name(b, alpha))
            yield from _about_horizon(plan, chain, alpha)


def _about_shares(chain: LimitChain, name: str) -> Iterator[str]:
    """Say in one sentence which shares there are none of, why, and which remain."""
    many = [f"well {i} (l* = {n})" for i, n in enumerate(chain.jump_numbers) if n is not None and n > MAX_JUMPS]
    no_exact = f"it takes more than {MAX_JUMPS} jumps to leave {first_few(many, ', ')}" if many else ""
    has_mean = chain.alpha is None or chain.alpha > 1  # without one, the law's own warning says so
    no_limit = "; ".join(_without_limit(chain)) if has_mean else ""
    if no_exact and no_limit:
        missing = f"no exact shares are computed ({no_exact}), and there are no limit shares ({no_limit})"
    elif no_exact:
        missing = f"no exact shares are computed ({no_exact})"
    elif no_limit:
        missing = f"no limit shares ({no_limit})"
    else:
        return
    left = ["exact"] * (not no_exact) + ["measured"] + ["limit"] * (has_mean and not no_limit)
    only, remedy = "only " if len(left) == 1 else "", "; take a larger b" if no_exact else ""
    yield f"{name}: {missing}: {only}{' and '.join(left)} shares remain{remedy}"


def _without_limit(chain: LimitChain) -> Iterator[str]:
    """Say why the shares have no limit."""
    yield from dict.fromkeys(reason for c in chain.classes if c.absorbing for reason in c.reasons)
    n_absorbing = sum(c.absorbing for c in chain.classes)
    if n_absorbing > 1:
        yield (
            f"typical transitions leave {n_absorbing} classes of wells apart, so the shares depend on the start for "
            "very long"
        )


def _about_horizon(plan: Plan, chain: LimitChain, alpha: float | None) -> Iterator[str]:
    """Say where runs are shorter than the limit chain takes to forget its start."""
    noise, short = plan.noise.build(alpha), []
    for eta in sorted({cell.eta for cell in plan.cells() if (cell.b, cell.alpha) == (chain.b, alpha)}):
        times = [steps for steps in chain.relaxation_steps(noise, eta) if steps is not None]
        if times and plan.most_steps < ENOUGH * max(times):
            short.append(f"eta = {eta:g} (relaxation time {max(times):.3g})")
    if short:
        yield (
            f"{_name(chain.b, alpha)}: {plan.most_steps} steps are less than one relaxation time of the limit chain at "
            f"{first_few(short)}: the shares will tell of the start more than of the stationary law; take more steps, "
            "or a larger eta"
        )


def _name(b: float, alpha: float | None) -> str:
    return f"b = {b:g}" + ("" if alpha is None else f", alpha = {alpha:g}")
