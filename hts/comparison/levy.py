"""Comparisons of a plan with [levy] in its own words: time t = k h, transition probabilities, both constants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

import numpy as np
import scipy

from hts.answers import ExitPrediction, SharePrediction
from hts.comparison.records import CellComparison, ExitComparison
from hts.comparison.verdicts import DISAGREE_P, agree
from hts.comparison.visit_records import ShareComparison, VisitComparison
from hts.estimation.within import binomial_interval
from hts.plans import Cell, Plan
from hts.plans.limits import exit_limit_of
from hts.theory.limit.levy import LevyChain, levy_chain


@dataclass(frozen=True)
class TransitionComparison:
    """How often a well is left for another: measured, exact at h and in the limit; None where there is nothing."""

    start: int  # well
    to: str  # well, or "left" and "right" where there is one well
    n: int  # counted
    probability: float | None  # of those that leave `start`
    low: float | None  # 95 % interval, exact for a binomial count
    high: float | None
    exact: float | None  # at this h and epsilon; of first exits alone
    limit: float | None  # q_ij/q_i of docs/levy.md (20)


@dataclass(frozen=True)
class LevyCell:
    """Exits of one cell in units of time: measured beside exact beside limit (docs/interface.md, "fit")."""

    epsilon: float
    step: float
    alpha: float
    well: int
    walkers_wanted: int
    n_walkers: int
    n_exits: int
    n_censored: int
    steps_beyond_domain: int
    exposure_time: float  # t lived by all walkers
    mean_exit_time: float | None
    mean_low: float | None  # 95 % interval
    mean_high: float | None
    exponentiality_p: float | None
    exits: dict[str, int]  # by side
    transitions: tuple[TransitionComparison, ...]
    mean_exit_time_exact: float | None  # of Euler's scheme at this h
    z_exact: float | None
    law_p_exact: float | None
    mean_exit_time_limit: float | None  # 1/(q epsilon^alpha), c = C_alpha/2
    mean_exit_time_limit_printed: float | None  # the same with c = 1/alpha, as [SSG] print it
    probability_within: float | None
    probability_within_low: float | None
    probability_within_high: float | None
    probability_within_exact: float | None
    within_reason: str | None


@dataclass(frozen=True)
class LevyFit:
    """The verdict on all steps of one epsilon and alpha."""

    epsilon: float
    alpha: float
    well: int
    n_cells: int  # with a score against the exact mean
    chi_square_p: float | None
    verdict: str


@dataclass(frozen=True)
class LevyExits:
    """All cells of a sweep of exits."""

    cells: tuple[LevyCell, ...]
    fits: tuple[LevyFit, ...]

    @property
    def n_walkers(self) -> int:
        """Walkers that are done, in all cells."""
        return sum(cell.n_walkers for cell in self.cells)

    def document(self) -> dict[str, Any]:
        """Return the entries of the JSON document (docs/interface.md, "fit")."""
        return asdict(self)


@dataclass(frozen=True)
class LevyVisit:
    """Long runs of one cell in units of time (docs/interface.md, "fit"); lists are by well."""

    epsilon: float
    step: float
    alpha: float
    well: int
    walkers_wanted: int
    n_walkers: int
    n_diverged: int
    steps_beyond_domain: int
    run_time: float  # t of each walker
    shares: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    expected: tuple[float | None, ...]  # exact, after this time
    z_exact: tuple[float | None, ...]
    exact: tuple[float | None, ...]  # stationary at this h
    relative_error: float | None
    limit: tuple[float | None, ...]  # pi of docs/levy.md (20)
    relaxation_time: float | None  # of the limit chain
    relaxation_time_exact: float | None
    horizon: float | None  # run_time in relaxation times
    is_stationary: bool | None
    transitions: tuple[TransitionComparison, ...]
    warnings: tuple[str, ...]
    verdict: str


@dataclass(frozen=True)
class LevyShares:
    """All cells of a study of visits."""

    visits: tuple[LevyVisit, ...]

    @property
    def n_walkers(self) -> int:
        """Walkers that are done, in all cells."""
        return sum(cell.n_walkers for cell in self.visits)

    def document(self) -> dict[str, Any]:
        """Return the entries of the JSON document (docs/interface.md, "fit")."""
        return {"cells": [], "fits": [], "visits": [asdict(cell) for cell in self.visits]}


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


@dataclass(frozen=True)
class LevyPoint:
    """What a figure shows of one cell: moves out of its well, and shares of time by well."""

    epsilon: float
    step: float
    alpha: float
    well: int
    transitions: tuple[TransitionComparison, ...]
    shares: tuple[float | None, ...] = ()  # measured; empty in a study of exits
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    exact: tuple[float, ...] | None = None  # stationary share at this h
    limit: tuple[float, ...] | None = None  # pi of docs/levy.md (20)


def exit_points(
    plan: Plan,
    cells: Sequence[CellComparison],
    predictions: Sequence[ExitPrediction],
    shares: Sequence[SharePrediction],
) -> tuple[LevyPoint, ...]:
    """Gather landings of a study of exits with [levy], and the shares of time that are predicted beside them.

    Parameters
    ----------
    plan : Plan
    cells : sequence of CellComparison
        Measured; those of cells that did not run may lack.
    predictions : sequence of ExitPrediction
        Of any cells of the plan.
    shares : sequence of SharePrediction
        Of all cells of the plan in their order, or none.
    """
    counts = {(c.epsilon, c.eta, c.alpha): c.destinations for c in cells}
    exact = {(p.epsilon, p.eta, p.alpha): p.destinations_exact for p in predictions}
    found = []
    for k, cell in enumerate(plan.cells()):
        place = cell.epsilon, cell.eta, cell.alpha
        limit, share = exit_limit_of(plan, cell).destinations, shares[k] if shares else None
        found.append(
            LevyPoint(
                epsilon=cell.epsilon or 0.0,
                step=cell.eta,
                alpha=cell.alpha or 0.0,
                well=cell.well,
                transitions=_landings(cell.well, counts.get(place, {}), exact.get(place), limit),
                exact=None if share is None else share.exact,
                limit=None if share is None else share.limit,
            )
        )
    return tuple(found)


def visit_points(plan: Plan, visits: Sequence[VisitComparison]) -> tuple[LevyPoint, ...]:
    """Gather moves and shares of time of a study of visits with [levy] that has run."""
    return tuple(
        LevyPoint(
            epsilon=visit.epsilon,
            step=visit.step,
            alpha=visit.alpha,
            well=visit.well,
            transitions=tuple(one for one in visit.transitions if one.start == visit.well),
            shares=visit.shares,
            low=visit.low,
            high=visit.high,
            exact=_known(visit.exact),
            limit=_known(visit.limit),
        )
        for visit in levy_shares(plan, ShareComparison(tuple(visits))).visits
        if visit.n_walkers
    )


def _known(values: Sequence[float | None]) -> tuple[float, ...] | None:
    known = tuple(value for value in values if value is not None)
    return known if len(known) == len(values) else None


def _levy_cell(plan: Plan, found: CellComparison, known: Mapping[Cell, ExitPrediction]) -> LevyCell:
    cell = Cell(found.eta, found.b, found.alpha, found.well, found.epsilon)
    h, alpha, limit, prediction = found.eta, cell.alpha or 0.0, exit_limit_of(plan, cell), known.get(cell)
    mean_limit = _times(limit.mean_exit_steps, h)
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
        mean_exit_time=_times(found.mean_exit_steps, h),
        mean_low=_times(found.mean_low, h),
        mean_high=_times(found.mean_high, h),
        exponentiality_p=found.exponentiality_p,
        exits=found.exits,
        transitions=_landings(found.well, found.destinations, exact, limit.destinations),
        mean_exit_time_exact=_times(found.mean_exit_steps_exact, h),
        z_exact=found.z_exact,
        law_p_exact=found.law_p_exact,
        mean_exit_time_limit=mean_limit,
        mean_exit_time_limit_printed=_times(mean_limit, 1.0 / constant_ratio(plan, alpha)),
        probability_within=found.probability_within,
        probability_within_low=found.probability_within_low,
        probability_within_high=found.probability_within_high,
        probability_within_exact=found.probability_within_exact,
        within_reason=found.within_reason,
    )


def constant_ratio(plan: Plan, alpha: float) -> float:
    """Return by how much the rates that [SSG] print exceed those that are simulated: (1/alpha)/(C_alpha/2)."""
    return levy_chain(plan.build_landscape(), alpha).constant_ratio


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _landings(
    start: int,
    counts: Mapping[str, int],
    exact: Mapping[str, float] | None,
    limit: Mapping[str, float] | None,
) -> tuple[TransitionComparison, ...]:
    """Lay out where walkers land that leave one well."""
    total = sum(counts.values())
    names = sorted({*counts, *(exact or {}), *(limit or {})}, key=lambda name: (len(name), name))
    return tuple(
        _transition(
            start,
            name,
            counts.get(name, 0),
            total,
            None if exact is None else exact.get(name, 0.0),
            None if limit is None else limit.get(name, 0.0),
        )
        for name in names
    )


def _transition(
    start: int, to: str, n: int, total: int, exact: float | None, limit: float | None
) -> TransitionComparison:
    if not total:
        return TransitionComparison(start, to, n, None, None, None, exact, limit)
    return TransitionComparison(start, to, n, n / total, *binomial_interval(n, total), exact, limit)


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


def levy_shares(plan: Plan, comparison: ShareComparison) -> LevyShares:
    """Translate the comparison of a plan with [levy] and [visits].

    Parameters
    ----------
    plan : Plan
    comparison : ShareComparison
        Of its cells (`fit_visits`).
    """
    chains = {
        alpha: levy_chain(plan.build_landscape(), alpha) for alpha in {cell.alpha or 0.0 for cell in plan.cells()}
    }
    return LevyShares(tuple(_levy_visit(found, chains[found.alpha or 0.0]) for found in comparison.visits))


def _levy_visit(found: VisitComparison, chain: LevyChain) -> LevyVisit:
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
        relaxation_time=_times(found.relaxation_steps, h),
        relaxation_time_exact=_times(found.relaxation_steps_exact, h),
        horizon=found.horizon,
        is_stationary=found.is_stationary,
        transitions=tuple(_moves(found.transitions, chain)),
        warnings=found.warnings,
        verdict=found.verdict,
    )


def _moves(counts: Sequence[Sequence[int]], chain: LevyChain) -> Iterator[TransitionComparison]:
    """Lay out the moves from near one minimum to near another.

    There is no exact value: landings of first exits are other events, tens of per cent away at a large epsilon, for a
    walker need not settle in the well where it lands.
    """
    for start, row in enumerate(counts):
        for to in range(len(row)):
            if to != start:
                yield _transition(start, str(to), row[to], sum(row), None, float(chain.probabilities[start, to]))
