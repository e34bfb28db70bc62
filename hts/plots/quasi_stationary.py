"""Density of walkers that have not left yet, drawn under the well they wait in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from hts.answers.waiting import WaitingDensity, shown_part
from hts.arrays import FloatArray
from hts.landscapes import Landscape
from hts.plans import ExitDomain, Plan
from hts.plots.looks import AID, Look, eta_looks
from hts.plots.save import Row
from hts.plots.study import FigureKind, Study
from hts.plots.style import COLUMN, PAGE, clip_label, grid_shape, number, place_legend, tail_label

TALLEST = 12.0
"""Decades of density shown below the peak."""
WALL = 3.0
"""Heights of the lower end above the minimum that the strip with the well shows."""
MOST_MARKS = 24
"""More marks would shade the panel."""
DENSITY_LABEL = "density of walkers inside"
MARK: dict[str, Any] = {"color": AID, "linewidth": 0.5, "linestyle": (0, (4, 2))}
"""Where whole clips reach."""


@dataclass(frozen=True, eq=False)
class WaitingPanel:
    """One panel: one (b, alpha), a curve per eta."""

    b: float
    alpha: float | None
    curves: tuple[WaitingDensity, ...]  # by decreasing eta
    marks: FloatArray  # where j clipped jumps from the minimum reach, inside the domain


@dataclass(frozen=True, eq=False)
class Waiting:
    """All that the figure shows."""

    panels: tuple[WaitingPanel, ...]
    landscape: Landscape  # the well, drawn once above each column
    domain: ExitDomain


def waiting_panels(densities: Sequence[WaitingDensity], plan: Plan) -> tuple[WaitingPanel, ...]:
    """Gather densities into panels by alpha, then b."""
    keys = {(one.alpha, one.b) for one in densities}
    return tuple(
        WaitingPanel(
            b=b,
            alpha=alpha,
            curves=tuple(sorted((d for d in densities if (d.alpha, d.b) == (alpha, b)), key=lambda d: -d.eta)),
            marks=clip_marks(plan, b),
        )
        for alpha, b in sorted(keys, key=lambda key: (key[0] is None, key[0] or 0.0, key[1]))
    )


def clip_marks(plan: Plan, b: float) -> FloatArray:
    """Return the points m +- j b inside the part shown: beyond them a walker needs one more jump from the minimum."""
    low, high = shown_part(plan.build_landscape(), plan.exit_domain())
    centre = float(plan.build_landscape().minima[plan.exit_domain().well])
    if math.isinf(b) or not any(plan.is_heavy(cell) for cell in plan.cells() if cell.b == b):
        return np.empty(0)
    n = math.floor((high - low) / b)
    marks = centre + b * np.arange(-n, n + 1)
    return marks[(marks > low) & (marks < high) & (marks != centre)] if n <= MOST_MARKS else np.empty(0)


def draw_waiting(axes: Axes, panel: WaitingPanel, looks: Mapping[float, Look] | None = None) -> Axes:
    """Draw the quasi-stationary density of one (b, alpha), log scale upwards, a curve for each eta.

    Parameters
    ----------
    axes
        Where to draw; its x limits are kept, so set them first. Scale, y limits, labels and title are set.
    panel
        What to draw: probability over width of each bin, at the middle of the bin. Thin vertical lines stand where
        one, two, ... clipped jumps from the minimum reach.
    looks
        Shade and line of each eta; by its place among those of this panel when it is not given.

    Returns
    -------
    Axes
        The same axes.
    """
    looks = looks or eta_looks(curve.eta for curve in panel.curves)
    low, high = axes.get_xlim()
    for mark in panel.marks.tolist():
        axes.axvline(mark, zorder=1, **MARK)
    for curve in panel.curves:
        own, (x, density) = looks[curve.eta], shown_points(curve, low, high)
        axes.plot(x, density, color=own.colour, linestyle=own.line, linewidth=0.9, zorder=2.5, label="exact")
    axes.set(yscale="log", xlim=(low, high), ylim=density_limits([panel], low, high))
    axes.set(xlabel="position $x$", ylabel=DENSITY_LABEL)
    axes.yaxis.set_major_locator(LogLocator(numticks=6))
    axes.xaxis.set_major_locator(MaxNLocator(5, prune="both"))  # end labels of neighbours would touch
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_title(f"{clip_label(panel.b)}, {tail_label(panel.alpha)}")
    return axes


def shown_points(curve: WaitingDensity, low: float, high: float) -> tuple[FloatArray, FloatArray]:
    """Return the middles and densities of the bins inside (low, high); a logarithm has no zero."""
    x, density = curve.middles, curve.density
    is_shown = (x > low) & (x < high) & (density > 0)
    return x[is_shown], density[is_shown]


def density_limits(panels: Sequence[WaitingPanel], low: float, high: float) -> tuple[float, float]:
    """Return the heights that hold all densities of the panels, TALLEST decades at most."""
    shown = np.concatenate([shown_points(curve, low, high)[1] for panel in panels for curve in panel.curves])
    top = 2.0 * float(shown.max())
    return max(float(shown.min()) / 2.0, top / 10**TALLEST), top


def draw(shown: Waiting) -> Figure:
    """Lay out a panel for each (b, alpha) under a strip with the well; one panel is a column wide, more a page."""
    panels = shown.panels
    looks = eta_looks(curve.eta for panel in panels for curve in panel.curves)
    width = COLUMN if len(panels) == 1 else PAGE
    n_rows, columns = grid_shape(len(panels), 3)
    figure = Figure(figsize=(width, 0.95 + 2.15 * n_rows), layout="constrained")
    heights = [0.55, *[2.0] * n_rows]
    grid = figure.subplots(n_rows + 1, columns, sharex=True, sharey="row", squeeze=False, height_ratios=heights)
    low, high = shown_part(shown.landscape, shown.domain)
    for strip in grid[0]:
        _draw_well(strip, shown.landscape, low, high)
    places = list(grid[1:].flat)
    for spare in places[len(panels) :]:
        spare.remove()
    for axes, panel in zip(places, panels, strict=False):
        draw_waiting(axes, panel, looks)
        axes.set_ylim(density_limits(panels, low, high))
        axes.label_outer()
        axes.tick_params(labelbottom=True)  # each panel is read by itself
        _write_finding(axes, panel, shown)
    place_legend(figure, (_handles(looks, panels),), n_columns=5)
    return figure


def finding(shown: Waiting) -> str:
    """Say how near the minimum half of the walkers are, at the largest and at the smallest learning rate."""
    curves = [curve for panel in shown.panels for curve in panel.curves]
    centre = float(shown.landscape.minima[shown.domain.well])
    found = {}
    for eta in (max(curve.eta for curve in curves), min(curve.eta for curve in curves)):
        widest = max(half_width(curve, centre) for curve in curves if curve.eta == eta)
        found[eta] = rf"{number(float(f'{widest:.2g}'))} at $\eta$ = {number(eta)}"
    first, *rest = found.values()
    place = f"within {first.replace(' at', ' of the minimum at', 1)}"
    return f"Half of the walkers inside are {', '.join([place, *(f'within {one}' for one in rest)])}"


def _write_finding(axes: Axes, panel: WaitingPanel, shown: Waiting) -> None:
    """Say under the title of a panel how near the minimum half of its walkers are."""
    centre = float(shown.landscape.minima[shown.domain.well])
    first, last = (number(float(f"{half_width(curve, centre):.2g}")) for curve in (panel.curves[0], panel.curves[-1]))
    near = first if first == last else f"{first} to {last}"
    axes.set_title(f"{axes.get_title()}\nhalf within {near} of the minimum")


def half_width(curve: WaitingDensity, centre: float) -> float:
    """Return the median distance from the minimum."""
    distance = np.abs(curve.middles - centre)
    order = np.argsort(distance)
    return float(distance[order][np.searchsorted(np.cumsum(curve.probability[order]), 0.5)])


def rows(shown: Waiting) -> list[Row]:
    """List all that the figure shows, a row for each bin of each curve and for each mark."""
    found: list[Row] = []
    for panel in shown.panels:
        for curve in panel.curves:
            key: Row = {"alpha": curve.alpha, "b": curve.b, "well": curve.well, "eta": curve.eta}
            bins = zip(curve.edges[:-1].tolist(), curve.edges[1:].tolist(), curve.probability.tolist(), strict=True)
            found += [
                {"layer": "exact", **key, "x": a, "x_to": c, "probability": p, "density": p / (c - a)}
                for a, c, p in bins
            ]
        found += [{"layer": "clip", "alpha": panel.alpha, "b": panel.b, "x": x} for x in panel.marks.tolist()]
    return found


def _draw_well(axes: Axes, landscape: Landscape, low: float, high: float) -> None:
    x = np.linspace(low, high, 401)
    f = landscape.potential(x)
    # a steep outer wall would press the well flat
    top = f.min() + WALL * (min(f[0], f[-1]) - f.min())
    axes.plot(x, f, color="black")
    axes.set(xlim=(low, high), ylim=(f.min() - 0.05 * (top - f.min()), min(top, f.max())), ylabel="$f(x)$", yticks=[])
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="x", labelbottom=False)
    axes.label_outer()


def _handles(looks: Mapping[float, Look], panels: Sequence[WaitingPanel]) -> list[Artist]:
    handles: list[Artist] = [
        Line2D([], [], color=own.colour, linestyle=own.line, linewidth=0.9, label=rf"$\eta$ = {number(eta)}")
        for eta, own in sorted(looks.items(), reverse=True)
    ]
    if any(panel.marks.size for panel in panels):
        handles.append(Line2D([], [], label="reach of whole clips", **MARK))
    return handles


def gather(study: Study) -> Waiting | None:
    """Take what the figure shows from a study; None where no density could be computed."""
    panels = waiting_panels(study.densities, study.plan)
    return Waiting(panels, study.plan.build_landscape(), study.plan.exit_domain()) if panels else None


FIGURE = FigureKind(
    name="quasi_stationary",
    place=10,
    of="exits",
    reads=("densities",),
    needs="it needs the density of walkers inside in at least one cell that can be computed exactly",
    gather=gather,
    draw=draw,
    finding=finding,
    rows=rows,
)
