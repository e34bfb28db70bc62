"""This file is where the shards of a cell become one array for each column, after every file was checked."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from hts.errors import IntegrityError
from hts.plans import Cell, Plan
from hts.storage import ResultsFolder, Shard, read_columns
from hts.sweeps.slugs import slug_of
from hts.sweeps.survey import survey

Arrays: TypeAlias = dict[str, npt.NDArray[Any]]


def load_columns(
    results: ResultsFolder, plan: Plan, stream_version: str | None, empty: Arrays
) -> Iterator[tuple[Cell, Arrays, int]]:
    """Read the walkers of each cell of a plan; only those the plan asks for, whatever else is stored.

    Every shard is checked when this is called, before the first cell is given out.

    Parameters
    ----------
    results, plan, stream_version
        As `open_results` gives them.
    empty : dict of str to array[0, ...]
        The columns, without a walker.

    Returns
    -------
    iterator of (Cell, dict of str to array[walker, ...], int)
        Each cell with its columns, in increasing order of walkers, and the steps that were spent beyond a formula's
        domain.

    Raises
    ------
    IntegrityError
        Where a shard is not as it was written; names each.
    """
    found = survey(results, plan.identity(), stream_version, plan.most_steps)
    if found.damages:
        names = "\n".join(f"  {damage.message}" for damage in found.damages)
        raise IntegrityError(
            f"{results.path}: damaged shards; running the plan again sets them aside and computes them anew\n{names}"
        )

    def cells() -> Iterator[tuple[Cell, Arrays, int]]:
        for cell in plan.cells():
            walkers = plan.walkers_of(cell)
            shards = [s for s in found.usable.get(slug_of(cell), ()) if s.first_walker < walkers]
            beyond = sum(shard.provenance.steps_beyond_domain for shard in shards)
            yield cell, _columns(shards, walkers, empty), beyond

    return cells()


def _columns(shards: list[Shard], walkers: int, empty: Arrays) -> Arrays:
    """Join the shards of a cell; walkers that two shards hold must agree, and count once."""
    if not shards:
        return empty
    shards = sorted(shards, key=lambda shard: shard.first_walker)
    is_disjoint = all(one.end <= following.first_walker for one, following in pairwise(shards))
    joined = _concatenated(shards, empty)
    if not is_disjoint:
        joined = _without_repetitions(joined, shards)
    n_wanted = int(np.searchsorted(joined["walker"], walkers))
    return {name: column[:n_wanted] for name, column in joined.items()}


def _concatenated(shards: list[Shard], empty: Arrays) -> Arrays:
    """Read shards one after the other into columns, so that a large cell is in memory once."""
    n_rows = sum(shard.end - shard.first_walker for shard in shards)
    joined = {name: np.empty((n_rows, *column.shape[1:]), column.dtype) for name, column in empty.items()}
    first = 0
    for shard in shards:
        part = read_columns(shard)
        end = first + len(part["walker"])
        for name, column in joined.items():
            column[first:end] = part[name]
        first = end
    return joined


def _without_repetitions(joined: Arrays, shards: list[Shard]) -> Arrays:
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
