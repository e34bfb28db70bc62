"""This file is where the figures of a study are known by name, each made from what the study has."""

from __future__ import annotations

from collections.abc import Sequence

from hts.estimation.survival import survival_curve
from hts.plans import Cell
from hts.plots.exits.exact import few_etas
from hts.plots.exits.exponent_by_alpha import alpha_panels, alpha_rows, exponent_by_alpha_figure
from hts.plots.exits.laws import exit_distance, largest_jump_numbers, limit_laws, within_laws
from hts.plots.exits.local_exponents import local_exponent_panels, local_exponent_rows, local_exponents_figure
from hts.plots.exits.means import exits_figure
from hts.plots.exits.probabilities import within_figure
from hts.plots.exits.ratios import ratio_panels, ratio_rows, ratios_figure
from hts.plots.exits.series import exit_panels, exit_rows
from hts.plots.exits.staircase import staircase_figure, staircase_panels, staircase_rows
from hts.plots.exits.survival import scaled_survival, survival_figure, survival_panels, survival_rows
from hts.plots.exits.within_series import within_panels, within_rows
from hts.plots.published import read_published, read_published_probabilities, read_published_shares
from hts.plots.study import ComparedCell, Drawn, Maker, Study
from hts.plots.visits.elimination import elimination_figure
from hts.plots.visits.histograms import histogram_panels, histogram_rows, histograms_figure
from hts.plots.visits.outside import elimination_panels, elimination_rows
from hts.plots.visits.shares import share_panels, share_rows, shares_figure
from hts.plots.wells.graph import graph_figure
from hts.plots.wells.landscape import landscape_figure, landscape_rows
from hts.plots.wells.quasi_stationary import waiting_figure, waiting_panels, waiting_rows
from hts.plots.wells.transitions import graph_panels, graph_rows
from hts.predictions import ExitPrediction

SURVIVAL_POINTS = 128
"""Points of a survival curve: as many as a small panel can show."""
LEVEL = 0.05
"""Below this p-value a cell's exit times are told to deviate from the exponential law."""


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
    shown = [cell.b for cell in plan.cells() if plan.is_heavy(cell)]  # light tails have no jumps to count
    figure = landscape_figure(landscape, domain, shown, plan.noise.p_plus)
    return figure, landscape_rows(landscape, domain, shown, plan.noise.p_plus)


def _graph(study: Study) -> Drawn | None:
    landscape, cells = study.plan.build_landscape(), study.plan.cells()
    alpha = min((cell.alpha for cell in cells if cell.alpha is not None), default=None)
    panels = graph_panels(landscape, [cell.b for cell in cells], study.plan.noise.build(alpha))
    return (graph_figure(panels, landscape), graph_rows(panels, landscape)) if panels else None


def _within(study: Study) -> Drawn | None:
    plan, source = study.plan, study.plan.figure.published
    if plan.within is None:
        return None
    published = read_published_probabilities(source) if source is not None else ()
    panels = within_panels(study.cells, _own(study), within_laws(plan, plan.within), published)
    return (within_figure(panels, plan.within), within_rows(panels)) if panels else None


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
    distance = exit_distance(study.plan)
    panels = few_etas(staircase_panels(_own(study)))
    if not panels or distance is None:
        return None
    return staircase_figure(panels, distance), staircase_rows(panels, distance)


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
    panels = elimination_panels(study.visits, largest_jump_numbers(study.plan))
    return (elimination_figure(panels), elimination_rows(panels)) if panels else None


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
