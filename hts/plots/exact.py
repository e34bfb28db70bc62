"""Panels and series of figures that show exact values only."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from hts.answers import ExitPrediction
from hts.arrays import FloatArray
from hts.plots.looks import AID, Look, clip_looks, paler
from hts.plots.save import Row
from hts.plots.smooth import smooth_exponent
from hts.plots.style import clip_label, number

Parameter = Literal["eta", "b", "alpha"]

EXPONENT_LABEL = r"local exponent $-\mathrm{d}\,\log\,\mathrm{E}\,\sigma/\mathrm{d}\,\log\,\eta$"
AFFORDABLE = 1e-3
"""Where simulations end, about: below this learning rate a mean exit takes a million steps and more."""
MOST_ETAS = 4
"""Curves that a panel with a curve for each eta can hold."""
ROOM = 0.06
"""Share of the height kept free above and below exponents."""
CURVE_WIDTH = 2.2
"""Points: the broad pale line that exact values lie on as small markers."""
LIMIT: dict[str, Any] = {"color": "black", "linewidth": 0.9, "linestyle": "-"}
"""The limit, where it is one line for all learning rates."""


@dataclass(frozen=True, eq=False)
class ExactSeries:
    """The cells that one curve runs through."""

    by: float  # b or eta: what tells this series from the others of the panel
    cells: tuple[ExitPrediction, ...]  # by increasing abscissa, all with a local exponent

    def values(self, name: str) -> FloatArray:
        """Return one field of all cells, float64[cell]; NaN where there is none."""
        return np.array([getattr(cell, name) for cell in self.cells], dtype=np.float64)

    @property
    def limit(self) -> float | None:
        """The exponent of the limit, docs/model.md (6), where all cells have the same."""
        limits = {cell.exit_exponent_limit for cell in self.cells}
        return limits.pop() if len(limits) == 1 else None


@dataclass(frozen=True, eq=False)
class ExactPanel:
    """One panel: one alpha, or one b."""

    at: float | None  # None for normal noise, which has no alpha
    series: tuple[ExactSeries, ...]  # by increasing `by`
    clips: tuple[float, ...] = ()  # every b of the study, by which looks are chosen


def exact_panels(
    predictions: Sequence[ExitPrediction], panel: Parameter, series: Parameter, along: Parameter, least: int
) -> tuple[ExactPanel, ...]:
    """Gather predictions into panels and series, both in increasing order.

    Parameters
    ----------
    predictions
        Of one well, in any order; those without an exact local exponent are left out.
    panel, series, along
        What panels differ in, what their series differ in, and what runs along the axis.
    least
        A series of fewer cells is left out, and a panel without series.
    """
    known = [cell for cell in predictions if cell.local_exponent_exact is not None]
    panels = []
    for at, inside in _groups(known, panel):
        curves = [ExactSeries(by, tuple(sorted(cells, key=attrgetter(along)))) for by, cells in _groups(inside, series)]
        long = tuple(one for one in curves if len(one.cells) >= least)
        if long:
            panels.append(ExactPanel(at, long))
    return tuple(panels)


def _groups(cells: Sequence[ExitPrediction], by: Parameter) -> list[tuple[float, list[ExitPrediction]]]:
    """Split cells by one of their parameters, in increasing order, None last."""
    groups: dict[float, list[ExitPrediction]] = {}
    for cell in cells:
        groups.setdefault(getattr(cell, by), []).append(cell)
    return sorted(groups.items(), key=lambda group: (group[0] is None, group[0] or 0.0))


def few_etas(panels: Sequence[ExactPanel], most: int = MOST_ETAS) -> tuple[ExactPanel, ...]:
    """Keep at most `most` series of panels whose series are learning rates, evenly over those there are."""
    etas = sorted({one.by for one in every_series(panels)})
    places = np.linspace(0, len(etas) - 1, min(len(etas), most)).round().astype(int)
    kept = {etas[place] for place in places}
    fewer = [replace(panel, series=tuple(one for one in panel.series if one.by in kept)) for panel in panels]
    return tuple(panel for panel in fewer if panel.series)


def of_study(panels: Sequence[ExactPanel], clips: tuple[float, ...]) -> tuple[ExactPanel, ...]:
    """Tell panels whose series are clip lengths every b of the study."""
    return tuple(replace(panel, clips=clips) for panel in panels)


def panel_looks(panels: Sequence[ExactPanel]) -> dict[float, Look]:
    """Return the look of each b in panels whose series are clip lengths, by its place among those of the study."""
    clips = [b for panel in panels for b in panel.clips]
    return clip_looks((series.by for series in every_series(panels)), clips)


def every_series(panels: Sequence[ExactPanel]) -> list[ExactSeries]:
    """List the series of all panels."""
    return [series for panel in panels for series in panel.series]


def cells_of(panels: Sequence[ExactPanel]) -> list[ExitPrediction]:
    """List the cells that panels show, in drawing order."""
    return [cell for series in every_series(panels) for cell in series.cells]


def exponent_limits(panels: Sequence[ExactPanel]) -> tuple[float, float]:
    """Return the heights that hold all exponents of the panels, exact and limit, with a little room."""
    cells = cells_of(panels)
    values = [cell.local_exponent_exact for cell in cells] + [cell.exit_exponent_limit for cell in cells]
    shown = [value for value in values if value is not None and math.isfinite(value)]
    room = max(ROOM * (max(shown) - min(shown)), 0.05)
    return min(shown) - room, max(shown) + room


def misses(cells: Sequence[ExitPrediction]) -> list[float]:
    """List the distances of local exponents from their limits, of the cells that have both."""
    return [
        abs(cell.local_exponent_exact - cell.exit_exponent_limit)
        for cell in cells
        if cell.local_exponent_exact is not None and cell.exit_exponent_limit is not None
    ]


def nearest_eta(cells: Sequence[ExitPrediction], eta: float = AFFORDABLE) -> float:
    """Return the learning rate of the cells that is nearest to one, on a logarithmic scale."""
    return min({cell.eta for cell in cells}, key=lambda other: (abs(math.log(other / eta)), other))


def exponent_row(cell: ExitPrediction) -> Row:
    """Write what exponent figures show of one cell."""
    return {
        "layer": "exact",
        "alpha": cell.alpha,
        "b": cell.b,
        "well": cell.well,
        "eta": cell.eta,
        "local_exponent_exact": cell.local_exponent_exact,
        "local_exponent_error": cell.local_exponent_error,
        "jump_number": cell.jump_number,
        "exit_exponent_limit": cell.exit_exponent_limit,
    }


def draw_exponents(axes: Axes, x: FloatArray, series: ExactSeries, own: Look, *, is_of_eta: bool) -> None:
    """Draw the local exponents of one series, of one b or `is_of_eta`, over the band of their errors."""
    exponent, error = series.values("local_exponent_exact"), series.values("local_exponent_error")
    if is_of_eta:
        draw_of_eta(axes, x, exponent, error, own)
    else:
        curve = smooth_exponent(x, series.values("mean_exit_steps_exact"), exponent)
        draw_of_clip(axes, (x, exponent), error, curve, own)


def draw_of_clip(
    axes: Axes,
    values: tuple[FloatArray, FloatArray],
    error: FloatArray,
    curve: tuple[FloatArray, FloatArray],
    own: Look,
) -> None:
    """Draw exact values of one b: small markers on a broad pale curve, over the band of their errors."""
    x, y = values
    _shade(axes, x, y, error, own)
    pale: dict[str, Any] = {"color": paler(own.colour), "linewidth": CURVE_WIDTH, "solid_capstyle": "round"}
    axes.plot(*curve, zorder=1.8, label="curve", **pale)
    axes.plot(x, y, linestyle="none", marker=own.marker, color=own.colour, markersize=2.6, zorder=3, label="exact")


def draw_of_eta(axes: Axes, x: FloatArray, y: FloatArray, error: FloatArray, own: Look) -> None:
    """Draw exact values of one eta: a small marker for each, joined by lines that say nothing of their own."""
    _shade(axes, x, y, error, own)
    axes.plot(x, y, zorder=3, label="exact", **_eta_style(own))


def _shade(axes: Axes, x: FloatArray, y: FloatArray, error: FloatArray, own: Look) -> None:
    """Shade the error around values: seen only where it is wider than the curve that lies on it."""
    axes.fill_between(x, y - error, y + error, color=paler(own.colour), linewidth=0, zorder=1.5)


def _eta_style(own: Look) -> dict[str, Any]:
    return {
        "color": own.colour,
        "linestyle": own.line,
        "linewidth": 0.7,
        "marker": own.marker,
        "markersize": 2.8,
        "markeredgewidth": 0.4,
    }


def eta_handles(looks: Mapping[float, Look]) -> list[Artist]:
    """Name the curve of each eta, the largest first: it lies farthest from the limit."""
    etas = sorted(looks.items(), reverse=True)
    return [Line2D([], [], label=rf"exact, $\eta$ = {number(eta)}", **_eta_style(own)) for eta, own in etas]


def clip_handles(panels: Sequence[ExactPanel], looks: Mapping[float, Look], has_lines: bool = True) -> list[Artist]:
    """Name the series of each b, with its jump number; without lines where only the marker is its own."""
    handles: list[Artist] = []
    for b, own in looks.items():
        label = clip_label(b, (cell.jump_number for cell in cells_of(panels) if cell.b == b))
        line: Any = own.line if has_lines else "none"
        handles.append(Line2D([], [], color=own.colour, marker=own.marker, linestyle=line, markersize=3.4, label=label))
    return handles


def layer_handles(line: str) -> list[Artist]:
    """Name the layers of figures with a series for each b: what exact values look like, and what the thin line is."""
    exact: dict[str, Any] = {"color": paler(AID), "linewidth": CURVE_WIDTH, "marker": "o", "markersize": 2.6}
    return [
        Line2D([], [], label="exact", markerfacecolor=AID, markeredgecolor=AID, **exact),
        Line2D([], [], label=line, color=AID),
    ]
