"""This file is where the walkers of each cell come back from disk, after every shard was checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hts.errors import IntegrityError
from hts.plans import Cell
from hts.storage import Shard, read_columns
from hts.sweeps.slugs import slug_of
from hts.sweeps.survey import open_results, survey

EMPTY: dict[str, npt.NDArray[Any]] = {
    "walker": np.empty(0, np.uint32),
    "exit_steps": np.empty(0, np.int64),
    "is_censored": np.empty(0, np.bool_),
    "side": np.empty(0, np.int8),
    "landing": np.empty(0, np.float64),
}


@dataclass(frozen=True, eq=False)
class CellSample:
    """The walkers of one cell that are done; arrays over walkers, in increasing order of their numbers.

    Attributes
    ----------
    cell : Cell
        Which.
    walkers_wanted : int
        Of the plan; fewer may be there, even none.
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
    results, plan, stream_version = open_results(Path(folder))
    max_steps = plan.most_steps
    found = survey(results, plan.identity(), stream_version, max_steps)
    if found.damages:
        names = "\n".join(f"  {damage.message}" for damage in found.damages)
        raise IntegrityError(
            f"{results.path}: damaged shards; running the plan again sets them aside and computes them anew\n{names}"
        )

    def cells() -> Iterator[CellSample]:
        for cell in plan.cells():
            walkers = plan.walkers_of(cell)
            shards = [s for s in found.usable.get(slug_of(cell), ()) if s.first_walker < walkers]
            columns = _columns(shards, walkers)
            beyond = sum(shard.provenance.steps_beyond_domain for shard in shards)
            yield CellSample(cell, walkers, max_steps, **columns, steps_beyond_domain=beyond)

    return cells()


def _columns(shards: list[Shard], walkers: int) -> dict[str, npt.NDArray[Any]]:
    """Join the shards of a cell; walkers that two shards hold must agree, and count once."""
    if not shards:
        return EMPTY
    shards = sorted(shards, key=lambda shard: shard.first_walker)
    is_disjoint = all(one.end <= following.first_walker for one, following in pairwise(shards))
    joined = _concatenated(shards)
    if not is_disjoint:
        joined = _without_repetitions(joined, shards)
    n_wanted = int(np.searchsorted(joined["walker"], walkers))
    return {name: column[:n_wanted] for name, column in joined.items()}


def _concatenated(shards: list[Shard]) -> dict[str, npt.NDArray[Any]]:
    """Read shards one after the other into columns, so that a large cell is in memory once."""
    n_rows = sum(shard.end - shard.first_walker for shard in shards)
    joined = {name: np.empty(n_rows, column.dtype) for name, column in EMPTY.items()}
    first = 0
    for shard in shards:
        part = read_columns(shard)
        end = first + len(part["walker"])
        for name, column in joined.items():
            column[first:end] = part[name]
        first = end
    return joined


def _without_repetitions(joined: dict[str, npt.NDArray[Any]], shards: list[Shard]) -> dict[str, npt.NDArray[Any]]:
    """Sort walkers by number, and keep each once.

    Raises
    ------
    IntegrityError
        Where two shards disagree about one.
    """
    _, where, back = np.unique(joined["walker"], return_index=True, return_inverse=True)
    for name, column in joined.items():
        if not np.array_equal(column, column[where][back], equal_nan=name == "landing"):
            names = "\n".join(f"  {shard.path.name}" for shard in shards)
            raise IntegrityError(f"two of these shards disagree about the {name} of a walker they share:\n{names}")
    return {name: column[where] for name, column in joined.items()}
