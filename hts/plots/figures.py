"""This file is where the figures of a study are known by name, drawn from its plan and results, and written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from hts.comparison import ShareComparison, VisitComparison
from hts.errors import IncompleteError, PlanError
from hts.estimation.survival import survival_curve
from hts.plans import Cell, Plan
from hts.plots.elimination import elimination_figure
from hts.plots.exact import few_etas
from hts.plots.exits import exits_figure
from hts.plots.exponent_by_alpha import alpha_panels, alpha_rows, exponent_by_alpha_figure
from hts.plots.graph import graph_figure
from hts.plots.histograms import histogram_panels, histogram_rows, histograms_figure
from hts.plots.landscape import landscape_figure, landscape_rows
from hts.plots.local_exponents import local_exponent_panels, local_exponent_rows, local_exponents_figure
from hts.plots.outside import elimination_panels, elimination_rows
from hts.plots.probabilities import within_figure
from hts.plots.published import read_published, read_published_probabilities, read_published_shares
from hts.plots.quasi_stationary import waiting_figure, waiting_panels, waiting_rows
from hts.plots.ratios import ratio_panels, ratio_rows, ratios_figure
from hts.plots.save import Row, save_figure
from hts.plots.series import LimitLaw, MeasuredCell, exit_panels, exit_rows
from hts.plots.shares import share_panels, share_rows, shares_figure
from hts.plots.staircase import staircase_figure, staircase_panels, staircase_rows
from hts.plots.style import house_style
from hts.plots.survival import scaled_survival, survival_figure, survival_panels, survival_rows
from hts.plots.transitions import graph_panels, graph_rows
from hts.plots.waiting import WaitingDensity
from hts.plots.within_series import WithinCell, WithinLaw, within_panels, within_rows
from hts.prediction.chains import limit_chain
from hts.prediction.geometry import accessible_ends
from hts.prediction.limits import exit_limit, rate_scale
from hts.prediction.within import probability_scale, within_limit
from hts.predictions import ExitPrediction
from hts.sweeps import VisitCellSample

SURVIVAL_POINTS = 128
"""Points of a survival curve: as many as a small panel can show."""
LEVEL = 0.05
"""Below this p-value a cell's exit times are told to deviate from the exponential law."""


class ComparedCell(MeasuredCell, WithinCell, Protocol):
    """What is drawn of a cell, and what the title of the survival figure counts."""

    @property
    def exponentiality_p(self) -> float | None: ...  # noqa: D102


class Comparison(Protocol):
    """The cells of a comparison record (docs/interface.md, "fit")."""

    @property
    def cells(self) -> Sequence[ComparedCell]: ...  # noqa: D102


class Sample(Protocol):
    """The walkers of one cell."""

    @property
    def cell(self) -> Cell: ...  # noqa: D102
    @property
    def exit_steps(self) -> npt.NDArray[np.int64]: ...  # noqa: D102
    @property
    def is_censored(self) -> npt.NDArray[np.bool_]: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class Study:
    """All that figures are made from."""

    plan: Plan
    cells: Sequence[ComparedCell]  # none before anything has run
    samples: Sequence[Sample]  # the walkers themselves, for the survival figure; none if they are not at hand
    predictions: Sequence[ExitPrediction] = ()  # exact values, of any cells of the plan
    densities: Sequence[WaitingDensity] = ()  # of the walkers inside, for the quasi-stationary figure
    visits: Sequence[VisitComparison] = ()  # shares of time, of a study of visits
    runs: Sequence[VisitCellSample] = ()  # the long runs themselves, for histograms


Drawn = tuple[Figure, list[Row]]
Maker = Callable[[Study], Drawn | None]


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


def limit_laws(plan: Plan) -> tuple[LimitLaw, ...]:
    """Compute the limit law of every (b, alpha) of a plan, docs/model.md (3)-(8); for light tails its section 8."""
    largest = {(cell.b, cell.alpha): cell for cell in plan.cells()}
    return tuple(_limit_law(plan, cell) for cell in largest.values())


def _limit_law(plan: Plan, cell: Cell) -> LimitLaw:
    landscape, noise, domain = plan.build_landscape(), plan.noise_of(cell), plan.exit_domain()
    ends = domain.low, domain.high, domain.minimum
    limit = exit_limit(landscape, noise, cell.eta, cell.b, *ends)
    mean: Callable[[float], float | None] | None = None
    if limit.rate_constant is not None and limit.jump_number is not None:
        # the quadrature behind q is done once: q does not depend on eta
        q, jumps = limit.rate_constant, limit.jump_number

        def mean(eta: float) -> float | None:
            frequency = q * rate_scale(noise, eta, jumps)
            return 1 / frequency if frequency > 0 else None

    elif limit.mean_exit_steps is not None:

        def mean(eta: float) -> float | None:
            return exit_limit(landscape, noise, eta, cell.b, *ends).mean_exit_steps

    return LimitLaw(cell.b, cell.alpha, limit.jump_number, limit.exit_exponent, mean)


def _plot(study: Study, folder: str | Path, names: Sequence[str] | None) -> tuple[Path, ...]:
    unknown = [name for name in names or () if name not in FIGURES]
    if unknown:
        raise PlanError(f"no figure called {', '.join(map(repr, unknown))}; there are {', '.join(FIGURES)}")
    paths: list[Path] = []
    with house_style():
        for name in dict.fromkeys(FIGURES if names is None else names):
            drawn = FIGURES[name](study)
            if drawn is not None:
                figure, rows = drawn
                paths += save_figure(figure, folder, name, rows)
            elif names is not None:
                raise IncompleteError(f"nothing to draw for the figure {name!r} yet: {NEEDS[name]}")
    return tuple(paths)


def _exits(study: Study) -> Drawn | None:
    if study.plan.exit is None:
        return None
    source = study.plan.figure.published
    panels = exit_panels(
        study.cells,
        limit_laws(study.plan),
        read_published(source) if source is not None else (),
        etas=[cell.eta for cell in study.plan.cells()],
        well=study.plan.exit_domain().well,
        predictions=_own(study),
    )
    return (exits_figure(panels), exit_rows(panels)) if panels else None


def _survival(study: Study) -> Drawn | None:
    means = {(cell.eta, cell.b, cell.alpha): cell.mean_exit_steps for cell in study.cells}
    curves = []
    for sample in study.samples:
        cell = sample.cell
        mean = means.get((cell.eta, cell.b, cell.alpha))
        if mean is not None:
            curve = survival_curve(sample.exit_steps, sample.is_censored, SURVIVAL_POINTS)
            curves.append(scaled_survival(cell.eta, cell.b, cell.alpha, cell.well, mean, curve))
    if not curves:
        return None
    panels = survival_panels(curves)
    return survival_figure(panels, _survival_finding(study.cells)), survival_rows(panels)


def _survival_finding(cells: Sequence[ComparedCell]) -> str | None:
    tested = [cell.exponentiality_p for cell in cells if cell.exponentiality_p is not None]
    if not tested:
        return None
    rejected = sum(p < LEVEL for p in tested)
    cells_word = "cell" if len(tested) == 1 else "cells"
    return f"Exit times over their mean: Exp(1) is rejected in {rejected} of {len(tested)} {cells_word} (5 % level)"


def _landscape(study: Study) -> Drawn | None:
    plan = study.plan
    landscape, domain = plan.build_landscape(), plan.exit_domain()
    clips = [cell.b for cell in plan.cells()]
    # light tails have no jumps to count
    shown = clips if plan.noise.kind != "normal" else []
    figure = landscape_figure(landscape, domain, shown, plan.noise.p_plus)
    return figure, landscape_rows(landscape, domain, shown, plan.noise.p_plus)


def _graph(study: Study) -> Drawn | None:
    landscape, cells = study.plan.build_landscape(), study.plan.cells()
    alpha = min((cell.alpha for cell in cells if cell.alpha is not None), default=None)
    panels = graph_panels(landscape, [cell.b for cell in cells], alpha, study.plan.noise.p_plus)
    return (graph_figure(panels, landscape), graph_rows(panels, landscape)) if panels else None


def _within(study: Study) -> Drawn | None:
    plan, source = study.plan, study.plan.figure.published
    if plan.within is None:
        return None
    published = read_published_probabilities(source) if source is not None else ()
    panels = within_panels(study.cells, _own(study), within_laws(plan, plan.within), published)
    return (within_figure(panels, plan.within), within_rows(panels)) if panels else None


def within_laws(plan: Plan, time: float) -> tuple[WithinLaw, ...]:
    """Compute the limit of the probability to leave within a time for every (b, alpha), docs/model.md (18)."""
    landscape, domain = plan.build_landscape(), plan.exit_domain()
    laws = []
    for cell in {(cell.b, cell.alpha): cell for cell in plan.cells()}.values():
        noise = plan.noise_of(cell)
        limit = within_limit(landscape, noise, cell.b, domain.low, domain.high, domain.start, time)
        if limit.jump_number is not None:
            scale = partial(probability_scale, noise, jump_number=limit.jump_number)
            laws.append(WithinLaw(cell.b, cell.alpha, limit.jump_number, limit.constant, scale))
    return tuple(laws)


def _own(study: Study) -> list[ExitPrediction]:
    """List the predictions of the plan's own cells: others, at an eta far below, would stretch the axes."""
    cells = set(study.plan.cells())
    return [one for one in study.predictions if Cell(one.eta, one.b, one.alpha, one.well) in cells]


def _local_exponents(study: Study) -> Drawn | None:
    panels = local_exponent_panels(_own(study))
    return (local_exponents_figure(panels), local_exponent_rows(panels)) if panels else None


def _ratios(study: Study) -> Drawn | None:
    panels = ratio_panels(_own(study))
    return (ratios_figure(panels), ratio_rows(panels)) if panels else None


def _exponent_by_alpha(study: Study) -> Drawn | None:
    panels = few_etas(alpha_panels(_own(study)))
    return (exponent_by_alpha_figure(panels), alpha_rows(panels)) if panels else None


def _staircase(study: Study) -> Drawn | None:
    distance = _exit_distance(study.plan)
    panels = few_etas(staircase_panels(_own(study)))
    if not panels or distance is None:
        return None
    return staircase_figure(panels, distance), staircase_rows(panels, distance)


def _exit_distance(plan: Plan) -> float | None:
    """Give r of docs/model.md (3); None where the domain has no minimum of its own or no end within reach."""
    domain, landscape = plan.exit_domain(), plan.build_landscape()
    if domain.minimum is None:
        return None
    left, right = landscape.well_ends(domain.well)
    low, high = max(domain.low, left), min(domain.high, right)
    ends = accessible_ends(domain.minimum, low, high, plan.noise.p_plus, landscape.projection)
    return min((end.distance for end in ends), default=None)


def _quasi_stationary(study: Study) -> Drawn | None:
    panels = waiting_panels(study.densities, study.plan)
    if not panels:
        return None
    figure = waiting_figure(panels, study.plan.build_landscape(), study.plan.exit_domain())
    return figure, waiting_rows(panels)


def _shares(study: Study) -> Drawn | None:
    panels = share_panels(study.visits)
    return (shares_figure(panels), share_rows(panels)) if panels else None


def _histograms(study: Study) -> Drawn | None:
    plan, source = study.plan, study.plan.figure.published
    if plan.visits is None:
        return None
    published = read_published_shares(source) if source is not None else ()
    panels = histogram_panels(study.runs, study.visits, plan.visit_record(), published)
    landscape = plan.build_landscape()
    return (histograms_figure(panels, landscape), histogram_rows(panels, landscape)) if panels else None


def _elimination(study: Study) -> Drawn | None:
    panels = elimination_panels(study.visits, _largest_jump_numbers(study.plan))
    return (elimination_figure(panels), elimination_rows(panels)) if panels else None


def _largest_jump_numbers(plan: Plan) -> dict[tuple[float, float | None], int]:
    """Give max l* of docs/model.md (14) for every (b, alpha) at which a well can be left."""
    landscape, noise = plan.build_landscape(), plan.noise
    found = {}
    for key in {(cell.b, cell.alpha) for cell in plan.cells()}:
        jumps = [jumps for jumps in limit_chain(landscape, *key, noise.p_plus).jump_numbers if jumps is not None]
        if jumps:
            found[key] = max(jumps)
    return found


FIGURES: dict[str, Maker] = {
    "exits": _exits,
    "survival": _survival,
    "landscape": _landscape,
    "graph": _graph,
    "within": _within,
    "local_exponents": _local_exponents,
    "ratios": _ratios,
    "exponent_by_alpha": _exponent_by_alpha,
    "staircase": _staircase,
    "quasi_stationary": _quasi_stationary,
    "shares": _shares,
    "histograms": _histograms,
    "elimination": _elimination,
}
"""The figures by name, in the order they are drawn."""
NEEDS: dict[str, str] = {
    "exits": "run the plan first (hts run)",
    "survival": "run the plan first (hts run)",
    "within": "it needs within in [exit], and exact values or walkers",
    "landscape": "run the plan first (hts run)",
    "graph": "it needs a landscape with two wells or more",
    "local_exponents": "it needs exact values at three eta or more of one b and alpha",
    "ratios": "it needs exact values at three eta or more of one b and alpha, and a limit law",
    "exponent_by_alpha": "it needs exact values of three alpha or more at one b and eta",
    "staircase": "it needs exact values of five b or more at one alpha and eta, and a minimum inside the domain",
    "quasi_stationary": "it needs the density of walkers inside in at least one cell that can be computed exactly",
    "shares": "it needs a study of visits ([visits]) of two wells or more that has run",
    "histograms": "it needs a study of visits ([visits]) that has run",
    "elimination": "it needs a study of visits ([visits]) that has run, and wells of unequal l*",
}
"""What is missing where there is nothing to draw."""
