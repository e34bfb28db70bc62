"""The kinds of study, exits and visits: how each is simulated and stored."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from hts.ensembles import ExitSample, State, VisitSample, simulate_exits, simulate_visits
from hts.plans import Cell, Plan
from hts.storage import Columns, ResultsFolder
from hts.sweeps.simulation import Sample, exit_problem, visit_problem
from hts.sweeps.tasks import EXIT_SHARDS, VISIT_SHARDS, ShardSizes


class CellSimulator(Protocol):
    """What simulates walkers of the one cell it is made for; `hts.ensembles` says how, and what each argument is."""

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


class Study(Protocol):
    """What a sweep must know of a kind of study; it keeps no state, and each process has its own."""

    #: How a cell's walkers are cut into shards.
    sizes: ShardSizes
    #: What the plan calls the most steps of a walker.
    limit: str
    #: Columns that are compared to the bit when a walker is computed again.
    compared: tuple[str, ...]

    def place(self, folder: ResultsFolder) -> Path:
        """Say where its shards lie."""

    def simulator(self, plan: Plan, cell: Cell, max_steps: int) -> CellSimulator:
        """Give what simulates walkers of one cell, each for so many steps at most; threads may share it."""

    def may_share_a_queue(self, plan: Plan, cell: Cell) -> bool:
        """Tell whether shards of a cell may be simulated in one go, and whether that would be faster."""

    def steps_of(self, sample: Any) -> int:
        """Count the steps of all walkers of a sample."""

    def columns(self, sample: Any) -> Columns:
        """Lay out a sample as a shard has it."""

    def told(self, columns: Columns) -> tuple[float, ...]:
        """Pick from the columns of one walker the numbers that a person is told."""

    def axes(self, plan: Plan) -> Mapping[str, Any]:
        """Say what the entries of lists stand for; nothing where there are none."""


class ExitStudy:
    """First exits from a domain."""

    sizes = EXIT_SHARDS
    limit = "max_steps"
    compared: tuple[str, ...] = ("exit_steps", "side", "landing")

    def place(self, folder: ResultsFolder) -> Path:
        """Say where its shards lie."""
        return folder.shards

    def simulator(self, plan: Plan, cell: Cell, max_steps: int) -> CellSimulator:
        """Give what simulates first exits, censored at max_steps."""
        return partial(simulate_exits, exit_problem(plan, cell), max_steps=max_steps)

    def may_share_a_queue(self, plan: Plan, cell: Cell) -> bool:
        """Say yes, unless steps are counted that a shard has to tell of its own walkers."""
        return not exit_problem(plan, cell).may_leave_table

    def steps_of(self, sample: ExitSample) -> int:
        """Count the steps of all walkers of a sample."""
        return int(sample.exit_steps.sum())

    def columns(self, sample: ExitSample) -> Columns:
        """Lay out a sample as a shard has it."""
        return {name: getattr(sample, name) for name in ("walker", "exit_steps", "is_censored", "side", "landing")}

    def told(self, columns: Columns) -> tuple[float, ...]:
        """Tell exit_steps, side and landing."""
        return tuple(columns[name][0].item() for name in self.compared)

    def axes(self, plan: Plan) -> Mapping[str, Any]:
        """Say nothing: a walker has one number in each column."""
        return {}


class VisitStudy:
    """Long runs over all wells."""

    sizes = VISIT_SHARDS
    limit = "steps"
    compared: tuple[str, ...] = ("position", "steps_in_well", "steps_near", "transitions", "histogram")

    def place(self, folder: ResultsFolder) -> Path:
        """Say where its shards lie: not in `shards`, whose columns are those of exits."""
        return folder.visits

    def simulator(self, plan: Plan, cell: Cell, max_steps: int) -> CellSimulator:
        """Give what simulates runs of max_steps steps."""
        return partial(simulate_visits, visit_problem(plan, cell, max_steps))

    def may_share_a_queue(self, plan: Plan, cell: Cell) -> bool:
        """Say no: walkers that all take the same steps leave no lane idle."""
        return False

    def steps_of(self, sample: VisitSample) -> int:
        """Count the steps of all walkers of a sample: each step is in some well."""
        return int(sample.steps_in_well[:, -1].sum())

    def columns(self, sample: VisitSample) -> Columns:
        """Lay out a sample as a shard has it."""
        return {name: getattr(sample, name) for name in ("walker", *self.compared)}

    def told(self, columns: Columns) -> tuple[float, ...]:
        """Tell the last position, and the steps in each well."""
        return (columns["position"][0].item(), *columns["steps_in_well"][0, -1].tolist())

    def axes(self, plan: Plan) -> Mapping[str, Any]:
        """Say where the checkpoints, wells and bins are."""
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


EXIT_STUDY, VISIT_STUDY = ExitStudy(), VisitStudy()


def study_of(plan: Plan) -> Study:
    """Give the kind of study a plan asks for."""
    return EXIT_STUDY if plan.visits is None else VISIT_STUDY
