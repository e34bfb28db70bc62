"""Local exponents against eta, with their limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hts.answers import ExitPrediction
from hts.plots.exits.exact import (
    EXPONENT_LABEL,
    ExactPanel,
    cells_of,
    exact_panels,
    exact_row,
    exponent_limits,
    largest_miss,
    nearest_eta,
    shade_errors,
)
from hts.plots.exits.layers import NARROW_EXACT_WIDTH, clip_handle, draw_exact
from hts.plots.save import Row
from hts.plots.study import Drawn, FigureKind, Study
from hts.plots.style import (
    AID,
    ETA_LABEL,
    Look,
    clip_looks,
    draw_panels,
    log_axis,
    number,
    paler,
    place_legend,
    set_title,
    tail_label,
)

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
    looks = looks or clip_looks(series.by for series in panel.series)
    log_axis(axes, "x", [cell.eta for cell in cells_of([panel])])
    axes.set(xlabel=ETA_LABEL, ylabel=EXPONENT_LABEL, ylim=exponent_limits([panel]), title=tail_label(panel.at))
    for series in panel.series:
        own, eta = looks[series.by], series.values("eta")
        shade_errors(axes, eta, series, own.colour)
        draw_exact(axes, eta, series.values("local_exponent_exact"), own)
        if series.limit is not None:
            axes.axhline(series.limit, color=own.colour, linestyle=own.line, zorder=2, label="limit")
    return axes


def local_exponents_figure(panels: Sequence[ExactPanel], title: str | None = None) -> Figure:
    """Lay out the panels of all tail indices with one legend below; one panel is a column wide, more are a page wide.

    Parameters
    ----------
    panels
        One or more; they share both axes.
    title
        What the figure shows; by default the finding of `local_exponent_finding`.
    """
    looks = clip_looks(series.by for panel in panels for series in panel.series)
    figure, places = draw_panels(panels, partial(draw_local_exponents, looks=looks))
    places[0].set_ylim(exponent_limits(panels))
    log_axis(places[0], "x", [cell.eta for cell in cells_of(panels)])
    groups = clip_handles(panels, looks), layer_handles("limit")
    place_legend(figure, groups, n_columns=5)
    set_title(figure, title or local_exponent_finding(panels))
    return figure


def local_exponent_finding(panels: Sequence[ExactPanel]) -> str:
    """Say how far the exponents are from their limits at the learning rate where simulations end."""
    eta = nearest_eta(cells_of(panels))
    miss = largest_miss([cell for cell in cells_of(panels) if cell.eta == eta])
    if miss is None:
        return "Local exponent of the mean exit time"
    return rf"At $\eta$ = {number(eta)} the local exponent still misses its limit by up to {number(round(miss, 2))}"


def local_exponent_rows(panels: Sequence[ExactPanel]) -> list[Row]:
    """List all that the figure shows, a row for each exact value, its limit beside it."""
    return [exact_row(cell) for cell in cells_of(panels)]


def clip_handles(panels: Sequence[ExactPanel], looks: Mapping[float, Look], has_lines: bool = True) -> list[Artist]:
    """Name the series of each b, with its jump number; without lines where only the marker is its own."""
    handles: list[Artist] = []
    for b, own in looks.items():
        jumps = [cell.jump_number for cell in cells_of(panels) if cell.b == b]
        line: Any = own.line if has_lines else "none"
        handles.append(clip_handle(b, own, jumps, own.marker, line, markersize=3.4))
    return handles


def layer_handles(line: str) -> list[Artist]:
    """Name the layers: what the exact values look like, and what the thin line is."""
    exact: dict[str, Any] = {"color": paler(AID), "linewidth": NARROW_EXACT_WIDTH, "marker": "o", "markersize": 2.6}
    return [
        Line2D([], [], label="exact", markerfacecolor=AID, markeredgecolor=AID, **exact),
        Line2D([], [], label=line, color=AID),
    ]


def _drawn(study: Study) -> Drawn | None:
    panels = local_exponent_panels(study.own_predictions())
    return (local_exponents_figure(panels), local_exponent_rows(panels)) if panels else None


FIGURE = FigureKind("local_exponents", 6, _drawn, needs="it needs exact values at three eta or more of one b and alpha")
