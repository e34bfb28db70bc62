"""Paths, one panel per cell, with their big jumps marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from hts.plots.looks import AID, COLOURS, LINES
from hts.plots.path_panels import COLUMNS, PathPanel, fraction, marked_paths, row_of
from hts.plots.style import PAGE, clip_label, number, panel_grid, place_legend, set_title, tail_label

TICKS = 12
"""Intervals between time ticks across a page."""
BEYOND = 0.22
"""How far the view goes beyond an end of the domain, in parts of its distance from the start."""
POSITION_LABEL, DISTANCE_LABEL = "position $x$", "distance from the minimum"
TIME_LABEL, LEVY_TIME_LABEL = r"time $t = \eta n$", r"time $t = k h$"


def draw_paths(axes: Axes, panel: PathPanel, view: tuple[float, float] | None = None) -> Axes:
    """Draw the paths of one cell; big jumps are thick, with a dot where they land, or an arrow out of the view.

    Parameters
    ----------
    axes
        Where to draw; limits, labels and title are set.
    panel
        What to draw.
    view
        The stretch of x that is shown; by default the domain and a little beyond.

    Returns
    -------
    Axes
        The same axes.
    """
    bottom, top = view or view_of([panel])
    for end in (panel.low, panel.high):
        if math.isfinite(end):
            axes.axhline(end, zorder=1, **_END)
    for barrier in panel.barriers:
        axes.axhline(barrier, zorder=1, **_BARRIER)
    for path in panel.paths:
        axes.plot(path.time, path.x, zorder=2, **_PATH)
    for path in marked_paths(panel):
        for k in np.flatnonzero(path.is_big):
            axes.plot(path.time[k - 1 : k + 1], path.x[k - 1 : k + 1], zorder=3, **_JUMP)
            if bottom <= path.x[k] <= top:
                axes.plot(path.time[k], path.x[k], zorder=4, **_LANDING)
            else:
                edge, marker = (bottom, "v") if path.x[k] < bottom else (top, "^")
                axes.plot(path.time[k], edge, zorder=4, clip_on=False, **{**_LANDING, "marker": marker})
    axes.plot(0.0, panel.start, zorder=4, clip_on=False, **_START)
    time = TIME_LABEL if panel.epsilon is None else LEVY_TIME_LABEL
    axes.set(ylim=(bottom, top), xlabel=time, ylabel=POSITION_LABEL)
    axes.set_xlim(0.0, max((float(path.time[-1]) for path in panel.paths), default=1.0))
    axes.set_title(_heading(panel))
    return axes


def paths_figure(panels: Sequence[PathPanel], title: str) -> Figure:
    """Lay out a panel for each cell, at most four in a row, with one legend below."""
    n_clips = len({row_of(panel) for panel in panels})
    widest = max(sum(row_of(p) == row_of(q) for q in panels) for p in panels)
    columns = min(widest if n_clips > 1 else len(panels), COLUMNS)
    figure, places = panel_grid(len(panels), columns, PAGE, panel_height=1.55, extra_height=0.45)
    view = view_of(panels)
    tails = {row_of(panel) for panel in panels if len({one.alpha for one in panels}) > 1}
    for axes, panel in zip(places, panels, strict=True):
        draw_paths(axes, panel, view).set(ylabel="")
        if row_of(panel) in tails:  # the first panel of a row names its tail
            tails.remove(row_of(panel))
            axes.set_title(f"{tail_label(panel.alpha)}, {_heading(panel)}")
        axes.xaxis.set_major_locator(MaxNLocator(TICKS // columns, steps=[1, 2, 2.5, 5, 10]))
    for axes in places[:-columns]:
        axes.set_xlabel("")
    places[0].set_xlim(0.0, max(float(path.time[-1]) for panel in panels for path in panel.paths))  # shared by all
    figure.supylabel(DISTANCE_LABEL if panels[0].is_distance else POSITION_LABEL, fontsize="medium")
    place_legend(figure, (_handles(panels),), n_columns=5)
    set_title(figure, title)
    return figure


_PATH: dict[str, Any] = {"color": COLOURS[0], "linewidth": 0.5}
_JUMP: dict[str, Any] = {"color": COLOURS[1], "linewidth": 0.8}
_LANDING: dict[str, Any] = {"color": COLOURS[1], "marker": "o", "markersize": 2.2, "linestyle": "none"}
_START: dict[str, Any] = {"color": "black", "marker": "x", "markersize": 3.6, "linestyle": "none"}
_BARRIER: dict[str, Any] = {"color": AID, "linewidth": 0.6, "linestyle": LINES[2]}
_END: dict[str, Any] = {"color": AID, "linewidth": 0.7, "linestyle": (0, (4, 2))}


def view_of(panels: Sequence[PathPanel]) -> tuple[float, float]:
    """Return the stretch of x worth drawing: the domain and a little beyond, or where paths spend their time."""
    panel = panels[0]
    inside = np.concatenate([path.x[:-1] for one in panels for path in one.paths] or [np.array([panel.start])])
    low, high = float(min(np.quantile(inside, 0.002), panel.start)), float(max(np.quantile(inside, 0.998), panel.start))
    if math.isfinite(panel.low):
        low = panel.low - BEYOND * (panel.start - panel.low)
    if math.isfinite(panel.high):
        high = panel.high + BEYOND * (panel.high - panel.start)
    elif panel.is_distance:  # the domain is no ball: landings say where it ends
        high = max(high, *(float(np.median([path.x[-1] for path in one.paths])) for one in panels))
    low, high = min((low, *panel.barriers)), max((high, *panel.barriers))
    margin = 0.04 * (high - low)
    return low - margin, high + margin


def _heading(panel: PathPanel) -> str:
    parts = [rf"$\eta$ = {fraction(panel.eta)}"]
    if panel.epsilon is not None:
        parts = [rf"$\varepsilon$ = {number(panel.epsilon)}", f"$h$ = {fraction(panel.eta)}"]
    if not math.isinf(panel.b) or panel.barriers:
        parts.append(clip_label(panel.b))
    if panel.probability is not None and not marked_paths(panel):
        parts.append(r"$\gamma$ inside the noise")
    if panel.probability is not None:
        parts.append(f"P = {number(float(f'{panel.probability:.2g}'))}")
    return ", ".join(parts)


def _handles(panels: Sequence[PathPanel]) -> list[Artist]:
    handles: list[Artist] = [Line2D([], [], label="path", **_PATH), Line2D([], [], label="start", **_START)]
    if any(math.isfinite(end) for end in (panels[0].low, panels[0].high)):
        handles.append(Line2D([], [], label="end of the domain", **_END))
    if panels[0].barriers:
        handles.append(Line2D([], [], label="barrier", **_BARRIER))
    if any(path.is_big.any() for panel in panels for path in marked_paths(panel)):
        jump = {**_LANDING, "linestyle": "-", "linewidth": _JUMP["linewidth"]}
        size = r"\eta|Z|" if panels[0].epsilon is None else r"\varepsilon h^{1/\alpha}|S|"
        size = r"|\Delta X|" if panels[0].is_distance else size
        handles.append(Line2D([], [], label=rf"big jump, ${size} > \gamma$", **jump))
        handles.append(Line2D([], [], label="lands out of view", **{**_LANDING, "marker": "v"}))
    return handles
