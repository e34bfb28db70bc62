"""Mean exit time against eta: measured, exact, limit law and published."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hts.plots.exits.laws import limit_laws
from hts.plots.exits.layers import (
    EXACT_WIDTH,
    LIFT,
    PUBLISHED,
    clip_handle,
    line_handle,
    line_style,
    measured_handle,
    published_handles,
)
from hts.plots.exits.series import Curve, ExitPanel, ExitPoint, ExitSeries, exit_panels, exit_rows
from hts.plots.published import read_published
from hts.plots.study import Drawn, FigureKind, Study
from hts.plots.style import (
    AID,
    ETA_LABEL,
    MEAN_LABEL,
    Look,
    clip_looks,
    draw_panels,
    listing,
    log_axis,
    number,
    place_legend,
    set_title,
    tail_label,
)

ARROW = 9.0
"""Length in points of the arrow on a lower bound."""
MOST_STEPS = 1e18
"""No walker is given more steps: a plan's max_steps is a 62-bit number."""
MANY_SERIES = 8
"""Above so many b, one panel is a page wide: its legend needs the room."""


def draw_exits(axes: Axes, panel: ExitPanel, looks: Mapping[float, Look] | None = None) -> Axes:
    """Draw E sigma against eta for one tail index, both axes logarithmic, a series for each b.

    Parameters
    ----------
    axes
        Where to draw; scales, limits, labels and title are set.
    panel
        What to draw. Closed markers: everybody left. Open: some walkers were censored. Open with an arrow: nobody left
        and the marker stands at the lower bound. Bars: 95 % intervals.
    looks
        Marker and line of each b; by its place among the b of this panel when it is not given.

    Returns
    -------
    Axes
        The same axes.
    """
    looks = looks or clip_looks(series.b for series in panel.series)
    axes.set(xlabel=ETA_LABEL, ylabel=MEAN_LABEL, title=tail_label(panel.alpha))
    frame(axes, [panel])  # first, or matplotlib would look for limits that hold what runs out of all bounds
    for series in panel.series:
        _draw_series(axes, series, looks[series.b])
    return axes


def exits_figure(panels: Sequence[ExitPanel], title: str | None = None) -> Figure:
    """Lay out the panels of all tail indices with one legend below; one panel is a column wide, more are a page wide.

    Parameters
    ----------
    panels
        One or more; they share both axes.
    title
        What the figure shows; by default the finding of `exit_finding`.
    """
    looks = clip_looks(series.b for panel in panels for series in panel.series)
    handles = _series_handles(panels, looks), _layer_handles(panels)
    figure, places = draw_panels(panels, partial(draw_exits, looks=looks), is_wide=len(looks) > MANY_SERIES)
    frame(places[0], panels)
    place_legend(figure, handles, n_columns=4)
    set_title(figure, title or exit_finding(panels))
    return figure


def exit_finding(panels: Sequence[ExitPanel]) -> str:
    """Say how much slower the tightest clipping makes exit, by the measured means at the smallest common eta."""
    every = [series for panel in panels for series in panel.series]
    if not any(series.points for series in every):
        is_law, is_exact = any(series.limit for series in every), any(series.exact for series in every)
        if is_exact:
            return "Mean exit time, exact and by the limit law" if is_law else "Mean exit time, exact"
        return "Mean exit time by the limit law" if is_law else "Published mean exit times"
    ratios, rates = [], set()
    for panel in panels:
        first, last = panel.series[0], panel.series[-1]
        tight = {point.eta: point.mean_exit_steps for point in first.points if point.mean_exit_steps}
        loose = {point.eta: point.mean_exit_steps for point in last.points if point.mean_exit_steps}
        common = min(tight.keys() & loose.keys(), default=None)
        if len(panel.series) < 2 or common is None:
            return "Mean exit time against learning rate"
        ratios.append(tight[common] / loose[common])
        rates.add(common)
    b, other = panels[0].series[0].b, panels[0].series[-1].b
    same_clips = all((panel.series[0].b, panel.series[-1].b) == (b, other) for panel in panels)
    if not ratios or len(rates) > 1 or not same_clips or min(ratios) < 1.5:
        return "Mean exit time against learning rate"
    low, high = number(float(f"{min(ratios):.2g}")), number(float(f"{max(ratios):.2g}"))
    factor = low if low == high else f"{low} to {high}"
    than = "without clipping" if math.isinf(other) else rf"for $b$ = {number(other)}"
    return rf"Exit is {factor} times slower for $b$ = {number(b)} than {than} ($\eta$ = {number(rates.pop())})"


def frame(axes: Axes, panels: Sequence[ExitPanel]) -> None:
    """Set limits that hold all points and limit lines of the panels, a decade or more each way, with room for arrows.

    Slope guides do not count, nor what a limit line says below one step or beyond MOST_STEPS: both may run far out of
    what can be measured.
    """
    every = [series for panel in panels for series in panel.series]
    points = [point for series in every for point in series.points]
    shown = [point for series in every for point in series.published]
    curves = [curve for series in every for layer, curve in series.curves.items() if layer != "guide"]
    etas = [point.eta for point in points] + [point.eta for point in shown]
    etas += [eta for curve in curves for eta in curve.eta.tolist()]
    means = [mean for point in points for mean in (point.height, point.low, point.high) if mean is not None]
    means += [point.mean_exit_steps for point in shown]
    means += [mean for curve in curves for mean in curve.mean_exit_steps.tolist() if 1 <= mean <= MOST_STEPS]
    has_arrows = any(point.is_bound for point in points) or any(point.is_censored for point in shown)
    if etas:
        log_axis(axes, "x", etas)
        log_axis(axes, "y", means or [1.0, MOST_STEPS], room_above=0.1 if has_arrows else 0.0)


def _draw_series(axes: Axes, series: ExitSeries, own: Look) -> None:
    for layer, curve in series.curves.items():
        _draw_curve(axes, layer, curve, own)
    bars = [point for point in series.points if point.mean_exit_steps and point.low and point.high]
    if bars:
        mean = np.array([point.mean_exit_steps for point in bars], dtype=np.float64)
        below = mean - np.array([point.low for point in bars], dtype=np.float64)
        above = np.array([point.high for point in bars], dtype=np.float64) - mean
        axes.errorbar(
            [point.eta for point in bars],
            mean,
            yerr=np.maximum([below, above], 0.0),
            fmt="none",
            ecolor=own.colour,
            elinewidth=0.8,
            zorder=LIFT["measured"],
        )
    for is_open in (False, True):
        _draw_markers(axes, [point for point in series.points if point.is_censored == is_open], own, is_open)
    for shown in series.published:
        axes.plot(shown.eta, shown.mean_exit_steps, zorder=LIFT["published"], **PUBLISHED)
        if shown.is_censored:
            _draw_arrow(axes, shown.eta, shown.mean_exit_steps, "black")


def _draw_curve(axes: Axes, layer: str, curve: Curve, own: Look) -> None:
    style = line_style(layer, own)
    if curve.eta.size == 1:  # a line of one point would not show
        style = {"color": style["color"], "marker": "_", "markersize": 10, "markeredgewidth": EXACT_WIDTH}
    axes.plot(curve.eta, curve.mean_exit_steps, zorder=LIFT[layer], label=layer, **style)


def _draw_markers(axes: Axes, points: Sequence[ExitPoint], own: Look, is_open: bool) -> None:
    places = [(point.eta, point.height, point.is_bound) for point in points if point.height is not None]
    if not places:
        return
    axes.plot(
        [eta for eta, _, _ in places],
        [height for _, height, _ in places],
        linestyle="none",
        marker=own.marker,
        color=own.colour,
        markerfacecolor="white" if is_open else own.colour,
        zorder=LIFT["measured"],
        label="censored" if is_open else "measured",
    )
    for eta, height, is_bound in places:
        if is_bound:
            _draw_arrow(axes, eta, height, own.colour)


def _draw_arrow(axes: Axes, eta: float, mean: float, colour: str) -> None:
    axes.annotate(
        "",
        xy=(eta, mean),
        xytext=(0, ARROW),
        textcoords="offset points",
        arrowprops={
            "arrowstyle": "<|-,head_width=0.12,head_length=0.25",
            "color": colour,
            "linewidth": 0.7,
            "shrinkA": 0,
            "shrinkB": 2,
        },
    )


def _series_handles(panels: Sequence[ExitPanel], looks: Mapping[float, Look]) -> list[Artist]:
    handles: list[Artist] = []
    for b, own in looks.items():
        series = [one for panel in panels for one in panel.series if one.b == b]
        if not any(one.points or one.curves for one in series):
            continue
        laws = [one.law for one in series if one.law and one.law.exit_exponent is not None]
        marker = own.marker if any(one.points for one in series) else ""
        line: Any = own.line if any(one.limit for one in series) else "none"
        handles.append(clip_handle(b, own, (law.jump_number for law in laws), marker, line))
    return handles


def _law_name(series: ExitSeries) -> str:
    """Name the law of a limit line; light tails have no exponent, their mean is Kramers'."""
    is_heavy = series.law is not None and series.law.exit_exponent is not None
    return r"limit law $1/(q\lambda(\eta))$" if is_heavy else "Kramers' law"


def _layer_handles(panels: Sequence[ExitPanel]) -> list[Artist]:
    series = [series for panel in panels for series in panel.series]
    points = [point for one in series for point in one.points]
    dot: dict[str, Any] = {"color": AID, "marker": "o", "linestyle": "none"}
    handles: list[Artist] = []
    if any(not point.is_censored for point in points):
        handles.append(measured_handle())
    if any(point.is_censored for point in points):
        handles.append(Line2D([], [], markerfacecolor="white", label="some walkers censored", **dot))
    if any(one.exact for one in series):
        handles.append(line_handle("exact", "exact"))
    if any(one.limit for one in series):
        names = {_law_name(one) for one in series if one.limit}
        handles.append(line_handle("limit", listing(sorted(names))))
    if any(one.guide for one in series):
        handles.append(line_handle("guide", "slope only, no constant"))
    return handles + published_handles(shown.source for one in series for shown in one.published)


def _drawn(study: Study) -> Drawn | None:
    if study.plan.exit is None:
        return None
    source = study.plan.figure.published
    panels = exit_panels(
        study.cells,
        limit_laws(study.plan),
        read_published(source) if source is not None else (),
        etas=[cell.eta for cell in study.plan.cells()],
        well=study.plan.exit_domain().well,
        predictions=study.own_predictions(),
    )
    return (exits_figure(panels), exit_rows(panels)) if panels else None


FIGURE = FigureKind("exits", 1, _drawn, needs="run the plan first (hts run)")
