"""The walkers of each cell read back from disk, after every shard is checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hts.plans import Cell
from hts.sweeps.joining import load_columns
from hts.sweeps.survey import open_results

EMPTY: dict[str, npt.NDArray[Any]] = {
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
    return _load(folder, by_shard=False)


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
    return _load(folder, by_shard=True)


def _load(folder: str | PathLike[str], by_shard: bool) -> Iterator[CellSample]:
    results, plan, stream_version = open_results(Path(folder))
    columns = load_columns(results, plan, stream_version, EMPTY, by_shard=by_shard)
    return (
        CellSample(cell, plan.walkers_of(cell), plan.most_steps, **arrays, steps_beyond_domain=beyond)
        for cell, arrays, beyond in columns
    )
