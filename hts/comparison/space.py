"""Comparison of exits and shares of time in several dimensions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from math import inf
from os import PathLike
from typing import Any

import numpy as np

from hts.answers import ExitPrediction
from hts.arrays import FloatArray
from hts.comparison.exits import compare_walkers
from hts.comparison.predictions import as_compared
from hts.comparison.records import ExitComparison
from hts.comparison.tables import cell_table
from hts.comparison.walkers import Walkers
from hts.estimation.spread import spread_of_shares
from hts.estimation.visits import estimate_rates
from hts.plans import Cell, SpacePlan
from hts.records import Tabular
from hts.sweeps.space_samples import (
    SpaceCellSample,
    SpaceVisitCellSample,
    load_space_cells,
    load_space_visits,
    open_space,
)


@dataclass(frozen=True)
class Landing:
    """Where the walkers of one cell landed that left; None without an exit, or where the law has no such moment."""

    mean: tuple[float, ...] | None
    spread: tuple[float, ...] | None  # standard deviation, coordinate by coordinate


@dataclass(frozen=True)
class SpaceComparison(Tabular):
    """All cells of a study of exits, their fits, and where walkers landed."""

    exits: ExitComparison
    landings: tuple[Landing, ...]  # in the order of the cells

    @property
    def n_walkers(self) -> int:
        """Walkers that are done, in all cells."""
        return self.exits.n_walkers

    def document(self) -> dict[str, Any]:
        """Return the entries of the JSON document: those of one dimension, and vectors of landing points."""
        document = self.exits.document()
        for row, landing in zip(document["cells"], self.landings, strict=True):
            row |= {"landing": landing.mean, "landing_spread": landing.spread}
        return document

    def table(self) -> dict[str, list[Any]]:
        """Lay out the cells as columns."""
        table = cell_table(self.exits)
        d = max((len(landing.mean) for landing in self.landings if landing.mean), default=0)
        for name, values in (
            ("landing", [x.mean for x in self.landings]),
            ("spread", [x.spread for x in self.landings]),
        ):
            for k in range(d):
                table[f"{name}_{k + 1}"] = [None if value is None else value[k] for value in values]
        return table


def fit_space(
    folder: str | PathLike[str], predict: Callable[[SpacePlan], Mapping[Cell, ExitPrediction]] | None = None
) -> SpaceComparison:
    """Compare what a results folder of exits in several dimensions holds with what is predicted.

    Parameters
    ----------
    folder : path
        As `run_sweep` leaves it; finished or not.
    predict : callable, optional
        From a plan to predictions of its cells.

    Raises
    ------
    PlanError
        There is no such plan in the folder.
    IntegrityError
        A shard is not as it was written.
    """
    _, plan, _ = open_space(folder)
    predictions = {} if predict is None else {c: as_compared(p, None) for c, p in predict(plan).items()}
    landings: dict[Cell, Landing] = {}
    walkers = []
    for sample in load_space_cells(folder):
        left = sample.landing[~sample.is_censored]
        landings[sample.cell] = _landing(left, _moments(plan, sample.cell))
        walkers.append(_walkers(plan, sample, left))
    compared = compare_walkers(walkers, predictions, plan.within)
    cells = tuple(replace(cell, exits={"out": cell.n_exits}) for cell in compared.cells)
    by_place = {(cell.eta, cell.b, cell.alpha): landing for cell, landing in landings.items()}
    in_order = tuple(by_place[cell.eta, cell.b, cell.alpha] for cell in cells)
    return SpaceComparison(replace(compared, cells=cells), in_order)


def _walkers(plan: SpacePlan, sample: SpaceCellSample, left: FloatArray) -> Walkers:
    return Walkers(
        cell=sample.cell,
        walkers_wanted=sample.walkers_wanted,
        max_steps=sample.max_steps,
        exit_steps=sample.exit_steps,
        is_censored=sample.is_censored,
        side=np.where(sample.is_censored, 0, 1).astype(np.int8),
        destinations=_destinations(plan, left),
        steps_beyond_domain=0,
    )


def _destinations(plan: SpacePlan, left: FloatArray) -> dict[str, int]:
    """Count landings by basin, "none" where the flow leads to no minimum; "out" where there is no map."""
    if not plan.has_map:
        return {"out": len(left)}
    labels = plan.basins.at(left)
    counts = {str(k): int((labels == k).sum()) for k in range(len(plan.wells.minima)) if k != plan.well}
    nowhere = int((labels < 0).sum())
    return counts | ({"none": nowhere} if nowhere else {})


def _moments(plan: SpacePlan, cell: Cell) -> float:
    """Return below which order moments of a landing exist: a heavy jump that nothing cuts has those below alpha."""
    is_cut = cell.b < inf or plan.build_landscape().projection < inf
    return inf if is_cut else plan.noise_of(cell).tail_index or inf


def _landing(left: FloatArray, moments: float) -> Landing:
    if not len(left):
        return Landing(None, None)
    mean = tuple(left.mean(axis=0).tolist()) if moments > 1.0 else None
    return Landing(mean, tuple(left.std(axis=0).tolist()) if moments > 2.0 else None)


@dataclass(frozen=True)
class SpaceShares:
    """Shares of time of one cell of long runs: outside all neighbourhoods, then in each; means over paths."""

    eta: float
    b: float
    alpha: float | None
    well: int
    walkers_wanted: int
    n_walkers: int
    n_steps: int
    outside: float | None
    outside_low: float | None
    outside_high: float | None
    shares: tuple[float | None, ...]
    low: tuple[float | None, ...]  # 95 % interval, from the spread between paths
    high: tuple[float | None, ...]
    spread: tuple[float | None, ...]  # standard deviation of single paths: outside, then in each
    transitions: tuple[tuple[int, ...], ...]
    transition_rates: tuple[tuple[float | None, ...], ...]  # per step near the well that is left


@dataclass(frozen=True)
class SpaceShareComparison(Tabular):
    """All cells of a study of long runs in several dimensions."""

    visits: tuple[SpaceShares, ...]

    @property
    def n_walkers(self) -> int:
        """Walkers that are done, in all cells."""
        return sum(cell.n_walkers for cell in self.visits)

    def document(self) -> dict[str, Any]:
        """Return the entries of the JSON document."""
        return {"cells": [], "fits": [], "visits": [asdict(cell) for cell in self.visits]}

    def table(self) -> dict[str, list[Any]]:
        """Lay out the shares as columns, a row for each cell and well; well -1 is outside."""
        names = ("eta", "b", "alpha", "walkers_wanted", "n_walkers", "n_steps")
        table: dict[str, list[Any]] = {name: [] for name in (*names, "well", "share", "low", "high", "spread")}
        for cell in self.visits:
            ends = ((cell.outside_low, *cell.low), (cell.outside_high, *cell.high))
            columns = zip((cell.outside, *cell.shares), *ends, cell.spread, strict=True)
            for well, values in enumerate(columns, -1):
                row = (*(getattr(cell, name) for name in names), well, *values)
                for name, value in zip(table, row, strict=True):
                    table[name].append(value)
        return table


def fit_space_visits(folder: str | PathLike[str]) -> SpaceShareComparison:
    """Average the shares of time of a results folder of long runs over its paths, with their spread."""
    return SpaceShareComparison(tuple(map(_shares, load_space_visits(folder))))


def _shares(sample: SpaceVisitCellSample) -> SpaceShares:
    part = sample.steps_in_set[:, -1] / sample.checkpoints[-1]
    spread, rates = spread_of_shares(part), estimate_rates(sample.transitions, sample.steps_in_set[:, -1, 1:])
    mean, low, high = (_listed(values) for values in (spread.mean, spread.low, spread.high))
    single = part.std(axis=0, ddof=1) if len(part) > 1 else np.full(part.shape[1], np.nan)
    return SpaceShares(
        eta=sample.cell.eta,
        b=sample.cell.b,
        alpha=sample.cell.alpha,
        well=sample.cell.well,
        walkers_wanted=sample.walkers_wanted,
        n_walkers=len(part),
        n_steps=int(sample.checkpoints[-1]),
        outside=mean[0],
        outside_low=low[0],
        outside_high=high[0],
        shares=mean[1:],
        low=low[1:],
        high=high[1:],
        spread=_listed(single),
        transitions=tuple(map(tuple, rates.counts.tolist())),
        transition_rates=tuple(map(_listed, rates.rates)),
    )


def _listed(values: FloatArray) -> tuple[float | None, ...]:
    return tuple(float(v) if np.isfinite(v) else None for v in values)
