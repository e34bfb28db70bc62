"""Results folders side by side: the same cells in each, with scores of their differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from os import PathLike
from pathlib import Path

from hts.comparison.folder_cells import KeptExits, n_different, open_cells
from hts.comparison.folder_records import ComparedFolder, ExitCells, ExponentRow, FolderComparison, VisitCells
from hts.comparison.folder_verdicts import Pair, Score, folder_verdict
from hts.comparison.plan_differences import common_cells, grid_words, plan_differences, world_differences
from hts.comparison.shared_visits import compare_visit_cells
from hts.errors import PlanError
from hts.estimation.exits import ExitEstimate
from hts.estimation.regression import LogLinearFit, fit_log_linear
from hts.estimation.two_samples import z_of_fits, z_of_means
from hts.plans import Cell, Plan
from hts.storage import ResultsFolder
from hts.sweeps.survey import open_results
from hts.words import number

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class _Opened:
    """A folder with its plan."""

    path: Path
    plan: Plan
    streams: str | None

    def has_walkers_of(self, other: _Opened) -> bool:
        """Whether walkers of the same numbers are the same in both."""
        same = self.streams is not None and self.streams == other.streams
        return same and self.plan.identity() == other.plan.identity()


def compare_folders(folders: Sequence[str | PathLike[str]]) -> FolderComparison:
    """Lay the cells that results folders have in common side by side.

    Parameters
    ----------
    folders : sequence of path
        Two or more, all of exits or all of long runs; the first is the one that others are held against.

    Returns
    -------
    FolderComparison
        Where walkers are the same by plan, seed and random streams, they are compared one by one; others by z.

    Raises
    ------
    PlanError
        Fewer than two folders, one given twice, folders of different kinds, no cell in common, or a summary of walkers
        that lived longer than another folder's max_steps.
    IntegrityError
        A shard is not as it was written.
    """
    opened = _open([Path(folder) for folder in folders])
    plans = [one.plan for one in opened]
    cells = common_cells(plans)
    if not cells:
        told = "\n".join(f"  {one.path}: {grid_words(one.plan)}" for one in opened)
        raise PlanError(
            f"no cell (eta, b, alpha, well of the start) is in every folder; run one of their plans\n{told}"
        )
    is_same = [False, *(one.has_walkers_of(opened[0]) for one in opened[1:])]
    compare, are_independent = KINDS[plans[0].study.table]
    exits, fits, visits = compare([one.path for one in opened], cells, is_same)
    pairs = [_pair(opened, k, exits or visits, are_independent) for k in range(1, len(opened))]
    return FolderComparison(
        folders=tuple(
            ComparedFolder(str(one.path), one.plan.title, one.plan.seed, one.streams, len(one.plan.cells()), len(cells))
            for one in opened
        ),
        differences=plan_differences(plans, [one.streams for one in opened]),
        cells=exits,
        fits=fits,
        visits=visits,
        verdicts=tuple(folder_verdict(pair, len(pairs)) for pair in pairs),
    )


def _open(paths: Sequence[Path]) -> list[_Opened]:
    """Open folders of one kind."""
    if not 2 <= len(paths) <= len(LETTERS):
        raise PlanError(f"hts compare takes 2 to {len(LETTERS)} results folders, not {len(paths)}")
    for k, path in enumerate(paths):
        if path.resolve() in [other.resolve() for other in paths[:k]]:
            raise PlanError(f"{path}: is given twice; name different results folders")
        if ResultsFolder(path).is_of_regression:
            raise PlanError(f"{path}: is a folder of hts regression; hts compare takes folders of hts run")
        if ResultsFolder(path).is_of_training:
            raise PlanError(f"{path}: is a folder of hts train; hts compare takes two or more of them, or of hts run")
    opened = [_Opened(path, *open_results(path)[1:]) for path in paths]
    tables = [("[levy] and " if one.plan.levy else "") + f"[{one.plan.study.table}]" for one in opened]
    if len(set(tables)) > 1:
        told = "\n".join(f"  {one.path}: {table}" for one, table in zip(opened, tables, strict=True))
        raise PlanError(f"folders of different kinds cannot be compared; name folders with the same tables\n{told}")
    return opened


@dataclass(frozen=True)
class _Estimates:
    """One cell in every folder."""

    cell: Cell
    max_steps: int
    estimates: tuple[ExitEstimate, ...]
    n_different: tuple[int | None, ...]


def _compare_exits(
    paths: Sequence[Path], cells: Sequence[Cell], is_same: Sequence[bool]
) -> tuple[tuple[ExitCells, ...], tuple[ExponentRow, ...], tuple[VisitCells, ...]]:
    """Read cell by cell, so that but one is in memory."""
    readers = [open_cells(path) for path in paths]
    rows = [_estimate(cell, [read(cell) for read in readers], is_same) for cell in cells]
    groups = groupby(rows, key=lambda row: (row.cell.epsilon, row.cell.b, row.cell.alpha))
    fits = [fit for _, members in groups if (fit := _exponents(tuple(members), is_same)) is not None]
    return tuple(_exit_cells(row, is_same) for row in rows), tuple(fits), ()


def _compare_visits(
    paths: Sequence[Path], cells: Sequence[Cell], is_same: Sequence[bool]
) -> tuple[tuple[ExitCells, ...], tuple[ExponentRow, ...], tuple[VisitCells, ...]]:
    return (), (), compare_visit_cells(paths, cells, is_same)


#: By the name of the plan's table: how its cells are compared, and whether the scores of a cell are independent.
KINDS = {"exit": (_compare_exits, True), "visits": (_compare_visits, False)}


def _estimate(cell: Cell, kept: Sequence[KeptExits], is_same: Sequence[bool]) -> _Estimates:
    most = min(one.max_steps for one in kept)
    estimates = tuple(one.estimate(most) for one in kept)
    different = tuple(
        n_different(kept[0], one, most) if same else None for one, same in zip(kept, is_same, strict=True)
    )
    return _Estimates(cell, most, estimates, different)


def _exit_cells(row: _Estimates, is_same: Sequence[bool]) -> ExitCells:
    first, *others = row.estimates
    scores = [None if same else z_of_means(first, other) for other, same in zip(others, is_same[1:], strict=True)]
    return ExitCells(
        eta=row.cell.eta,
        b=row.cell.b,
        alpha=row.cell.alpha,
        well=row.cell.well,
        max_steps=row.max_steps,
        n_walkers=tuple(one.n_walkers for one in row.estimates),
        n_exits=tuple(one.n_exits for one in row.estimates),
        n_censored=tuple(one.n_censored for one in row.estimates),
        mean_exit_steps=tuple(one.mean_exit_steps for one in row.estimates),
        mean_low=tuple(one.mean_low for one in row.estimates),
        mean_high=tuple(one.mean_high for one in row.estimates),
        z=(None, *scores),
        n_different=row.n_different,
        epsilon=row.cell.epsilon,
    )


def _exponents(rows: Sequence[_Estimates], is_same: Sequence[bool]) -> ExponentRow | None:
    """Fit one (b, alpha) through the cells with exits everywhere; None below two eta."""
    used = [row for row in rows if all(one.n_exits for one in row.estimates)]
    if len({row.cell.eta for row in used}) < 2 or rows[0].cell.epsilon is not None:
        return None
    fits = [_fit(used, k) for k in range(len(is_same))]
    ends = [(fit.exit_exponent, fit.standard_error) for fit in fits]
    scores = [None if same else z_of_fits(ends[0], end) for end, same in zip(ends[1:], is_same[1:], strict=True)]
    cell = rows[0].cell
    return ExponentRow(
        b=cell.b,
        alpha=cell.alpha,
        well=cell.well,
        n_cells=len(used),
        exit_exponent=tuple(fit.exit_exponent for fit in fits),
        low=tuple(fit.low for fit in fits),
        high=tuple(fit.high for fit in fits),
        z=(None, *scores),
    )


def _fit(rows: Sequence[_Estimates], k: int) -> LogLinearFit:
    own = [row.estimates[k] for row in rows]
    return fit_log_linear(
        [row.cell.eta for row in rows],
        [one.n_exits for one in own],
        [one.exposure_steps for one in own],
        [one.dispersion for one in own],
    )


def _pair(opened: Sequence[_Opened], k: int, rows: Sequence[ExitCells | VisitCells], are_independent: bool) -> Pair:
    """Gather what the verdict on one folder rests on."""
    first, other = opened[0], opened[k]
    scores = [Score(name, z) for row in rows for name, z in _scores(row, k)]
    same = [row for row in rows if row.n_different[k] is not None and min(row.n_walkers[0], row.n_walkers[k])]
    scored = [row for row in rows if _scores(row, k)]
    return Pair(
        folder=str(other.path),
        against=str(first.path),
        names=(LETTERS[0], LETTERS[k]),
        scores=tuple(scores),
        n_cells=len(same or scored),
        are_independent=are_independent,
        world=world_differences(first.plan, other.plan),
        shares_seed=first.plan.seed == other.plan.seed and first.streams == other.streams,
        n_same=sum(min(row.n_walkers[0], row.n_walkers[k]) for row in same),
        n_different=sum(row.n_different[k] or 0 for row in rows),
        are_summed=first.plan.keeps_summaries or other.plan.keeps_summaries,
    )


def _scores(row: ExitCells | VisitCells, k: int) -> list[tuple[str, float]]:
    """List the scores of a cell in one folder, each with its cell in words."""
    name = f"eta = {number(row.eta)}, b = {number(row.b)}"
    if row.epsilon is not None:
        name = f"epsilon = {number(row.epsilon)}, h = {number(row.eta)}"
    if row.alpha is not None:
        name += f", alpha = {number(row.alpha)}"
    z = row.z[k]
    if isinstance(z, tuple):
        return [(f"{name}, well {well}", score) for well, score in enumerate(z) if score is not None]
    return [] if z is None else [(name, z)]
