"""Exact exits of a plan with `dimension = 1`: those of the solver of one dimension."""

from dataclasses import replace

from hts.answers.records import ExitPrediction
from hts.exits import Exit
from hts.landscapes import basin
from hts.plans import Cell
from hts.space.radii import RadialWell
from hts.theory.exact.exits import exact_exit
from hts.theory.exact.steps import ExactExitError
from hts.theory.limit.limits import ExitLimit


def predict_on_a_line(
    cell: Cell, well: RadialWell, limit: ExitLimit, within: float | None, with_exponent: bool, tolerance: float
) -> ExitPrediction:
    """Predict one cell of an interval about the minimum of a quadratic well.

    Parameters
    ----------
    cell : Cell
    well : RadialWell
        Of dimension 1.
    limit : ExitLimit
    within : float, optional
        Gradient-flow time of the probability that is wanted.
    with_exponent : bool
        Give the local exponent too.
    tolerance : float
        Wanted relative error of the mean.
    """
    found = ExitPrediction.of_limit(cell, limit)
    r = well.radius
    problem = Exit(basin(0.0, well.curvature), well.noise, well.eta, well.b, -r, r, well.start)
    try:
        exact = exact_exit(problem, within=within, tolerance=tolerance)
    except ExactExitError as refused:
        return replace(found, warnings=(*limit.warnings, f"no exact value: {refused}"))
    return replace(
        found,
        mean_exit_steps_exact=exact.mean_exit_steps,
        relative_error_exact=exact.relative_error,
        escape_rate_exact=exact.escape_rate,
        local_exponent_exact=exact.local_exponent if with_exponent else None,
        local_exponent_error=exact.local_exponent_error if with_exponent else None,
        probability_within_exact=exact.probability_within,
        probability_within_relative_error=exact.probability_within_relative_error,
        warnings=(*limit.warnings, *exact.warnings),
    )
