"""Comparisons of a plan with [levy] in its own words: time t = k h, transition probabilities, both constants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np
import scipy

from hts.answers import ExitPrediction, SharePrediction
from hts.answers.records import times
from hts.comparison.levy_records import LevyCell, LevyExits, LevyFit, LevyShares, LevyVisit
from hts.comparison.records import CellComparison, ExitComparison
from hts.comparison.transitions import landings, moves
from hts.comparison.verdicts import DISAGREE_P, agree
from hts.comparison.visit_records import ShareComparison, VisitComparison
from hts.plans import Cell, Plan
from hts.plans.limits import exit_limit_of
from hts.theory.limit.levy import LevyChain, levy_chain


def levy_exits(
    plan: Plan, comparison: ExitComparison, predictions: Mapping[Cell, ExitPrediction] | None = None
) -> LevyExits:
    """Translate the comparison of a plan with [levy] and [exit].

    Parameters
    ----------
    plan : Plan
    comparison : ExitComparison
        Of its cells (`fit_results`).
    predictions : mapping of Cell to ExitPrediction, optional
        Where exact landing probabilities are found.
    """
    known = predictions or {}
    cells = tuple(_levy_cell(plan, found, known) for found in comparison.cells)
    groups = groupby(cells, key=lambda cell: (cell.epsilon, cell.alpha, cell.well))
    return LevyExits(cells, tuple(_levy_fit(*key, tuple(members)) for key, members in groups))


def _levy_cell(plan: Plan, found: CellComparison, known: Mapping[Cell, ExitPrediction]) -> LevyCell:
    cell = Cell(found.eta, found.b, found.alpha, found.well, found.epsilon)
    h, alpha, limit, prediction = found.eta, cell.alpha or 0.0, exit_limit_of(plan, cell), known.get(cell)
    mean_limit = times(limit.mean_exit_steps, h)
    exact = None if prediction is None else prediction.destinations_exact
    return LevyCell(
        epsilon=cell.epsilon or 0.0,
        step=h,
        alpha=alpha,
        well=found.well,
        walkers_wanted=found.walkers_wanted,
        n_walkers=found.n_walkers,
        n_exits=found.n_exits,
        n_censored=found.n_censored,
        steps_beyond_domain=found.steps_beyond_domain,
        exposure_time=found.exposure_steps * h,
        mean_exit_time=times(found.mean_exit_steps, h),
        mean_low=times(found.mean_low, h),
        mean_high=times(found.mean_high, h),
        exponentiality_p=found.exponentiality_p,
        exits=found.exits,
        transitions=landings(found.well, found.destinations, exact, limit.destinations),
        mean_exit_time_exact=times(found.mean_exit_steps_exact, h),
        z_exact=found.z_exact,
        law_p_exact=found.law_p_exact,
        mean_exit_time_limit=mean_limit,
        mean_exit_time_limit_printed=times(mean_limit, 1.0 / constant_ratio(plan, alpha)),
        probability_within=found.probability_within,
        probability_within_low=found.probability_within_low,
        probability_within_high=found.probability_within_high,
        probability_within_exact=found.probability_within_exact,
        within_reason=found.within_reason,
    )


def constant_ratio(plan: Plan, alpha: float) -> float:
    """Return by how much the rates that [SSG] print exceed those that are simulated: (1/alpha)/(C_alpha/2)."""
    return levy_chain(plan.build_landscape(), alpha).constant_ratio


def _levy_fit(epsilon: float, alpha: float, well: int, cells: Sequence[LevyCell]) -> LevyFit:
    """Judge simulation by the exact means of all steps of one epsilon and alpha."""
    z = [cell.z_exact for cell in cells if cell.z_exact is not None]
    p = float(scipy.special.chdtrc(len(z), np.sum(np.square(z)))) if z else None
    return LevyFit(epsilon, alpha, well, len(z), p, _verdict(p, cells))


def _verdict(p: float | None, cells: Sequence[LevyCell]) -> str:
    n_exits = sum(cell.n_exits for cell in cells)
    if not n_exits:
        return "nothing measured: no walker has left"
    parts = [f"{n_exits:,} exits, {sum(cell.n_censored for cell in cells):,} censored"]
    if p is None:
        parts.append("no verdict without the exact values at the same h")
    else:
        worst, h = max((abs(cell.z_exact), cell.step) for cell in cells if cell.z_exact is not None)
        if p < DISAGREE_P:
            parts.append(
                "simulation and exact disagree (a bug, or a wrong model): "
                f"largest |z| {worst:.1f} at h = {h:g}, chi-square p = {max(p, 1e-300):.1g}; "
                "next: hts verify DIR --replay 100, then more walkers there under another seed"
            )
        else:
            parts.append(f"simulation and exact {agree(p)} (chi-square p = {p:.2g}, largest |z| {worst:.1f})")
    finest = cells[-1]
    if finest.mean_exit_time_exact is not None and finest.mean_exit_time_limit:
        ratio = finest.mean_exit_time_exact / finest.mean_exit_time_limit
        parts.append(f"the exact mean at h = {finest.step:g} is {ratio:.3g} of the limit epsilon -> 0")
    return "; ".join(parts)


def levy_shares(plan: Plan, comparison: ShareComparison, predictions: Sequence[SharePrediction] = ()) -> LevyShares:
    """Translate the comparison of a plan with [levy] and [visits].

    Parameters
    ----------
    plan : Plan
    comparison : ShareComparison
        Of its cells (`fit_visits`).
    predictions : sequence of SharePrediction
        Where exact moves between minima are found.
    """
    exact = {(found.eta, found.alpha, found.epsilon): found.moves_exact for found in predictions}
    chains = {
        alpha: levy_chain(plan.build_landscape(), alpha) for alpha in {cell.alpha or 0.0 for cell in plan.cells()}
    }
    return LevyShares(
        tuple(
            _levy_visit(found, exact.get((found.eta, found.alpha, found.epsilon)), chains[found.alpha or 0.0])
            for found in comparison.visits
        )
    )


def _levy_visit(found: VisitComparison, moves_exact: Sequence[Sequence[float]] | None, chain: LevyChain) -> LevyVisit:
    h = found.eta
    return LevyVisit(
        epsilon=found.epsilon or 0.0,
        step=h,
        alpha=found.alpha or 0.0,
        well=found.well,
        walkers_wanted=found.walkers_wanted,
        n_walkers=found.n_walkers,
        n_diverged=found.n_diverged,
        steps_beyond_domain=found.steps_beyond_domain,
        run_time=found.n_steps * h,
        shares=found.shares,
        low=found.low,
        high=found.high,
        expected=found.expected,
        z_exact=found.z_exact,
        exact=found.exact,
        relative_error=found.relative_error,
        limit=found.limit,
        relaxation_time=times(found.relaxation_steps, h),
        relaxation_time_exact=times(found.relaxation_steps_exact, h),
        horizon=found.horizon,
        is_stationary=found.is_stationary,
        transitions=tuple(moves(found.transitions, moves_exact, chain)),
        warnings=found.warnings,
        verdict=found.verdict,
    )
