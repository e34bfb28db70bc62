"""Walkers in several dimensions read back from disk, cell by cell."""

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray, IntArray
from hts.errors import PlanError
from hts.plans import Cell, SpacePlan
from hts.storage import ResultsFolder
from hts.sweeps.joining import Arrays
from hts.sweeps.samples import EMPTY, read_cells, sound_survey
from hts.sweeps.survey import open_study


@dataclass(frozen=True, eq=False)
class SpaceCellSample:
    """The walkers of one cell that are done; arrays over walkers, in increasing order of their numbers.

    Attributes
    ----------
    cell : Cell
    walkers_wanted, max_steps : int
        Of the plan.
    walker : uint32[walker]
    exit_steps : int64[walker]
        Steps to the exit; max_steps where censored.
    is_censored : bool[walker]
    landing : float64[walker, d]
        Position at the exit, or at max_steps.
    """

    cell: Cell
    walkers_wanted: int
    max_steps: int
    walker: npt.NDArray[np.uint32]
    exit_steps: npt.NDArray[np.int64]
    is_censored: npt.NDArray[np.bool_]
    landing: FloatArray


@dataclass(frozen=True, eq=False)
class SpaceVisitCellSample:
    """The long runs of one cell that are done; arrays over walkers.

    Attributes
    ----------
    cell : Cell
    walkers_wanted : int
        Of the plan.
    checkpoints : int64[checkpoint]
        Numbers of steps, increasing; the last is that of the whole run.
    walker : uint32[walker]
    steps_in_set : int64[walker, checkpoint, set + 1]
        Steps up to each checkpoint: outside all sets, then in each.
    transitions : int64[walker, set, set]
        Arrivals at one set after another.
    position : float64[walker, d]
        After the last step.
    """

    cell: Cell
    walkers_wanted: int
    checkpoints: IntArray
    walker: npt.NDArray[np.uint32]
    steps_in_set: IntArray
    transitions: IntArray
    position: FloatArray


def open_space(folder: str | PathLike[str]) -> tuple[ResultsFolder, SpacePlan, str | None]:
    """Find the plan of a results folder in several dimensions.

    Raises
    ------
    PlanError
        Where there is none.
    """
    results, plan, stream_version = open_study(Path(folder))
    if not isinstance(plan, SpacePlan):
        raise PlanError(f"{folder}: is a study in one dimension")
    return results, plan, stream_version


def load_space_cells(folder: str | PathLike[str]) -> Iterator[SpaceCellSample]:
    """Read the walkers of each cell of a folder's plan; see `hts.sweeps.load_cells`.

    Raises
    ------
    IntegrityError
        Where a shard is not as it was written; names each.
    PlanError
        Where there is no plan in several dimensions.
    """
    results, plan, stream_version = open_space(folder)
    names = [f"landing_{k}" for k in range(1, plan.dimension + 1)]
    basic = {name: column for name, column in EMPTY.items() if name != "landing"}
    empty: Arrays = basic | {name: np.empty(0, np.float64) for name in names}
    found = sound_survey(results, plan, stream_version)
    for cell, arrays, _ in read_cells(found, plan, empty):
        landing = np.stack([arrays[name] for name in names], axis=1)
        columns = {name: arrays[name] for name in ("walker", "exit_steps", "is_censored")}
        yield SpaceCellSample(cell, plan.walkers_of(cell), plan.most_steps, **columns, landing=landing)


def load_space_visits(folder: str | PathLike[str]) -> Iterator[SpaceVisitCellSample]:
    """Read the long runs of each cell of a folder's plan; see `hts.sweeps.load_visits`.

    Raises
    ------
    IntegrityError, PlanError
        As `load_space_cells`.
    """
    results, plan, stream_version = open_space(folder)
    checkpoints, n = np.array(plan.checkpoints(plan.most_steps), np.int64), len(plan.sets)
    names = [f"position_{k}" for k in range(1, plan.dimension + 1)]
    empty: Arrays = {
        "walker": np.empty(0, np.uint32),
        "steps_in_set": np.empty((0, len(checkpoints), n + 1), np.int64),
        "transitions": np.empty((0, n, n), np.int64),
        **{name: np.empty(0, np.float64) for name in names},
    }
    found = sound_survey(results, plan, stream_version)
    for cell, arrays, _ in read_cells(found, plan, empty):
        position = np.stack([arrays[name] for name in names], axis=1)
        columns = {name: arrays[name] for name in ("walker", "steps_in_set", "transitions")}
        yield SpaceVisitCellSample(cell, plan.walkers_of(cell), checkpoints, **columns, position=position)
