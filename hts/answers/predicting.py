"""Exact and limit values of a plan's cells, computed side by side."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from hts.answers.memory import PredictionMemory
from hts.answers.parallel import complete
from hts.answers.records import ExitPrediction, SurvivalTable
from hts.answers.tabulation import TOLERANCE, tabulate_survival
from hts.plans import Cell, Plan
from hts.plans.limits import exit_limit_of
from hts.records import Records
from hts.theory.exact.exits import ExactExit, exact_exit
from hts.theory.exact.means import WORTHLESS, larger_eta, rough_mean_exit_steps
from hts.theory.exact.steps import BeyondArithmeticError, ExactExitError, TooMuchWorkError
from hts.theory.exact.survival import UnstableStepsError
from hts.theory.limit.limits import ExitLimit

#: Wanted relative error of the mean.
MEAN_TOLERANCE = 1e-6
#: Errors of a second look, as a part of those of the first.
FINER = 1e-2
#: What is said where steps cannot be followed.
NO_SURVIVAL = (
    "no exact survival: its error would grow from step to step; the mean holds all the same, "
    "and walkers measure survival (hts run), or try an eta or b a little different"
)


def predict(
    plan: Plan,
    cells: Sequence[Cell] | None = None,
    *,
    threads: int | None = None,
    with_survival: bool = False,
    finer: bool = False,
    memory: PredictionMemory | None = None,
    on_cell: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Records[ExitPrediction]:
    """Compute exact and limit values of every cell of a plan; nothing is simulated.

    Parameters
    ----------
    plan : Plan
    cells : sequence of Cell, optional
        Which; by default those of the plan.
    threads : int, optional
        Cells computed at once; one per core by default. Each takes up to 1 GB.
    with_survival : bool
        Tabulate P(sigma > n) as well, of cells that are the plan's own: others have no walkers.
    finer : bool
        Compute anew, whatever the memory holds, to a hundredth of the error: the second look before anyone is accused.
    memory : PredictionMemory, optional
        Where values of earlier calls are looked up and new ones are kept.
    on_cell : callable, optional
        Called with the cells done and all cells, from this thread.
    should_stop : callable, optional
        Asked after each cell.

    Returns
    -------
    tuple of ExitPrediction
        In the order of the cells; a notebook shows them as a table. Where no exact value can be had, its fields
        are None and a warning says why.

    Raises
    ------
    StoppedError
        Where `should_stop` said so; what the memory has keeps.
    """
    cells = plan.cells() if cells is None else cells
    found = {} if memory is None or finer else memory.recall(cells, with_survival)
    own = set(plan.cells())
    complete(
        found,
        cells,
        lambda cell: predict_cell(plan, cell, with_survival and cell in own, finer),
        threads=threads,
        keep=None if memory is None else memory.keep,
        on_cell=on_cell,
        should_stop=should_stop,
    )
    return Records(found[cell] for cell in cells)


def predict_roughly(plan: Plan, cells: Sequence[Cell], *, threads: int | None = None) -> dict[Cell, float | None]:
    """Compute the exact mean exit steps of cells to 1 %, side by side; nothing else is computed, and nothing is kept.

    Parameters
    ----------
    plan : Plan
    cells : sequence of Cell
    threads : int, optional
        Cells computed at once; one per core by default.

    Returns
    -------
    dict of Cell to float or None
        None where no exact value can be had.
    """

    def mean(cell: Cell) -> float | None:
        try:
            return rough_mean_exit_steps(plan.exit_of(cell))
        except ExactExitError:
            return None

    found: dict[Cell, float | None] = {}
    complete(found, cells, mean, threads=threads, keep=None, on_cell=None, should_stop=None)
    return found


def predict_cell(plan: Plan, cell: Cell, with_survival: bool = False, finer: bool = False) -> ExitPrediction:
    """Predict one cell; finer: see `predict`."""
    part = FINER if finer else 1.0
    leaving = plan.exit_of(cell)
    limit = exit_limit_of(plan, cell)
    try:
        exact = exact_exit(leaving, within=plan.within, tolerance=part * MEAN_TOLERANCE)
    except ExactExitError as problem:
        refusal, is_beyond = f"no exact value: {problem}", isinstance(problem, BeyondArithmeticError)
    else:
        refusal, is_beyond = "", False
    if is_beyond:  # out of the handler: the exception holds the matrices of what was refused, half a gigabyte
        refusal += "; take a larger step" if plan.levy is not None else f"; {larger_eta(leaving)}"
    if refusal:
        return _joined(cell, limit, None, None, (*limit.warnings, refusal))
    warnings = *limit.warnings, *exact.warnings
    try:
        survival = tabulate_survival(exact, plan.most_steps, part * TOLERANCE) if with_survival else None
    except UnstableStepsError:
        return _joined(cell, limit, exact, None, (*warnings, NO_SURVIVAL))
    except TooMuchWorkError as problem:
        return _joined(cell, limit, exact, None, (*warnings, f"no exact survival: {problem}"))
    return _joined(cell, limit, exact, survival, warnings)


def _joined(
    cell: Cell,
    limit: ExitLimit,
    exact: ExactExit | None,
    survival: SurvivalTable | None,
    warnings: tuple[str, ...],
) -> ExitPrediction:
    found = replace(ExitPrediction.of_limit(cell, limit), survival_exact=survival, warnings=warnings)
    if exact is None:
        return found
    return replace(
        found,
        mean_exit_steps_exact=exact.mean_exit_steps,
        relative_error_exact=exact.relative_error,
        escape_rate_exact=exact.escape_rate if exact.escape_rate_relative_error <= WORTHLESS else None,
        local_exponent_exact=exact.local_exponent,
        local_exponent_error=exact.local_exponent_error,
        destinations_exact=dict(exact.destinations),
        destinations_error=exact.destinations_error,
        probability_within_exact=exact.probability_within,
        probability_within_relative_error=exact.probability_within_relative_error,
    )
