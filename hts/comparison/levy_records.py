"""Records of a comparison of plans with [levy], in time t = k h."""

from dataclasses import asdict, dataclass
from typing import Any

from hts.records import Row, Tabular

#: Fields of a cell of visits with a value for each well.
BY_WELL = ("shares", "low", "high", "expected", "z_exact", "exact", "limit")
#: Fields of a cell of visits that are no column of its rows.
NO_COLUMNS = (*BY_WELL, "transitions", "warnings", "verdict", "well")


@dataclass(frozen=True)
class TransitionComparison:
    """How often a well is left for another: measured, exact at h and in the limit; None where there is nothing."""

    start: int  # well
    to: str  # well, or "left" and "right" where there is one well
    n: int  # counted
    probability: float | None  # of those that leave `start`
    low: float | None  # 95 % interval, exact for a binomial count
    high: float | None
    exact: float | None  # at this h and epsilon; of first exits alone
    limit: float | None  # q_ij/q_i of docs/levy.md (20)


@dataclass(frozen=True)
class LevyCell:
    """Exits of one cell in units of time: measured beside exact beside limit (docs/interface.md, "fit")."""

    epsilon: float
    step: float
    alpha: float
    well: int
    walkers_wanted: int
    n_walkers: int
    n_exits: int
    n_censored: int
    steps_beyond_domain: int
    exposure_time: float  # t lived by all walkers
    mean_exit_time: float | None
    mean_low: float | None  # 95 % interval
    mean_high: float | None
    exponentiality_p: float | None
    exits: dict[str, int]  # by side
    transitions: tuple[TransitionComparison, ...]
    mean_exit_time_exact: float | None  # of Euler's scheme at this h
    z_exact: float | None
    law_p_exact: float | None
    mean_exit_time_limit: float | None  # 1/(q epsilon^alpha), c = C_alpha/2
    mean_exit_time_limit_printed: float | None  # the same with c = 1/alpha, as [SSG] print it
    probability_within: float | None
    probability_within_low: float | None
    probability_within_high: float | None
    probability_within_exact: float | None
    within_reason: str | None


@dataclass(frozen=True)
class LevyFit:
    """The verdict on all steps of one epsilon and alpha."""

    epsilon: float
    alpha: float
    well: int
    n_cells: int  # with a score against the exact mean
    chi_square_p: float | None
    verdict: str


@dataclass(frozen=True)
class LevyExits(Tabular):
    """All cells of a sweep of exits."""

    cells: tuple[LevyCell, ...]
    fits: tuple[LevyFit, ...]

    @property
    def n_walkers(self) -> int:
        """Walkers that are done, in all cells."""
        return sum(cell.n_walkers for cell in self.cells)

    def document(self) -> dict[str, Any]:
        """Return the entries of the JSON document (docs/interface.md, "fit")."""
        return asdict(self)

    def rows(self) -> list[Row]:
        """List the cells, with the transitions of each."""
        names = sorted({one.to for cell in self.cells for one in cell.transitions})
        return [_exit_row(cell, names) for cell in self.cells]


def _exit_row(cell: LevyCell, names: list[str]) -> Row:
    row = asdict(cell)
    exits, transitions = row.pop("exits"), {one["to"]: one for one in row.pop("transitions")}
    row |= {f"exits_{side}": exits[side] for side in ("left", "right")}
    for name in names:
        found = transitions.get(name, {})
        row |= {
            f"transition_{name}_{field}": found.get(field)
            for field in ("n", "probability", "low", "high", "exact", "limit")
        }
    return row


@dataclass(frozen=True)
class LevyVisit:
    """Long runs of one cell in units of time (docs/interface.md, "fit"); lists are by well."""

    epsilon: float
    step: float
    alpha: float
    well: int
    walkers_wanted: int
    n_walkers: int
    n_diverged: int
    steps_beyond_domain: int
    run_time: float  # t of each walker
    shares: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    expected: tuple[float | None, ...]  # exact, after this time
    z_exact: tuple[float | None, ...]
    exact: tuple[float | None, ...]  # stationary at this h
    relative_error: float | None
    limit: tuple[float | None, ...]  # pi of docs/levy.md (20)
    relaxation_time: float | None  # of the limit chain
    relaxation_time_exact: float | None
    horizon: float | None  # run_time in relaxation times
    is_stationary: bool | None
    transitions: tuple[TransitionComparison, ...]
    warnings: tuple[str, ...]
    verdict: str


@dataclass(frozen=True)
class LevyShares(Tabular):
    """All cells of a study of visits."""

    visits: tuple[LevyVisit, ...]

    @property
    def n_walkers(self) -> int:
        """Walkers that are done, in all cells."""
        return sum(cell.n_walkers for cell in self.visits)

    def document(self) -> dict[str, Any]:
        """Return the entries of the JSON document (docs/interface.md, "fit")."""
        return {"cells": [], "fits": [], "visits": [asdict(cell) for cell in self.visits]}

    def rows(self) -> list[Row]:
        """List the shares, a row for each cell and well."""
        return [
            {name: value for name, value in asdict(cell).items() if name not in NO_COLUMNS}
            | {"start_well": cell.well, "well": well}
            | {name: getattr(cell, name)[well] for name in BY_WELL}
            for cell in self.visits
            for well in range(len(cell.shares))
        ]
