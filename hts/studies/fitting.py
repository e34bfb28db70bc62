"""What a results folder holds beside exact and limit values, for every kind of study."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from hts.answers import ExitPrediction
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
from hts.comparison.levy_records import LevyExits, LevyShares
from hts.errors import IncompleteError
from hts.plans import AnyPlan, Cell, Plan, SpacePlan
from hts.plans.regression import RegressionPlan
from hts.records import Records
from hts.regression import CellResult, open_regression, regression_results
from hts.storage import ResultsFolder
from hts.studies.theory import OnCell, Theory
from hts.sweeps.survey import open_study

if TYPE_CHECKING:
    from hts.comparison.space import SpaceComparison, SpaceShareComparison
    from hts.networks.results import Comparison as TrainingComparison
    from hts.plans.training import TrainingPlan

#: What is said of a sweep; its type follows from its plan.
StudyComparison: TypeAlias = (
    "ExitComparison | ShareComparison | LevyExits | LevyShares | SpaceComparison | SpaceShareComparison"
)


def fit(
    folder: str | PathLike[str],
    *,
    threads: int | None = None,
    with_exact: bool = True,
    with_outlook: bool | None = None,
    on_cell: OnCell | None = None,
) -> StudyComparison | Records[CellResult] | TrainingComparison:
    """Compare what a results folder holds with exact and limit values, as `hts fit` does.

    Exact values are looked up in the folder, computed where they are missing, and kept there. Cells that disagree with
    theirs are computed a second time, finer.

    Parameters
    ----------
    folder : path
        As `run_sweep`, `run_regression` or `train` leaves it; finished or not.
    threads : int, optional
        Cells computed at once; one per core by default.
    with_exact : bool
        Whether to compute exact values at all; limits take no time. Of SGD on least squares they always are.
    with_outlook : bool, optional
        Whether to seek the eta below which limit exponents hold; by default where it takes a minute of one core at
        most.
    on_cell : callable, optional
        Called with the cells predicted and all cells, from this thread.

    Returns
    -------
    ExitComparison or ShareComparison
        The latter of a study of long runs ([visits]). Of plans with [levy], LevyExits or LevyShares, in time t = k h;
        in several dimensions, SpaceComparison or SpaceShareComparison; of SGD on least squares, CellResults; of trained
        networks, the comparison of their methods. `frame` makes a table of each.

    Raises
    ------
    PlanError
        There is no plan in the folder.
    IncompleteError
        No run or network is finished.
    IntegrityError
        A shard is not as it was written.
    """
    place, theory = Path(folder), Theory.for_python(threads, with_exact, on_cell)
    if ResultsFolder(place).is_of_training:
        return compared_training(place)[1]
    if ResultsFolder(place).is_of_regression:
        return compared_regression(place, theory)[1]
    return compared(place, open_study(place)[1], theory, with_outlook)


def compared(folder: Path, plan: AnyPlan, theory: Theory, with_outlook: bool | None = None) -> StudyComparison:
    """Lay what a folder of walkers holds beside what theory says; `plan` is that of the folder."""
    if isinstance(plan, SpacePlan):
        return _compared_space(folder, plan, theory)
    if plan.study.table == "visits":
        return _compared_visits(folder, plan, theory)
    return _compared_exits(folder, plan, theory, with_outlook)


def _compared_exits(folder: Path, plan: Plan, theory: Theory, with_outlook: bool | None) -> ExitComparison | LevyExits:
    """Lay measured mean exit times beside limit and exact ones; compute the latter finer where they disagree."""
    from hts.comparison.levy import levy_exits

    known: dict[Cell, ExitPrediction] = {}
    if theory.with_exact:
        first, again = theory.looks(theory.exits, folder)

        def remembered(plan: Plan, cells: Sequence[Cell]) -> Sequence[ExitPrediction]:
            found = first(plan, cells)
            known.update(zip(cells, found, strict=True))
            return found

        ahead = theory.outlook(folder, with_outlook)
        found = fit_results(folder, exact_predictions(remembered, ahead), exact_predictions_again(again))
    else:
        found = fit_results(folder)
    return found if plan.levy is None else levy_exits(plan, found, known)


def _compared_visits(folder: Path, plan: Plan, theory: Theory) -> ShareComparison | LevyShares:
    """Lay measured shares of time beside limit and exact ones; compute the latter finer where they disagree."""
    from hts.comparison.levy import levy_shares

    if not theory.with_exact:
        found = fit_visits(folder, limit_references)
        return found if plan.levy is None else levy_shares(plan, found)
    first, again = theory.looks(theory.shares, folder)
    found = fit_visits(folder, exact_references(first), exact_references_again(again))
    return found if plan.levy is None else levy_shares(plan, found, first(plan, plan.cells()))


def _compared_space(folder: Path, plan: SpacePlan, theory: Theory) -> SpaceComparison | SpaceShareComparison:
    """Lay measured exits beside exact ones and the limit; shares of time stand alone."""
    from hts.comparison.space import fit_space, fit_space_visits

    if plan.study.table == "visits":
        return fit_space_visits(folder)
    if not theory.with_exact:
        return fit_space(folder)
    return fit_space(folder, lambda plan: dict(zip(plan.cells(), theory.space(plan, folder, False), strict=True)))


def compared_regression(folder: Path, theory: Theory) -> tuple[RegressionPlan, Records[CellResult]]:
    """Lay the runs of a folder of SGD on least squares beside rho and alpha; return its plan too.

    Raises
    ------
    IncompleteError
        Where no run is finished.
    """
    _, plan = open_regression(folder)
    results = regression_results(plan, theory.regression(plan), folder)
    if not any(result.n_runs for result in results):
        raise IncompleteError(
            f"{folder}: no run is finished yet; hts regression {folder / 'plan.toml'} -o {folder} goes on"
        )
    return plan, results


def compared_training(folder: Path) -> tuple[TrainingPlan, TrainingComparison]:
    """Compare the methods of a folder of trained networks, as far as they are trained; return its plan too.

    Raises
    ------
    IncompleteError
        Where no network is.
    """
    from hts.networks.folders import load, open_training
    from hts.networks.results import compare

    _, plan = open_training(folder)
    found = load(plan, folder)
    if not found:
        raise IncompleteError(
            f"{folder}: no network is trained yet; hts train {folder / 'plan.toml'} -o {folder} goes on"
        )
    return plan, compare(plan, found)
