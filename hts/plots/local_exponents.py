"""Local exponents against eta, with their limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hts.answers import ExitPrediction
from hts.plots.exact import (
    EXPONENT_LABEL,
    ExactPanel,
    cells_of,
    clip_handles,
    draw_exponents,
    exact_panels,
    exponent_limits,
    exponent_row,
    layer_handles,
    misses,
    nearest_eta,
    of_study,
    panel_looks,
)
from hts.plots.looks import Look
from hts.plots.save import Row
from hts.plots.study import FigureKind, Study
from hts.plots.style import ETA_LABEL, draw_panels, log_axis, number, place_legend, tail_label

LEAST = 3
"""Fewer learning rates make no curve."""


def local_exponent_panels(predictions: Sequence[ExitPrediction]) -> tuple[ExactPanel, ...]:
    """Gather predictions into a panel for each alpha and a series for each b with three learning rates or more."""
    return exact_panels(predictions, panel="alpha", series="b", along="eta", least=LEAST)


def draw_local_exponents(axes: Axes, panel: ExactPanel, looks: Mapping[float, Look] | None = None) -> Axes:
    """Draw -d log E sigma / d log eta against eta for one tail index, a series for each b with its limit.

    Parameters
    ----------
    axes
        Where to draw; scales, limits, labels and title are set.
    panel
        What to draw. A marker for each exact value, on a broad pale curve; a horizontal line at the limit
        alpha + (l* - 1)(alpha - 1), docs/model.md (6). A band where the error of a value can be seen.
    looks
        Marker and line of each b; by its place among the b of this panel when it is not given.

    Returns
    -------
    Axes
        The same axes.
    """
    looks = looks or panel_looks([panel])
    log_axis(axes, "x", [cell.eta for cell in cells_of([panel])])
    axes.set(xlabel=ETA_LABEL, ylabel=EXPONENT_LABEL, ylim=exponent_limits([panel]), title=tail_label(panel.at))
    for series in panel.series:
        own = looks[series.by]
        draw_exponents(axes, series.values("eta"), series, own, is_of_eta=False)
        if series.limit is not None:
            axes.axhline(series.limit, color=own.colour, linestyle=own.line, zorder=2, label="limit")
    return axes


def draw(panels: Sequence[ExactPanel]) -> Figure:
    """Lay out the panels of all tail indices with one legend; one panel is a column wide, more are a page wide."""
    looks = panel_looks(panels)
    figure, places = draw_panels(panels, partial(draw_local_exponents, looks=looks))
    places[0].set_ylim(exponent_limits(panels))
    log_axis(places[0], "x", [cell.eta for cell in cells_of(panels)])
    place_legend(figure, (clip_handles(panels, looks), layer_handles("limit")), n_columns=5)
    return figure


def finding(panels: Sequence[ExactPanel]) -> str:
    """Say how far the exponents are from their limits at the learning rate where simulations end."""
    eta = nearest_eta(cells_of(panels))
    most = max(misses([cell for cell in cells_of(panels) if cell.eta == eta]), default=None)
    if most is None:
        return "Local exponent of the mean exit time"
    return rf"At $\eta$ = {number(eta)} the local exponent still misses its limit by up to {number(round(most, 2))}"


def rows(panels: Sequence[ExactPanel]) -> list[Row]:
    """List all that the figure shows, a row for each exact value, its limit beside it."""
    return [exponent_row(cell) for cell in cells_of(panels)]


def gather(study: Study) -> tuple[ExactPanel, ...]:
    """Take what the figure shows from a study."""
    return of_study(local_exponent_panels(study.own_predictions()), study.clips)


FIGURE = FigureKind(
    name="local_exponents",
    place=6,
    of="exits",
    reads=("predictions",),
    needs="it needs exact values at three eta or more of one b and alpha",
    gather=gather,
    draw=draw,
    finding=finding,
    rows=rows,
)
