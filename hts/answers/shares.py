"""Stationary shares of time of a plan's cells: exact beside the limit."""

from collections.abc import Callable, Sequence

import numpy as np

from hts.answers.memory import ShareMemory
from hts.answers.parallel import complete
from hts.answers.predicting import FINER
from hts.answers.records import SharePrediction
from hts.landscapes import Landscape
from hts.noise import Noise
from hts.plans import Cell, Plan
from hts.records import Records
from hts.theory.exact.boxes import ShareError
from hts.theory.exact.encounters import Encounters, neighbourhood_moves
from hts.theory.exact.occupation import first_wells
from hts.theory.exact.shares import StationaryShares, stationary_shares
from hts.theory.exact.steps import ExactExitError
from hts.theory.limit.chains import LimitChain, limit_chain
from hts.theory.limit.geometry import power
from hts.theory.limit.levy import levy_chain
from hts.theory.limit.limits import mean_steps

#: Wanted relative error of each share: no run is ever so long that it could tell.
TOLERANCE = 1e-5


def predict_shares(
    plan: Plan,
    cells: Sequence[Cell] | None = None,
    *,
    threads: int | None = None,
    finer: bool = False,
    memory: ShareMemory | None = None,
    on_cell: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Records[SharePrediction]:
    """Compute exact and limit shares of time in all wells, for every cell of a plan; nothing is simulated.

    Parameters
    ----------
    plan : Plan
    cells : sequence of Cell, optional
        Which; by default those of the plan. Their `well` does not matter.
    threads : int, optional
        Cells computed at once; one per core by default. Each takes up to 1 GB.
    finer : bool
        Compute anew, whatever the memory holds, to a hundredth of the error: the second look before anyone is accused.
    memory : ShareMemory, optional
        Where shares of earlier calls are looked up and new ones are kept.
    on_cell : callable, optional
        Called with the cells done and all cells, from this thread.
    should_stop : callable, optional
        Asked after each cell.

    Returns
    -------
    tuple of SharePrediction
        In the order of the cells; empty for a landscape with one well. Where no exact value can be had, its fields are
        None and a warning says why.

    Raises
    ------
    StoppedError
        Where `should_stop` said so; what the memory has keeps.
    """
    if plan.build_landscape().n_wells < 2:
        return Records()
    cells = plan.cells() if cells is None else cells
    found = {} if memory is None or finer else memory.recall(cells)
    complete(
        found,
        cells,
        lambda cell: predict_cell_shares(plan, cell, finer),
        threads=threads,
        keep=None if memory is None else memory.keep,
        on_cell=on_cell,
        should_stop=should_stop,
    )
    return Records(found[cell] for cell in cells)


def predict_cell_shares(plan: Plan, cell: Cell, finer: bool = False) -> SharePrediction:
    """Predict the shares of one cell; finer: see `predict_shares`."""
    landscape, noise = plan.build_landscape(), plan.noise_of(cell)
    if cell.epsilon is not None:
        limit, relaxation, said = levy_limit(landscape, cell)
    else:
        chain = limit_chain(landscape, cell.b, noise.tail_index, noise.p_plus)
        limit, relaxation, said = _limit(chain, noise, cell.eta)
    exact, why = _exact(landscape, noise, cell, FINER * TOLERANCE if finer else TOLERANCE)
    first, unsettled = (None, ()) if exact is None else _first(plan, cell, landscape, noise)
    moves = None if exact is None else exact.chain
    encounters, unmet = _encounters(plan, cell, landscape, noise)
    return SharePrediction(
        eta=cell.eta,
        b=cell.b,
        alpha=cell.alpha,
        exact=None if exact is None else tuple(exact.shares.tolist()),
        relative_error=None if exact is None else exact.relative_error,
        limit=limit,
        relaxation_steps=relaxation,
        relaxation_steps_exact=None if moves is None else moves.relaxation_steps,
        rates_exact=None if moves is None else tuple(tuple(row) for row in moves.rates.tolist()),
        whereabouts_exact=None if moves is None else tuple(tuple(row) for row in moves.whereabouts.tolist()),
        rates_relative_error=None if moves is None else moves.relative_error,
        warnings=(*said, *why, *unsettled, *unmet),
        first_wells=first,
        epsilon=cell.epsilon,
        moves_exact=None if encounters is None else tuple(tuple(row) for row in encounters.probabilities.tolist()),
        moves_error=None if encounters is None else encounters.error,
    )


def levy_limit(landscape: Landscape, cell: Cell) -> tuple[tuple[float, ...] | None, float | None, tuple[str, ...]]:
    """Return the limit epsilon -> 0 of the shares, docs/levy.md (20), and the relaxation time of its chain in steps."""
    if cell.epsilon is None or cell.alpha is None:
        raise ValueError("a cell without epsilon is of no plan with [levy]")
    chain = levy_chain(landscape, cell.alpha)
    if chain.stationary is None:
        return None, None, ("no limit of the shares: some well cannot be left within [-L, L]",)
    time = chain.relaxation_time
    steps = None if time is None else mean_steps(power(cell.epsilon, cell.alpha) * cell.eta / time)
    return tuple(chain.stationary.tolist()), steps, ()


def _exact(
    landscape: Landscape, noise: Noise, cell: Cell, tolerance: float
) -> tuple[StationaryShares | None, tuple[str, ...]]:
    """Return the exact shares, or why there are none."""
    try:
        exact = stationary_shares(landscape, noise, cell.eta, cell.b, tolerance=tolerance)
    except ShareError as problem:
        return None, (f"no exact shares: {problem}",)
    return exact, exact.warnings


def _encounters(
    plan: Plan, cell: Cell, landscape: Landscape, noise: Noise
) -> tuple[Encounters | None, tuple[str, ...]]:
    """Return the exact moves between minima of a long run with [levy], or why there are none."""
    if cell.epsilon is None or plan.visits is None:
        return None, ()
    radius = np.full(landscape.n_wells, plan.visit_record().radius)
    try:
        return neighbourhood_moves(landscape, noise, cell.eta, cell.b, radius), ()
    except ShareError as problem:
        return None, (f"no exact moves between minima: {problem}",)


def _first(
    plan: Plan, cell: Cell, landscape: Landscape, noise: Noise
) -> tuple[tuple[float, ...] | None, tuple[str, ...]]:
    """Return the chances to settle first in each well where walkers start between two minima, or why there are none."""
    start = plan.study.run_start
    if start is None or not landscape.minima[0] < start < landscape.minima[-1] or start in landscape.minima:
        return None, ()
    try:
        return tuple(first_wells(landscape, noise, cell.eta, cell.b, start).tolist()), ()
    except ExactExitError as problem:
        return None, (f"walkers are taken to settle first in the well of their start, {start:g}: {problem}",)


def _limit(
    chain: LimitChain, noise: Noise, eta: float
) -> tuple[tuple[float, ...] | None, float | None, tuple[str, ...]]:
    """Return the limit of the shares and the relaxation time of its chain, or why there is none."""
    lasting = [k for k, member in enumerate(chain.classes) if member.absorbing]
    if len(lasting) != 1:
        sets = ", ".join("{" + ", ".join(map(str, chain.classes[k].wells)) + "}" for k in lasting)
        return None, None, (
            f"no limit of the shares: the wells fall into {len(lasting)} classes that typical jumps do not join, "
            f"{sets}; rarer ones settle the shares between them (exact), on a longer time scale (16)",
        )  # fmt: skip
    shares = chain.shares
    if shares is None:
        return None, None, tuple(f"no limit of the shares: {reason}" for reason in chain.classes[lasting[0]].reasons)
    return tuple(shares.tolist()), chain.relaxation_steps(noise, eta)[lasting[0]], ()
