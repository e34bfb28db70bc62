"""Probability of leaving within a time, against eta: measured, exact, limit, published."""

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

from hts.plots.exits.laws import within_laws
from hts.plots.exits.layers import (
    LIFT,
    PUBLISHED,
    clip_handle,
    line_handle,
    line_style,
    measured_handle,
    published_handles,
)
from hts.plots.exits.within_series import WithinPanel, WithinSeries, within_panels, within_rows
from hts.plots.published import read_published_probabilities
from hts.plots.study import Drawn, FigureKind, Study
from hts.plots.style import (
    AID,
    DOTTED,
    ETA_LABEL,
    Look,
    clip_label,
    clip_looks,
    draw_panels,
    log_axis,
    number,
    place_legend,
    set_title,
    tail_label,
)

MANY_SERIES = 4
"""Above so many b, one panel is a page wide: its legend needs the room."""


def draw_within(axes: Axes, panel: WithinPanel, looks: Mapping[float, Look] | None = None) -> Axes:
    """Draw P(sigma <= time/eta) against eta for one tail index, both axes logarithmic, a series for each b.

    Parameters
    ----------
    axes
        Where to draw; scales, limits, labels and title are set.
    panel
        What to draw. Bars: 95 % intervals; where nobody left an arrow hangs from the upper end alone.
    looks
        Marker and line of each b; by its place among the b of this panel when it is not given.

    Returns
    -------
    Axes
        The same axes.
    """
    looks = looks or clip_looks(series.b for series in panel.series)
    axes.set(xlabel=ETA_LABEL, ylabel="probability to leave in time", title=tail_label(panel.alpha))
    frame_within(axes, [panel])
    for series in panel.series:
        own = looks[series.b]
        for layer, curve in (("exact", series.exact), ("limit", series.limit), ("guide", series.guide)):
            if curve is not None:
                style = line_style(layer, own)
                axes.plot(curve.eta, curve.mean_exit_steps, zorder=LIFT[layer], label=layer, **style)
        _draw_measured(axes, series, own)
        for point in series.published:
            axes.plot(point.eta, point.probability, zorder=LIFT["published"], **PUBLISHED)
    return axes


def _draw_measured(axes: Axes, series: WithinSeries, own: Look) -> None:
    for cell in series.cells:
        p, low, high = cell.probability_within, cell.probability_within_low, cell.probability_within_high
        if p is None or low is None or high is None:
            continue
        bar: dict[str, Any] = {"ecolor": own.colour, "elinewidth": 0.8, "zorder": LIFT["measured"]}
        if p > 0:
            axes.errorbar(cell.eta, p, yerr=[[max(p - low, 0.0)], [max(high - p, 0.0)]], fmt="none", **bar)
            axes.plot(cell.eta, p, marker=own.marker, color=own.colour, zorder=LIFT["measured"], label="measured")
        else:
            axes.plot(cell.eta, high, zorder=LIFT["measured"], color=own.colour, **_BOUND)


def frame_within(axes: Axes, panels: Sequence[WithinPanel]) -> None:
    """Set limits that hold all but the far ends of limit lines and guides."""
    etas, values = [], []
    for series in (series for panel in panels for series in panel.series):
        shown = [(cell.eta, cell.probability_within or cell.probability_within_high) for cell in series.cells]
        shown += [(point.eta, point.probability) for point in series.published]
        if series.exact is not None:
            shown += list(zip(series.exact.eta.tolist(), series.exact.mean_exit_steps.tolist(), strict=True))
        etas += [eta for eta, _ in shown]
        values += [value for _, value in shown if value]
    log_axis(axes, "x", etas)
    log_axis(axes, "y", values)


def within_figure(panels: Sequence[WithinPanel], time: float, title: str | None = None) -> Figure:
    """Lay out the panels of all tail indices with one legend below.

    Parameters
    ----------
    panels
        One or more; they share both axes.
    time
        The gradient-flow time `within` of the plan.
    title
        What the figure shows; by default the finding of `within_finding`.
    """
    looks = clip_looks(series.b for panel in panels for series in panel.series)
    figure, places = draw_panels(panels, partial(draw_within, looks=looks), is_wide=len(looks) > MANY_SERIES)
    for axes in places:
        axes.set_ylabel(rf"$\mathrm{{P}}\,(\eta\,\sigma\leq${number(time)})")
        axes.label_outer()
    frame_within(places[0], panels)
    handles = _series_handles(panels, looks), _layer_handles(panels)
    place_legend(figure, handles, n_columns=4)
    set_title(figure, title or within_finding(panels))
    return figure


def within_finding(panels: Sequence[WithinPanel]) -> str:
    """Say how much rarer the tightest clipping makes it, by the exact values at the smallest common eta."""
    first, last = panels[0].series[0], panels[0].series[-1]
    if len(panels) > 1 or len(panels[0].series) < 2 or first.exact is None or last.exact is None:
        return "Probability to leave within a time against learning rate"
    common = np.intersect1d(first.exact.eta, last.exact.eta)
    if not common.size:
        return "Probability to leave within a time against learning rate"
    eta = common.min()
    tight, loose = (one.mean_exit_steps[one.eta == eta][0] for one in (first.exact, last.exact))
    than = "" if math.isinf(last.b) else f" than {clip_label(last.b)}"
    factor = number(float(f"{loose / tight:.2g}"))
    return rf"Leaving in time is {factor} times rarer with {clip_label(first.b)}{than} ($\eta$ = {number(eta)})"


_BOUND: dict[str, Any] = {"marker": "v", "markerfacecolor": "white", "linestyle": "none", "label": "bound"}


def _series_handles(panels: Sequence[WithinPanel], looks: Mapping[float, Look]) -> list[Artist]:
    handles: list[Artist] = []
    for b, own in looks.items():
        series = [one for panel in panels for one in panel.series if one.b == b]
        jumps = [one.law.jump_number for one in series if one.law]
        marker = own.marker if any(one.cells for one in series) else ""
        line: Any = "none"
        if any(one.limit or one.guide for one in series):
            line = own.line if any(one.limit for one in series) else DOTTED
        handles.append(clip_handle(b, own, jumps, marker, line))
    return handles


def _layer_handles(panels: Sequence[WithinPanel]) -> list[Artist]:
    series = [one for panel in panels for one in panel.series]
    cells = [cell for one in series for cell in one.cells]
    handles: list[Artist] = []
    if any(cell.probability_within for cell in cells):
        handles.append(measured_handle())
    if any(cell.probability_within == 0 for cell in cells):
        handles.append(Line2D([], [], **{**_BOUND, "color": AID, "label": "nobody left: upper end"}))
    if any(one.exact for one in series):
        handles.append(line_handle("exact", "exact"))
    if any(one.limit for one in series):
        handles.append(line_handle("limit", r"limit $C\,(H/\eta)^{l^{*}}$"))
    if any(one.guide for one in series):
        handles.append(line_handle("guide", r"slope $(H/\eta)^{l^{*}}$ only"))
    return handles + published_handles(point.source for one in series for point in one.published)


def _drawn(study: Study) -> Drawn | None:
    plan, source = study.plan, study.plan.figure.published
    if plan.within is None:
        return None
    published = read_published_probabilities(source) if source is not None else ()
    panels = within_panels(study.cells, study.own_predictions(), within_laws(plan, plan.within), published)
    return (within_figure(panels, plan.within), within_rows(panels)) if panels else None


FIGURE = FigureKind("within", 5, _drawn, needs="it needs within in [exit], and exact values or walkers")
