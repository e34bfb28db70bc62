"""Local exponents against exit distance over clip length: the limit is a staircase."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MultipleLocator

from hts.answers import ExitPrediction
from hts.arrays import FloatArray
from hts.plots.exits.etas import LIMIT, draw_eta_curve, eta_handles, eta_looks
from hts.plots.exits.exact import (
    EXPONENT_LABEL,
    ExactPanel,
    cells_of,
    exact_panels,
    exact_row,
    exponent_limits,
    few_etas,
    shade_errors,
)
from hts.plots.exits.laws import exit_distance
from hts.plots.save import Row
from hts.plots.study import Drawn, FigureKind, Study
from hts.plots.style import Look, draw_panels, number, place_legend, set_title, tail_label
from hts.theory.limit.geometry import exit_exponent

LEAST = 5
"""Fewer clip lengths show no staircase."""
CLOSE = 0.1
"""How near to the limit counts as on the step, in the title."""
RATIO_LABEL = r"exit distance over clip length $r/b$"


@dataclass(frozen=True)
class Stair:
    """One step of the limit: the same number of jumps leads out for all r/b from `low` to `high`, `high` included."""

    jump_number: int
    low: float  # r/b
    high: float
    exponent: float


def staircase_panels(predictions: Sequence[ExitPrediction]) -> tuple[ExactPanel, ...]:
    """Gather predictions into a panel for each alpha and a series for each eta with five clip lengths or more."""
    return exact_panels(predictions, panel="alpha", series="eta", along="b", least=LEAST)


def stairs(alpha: float | None, most: float) -> tuple[Stair, ...]:
    """Give the steps of the limit from r/b = 0 (no clipping) to `most`, docs/model.md (3) and (6).

    At a whole r/b the ceiling of (3) still counts r/b jumps, so a step owns its right end; the theorem itself leaves
    these points out.
    """
    if alpha is None or alpha <= 1:
        return ()
    last = max(math.ceil(most), 1)
    return tuple(
        Stair(jumps, jumps - 1.0, min(float(jumps), max(most, 1.0)), exit_exponent(alpha, jumps))
        for jumps in range(1, last + 1)
    )


def draw_staircase(
    axes: Axes, panel: ExactPanel, exit_distance: float, looks: Mapping[float, Look] | None = None
) -> Axes:
    """Draw -d log E sigma / d log eta against r/b for one tail index, a series for each eta, with the limit's steps.

    Parameters
    ----------
    axes
        Where to draw; limits, labels and title are set.
    panel
        What to draw. A marker for each exact value; a band where its error can be seen.
    exit_distance
        r of docs/model.md (3), in landscape units.
    looks
        Shade, marker and line of each eta; by its place among those of this panel when it is not given.

    Returns
    -------
    Axes
        The same axes.
    """
    looks = looks or eta_looks([series.by for series in panel.series])
    most = 0.0
    for series in panel.series:
        own, ratio = looks[series.by], clips_to_leave(series.values("b"), exit_distance)
        most = max(most, float(ratio.max()))
        shade_errors(axes, ratio, series, own.colour)
        draw_eta_curve(axes, ratio, series.values("local_exponent_exact"), own)
    steps = stairs(panel.at, most)
    for step in steps:
        axes.plot([step.low, step.high], [step.exponent, step.exponent], zorder=2, label="limit", **LIMIT)
        if step.low > 0:
            axes.plot(step.low, step.exponent, markerfacecolor="white", label="open end", **_END)
        if step.high == step.jump_number:
            axes.plot(step.high, step.exponent, markerfacecolor="black", label="closed end", **_END)
    axes.set(xlabel=RATIO_LABEL, ylabel=EXPONENT_LABEL, title=tail_label(panel.at))
    axes.set(xlim=(-0.03 * most, 1.03 * most), ylim=staircase_limits([panel], exit_distance))
    axes.xaxis.set_major_locator(MultipleLocator(1 if most <= 8 else math.ceil(most / 8)))
    return axes


def clips_to_leave(b: FloatArray, exit_distance: float) -> FloatArray:
    """Give r/b, float64[cell]; 0 for no clipping."""
    return exit_distance / b


def staircase_limits(panels: Sequence[ExactPanel], exit_distance: float) -> tuple[float, float]:
    """Give the heights that hold all exponents and all steps of the panels."""
    low, high = exponent_limits(panels)
    for panel in panels:
        most = max(exit_distance / cell.b for cell in cells_of([panel]))
        room = 0.05 * (high - low)
        for step in stairs(panel.at, most):
            low, high = min(low, step.exponent - room), max(high, step.exponent + room)
    return low, high


def staircase_figure(panels: Sequence[ExactPanel], exit_distance: float, title: str | None = None) -> Figure:
    """Lay out the panels of all tail indices with one legend below; one panel is a column wide, more are a page wide.

    Parameters
    ----------
    panels
        One or more; they share both axes.
    exit_distance
        r of docs/model.md (3), in landscape units.
    title
        What the figure shows; by default the finding of `staircase_finding`.
    """
    looks = eta_looks([series.by for panel in panels for series in panel.series])
    draw = partial(draw_staircase, exit_distance=exit_distance, looks=looks)
    figure, places = draw_panels(panels, draw, n_columns=2, panel_height=2.5)
    places[0].set_ylim(staircase_limits(panels, exit_distance))
    limit = Line2D([], [], label=r"limit, $\eta\to0$", **LIMIT)
    place_legend(figure, ([*eta_handles(looks), limit],), n_columns=5)
    set_title(figure, title or staircase_finding(panels))
    return figure


def staircase_finding(panels: Sequence[ExactPanel]) -> str:
    """Count the clip lengths whose exponent has come to its step, at the smallest learning rate."""
    cells = cells_of(panels)
    eta = min(cell.eta for cell in cells)
    misses = [
        abs(cell.local_exponent_exact - cell.exit_exponent_limit)
        for cell in cells
        if cell.eta == eta and cell.local_exponent_exact is not None and cell.exit_exponent_limit is not None
    ]
    if not misses:
        return r"Local exponent against exit distance over clip length"
    near = sum(miss < CLOSE for miss in misses)
    return (
        rf"Even at $\eta$ = {number(eta)}, {len(misses) - near} of {len(misses)} exponents are {CLOSE:g} or more "
        "away from the step they go to"
    )


def staircase_rows(panels: Sequence[ExactPanel], exit_distance: float) -> list[Row]:
    """List all that the figure shows, a row for each exact value and for each step of the limit."""
    rows: list[Row] = []
    for panel in panels:
        cells = cells_of([panel])
        rows += [{**exact_row(cell), "distance_over_b": exit_distance / cell.b} for cell in cells]
        for step in stairs(panel.at, max(exit_distance / cell.b for cell in cells)):
            rows.append(
                {
                    "layer": "limit",
                    "alpha": panel.at,
                    "jump_number": step.jump_number,
                    "exit_exponent_limit": step.exponent,
                    "distance_over_b": step.low,
                    "distance_over_b_to": step.high,
                }
            )
    return rows


_END: dict[str, Any] = {
    "marker": "o",
    "color": "black",
    "markersize": 3.6,
    "markeredgewidth": 0.7,
    "linestyle": "none",
    "zorder": 2.5,
}


def _drawn(study: Study) -> Drawn | None:
    distance = exit_distance(study.plan)
    panels = few_etas(staircase_panels(study.own_predictions()))
    if not panels or distance is None:
        return None
    return staircase_figure(panels, distance), staircase_rows(panels, distance)


FIGURE = FigureKind(
    "staircase",
    9,
    _drawn,
    needs="it needs exact values of five b or more at one alpha and eta, and a minimum inside the domain",
)
