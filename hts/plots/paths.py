"""Paths, one panel per cell, with their big jumps marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from hts.arrays import FloatArray
from hts.comparison.paths import PathComparison
from hts.conditioning import CellPaths
from hts.conditioning.space import SpacePaths
from hts.plans import Plan, SpacePlan
from hts.plots.looks import AID, COLOURS, LINES
from hts.plots.save import Row
from hts.plots.style import (
    PAGE,
    clip_label,
    listing,
    number,
    panel_grid,
    place_legend,
    set_title,
    tail_label,
)

PATHS_SHOWN = 10
"""Paths of a panel, as published; more hide each other."""
COLUMNS = 4
"""Panels in a row."""
MOST_JUMPS = 20
"""Big jumps of a path that are marked; where a path makes more of them they hide it."""
MOST_COUNTED = 4
"""Panels whose wells a title can count."""
TICKS = 12
"""Intervals between time ticks across a page."""
BEYOND = 0.22
"""How far the view goes beyond an end of the domain, in parts of its distance from the start."""
POSITION_LABEL, DISTANCE_LABEL = "position $x$", "distance from the minimum"
TIME_LABEL, LEVY_TIME_LABEL = r"time $t = \eta n$", r"time $t = k h$"


@dataclass(frozen=True, eq=False)
class DrawnPath:
    """One path as it is drawn."""

    path: int  # its number
    time: FloatArray  # float64[record], eta n
    x: FloatArray  # float64[record]
    is_big: npt.NDArray[np.bool_]  # bool[record], whether a big jump led there


@dataclass(frozen=True, eq=False)
class PathPanel:
    """What a panel shows: some paths of one cell."""

    eta: float
    b: float
    alpha: float | None
    low: float  # ends of the domain; infinite for walkers that are never stopped
    high: float
    barriers: tuple[float, ...]  # that such walkers cross
    start: float
    probability: float | None  # of the event that the paths are conditioned on
    threshold: float | None  # gamma
    paths: tuple[DrawnPath, ...]
    epsilon: float | None = None  # of [levy]
    is_distance: bool = False  # x is a distance from the minimum, of paths in several dimensions


def space_panel_of(plan: SpacePlan, paths: SpacePaths) -> PathPanel:
    """Take what a panel shows from the paths of a cell in several dimensions: distances from the minimum over time."""
    cell, minimum, well = paths.cell, plan.wells.minima[plan.well].points, plan.radial_well(paths.cell)
    middle = minimum[len(minimum) // 2]
    time: FloatArray = cell.eta * paths.step.astype(np.float64)
    distance = np.linalg.norm(paths.x - middle, axis=1)
    shown = [slice(*paths.first[i : i + 2].tolist()) for i in range(min(len(paths.number), PATHS_SHOWN))]
    return PathPanel(
        eta=cell.eta,
        b=cell.b,
        alpha=cell.alpha,
        low=-math.inf,
        high=math.inf if well is None else well.radius,
        barriers=(),
        start=float(np.linalg.norm(plan.start - middle)),
        probability=paths.probability,
        threshold=paths.threshold,
        paths=tuple(
            DrawnPath(int(number), time[rows], distance[rows], paths.is_big[rows])
            for number, rows in zip(paths.number, shown, strict=False)
        ),
        is_distance=True,
    )


def panel_of(plan: Plan, paths: CellPaths) -> PathPanel:
    """Take what a panel shows from the paths of a cell: the first ten, or the first of walkers across all wells."""
    sample, cell, domain = paths.sample, paths.cell, plan.exit_domain()
    is_free = plan.visits is not None and paths.question.given == "none"
    low, high = (-math.inf, math.inf) if is_free else (domain.low, domain.high)
    threshold = None if paths.event is None else paths.event.threshold
    is_big = cell.eta * np.abs(sample.z) > (math.inf if threshold is None else threshold)
    time: FloatArray = cell.eta * sample.step.astype(np.float64)
    shown = [
        slice(*sample.first[i : i + 2].tolist()) for i in range(min(len(sample.number), 1 if is_free else PATHS_SHOWN))
    ]
    return PathPanel(
        eta=cell.eta,
        b=cell.b,
        alpha=cell.alpha,
        low=low,
        high=high,
        barriers=tuple(plan.build_landscape().barriers.tolist()) if is_free else (),
        start=domain.start,
        probability=None if paths.conditioned is None else paths.conditioned.probability,
        threshold=threshold,
        paths=tuple(
            DrawnPath(int(number), time[rows], sample.x[rows], is_big[rows])
            for number, rows in zip(sample.number, shown, strict=False)
        ),
        epsilon=cell.epsilon,
    )


def title_of(
    found: Sequence[CellPaths | SpacePaths], comparisons: Sequence[PathComparison], panels: Sequence[PathPanel] = ()
) -> str:
    """Say what the paths have in common: how they leave, and by how many big jumps at the smallest eta.

    Of walkers that are never stopped it says how many wells each of the panels shows.
    """
    question = found[0].question
    if question.given == "none":
        return _wells_seen(panels)
    where = {"exit": "leave", "left": "leave on the left", "right": "leave on the right"}[question.given]
    limit = "" if question.within is None else rf" within $t$ = {number(question.within)}"
    smallest = min(one.cell.eta for one in found)
    last = [
        (one.cell, comparison) for one, comparison in zip(found, comparisons, strict=True) if one.cell.eta == smallest
    ]
    last = sorted(last, key=lambda pair: (-pair[0].b, pair[0].alpha or 0.0))
    said = [_finding(comparison) for _, comparison in last]
    if len({cell.alpha for cell, _ in last}) > 1 and all(said):
        said = [f"{words} ({tail_label(cell.alpha)})" for (cell, _), words in zip(last, said, strict=True)]
    text = f"Paths given that they {where}{limit}"
    step = "$h$" if found[0].cell.epsilon is not None else "$\\eta$"
    return f"{text}: at {step} = {_fraction(smallest)}, {listing(said)}" if all(said) else text


def _wells_seen(panels: Sequence[PathPanel]) -> str:
    """Count the wells that the one walker of each panel is seen in."""
    if not 0 < len(panels) <= MOST_COUNTED or not all(panel.barriers for panel in panels):
        return "Walkers as they come"
    seen = []
    for panel in panels:
        wells = {int(well) for path in panel.paths for well in np.searchsorted(panel.barriers, path.x)}
        clip = "" if math.isinf(panel.b) else f", {clip_label(panel.b)}"
        seen.append(f"{len(wells)} ({tail_label(panel.alpha)}{clip})")
    return f"Of {len(panels[0].barriers) + 1} wells the walker sees {listing(seen)}"


def _finding(comparison: PathComparison) -> str:
    expected = comparison.expected_big_jumps
    if comparison.share_exact is not None and (expected is None or expected <= MOST_JUMPS):
        n = comparison.jump_number
        return f"{100 * comparison.share_exact:.0f} % by {'one big jump' if n == 1 else f'{n} big jumps'}"
    mean = comparison.mean_big_jumps
    if mean is None:
        return ""
    if mean > MOST_JUMPS:
        return "no jump stands out: the threshold lies inside the noise"
    return f"{number(mean)} big jumps each" if mean > 0.0 else "without a big jump"


def few_panels(panels: Sequence[PathPanel]) -> tuple[PathPanel, ...]:
    """Order panels by decreasing b, alpha and decreasing eta; of several (b, alpha), each a row of at most four panels.

    Where a row has more of them it keeps some, as even as can be, the smallest eta among them.
    """
    rows: dict[tuple[float, float, float], list[PathPanel]] = {}
    for panel in sorted(panels, key=lambda p: (-p.b, p.alpha or 0.0, -(p.epsilon or 0.0), -p.eta)):
        rows.setdefault(_row_of(panel), []).append(panel)
    if len(rows) == 1:
        return tuple(next(iter(rows.values())))
    chosen = []
    for row in rows.values():
        places = np.unique(np.linspace(0, len(row) - 1, min(len(row), COLUMNS)).round().astype(int))
        chosen += [row[place] for place in places]
    return tuple(chosen)


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


def marked_paths(panel: PathPanel) -> tuple[DrawnPath, ...]:
    """List the paths whose big jumps are marked: all, or none where they are too many to tell apart."""
    return panel.paths if all(path.is_big.sum() <= MOST_JUMPS for path in panel.paths) else ()


def paths_figure(panels: Sequence[PathPanel], title: str) -> Figure:
    """Lay out a panel for each cell, at most four in a row, with one legend below."""
    n_clips = len({_row_of(panel) for panel in panels})
    widest = max(sum(_row_of(p) == _row_of(q) for q in panels) for p in panels)
    columns = min(widest if n_clips > 1 else len(panels), COLUMNS)
    figure, places = panel_grid(len(panels), columns, PAGE, panel_height=1.55, extra_height=0.45)
    view = view_of(panels)
    tails = {_row_of(panel) for panel in panels if len({one.alpha for one in panels}) > 1}
    for axes, panel in zip(places, panels, strict=True):
        draw_paths(axes, panel, view).set(ylabel="")
        if _row_of(panel) in tails:  # the first panel of a row names its tail
            tails.remove(_row_of(panel))
            axes.set_title(f"{tail_label(panel.alpha)}, {_heading(panel)}")
        axes.xaxis.set_major_locator(MaxNLocator(TICKS // columns, steps=[1, 2, 2.5, 5, 10]))
    for axes in places[:-columns]:
        axes.set_xlabel("")
    places[0].set_xlim(0.0, max(float(path.time[-1]) for panel in panels for path in panel.paths))  # shared by all
    figure.supylabel(DISTANCE_LABEL if panels[0].is_distance else POSITION_LABEL, fontsize="medium")
    place_legend(figure, (_handles(panels),), n_columns=5)
    set_title(figure, title)
    return figure


def path_rows(panels: Sequence[PathPanel]) -> list[Row]:
    """List all that the figure shows, a row for each record of each path drawn."""
    return [
        {
            **_cell_of(panel),
            "probability": panel.probability,
            "threshold": panel.threshold,
            "path": path.path,
            "time": float(time),
            "distance" if panel.is_distance else "x": float(x),
            "is_big": bool(is_big),
        }
        for panel in panels
        for path in panel.paths
        for time, x, is_big in zip(path.time, path.x, path.is_big, strict=True)
    ]


def _row_of(panel: PathPanel) -> tuple[float, float, float]:
    """Give what the panels of a row have in common."""
    return panel.b, panel.alpha or 0.0, panel.epsilon or 0.0


def _cell_of(panel: PathPanel) -> Row:
    """Name the cell of a panel, as tables do."""
    if panel.epsilon is None:
        return {"b": panel.b, "alpha": panel.alpha, "eta": panel.eta}
    return {"epsilon": panel.epsilon, "alpha": panel.alpha, "step": panel.eta}


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
    parts = [rf"$\eta$ = {_fraction(panel.eta)}"]
    if panel.epsilon is not None:
        parts = [rf"$\varepsilon$ = {number(panel.epsilon)}", f"$h$ = {_fraction(panel.eta)}"]
    if not math.isinf(panel.b) or panel.barriers:
        parts.append(clip_label(panel.b))
    if panel.probability is not None and not marked_paths(panel):
        parts.append(r"$\gamma$ inside the noise")
    if panel.probability is not None:
        parts.append(f"P = {number(float(f'{panel.probability:.2g}'))}")
    return ", ".join(parts)


def _fraction(eta: float) -> str:
    """Write 1/n where eta is that."""
    n = round(1.0 / eta)
    return f"1/{n}" if n > 1 and abs(n * eta - 1.0) < 1e-9 else number(eta)


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
