"""The long runs of each cell read back from disk, after every shard is checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hts.arrays import IntArray
from hts.plans import Cell, Plan
from hts.sweeps.joining import Arrays, load_columns
from hts.sweeps.survey import open_results


@dataclass(frozen=True, eq=False)
class VisitCellSample:
    """The walkers of one cell that are done; arrays over walkers, in increasing order of their numbers.

    Attributes
    ----------
    cell : Cell
        Which.
    walkers_wanted : int
        Of the plan; fewer may be there, even none.
    checkpoints : int64[checkpoint]
        Numbers of steps, increasing; the last is that of the whole run.
    walker : uint32[walker]
        Numbers.
    steps_in_well : int64[walker, checkpoint, well]
        Of the first so many steps, those in each well.
    steps_near : int64[walker, well]
        Steps within the radius of each minimum.
    transitions : int64[walker, well, well]
        How often the neighbourhood of one minimum was reached after that of another.
    histogram : int64[walker, bin + 2]
        Steps in each bin; first and last those below and above all bins.
    position : float64[walker]
        After the last step.
    steps_beyond_domain : int
        Steps spent where a formula was continued linearly, all walkers together.
    """

    cell: Cell
    walkers_wanted: int
    checkpoints: IntArray
    walker: npt.NDArray[np.uint32]
    steps_in_well: IntArray
    steps_near: IntArray
    transitions: IntArray
    histogram: IntArray
    position: npt.NDArray[np.float64]
    steps_beyond_domain: int

    @property
    def n_steps(self) -> int:
        """Steps of each walker."""
        return int(self.checkpoints[-1])


def load_visits(folder: str | PathLike[str]) -> Iterator[VisitCellSample]:
    """Read the long runs of each cell of a folder's plan; only those the plan asks for, whatever else is stored.

    Every shard is checked when this is called, before the first cell is given out.

    Raises
    ------
    IntegrityError
        Where a shard is not as it was written; names each.
    PlanError
        Where there is no plan, or one of exits.
    """
    results, plan, stream_version = open_results(Path(folder))
    checkpoints = np.array(plan.visit_record().checkpoints(plan.most_steps), np.int64)
    columns = load_columns(results, plan, stream_version, _empty(plan, len(checkpoints)))
    return (
        VisitCellSample(cell, plan.walkers_of(cell), checkpoints, **arrays, steps_beyond_domain=beyond)
        for cell, arrays, beyond in columns
    )


def _empty(plan: Plan, n_checkpoints: int) -> Arrays:
    n, record = plan.build_landscape().n_wells, plan.visit_record()
    return {
        "walker": np.empty(0, np.uint32),
        "steps_in_well": np.empty((0, n_checkpoints, n), np.int64),
        "steps_near": np.empty((0, n), np.int64),
        "transitions": np.empty((0, n, n), np.int64),
        "histogram": np.empty((0, record.n_bins + 2), np.int64),
        "position": np.empty(0, np.float64),
    }
