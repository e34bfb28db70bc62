"""The two kinds of study, exits and long runs, in one dimension: how each is simulated, stored and costed."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from hts.arrays import exact_sum
from hts.ensembles import (
    STREAM_VERSION,
    ExitProblem,
    ExitSample,
    State,
    VisitProblem,
    VisitSample,
    advance_exits,
    advance_visits,
    simulate_exits,
    simulate_visits,
)
from hts.ensembles.space import SpaceExitSample, SpaceVisitSample
from hts.landscapes import Gradient
from hts.plans import AnyPlan, Cell, Plan, SpacePlan
from hts.storage import Columns, ResultsFolder
from hts.sweeps.tasks import EXIT_SHARDS, SUMMARY_SHARDS, VISIT_SHARDS, ShardSizes

Sample: TypeAlias = ExitSample | VisitSample | SpaceExitSample | SpaceVisitSample


class Simulate(Protocol):
    """A function that simulates some walkers of a cell; a sweep takes any such function.

    It may be called from several threads at once, and it raises when should_stop() returns True.
    """

    def __call__(
        self,
        cell: Cell,
        first_walker: int,
        n_walkers: int,
        max_steps: int,
        on_steps: Callable[[int], None],
        should_stop: Callable[[], bool],
        /,
    ) -> Sample:
        """Simulate walkers first_walker, ..., first_walker + n_walkers - 1."""


class CellSimulator(Protocol):
    """A function that simulates walkers of the one cell it is made for; `hts.ensembles` documents its arguments."""

    def __call__(
        self,
        first_walker: int,
        n_walkers: int,
        *,
        on_steps: Callable[[int], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
        resume_from: Mapping[str, npt.NDArray[Any]] | None = None,
        on_checkpoint: Callable[[State], None] | None = None,
    ) -> Sample:
        """Simulate walkers first_walker, ..., first_walker + n_walkers - 1."""


class StudyKind(Protocol):
    """All that differs between exits and long runs; it keeps no state, and each process has its own."""

    #: How a cell's walkers are cut into shards.
    sizes: ShardSizes
    #: Key of the plan for the most steps of a walker.
    limit: str
    #: Version of its random streams.
    stream_version: str
    #: Columns that are compared to the bit when a walker is computed again; all of them where none is named.
    compared: tuple[str, ...]
    #: The compiled kernel.
    kernel: Callable[..., Any]
    #: Whether every walker takes all the steps it may, so that no theory is needed to forecast them.
    takes_all_steps: bool
    #: Walker-steps per second, relative to those of exits.
    relative_speed: float
    #: Ending of the name under which a measured speed is kept.
    speed_ending: str
    #: Walkers for a measurement of speed: more than finish within a second.
    many_walkers: int

    def place(self, folder: ResultsFolder) -> Path:
        """Return the folder of its shards."""

    def reach(self, plan: Any) -> tuple[float, float]:
        """Return the ends of the interval where a walker may begin a step."""

    def problem(self, plan: Any, cell: Cell, n_steps: int | None = None) -> Any:
        """Gather all that decides one cell's numbers; exits do not depend on `n_steps`, the plan's by default."""

    def simulator(self, plan: Any, cell: Cell, max_steps: int) -> CellSimulator:
        """Return the simulator of one cell, for at most `max_steps` steps a walker; threads may share it."""

    def may_share_a_queue(self, plan: Any, cell: Cell, is_wide: bool = False) -> bool:
        """Tell whether shards of a cell may be simulated in one go, and whether that would be faster.

        `is_wide`: for a device, which has more lanes than a shard has walkers.
        """

    def steps_of(self, sample: Any) -> int:
        """Count the steps of all walkers of a sample."""

    def columns(self, sample: Any) -> Columns:
        """Lay out a sample as a shard has it."""

    def shown(self, columns: Columns) -> tuple[float, ...]:
        """Pick from the columns of one walker the numbers to show to a person."""

    def axes(self, plan: Any) -> Mapping[str, Any]:
        """Return what the entries of lists stand for; empty where no column holds lists."""

    def counts_per_walker(self, plan: Any) -> int:
        """Count the integers stored of a walker beside its basic columns."""


class ExitStudy:
    """First exits from a domain."""

    sizes = EXIT_SHARDS
    limit = "max_steps"
    stream_version: str = STREAM_VERSION
    compared: tuple[str, ...] = ("exit_steps", "side", "landing")
    kernel = advance_exits
    takes_all_steps = False
    relative_speed = 1.0
    speed_ending = ""
    many_walkers = 1_000_000

    def place(self, folder: ResultsFolder) -> Path:
        """Return the folder of its shards."""
        return folder.shards

    def reach(self, plan: Plan) -> tuple[float, float]:
        """Return the ends of the domain: beyond them a walker has left."""
        domain = plan.exit_domain()
        return domain.low, domain.high

    def problem(self, plan: Plan, cell: Cell, n_steps: int | None = None) -> ExitProblem:
        """Gather all that decides one cell's numbers; `n_steps` decides none."""
        landscape, domain = plan.build_landscape(), plan.exit_domain()
        return ExitProblem(
            gradient=gradient_of(plan),
            noise=plan.noise_of(cell),
            eta=cell.eta,
            b=cell.b,
            projection=landscape.projection,
            low=domain.low,
            high=domain.high,
            start=domain.start,
            seed=plan.seed_of(cell),
        )

    def simulator(self, plan: Plan, cell: Cell, max_steps: int) -> CellSimulator:
        """Return the simulator of first exits, censored at max_steps."""
        return partial(simulate_exits, self.problem(plan, cell), max_steps=max_steps)

    def may_share_a_queue(self, plan: Plan, cell: Cell, is_wide: bool = False) -> bool:
        """Return True unless each shard must count the steps of its own walkers beyond the table of f'."""
        return not self.problem(plan, cell).may_leave_table

    def steps_of(self, sample: ExitSample) -> int:
        """Count the steps of all walkers of a sample."""
        return exact_sum(sample.exit_steps)

    def columns(self, sample: ExitSample) -> Columns:
        """Lay out a sample as a shard has it."""
        return {name: getattr(sample, name) for name in ("walker", "exit_steps", "is_censored", "side", "landing")}

    def shown(self, columns: Columns) -> tuple[float, ...]:
        """Return exit_steps, side and landing."""
        return tuple(columns[name][0].item() for name in self.compared)

    def axes(self, plan: Plan) -> Mapping[str, Any]:
        """Return nothing: a walker has one number in each column."""
        return {}

    def counts_per_walker(self, plan: Plan) -> int:
        """Return 0: the basic columns are all there is."""
        return 0


class SummaryStudy(ExitStudy):
    """First exits of which summaries are kept; the walkers are those of `ExitStudy`."""

    sizes = SUMMARY_SHARDS

    def place(self, folder: ResultsFolder) -> Path:
        """Return the folder of its shards, which hold a summary each."""
        return folder.summaries


class VisitStudy:
    """Long runs over all wells."""

    sizes = VISIT_SHARDS
    limit = "steps"
    stream_version: str = STREAM_VERSION
    compared: tuple[str, ...] = ("position", "steps_in_well", "steps_near", "transitions", "histogram")
    kernel = advance_visits
    takes_all_steps = True
    relative_speed = 0.7  # steps are also counted by well and bin
    speed_ending = "/visits"
    many_walkers = 256  # each leaves much more to write down

    def place(self, folder: ResultsFolder) -> Path:
        """Return the folder of its shards: not `shards`, whose columns are those of exits."""
        return folder.visits

    def reach(self, plan: Plan) -> tuple[float, float]:
        """Return [-L, L]."""
        L = plan.build_landscape().projection
        return -L, L

    def problem(self, plan: Plan, cell: Cell, n_steps: int | None = None) -> VisitProblem:
        """Gather all that decides one cell's numbers in runs of `n_steps` steps."""
        landscape, record = plan.build_landscape(), plan.visit_record()
        return VisitProblem(
            gradient=gradient_of(plan),
            noise=plan.noise_of(cell),
            eta=cell.eta,
            b=cell.b,
            projection=landscape.projection,
            start=record.start,
            seed=plan.seed_of(cell),
            minima=landscape.minima,
            barriers=landscape.barriers,
            radius=np.full(landscape.n_wells, record.radius),
            low=record.low,
            high=record.high,
            n_bins=record.n_bins,
            checkpoints=np.array(record.checkpoints(plan.most_steps if n_steps is None else n_steps), np.int64),
        )

    def simulator(self, plan: Plan, cell: Cell, max_steps: int) -> CellSimulator:
        """Return the simulator of runs of max_steps steps."""
        return partial(simulate_visits, self.problem(plan, cell, max_steps))

    def may_share_a_queue(self, plan: Plan, cell: Cell, is_wide: bool = False) -> bool:
        """Return False for a core: all walkers take the same number of steps, so a longer queue fills no idle lane.

        A device has lanes for many shards, unless each must count the steps of its own walkers beyond the table of f'.
        """
        return is_wide and not self.problem(plan, cell).may_leave_table

    def steps_of(self, sample: VisitSample) -> int:
        """Count the steps of all walkers of a sample: each step is in some well."""
        return exact_sum(sample.steps_in_well[:, -1])

    def columns(self, sample: VisitSample) -> Columns:
        """Lay out a sample as a shard has it."""
        return {name: getattr(sample, name) for name in ("walker", *self.compared)}

    def shown(self, columns: Columns) -> tuple[float, ...]:
        """Return the last position, and the steps in each well."""
        return (columns["position"][0].item(), *columns["steps_in_well"][0, -1].tolist())

    def axes(self, plan: Plan) -> Mapping[str, Any]:
        """Return the checkpoints, the wells and the bins."""
        landscape, record = plan.build_landscape(), plan.visit_record()
        return {
            "checkpoints": record.checkpoints(plan.most_steps),
            "minima": np.asarray(landscape.minima).tolist(),
            "barriers": np.asarray(landscape.barriers).tolist(),
            "radius": record.radius,
            "low": record.low,
            "high": record.high,
            "n_bins": record.n_bins,
        }

    def counts_per_walker(self, plan: Plan) -> int:
        """Count steps by checkpoint and well, steps near minima, transitions, and the histogram."""
        n, record = plan.build_landscape().n_wells, plan.visit_record()
        return (len(record.checkpoints(plan.most_steps)) + 1 + n) * n + record.n_bins + 2


EXIT_STUDY, SUMMARY_STUDY, VISIT_STUDY = ExitStudy(), SummaryStudy(), VisitStudy()
#: By the name of the plan's table.
KINDS: Mapping[str, StudyKind] = {"exit": EXIT_STUDY, "visits": VISIT_STUDY}


def study_of(plan: AnyPlan) -> StudyKind:
    """Return the kind of study a plan asks for."""
    if isinstance(plan, SpacePlan):
        from hts.sweeps.space_studies import SPACE_KINDS

        return SPACE_KINDS[plan.study.table]
    return SUMMARY_STUDY if plan.keeps_summaries else KINDS[plan.study.table]


@lru_cache(maxsize=8)
def gradient_of(plan: Plan) -> Gradient:
    """Tabulate f' where walkers can be, once for all shards."""
    return plan.build_landscape().gradient(*KINDS[plan.study.table].reach(plan))
