"""Landscape with its wells, barriers and exit domain, and clip lengths laid out from the minimum."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from hts.answers.rulers import ClipRuler, clip_rulers
from hts.arrays import FloatArray
from hts.landscapes import Landscape
from hts.plans import ExitDomain
from hts.plots.looks import AID, COLOURS, SHADE
from hts.plots.save import Row
from hts.plots.study import FigureKind, Study
from hts.plots.style import COLUMN, JUMPS, clip_label, listing, place_legend

CURVE_POINTS = 801
"""Points of the potential: one for each pixel of a column at 300 dpi, about."""
MOST_BARS = 40
"""Clip lengths that are drawn one by one; more would merge into a grey bar, so one bar stands for them."""
BARS = ("#3f90da", "#b8d8f2")
"""The two tints that tell one clip length from the next, of different lightness."""
MINIMUM: dict[str, Any] = {"marker": "o", "linestyle": "none", "color": "black", "label": "minimum, by well"}
BARRIER: dict[str, Any] = {**MINIMUM, "marker": "^", "markerfacecolor": "white", "label": "barrier"}
START: dict[str, Any] = {"marker": "x", "linestyle": "none", "color": COLOURS[1], "label": "start"}
WALL: dict[str, Any] = {"linestyle": (0, (4, 2)), "linewidth": 0.7, "color": AID, "label": r"projection $\pm L$"}


@dataclass(frozen=True, eq=False)
class ShownLandscape:
    """All that the figure shows."""

    landscape: Landscape
    domain: ExitDomain | None = None
    rulers: tuple[ClipRuler, ...] = ()


def view_limits(landscape: Landscape, domain: ExitDomain | None = None) -> tuple[float, float]:
    """Return the stretch of x worth drawing: wells, barriers and domain, not beyond L or where a formula holds."""
    L = landscape.projection
    places = [*landscape.minima, *landscape.barriers]
    if domain is not None:
        places += [x for x in (domain.low, domain.high, domain.start) if math.isfinite(x)]
    low, high = min(places), max(places)
    widths = np.diff(sorted(set(places)))
    room = 0.6 * float(np.median(widths)) if widths.size else 1 / math.sqrt(float(landscape.curvatures[0]))
    room = max(room, 0.1 * (high - low))
    low, high = max(low - room, landscape.domain[0]), min(high + room, landscape.domain[1])
    if math.isfinite(L):
        low, high = max(low, -L), min(high, L)
    return low, high


def draw_landscape(
    axes: Axes, landscape: Landscape, domain: ExitDomain | None = None, *, is_marked: bool = True
) -> Axes:
    """Draw the potential with minima (dots, numbered from 0), barriers (triangles), exit domain (shaded) and start.

    Parameters
    ----------
    axes
        Where to draw; limits, labels and title are set.
    landscape
        Its potential is evaluated on the stretch of `view_limits`.
    domain
        Left out, only the landscape is drawn.
    is_marked
        Mark minima, with their numbers, and barriers; very many do not fit.

    Returns
    -------
    Axes
        The same axes.
    """
    x, f = _curve(landscape, domain)
    margin = 0.04 * (x[-1] - x[0])
    low, high = float(x[0] - margin), float(x[-1] + margin)
    if domain is not None:
        axes.axvspan(max(domain.low, low), min(domain.high, high), color=SHADE, linewidth=0, zorder=0, label="domain")
    axes.plot(x, f, color="black", zorder=2, label="potential")
    if is_marked and landscape.barriers.size:
        tops = landscape.potential(landscape.barriers)
        axes.plot(landscape.barriers, tops, zorder=3, clip_on=False, **BARRIER)
    if is_marked:
        axes.plot(landscape.minima, landscape.potential(landscape.minima), zorder=3, clip_on=False, **MINIMUM)
    if domain is not None and _shows_start(landscape, domain):
        axes.plot(domain.start, landscape.potential(np.array([domain.start])), zorder=4, **START)
    for wall in _walls(landscape, domain):
        axes.axvline(wall, zorder=1, **WALL)
    if is_marked:
        _name_wells(axes, landscape)
    axes.set(xlim=(low, high), ylim=_heights(landscape, domain, f), xlabel="position $x$", ylabel="potential $f(x)$")
    axes.grid(visible=False)
    return axes


def draw_clip_rulers(axes: Axes, rulers: Sequence[ClipRuler]) -> Axes:
    """Draw a row for each b: its clip lengths end to end from the minimum to beyond the end, with their number.

    Parameters
    ----------
    axes
        Where to draw; its x limits are kept, so set them first (or share the axis with the landscape).
    rulers
        One or more, the first on top.

    Returns
    -------
    Axes
        The same axes.
    """
    low, high = axes.get_xlim()
    for row, ruler in enumerate(rulers):
        _draw_ruler(axes, row, ruler, low, high)
        axes.text(1.01, row, f"{JUMPS} = {ruler.jump_number}", transform=axes.get_yaxis_transform(), va="center")
    for place in (float(rulers[0].edges[0]), rulers[0].end):
        axes.axvline(place, color="black", linewidth=0.7, zorder=3)
    axes.set_yticks(range(len(rulers)), [clip_label(ruler.b) for ruler in rulers])
    axes.set(xlim=(low, high), ylim=(len(rulers) - 0.4, -0.6), xlabel="position $x$")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
    return axes


def _draw_ruler(axes: Axes, row: int, ruler: ClipRuler, low: float, high: float) -> None:
    start, end = float(ruler.edges[0]), float(ruler.edges[-1])
    if math.isinf(end):
        axes.annotate(
            "",
            xy=(high if end > 0 else low, row),
            xytext=(start, row),
            arrowprops={"arrowstyle": "-|>", "color": BARS[0], "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0},
        )
        return
    edges = ruler.edges if ruler.jump_number <= MOST_BARS else np.array([start, end])
    for jump, (begin, stop) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
        axes.barh(row, stop - begin, left=begin, height=0.55, color=BARS[jump % 2], edgecolor="white", linewidth=0.4)


def draw(shown: ShownLandscape) -> Figure:
    """Lay the clip rulers under the landscape, a column wide."""
    landscape, domain, rulers = shown.landscape, shown.domain, shown.rulers
    shelf = 0.16 * len(rulers) + 0.1
    figure = Figure(figsize=(COLUMN, 2.35 + (shelf if rulers else 0.0)), layout="constrained")
    if rulers:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(1.6, shelf))
        draw_landscape(upper, landscape, domain)
        upper.set_xlabel("")
        draw_clip_rulers(lower, rulers)
    else:
        draw_landscape(figure.subplots(), landscape, domain)
    place_legend(figure, (_handles(landscape, domain),), n_columns=3, n_narrow=3)
    return figure


def finding(shown: ShownLandscape) -> str:
    """Say how many jumps lead out, from the tightest clipping to the loosest; else what the landscape is."""
    landscape = shown.landscape
    if not shown.rulers:
        wells = "one well" if landscape.n_wells == 1 else f"{landscape.n_wells} wells"
        return f"The landscape: {landscape.kind}, {wells}"
    numbers = list(dict.fromkeys(ruler.jump_number for ruler in shown.rulers))
    if len(numbers) == 1:
        return rf"Leaving $\Omega$ takes {numbers[0]} jump{'s' if numbers[0] > 1 else ''}"
    listed = f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 4 else listing([str(n) for n in numbers])
    return rf"The longer the clip, the fewer jumps out of $\Omega$: {listed}"


def rows(shown: ShownLandscape) -> list[Row]:
    """List all that the figure shows, a row for each point, mark and clip length."""
    landscape, domain = shown.landscape, shown.domain
    x, f = _curve(landscape, domain)
    found: list[Row] = [{"layer": "potential", "x": a, "f": c} for a, c in zip(x.tolist(), f.tolist(), strict=True)]
    for layer, places in (("minimum", landscape.minima), ("barrier", landscape.barriers)):
        heights = landscape.potential(places)
        found += [{"layer": layer, "x": float(a), "f": float(c)} for a, c in zip(places, heights, strict=True)]
    if domain is None:
        return found
    start = float(landscape.potential(np.array([domain.start]))[0])
    found += [{"layer": "domain", "x": end} for end in (domain.low, domain.high)]
    found.append({"layer": "start", "x": domain.start, "f": start})
    for ruler in shown.rulers:
        for begin, end in zip(ruler.edges[:-1].tolist(), ruler.edges[1:].tolist(), strict=True):
            found.append({"layer": "clip", "x": begin, "x_to": end, "b": ruler.b, "jump_number": ruler.jump_number})
    return found


def _curve(landscape: Landscape, domain: ExitDomain | None) -> tuple[FloatArray, FloatArray]:
    """Sample the potential evenly, and at every minimum, barrier and kink, so that no tip is cut off."""
    low, high = view_limits(landscape, domain)
    marks = np.concatenate([landscape.minima, landscape.barriers, landscape.kinks])
    x = np.union1d(np.linspace(low, high, CURVE_POINTS), marks[(marks > low) & (marks < high)])
    return x, np.asarray(landscape.potential(x), dtype=np.float64)


def _walls(landscape: Landscape, domain: ExitDomain | None) -> list[float]:
    """List those of -L and L that are in view."""
    low, high = view_limits(landscape, domain)
    return [wall for wall in (-landscape.projection, landscape.projection) if low <= wall <= high]


def _shows_start(landscape: Landscape, domain: ExitDomain) -> bool:
    """Whether the start lies visibly beside every minimum, by a hundredth of the width."""
    low, high = view_limits(landscape, domain)
    return bool(np.min(np.abs(landscape.minima - domain.start)) > 0.01 * (high - low))


def _heights(landscape: Landscape, domain: ExitDomain | None, f: FloatArray) -> tuple[float, float]:
    """Choose what heights to show: wells with their names below, barriers, and no more of the outer walls."""
    marks = np.concatenate([landscape.minima, landscape.barriers])
    if domain is not None:
        marks = np.append(marks, [x for x in (domain.low, domain.high, domain.start) if math.isfinite(x)])
    heights = np.asarray(landscape.potential(marks), dtype=np.float64)
    bottom, top = float(heights.min()), float(heights.max())
    if top == bottom:
        top = float(f.max())
    return bottom - 0.2 * (top - bottom), top + 0.25 * (top - bottom)


def _name_wells(axes: Axes, landscape: Landscape) -> None:
    for well, (x, f) in enumerate(zip(landscape.minima, landscape.potential(landscape.minima), strict=True)):
        axes.annotate(
            f"{well}", (x, f), xytext=(0, -5), textcoords="offset points", ha="center", va="top", fontsize="small"
        )


def _handles(landscape: Landscape, domain: ExitDomain | None) -> list[Artist]:
    handles: list[Artist] = [Line2D([], [], **MINIMUM)]
    if landscape.barriers.size:
        handles.append(Line2D([], [], **BARRIER))
    if domain is not None:
        handles.append(Patch(facecolor=SHADE, edgecolor=AID, linewidth=0.4, label=r"exit domain $\Omega$"))
        if _shows_start(landscape, domain):
            handles.append(Line2D([], [], **START))
    if _walls(landscape, domain):
        handles.append(Line2D([], [], **WALL))
    return handles


def gather(study: Study) -> ShownLandscape | None:
    """Take what the figure shows from the plan of a study; None where the landscape is flat."""
    plan = study.plan
    landscape, domain = plan.build_landscape(), plan.exit_domain()
    if landscape.is_flat:
        return None
    clips = [cell.b for cell in plan.cells() if plan.is_heavy(cell)]  # light tails have no jumps to count
    return ShownLandscape(landscape, domain, clip_rulers(landscape, domain, clips, plan.noise.p_plus))


FIGURE = FigureKind(
    name="landscape",
    place=3,
    reads=(),
    levy=None,
    needs="run the plan first (hts run)",
    gather=gather,
    draw=draw,
    finding=finding,
    rows=rows,
)
