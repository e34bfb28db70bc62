"""Figures of a plan or a results folder, written into a folder."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from hts.answers import ExitPrediction
from hts.comparison import (
    exact_predictions,
    exact_references,
    fit_results,
    fit_visits,
    limit_predictions,
    limit_references,
)
from hts.comparison.visits import PredictShares
from hts.errors import PlanError
from hts.plans import Cell, Plan, read_plan
from hts.plots.figures import plot_plan, plot_results, plot_visits
from hts.plots.registry import FIGURES
from hts.plots.wells.waiting import WaitingDensity, waiting_cells, waiting_density
from hts.sweeps import load_cells, load_visits
from hts.sweeps.survey import open_results

Predict: TypeAlias = Callable[[Plan, Sequence[Cell]], Sequence[ExitPrediction]]

#: The one figure that needs more of the exact solution than a prediction keeps.
DENSITY_FIGURE = "quasi_stationary"


def plot(
    target: Path,
    output: Path | None = None,
    names: Sequence[str] | None = None,
    *,
    overrides: Sequence[str] = (),
    predict: Predict | None = None,
    predict_shares: PredictShares | None = None,
) -> tuple[Path, ...]:
    """Draw the figures of a results folder, or of a plan that has none yet.

    Parameters
    ----------
    target : Path
        A results folder, or a plan.
    output : Path, optional
        Where the files go: by default ``figures`` in the results folder, ``figures/<stem of the plan>`` for a plan.
    names : sequence of str, optional
        Which figures; all there is something to draw for by default.
    overrides : sequence of str, optional
        ``key=value`` each, replacing keys of the plan; a results folder has its own.
    predict : callable, optional
        Computes exact values of a plan's cells (`hts.answers.predict`); without it none are drawn.
    predict_shares : callable, optional
        Likewise for the shares of time of a study of visits (`hts.answers.predict_shares`).

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    PlanError
        If the plan has mistakes, or there is no figure of a name.
    IncompleteError
        If a figure asked for by name has nothing to show yet.
    IntegrityError
        If a shard is not what was written.
    StoppedError
        If the output folder cannot be written.
    """
    if names is not None and all(name in FIGURES and not FIGURES[name].shows_exact for name in names):
        predict = None
    if not target.is_dir():
        plan = read_plan(target, overrides)
        if plan.visits is not None:  # before it has run there are the landscape and its graph
            return plot_plan(plan, output or Path("figures") / target.stem, names)
        predictions = () if predict is None else predict(plan, plan.cells())
        folder = output or Path("figures") / target.stem
        return plot_plan(plan, folder, names, predictions=predictions, densities=densities_of(plan, names, predict))
    if overrides:
        raise PlanError(f"--set: changes the keys of a plan, and {target} is a results folder")
    _, plan, _ = open_results(target)
    if plan.visits is not None:
        shares = fit_visits(target, limit_references if predict_shares is None else exact_references(predict_shares))
        return plot_visits(shares, plan, output or target / "figures", names, tuple(load_visits(target)))
    comparison = fit_results(target, limit_predictions if predict is None else exact_predictions(predict))
    return plot_results(
        comparison,
        plan,
        output or target / "figures",
        names,
        tuple(load_cells(target)),
        predictions=() if predict is None else predict(plan, plan.cells()),
        densities=densities_of(plan, names, predict),
    )


def densities_of(plan: Plan, names: Sequence[str] | None, predict: Predict | None) -> tuple[WaitingDensity, ...]:
    """Compute what the quasi-stationary figure shows, if it is wanted."""
    if predict is None or (names is not None and DENSITY_FIGURE not in names):
        return ()
    found = (waiting_density(plan, cell) for cell in waiting_cells(plan))
    return tuple(density for density in found if density is not None)
