"""The exits of a cell as a comparison needs them: its walkers joined from the pieces that are read, or a summary."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from os import PathLike
from typing import Any

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.estimation.exits import ExitEstimate, count_landings, estimate_exits, name_destinations
from hts.estimation.exponentiality import GoodnessOfFit, agreement_with_law, exponentiality
from hts.estimation.summaries import (
    agreement_of_summary,
    estimate_summary,
    exponentiality_of_summary,
    within_of_summary,
)
from hts.estimation.within import WithinEstimate, estimate_within
from hts.plans import Cell, Plan
from hts.summaries import ExitSummary
from hts.sweeps import CellSample, SummedCell, load_pieces, load_summaries

Survival = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, eq=False, kw_only=True)
class Measured(ABC):
    """The exits of a cell: where its walkers landed, and what can be asked of when they left."""

    cell: Cell
    walkers_wanted: int
    max_steps: int
    destinations: dict[str, int]
    steps_beyond_domain: int

    @abstractmethod
    def estimate(self) -> ExitEstimate:
        """Estimate the mean exit time."""

    @abstractmethod
    def own_law(self) -> GoodnessOfFit | None:
        """Test the exit times against the geometric law of their own rate."""

    @abstractmethod
    def law(self, survival: Survival) -> GoodnessOfFit | None:
        """Test the exit times against a given law."""

    @abstractmethod
    def within(self, n_steps: int) -> WithinEstimate:
        """Estimate the probability to leave within so many steps."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Walkers(Measured):
    """The walkers of a cell one by one."""

    exit_steps: npt.NDArray[np.int64]
    is_censored: npt.NDArray[np.bool_]
    side: npt.NDArray[np.int8]

    def estimate(self) -> ExitEstimate:
        """Estimate the mean exit time."""
        return estimate_exits(self.exit_steps, self.is_censored, self.side)

    def own_law(self) -> GoodnessOfFit | None:
        """Test the exit times against the geometric law of their own rate."""
        return exponentiality(self.exit_steps, self.is_censored, self.max_steps)

    def law(self, survival: Survival) -> GoodnessOfFit | None:
        """Test the exit times against a given law."""
        return agreement_with_law(self.exit_steps, self.is_censored, survival, self.max_steps)

    def within(self, n_steps: int) -> WithinEstimate:
        """Estimate the probability to leave within so many steps."""
        return estimate_within(self.exit_steps, self.is_censored, n_steps)


@dataclass(frozen=True, eq=False, kw_only=True)
class Summed(Measured):
    """The summary of a cell."""

    summary: ExitSummary

    def estimate(self) -> ExitEstimate:
        """Estimate the mean exit time."""
        return estimate_summary(self.summary, self.max_steps)

    def own_law(self) -> GoodnessOfFit | None:
        """Test the exit times against the geometric law of their own rate."""
        return exponentiality_of_summary(self.summary, self.max_steps)

    def law(self, survival: Survival) -> GoodnessOfFit | None:
        """Test the exit times against a given law."""
        return agreement_of_summary(self.summary, survival, self.max_steps)

    def within(self, n_steps: int) -> WithinEstimate:
        """Estimate the probability to leave within so many steps."""
        return within_of_summary(self.summary, self.max_steps, n_steps)


def measured_cells(folder: str | PathLike[str], plan: Plan) -> Iterator[Measured]:
    """Read the exits of each cell of a folder, whichever its plan keeps, in the order of the plan.

    Every shard is checked when this is called.

    Raises
    ------
    IntegrityError, PlanError
        As `load_pieces` and `load_summaries`.
    """
    barriers = plan.build_landscape().barriers
    if plan.keeps_summaries:
        return (of_summary(one, barriers) for one in load_summaries(folder))
    return by_cell(load_pieces(folder), barriers)


def by_cell(pieces: Iterable[CellSample], barriers: FloatArray) -> Iterator[Walkers]:
    """Join pieces that come cell by cell."""
    return (join_pieces(mine, barriers) for _, mine in groupby(pieces, key=lambda piece: piece.cell))


def of_summary(one: SummedCell, barriers: FloatArray) -> Summed:
    """Name the destinations of a summary."""
    counts = np.zeros(max(len(barriers) + 1, 2), np.int64)
    counts[: len(one.summary.destinations)] = one.summary.destinations
    return Summed(
        cell=one.cell,
        walkers_wanted=one.walkers_wanted,
        max_steps=one.max_steps,
        destinations=name_destinations(counts, barriers, one.cell.well),
        steps_beyond_domain=one.summary.steps_beyond_domain,
        summary=one.summary,
    )


def join_pieces(pieces: Iterable[CellSample], barriers: FloatArray) -> Walkers:
    """Join the pieces of a cell; positions are counted and let go, for they are half of its bytes."""
    columns: dict[str, npt.NDArray[Any]] = {
        "exit_steps": np.empty(0, np.int64),
        "is_censored": np.empty(0, np.bool_),
        "side": np.empty(0, np.int8),
    }
    landings, beyond, n_walkers = np.zeros(1, np.int64), 0, 0
    for piece in pieces:
        first, n_walkers = n_walkers, n_walkers + len(piece.walker)
        for name, column in columns.items():
            column.resize(n_walkers, refcheck=False)  # in place: many small arrays would leave holes in memory
            column[first:] = getattr(piece, name)
        landings = landings + count_landings(piece.landing, piece.side, barriers)
        beyond += piece.steps_beyond_domain
    return Walkers(
        cell=piece.cell,
        walkers_wanted=piece.walkers_wanted,
        max_steps=piece.max_steps,
        **columns,
        destinations=name_destinations(landings, barriers, piece.cell.well),
        steps_beyond_domain=beyond,
    )
