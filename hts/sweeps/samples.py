"""The walkers of each cell read back from disk, after every shard is checked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hts.arrays import IntArray
from hts.errors import IntegrityError, PlanError
from hts.plans import AnyPlan, Cell, Plan
from hts.storage import ResultsFolder
from hts.sweeps.cells import slug_of
from hts.sweeps.joining import Arrays, apart, joined_columns
from hts.sweeps.survey import Survey, open_results, survey

#: Walkers whose columns are held from the check of their shards on, so that many small shards are read once: 22 MB.
KEPT_WALKERS = 1_000_000

EMPTY: Arrays = {
    "walker": np.empty(0, np.uint32),
    "exit_steps": np.empty(0, np.int64),
    "is_censored": np.empty(0, np.bool_),
    "side": np.empty(0, np.int8),
    "landing": np.empty(0, np.float64),
}


@dataclass(frozen=True, eq=False)
class CellSample:
    """The walkers of one cell that are done, or a piece of them; arrays over walkers, in increasing order of numbers.

    Attributes
    ----------
    cell : Cell
        Which.
    walkers_wanted : int
        Of the plan, for the whole cell; fewer may be there, even none.
    max_steps : int
        At which walkers were censored.
    walker : uint32[walker]
        Numbers.
    exit_steps : int64[walker]
        Steps to the exit; max_steps where censored.
    is_censored : bool[walker]
        Whether the walker ran out of steps.
    side : int8[walker]
        -1 left, +1 right, 0 censored.
    landing : float64[walker]
        Position at the exit, or at max_steps, in landscape units.
    steps_beyond_domain : int
        Steps spent where a formula was continued linearly, by all walkers of the shards used.
    """

    cell: Cell
    walkers_wanted: int
    max_steps: int
    walker: npt.NDArray[np.uint32]
    exit_steps: npt.NDArray[np.int64]
    is_censored: npt.NDArray[np.bool_]
    side: npt.NDArray[np.int8]
    landing: npt.NDArray[np.float64]
    steps_beyond_domain: int


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
        Steps in each well up to each checkpoint.
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


def load_cells(folder: str | PathLike[str]) -> Iterator[CellSample]:
    """Read the walkers of each cell of a folder's plan; only those the plan asks for, whatever else is stored.

    Every shard is checked when this is called, before the first cell is given out.

    Raises
    ------
    IntegrityError
        Where a shard is not as it was written; names each.
    PlanError
        Where there is no plan.
    """
    return check_cells(folder).whole()


def load_pieces(folder: str | PathLike[str]) -> Iterator[CellSample]:
    """Read the walkers of each cell piece by piece, so that no cell need be in memory whole: `load_cells` joins them.

    Returns
    -------
    iterator of CellSample
        Those of a cell one after the other, in increasing order of walkers; one, and empty, where a cell has none.

    Raises
    ------
    IntegrityError, PlanError
        As `load_cells`.
    """
    return check_cells(folder).pieces()


@dataclass(frozen=True, eq=False)
class CheckedCells:
    """The cells of a folder's plan, every shard checked; they may be read several times.

    Attributes
    ----------
    plan : Plan
        Of the folder.
    found : Survey
        Its shards.
    """

    plan: Plan
    found: Survey

    def whole(self, cells: Iterable[Cell] | None = None) -> Iterator[CellSample]:
        """Read the walkers of each cell, in the order of the plan, or of these cells of it, in their order."""
        return self._read(cells, by_shard=False)

    def read(self, cell: Cell) -> CellSample:
        """Read the walkers of one cell of the plan."""
        return next(self.whole([cell]))

    def pieces(self) -> Iterator[CellSample]:
        """Read the walkers of each cell piece by piece, as `load_pieces` does."""
        return self._read(None, by_shard=True)

    def _read(self, cells: Iterable[Cell] | None, by_shard: bool) -> Iterator[CellSample]:
        plan = self.plan
        columns = read_cells(self.found, plan, EMPTY, cells=cells, by_shard=by_shard)
        return (
            CellSample(cell, plan.walkers_of(cell), plan.most_steps, **arrays, steps_beyond_domain=beyond)
            for cell, arrays, beyond in columns
        )


def check_cells(folder: str | PathLike[str]) -> CheckedCells:
    """Check every shard of a folder of exits, for all who want its walkers.

    Raises
    ------
    IntegrityError, PlanError
        As `load_cells`.
    """
    results, plan, stream_version = open_results(Path(folder))
    if plan.keeps_summaries:
        raise PlanError(
            f'{folder}: holds summaries (exit.keep = "summary"), and this needs single walkers; '
            f"get them with: hts run {results.plan} --set 'exit.keep=\"walkers\"' -o RESULTS"
        )
    return CheckedCells(plan, sound_survey(results, plan, stream_version))


def load_visits(folder: str | PathLike[str]) -> Iterator[VisitCellSample]:
    """Read the long runs of each cell of a folder's plan; like `load_cells`, which reads exits.

    Raises
    ------
    IntegrityError, PlanError
        As `load_cells`; also where the plan is one of exits.
    """
    results, plan, stream_version = open_results(Path(folder))
    checkpoints = np.array(plan.visit_record().checkpoints(plan.most_steps), np.int64)
    found = sound_survey(results, plan, stream_version)
    columns = read_cells(found, plan, _empty(plan, len(checkpoints)))
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


def sound_survey(results: ResultsFolder, plan: AnyPlan, stream_version: str | None) -> Survey:
    """Check every shard of a folder, as `open_results` gives it.

    Raises
    ------
    IntegrityError
        Where a shard is not as it was written; names each.
    """
    found = survey(results, plan.identity(), stream_version, plan.most_steps, keep_walkers=KEPT_WALKERS)
    if found.damages:
        names = "\n".join(f"  {damage.message}" for damage in found.damages)
        raise IntegrityError(
            f"{results.path}: damaged shards; running the plan again sets them aside and computes them anew\n{names}"
        )
    return found


def read_cells(
    found: Survey, plan: AnyPlan, empty: Arrays, *, cells: Iterable[Cell] | None = None, by_shard: bool = False
) -> Iterator[tuple[Cell, Arrays, int]]:
    """Read the walkers of each cell of a plan; only those the plan asks for, whatever else is stored.

    Parameters
    ----------
    found : Survey
        As `sound_survey` gives it.
    plan : Plan
        Of the folder.
    empty : dict of str to array[0, ...]
        The columns, without a walker.
    cells : iterable of Cell, optional
        Read these cells of the plan only, in their order.
    by_shard : bool
        Give each shard of a cell by itself, so that no cell need be in memory whole; shards that hold the same walkers
        come together, and a cell without any comes once.

    Returns
    -------
    iterator of (Cell, dict of str to array[walker, ...], int)
        Each cell in that order, or the plan's; its columns by increasing walkers; steps beyond a formula's domain.

    Raises
    ------
    IntegrityError
        Where a shard has changed since it was checked, holds walkers that cannot be, or disagrees with another.
    """
    for cell in plan.cells() if cells is None else cells:
        walkers = plan.walkers_of(cell)
        shards = [s for s in found.usable.get(slug_of(cell), ()) if s.first_walker < walkers]
        shards.sort(key=lambda shard: shard.first_walker)
        for part in apart(shards) if by_shard else [shards]:
            beyond = sum(shard.provenance.steps_beyond_domain for shard in part)
            yield cell, joined_columns(part, walkers, empty, found.columns), beyond
