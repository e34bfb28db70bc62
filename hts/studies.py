"""Studies from Python: one function for each command, with its memory of exact values and a hook for progress."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from hts.answers import ExitPrediction, SharePrediction, predict, predict_shares
from hts.answers.memory import PredictionMemory, ShareMemory
from hts.comparison import (
    ExitComparison,
    ShareComparison,
    exact_predictions,
    exact_predictions_again,
    exact_references,
    exact_references_again,
    fit_results,
    fit_visits,
    limit_references,
)
from hts.figures import drawn_figures, gather_study
from hts.plans import Cell, Plan
from hts.plots.style import house_style
from hts.storage import ResultsFolder
from hts.sweeps.survey import open_results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Hears of the cells that are predicted and of all that are to be.
OnCell: TypeAlias = Callable[[int, int], None]


def fit(
    folder: str | PathLike[str],
    *,
    threads: int | None = None,
    with_exact: bool = True,
    on_cell: OnCell | None = None,
) -> ExitComparison | ShareComparison:
    """Compare what a results folder holds with exact and limit values, as `hts fit` does.

    Exact values are looked up in the folder, computed where they are missing, and kept there. Cells that disagree with
    theirs are computed a second time, finer.

    Parameters
    ----------
    folder : path
        As `run_sweep` leaves it; finished or not.
    threads : int, optional
        Cells computed at once; one per core by default.
    with_exact : bool
        Whether to compute exact values at all; limits take no time.
    on_cell : callable, optional
        Called with the cells predicted and all cells, from this thread.

    Returns
    -------
    ExitComparison or ShareComparison
        The latter of a study of long runs ([visits]). `frame` makes a table of either.

    Raises
    ------
    PlanError
        There is no plan in the folder.
    IntegrityError
        A shard is not as it was written.
    """
    place = Path(folder)
    _, plan, _ = open_results(place)
    return FITS[plan.study.table](place, threads, with_exact, on_cell)


def _fit_exits(place: Path, threads: int | None, with_exact: bool, on_cell: OnCell | None) -> ExitComparison:
    if not with_exact:
        return fit_results(place)
    again = exact_predictions_again(_exits(place, threads, on_cell, finer=True))
    return fit_results(place, exact_predictions(_exits(place, threads, on_cell)), again)


def _fit_visits(place: Path, threads: int | None, with_exact: bool, on_cell: OnCell | None) -> ShareComparison:
    if not with_exact:
        return fit_visits(place, limit_references)
    first = exact_references(_shares(place, threads, on_cell))
    return fit_visits(place, first, exact_references_again(_shares(place, threads, on_cell, finer=True)))


#: By the name of the plan's table.
FITS: Mapping[str, Callable[[Path, int | None, bool, OnCell | None], ExitComparison | ShareComparison]] = {
    "exit": _fit_exits,
    "visits": _fit_visits,
}


def draw(
    target: Plan | str | PathLike[str],
    names: Sequence[str] | None = None,
    *,
    threads: int | None = None,
    with_exact: bool = True,
    on_cell: OnCell | None = None,
) -> dict[str, Figure]:
    """Draw the figures of a plan or a results folder, as `hts plot` does, and return them; nothing is written.

    Parameters
    ----------
    target : Plan or path
        A plan, a plan's file or a results folder.
    names : sequence of str, optional
        Which figures; all there is something to draw for by default.
    threads, with_exact, on_cell
        As in `fit`.

    Returns
    -------
    dict of str to matplotlib.figure.Figure
        The figures by name. They belong to no window: `figure.savefig(...)` writes one, and a notebook shows it.

    Raises
    ------
    PlanError
        The plan has mistakes, or there is no figure of a name.
    IncompleteError
        A figure asked for by name has nothing to show yet.
    """
    place = target if isinstance(target, Plan) else Path(target)
    folder = place if isinstance(place, Path) and place.is_dir() else None
    study = gather_study(
        place,
        names,
        predict=_exits(folder, threads, on_cell) if with_exact else None,
        predict_shares=_shares(folder, threads, on_cell) if with_exact else None,
    )
    with house_style():
        return {kind.name: kind.titled(shown) for kind, shown in drawn_figures(study, names)}


def _exits(
    folder: Path | None, threads: int | None, on_cell: OnCell | None, finer: bool = False
) -> Callable[[Plan, Sequence[Cell]], Sequence[ExitPrediction]]:
    """Make the function that predicts exits, with the memory of a results folder where there is one."""

    def predictions_of(plan: Plan, cells: Sequence[Cell]) -> Sequence[ExitPrediction]:
        memory = None if folder is None else PredictionMemory(plan, ResultsFolder(folder))
        has_walkers = folder is not None
        return predict(
            plan, cells, threads=threads, with_survival=has_walkers, finer=finer, memory=memory, on_cell=on_cell
        )

    return predictions_of


def _shares(
    folder: Path | None, threads: int | None, on_cell: OnCell | None, finer: bool = False
) -> Callable[[Plan, Sequence[Cell]], Sequence[SharePrediction]]:
    """Make the function that predicts shares of time, likewise."""

    def shares_of(plan: Plan, cells: Sequence[Cell]) -> Sequence[SharePrediction]:
        memory = None if folder is None else ShareMemory(plan, ResultsFolder(folder))
        return predict_shares(plan, cells, threads=threads, finer=finer, memory=memory, on_cell=on_cell)

    return shares_of
