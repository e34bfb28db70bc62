"""Records of results folders side by side; lists are by folder, in the order they were given."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from hts.comparison.records import row_of
from hts.records import Row, Tabular

State = Literal["agree", "differ", "equal", "nothing"]
"""Of a folder beside the first: "equal" where both hold the same walkers, "nothing" where no cell could be compared."""


@dataclass(frozen=True)
class ComparedFolder:
    """One of the folders."""

    folder: str
    title: str  # of its plan
    seed: int
    stream_version: str | None  # of its random streams, where identity.json says so
    n_cells: int  # of its plan
    n_common: int  # cells that all folders have


@dataclass(frozen=True)
class PlanDifference:
    """A key in which the plans differ, with the value in each, as TOML writes it."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class ExitCells:
    """Exits of one cell in every folder, all censored at the same number of steps."""

    eta: float
    b: float  # inf: no clipping
    alpha: float | None
    well: int
    max_steps: int  # the smallest of the plans'
    n_walkers: tuple[int, ...]
    n_exits: tuple[int, ...]
    n_censored: tuple[int, ...]
    mean_exit_steps: tuple[float | None, ...]  # exposure/exits
    mean_low: tuple[float | None, ...]  # 95 % interval
    mean_high: tuple[float | None, ...]
    z: tuple[float | None, ...]  # of the mean against that of the first folder; None for walkers that are the same
    n_different: tuple[
        int | None, ...
    ]  # of walkers that should be those of the first; at least, where one is summed up
    epsilon: float | None = None


@dataclass(frozen=True)
class ExponentRow:
    """Exponents of one (b, alpha) over the cells with exits in every folder."""

    b: float
    alpha: float | None
    well: int
    n_cells: int
    exit_exponent: tuple[float, ...]
    low: tuple[float, ...]  # 95 % interval, sampling error alone
    high: tuple[float, ...]
    z: tuple[float | None, ...]  # against the first folder
    epsilon: float | None = None


@dataclass(frozen=True)
class VisitCells:
    """Long runs of one cell in every folder, up to the last number of steps that all have written down."""

    eta: float
    b: float  # inf: no clipping
    alpha: float | None
    well: int  # of the start
    n_steps: int  # of each walker, up to which shares are compared
    n_walkers: tuple[int, ...]
    shares: tuple[tuple[float | None, ...], ...]  # [folder][well], share of time
    low: tuple[tuple[float | None, ...], ...]  # 95 % interval, from the spread between walkers
    high: tuple[tuple[float | None, ...], ...]
    z: tuple[tuple[float | None, ...], ...]  # against the first folder
    n_different: tuple[int | None, ...]  # of walkers that should be those of the first folder; None for others
    epsilon: float | None = None


@dataclass(frozen=True)
class FolderVerdict:
    """What may be said of one folder beside the first."""

    folder: str
    against: str
    state: State
    n_cells: int  # with a score, or with walkers that should be the same
    n_scores: int  # of means, or of shares well by well
    largest_z: float | None
    chi_square_p: float | None  # of all scores together; None for shares, which depend on one another
    p: float | None  # of all that is tested, corrected for the number of scores
    false_alarm_rate: float | None  # how often two runs of one world are called different
    verdict: str


@dataclass(frozen=True)
class FolderComparison(Tabular):
    """Results folders side by side."""

    folders: tuple[ComparedFolder, ...]
    differences: tuple[PlanDifference, ...]
    cells: tuple[ExitCells, ...]
    fits: tuple[ExponentRow, ...]
    visits: tuple[VisitCells, ...]
    verdicts: tuple[FolderVerdict, ...]  # one for each folder but the first

    @property
    def n_walkers(self) -> int:
        """Walkers of the cells compared, in all folders."""
        rows: tuple[ExitCells | VisitCells, ...] = (*self.cells, *self.visits)
        return sum(sum(row.n_walkers) for row in rows)

    def document(self) -> dict[str, Any]:
        """Return the entries of the JSON document (docs/interface.md, "compare")."""
        return {
            "folders": [asdict(one) for one in self.folders],
            "differences": [asdict(one) for one in self.differences],
            "cells": [row_of(one) for one in self.cells],
            "fits": [row_of(one) for one in self.fits],
            "visits": [row_of(one) for one in self.visits],
            "verdicts": [asdict(one) for one in self.verdicts],
        }

    def rows(self) -> list[Row]:
        """List the cells, a row for each folder; of long runs one for each folder and well."""
        names = [one.folder for one in self.folders]
        rows: list[Row] = [_taken(cell, k, name) for cell in self.cells for k, name in enumerate(names)]
        for cell in self.visits:
            for k, name in enumerate(names):
                row = _taken(cell, k, name)
                by_well = {field: value for field, value in row.items() if isinstance(value, tuple)}
                for well in range(len(cell.shares[k])):
                    rows.append(
                        {**row, "start_well": cell.well, "well": well}
                        | {field: value[well] for field, value in by_well.items()}
                    )
        return rows


def _taken(cell: ExitCells | VisitCells, k: int, folder: str) -> dict[str, Any]:
    """Take what a cell says of folder k."""
    return {"folder": folder} | {
        field: value[k] if isinstance(value, tuple) else value for field, value in row_of(cell).items()
    }
