"""The two kinds of study in several dimensions: how each is simulated, stored and costed; see `StudyKind`."""

from collections.abc import Mapping
from functools import partial
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hts.arrays import exact_sum
from hts.ensembles.space import (
    SPACE_VERSION,
    SpaceExitSample,
    SpaceProblem,
    SpaceVisitSample,
    advance_space_exits,
    advance_space_visits,
    simulate_space_exits,
    simulate_space_visits,
)
from hts.plans import Cell, SpacePlan
from hts.storage import Columns, ResultsFolder
from hts.sweeps.tasks import EXIT_SHARDS, VISIT_SHARDS

if TYPE_CHECKING:
    from hts.sweeps.studies import CellSimulator, StudyKind


class SpaceStudy:
    """What exits and long runs in several dimensions share."""

    stream_version: str = SPACE_VERSION
    compared: tuple[str, ...] = ()

    def reach(self, plan: SpacePlan) -> tuple[float, float]:
        """Return the range of every coordinate: no table of the gradient is made."""
        return -inf, inf

    def problem(self, plan: SpacePlan, cell: Cell, n_steps: int | None = None) -> SpaceProblem:
        """Gather all that decides one cell's numbers; `n_steps` decides none."""
        landscape = plan.build_landscape()
        return SpaceProblem(
            is_linear=landscape.is_linear,
            matrix=landscape.matrix,
            centre=landscape.centre,
            program=landscape.gradient_program,
            noise=plan.noise_of(cell),
            is_isotropic=plan.is_isotropic,
            eta=cell.eta,
            b=cell.b,
            projection=landscape.projection,
            region=plan.region,
            start=plan.start,
            seed=plan.seed,
        )


class SpaceExitStudy(SpaceStudy):
    """First exits from a domain of R^d."""

    sizes = EXIT_SHARDS
    limit = "max_steps"
    kernel = advance_space_exits
    takes_all_steps = False
    relative_speed = 1.0
    speed_ending = ""
    many_walkers = 1_000_000

    def place(self, folder: ResultsFolder) -> Path:
        """Return the folder of its shards."""
        return folder.shards

    def simulator(self, plan: SpacePlan, cell: Cell, max_steps: int) -> "CellSimulator":
        """Return the simulator of first exits, censored at max_steps."""
        return partial(simulate_space_exits, self.problem(plan, cell), max_steps=max_steps)

    def may_share_a_queue(self, plan: SpacePlan, cell: Cell, is_wide: bool = False) -> bool:
        """Return True: no shard counts steps beyond a table."""
        return True

    def steps_of(self, sample: SpaceExitSample) -> int:
        """Count the steps of all walkers of a sample."""
        return exact_sum(sample.exit_steps)

    def columns(self, sample: SpaceExitSample) -> Columns:
        """Lay out a sample as a shard has it: a domain of R^d has no left and right, and `side` is 1 for all exits."""
        return {
            "walker": sample.walker,
            "exit_steps": sample.exit_steps,
            "is_censored": sample.is_censored,
            "side": np.where(sample.is_censored, 0, 1).astype(np.int8),
            **{f"landing_{k}": np.ascontiguousarray(x) for k, x in enumerate(sample.landing.T, 1)},
        }

    def shown(self, columns: Columns) -> tuple[float, ...]:
        """Return exit_steps and the landing point."""
        names = [name for name in columns if name == "exit_steps" or name.startswith("landing_")]
        return tuple(columns[name][0].item() for name in names)

    def axes(self, plan: SpacePlan) -> Mapping[str, Any]:
        """Return nothing: a walker has one number in each column."""
        return {}

    def counts_per_walker(self, plan: SpacePlan) -> int:
        """Count the further coordinates, two thirds of a float each being what zstd leaves of it."""
        return 2 * plan.dimension


class SpaceVisitStudy(SpaceStudy):
    """Long runs in R^d, steps counted near the minima."""

    sizes = VISIT_SHARDS
    limit = "steps"
    kernel = advance_space_visits
    takes_all_steps = True
    relative_speed = 0.7
    speed_ending = "/visits"
    many_walkers = 256

    def place(self, folder: ResultsFolder) -> Path:
        """Return the folder of its shards."""
        return folder.visits

    def simulator(self, plan: SpacePlan, cell: Cell, max_steps: int) -> "CellSimulator":
        """Return the simulator of runs of max_steps steps."""
        sets = np.ascontiguousarray(plan.sets)
        radii = np.full(len(sets), plan.visits.radius if plan.visits else 0.0)
        checkpoints = np.array(plan.checkpoints(max_steps), np.int64)
        return partial(simulate_space_visits, self.problem(plan, cell), sets, radii, checkpoints)

    def may_share_a_queue(self, plan: SpacePlan, cell: Cell, is_wide: bool = False) -> bool:
        """Return False: all walkers take the same number of steps."""
        return False

    def steps_of(self, sample: SpaceVisitSample) -> int:
        """Count the steps of all walkers of a sample."""
        return exact_sum(sample.steps_in_set[:, -1])

    def columns(self, sample: SpaceVisitSample) -> Columns:
        """Lay out a sample as a shard has it."""
        return {
            "walker": sample.walker,
            "steps_in_set": sample.steps_in_set,
            "transitions": sample.transitions,
            **{f"position_{k}": np.ascontiguousarray(x) for k, x in enumerate(sample.position.T, 1)},
        }

    def shown(self, columns: Columns) -> tuple[float, ...]:
        """Return the last position, and the steps outside and in each set."""
        position = [columns[name][0].item() for name in columns if name.startswith("position_")]
        return (*position, *columns["steps_in_set"][0, -1].tolist())

    def axes(self, plan: SpacePlan) -> Mapping[str, Any]:
        """Return the checkpoints and the sets."""
        radius = plan.visits.radius if plan.visits else None
        return {"checkpoints": plan.checkpoints(plan.most_steps), "sets": plan.sets.tolist(), "radius": radius}

    def counts_per_walker(self, plan: SpacePlan) -> int:
        """Count steps by checkpoint and set, and transitions."""
        n = len(plan.sets)
        return len(plan.checkpoints(plan.most_steps)) * (n + 1) + n * n


#: By the name of the plan's table.
SPACE_KINDS: "Mapping[str, StudyKind]" = {"exit": SpaceExitStudy(), "visits": SpaceVisitStudy()}
