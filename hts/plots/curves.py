"""Series against eta of what was measured, with exact curve, limit line, slope guide and published points."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation, Transform

from hts.arrays import FloatArray
from hts.plots.looks import AID, DOTTED, Look, clip_looks, paler
from hts.plots.published import PublishedPoint
from hts.plots.save import Row
from hts.plots.smooth import smooth
from hts.plots.style import clip_label, listing

Layer = Literal["exact", "limit", "guide"]

EXACT_WIDTH = 3.2
"""Points: the exact curve is the broad pale line that the markers lie on."""
LIFT = {"exact": 1.5, "guide": 1.8, "limit": 2.0, "measured": 3.0, "published": 4.0}
"""What lies over what."""
CLOSE, ASIDE = 0.03, 5.0
"""Markers of one eta nearer than this part of the height stand side by side, so many points apart."""
MOST_ASIDE = 9
"""Of more markers that meet none moves: the outer ones would stand at another eta."""
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
    exponent: FloatArray | None = None  # float64[point], -d log value/d log eta, where it is known


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
    clips: tuple[float, ...] = ()  # every b of the study, by which looks are chosen


def every_series(panels: Iterable[SeriesPanel]) -> list[Series]:
    """List the series of all panels."""
    return list(chain.from_iterable(panel.series for panel in panels))


def panel_looks(panels: Iterable[SeriesPanel]) -> dict[float, Look]:
    """Return the look of each b in the panels, by its place among those of the study."""
    shown = list(panels)
    return clip_looks((one.b for one in every_series(shown)), chain.from_iterable(panel.clips for panel in shown))


def points_aside(panel: SeriesPanel) -> dict[float, dict[float, float]]:
    """Say by how many points markers of equal eta and height move to stand side by side: {b: {eta: points}}."""
    marks = [
        (one.eta, math.log(one.height), series.b) for series in panel.series for one in series.points if one.height
    ]
    drawn = [y for _, y, _ in marks]
    for series in panel.series:
        if (exact := series.curves.get("exact")) is not None:
            drawn += np.log(exact.value[exact.value > 0]).tolist()
    close = CLOSE * (max(drawn) - min(drawn)) if marks else 0.0
    found: dict[float, dict[float, float]] = {}
    for _, those in groupby(sorted(marks), key=itemgetter(0)):
        group: list[tuple[float, float, float]] = []
        for mark in those:
            if group and mark[1] - group[-1][1] >= close:
                _spread(group, found)
                group = []
            group.append(mark)
        _spread(group, found)
    return found


def _spread(group: Sequence[tuple[float, float, float]], found: dict[float, dict[float, float]]) -> None:
    if not 1 < len(group) <= MOST_ASIDE:
        return
    for k, (eta, _, b) in enumerate(sorted(group, key=itemgetter(2))):
        found.setdefault(b, {})[eta] = ASIDE * (k - (len(group) - 1) / 2)


def draw_series(axes: Axes, series: Series, own: Look, aside: Mapping[float, float] = MappingProxyType({})) -> None:
    """Draw the curves, points with their intervals, bounds and published points of one series on scaled axes.

    `aside` are the points by which markers stand beside their eta, as `points_aside` gives them.
    """
    for layer, curve in series.curves.items():
        style = _line_style(layer, own)
        if curve.eta.size == 1:  # a line of one point would not show
            style = {"color": style["color"], "marker": "_", "markersize": 10, "markeredgewidth": EXACT_WIDTH}
        axes.plot(*smooth(curve.eta, curve.value, curve.exponent), zorder=LIFT[layer], label=layer, **style)
    for shift in sorted({aside.get(one.eta, 0.0) for one in series.points}):
        group = [one for one in series.points if aside.get(one.eta, 0.0) == shift]
        place: Transform = axes.transData
        if shift:
            place = place + ScaledTranslation(shift / 72, 0, _root(axes).dpi_scale_trans)
        _draw_intervals(axes, group, own, place)
        _draw_markers(axes, group, own, place)
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


def _root(axes: Axes) -> Figure:
    figure = axes.get_figure(root=True)
    assert figure is not None
    return figure


def _draw_intervals(axes: Axes, points: Sequence[Point], own: Look, place: Transform) -> None:
    known = [(one.eta, one.value, one.low, one.high) for one in points if one.value and one.low and one.high]
    if not known:
        return
    eta, value, low, high = np.array(known, dtype=np.float64).T
    ends = np.maximum([value - low, high - value], 0.0)
    style: dict[str, Any] = {"ecolor": own.colour, "elinewidth": 0.8, "zorder": LIFT["measured"], "transform": place}
    axes.errorbar(eta, value, yerr=ends, fmt="none", **style)


def _draw_markers(axes: Axes, points: Sequence[Point], own: Look, place: Transform) -> None:
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
            axes.plot(eta, height, color=own.colour, zorder=LIFT["measured"], transform=place, **style)
    for one in marks:
        if one.bound == "lower" and one.low is not None:
            _draw_arrow(axes, one.eta, one.low, own.colour)


def _draw_arrow(axes: Axes, eta: float, height: float, colour: str) -> None:
    arrow = axes.annotate(
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
    arrow.set_in_layout(False)  # of thousands each would be measured, and all lie within the axes


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


def layer_handles(panels: Sequence[SeriesPanel], guide: str, looks: Mapping[float, Look]) -> list[Artist]:
    """Name the layers there are, whatever their b; the slope guide by `guide`.

    Where one b alone has a limit line, its handle is dashed as the line is.
    """
    series = every_series(panels)
    points = [point for one in series for point in one.points]
    layers = {layer for one in series for layer in one.curves}
    dot: dict[str, Any] = {"color": AID, "marker": "o", "linestyle": "none"}
    handles: list[Artist] = []
    if any(not point.is_open and point.bound != "upper" for point in points):
        handles.append(Line2D([], [], label="measured, 95 % interval", **dot))
    if any(points_aside(panel) for panel in panels):
        handles.append(Line2D([], [], linestyle="none", label="side by side where they meet"))
    if any(point.is_open for point in points):
        handles.append(Line2D([], [], markerfacecolor="white", label="some walkers censored", **dot))
    if any(point.bound == "upper" for point in points):
        handles.append(Line2D([], [], **{**UPPER_BOUND, "color": AID, "label": "no exit seen: upper end"}))
    if "exact" in layers:
        handles.append(Line2D([], [], label="exact", color=paler(AID), linewidth=EXACT_WIDTH))
    if "limit" in layers:
        names = {one.limit_name for one in series if "limit" in one.curves}
        lines = {looks[one.b].line for one in series if "limit" in one.curves}
        line: Any = lines.pop() if len(lines) == 1 else "-"
        handles.append(Line2D([], [], label=listing(sorted(names)), color=AID, linestyle=line))
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
