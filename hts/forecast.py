"""This file is where a plan is described before anything runs: wells, jump numbers, graphs, and its cost."""

import json
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import platformdirs

from hts.engines import ThreadEngine, available_cores
from hts.errors import PlanError
from hts.landscapes import Landscape
from hts.plans import Cell, Plan
from hts.prediction.geometry import accessible_ends, jump_number
from hts.prediction.limits import ExitLimit, exit_limit, rate_scale
from hts.sweeps import SweepReport, dry_run
from hts.sweeps.studies import study_of

if TYPE_CHECKING:
    from hts.predictions.chains import ChainPrediction, IrreducibleWindows
    from hts.walkers import Predict

Line: TypeAlias = tuple[float, float | None]  # b and alpha

#: Pairs (b, alpha) for which exact values are computed before a forecast.
MOST_LINES = 12
#: Walker-steps per second and core where this machine has no earlier run to go by: benchmarks/README.md, halved for
#: older CPUs.
STEPS_PER_SECOND = {"pareto": 2.0e8, "lomax": 2.0e8, "stable": 0.9e8, "student": 1.5e8, "normal": 1.7e8}
#: Where f' is a table.
TABLE_FACTOR = 0.65
#: Where steps are also counted by well and bin.
VISITS_FACTOR = 0.7
#: Bytes of a stored walker, measured on 1e6 rows (walker, steps, side, landing).
BYTES_PER_WALKER = 14
#: Bytes of a count in a long run, compressed.
BYTES_PER_COUNT = 3
#: Bytes of a shard's header and footer.
BYTES_PER_SHARD = 5_000
#: How long `--calibrate` measures.
CALIBRATION_SECONDS = 0.8
#: Of the speed with all lanes busy, where shards are of 256 walkers and the last ones run alone (docs/sweeps.md).
SHARD_EFFICIENCY = 0.9
#: Runs shorter than this say more about starting than about speed.
REMEMBERED_SECONDS = 5.0
SPEEDS_FILE = Path(platformdirs.user_cache_dir("hts")) / "speeds.json"


@dataclass(frozen=True)
class WellDescription:
    """One well, docs/model.md section 3."""

    well: int  #: counted from 0
    minimum: float  #: m_i
    left: float | None  #: s_{i-1}; None where the well is unbounded
    right: float | None  #: s_i
    exit_distance: float | None  #: r_i; None where no end can be reached
    jump_numbers: tuple[tuple[float, int | None], ...]  #: (b, l*) for each b of the plan


@dataclass(frozen=True)
class CellForecast:
    """What one cell is expected to cost."""

    cell: Cell
    state: str  #: done, partial, missing, damaged or failed
    message: str  #: why it would run, or why it would not
    walkers_wanted: int  #: of the plan, or chosen for its relative error
    walkers_left: int  #: that would be simulated
    n_shards: int  #: that would be computed
    mean_steps: float  #: expected steps of a walker, censoring included
    source: str  #: "exact" (limit law, corrected at the smallest eta), "limit", "max_steps" or "steps" (of the plan)


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


@dataclass(frozen=True)
class Description:
    """A plan before it runs."""

    plan: Plan
    landscape: Landscape
    wells: tuple[WellDescription, ...]
    graphs: "tuple[ChainPrediction, ...]"  #: one for each (b, alpha)
    windows: "IrreducibleWindows | None"  #: of b; None where no well leads to another
    cells: tuple[CellForecast, ...]
    cost: Cost
    notes: tuple[str, ...]  #: walkers that a run would choose
    warnings: tuple[str, ...]


def describe(
    plan: Plan,
    folder: Path | None = None,
    *,
    threads: int | None = None,
    calibrate: bool = False,
    predict: "Predict | None" = None,
) -> Description:
    """Say what a plan is about and what it costs; nothing is written.

    Parameters
    ----------
    plan : Plan
    folder : Path, optional
        Results folder; what is done there costs nothing.
    threads : int, optional
        For the wall time; one per core by default.
    calibrate : bool
        Measure the speed now, in about a second.
    predict : callable, optional
        As `choose_walkers` takes it; asked only where the plan leaves walkers to a relative error.

    Returns
    -------
    Description
    """
    # a run, which forecasts too, needs none of these
    from hts.predictions.chains import chain_warnings, predict_chains, predict_windows

    plan, notes, more = with_walkers(plan, folder, predict)
    landscape, graphs = plan.build_landscape(), predict_chains(plan)
    cells, refusal = forecast_cells(plan, folder)
    n_threads = threads or available_cores()
    longest = max(cells, key=lambda forecast: forecast.mean_steps)
    speed = (calibrated_speed(plan, longest.cell, n_threads), "calibrated") if calibrate else speed_of(plan)
    return Description(
        plan=plan,
        landscape=landscape,
        wells=describe_wells(plan, landscape, sorted({cell.b for cell in plan.cells()})),
        graphs=graphs,
        windows=predict_windows(landscape, plan.noise.p_plus),
        cells=cells,
        cost=cost_of(plan, cells, n_threads, *speed),
        notes=notes,
        warnings=(
            *plan.warnings(),
            *chain_warnings(plan, graphs),
            *more,
            *([f"hts run would refuse this folder: {refusal}"] if refusal else ()),
        ),
    )


def with_walkers(
    plan: Plan, folder: Path | None, predict: "Predict | None" = None
) -> tuple[Plan, tuple[str, ...], tuple[str, ...]]:
    """Choose walkers where a plan leaves that to a relative error; give the plan, notes and warnings."""
    if isinstance(plan.study.walkers, int):
        return plan, (), ()
    from hts.walkers import choose_walkers  # predictions take a second to import, and most plans give a number

    choice = choose_walkers(plan, folder, predict)
    return choice.plan, choice.notes, choice.warnings


def describe_wells(plan: Plan, landscape: Landscape, clips: list[float]) -> tuple[WellDescription, ...]:
    """Describe every well; that of a landscape with one well has the ends of the plan's domain."""
    wells = []
    for well, minimum in enumerate(landscape.minima.tolist()):
        left, right = landscape.well_ends(well)
        if landscape.n_wells == 1:
            left, right = plan.exit_domain().low, plan.exit_domain().high
        ends = accessible_ends(minimum, left, right, plan.noise.p_plus, landscape.projection)
        distance = min((end.distance for end in ends), default=None)
        wells.append(
            WellDescription(
                well=well,
                minimum=minimum,
                left=left if math.isfinite(left) else None,
                right=right if math.isfinite(right) else None,
                exit_distance=distance,
                jump_numbers=tuple((b, None if distance is None else jump_number(distance, b)) for b in clips),
            )
        )
    return tuple(wells)


def forecast_cells(plan: Plan, folder: Path | None) -> tuple[tuple[CellForecast, ...], str]:
    """Forecast every cell of a plan, as if the folder were new where a run would refuse it; then also say why."""
    try:
        works, refusal = dry_run(plan, folder), ""
    except PlanError as error:
        works, refusal = dry_run(plan, None), str(error)
    expected = expected_steps(plan, exact_corrections(plan, [work.cell for work in works if work.walkers_left]))
    cells = (
        CellForecast(
            work.cell,
            work.state,
            work.reason,
            work.walkers_wanted,
            work.walkers_left,
            len(work.tasks),
            *expected(work.cell),
        )
        for work in works
    )
    return tuple(cells), refusal


def exact_corrections(plan: Plan, cells: Sequence[Cell]) -> dict[Line, float]:
    """Give exact/limit mean exit time of each (b, alpha) at its smallest eta, where most steps are taken.

    Nothing is computed for more than `MOST_LINES` of them: it takes a second each, and a description should not wait.
    """
    from hts.predictions import predict  # a run, which forecasts too, computes no exact values and should not wait

    if plan.visits is not None:  # long runs take the steps they are told to
        return {}
    smallest: dict[Line, Cell] = {}
    for cell in sorted(cells, key=lambda cell: cell.eta):
        smallest.setdefault((cell.b, cell.alpha), cell)
    if len(smallest) > MOST_LINES:
        return {}
    corrections = {}
    for prediction in predict(plan, tuple(smallest.values())):
        exact, limit = prediction.mean_exit_steps_exact, prediction.mean_exit_steps_limit
        if exact is not None and limit is not None:
            corrections[prediction.b, prediction.alpha] = exact / limit
    return corrections


def expected_steps(plan: Plan, corrections: Mapping[Line, float] | None = None) -> Callable[[Cell], tuple[float, str]]:
    """Give the function that tells the mean steps of one walker of a cell, and where it comes from.

    A walker censored at C after an exponential time of mean m takes m (1 - exp(-C/m)) steps.

    Parameters
    ----------
    plan : Plan
    corrections : mapping, optional
        Exact over limit mean of a (b, alpha), as `exact_corrections` gives it.
    """
    if plan.visits is not None:
        return lambda cell: (float(plan.most_steps), "steps")
    exact = corrections or {}
    landscape, domain, most = plan.build_landscape(), plan.exit_domain(), plan.most_steps
    limits: dict[tuple[float, float | None], ExitLimit] = {}  # by (b, alpha): their constants hold for every eta

    def mean_exit_steps(cell: Cell) -> float | None:
        noise, known = plan.noise_of(cell), limits.get((cell.b, cell.alpha))
        if known is not None and known.rate_constant and known.jump_number:
            frequency = known.rate_constant * rate_scale(noise, cell.eta, known.jump_number)
            return 1 / frequency if frequency > 0 else None
        limit = exit_limit(landscape, noise, cell.eta, cell.b, domain.low, domain.high, domain.minimum)
        limits[cell.b, cell.alpha] = limit
        return limit.mean_exit_steps

    def expected(cell: Cell) -> tuple[float, str]:
        limit, correction = mean_exit_steps(cell), exact.get((cell.b, cell.alpha))
        if limit is None or math.isinf(limit):
            return float(most), "max_steps"
        mean = limit * (correction or 1.0)
        return -mean * math.expm1(-most / mean), "limit" if correction is None else "exact"

    return expected


def cost_of(plan: Plan, cells: tuple[CellForecast, ...], threads: int, speed: float, basis: str) -> Cost:
    """Add up what is left to do."""
    steps = sum(cell.walkers_left * cell.mean_steps for cell in cells)
    walkers = sum(cell.walkers_left for cell in cells)
    # long shards come first: no thread waits for the last, unless a single shard takes longer than a thread's part
    longest = max((cell.walkers_left / cell.n_shards * cell.mean_steps for cell in cells if cell.n_shards), default=0.0)
    return Cost(
        expected_steps=steps,
        upper_bound_steps=float(walkers) * plan.most_steps,
        core_seconds=steps / speed,
        wall_seconds=max(steps / threads, longest) / speed,
        threads=threads,
        bytes=walkers * bytes_per_walker(plan) + sum(cell.n_shards for cell in cells) * BYTES_PER_SHARD,
        steps_per_second=speed,
        basis=basis,
    )


def bytes_per_walker(plan: Plan) -> int:
    """Estimate what a stored walker takes on disk."""
    if plan.visits is None:
        return BYTES_PER_WALKER
    n, record = plan.build_landscape().n_wells, plan.visit_record()
    n_counts = (len(record.checkpoints(plan.most_steps)) + 1 + n) * n + record.n_bins + 2
    return BYTES_PER_WALKER + BYTES_PER_COUNT * n_counts


def calibrated_speed(plan: Plan, cell: Cell, threads: int) -> float:
    """Measure walker-steps per second and core, all threads at work, in about a second once kernels are compiled.

    Parameters
    ----------
    plan : Plan
    cell : Cell
        What is simulated; the longest one is most of the cost.
    threads : int
        How many share the machine.
    """
    from hts.ensembles import Interrupted  # Numba takes a second to import

    simulate = partial(study_of(plan).simulate, plan, cell, 0)
    simulate(64, 100)  # compiled, and the gradient tabulated
    # more exits than come to an end in time, unless they take no time at all; long runs leave much more to write down
    n_walkers = 1_000_000 if plan.visits is None else 256

    def measure() -> float:
        steps: list[int] = []
        begin = time.perf_counter()
        end = begin + CALIBRATION_SECONDS
        with suppress(Interrupted):
            simulate(n_walkers, 2**62, steps.append, lambda: time.perf_counter() > end)
        return sum(steps) / (time.perf_counter() - begin)

    with ThreadEngine(threads) as engine:
        speeds = [future.result() for future in [engine.submit(measure) for _ in range(threads)]]
    return SHARD_EFFICIENCY * sum(speeds) / threads


def speed_name(plan: Plan) -> str:
    """Name what a speed depends on: the law, a normal part, and how f' is encoded."""
    law = plan.noise.kind + ("+normal" if plan.noise.normal_scale > 0 and plan.noise.kind != "normal" else "")
    name = f"{law}/{'table' if math.isfinite(plan.build_landscape().domain[0]) else 'hinges'}"
    return name if plan.visits is None else f"{name}/visits"


def remembered_speeds() -> dict[str, float]:
    """Read the speeds of earlier runs on this machine; none where there is no readable file."""
    try:
        stored = json.loads(SPEEDS_FILE.read_text(encoding="utf-8"))
        return {str(name): float(speed) for name, speed in stored.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def speed_of(plan: Plan) -> tuple[float, str]:
    """Give walker-steps per second and core, and where they come from: "earlier runs" on this machine, or "assumed"."""
    name = speed_name(plan)
    if (speed := remembered_speeds().get(name, 0.0)) > 0:
        return speed, "earlier runs"
    law = STEPS_PER_SECOND[plan.noise.kind] * (0.6 if "+normal" in name else 1.0)
    factors = (TABLE_FACTOR if "/table" in name else 1.0) * (VISITS_FACTOR if plan.visits is not None else 1.0)
    return law * factors, "assumed"


def remember_speed(plan: Plan, report: SweepReport, threads: int | None) -> None:
    """Keep the speed of a run for later forecasts; short runs say too little, and no cache is no matter."""
    if report.seconds < REMEMBERED_SECONDS:
        return
    cores = min(threads or available_cores(), available_cores())
    speed = report.steps_per_second / cores
    try:
        SPEEDS_FILE.parent.mkdir(parents=True, exist_ok=True)
        SPEEDS_FILE.write_text(json.dumps(remembered_speeds() | {speed_name(plan): speed}), encoding="utf-8")
    except OSError:
        return


def state_counts(cells: tuple[CellForecast, ...]) -> dict[str, int]:
    """Count the cells in each state."""
    return dict(Counter(cell.state for cell in cells))
