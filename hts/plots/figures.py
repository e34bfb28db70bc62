"""Drawing and writing the figures of a study by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hts.answers import ExitPrediction
from hts.comparison import ShareComparison
from hts.errors import IncompleteError, PlanError
from hts.plans import Plan
from hts.plots.registry import FIGURES
from hts.plots.save import save_figure
from hts.plots.study import Comparison, Sample, Study
from hts.plots.style import house_style
from hts.plots.wells.waiting import WaitingDensity
from hts.sweeps import VisitCellSample


def plot_results(
    comparison: Comparison,
    plan: Plan,
    folder: str | Path,
    names: Sequence[str] | None = None,
    samples: Sequence[Sample] = (),
    *,
    predictions: Sequence[ExitPrediction] = (),
    densities: Sequence[WaitingDensity] = (),
) -> tuple[Path, ...]:
    """Draw the figures of a study that has results, and write each as PDF, PNG and CSV.

    Parameters
    ----------
    comparison
        Measured beside exact beside limit, as `compare_exits` gives it.
    plan
        The study's plan: landscape, noise, domain, and the published points it asks for.
    folder
        Where the files go; made if it is not there.
    names
        Of `FIGURES`; by default every figure there is something to draw for.
    samples
        The walkers of each cell; the survival figure needs them.
    predictions
        Exact values of the plan's cells, as `predict` gives them; the figures of exponents and ratios need them.
    densities
        As `waiting_density` gives them, of `waiting_cells` for instance; the quasi-stationary figure needs them.

    Returns
    -------
    tuple of Path
        The files, three for each figure, in the order of `names`.

    Raises
    ------
    PlanError
        If there is no figure of a name.
    IncompleteError
        If a figure asked for by name has nothing to show yet.
    StoppedError
        If the folder cannot be written.
    """
    return _plot(Study(plan, comparison.cells, samples, predictions, densities), folder, names)


def plot_plan(
    plan: Plan,
    folder: str | Path,
    names: Sequence[str] | None = None,
    *,
    predictions: Sequence[ExitPrediction] = (),
    densities: Sequence[WaitingDensity] = (),
) -> tuple[Path, ...]:
    """Draw what a plan shows before it has run: landscape, limit law, and all figures of exact values.

    Parameters, files and errors are those of `plot_results`.
    """
    return _plot(Study(plan, (), (), predictions, densities), folder, names)


def plot_visits(
    comparison: ShareComparison,
    plan: Plan,
    folder: str | Path,
    names: Sequence[str] | None = None,
    runs: Sequence[VisitCellSample] = (),
) -> tuple[Path, ...]:
    """Draw the figures of a study of visits that has results.

    Parameters
    ----------
    comparison
        Measured beside exact beside limit, as `compare_visits` gives it.
    runs
        The long runs of each cell; histograms need them.

    Other parameters, files and errors are those of `plot_results`.
    """
    return _plot(Study(plan, (), (), visits=comparison.visits, runs=runs), folder, names)


def _plot(study: Study, folder: str | Path, names: Sequence[str] | None) -> tuple[Path, ...]:
    unknown = [name for name in names or () if name not in FIGURES]
    if unknown:
        raise PlanError(f"no figure called {', '.join(map(repr, unknown))}; there are {', '.join(FIGURES)}")
    paths: list[Path] = []
    with house_style():
        for name in dict.fromkeys(FIGURES if names is None else names):
            drawn = FIGURES[name].draw(study)
            if drawn is not None:
                figure, rows = drawn
                paths += save_figure(figure, folder, name, rows)
            elif names is not None:
                raise IncompleteError(f"nothing to draw for the figure {name!r} yet: {FIGURES[name].needs}")
    return tuple(paths)
