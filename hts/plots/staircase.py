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
from hts.answers.laws import stairs
from hts.answers.rulers import nearest_end
from hts.plots.exact import (
    EXPONENT_LABEL,
    LIMIT,
    ExactPanel,
    cells_of,
    draw_exponents,
    eta_handles,
    every_series,
    exact_panels,
    exponent_limits,
    exponent_row,
    few_etas,
    misses,
)
from hts.plots.looks import Look, eta_looks
from hts.plots.save import Row
from hts.plots.study import FigureKind, Study
from hts.plots.style import draw_panels, number, place_legend, tail_label

LEAST = 5
"""Fewer clip lengths show no staircase."""
CLOSE = 0.1
"""How near to the limit counts as on the step, in the title."""
RATIO_LABEL = r"exit distance over clip length $r/b$"
END: dict[str, Any] = {
    "marker": "o",
    "color": "black",
    "markersize": 3.6,
    "markeredgewidth": 0.7,
    "linestyle": "none",
    "zorder": 2.5,
}
"""An end of a step."""


@dataclass(frozen=True, eq=False)
class Staircase:
    """All that the figure shows."""

    panels: tuple[ExactPanel, ...]
    exit_distance: float  # r of docs/model.md (3), in landscape units


def staircase_panels(predictions: Sequence[ExitPrediction]) -> tuple[ExactPanel, ...]:
    """Gather predictions into a panel for each alpha and a series for each eta with five clip lengths or more."""
    return exact_panels(predictions, panel="alpha", series="eta", along="b", least=LEAST)


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
    looks = looks or eta_looks(series.by for series in panel.series)
    for series in panel.series:
        draw_exponents(axes, exit_distance / series.values("b"), series, looks[series.by], is_of_eta=True)
    most = _largest_ratio(panel, exit_distance)
    for step in stairs(panel.at, most):
        axes.plot([step.low, step.high], [step.exponent, step.exponent], zorder=2, label="limit", **LIMIT)
        if step.low > 0:
            axes.plot(step.low, step.exponent, markerfacecolor="white", label="open end", **END)
        if step.high == step.jump_number:
            axes.plot(step.high, step.exponent, markerfacecolor="black", label="closed end", **END)
    axes.set(xlabel=RATIO_LABEL, ylabel=EXPONENT_LABEL, title=tail_label(panel.at))
    axes.set(xlim=(-0.03 * most, 1.03 * most), ylim=staircase_limits([panel], exit_distance))
    axes.xaxis.set_major_locator(MultipleLocator(1 if most <= 8 else math.ceil(most / 8)))
    return axes


def _largest_ratio(panel: ExactPanel, exit_distance: float) -> float:
    return max(exit_distance / cell.b for cell in cells_of([panel]))


def staircase_limits(panels: Sequence[ExactPanel], exit_distance: float) -> tuple[float, float]:
    """Return the heights that hold all exponents and all steps of the panels."""
    low, high = exponent_limits(panels)
    for panel in panels:
        room = 0.05 * (high - low)
        for step in stairs(panel.at, _largest_ratio(panel, exit_distance)):
            low, high = min(low, step.exponent - room), max(high, step.exponent + room)
    return low, high


def draw(shown: Staircase) -> Figure:
    """Lay out the panels of all tail indices with one legend; one panel is a column wide, more are a page wide."""
    panels, distance = shown.panels, shown.exit_distance
    looks = eta_looks(series.by for series in every_series(panels))
    draw_panel = partial(draw_staircase, exit_distance=distance, looks=looks)
    figure, places = draw_panels(panels, draw_panel, n_columns=2, panel_height=2.5)
    places[0].set_ylim(staircase_limits(panels, distance))
    limit = Line2D([], [], label=r"limit, $\eta\to0$", **LIMIT)
    place_legend(figure, ([*eta_handles(looks), limit],), n_columns=5)
    return figure


def finding(shown: Staircase) -> str:
    """Count the clip lengths whose exponent has come to its step, at the smallest learning rate."""
    cells = cells_of(shown.panels)
    eta = min(cell.eta for cell in cells)
    missed = misses([cell for cell in cells if cell.eta == eta])
    if not missed:
        return r"Local exponent against exit distance over clip length"
    near = sum(miss < CLOSE for miss in missed)
    return (
        rf"Even at $\eta$ = {number(eta)}, {len(missed) - near} of {len(missed)} exponents are {CLOSE:g} or more "
        "away from the step they go to"
    )


def rows(shown: Staircase) -> list[Row]:
    """List all that the figure shows, a row for each exact value and for each step of the limit."""
    found: list[Row] = []
    for panel in shown.panels:
        cells = cells_of([panel])
        found += [{**exponent_row(cell), "distance_over_b": shown.exit_distance / cell.b} for cell in cells]
        for step in stairs(panel.at, _largest_ratio(panel, shown.exit_distance)):
            found.append(
                {
                    "layer": "limit",
                    "alpha": panel.at,
                    "jump_number": step.jump_number,
                    "exit_exponent_limit": step.exponent,
                    "distance_over_b": step.low,
                    "distance_over_b_to": step.high,
                }
            )
    return found


def gather(study: Study) -> Staircase | None:
    """Take what the figure shows from a study; None without enough clip lengths or without an exit distance."""
    plan = study.plan
    end = nearest_end(plan.build_landscape(), plan.exit_domain(), plan.noise.p_plus)
    panels = few_etas(staircase_panels(study.own_predictions()))
    return Staircase(panels, end.distance) if panels and end is not None else None


FIGURE = FigureKind(
    name="staircase",
    place=9,
    of="exits",
    reads=("predictions",),
    needs="it needs exact values of five b or more at one alpha and eta, and a minimum inside the domain",
    gather=gather,
    draw=draw,
    finding=finding,
    rows=rows,
)
