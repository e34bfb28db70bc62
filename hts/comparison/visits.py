"""Comparison of measured, exact and limit shares of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from hts.answers import SharePrediction
from hts.answers.shares import levy_limit
from hts.arrays import FloatArray
from hts.comparison.visit_records import OutsideShare, Rates, ShareComparison, ShareReference, VisitComparison
from hts.comparison.visit_verdicts import STATIONARY, disagrees, start_weight, visit_verdict
from hts.estimation.spread import FEW, spread_between_walkers, spread_of_shares
from hts.estimation.visits import estimate_rates
from hts.plans import Cell, Plan
from hts.sweeps import VisitCellSample, load_visits
from hts.sweeps.survey import open_results
from hts.theory.limit.chains import limit_chain

References: TypeAlias = Mapping[Cell, ShareReference]
PredictShares: TypeAlias = Callable[[Plan, Sequence[Cell]], Sequence[SharePrediction]]

NOTHING = ShareReference()


def compare_visits(samples: Iterable[VisitCellSample], references: References | None = None) -> ShareComparison:
    """Lay the long runs of a sweep beside what is predicted for its cells.

    Parameters
    ----------
    samples : iterable of VisitCellSample
        One per cell, read once; cells without walkers belong here too.
    references : mapping of Cell to ShareReference, optional
        Cells that are not in it have none.

    Returns
    -------
    ShareComparison
        Cells by b, alpha, and eta from large to small.
    """
    known = references or {}
    return ShareComparison(tuple(_compare(sample, known.get(sample.cell, NOTHING)) for sample in samples))


def fit_visits(
    folder: str | PathLike[str],
    refer: Callable[[Plan], References] | None = None,
    again: Callable[[Plan, Sequence[Cell]], References] | None = None,
) -> ShareComparison:
    """Compare what a results folder of long runs holds with what is predicted for its plan.

    Parameters
    ----------
    folder : path
        As `run_sweep` leaves it; finished or not.
    refer : callable, optional
        From a plan to references of its cells; by default those of the limit alone.
    again : callable, optional
        References of cells anew, on finer meshes. It is asked of the cells that disagree with their exact values,
        before the verdict says so.

    Returns
    -------
    ShareComparison
        All cells of the plan, those without any walker too.

    Raises
    ------
    PlanError
        There is no plan in the folder, or one of exits.
    IntegrityError
        A shard is not as it was written.
    """
    samples = load_visits(folder)
    _, plan, _ = open_results(Path(folder))
    references = (refer or limit_references)(plan)
    compared = compare_visits(samples, references)
    named = {(found.eta, found.b, found.alpha, found.epsilon) for found in compared.visits if disagrees(found)}
    accused = [cell for cell in plan.cells() if (cell.eta, cell.b, cell.alpha, cell.epsilon) in named]
    if again is None or not accused:
        return compared
    better = {cell: reference for cell, reference in again(plan, accused).items() if reference.exact is not None}
    return compare_visits(load_visits(folder), {**references, **better})


def limit_references(plan: Plan) -> dict[Cell, ShareReference]:
    """Give the limit shares of every cell of a plan, and the relaxation time of the limit chain at its eta."""
    landscape = plan.build_landscape()
    if plan.levy is not None:
        limits = {cell: levy_limit(landscape, cell) for cell in plan.cells()}
        return {
            cell: ShareReference(limit=None if shares is None else np.array(shares), relaxation_steps=steps)
            for cell, (shares, steps, _) in limits.items()
        }
    noises = {(cell.b, cell.alpha): plan.noise_of(cell) for cell in plan.cells()}
    chains = {
        (b, alpha): limit_chain(landscape, b, noise.tail_index, noise.p_plus) for (b, alpha), noise in noises.items()
    }
    found = {}
    for cell in plan.cells():
        chain = chains[cell.b, cell.alpha]
        absorbing = [c for c in chain.classes if c.absorbing]
        times = [t for t in chain.relaxation_steps(plan.noise_of(cell), cell.eta) if t is not None]
        found[cell] = ShareReference(
            limit=chain.shares,
            relaxation_steps=max(times, default=None),
            widest=() if chain.alpha is None else tuple(sorted(well for c in absorbing for well in c.widest)),
        )
    return found


def exact_references(predict: PredictShares) -> Callable[[Plan], dict[Cell, ShareReference]]:
    """Make the function that gives exact and limit shares of every cell.

    Parameters
    ----------
    predict : callable
        From a plan and cells to the shares of those (`hts.answers.predict_shares`).
    """

    def references_of(plan: Plan) -> dict[Cell, ShareReference]:
        cells = plan.cells()
        return limit_references(plan) | _with_exact(plan, cells, predict(plan, cells))

    return references_of


def exact_references_again(predict: PredictShares) -> Callable[[Plan, Sequence[Cell]], dict[Cell, ShareReference]]:
    """Make the function that gives references a second time, before a simulation is said to disagree.

    Parameters
    ----------
    predict : callable
        From a plan and cells to better shares of those (`hts.answers.predict_shares` with `finer`).
    """

    def references_of(plan: Plan, cells: Sequence[Cell]) -> dict[Cell, ShareReference]:
        return _with_exact(plan, cells, predict(plan, cells))

    return references_of


def _with_exact(
    plan: Plan, cells: Sequence[Cell], predictions: Sequence[SharePrediction]
) -> dict[Cell, ShareReference]:
    """Return the limit references of cells with exact shares added where there are any."""
    limits, found = limit_references(plan), {}
    for cell, p in zip(cells, predictions, strict=False):  # none for a landscape with one well
        found[cell] = replace(limits[cell], warnings=p.warnings)
        if p.exact is not None:
            found[cell] = replace(
                found[cell],
                exact=np.array(p.exact),
                relative_error=p.relative_error,
                relaxation_steps_exact=p.relaxation_steps_exact,
                occupation=p.occupation,
                occupation_error=p.rates_relative_error or 0.0,
            )
    return found


def _compare(sample: VisitCellSample, reference: ShareReference) -> VisitComparison:
    cell, n_wells = sample.cell, sample.steps_in_well.shape[2]
    part = sample.steps_in_well / sample.checkpoints[:, None]  # float64[walker, checkpoint, well]
    shares = spread_of_shares(part[:, -1])
    near = spread_between_walkers(sample.steps_near / sample.n_steps).mean
    rates = estimate_rates(sample.transitions, sample.steps_in_well[:, -1])
    expected = None
    if reference.occupation is not None:
        expected = reference.occupation(cell.well, sample.checkpoints)
    relaxation = reference.relaxation_steps_exact or reference.relaxation_steps
    n_diverged = int(np.count_nonzero(~np.isfinite(sample.position)))
    horizon = None if relaxation is None or n_diverged else sample.n_steps / relaxation
    compared = VisitComparison(
        eta=cell.eta,
        b=cell.b,
        alpha=cell.alpha,
        well=cell.well,
        walkers_wanted=sample.walkers_wanted,
        n_walkers=len(sample.walker),
        n_steps=sample.n_steps,
        steps_beyond_domain=sample.steps_beyond_domain,
        shares=_listed(shares.mean, n_wells),
        low=_listed(shares.low, n_wells),
        high=_listed(shares.high, n_wells),
        near=_listed(near, n_wells),
        expected=_listed(None if expected is None else expected[-1], n_wells),
        z_exact=_z_scores(part[:, -1], None if expected is None else expected[-1], reference),
        exact=_listed(reference.exact, n_wells),
        relative_error=reference.relative_error,
        limit=_listed(reference.limit, n_wells),
        relaxation_steps=reference.relaxation_steps,
        relaxation_steps_exact=reference.relaxation_steps_exact,
        horizon=horizon,
        is_stationary=None if horizon is None else start_weight(horizon) <= STATIONARY,
        widest=reference.widest,
        outside_widest=_outside(sample.checkpoints, part, reference.widest, expected),
        transitions=tuple(map(tuple, rates.counts.tolist())),
        transition_rates=_rows(rates.rates),
        transition_low=_rows(rates.low),
        transition_high=_rows(rates.high),
        warnings=reference.warnings,
        verdict="",
        n_diverged=n_diverged,
        epsilon=cell.epsilon,
    )
    return replace(compared, verdict=visit_verdict(compared))


def _outside(
    checkpoints: npt.NDArray[np.int64], part: FloatArray, widest: Sequence[int], expected: FloatArray | None
) -> tuple[OutsideShare, ...]:
    """Give the share outside the widest wells at each checkpoint; nothing where the widest wells are unknown."""
    n_wells = part.shape[2]
    others = [well for well in range(n_wells) if well not in widest]
    if not widest:
        return ()
    spread = spread_of_shares(part[:, :, others].sum(axis=2))
    n = len(checkpoints)
    sums = _listed(None if expected is None else expected[:, others].sum(axis=1), n)
    columns = (_listed(spread.mean, n), _listed(spread.low, n), _listed(spread.high, n), sums)
    return tuple(OutsideShare(*row) for row in zip(checkpoints.tolist(), *columns, strict=True))


def _z_scores(part: FloatArray, expected: FloatArray | None, reference: ShareReference) -> tuple[float | None, ...]:
    """Say how many standard errors each measured share lies from the expected one, as normal quantiles.

    What the chain of moves forgets is an error of what is still missing to the stationary share, not of all. Where
    hardly a walker has come, or has left, their spread says nothing: then there is no score if so few were expected,
    for at least n p of n walkers come where a share p is spent; and otherwise the largest spread a share can have.
    """
    n, n_wells = len(part), len(part.T)
    exact = reference.exact
    if expected is None or exact is None or n == 0:
        return (None,) * n_wells
    missing = np.minimum(expected, np.abs(expected - exact))
    error = expected * (reference.relative_error or 0.0) + missing * reference.occupation_error
    is_rare = np.minimum((part > 0).sum(axis=0), (part < 1).sum(axis=0)) < FEW
    likely = np.clip(expected, 0.0, 1.0)
    widest = np.sqrt(likely * (1.0 - likely) / n)
    z = spread_between_walkers(part).z_from(expected, np.where(is_rare, np.hypot(error, widest), error))
    z[is_rare & (n * np.minimum(likely, 1.0 - likely) < FEW)] = np.nan
    return _listed(z, n_wells)


def _listed(values: FloatArray | None, n: int) -> tuple[float | None, ...]:
    """Write an array out; None where there is none, or where a value is not finite."""
    if values is None:
        return (None,) * n
    return tuple(float(v) if np.isfinite(v) else None for v in values)


def _rows(values: FloatArray) -> Rates:
    """Write a matrix out, row by row."""
    return tuple(_listed(row, len(values)) for row in values)
