"""Graph and reduced chain of each (b, alpha) of a plan, with times in steps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf, isfinite

from hts.landscapes import Landscape
from hts.noise import Noise
from hts.plans import Plan
from hts.theory.limit.chains import LimitChain, limit_chain
from hts.theory.limit.graphs import irreducible_windows, jump_distances
from hts.theory.limit.limits import rate_scale
from hts.theory.limit.rates import MAX_JUMPS

#: Jumps out of the widest well up to which windows of b are sought: further down its l* steps every 8 % of b or less.
MOST_JUMPS = 12


@dataclass(frozen=True, eq=False)
class ChainPrediction:
    """The limit of the whole process for one b and alpha, and how long its classes take to forget their start."""

    chain: LimitChain
    alpha: float | None  #: of the plan; that of the chain is None where its tails are light
    noise: Noise
    etas: tuple[float, ...]  #: of the plan, from the largest on
    scale: Callable[[Noise, float, int], float] = rate_scale  #: with a memory, for those of other b

    @property
    def relaxation_steps(self) -> tuple[tuple[tuple[float, float | None], ...], ...]:
        """For each class (eta, steps) from the largest eta on; computed when asked for, since plans have many etas."""
        return self.relaxation_at(self.etas)

    def relaxation_at(self, etas: Sequence[float]) -> tuple[tuple[tuple[float, float | None], ...], ...]:
        """For each class (eta, steps), at the given etas."""
        by_eta = [self.chain.relaxation_steps(self.noise, eta, self.scale) for eta in etas]
        return tuple(tuple(zip(etas, times, strict=True)) for times in zip(*by_eta, strict=True))


@dataclass(frozen=True)
class IrreducibleWindows:
    """Open intervals of b on which each well is reached from each by typical transitions, docs/model.md (13)."""

    above: float  #: sought for b above this only
    windows: tuple[tuple[float, float], ...]  #: increasing; the last ends at inf


def predict_chains(plan: Plan) -> tuple[ChainPrediction, ...]:
    """Predict graph and chain of every (b, alpha) of a plan, docs/model.md (13)-(17), by b and then alpha.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    tuple of ChainPrediction
        Relaxation times are given for every eta of the plan; None for classes without one.
    """
    landscape, cells = plan.build_landscape(), plan.cells()
    etas = tuple(sorted({cell.eta for cell in cells}, reverse=True))
    pairs = {(cell.b, cell.alpha): cell for cell in cells}
    scale = lru_cache(maxsize=None)(rate_scale)  # for as long as the predictions live
    found = []
    for (b, alpha), cell in sorted(pairs.items(), key=lambda item: (item[0][0], item[0][1] or 0.0)):
        noise = plan.noise_of(cell)
        chain = limit_chain(landscape, b, noise.tail_index, noise.p_plus)
        found.append(ChainPrediction(chain, alpha, noise, etas, scale))
    return tuple(found)


def chain_warnings(plan: Plan, predictions: tuple[ChainPrediction, ...]) -> tuple[str, ...]:
    """Say for which b exits take too many jumps for any run to see the limit, and what is not computed there."""
    largest = max(cell.eta for cell in plan.cells())
    noises = {(cell.b, cell.alpha): plan.noise_of(cell) for cell in plan.cells()}
    many: dict[float, str] = {}
    for prediction in predictions:
        chain = prediction.chain
        most = max((n for n in chain.jump_numbers if n is not None), default=0)
        if most > MOST_JUMPS and chain.alpha is not None and chain.alpha > 1:
            rate = rate_scale(noises[chain.b, prediction.alpha], largest, most)
            said = f"lambda {f'= {rate:.1g}' if isfinite(rate) else '> 1e308'} per step at eta = {largest:g}"
            far = ", which is far from the limit" if rate > 1 else ""
            many.setdefault(chain.b, f"b = {chain.b:g}: l* = {most}, {said}{far}")
    if not many:
        return ()
    shown, more = "; ".join(list(many.values())[:3]), len(many) - 3
    shown += f" and {more} more b" if more > 0 else ""
    return (
        f"{shown}: with more than {MOST_JUMPS} jumps out of a well no run sees it left at an eta small enough for the "
        "limit; windows of b in which the graph is irreducible are skipped there, for l* steps every 8 % of b or less, "
        f"and finite eta blurs that; rates are computed up to {MAX_JUMPS} jumps",
    )


def predict_windows(landscape: Landscape, p_plus: float = 0.5) -> IrreducibleWindows | None:
    """Find the windows of b, down to `MOST_JUMPS` jumps out of the widest well; None where no well leads to another.

    Parameters
    ----------
    landscape : Landscape
    p_plus : float
        Share of big jumps to the right.
    """
    radii = [r for r in jump_distances(landscape, p_plus).min(axis=1, initial=inf).tolist() if isfinite(r)]
    if not radii:
        return None
    above = max(radii) / MOST_JUMPS
    return IrreducibleWindows(above, irreducible_windows(landscape, above, p_plus))
