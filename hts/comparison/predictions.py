"""Predictions of a plan's cells in the form that a comparison takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from hts.answers import ExitPrediction, approach_cells, predict_outlook
from hts.answers.outlook import error_of_correction
from hts.comparison.records import CellPrediction
from hts.comparison.verdicts import LIMIT_REACHED
from hts.plans import Cell, Plan
from hts.plans.limits import exit_limit_of

Predict: TypeAlias = Callable[[Plan, Sequence[Cell]], Sequence[ExitPrediction]]
Line: TypeAlias = tuple[float, "float | None"]  # b, alpha

#: An eta that is uncertain by more, relatively, is not given: the power law that it follows is good for a fifth.
LARGEST_ERROR = 0.2
#: Beyond this the correction to the limit law follows no single power of eta.
LARGEST_CORRECTION = 1.0


def limit_predictions(plan: Plan) -> dict[Cell, CellPrediction]:
    """Predict every cell by the limit law alone (docs/model.md (3)-(8)).

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    dict of Cell to CellPrediction
        Without exact values; fields are None where there is no limit law.
    """
    predictions = {}
    for cell in plan.cells():
        limit = exit_limit_of(plan, cell)
        predictions[cell] = CellPrediction(
            jump_number=limit.jump_number,
            exit_exponent_limit=limit.exit_exponent,
            mean_exit_steps_limit=limit.mean_exit_steps,
        )
    return predictions


def exact_predictions(
    predict: Predict, ahead: Predict = predict_outlook
) -> Callable[[Plan], dict[Cell, CellPrediction]]:
    """Make the function that predicts every cell by exact values and the limit.

    Parameters
    ----------
    predict : callable
        From a plan and cells to the predictions of those (`hts.answers.predict`).
    ahead : callable
        The same for the cells at small eta that tell where the limit begins; it may return none.
    """

    def predictions_of(plan: Plan) -> dict[Cell, CellPrediction]:
        cells, beyond = plan.cells(), approach_cells(plan)
        predictions = [*predict(plan, cells), *(ahead(plan, beyond) if beyond else ())]
        nearest: dict[Line, ExitPrediction] = {}
        for p in sorted(predictions, key=lambda p: p.eta):
            nearest.setdefault((p.b, p.alpha), p)
        below = {line: limit_below_eta(p) for line, p in nearest.items()}
        return {cell: as_compared(p, below[p.b, p.alpha]) for cell, p in zip(cells, predictions, strict=False)}

    return predictions_of


def exact_predictions_again(predict: Predict) -> Callable[[Plan, Sequence[Cell]], dict[Cell, CellPrediction]]:
    """Make the function that predicts cells a second time, before a simulation is said to disagree.

    Parameters
    ----------
    predict : callable
        From a plan and cells to better predictions of those (`hts.answers.predict` with `finer`).
    """

    def predictions_of(plan: Plan, cells: Sequence[Cell]) -> dict[Cell, CellPrediction]:
        return {cell: as_compared(p, limit_below_eta(p)) for cell, p in zip(cells, predict(plan, cells), strict=True)}

    return predictions_of


def as_compared(p: ExitPrediction, below: float | None) -> CellPrediction:
    """Give a prediction in the form that a comparison takes."""
    return CellPrediction(
        jump_number=p.jump_number,
        exit_exponent_limit=p.exit_exponent_limit,
        mean_exit_steps_limit=p.mean_exit_steps_limit,
        mean_exit_steps_exact=p.mean_exit_steps_exact,
        relative_error_exact=p.relative_error_exact or 0.0,
        survival_exact=p.survival_exact,
        probability_within_exact=p.probability_within_exact,
        limit_below_eta=below,
    )


def limit_below_eta(prediction: ExitPrediction) -> float | None:
    """Estimate the eta below which the local exponent stays within `LIMIT_REACHED` of the limit.

    Exits with one jump more than l* make the mean 1/(q lambda (1 + C eta^(alpha - 1))); C is read off one exact value.

    Parameters
    ----------
    prediction : ExitPrediction
        At an eta small enough for that correction to be small, or nearly so.

    Returns
    -------
    float or None
        None without exact or limit value, where the correction is not small yet, and where the exact value is not
        known well enough: then nothing can be read off.
    """
    exact, limit, alpha = prediction.mean_exit_steps_exact, prediction.mean_exit_steps_limit, prediction.alpha
    if (
        exact is None
        or limit is None
        or alpha is None
        or alpha <= 1.0 + LIMIT_REACHED
        or prediction.epsilon is not None
    ):
        return None
    correction = limit / exact - 1.0
    if not 0.0 < correction < LARGEST_CORRECTION:
        return None
    if error_of_correction(exact, prediction.relative_error_exact or 0.0, limit) > LARGEST_ERROR * (alpha - 1.0):
        return None
    allowed = LIMIT_REACHED / (alpha - 1.0 - LIMIT_REACHED)
    return float(prediction.eta * (allowed / correction) ** (1.0 / (alpha - 1.0)))
