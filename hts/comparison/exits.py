"""Comparison of measured, exact and limit exit times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from os import PathLike
from pathlib import Path

import numpy as np
import scipy

from hts.arrays import FloatArray
from hts.comparison.censoring import mean_under_censoring
from hts.comparison.predictions import limit_predictions
from hts.comparison.records import CellComparison, CellPrediction, ExitComparison, FitComparison
from hts.comparison.short_laws import z_of_total
from hts.comparison.verdicts import DISAGREE_P, verdict
from hts.comparison.walkers import Measured, by_cell, measured_cells
from hts.estimation.exits import ExitEstimate
from hts.estimation.regression import fit_log_linear
from hts.plans import Cell, Plan
from hts.sweeps import CellSample
from hts.sweeps.survey import open_results
from hts.theory.limit.within import steps_within

NO_BARRIERS = np.zeros(0)
#: An exact law tells scores up to 6.7; beyond, the normal law may say more.
FARTHEST_SCORE = 6.0
NOTHING = CellPrediction()


def compare_exits(
    samples: Iterable[CellSample],
    predictions: Mapping[Cell, CellPrediction] | None = None,
    barriers: FloatArray = NO_BARRIERS,
    within: float | None = None,
    *,
    is_tested: bool = True,
) -> ExitComparison:
    """Lay the walkers of a sweep beside what is predicted for its cells.

    Parameters
    ----------
    samples : iterable of CellSample
        One per cell, or the pieces of each cell one after the other; read once. Cells without walkers belong here too,
        so that they are not passed over in silence.
    predictions : mapping of Cell to CellPrediction, optional
        Cells that are not in it have no prediction.
    barriers : float64[well - 1]
        Of the landscape, to name the wells where walkers land.
    within : float, optional
        Gradient-flow time of the probabilities to leave within so long.
    is_tested : bool
        Test each cell's exit times against the geometric law, which takes longer than all else.

    Returns
    -------
    ExitComparison
        Cells by b, alpha, and eta from large to small, and one fit per (b, alpha, well).

    Raises
    ------
    ValueError
        Walkers of a cell were censored at different numbers of steps.
    """
    return compare_walkers(by_cell(samples, barriers), predictions, within, is_tested=is_tested)


def compare_walkers(
    walkers: Iterable[Measured],
    predictions: Mapping[Cell, CellPrediction] | None = None,
    within: float | None = None,
    *,
    is_tested: bool = True,
) -> ExitComparison:
    """Lay the walkers of cells beside what is predicted for them; see `compare_exits`."""
    known = predictions or {}
    rows = [_row(one, known.get(one.cell, NOTHING), within, is_tested) for one in walkers]
    rows.sort(key=lambda row: (*_group(row), -row.cell.eta))
    fits = [_compare_fit(tuple(members)) for _, members in groupby(rows, key=_group)]
    return ExitComparison(cells=tuple(row.cell for row in rows), fits=tuple(fits))


def fit_results(
    folder: str | PathLike[str],
    predict: Callable[[Plan], Mapping[Cell, CellPrediction]] = limit_predictions,
    again: Callable[[Plan, Sequence[Cell]], Mapping[Cell, CellPrediction]] | None = None,
) -> ExitComparison:
    """Compare what a results folder holds with what is predicted for its plan.

    Parameters
    ----------
    folder : path
        As `run_sweep` leaves it; finished or not.
    predict : callable
        From a plan to predictions of its cells; by default those of the limit law alone.
    again : callable, optional
        Predicts cells anew, on a finer mesh and table. It is asked of all cells of a fit that disagrees with its exact
        values, before the verdict says so.

    Returns
    -------
    ExitComparison
        All cells of the plan, those without any walker too.

    Raises
    ------
    PlanError
        There is no plan in the folder.
    IntegrityError
        A shard is not as it was written.
    """
    _, plan, _ = open_results(Path(folder))
    measured, predictions = measured_cells(folder, plan), predict(plan)
    compared = compare_walkers(measured, predictions, plan.within)
    accused = _accused(plan, compared)
    if again is None or not accused:
        return compared
    better = {
        cell: replace(p, limit_below_eta=predictions[cell].limit_below_eta)
        for cell, p in again(plan, accused).items()
        if p.mean_exit_steps_exact is not None
    }
    return compare_walkers(measured_cells(folder, plan), {**predictions, **better}, plan.within)


def _accused(plan: Plan, compared: ExitComparison) -> list[Cell]:
    """Return the cells of the fits that disagree with their exact values."""
    lines = {
        (fit.epsilon, fit.b, fit.alpha)
        for fit in compared.fits
        if fit.chi_square_p is not None and fit.chi_square_p < DISAGREE_P
    }
    return [cell for cell in plan.cells() if (cell.epsilon, cell.b, cell.alpha) in lines]


def z_exact(estimate: ExitEstimate, exact: float, relative_error: float) -> float | None:
    """How many standard errors the measured mean lies from an exact one; None without exits or without any error.

    To first order (measured - exact)/standard error, with the exact value's own error added in squares. It is taken
    on the scale of cube roots, where a sum of exponential times is normal already for a handful of them (Wilson and
    Hilferty, PNAS 17 (1931) 684); the number of exits, random under censoring, shifts it the other way.

    Parameters
    ----------
    estimate : ExitEstimate
        Measured.
    exact : float
        What exposure/exits should tend to, in steps.
    relative_error : float
        Of `exact`.

    Returns
    -------
    float | None
        Standard normal if both are about the same thing.
    """
    if estimate.mean_exit_steps is None or not np.isfinite(exact):
        return None
    variance = estimate.dispersion / estimate.n_exits
    error = float(np.hypot(np.sqrt(variance), relative_error))
    if error == 0.0:
        return None
    bias = variance * (estimate.n_censored / estimate.n_walkers / 3.0 - 1.0 / 9.0)
    return 3.0 * (float(np.cbrt(estimate.mean_exit_steps / exact)) - 1.0 - bias) / error


@dataclass(frozen=True)
class _Row:
    """One cell on its way into a fit."""

    estimate: ExitEstimate
    prediction: CellPrediction
    cell: CellComparison


def _group(row: _Row) -> tuple[float, float, float, int]:
    cell = row.cell
    return -(cell.epsilon or 0.0), cell.b, 0.0 if cell.alpha is None else cell.alpha, cell.well


def _row(sample: Measured, prediction: CellPrediction, within: float | None, is_tested: bool) -> _Row:
    estimate = sample.estimate()
    law = sample.own_law() if is_tested else None
    z, law_exact = _against_exact(sample, estimate, prediction)
    share = None if within is None else sample.within(steps_within(within, sample.cell.eta))
    cell = CellComparison(
        eta=sample.cell.eta,
        b=sample.cell.b,
        alpha=sample.cell.alpha,
        well=sample.cell.well,
        walkers_wanted=sample.walkers_wanted,
        n_walkers=estimate.n_walkers,
        n_exits=estimate.n_exits,
        n_censored=estimate.n_censored,
        exposure_steps=estimate.exposure_steps,
        steps_beyond_domain=sample.steps_beyond_domain,
        mean_exit_steps=estimate.mean_exit_steps,
        mean_low=estimate.mean_low,
        mean_high=estimate.mean_high,
        exponentiality_p=None if law is None else law.p_value,
        exits={"left": estimate.n_left, "right": estimate.n_right},
        destinations=sample.destinations,
        mean_exit_steps_exact=prediction.mean_exit_steps_exact,
        z_exact=z,
        law_p_exact=law_exact,
        mean_exit_steps_limit=prediction.mean_exit_steps_limit,
        probability_within=None if share is None else share.probability,
        probability_within_low=None if share is None else share.low,
        probability_within_high=None if share is None else share.high,
        probability_within_exact=prediction.probability_within_exact,
        within_reason=None if share is None else share.reason,
        epsilon=sample.cell.epsilon,
    )
    return _Row(estimate, prediction, cell)


def _against_exact(
    sample: Measured, estimate: ExitEstimate, prediction: CellPrediction
) -> tuple[float | None, float | None]:
    """Compare with the exact mean, looked at through the same censoring where that can be done, and the exact law."""
    exact, survival = prediction.mean_exit_steps_exact, prediction.survival_exact
    law = None
    if survival is not None:
        law = sample.law(survival)
        if estimate.n_censored:
            exact = mean_under_censoring(survival, sample.max_steps)
    z = None if exact is None else z_exact(estimate, exact, prediction.relative_error_exact)
    if survival is not None and estimate.n_exits:
        z = _with_short_law(z, sample, estimate, survival)
    return z, None if law is None else law.p_value


def _with_short_law(
    z: float | None, sample: Measured, estimate: ExitEstimate, survival: Callable[[FloatArray], FloatArray]
) -> float | None:
    """Return z by the exact law of all steps lived where that can be had, as far as it tells; else as it was."""
    exact = z_of_total(estimate.n_walkers, estimate.n_exits, estimate.exposure_steps, survival, sample.max_steps)
    if exact is None:
        return z
    return max(exact, z, key=abs) if z is not None and abs(exact) > FARTHEST_SCORE else exact


def _compare_fit(rows: Sequence[_Row]) -> FitComparison:
    """Fit one (b, alpha), the measured means and the exact ones with the same events as weights."""
    cells = [row.cell for row in rows]
    used = [row for row in rows if row.cell.n_exits]
    measured = exact = None
    if len({row.cell.eta for row in used}) > 1:
        eta = [row.cell.eta for row in used]
        n_exits = np.array([row.cell.n_exits for row in used])
        exposure = [row.cell.exposure_steps for row in used]
        measured = fit_log_linear(eta, n_exits, exposure, [row.estimate.dispersion for row in used])
        means = [mean for row in used if (mean := row.cell.mean_exit_steps_exact) is not None]
        if len(means) == len(used):
            exact = fit_log_linear(eta, n_exits, n_exits * np.array(means))
    z = [cell.z_exact for cell in cells if cell.z_exact is not None]
    fit = FitComparison(
        b=cells[0].b,
        alpha=cells[0].alpha,
        well=cells[0].well,
        jump_number=rows[0].prediction.jump_number,
        n_cells=len(used),
        exit_exponent_measured=None if measured is None else measured.exit_exponent,
        low=None if measured is None else measured.low,
        high=None if measured is None else measured.high,
        straightness_p=None if measured is None else measured.straightness_p,
        exit_exponent_exact=None if exact is None else exact.exit_exponent,
        exit_exponent_limit=rows[0].prediction.exit_exponent_limit,
        chi_square_p=float(scipy.special.chdtrc(len(z), np.sum(np.square(z)))) if z else None,
        limit_below_eta=rows[0].prediction.limit_below_eta,
        verdict="",
        epsilon=cells[0].epsilon,
    )
    return replace(fit, verdict=verdict(fit, cells))
