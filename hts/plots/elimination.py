"""Share of time outside the widest wells (14), drawn against steps, eta and t/eta^beta."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hts.answers.laws import largest_jump_numbers
from hts.comparison.horizons import Elimination, Horizon, eliminations
from hts.comparison.visit_records import OutsideShare, VisitComparison
from hts.plots.looks import AID, Look, look, looks_in_order, paler
from hts.plots.save import Row
from hts.plots.smooth import smooth, smooth_share
from hts.plots.study import FigureKind, Study
from hts.plots.style import ETA_LABEL, PAGE, clip_label, listing, log_axis, number, place_legend, tail_label

TALLEST = 5.0
"""Decades shown below 1: intervals of rare visits reach down to nothing."""
HIGHEST = 1.15
"""Where the axis of shares ends at the latest: no share is above 1, and a marker there wants room."""
MOST_PANELS = 3
"""Pairs (b, alpha) drawn, a row each."""
MOST_ETAS = 7
"""Curves in a panel, spread evenly over those there are; more look alike."""
DASH: dict[str, Any] = {"linestyle": "none", "marker": "_", "markersize": 11, "markeredgewidth": 2.2}
"""The share of the chain of exact escapes at one eta."""


def curves_of(panel: Elimination) -> tuple[VisitComparison, ...]:
    """Choose the cells whose shares are drawn against steps, `MOST_ETAS` at most."""
    n, m = len(panel.cells), min(len(panel.cells), MOST_ETAS)
    return tuple(panel.cells[round(k * (n - 1) / max(m - 1, 1))] for k in range(m))


def draw_against_steps(axes: Axes, panel: Elimination, looks: Mapping[float, Look]) -> Axes:
    """Draw the share of the first n steps spent outside the widest wells, a series for each eta.

    Parameters
    ----------
    axes
        Where to draw; scales, labels and title are set.
    panel
        What to draw: measured shares as markers with their intervals, that of the chain of exact escapes
        as a line.
    looks
        Look of each eta.

    Returns
    -------
    Axes
        The same axes.
    """
    log_axis(axes, "x", [float(one.steps) for cell in curves_of(panel) for one in cell.outside_widest])
    for cell in curves_of(panel):
        style = looks[cell.eta]
        exact = [(one.steps, one.expected) for one in cell.outside_widest if one.expected]
        if exact:
            curve = smooth(*np.array(exact, dtype=np.float64).T)
            axes.plot(*curve, color=paler(style.colour), linewidth=2.2, zorder=1.8)
        for one in cell.outside_widest:
            _mark(axes, float(one.steps), (one.share, one.low, one.high), style)
    _scale(axes, [one.share for cell in curves_of(panel) for one in cell.outside_widest])
    axes.set(xlabel="steps $n$", ylabel="share of time outside")
    return axes


def draw_against_eta(axes: Axes, panel: Elimination, looks: Mapping[float, Look]) -> Axes:
    """Draw the share of all steps spent outside the widest wells against eta, with the exact stationary one."""
    exact = [(cell.eta, share) for cell in panel.cells if (share := panel.exact_outside(cell))]
    if exact:
        marker = "_" if len(exact) == 1 else ""  # a line of one point would not show
        axes.plot(*smooth_share(*np.array(exact).T), color="black", linewidth=1.0, marker=marker, markersize=11)
    return _draw_shares(axes, panel, [cell.outside_widest[-1] for cell in panel.cells], looks, [y for _, y in exact])


def draw_at_horizon(axes: Axes, panel: Elimination, horizon: Horizon, looks: Mapping[float, Look]) -> Axes:
    """Draw the share of the first t/eta^beta steps spent outside the widest wells against eta, which (14) is about."""
    return _draw_shares(axes, panel, [horizon.checkpoint(cell) for cell in panel.cells], looks)


def _draw_shares(
    axes: Axes,
    panel: Elimination,
    shares: Sequence[OutsideShare],
    looks: Mapping[float, Look],
    also: Sequence[float] = (),
) -> Axes:
    """Draw one share of each eta, measured and expected, on axes with room for others."""
    etas = [cell.eta for cell in panel.cells]
    log_axis(axes, "x", etas)
    expected = [(eta, one.expected) for eta, one in zip(etas, shares, strict=True) if one.expected]
    if expected:
        # each eta has a number of steps of its own, so nothing lies between two of them
        axes.plot(*zip(*expected, strict=True), color=paler(AID), zorder=1.8, **DASH)
    for eta, one in zip(etas, shares, strict=True):
        _mark(axes, eta, (one.share, one.low, one.high), looks.get(eta, look(0)))
    _scale(axes, [*(one.share for one in shares), *(one.expected for one in shares), *also])
    if panel.limit_outside() == 0.0:
        place: dict[str, Any] = {"transform": axes.transAxes, "ha": "right", "va": "bottom"}
        axes.text(0.97, 0.03, r"limit $\eta \to 0$: 0", color=AID, fontsize=7.5, **place)
    axes.set(xlabel=ETA_LABEL)
    return axes


def _scale(axes: Axes, shares: Sequence[float | None]) -> None:
    """Make the shares' axis logarithmic, TALLEST decades at most, and no longer than shares go."""
    positive = [share for share in shares if share]
    largest = max(positive, default=1.0)
    log_axis(axes, "y", [max(min(positive, default=0.1), largest / 10**TALLEST), largest])
    axes.set_ylim(top=min(axes.get_ylim()[1], HIGHEST))


def draw(panels: Sequence[Elimination]) -> Figure:
    """Draw a row for each (b, alpha): against steps, against eta at the end of the runs, and at the horizon of (14)."""
    looks = looks_in_order(sorted({cell.eta for panel in panels for cell in curves_of(panel)}, reverse=True))
    figure = Figure(figsize=(PAGE, 0.4 + 2.2 * len(panels)), layout="constrained")
    grid = figure.subplots(len(panels), 3, sharex="col", squeeze=False)
    for (left, middle, right), panel in zip(grid, panels, strict=True):
        cell = panel.cells[0]
        draw_against_steps(left, panel, looks)
        left.set_title(f"{clip_label(cell.b)}, {tail_label(cell.alpha)}")
        draw_against_eta(middle, panel, looks)
        middle.set_title("at the end of the runs")
        if panel.horizon is None:
            right.remove()
            continue
        draw_at_horizon(right, panel, panel.horizon, looks)
        right.set_title(f"{_in_words(panel.horizon)} steps")
    place_legend(figure, (_eta_handles(looks), _layer_handles(panels)), n_columns=6)
    return figure


def _mark(axes: Axes, x: float, value: tuple[float | None, float | None, float | None], style: Look) -> None:
    """Draw one measured share with its interval; a share of 0 is left out, for a logarithm has no zero."""
    share, low, high = value
    if not share:
        return
    if low is not None and high is not None:
        axes.plot([x, x], [max(low, 1e-12), high], color=style.colour, linewidth=0.8)
    axes.plot([x], [share], color=style.colour, marker=style.marker, linestyle="none", markersize=3.2)


def finding(panels: Sequence[Elimination]) -> str:
    """Say how the share changes from the largest eta to the smallest: at the horizon of (14) where there is one."""
    panel = panels[0]
    cells = list(dict.fromkeys((panel.cells[0], panel.cells[-1])))
    ends = [panel.horizon.checkpoint(cell) if panel.horizon else cell.outside_widest[-1] for cell in cells]
    shares = [one.share for one in ends if one.share is not None]
    values = [
        rf"{100 * one.share:.2g} % at $\eta$ = {number(cell.eta)}"
        for cell, one in zip(cells, ends, strict=True)
        if one.share is not None
    ]
    wells = listing([str(well) for well in cells[0].widest])
    text = f"Time outside the widest well{'s' * (len(cells[0].widest) > 1)} {wells}"
    text += f" in the first {_in_words(panel.horizon)} steps: " if panel.horizon else ": "
    text += ", ".join(values)
    if panel.horizon and shares and shares[-1] >= shares[0] and len(cells) > 1:
        exact = [panel.exact_outside(cell) for cell in cells]
        falls = exact[0] is None or exact[-1] is None or exact[-1] < exact[0]
        return f"{text}; {'these runs are too short to see it fall' if falls else 'nor does the exact share fall yet'}"
    return text


def _in_words(horizon: Horizon) -> str:
    return rf"{horizon.t:.3g}/$\eta^{{{horizon.beta:.3g}}}$"


def _eta_handles(looks: Mapping[float, Look]) -> list[Artist]:
    return [
        Line2D([], [], color=style.colour, marker=style.marker, linestyle="none", label=rf"$\eta$ = {number(eta)}")
        for eta, style in looks.items()
    ]


def _layer_handles(panels: Sequence[Elimination]) -> list[Artist]:
    cells = [cell for panel in panels for cell in panel.cells]
    handles: list[Artist] = [Line2D([], [], color=AID, marker="o", label="measured, 95 %")]
    if any(one.expected for cell in cells for one in cell.outside_widest):
        handles.append(Line2D([], [], color=paler(AID), linewidth=2.2, label="chain of exact escapes"))
    if any(share is not None for cell in cells for share in cell.exact):
        handles.append(Line2D([], [], color="black", linewidth=1.0, label="exact, stationary"))
    return handles


def rows(panels: Sequence[Elimination]) -> list[Row]:
    """List what is drawn, a row for each eta and number of steps; the exact stationary share beside the last."""
    return [
        {
            "b": cell.b,
            "alpha": cell.alpha,
            "eta": cell.eta,
            "widest": " ".join(map(str, cell.widest)),
            "steps": one.steps,
            "outside": one.share,
            "low": one.low,
            "high": one.high,
            "expected": one.expected,
            "exact": panel.exact_outside(cell),
            "limit": panel.limit_outside(),
            "horizon": None if cell.horizon is None else cell.horizon * one.steps / cell.n_steps,
            "beta": None if panel.horizon is None else panel.horizon.beta,
            "t": None if panel.horizon is None else panel.horizon.t,
            "is_at_horizon": panel.horizon is not None and panel.horizon.checkpoint(cell) is one,
        }
        for panel in panels
        for cell in panel.cells
        for one in cell.outside_widest
    ]


def gather(study: Study) -> tuple[Elimination, ...]:
    """Take what the figure shows from a study: the first three (b, alpha)."""
    return eliminations(study.visits, largest_jump_numbers(study.plan) if study.visits else {})[:MOST_PANELS]


FIGURE = FigureKind(
    name="elimination",
    place=13,
    of="visits",
    reads=("visits",),
    needs="it needs a study of visits ([visits]) that has run, and wells of unequal l*",
    gather=gather,
    draw=draw,
    finding=finding,
    rows=rows,
)
