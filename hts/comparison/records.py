"""Records of measured, exact and limit exits side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from hts.arrays import FloatArray
from hts.records import Tabular


@dataclass(frozen=True, eq=False)
class CellPrediction:
    """What theory and exact computation say of one cell; None where there is nothing to say."""

    jump_number: int | None = None  # l* of docs/model.md (3)
    exit_exponent_limit: float | None = None  # of (6)
    mean_exit_steps_limit: float | None = None  # 1/(q lambda), of (6)
    mean_exit_steps_exact: float | None = None  # solution of (9)
    relative_error_exact: float = 0.0  # of mean_exit_steps_exact, its own estimate
    survival_exact: Callable[[FloatArray], FloatArray] | None = None  # P(sigma > n), whole n >= 0 increasing
    probability_within_exact: float | None = None  # P(sigma <= floor(within/eta + 1e-9))
    limit_below_eta: float | None = None  # eta below which the local exponent stays within LIMIT_REACHED of the limit


@dataclass(frozen=True)
class CellComparison:
    """One cell: measured beside exact beside limit (docs/interface.md, "fit")."""

    eta: float
    b: float  # inf: no clipping
    alpha: float | None  # None for normal noise
    well: int  # where the walkers started, from 0
    walkers_wanted: int  # of the plan
    n_walkers: int  # walkers that ended
    n_exits: int
    n_censored: int  # stopped at max_steps
    exposure_steps: int  # steps lived by all walkers
    steps_beyond_domain: int  # of these, where a formula was continued linearly
    mean_exit_steps: float | None  # exposure_steps/n_exits
    mean_low: float | None  # 95 % interval
    mean_high: float | None
    exponentiality_p: float | None  # against the geometric law of the same rate
    exits: dict[str, int]  # by side
    destinations: dict[str, int]  # by well, or by side where there is one well
    mean_exit_steps_exact: float | None
    z_exact: float | None  # standard normal if simulation and exact computation are about the same thing
    law_p_exact: float | None  # of the measured exit times against the exact survival function
    mean_exit_steps_limit: float | None  # of the limit law, which finite eta need not be near
    probability_within: float | None  # share that left within the plan's time `within`; None also where it has none
    probability_within_low: float | None  # 95 % interval, exact for a binomial count
    probability_within_high: float | None
    probability_within_exact: float | None  # P(sigma <= floor(within/eta + 1e-9))
    within_reason: str | None  # why there is no measured share although the plan has `within`
    epsilon: float | None = None  # of a plan with [levy]


@dataclass(frozen=True)
class FitComparison:
    """One (b, alpha): the exponent of the mean exit time in eta, measured beside exact beside limit."""

    b: float
    alpha: float | None
    well: int
    jump_number: int | None  # l*
    n_cells: int  # cells the line goes through; those without exits are left out
    exit_exponent_measured: float | None  # None below two different eta with exits
    low: float | None  # 95 % interval: sampling error alone
    high: float | None
    straightness_p: float | None  # of the measured means lying on one line
    exit_exponent_exact: float | None  # the same regression through the exact means on the same etas
    exit_exponent_limit: float | None  # holds as eta -> 0 only
    chi_square_p: float | None  # of the cells' z_exact together
    limit_below_eta: float | None  # where the limit exponent would be reached for good
    verdict: str  # what may be said, in words
    epsilon: float | None = None  # of a plan with [levy]


@dataclass(frozen=True)
class ExitComparison(Tabular):
    """All cells of a sweep, and a fit for each (b, alpha)."""

    cells: tuple[CellComparison, ...]
    fits: tuple[FitComparison, ...]

    @property
    def n_walkers(self) -> int:
        """Walkers that are done, in all cells."""
        return sum(cell.n_walkers for cell in self.cells)

    def document(self) -> dict[str, Any]:
        """Return the entries of the JSON document (docs/interface.md, "fit")."""
        return {"cells": [row_of(cell) for cell in self.cells], "fits": [row_of(fit) for fit in self.fits]}

    def table(self) -> dict[str, list[Any]]:
        """Lay the cells out as columns, named as in docs/interface.md, "fit"."""
        from hts.comparison.tables import cell_table  # which is made of these records

        return cell_table(self)


def row_of(record: Any) -> dict[str, Any]:
    """Give the fields of a record (a dataclass) by name; epsilon is left out where there is none."""
    row = asdict(record)
    return row if row["epsilon"] is not None else {name: value for name, value in row.items() if name != "epsilon"}
