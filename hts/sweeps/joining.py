"""Shards of one cell joined into columns over its walkers."""

from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from hts.errors import IntegrityError
from hts.storage import Columns, Shard, read_columns

Arrays: TypeAlias = dict[str, npt.NDArray[Any]]


def apart(shards: list[Shard]) -> list[list[Shard]]:
    """Cut shards, in increasing order of walkers, into as many parts as can be, so that no two hold the same walker."""
    parts: list[list[Shard]] = [[]]
    end = 0
    for shard in shards:
        if shard.first_walker >= end and parts[-1]:
            parts.append([])
        parts[-1].append(shard)
        end = max(end, shard.end)
    return parts


def joined_columns(shards: list[Shard], walkers: int, empty: Arrays, known: dict[Path, Columns]) -> Arrays:
    """Join shards, in increasing order of walkers; walkers that two of them hold must agree, and count once."""
    if not shards:
        return empty
    is_disjoint = all(one.end <= following.first_walker for one, following in pairwise(shards))
    joined = _concatenated(shards, empty, known)
    if not is_disjoint:
        joined = _without_repetitions(joined, shards)
    n_wanted = int(np.searchsorted(joined["walker"], walkers))
    return {name: column[:n_wanted] for name, column in joined.items()}


def _concatenated(shards: list[Shard], empty: Arrays, known: dict[Path, Columns]) -> Arrays:
    """Read shards one after the other into columns, so that a large cell is in memory once."""
    n_rows = sum(shard.end - shard.first_walker for shard in shards)
    joined = {name: np.empty((n_rows, *column.shape[1:]), column.dtype) for name, column in empty.items()}
    first = 0
    for shard in shards:
        part = known.get(shard.path) or read_columns(shard)
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
        if not np.array_equal(column, column[where][back], equal_nan=name.startswith("landing")):
            names = "\n".join(f"  {shard.path.name}" for shard in shards)
            raise IntegrityError(f"two of these shards disagree about the {name} of a walker they share:\n{names}")
    return {name: column[where] for name, column in joined.items()}
