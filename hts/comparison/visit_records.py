"""Records of measured, exact and limit shares of time side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.comparison.records import row_of
from hts.records import Tabular

Occupation: TypeAlias = Callable[
    [int, npt.NDArray[np.int64]], FloatArray | None
]  # n_steps int64[k] -> float64[k, well]

Rates: TypeAlias = tuple[tuple[float | None, ...], ...]  # [from][to]; None where nothing is known, the diagonal 0


@dataclass(frozen=True, eq=False)
class ShareReference:
    """What theory and exact computation say of one cell's shares of time; None where there is nothing to say."""

    limit: FloatArray | None = None  # float64[well], of the reduced chain, docs/model.md (15) to (17)
    relaxation_steps: float | None = None  # of that chain
    widest: tuple[int, ...] = ()  # wells that keep the time as eta -> 0, (14); none known where tails are light
    exact: FloatArray | None = None  # float64[well], stationary
    relative_error: float | None = None  # of the worst share, its own estimate
    relaxation_steps_exact: float | None = None
    occupation: Occupation | None = None  # expected shares of the first n steps, by the well of the start
    occupation_error: float = 0.0  # of what they still miss to the stationary ones, relative
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class OutsideShare:
    """The share of the steps up to a checkpoint that was spent outside the widest wells, docs/model.md (14)."""

    steps: int
    share: float | None  # measured
    low: float | None  # 95 % interval, from the spread between walkers
    high: float | None
    expected: float | None  # exact, for this number of steps from the start


@dataclass(frozen=True)
class VisitComparison:
    """One cell of long runs: measured beside exact beside limit (docs/interface.md, "fit"); lists are by well."""

    eta: float
    b: float  # inf: no clipping
    alpha: float | None  # None for normal noise
    well: int  # where the walkers started, from 0
    walkers_wanted: int  # of the plan
    n_walkers: int  # walkers that are done
    n_steps: int  # of each
    steps_beyond_domain: int  # of all walkers, where a formula was continued linearly
    shares: tuple[float | None, ...]  # measured share of time
    low: tuple[float | None, ...]  # 95 % interval, from the spread between walkers; None for one walker
    high: tuple[float | None, ...]
    near: tuple[float | None, ...]  # share of time within the radius of the minimum
    expected: tuple[float | None, ...]  # exact share for this number of steps from the start
    z_exact: tuple[float | None, ...]  # measured against expected; standard normal if both are about the same thing
    exact: tuple[float | None, ...]  # stationary
    relative_error: float | None  # of exact
    limit: tuple[float | None, ...]  # as eta -> 0
    relaxation_steps: float | None  # of the limit chain
    relaxation_steps_exact: float | None
    horizon: float | None  # n_steps in relaxation times, the exact ones where they are known
    is_stationary: bool | None  # whether the start weighs little in the measured shares
    widest: tuple[int, ...]  # wells that keep the time as eta -> 0
    outside_widest: tuple[OutsideShare, ...]  # at each checkpoint
    transitions: tuple[tuple[int, ...], ...]  # from near one minimum to near another, all walkers together
    transition_rates: Rates  # the same per step in the well that is left; not those of the chain of the slow modes
    transition_low: Rates  # 95 % interval, from the spread between walkers; None below two that were there
    transition_high: Rates
    warnings: tuple[str, ...]  # of the exact and limit values
    verdict: str  # what may be said, in words
    n_diverged: int = 0  # walkers whose position overflowed: no well holds them
    epsilon: float | None = None  # of a plan with [levy]


@dataclass(frozen=True)
class ShareComparison(Tabular):
    """All cells of a study of visits."""

    visits: tuple[VisitComparison, ...]

    @property
    def n_walkers(self) -> int:
        """Walkers that are done, in all cells."""
        return sum(cell.n_walkers for cell in self.visits)

    def document(self) -> dict[str, Any]:
        """Return the entries of the JSON document (docs/interface.md, "fit"); there are no exits and no fits."""
        return {"cells": [], "fits": [], "visits": [row_of(cell) for cell in self.visits]}

    def table(self) -> dict[str, list[Any]]:
        """Lay the shares out as columns, a row for each cell and well."""
        from hts.comparison.tables import share_table  # which is made of these records

        return share_table(self)
