"""Local exponents against the tail index, with their limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hts.answers import ExitPrediction
from hts.plots.exits.etas import LIMIT, draw_eta_curve, eta_handles, eta_looks
from hts.plots.exits.exact import (
    EXPONENT_LABEL,
    ExactPanel,
    cells_of,
    exact_panels,
    exact_row,
    exponent_limits,
    few_etas,
    largest_miss,
    shade_errors,
)
from hts.plots.save import Row
from hts.plots.study import Drawn, FigureKind, Study
from hts.plots.style import Look, clip_label, draw_panels, number, place_legend, set_title

LEAST = 3
"""Fewer tail indices make no curve."""
ALPHA_LABEL = r"tail index $\alpha$"
LIMIT_LABEL = r"limit, $\alpha+(l^{{*}}-1)(\alpha-1)$"


def alpha_panels(predictions: Sequence[ExitPrediction]) -> tuple[ExactPanel, ...]:
    """Gather predictions into a panel for each b and a series for each eta with three tail indices or more."""
    heavy = [cell for cell in predictions if cell.alpha is not None]
    return exact_panels(heavy, panel="b", series="eta", along="alpha", least=LEAST)


def draw_exponent_by_alpha(axes: Axes, panel: ExactPanel, looks: Mapping[float, Look] | None = None) -> Axes:
    """Draw -d log E sigma / d log eta against alpha for one b, a series for each eta, with the limit's line.

    Parameters
    ----------
    axes
        Where to draw; limits, labels and title are set.
    panel
        What to draw. A marker for each exact value; a band where its error can be seen. The limit is
        alpha + (l* - 1)(alpha - 1), docs/model.md (6), at the alphas of the panel: it is straight.
    looks
        Shade, marker and line of each eta; by its place among those of this panel when it is not given.

    Returns
    -------
    Axes
        The same axes.
    """
    looks = looks or eta_looks([series.by for series in panel.series])
    for series in panel.series:
        own, alpha = looks[series.by], series.values("alpha")
        shade_errors(axes, alpha, series, own.colour)
        draw_eta_curve(axes, alpha, series.values("local_exponent_exact"), own)
    limit = limit_line(panel)
    axes.plot(list(limit), list(limit.values()), zorder=2, label="limit", **LIMIT)
    axes.set(xlabel=ALPHA_LABEL, ylabel=EXPONENT_LABEL, ylim=exponent_limits([panel]))
    axes.set_title(clip_label(float(panel.at or 0.0), (cell.jump_number for cell in cells_of([panel]))))
    return axes


def limit_line(panel: ExactPanel) -> dict[float, float]:
    """Give the limit exponent of each alpha that has one, by increasing alpha."""
    limits = {
        cell.alpha: cell.exit_exponent_limit
        for cell in cells_of([panel])
        if cell.alpha is not None and cell.exit_exponent_limit is not None
    }
    return dict(sorted(limits.items()))


def exponent_by_alpha_figure(panels: Sequence[ExactPanel], title: str | None = None) -> Figure:
    """Lay out the panels of all b with one legend below; one panel is a column wide, more are a page wide.

    Parameters
    ----------
    panels
        One or more; they share both axes.
    title
        What the figure shows; by default the finding of `alpha_finding`.
    """
    looks = eta_looks([series.by for panel in panels for series in panel.series])
    figure, places = draw_panels(panels, partial(draw_exponent_by_alpha, looks=looks))
    places[0].set_ylim(exponent_limits(panels))
    handles = [*eta_handles(looks), Line2D([], [], label=LIMIT_LABEL, **LIMIT)]
    place_legend(figure, (handles,), n_columns=5)
    set_title(figure, title or alpha_finding(panels))
    return figure


def alpha_finding(panels: Sequence[ExactPanel]) -> str:
    """Say how far the exponents are from their limits at the largest and at the smallest learning rate."""
    cells = cells_of(panels)
    told = []
    for eta in sorted({cell.eta for cell in cells}, reverse=True):
        miss = largest_miss([cell for cell in cells if cell.eta == eta])
        if miss is not None:
            told.append(rf"{number(round(miss, 2))} at $\eta$ = {number(eta)}")
    if not told:
        return r"Local exponent against the tail index $\alpha$"
    shown = " and ".join(dict.fromkeys((told[0], told[-1])))
    return f"The local exponent misses its limit by up to {shown}"


def alpha_rows(panels: Sequence[ExactPanel]) -> list[Row]:
    """List all that the figure shows, a row for each exact value, its limit beside it."""
    return [exact_row(cell) for cell in cells_of(panels)]


def _drawn(study: Study) -> Drawn | None:
    panels = few_etas(alpha_panels(study.own_predictions()))
    return (exponent_by_alpha_figure(panels), alpha_rows(panels)) if panels else None


FIGURE = FigureKind(
    "exponent_by_alpha", 8, _drawn, needs="it needs exact values of three alpha or more at one b and eta"
)
