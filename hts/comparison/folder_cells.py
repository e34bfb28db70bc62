"""Exits of one cell in one results folder, as walkers or as a summary, to be held against those of another folder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hts.errors import PlanError
from hts.estimation.exits import ExitEstimate, estimate_exits
from hts.estimation.summaries import estimate_summary
from hts.plans import Cell, Plan
from hts.summaries import ExitSummary, least_different
from hts.sweeps import CellSample, SummedCell
from hts.sweeps.samples import check_cells
from hts.sweeps.summed import check_summaries, summary_of
from hts.sweeps.survey import open_results
from hts.sweeps.tasks import Range


@dataclass(frozen=True, eq=False)
class KeptExits(ABC):
    """What a folder keeps of the exits of one cell."""

    folder: Path
    plan: Plan

    @property
    def max_steps(self) -> int:
        """Steps at which its walkers were censored."""
        return self.plan.most_steps

    @abstractmethod
    def estimate(self, max_steps: int) -> ExitEstimate:
        """Estimate the mean exit time, walkers censored at max_steps.

        Raises
        ------
        PlanError
            A summary holds walkers that lived longer.
        """


@dataclass(frozen=True, eq=False)
class KeptWalkers(KeptExits):
    """Walkers one by one."""

    sample: CellSample

    def estimate(self, max_steps: int) -> ExitEstimate:
        """Estimate the mean exit time, walkers censored at max_steps."""
        return estimate_exits(*self._censored(max_steps))

    def _censored(self, most: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_], npt.NDArray[np.int8]]:
        one = self.sample
        is_late = one.is_censored | (one.exit_steps > most)
        return np.minimum(one.exit_steps, most), is_late, np.where(is_late, 0, one.side)

    def summary(self, ranges: tuple[Range, ...], max_steps: int) -> ExitSummary:
        """Sum up the walkers of these numbers, censored at max_steps."""
        steps, _, side = self._censored(max_steps)
        ends = np.searchsorted(self.sample.walker, np.array(ranges, np.int64).reshape(-1, 2))
        rows = np.concatenate([np.empty(0, np.int64), *(np.arange(first, end) for first, end in ends)])
        columns = {"exit_steps": steps[rows], "side": side[rows], "landing": self.sample.landing[rows]}
        return summary_of(self.plan, columns, 0)


@dataclass(frozen=True, eq=False)
class KeptSummary(KeptExits):
    """A summary of walkers."""

    summed: SummedCell

    def estimate(self, max_steps: int) -> ExitEstimate:
        """Estimate the mean exit time, walkers censored at max_steps."""
        if self.summed.summary.longest > max_steps:
            remedy = f"hts run {self.folder / 'plan.toml'} --set exit.max_steps={max_steps} -o RESULTS"
            raise PlanError(
                f"{self.folder}: its walkers took up to {self.summed.summary.longest} steps, another folder's were "
                f"stopped at max_steps = {max_steps}, and a summary cannot be stopped earlier afterwards; make one "
                f"that can be compared: {remedy}"
            )
        return estimate_summary(self.summed.summary, max_steps)


def open_cells(folder: Path) -> Callable[[Cell], KeptExits]:
    """Check every shard of a folder of exits, and return what reads one cell.

    Raises
    ------
    IntegrityError
        A shard is not as it was written.
    """
    if open_results(folder)[1].keeps_summaries:
        summed = check_summaries(folder)
        return lambda cell: KeptSummary(folder, summed.plan, summed.read(cell))
    checked = check_cells(folder)
    return lambda cell: KeptWalkers(folder, checked.plan, checked.read(cell))


def n_different(one: KeptExits, other: KeptExits, max_steps: int) -> int | None:
    """Count walkers of the same number that left after another time, all censored at max_steps.

    Where a folder keeps a summary, at least so many: those that the summaries show. None where neither of two summaries
    holds all the walkers of the other, so that nothing can be said.
    """
    if isinstance(one, KeptWalkers) and isinstance(other, KeptWalkers):
        return _n_unequal(one.sample, other.sample, max_steps)
    if isinstance(one, KeptSummary) and isinstance(other, KeptSummary):
        for few, many in ((one.summed, other.summed), (other.summed, one.summed)):
            if _holds(many.ranges, few.ranges):
                return least_different(few.summary, many.summary)
        return None
    if isinstance(one, KeptSummary) and isinstance(other, KeptWalkers):
        return n_different(other, one, max_steps)
    assert isinstance(one, KeptWalkers)
    assert isinstance(other, KeptSummary)
    return least_different(one.summary(other.summed.ranges, max_steps), other.summed.summary)


def _n_unequal(one: CellSample, other: CellSample, max_steps: int) -> int:
    _, mine, theirs = np.intersect1d(one.walker, other.walker, assume_unique=True, return_indices=True)
    steps: list[npt.NDArray[np.int64]] = [
        np.minimum(sample.exit_steps[places], max_steps) for sample, places in ((one, mine), (other, theirs))
    ]
    return int(np.count_nonzero(steps[0] != steps[1]))


def _holds(many: tuple[Range, ...], few: tuple[Range, ...]) -> bool:
    """Tell whether each of a few ranges lies within one of many."""
    return all(any(first <= a and b <= end for first, end in many) for a, b in few)
