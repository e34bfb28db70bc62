"""What figures show of plans with [levy]: moves out of a well, and shares of time, against epsilon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hts.answers import ExitPrediction, SharePrediction
from hts.comparison.levy import levy_shares
from hts.comparison.levy_records import TransitionComparison
from hts.comparison.records import CellComparison
from hts.comparison.transitions import landings
from hts.comparison.visit_records import ShareComparison, VisitComparison
from hts.plans import Plan
from hts.plans.limits import exit_limit_of


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
                transitions=landings(cell.well, counts.get(place, {}), exact.get(place), limit),
                exact=None if share is None else share.exact,
                limit=None if share is None else share.limit,
            )
        )
    return tuple(found)


def visit_points(
    plan: Plan, visits: Sequence[VisitComparison], predictions: Sequence[SharePrediction] = ()
) -> tuple[LevyPoint, ...]:
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
        for visit in levy_shares(plan, ShareComparison(tuple(visits)), predictions).visits
        if visit.n_walkers
    )


def _known(values: Sequence[float | None]) -> tuple[float, ...] | None:
    known = tuple(value for value in values if value is not None)
    return known if len(known) == len(values) else None
