"""This file is where the cells of a plan are predicted side by side: exact values beside the limit."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import ceil, log, log1p

import numpy as np

from hts.plans import Cell, Plan
from hts.prediction.exits import ExactExit, exact_exit
from hts.prediction.limits import ExitLimit, exit_limit
from hts.prediction.means import larger_eta, rough_mean_exit_steps
from hts.prediction.steps import BeyondArithmeticError, ExactExitError
from hts.predictions.memory import PredictionMemory
from hts.predictions.parallel import complete
from hts.predictions.records import ExitPrediction, SurvivalTable

#: Gradient-flow time after which only the slowest mode is left: memory of the start fades like e^-t f''(m).
SETTLED_TIME = 30.0
#: Mean exits this long, in gradient-flow time, leave the law of the first steps no part above 1 % in the whole.
RARE_EXITS = 300.0
#: Entries of a survival table per decade of n.
ENTRIES_PER_DECADE = 16
#: Where the correction to the limit law is read off: some ten per cent for three jumps at alpha = 1.5, in 3 s a cell.
APPROACH_ETA = 1e-5
#: Survival beyond this many mean exit times is never looked at.
LONGEST_MEANS = 50.0


def predict(
    plan: Plan,
    cells: Sequence[Cell] | None = None,
    *,
    threads: int | None = None,
    with_survival: bool = False,
    memory: PredictionMemory | None = None,
    on_cell: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> tuple[ExitPrediction, ...]:
    """Compute exact and limit values of every cell of a plan; nothing is simulated.

    Parameters
    ----------
    plan : Plan
    cells : sequence of Cell, optional
        Which; by default those of the plan.
    threads : int, optional
        Cells computed at once; one per core by default. Each takes up to 1 GB.
    with_survival : bool
        Tabulate P(sigma > n) as well.
    memory : PredictionMemory, optional
        Where values of earlier calls are looked up and new ones are kept.
    on_cell : callable, optional
        Called with the cells done and all cells, from this thread.
    should_stop : callable, optional
        Asked after each cell.

    Returns
    -------
    tuple of ExitPrediction
        In the order of the cells. Where no exact value can be had, its fields are None and a warning says why.

    Raises
    ------
    StoppedError
        Where `should_stop` said so; what the memory has keeps.
    """
    cells = plan.cells() if cells is None else cells
    found = {} if memory is None else memory.recall(cells, with_survival)
    complete(
        found,
        cells,
        lambda cell: predict_cell(plan, cell, with_survival),
        threads=threads,
        keep=None if memory is None else memory.keep,
        on_cell=on_cell,
        should_stop=should_stop,
    )
    return tuple(found[cell] for cell in cells)


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
    landscape, domain = plan.build_landscape(), plan.exit_domain()

    def mean(cell: Cell) -> float | None:
        noise = plan.noise_of(cell)
        try:
            return rough_mean_exit_steps(landscape, noise, cell.eta, cell.b, domain.low, domain.high, domain.start)
        except ExactExitError:
            return None

    found: dict[Cell, float | None] = {}
    complete(found, cells, mean, threads=threads, keep=None, on_cell=None, should_stop=None)
    return found


def approach_cells(plan: Plan) -> tuple[Cell, ...]:
    """List a cell at a small eta for each (b, alpha) whose own cells all have larger ones.

    There the exact value is close enough to the limit to tell how the one approaches the other.
    """
    smallest: dict[tuple[float, float | None], Cell] = {}
    for cell in plan.cells():
        key = cell.b, cell.alpha
        if key not in smallest or cell.eta < smallest[key].eta:
            smallest[key] = cell
    return tuple(replace(c, eta=APPROACH_ETA) for c in smallest.values() if plan.is_heavy(c) and c.eta > APPROACH_ETA)


def predict_cell(plan: Plan, cell: Cell, with_survival: bool = False) -> ExitPrediction:
    """Predict one cell."""
    landscape, noise, domain = plan.build_landscape(), plan.noise_of(cell), plan.exit_domain()
    limit = exit_limit(landscape, noise, cell.eta, cell.b, domain.low, domain.high, domain.minimum)
    try:
        exact = exact_exit(
            landscape, noise, cell.eta, cell.b, domain.low, domain.high, domain.start, within=plan.within
        )
    except BeyondArithmeticError as problem:
        advice = larger_eta(landscape, noise, cell.eta, cell.b, domain.low, domain.high, domain.start)
        return _joined(cell, limit, None, None, (*limit.warnings, f"no exact value: {problem}; {advice}"))
    except ExactExitError as problem:
        return _joined(cell, limit, None, None, (*limit.warnings, f"no exact value: {problem}"))
    survival = survival_table(exact, cell.eta) if with_survival else None
    return _joined(cell, limit, exact, survival, (*limit.warnings, *exact.warnings))


def survival_table(exact: ExactExit, eta: float) -> SurvivalTable:
    """Tabulate P(sigma > n) until only the slowest mode is left; it is alone from the start where exits are rare."""
    log_stay = log1p(-min(exact.escape_rate, 1 - 1e-16))
    if exact.mean_exit_steps * eta > RARE_EXITS:
        return SurvivalTable((0,), (log(exact.refined.solution.escape.amplitude),), log_stay)
    end = max(ceil(min(SETTLED_TIME / eta, LONGEST_MEANS * exact.mean_exit_steps)), 2)
    n_entries = ceil(ENTRIES_PER_DECADE * np.log10(end)) + 2
    n = np.unique(np.round(np.geomspace(1, end, n_entries)).astype(np.int64))
    survival = exact.survival(n)
    is_positive = survival > 0
    return SurvivalTable(
        n_steps=(0, *n[is_positive].tolist()),
        log_survival=(0.0, *np.log(survival[is_positive]).tolist()),
        log_stay=log_stay,
    )


def _joined(
    cell: Cell,
    limit: ExitLimit,
    exact: ExactExit | None,
    survival: SurvivalTable | None,
    warnings: tuple[str, ...],
) -> ExitPrediction:
    return ExitPrediction(
        eta=cell.eta,
        b=cell.b,
        alpha=cell.alpha,
        well=cell.well,
        jump_number=limit.jump_number,
        exit_exponent_limit=limit.exit_exponent,
        rate_constant=limit.rate_constant,
        rate_scale=limit.rate_scale,
        mean_exit_steps_limit=limit.mean_exit_steps,
        destinations_limit=limit.destinations,
        mean_exit_steps_exact=None if exact is None else exact.mean_exit_steps,
        relative_error_exact=None if exact is None else exact.relative_error,
        escape_rate_exact=None if exact is None else exact.escape_rate,
        local_exponent_exact=None if exact is None else exact.local_exponent,
        local_exponent_error=None if exact is None else exact.local_exponent_error,
        destinations_exact=None if exact is None else dict(exact.destinations),
        destinations_error=None if exact is None else exact.destinations_error,
        probability_within_exact=None if exact is None else exact.probability_within,
        survival_exact=survival,
        warnings=warnings,
        probability_within_relative_error=None if exact is None else exact.probability_within_relative_error,
    )
