"""Exact and limit values of exits in several dimensions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from math import inf, log

from hts.answers.memory import PredictionMemory
from hts.answers.parallel import complete
from hts.answers.records import ExitPrediction
from hts.answers.space_line import predict_on_a_line
from hts.answers.space_wells import convex_well, jumps_of, kept_jumps, open_well
from hts.noise import Noise
from hts.plans import Cell, SpacePlan
from hts.records import Records
from hts.space.constants import BasinConstant, basin_constant
from hts.space.convex_wells import SampledConstant, sampled_constant
from hts.space.limits import RadialConstant, radial_constant
from hts.space.open_constants import open_constant
from hts.space.radial_operator import RadialExit, radial_exit
from hts.theory.exact.steps import ExactExitError
from hts.theory.exact.survival import UnstableStepsError
from hts.theory.limit.geometry import exit_exponent
from hts.theory.limit.limits import ExitLimit, mean_steps, rate_scale
from hts.theory.limit.within import steps_within

#: Wanted relative error of the mean.
TOLERANCE = 1e-4
#: Ratio of the two eta from whose means the local exponent is read.
RATIO = 1.1
NO_EXACT = (
    "no exact value: the law of |X| alone is solved, of a ball about the minimum of a radial well, isotropic noise"
)
NO_CONSTANT = "no rate constant: it needs isotropic noise, and a single minimum to which the flow leads from the start"


def space_limit(plan: SpacePlan, cell: Cell, with_basin: bool = True) -> ExitLimit:
    """Return what theory says of an exit as eta falls to 0, docs/model.md (3) to (7); see `ExitLimit`.

    The constant of a basin, or of a well without closed forms, takes some ten seconds for each b and alpha, unless
    `with_basin` leaves it out.
    """
    noise, well = plan.noise_of(cell), plan.radial_well(cell)
    n_jumps = jumps_of(plan, cell.b)

    def refused(text: str) -> ExitLimit:
        exponent = exit_exponent(noise.alpha, n_jumps) if is_heavy and n_jumps and noise.alpha else None
        return ExitLimit(n_jumps, exponent, None, None, None, None, None, (text,))

    is_heavy = noise.tail_index is not None and noise.tail_index > 1.0
    if not is_heavy or noise.alpha is None:
        return refused("the limit law needs noise with a power tail and alpha > 1")
    if well is None and convex_well(plan) is not None and plan.is_isotropic:
        return _convex_limit(plan, cell, refused)
    if well is None and not with_basin:
        return refused(NO_CONSTANT)
    if well is None:
        return _basin_limit(plan, cell, refused, n_jumps) if plan.has_map else _open_limit(plan, cell, refused)
    if well.start > 0.0 and not well.start < well.radius:
        return refused("the start lies outside the ball")
    curvature = well.curvature
    try:
        constant = radial_constant(lambda x: curvature * x, well.radius, cell.b, noise.alpha, plan.dimension)
    except ValueError as problem:
        return refused(f"no rate constant: {problem}")
    return _limit_of(noise, noise.alpha, cell.eta, constant, ())


def _limit_of(
    noise: Noise,
    alpha: float,
    eta: float,
    constant: RadialConstant | BasinConstant | SampledConstant,
    warnings: tuple[str, ...],
) -> ExitLimit:
    """Put a limit law together from its constant."""
    scale = rate_scale(noise, eta, constant.jump_number)
    return ExitLimit(
        jump_number=constant.jump_number,
        exit_exponent=exit_exponent(alpha, constant.jump_number),
        rate_constant=constant.value,
        rate_scale=scale if 0.0 < scale < inf else None,
        mean_exit_steps=mean_steps(constant.value * scale),
        destinations=None,
        relative_error=constant.error / constant.value,
        warnings=warnings,
    )


def _basin_limit(plan: SpacePlan, cell: Cell, refused: Callable[[str], ExitLimit], n_jumps: int | None) -> ExitLimit:
    """Return the limit law of a basin of the plane, its constant by quadrature on the map."""
    noise = plan.noise_of(cell)
    if not (plan.has_map and plan.is_isotropic and n_jumps and noise.alpha):
        return refused(NO_CONSTANT)
    try:
        constant = kept_constant(plan, n_jumps, cell.b, noise.alpha)
    except ValueError as problem:
        return refused(f"no rate constant: {problem}")
    if not constant.value > 0.0:
        return refused("no rate constant: on the map of basins no path of l* jumps leaves; take a finer spacing")
    error = constant.error / constant.value
    said = f"the rate constant {constant.value:.4g} is known to {error:.1%}, by quadrature on the map of basins"
    return _limit_of(noise, noise.alpha, cell.eta, constant, (said,))


def _convex_limit(plan: SpacePlan, cell: Cell, refused: Callable[[str], ExitLimit]) -> ExitLimit:
    """Return the limit law of a quadratic well in a convex domain, its constant by Monte Carlo."""
    noise = plan.noise_of(cell)
    assert noise.alpha is not None, "the limit law is of noise with a power tail"
    try:
        constant = kept_sample(plan, cell.b, noise.alpha)
    except ValueError as problem:
        return refused(f"no rate constant: {problem}")
    error = constant.error / constant.value
    said = f"the rate constant {constant.value:.4g} is known to {error:.1%}, one standard error of its Monte Carlo"
    return _limit_of(noise, noise.alpha, cell.eta, constant, (said,))


def _open_limit(plan: SpacePlan, cell: Cell, refused: Callable[[str], ExitLimit]) -> ExitLimit:
    """Return the limit law of a well and a domain of any kind, its constant by Monte Carlo along the flow."""
    noise, well = plan.noise_of(cell), open_well(plan)
    assert noise.alpha is not None, "the limit law is of noise with a power tail"
    if well is None:
        return refused(NO_CONSTANT)
    try:
        jumps = kept_jumps(plan, cell.b)
        constant = kept_open_constant(plan, cell.b, noise.alpha)
    except ValueError as problem:
        return refused(f"no rate constant: {problem}")
    error = constant.error / constant.value
    said = f"the rate constant {constant.value:.4g} is known to {error:.1%}, one standard error of its Monte Carlo"
    proof = () if jumps.is_certain else (f"l* = {jumps.value} is not proved: {jumps.reason}",)
    return _limit_of(noise, noise.alpha, cell.eta, constant, (said, *proof))


@lru_cache(maxsize=64)
def kept_open_constant(plan: SpacePlan, b: float, alpha: float) -> SampledConstant:
    """Return the constant of the well of `open_well`; the second call gives the first one's."""
    well = open_well(plan)
    assert well is not None, "asked of such wells alone"
    return open_constant(well, kept_jumps(plan, b), b, alpha)


@lru_cache(maxsize=64)
def kept_sample(plan: SpacePlan, b: float, alpha: float) -> SampledConstant:
    """Return the constant of a quadratic well in a convex domain; the second call gives the first one's."""
    well = convex_well(plan)
    assert well is not None, "asked of such wells alone"
    return sampled_constant(well, b, alpha)


@lru_cache(maxsize=64)
def kept_constant(plan: SpacePlan, n_jumps: int, b: float, alpha: float) -> BasinConstant:
    """Return the constant of the basin that a plan leaves; the second call gives the first one's."""
    return basin_constant(plan.basins, plan.build_landscape().gradient, plan.well, n_jumps, b, alpha)


def predict_space(
    plan: SpacePlan,
    cells: Sequence[Cell] | None = None,
    *,
    threads: int | None = None,
    with_exponent: bool = False,
    memory: PredictionMemory | None = None,
    on_cell: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Records[ExitPrediction]:
    """Compute exact and limit values of every cell of a plan of exits; nothing is simulated.

    Parameters
    ----------
    plan : SpacePlan
    cells : sequence of Cell, optional
        Which; by default those of the plan.
    with_exponent : bool
        Compute the local exponent too, from two more solutions.
    threads, memory, on_cell, should_stop
        As `hts.answers.predict` takes them.

    Raises
    ------
    StoppedError
        Where `should_stop` said so.
    """
    cells = plan.cells() if cells is None else cells
    for cell in {(cell.b, cell.alpha): cell for cell in cells}.values():
        space_limit(plan, cell)  # once for all eta, before threads would ask for it at the same time
    found = {} if memory is None or with_exponent else memory.recall_outlook(cells)  # means without an exponent
    complete(
        found,
        cells,
        lambda cell: predict_space_cell(plan, cell, with_exponent),
        threads=threads,
        keep=None if memory is None else memory.keep,
        on_cell=on_cell,
        should_stop=should_stop,
    )
    return Records(found[cell] for cell in cells)


def predict_space_cell(plan: SpacePlan, cell: Cell, with_exponent: bool = False) -> ExitPrediction:
    """Predict one cell; see `predict_space`."""
    limit, well = space_limit(plan, cell), plan.radial_well(cell)
    if well is not None and plan.dimension == 1:
        return predict_on_a_line(cell, well, limit, plan.within, with_exponent, TOLERANCE)
    warnings, exact, exponent, exponent_error = list(limit.warnings), None, None, None
    if well is None:
        warnings.append(NO_EXACT)
    elif well.noise.body is not None:
        warnings.append("no exact value: the law of |X| is solved of laws by name, not of numbers")
    else:
        try:
            exact = radial_exit(well, TOLERANCE)
            if with_exponent:
                exponent, exponent_error = _local_exponent(plan, cell)
        except ExactExitError as problem:
            warnings.append(f"no exact value: {problem}")
    within, within_error = _within(plan, cell, exact, warnings)
    found = replace(
        ExitPrediction.of_limit(cell, limit),
        local_exponent_exact=exponent,
        local_exponent_error=exponent_error,
        probability_within_exact=within,
        probability_within_relative_error=within_error,
        warnings=tuple(warnings),
    )
    if exact is None:
        return found
    return replace(
        found,
        mean_exit_steps_exact=exact.mean_exit_steps,
        relative_error_exact=exact.mean_error,
        escape_rate_exact=exact.escape_rate,
    )


def _local_exponent(plan: SpacePlan, cell: Cell) -> tuple[float, float]:
    """Return -d log E sigma / d log eta from the means at two eta around that of the cell, and its error."""
    around = [Cell(cell.eta * RATIO**power, cell.b, cell.alpha, cell.well) for power in (-0.5, 0.5)]
    low, high = (radial_exit(well, TOLERANCE) for one in around if (well := plan.radial_well(one)) is not None)
    slope = -log(high.mean_exit_steps / low.mean_exit_steps) / log(RATIO)
    return slope, (low.mean_error + high.mean_error) / log(RATIO)


def _within(
    plan: SpacePlan, cell: Cell, exact: RadialExit | None, warnings: list[str]
) -> tuple[float | None, float | None]:
    if plan.within is None or exact is None:
        return None, None
    try:
        chance, error = exact.exit_within([steps_within(plan.within, cell.eta)])
    except (ExactExitError, UnstableStepsError) as problem:
        warnings.append(f"no exact probability within a time: {problem}")
        return None, None
    return float(chance[0]), float(error[0])
