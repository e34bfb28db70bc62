"""Figures of a plan or a results folder: what they read is gathered, and each is written into a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, TypeAlias

from hts import plots
from hts.answers import ExitPrediction, predict_shares
from hts.answers.discretisation import discretise
from hts.answers.flights import fly
from hts.answers.waiting import WaitingDensity, waiting_cells, waiting_density
from hts.comparison import compare_exits, exact_references, fit_visits, limit_references
from hts.comparison.exits import compare_walkers
from hts.comparison.visits import PredictShares
from hts.comparison.walkers import measured_cells
from hts.errors import IncompleteError, PlanError
from hts.plans import Cell, Plan, read_plan
from hts.plots.save import save_figure
from hts.plots.study import AnyFigure, FigureKind, Part, Study, drawn_cells
from hts.plots.style import house_style
from hts.rare import rare_results
from hts.sweeps import load_visits
from hts.sweeps.samples import check_cells
from hts.sweeps.summed import load_summaries
from hts.sweeps.survey import open_results

Predict: TypeAlias = Callable[[Plan, Sequence[Cell]], Sequence[ExitPrediction]]


def _declared() -> Iterator[AnyFigure]:
    """Find the figures that the modules of plots declare as `FIGURE`."""
    for module in iter_modules(plots.__path__, f"{plots.__name__}."):
        kind = getattr(import_module(module.name), "FIGURE", None)
        if isinstance(kind, FigureKind):
            yield kind


FIGURES: dict[str, AnyFigure] = {kind.name: kind for kind in sorted(_declared(), key=lambda kind: kind.place)}
"""The figures by name, in the order they are drawn."""


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
    study = gather_study(target, names, overrides=overrides, predict=predict, predict_shares=predict_shares)
    return draw_figures(study, output or figures_folder(target), names)


def figures_folder(target: Path) -> Path:
    """Name the folder of the figures of a results folder, or of a plan."""
    return target / "figures" if target.is_dir() else Path("figures") / target.stem


def gather_study(
    target: Path | Plan,
    names: Sequence[str] | None = None,
    *,
    overrides: Sequence[str] = (),
    predict: Predict | None = None,
    predict_shares: PredictShares | None = None,
) -> Study:
    """Gather what the figures of a results folder, or of a plan, are made from; see `plot`."""
    exact = _Exact(predict, predict_shares)
    if isinstance(target, Plan) or not target.is_dir():
        plan = target if isinstance(target, Plan) else read_plan(target, overrides)
        return KINDS[plan.study.table].of_plan(plan, _parts(plan, names), exact)
    if overrides:
        raise PlanError(f"--set: changes the keys of a plan, and {target} is a results folder")
    _, plan, _ = open_results(target)
    return KINDS[plan.study.table].of_folder(target, plan, _parts(plan, names), exact)


def drawn_figures(study: Study, names: Sequence[str] | None = None) -> Iterator[tuple[AnyFigure, Any]]:
    """Yield each figure that there is something to draw for, with what it shows; draw it in the house style.

    Raises
    ------
    PlanError
        If there is no figure of a name.
    IncompleteError
        If a figure asked for by name has nothing to show yet.
    """
    for kind in _chosen(study.plan, names):
        shown = kind.gather(study)
        if shown:
            yield kind, shown
        elif names is not None:
            raise IncompleteError(f"nothing to draw for the figure {kind.name!r} yet: {kind.needs}")


def draw_figures(study: Study, folder: str | Path, names: Sequence[str] | None = None) -> tuple[Path, ...]:
    """Draw the figures of a study, and write each as PDF, PNG and CSV.

    Parameters
    ----------
    study : Study
        What there is to show.
    folder : str or Path
        Where the files go; made if it is not there.
    names : sequence of str, optional
        Of `FIGURES`; by default every figure there is something to draw for.

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
    paths: list[Path] = []
    with house_style():
        for kind, shown in drawn_figures(study, names):
            paths += save_figure(kind.titled(shown), folder, kind.name, kind.rows(shown))
    return tuple(paths)


def _chosen(plan: Plan, names: Sequence[str] | None) -> list[AnyFigure]:
    """List the figures of these names, or all, that a plan's kind of study can have."""
    unknown = [name for name in names or () if name not in FIGURES]
    if unknown:
        raise PlanError(f"no figure called {', '.join(map(repr, unknown))}; there are {', '.join(FIGURES)}")
    own = KINDS[plan.study.table].of
    kinds = [FIGURES[name] for name in dict.fromkeys(FIGURES if names is None else names)]
    for kind in kinds if names is not None else ():
        if kind.of not in (None, own):
            raise IncompleteError(f"nothing to draw for the figure {kind.name!r}: it needs a study of {kind.of}")
        if kind.levy not in (None, plan.levy is not None):
            which = "with" if kind.levy else "without"
            raise IncompleteError(f"nothing to draw for the figure {kind.name!r}: it needs a plan {which} [levy]")
    return [kind for kind in kinds if kind.of in (None, own) and kind.levy in (None, plan.levy is not None)]


def _parts(plan: Plan, names: Sequence[str] | None) -> set[Part]:
    """List what the figures read of a study, so that nothing else is computed or loaded."""
    return {part for kind in _chosen(plan, names) for part in kind.reads}


@dataclass(frozen=True)
class _Exact:
    """The functions that predict; None where no exact values are wanted."""

    exits: Predict | None
    shares: PredictShares | None


def _exits_of_plan(plan: Plan, parts: set[Part], exact: _Exact) -> Study:
    """Gather exact values before a plan of exits has run."""
    predict = exact.exits
    if predict is None:
        return Study(plan)
    return Study(
        plan,
        predictions=predict(plan, plan.cells()) if "predictions" in parts else (),
        densities=_densities(plan) if "densities" in parts else (),
        shares=predict_shares(plan) if "shares" in parts else (),
        studies=discretise(plan, predict) if "studies" in parts else (),
        flights=fly(plan) if "flights" in parts else (),
    )


def _exits_of_folder(target: Path, plan: Plan, parts: set[Part], exact: _Exact) -> Study:
    """Gather walkers and exact values of a results folder; the cells are compared with nothing, figures do that."""
    study, has_samples = _exits_of_plan(plan, parts, exact), "samples" in parts
    if plan.rare is not None and "rare" in parts:
        known = {Cell(one.eta, one.b, one.alpha, one.well): one for one in study.predictions}
        study = replace(study, rare=rare_results(plan, target, known))
    if not has_samples and "cells" not in parts:
        return study
    if plan.keeps_summaries:
        cells = compare_walkers(measured_cells(target, plan), None, plan.within, is_tested=has_samples).cells
        drawn = set(drawn_cells(plan))
        kept = [one for one in load_summaries(target) if one.cell in drawn] if has_samples else []
        return replace(study, cells=cells, samples=kept)
    barriers = plan.build_landscape().barriers
    checked = check_cells(target)
    return replace(
        study,
        cells=compare_exits(checked.pieces(), None, barriers, plan.within, is_tested=has_samples).cells,
        samples=checked.whole(drawn_cells(plan)) if has_samples else (),
    )


def _visits_of_plan(plan: Plan, parts: set[Part], exact: _Exact) -> Study:
    """Gather nothing: figures of long runs show walkers."""
    return Study(plan)


def _visits_of_folder(target: Path, plan: Plan, parts: set[Part], exact: _Exact) -> Study:
    """Gather the long runs of a results folder, compared with exact shares or those of the limit alone."""
    predict = exact.shares
    refer = limit_references if predict is None else exact_references(predict)
    return Study(
        plan,
        visits=fit_visits(target, refer).visits if "visits" in parts else (),
        runs=load_visits(target) if "runs" in parts else (),
        shares=predict(plan, plan.cells()) if predict is not None and "shares" in parts else (),
    )


@dataclass(frozen=True)
class _Kind:
    """What differs between figures of exits and of long runs."""

    of: str  # as `FigureKind.of` has it
    of_plan: Callable[[Plan, set[Part], _Exact], Study]
    of_folder: Callable[[Path, Plan, set[Part], _Exact], Study]


#: By the name of the plan's table.
KINDS: Mapping[str, _Kind] = {
    "exit": _Kind("exits", _exits_of_plan, _exits_of_folder),
    "visits": _Kind("visits", _visits_of_plan, _visits_of_folder),
}


def _densities(plan: Plan) -> tuple[WaitingDensity, ...]:
    """Compute the densities of walkers inside; cells without an exact answer have none."""
    found = (waiting_density(plan, cell) for cell in waiting_cells(plan))
    return tuple(density for density in found if density is not None)
