"""Expected cost of each cell of a plan, and of the whole plan."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import numpy as np

from hts.errors import PlanError
from hts.forecast.devices import DeviceCost
from hts.forecast.means import rough_means
from hts.plans import AnyPlan, Cell, Plan
from hts.plans.limits import exit_limit_of
from hts.sweeps import dry_run, study_of
from hts.theory.limit.limits import ExitLimit, mean_steps, rate_scale

Line: TypeAlias = tuple[float, float | None, float | None]  # b, alpha and epsilon
LimitMean: TypeAlias = Callable[[Cell], float | None]
ExpectedSteps: TypeAlias = Callable[[Cell], tuple[float, str]]

#: Bytes of a stored walker, measured on 1e6 rows (walker, steps, side, landing).
BYTES_PER_WALKER = 14
#: Bytes of a count in a long run, compressed.
BYTES_PER_COUNT = 3
#: Bytes of a shard's header and footer.
BYTES_PER_SHARD = 5_000
#: Of a shard that is a summary, whose walkers take none.
BYTES_PER_SUMMARY = 9_000


@dataclass(frozen=True, slots=True)
class CellForecast:
    """What one cell is expected to cost."""

    cell: Cell
    state: str  #: done, partial, missing, damaged or failed
    message: str  #: why it would run, or why it would not
    walkers_wanted: int  #: of the plan, or chosen for its relative error
    walkers_left: int  #: that would be simulated
    n_shards: int  #: that would be computed
    mean_steps: float  #: expected steps of a walker, censoring included
    source: str  #: "exact", "scaled" (by exact values at other eta), "limit", "max_steps" or "steps" (of runs)


@dataclass(frozen=True)
class Cost:
    """What is still to be computed."""

    expected_steps: float  #: walker-steps
    upper_bound_steps: float  #: if no walker left before max_steps
    core_seconds: float
    wall_seconds: float  #: on all threads
    threads: int
    bytes: int
    steps_per_second: float  #: of one core
    basis: str  #: where steps_per_second comes from: "calibrated", "earlier runs" or "assumed"
    device: DeviceCost | None = None  #: on devices, where they are asked for or have run before


def forecast_cells(
    plan: Plan, folder: Path | None, means: Mapping[Cell, float] | None = None
) -> tuple[tuple[CellForecast, ...], str]:
    """Forecast every cell of a plan, as if the folder were new where a run would refuse it; then also say why.

    Parameters
    ----------
    plan : Plan
    folder : Path or None
    means : mapping, optional
        Exact mean exit times that are known already; others are computed where they matter.
    """
    try:
        works, refusal = dry_run(plan, folder), ""
    except PlanError as error:
        works, refusal = dry_run(plan, None), str(error)
    known, limit_of, left = dict(means or {}), limit_means(plan), [work.walkers_left for work in works]
    expected: ExpectedSteps = lru_cache(maxsize=None)(expected_steps(plan, None, limit_of))
    if not study_of(plan).takes_all_steps:
        walkers = {work.cell: n for work, n in zip(works, left, strict=True) if n and work.cell not in known}
        known |= _means_that_matter(plan, walkers, expected)
    if known:
        expected = expected_steps(plan, known, limit_of)
    cells = (
        CellForecast(
            work.cell,
            work.state,
            work.reason,
            work.walkers_wanted,
            n,
            len(work.tasks),
            *expected(work.cell),
        )
        for work, n in zip(works, left, strict=True)
    )
    return tuple(cells), refusal


def line_of(cell: Cell) -> Line:
    """Return what cells have in common that differ in eta alone."""
    return cell.b, cell.alpha, cell.epsilon


def _means_that_matter(plan: Plan, walkers: Mapping[Cell, int], expected: ExpectedSteps) -> dict[Cell, float]:
    """Compute exact means of cells that are still to do; where the limit says nothing, max_steps is what is feared."""
    steps, without_limit = {}, set()
    for cell, n in walkers.items():
        mean, source = expected(cell)
        if source == "max_steps" or mean <= 1.0:
            mean = float(plan.most_steps)
            without_limit.add(cell)
        steps[cell] = n * mean
    return rough_means(plan, steps, without_limit)


def limit_means(plan: Plan) -> LimitMean:
    """Return the function from a cell to its mean exit time by the limit law, in steps; None where there is none.

    What cells share is computed once: the constant of a (b, alpha), the scale of an (eta, alpha, l*), and each cell's
    own value. A forecast of a million cells asks for each of them twice.
    """
    limits: dict[Line, ExitLimit] = {}  # their constants hold for every eta
    scales: dict[tuple[float, float | None, int], float] = {}  # lambda by eta, alpha, l*: the same for many b
    found: dict[Cell, float | None] = {}

    def compute(cell: Cell) -> float | None:
        if cell.epsilon is not None:
            return exit_limit_of(plan, cell).mean_exit_steps
        known = limits.get(line_of(cell))
        if known is not None and known.rate_constant and known.jump_number:
            key = cell.eta, cell.alpha, known.jump_number
            if key not in scales:
                scales[key] = rate_scale(plan.noise_of(cell), cell.eta, known.jump_number)
            return mean_steps(known.rate_constant * scales[key])
        if known is not None and known.rate_constant is None and plan.is_heavy(cell):
            return None  # there is no limit law, whatever eta
        limit = exit_limit_of(plan, cell)
        limits[line_of(cell)] = limit
        return limit.mean_exit_steps

    def limit_of(cell: Cell) -> float | None:
        if cell not in found:
            found[cell] = compute(cell)
        return found[cell]

    return limit_of


def expected_steps(
    plan: Plan, means: Mapping[Cell, float] | None = None, limit_of: LimitMean | None = None
) -> ExpectedSteps:
    """Return the function from a cell to the mean steps of one of its walkers, and where that comes from.

    A walker censored at C after an exponential time of mean m takes m (1 - exp(-C/m)) steps. Where there is no exact
    m, it is that of the limit law, times exact/limit at the smallest eta of the same (b, alpha) where both are known.
    Where the limit says nothing, or less than one step, as at large eta, it lies between exact means of other eta.

    Parameters
    ----------
    plan : Plan
    means : mapping, optional
        Exact mean exit times of some cells.
    limit_of : callable, optional
        That of `limit_means`, to share what it has computed with another forecast of the same plan.
    """
    if study_of(plan).takes_all_steps:
        return lambda cell: (float(plan.most_steps), "steps")
    most = plan.most_steps
    limit_of = limit_of or limit_means(plan)
    exact = means or {}
    ratios: dict[Line, float] = {}
    for cell in sorted(exact, key=lambda cell: -cell.eta):  # the smallest eta, where most steps are taken, comes last
        if (limit := limit_of(cell)) is not None and math.isfinite(limit):
            ratios[line_of(cell)] = exact[cell] / limit

    between = _between(exact)

    def uncensored(cell: Cell) -> tuple[float, str]:
        if cell in exact:
            return exact[cell], "exact"
        limit = limit_of(cell)
        if (limit is None or limit < 1.0) and (mean := between(cell)) is not None:
            return mean, "scaled"
        if limit is None:
            return math.inf, "max_steps"
        ratio = ratios.get(line_of(cell))
        return max(limit * (ratio or 1.0), 1.0), "limit" if ratio is None else "scaled"

    def expected(cell: Cell) -> tuple[float, str]:
        mean, source = uncensored(cell)
        if math.isinf(mean):
            return float(most), "max_steps"
        return max(-mean * math.expm1(-most / mean), 1.0), source

    return expected


def _between(exact: Mapping[Cell, float]) -> Callable[[Cell], float | None]:
    """Give the function that reads a mean off the exact ones of the same line, linearly in logarithms.

    Above the largest eta that is known, a walker takes no longer than there; below the smallest, nothing is said.
    """
    lines: dict[Line, list[tuple[float, float]]] = defaultdict(list)
    for cell, mean in exact.items():
        lines[line_of(cell)].append((math.log(cell.eta), math.log(mean)))

    def between(cell: Cell) -> float | None:
        points = sorted(lines.get(line_of(cell), ()))
        if not points or math.log(cell.eta) < points[0][0]:
            return None
        etas, means = np.array(points).T
        return float(np.exp(np.interp(math.log(cell.eta), etas, means)))

    return between


def cost_of(plan: AnyPlan, cells: tuple[CellForecast, ...], threads: int, speed: float, basis: str) -> Cost:
    """Add up what is left to do."""
    steps = sum(cell.walkers_left * cell.mean_steps for cell in cells)
    walkers = sum(cell.walkers_left for cell in cells)
    # long shards come first: no thread waits for the last, unless a single shard takes longer than a thread's part
    longest = max((cell.walkers_left / cell.n_shards * cell.mean_steps for cell in cells if cell.n_shards), default=0.0)
    per_shard = BYTES_PER_SUMMARY if plan.keeps_summaries else BYTES_PER_SHARD
    return Cost(
        expected_steps=steps,
        upper_bound_steps=float(walkers) * plan.most_steps,
        core_seconds=steps / speed,
        wall_seconds=max(steps / threads, longest) / speed,
        threads=threads,
        bytes=walkers * bytes_per_walker(plan) + sum(cell.n_shards for cell in cells) * per_shard,
        steps_per_second=speed,
        basis=basis,
    )


def bytes_per_walker(plan: AnyPlan) -> int:
    """Estimate what a stored walker takes on disk."""
    if plan.keeps_summaries:
        return 0
    return BYTES_PER_WALKER + BYTES_PER_COUNT * study_of(plan).counts_per_walker(plan)


def state_counts(cells: tuple[CellForecast, ...]) -> dict[str, int]:
    """Count the cells in each state."""
    return dict(Counter(cell.state for cell in cells))
