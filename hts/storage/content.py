"""What goes into a shard, for callers who know nothing of Parquet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy.typing as npt

#: Columns of walkers by name: arrays whose first axis is the walker.
Columns: TypeAlias = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Provenance:
    """Where the numbers of a shard come from: its key-value metadata. Nothing here changes from run to run.

    Attributes
    ----------
    seed : int
        Of the plan.
    stream_version : str
        Of the random streams.
    identity : str
        Of the plan: everything that decides a cell's numbers but the cell's own parameters.
    max_steps : int
        At which walkers were censored, or which all of them took.
    steps_beyond_domain : int
        Steps spent where a formula was continued linearly, all walkers of the shard together.
    axes : mapping
        What the entries of lists stand for, ready for JSON; nothing where there are no lists.
    """

    seed: int
    stream_version: str
    identity: str
    max_steps: int
    steps_beyond_domain: int
    axes: Mapping[str, Any] = field(default_factory=dict)
