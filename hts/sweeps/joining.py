"""Shards of a cell joined into one array per column, after every file is checked."""

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
    results: ResultsFolder, plan: Plan, stream_version: str | None, empty: Arrays, *, by_shard: bool = False
) -> Iterator[tuple[Cell, Arrays, int]]:
    """Read the walkers of each cell of a plan; only those the plan asks for, whatever else is stored.

    Every shard is checked when this is called, before the first cell is given out.

    Parameters
    ----------
    results, plan, stream_version
        As `open_results` gives them.
    empty : dict of str to array[0, ...]
        The columns, without a walker.
    by_shard : bool
        Give each shard of a cell by itself, so that no cell need be in memory whole; shards that hold the same walkers
        come together, and a cell without any comes once.

    Returns
    -------
    iterator of (Cell, dict of str to array[walker, ...], int)
        Each cell, in the order of the plan, with its columns, in increasing order of walkers, and the steps that were
        spent beyond a formula's domain.

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
            shards.sort(key=lambda shard: shard.first_walker)
            for part in _apart(shards) if by_shard else [shards]:
                beyond = sum(shard.provenance.steps_beyond_domain for shard in part)
                yield cell, _columns(part, walkers, empty), beyond

    return cells()


def _apart(shards: list[Shard]) -> list[list[Shard]]:
    """Cut shards, in increasing order of walkers, into as many parts as can be, so that no two hold the same walker."""
    parts: list[list[Shard]] = [[]]
    end = 0
    for shard in shards:
        if shard.first_walker >= end and parts[-1]:
            parts.append([])
        parts[-1].append(shard)
        end = max(end, shard.end)
    return parts


def _columns(shards: list[Shard], walkers: int, empty: Arrays) -> Arrays:
    """Join shards, in increasing order of walkers; walkers that two of them hold must agree, and count once."""
    if not shards:
        return empty
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
