"""Exact mean exit time over its limit law, against eta."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hts.answers import ExitPrediction
from hts.arrays import FloatArray
from hts.plots.exits.exact import ExactPanel, ExactSeries, cells_of, nearest_eta
from hts.plots.exits.layers import draw_exact
from hts.plots.exits.local_exponents import clip_handles, layer_handles, local_exponent_panels
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

RATIO_LABEL = r"exact over limit, $q\,\lambda(\eta)\,\mathrm{E}\,\sigma$"


def ratio_panels(predictions: Sequence[ExitPrediction]) -> tuple[ExactPanel, ...]:
    """Gather predictions into a panel for each alpha and a series for each b with three ratios or more."""
    both = [
        cell
        for cell in predictions
        if cell.mean_exit_steps_exact is not None and cell.mean_exit_steps_limit is not None
    ]
    return local_exponent_panels(both)


def ratios_of(series: ExactSeries) -> FloatArray:
    """Give exact mean over limit mean, E sigma q lambda of docs/model.md (8), float64[cell]."""
    return series.values("mean_exit_steps_exact") / series.values("mean_exit_steps_limit")


def draw_ratios(axes: Axes, panel: ExactPanel, looks: Mapping[float, Look] | None = None) -> Axes:
    """Draw exact mean over limit mean against eta for one tail index, both axes logarithmic, a series for each b.

    Parameters
    ----------
    axes
        Where to draw; scales, limits, labels and title are set.
    panel
        What to draw. A marker for each ratio, on a broad pale curve; a band where its error can be seen; a line at 1,
        where the limit law is right.
    looks
        Marker of each b; by its place among the b of this panel when it is not given.

    Returns
    -------
    Axes
        The same axes.
    """
    looks = looks or clip_looks(series.by for series in panel.series)
    _frame(axes, [panel])
    axes.set(xlabel=ETA_LABEL, ylabel=RATIO_LABEL, title=tail_label(panel.at))
    axes.axhline(1.0, color=AID, zorder=1.2, label="limit")
    for series in panel.series:
        own, eta, ratio = looks[series.by], series.values("eta"), ratios_of(series)
        error = ratio * series.values("relative_error_exact")
        axes.fill_between(eta, ratio - error, ratio + error, color=paler(own.colour), linewidth=0, zorder=1.5)
        draw_exact(axes, eta, ratio, own)
    return axes


def ratios_figure(panels: Sequence[ExactPanel], title: str | None = None) -> Figure:
    """Lay out the panels of all tail indices with one legend below; one panel is a column wide, more are a page wide.

    Parameters
    ----------
    panels
        One or more; they share both axes.
    title
        What the figure shows; by default the finding of `ratio_finding`.
    """
    looks = clip_looks(series.by for panel in panels for series in panel.series)
    figure, places = draw_panels(panels, partial(draw_ratios, looks=looks), panel_height=2.2)
    _frame(places[0], panels)
    groups = clip_handles(panels, looks, has_lines=False), layer_handles("limit law, no constant fitted")
    place_legend(figure, groups, n_columns=5)
    set_title(figure, title or ratio_finding(panels))
    return figure


def ratio_finding(panels: Sequence[ExactPanel]) -> str:
    """Say how far mean exit times are from the limit law at the learning rate where simulations end."""
    eta = nearest_eta(cells_of(panels))
    ratios = [
        float(ratio)
        for panel in panels
        for series in panel.series
        for cell, ratio in zip(series.cells, ratios_of(series), strict=True)
        if cell.eta == eta
    ]
    least, most = number(float(f"{min(ratios):.2g}")), number(float(f"{max(ratios):.2g}"))
    shown = f"{least} to {most}" if least != most else least
    return rf"At $\eta$ = {number(eta)} the mean exit time is {shown} times what the limit law says"


def ratio_rows(panels: Sequence[ExactPanel]) -> list[Row]:
    """List all that the figure shows, a row for each ratio."""
    return [
        {
            "layer": "exact",
            "alpha": cell.alpha,
            "b": cell.b,
            "well": cell.well,
            "eta": cell.eta,
            "exact_over_limit": float(ratio),
            "mean_exit_steps_exact": cell.mean_exit_steps_exact,
            "relative_error_exact": cell.relative_error_exact,
            "mean_exit_steps_limit": cell.mean_exit_steps_limit,
            "jump_number": cell.jump_number,
        }
        for panel in panels
        for series in panel.series
        for cell, ratio in zip(series.cells, ratios_of(series), strict=True)
    ]


def _frame(axes: Axes, panels: Sequence[ExactPanel]) -> None:
    log_axis(axes, "x", [cell.eta for cell in cells_of(panels)])
    log_axis(axes, "y", [1.0, *(float(ratio) for panel in panels for one in panel.series for ratio in ratios_of(one))])


def _drawn(study: Study) -> Drawn | None:
    panels = ratio_panels(study.own_predictions())
    return (ratios_figure(panels), ratio_rows(panels)) if panels else None


FIGURE = FigureKind(
    "ratios", 7, _drawn, needs="it needs exact values at three eta or more of one b and alpha, and a limit law"
)
