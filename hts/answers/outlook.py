"""How the exact exit times of a plan near their limit: their means at one small eta for each (b, alpha)."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from hts.answers.memory import PredictionMemory
from hts.answers.parallel import complete
from hts.answers.records import NO_OUTLOOK, ExitPrediction
from hts.exits import Exit
from hts.plans import Cell, Plan
from hts.plans.limits import exit_limit_of
from hts.theory.exact.means import quick_mean_exit_steps
from hts.theory.exact.steps import ExactExitError

#: Where the correction to the limit law is read off: some ten per cent for three jumps at alpha = 1.5.
APPROACH_ETA = 1e-5
#: The mean is computed to the first tolerance, and once more where that leaves the eta below which the limit holds,
#: a power 1/(alpha - 1) of the correction, uncertain by more than WANTED, relatively.
FIRST_TOLERANCE, WANTED = 1e-2, 0.05
#: No tolerance is finer.
FINEST_TOLERANCE = 1e-6
#: Processor time of a cell, about: .5 to 6 s were measured.
SECONDS = 3.0


def approach_cells(plan: Plan) -> tuple[Cell, ...]:
    """List a cell at a small eta for each (b, alpha) whose own cells all have larger ones.

    There the exact value is close enough to the limit to tell how the one approaches the other. With [levy] the limit
    is not about small steps, and there is no such cell.
    """
    if plan.levy is not None:
        return ()
    smallest: dict[tuple[float, float | None], Cell] = {}
    for cell in plan.cells():
        key = cell.b, cell.alpha
        if key not in smallest or cell.eta < smallest[key].eta:
            smallest[key] = cell
    return tuple(replace(c, eta=APPROACH_ETA) for c in smallest.values() if plan.is_heavy(c) and c.eta > APPROACH_ETA)


def predict_outlook(
    plan: Plan,
    cells: Sequence[Cell],
    *,
    threads: int | None = None,
    memory: PredictionMemory | None = None,
    on_cell: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> tuple[ExitPrediction, ...]:
    """Compute the exact mean of cells, well enough to tell where the limit begins, and their limit; nothing else.

    Parameters
    ----------
    plan : Plan
    cells : sequence of Cell
        See `approach_cells`.
    threads, memory, on_cell, should_stop
        As in `hts.answers.predict`.

    Returns
    -------
    tuple of ExitPrediction
        In the order of the cells; fields that are not computed are None.

    Raises
    ------
    StoppedError
        Where `should_stop` said so; what the memory has keeps.
    """
    found = {} if memory is None else memory.recall_outlook(cells)
    complete(
        found,
        cells,
        lambda cell: _predict_cell(plan, cell),
        threads=threads,
        keep=None if memory is None else memory.keep,
        on_cell=on_cell,
        should_stop=should_stop,
    )
    return tuple(found[cell] for cell in cells)


def expected_seconds(cells: Sequence[Cell], memory: PredictionMemory | None = None) -> float:
    """Return about how long `predict_outlook` takes on one core."""
    known = {} if memory is None else memory.recall_outlook(cells)
    return SECONDS * (len(cells) - len(known))


def error_of_correction(mean: float, error: float, limit: float) -> float:
    """Return the relative error of limit/mean - 1 for that of the mean."""
    correction = limit / mean - 1.0
    return error * (1.0 + correction) / abs(correction) if correction else float("inf")


def _predict_cell(plan: Plan, cell: Cell) -> ExitPrediction:
    limit = exit_limit_of(plan, cell)
    mean = error = None
    refusal: tuple[str, ...] = ()
    try:
        mean, error = _mean(plan.exit_of(cell), limit.mean_exit_steps, cell.alpha)
    except ExactExitError as problem:
        refusal = (f"{NO_OUTLOOK}: {problem}",)
    return replace(
        ExitPrediction.of_limit(cell, limit),
        mean_exit_steps_exact=mean,
        relative_error_exact=error,
        warnings=(*limit.warnings, *refusal),
    )


def _mean(problem: Exit, limit: float | None, alpha: float | None) -> tuple[float, float]:
    """Return the mean and its relative error, as small as the correction to the limit asks for."""
    mean, error = quick_mean_exit_steps(problem, FIRST_TOLERANCE)
    if limit is None or alpha is None:
        return mean, error
    wanted = WANTED * (alpha - 1.0)
    off = error_of_correction(mean, error, limit)
    if off <= wanted:
        return mean, error
    try:
        return quick_mean_exit_steps(problem, max(error * wanted / off, FINEST_TOLERANCE))
    except ExactExitError:
        return mean, error
