"""Series against eta of what was measured, with exact curve, limit line, slope guide and published points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from hts.arrays import FloatArray
from hts.plots.looks import AID, DOTTED, Look, paler
from hts.plots.published import PublishedPoint
from hts.plots.save import Row
from hts.plots.style import clip_label, listing

Layer = Literal["exact", "limit", "guide"]

EXACT_WIDTH = 3.2
"""Points: the exact curve is the broad pale line that the markers lie on."""
LIFT = {"exact": 1.5, "guide": 1.8, "limit": 2.0, "measured": 3.0, "published": 4.0}
"""What lies over what."""
ARROW = 9.0
"""Length in points of the arrow on a lower bound."""
PUBLISHED: dict[str, Any] = {
    "linestyle": "none",
    "marker": "x",
    "color": "black",
    "markersize": 3.6,
    "markeredgewidth": 0.7,
    "label": "published",
}
"""Published points, whatever is measured beside them."""
UPPER_BOUND: dict[str, Any] = {"marker": "v", "markerfacecolor": "white", "linestyle": "none", "label": "bound"}
"""The upper end of the interval of a share of which nothing was seen."""


@dataclass(frozen=True)
class Point:
    """One measured cell as it is drawn."""

    eta: float
    value: float | None  # None where only one end of the interval is known
    low: float | None  # 95 % interval
    high: float | None
    is_open: bool = False  # some walkers were censored
    row: Row = field(default_factory=dict)  # what the CSV says of it

    @property
    def bound(self) -> Literal["lower", "upper"] | None:
        """Which end of the interval the marker stands at, where the value itself is not known."""
        if self.value is not None or self.height is None:
            return None
        return "lower" if self.low is not None else "upper"

    @property
    def height(self) -> float | None:
        """Where the marker stands."""
        known = (height for height in (self.value, self.low, self.high) if height is not None)
        return next(known, None)


@dataclass(frozen=True, eq=False)
class Curve:
    """A line of the figure, float64[point] each."""

    eta: FloatArray
    value: FloatArray
    row: Row = field(default_factory=dict)  # what the CSV says of each of its points


@dataclass(frozen=True, eq=False)
class Series:
    """All that is drawn for one b in one panel."""

    b: float
    points: tuple[Point, ...]  # by increasing eta
    curves: Mapping[Layer, Curve]  # in drawing order, those there are
    published: tuple[PublishedPoint, ...]
    jump_number: int | None  # named in the legend
    limit_name: str  # of the limit line, in the legend

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw: no walker has ended, and no law is known."""
        return not (self.points or self.published or self.curves)


@dataclass(frozen=True, eq=False)
class SeriesPanel:
    """One panel: one tail index (or normal noise), a series per b."""

    alpha: float | None
    series: tuple[Series, ...]  # by increasing b, no clipping last
    well: int | None = None  # where the figure tells wells apart


def every_series(panels: Iterable[SeriesPanel]) -> list[Series]:
    """List the series of all panels."""
    return list(chain.from_iterable(panel.series for panel in panels))


def draw_series(axes: Axes, series: Series, own: Look) -> None:
    """Draw the curves, points with their intervals, bounds and published points of one series on scaled axes."""
    for layer, curve in series.curves.items():
        style = _line_style(layer, own)
        if curve.eta.size == 1:  # a line of one point would not show
            style = {"color": style["color"], "marker": "_", "markersize": 10, "markeredgewidth": EXACT_WIDTH}
        axes.plot(curve.eta, curve.value, zorder=LIFT[layer], label=layer, **style)
    _draw_intervals(axes, series.points, own)
    _draw_markers(axes, series.points, own)
    for shown in series.published:
        axes.plot(shown.eta, shown.value, zorder=LIFT["published"], **PUBLISHED)
        if shown.is_censored:
            _draw_arrow(axes, shown.eta, shown.value, "black")


def _line_style(layer: Layer, own: Look) -> dict[str, Any]:
    styles: dict[Layer, dict[str, Any]] = {
        "exact": {"color": paler(own.colour), "linewidth": EXACT_WIDTH, "solid_capstyle": "round"},
        "limit": {"color": own.colour, "linestyle": own.line},
        "guide": {"color": own.colour, "linestyle": DOTTED},
    }
    return styles[layer]


def _draw_intervals(axes: Axes, points: Sequence[Point], own: Look) -> None:
    known = [(one.eta, one.value, one.low, one.high) for one in points if one.value and one.low and one.high]
    if not known:
        return
    eta, value, low, high = np.array(known, dtype=np.float64).T
    ends = np.maximum([value - low, high - value], 0.0)
    axes.errorbar(eta, value, yerr=ends, fmt="none", ecolor=own.colour, elinewidth=0.8, zorder=LIFT["measured"])


def _draw_markers(axes: Axes, points: Sequence[Point], own: Look) -> None:
    marks = [one for one in points if one.height is not None]
    own_marks: dict[str, Any] = {"marker": own.marker, "linestyle": "none"}
    for chosen, style in (
        ([one for one in marks if one.bound != "upper" and not one.is_open], {**own_marks, "label": "measured"}),
        (
            [one for one in marks if one.bound != "upper" and one.is_open],
            {**own_marks, "label": "censored", "markerfacecolor": "white"},
        ),
        ([one for one in marks if one.bound == "upper"], UPPER_BOUND),
    ):
        if chosen:
            eta, height = np.array([(one.eta, one.height) for one in chosen], dtype=np.float64).T
            axes.plot(eta, height, color=own.colour, zorder=LIFT["measured"], **style)
    for one in marks:
        if one.bound == "lower" and one.low is not None:
            _draw_arrow(axes, one.eta, one.low, own.colour)


def _draw_arrow(axes: Axes, eta: float, height: float, colour: str) -> None:
    axes.annotate(
        "",
        xy=(eta, height),
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


def clip_handles(panels: Sequence[SeriesPanel], looks: Mapping[float, Look]) -> list[Artist]:
    """Name the series of each b, with its jump number."""
    handles: list[Artist] = []
    for b, own in looks.items():
        series = [one for one in every_series(panels) if one.b == b]
        if any(one.points or one.curves for one in series):
            line: Any = "none"
            if any("limit" in one.curves for one in series):
                line = own.line
            elif any("guide" in one.curves for one in series):
                line = DOTTED
            marker = own.marker if any(one.points for one in series) else ""
            label = clip_label(b, (one.jump_number for one in series))
            handles.append(Line2D([], [], color=own.colour, marker=marker, linestyle=line, label=label))
    return handles


def layer_handles(panels: Sequence[SeriesPanel], guide: str) -> list[Artist]:
    """Name the layers there are, whatever their b; the slope guide by `guide`."""
    series = every_series(panels)
    points = [point for one in series for point in one.points]
    layers = {layer for one in series for layer in one.curves}
    dot: dict[str, Any] = {"color": AID, "marker": "o", "linestyle": "none"}
    handles: list[Artist] = []
    if any(not point.is_open and point.bound != "upper" for point in points):
        handles.append(Line2D([], [], label="measured, 95 % interval", **dot))
    if any(point.is_open for point in points):
        handles.append(Line2D([], [], markerfacecolor="white", label="some walkers censored", **dot))
    if any(point.bound == "upper" for point in points):
        handles.append(Line2D([], [], **{**UPPER_BOUND, "color": AID, "label": "no exit seen: upper end"}))
    if "exact" in layers:
        handles.append(Line2D([], [], label="exact", color=paler(AID), linewidth=EXACT_WIDTH))
    if "limit" in layers:
        names = {one.limit_name for one in series if "limit" in one.curves}
        handles.append(Line2D([], [], label=listing(sorted(names)), color=AID))
    if "guide" in layers:
        handles.append(Line2D([], [], label=guide, color=AID, linestyle=DOTTED))
    sources = sorted({shown.source for one in series for shown in one.published})
    return handles + [Line2D([], [], **{**PUBLISHED, "label": f"published [{source}]"}) for source in sources]


def series_rows(panels: Sequence[SeriesPanel], columns: Mapping[str, str]) -> list[Row]:
    """List all that is drawn, a row for each point of each layer.

    Parameters
    ----------
    panels
        In drawing order.
    columns
        The column of a curve's values by layer, and that of published values.
    """
    rows: list[Row] = []
    for panel in panels:
        for series in panel.series:
            key: Row = {"alpha": panel.alpha, "b": series.b}
            key = key if panel.well is None else {**key, "well": panel.well}
            rows += [{"layer": "measured", **key, "eta": one.eta, **one.row} for one in series.points]
            for layer, curve in series.curves.items():
                pairs = zip(curve.eta.tolist(), curve.value.tolist(), strict=True)
                rows += [
                    {"layer": layer, **key, "eta": eta, columns[layer]: value, **curve.row} for eta, value in pairs
                ]
            for shown in series.published:
                said: Row = {"eta": shown.eta, columns["published"]: shown.value, "source": shown.source}
                is_censored: Row = {} if shown.is_censored is None else {"is_censored": shown.is_censored}
                rows.append({"layer": "published", **key, **said, **is_censored})
    return rows
