"""Local exponents against the tail index, with their limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hts.answers import ExitPrediction
from hts.plots.exact import (
    EXPONENT_LABEL,
    LIMIT,
    ExactPanel,
    cells_of,
    draw_exponents,
    eta_handles,
    every_series,
    exact_panels,
    exponent_limits,
    exponent_row,
    few_etas,
    misses,
)
from hts.plots.looks import Look, eta_looks
from hts.plots.save import Row
from hts.plots.study import FigureKind, Study
from hts.plots.style import clip_label, draw_panels, number, place_legend

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
    looks = looks or eta_looks(series.by for series in panel.series)
    for series in panel.series:
        draw_exponents(axes, series.values("alpha"), series, looks[series.by], is_of_eta=True)
    limit = limit_line(panel)
    axes.plot(list(limit), list(limit.values()), zorder=2, label="limit", **LIMIT)
    axes.set(xlabel=ALPHA_LABEL, ylabel=EXPONENT_LABEL, ylim=exponent_limits([panel]))
    axes.set_title(clip_label(float(panel.at or 0.0), (cell.jump_number for cell in cells_of([panel]))))
    return axes


def limit_line(panel: ExactPanel) -> dict[float, float]:
    """Return the limit exponent of each alpha that has one, by increasing alpha."""
    limits = {
        cell.alpha: cell.exit_exponent_limit
        for cell in cells_of([panel])
        if cell.alpha is not None and cell.exit_exponent_limit is not None
    }
    return dict(sorted(limits.items()))


def draw(panels: Sequence[ExactPanel]) -> Figure:
    """Lay out the panels of all b with one legend; one panel is a column wide, more are a page wide."""
    looks = eta_looks(series.by for series in every_series(panels))
    figure, places = draw_panels(panels, partial(draw_exponent_by_alpha, looks=looks))
    places[0].set_ylim(exponent_limits(panels))
    handles = [*eta_handles(looks), Line2D([], [], label=LIMIT_LABEL, **LIMIT)]
    place_legend(figure, (handles,), n_columns=5)
    return figure


def finding(panels: Sequence[ExactPanel]) -> str:
    """Say how far the exponents are from their limits at the largest and at the smallest learning rate."""
    cells = cells_of(panels)
    found = []
    for eta in sorted({cell.eta for cell in cells}, reverse=True):
        most = max(misses([cell for cell in cells if cell.eta == eta]), default=None)
        if most is not None:
            found.append(rf"{number(round(most, 2))} at $\eta$ = {number(eta)}")
    if not found:
        return r"Local exponent against the tail index $\alpha$"
    shown = " and ".join(dict.fromkeys((found[0], found[-1])))
    return f"The local exponent misses its limit by up to {shown}"


def rows(panels: Sequence[ExactPanel]) -> list[Row]:
    """List all that the figure shows, a row for each exact value, its limit beside it."""
    return [exponent_row(cell) for cell in cells_of(panels)]


def gather(study: Study) -> tuple[ExactPanel, ...]:
    """Take what the figure shows from a study."""
    return few_etas(alpha_panels(study.own_predictions()))


FIGURE = FigureKind(
    name="exponent_by_alpha",
    place=8,
    of="exits",
    reads=("predictions",),
    needs="it needs exact values of three alpha or more at one b and eta",
    gather=gather,
    draw=draw,
    finding=finding,
    rows=rows,
)
