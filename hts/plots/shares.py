"""Share of time in each well against eta: measured, exact and in the limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hts.comparison import VisitComparison
from hts.plots.looks import AID, Look, looks_in_order, paler
from hts.plots.save import Row
from hts.plots.smooth import POINTS, smooth_share
from hts.plots.study import FigureKind, Study
from hts.plots.style import (
    COLUMN,
    ETA_LABEL,
    PAGE,
    clip_label,
    log_axis,
    number,
    panel_grid,
    place_legend,
    tail_label,
)

MOST_WELLS = 8
"""Wells drawn in a panel: those with the largest shares; more look alike."""
MOST_PANELS = 9
"""Pairs (b, alpha) drawn: what fits on a page."""

Panel = tuple[VisitComparison, ...]  # one b and alpha, eta from large to small


def share_panels(visits: Sequence[VisitComparison]) -> tuple[Panel, ...]:
    """Gather cells with walkers into a panel for each (b, alpha), at most nine."""
    panels: dict[tuple[float, float | None], list[VisitComparison]] = {}
    for cell in visits:
        if cell.n_walkers and len(cell.shares) > 1:
            panels.setdefault((cell.b, cell.alpha), []).append(cell)
    return tuple(tuple(cells) for cells in list(panels.values())[:MOST_PANELS])


def wells_drawn(panels: Sequence[Panel]) -> tuple[int, ...]:
    """List the wells with the largest measured shares anywhere, from the left."""
    largest = {
        well: max(cell.shares[well] or 0.0 for panel in panels for cell in panel)
        for well in range(len(panels[0][0].shares))
    }
    return tuple(sorted(sorted(largest, key=lambda well: -largest[well])[:MOST_WELLS]))


def draw_shares(axes: Axes, panel: Panel, looks: Mapping[int, Look]) -> Axes:
    """Draw the shares of time of one (b, alpha) against eta.

    Parameters
    ----------
    axes
        Where to draw; scale, labels and title are set.
    panel
        What to draw: measured shares as markers with their intervals, the exact share of as many steps as a dash
        across, the exact stationary share as a pale line, the limit as a dashed line on the left.
    looks
        The wells to draw, each with its look.

    Returns
    -------
    Axes
        The same axes.
    """
    etas = [cell.eta for cell in panel]
    log_axis(axes, "x", etas)
    left = axes.get_xlim()[0]
    for well, style in looks.items():
        exact = [(cell.eta, share) for cell in panel if (share := cell.exact[well]) is not None]
        if exact:
            halo: dict[str, Any] = {"marker": "o", "markersize": 8, "markeredgewidth": 0, "markevery": POINTS}
            axes.plot(*smooth_share(*np.array(exact).T), color=paler(style.colour), linewidth=2.5, **halo)
        expected = [(cell.eta, share) for cell in panel if (share := cell.expected[well]) is not None]
        if expected:
            axes.plot(*zip(*expected, strict=True), color=style.colour, marker="_", markersize=11, linestyle="none")
        for cell in panel:
            share, low, high = cell.shares[well], cell.low[well], cell.high[well]
            if share is None:
                continue
            if low is not None and high is not None:
                axes.plot([cell.eta] * 2, [low, high], color=style.colour, linewidth=0.8)
            axes.plot([cell.eta], [share], color=style.colour, marker=style.marker, linestyle="none")
        limit = panel[0].limit[well]
        if limit is not None:
            axes.plot([left, min(etas)], [limit] * 2, color=style.colour, linestyle="--", linewidth=0.8)
    heading = f"{clip_label(panel[0].b)}, {tail_label(panel[0].alpha)}"
    axes.set(ylim=(-0.03, 1.03), xlabel=ETA_LABEL, ylabel="share of time", title=heading)
    return axes


def draw(panels: Sequence[Panel]) -> Figure:
    """Draw a panel for each (b, alpha); one panel is a column wide, more are a page wide."""
    looks = looks_in_order(wells_drawn(panels))
    width = COLUMN if len(panels) == 1 else PAGE
    figure, places = panel_grid(len(panels), 3, width, panel_height=1.9, extra_height=0.4)
    for axes, panel in zip(places, panels, strict=True):
        draw_shares(axes, panel, looks).set(ylabel="")
    figure.supylabel("share of time", fontsize="medium")
    place_legend(figure, (_well_handles(looks), _layer_handles(panels)), n_columns=6)
    return figure


def rows(panels: Sequence[Panel]) -> list[Row]:
    """List what is drawn, a row for each cell and well."""
    wells = wells_drawn(panels)
    return [
        {
            "b": cell.b,
            "alpha": cell.alpha,
            "eta": cell.eta,
            "well": well,
            "share": cell.shares[well],
            "low": cell.low[well],
            "high": cell.high[well],
            "expected": cell.expected[well],
            "exact": cell.exact[well],
            "limit": cell.limit[well],
            "n_steps": cell.n_steps,
            "horizon": cell.horizon,
        }
        for panel in panels
        for cell in panel
        for well in wells
    ]


def told_cell(cells: Sequence[VisitComparison]) -> VisitComparison:
    """Choose the cell that the title is about: the smallest stationary eta, else the longest horizon."""
    stationary = [cell for cell in cells if cell.is_stationary]
    if stationary:
        return min(stationary, key=lambda cell: (cell.eta, -(cell.horizon or 0.0)))
    return min(cells, key=lambda cell: (-(cell.horizon or 0.0), cell.eta))


def finding(panels: Sequence[Panel]) -> str:
    """Say which well holds most time in the cell of `told_cell`, and whether that is stationary."""
    cell = told_cell([cell for panel in panels for cell in panel])
    share, well = max((share or 0.0, well) for well, share in enumerate(cell.shares))
    text = rf"Well {well} holds {100 * share:.0f} % of the time at $\eta$ = {number(cell.eta)}, {clip_label(cell.b)}"
    if cell.horizon is None:
        return text
    stationary = "stationary" if cell.is_stationary else "not stationary yet"
    return f"{text}: {number(float(f'{cell.horizon:.2g}'))} relaxation times, {stationary}"


def _well_handles(looks: Mapping[int, Look]) -> list[Artist]:
    return [
        Line2D([], [], color=style.colour, marker=style.marker, linestyle="none", label=f"well {well}")
        for well, style in looks.items()
    ]


def _layer_handles(panels: Sequence[Panel]) -> list[Artist]:
    cells = [cell for panel in panels for cell in panel]
    handles: list[Artist] = [Line2D([], [], color=AID, marker="o", label="measured, 95 %")]
    if any(share is not None for cell in cells for share in cell.expected):
        handles.append(
            Line2D([], [], color=AID, marker="_", linestyle="none", markersize=11, label="exact, as many steps")
        )
    if any(share is not None for cell in cells for share in cell.exact):
        handles.append(Line2D([], [], color=paler(AID), linewidth=2.5, label="exact, stationary"))
    if any(share is not None for cell in cells for share in cell.limit):
        handles.append(Line2D([], [], color=AID, linestyle="--", linewidth=0.8, label=r"limit $\eta \to 0$"))
    return handles


def gather(study: Study) -> tuple[Panel, ...]:
    """Take what the figure shows from a study."""
    return share_panels(study.visits)


FIGURE = FigureKind(
    name="shares",
    place=11,
    of="visits",
    reads=("visits",),
    needs="it needs a study of visits ([visits]) of two wells or more that has run",
    gather=gather,
    draw=draw,
    finding=finding,
    rows=rows,
)
