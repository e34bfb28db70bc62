"""This file is where the share of time outside the widest wells is drawn, against steps and against eta: (14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hts.comparison import VisitComparison
from hts.plots.save import Row
from hts.plots.style import (
    AID,
    ETA_LABEL,
    PAGE,
    Look,
    clip_label,
    log_axis,
    look,
    number,
    paler,
    place_legend,
    set_title,
    tail_label,
)

MOST_PANELS = 3
"""Pairs (b, alpha) drawn, a row each."""
MOST_ETAS = 7
"""Curves in a panel, spread evenly over those there are; more could not be told apart."""
TALLEST = 5.0
"""Decades shown below 1: intervals of rare visits reach down to nothing."""


@dataclass(frozen=True, eq=False)
class EliminationPanel:
    """One row: one (b, alpha) whose wells are not all equally wide."""

    cells: tuple[VisitComparison, ...]  # with walkers, eta from large to small

    @property
    def curves(self) -> tuple[VisitComparison, ...]:
        """The cells whose shares are drawn against steps."""
        n, m = len(self.cells), min(len(self.cells), MOST_ETAS)
        return tuple(self.cells[round(k * (n - 1) / max(m - 1, 1))] for k in range(m))

    def exact_outside(self, cell: VisitComparison) -> float | None:
        """Sum the exact stationary shares outside the widest wells."""
        return _sum_outside(cell, cell.exact)

    def limit_outside(self) -> float | None:
        """Sum the limit shares outside the widest wells: zero wherever there is a limit."""
        return _sum_outside(self.cells[0], self.cells[0].limit)


def elimination_panels(visits: Sequence[VisitComparison]) -> tuple[EliminationPanel, ...]:
    """Gather cells with walkers by (b, alpha), where some well is not among the widest; at most three."""
    gathered: dict[tuple[float, float | None], list[VisitComparison]] = {}
    for cell in visits:
        if cell.n_walkers and 0 < len(cell.widest) < len(cell.shares) and cell.outside_widest:
            gathered.setdefault((cell.b, cell.alpha), []).append(cell)
    panels = [EliminationPanel(tuple(sorted(cells, key=lambda cell: -cell.eta))) for cells in gathered.values()]
    return tuple(panels[:MOST_PANELS])


def draw_against_steps(axes: Axes, panel: EliminationPanel, looks: Mapping[float, Look]) -> Axes:
    """Draw the share of the first n steps spent outside the widest wells, a series for each eta.

    Parameters
    ----------
    axes
        Where to draw; scales, labels and title are set.
    panel
        What to draw: measured shares as markers with their intervals, the exact share of so many steps as a line.
    looks
        Look of each eta.

    Returns
    -------
    Axes
        The same axes.
    """
    log_axis(axes, "x", [float(one.steps) for cell in panel.curves for one in cell.outside_widest])
    for cell in panel.curves:
        style = looks[cell.eta]
        exact = [(one.steps, one.expected) for one in cell.outside_widest if one.expected]
        if exact:
            axes.plot(*zip(*exact, strict=True), color=paler(style.colour), linewidth=2.2, zorder=1.8)
        for one in cell.outside_widest:
            _mark(axes, float(one.steps), (one.share, one.low, one.high), style)
    _scale(axes, [one.share for cell in panel.curves for one in cell.outside_widest])
    axes.set(xlabel="steps $n$", ylabel="share of time outside")
    return axes


def draw_against_eta(axes: Axes, panel: EliminationPanel, looks: Mapping[float, Look]) -> Axes:
    """Draw the share of all steps spent outside the widest wells against eta, with the exact stationary one."""
    log_axis(axes, "x", [cell.eta for cell in panel.cells])
    expected = [(cell.eta, share) for cell in panel.cells if (share := cell.outside_widest[-1].expected)]
    if expected:
        axes.plot(*zip(*expected, strict=True), color=paler(AID), linewidth=2.2, zorder=1.8)
    exact = [(cell.eta, share) for cell in panel.cells if (share := panel.exact_outside(cell))]
    if exact:
        axes.plot(*zip(*exact, strict=True), color="black", linewidth=1.0)
    for cell in panel.cells:
        last = cell.outside_widest[-1]
        _mark(axes, cell.eta, (last.share, last.low, last.high), looks.get(cell.eta, look(0)))
    values = [last.share for cell in panel.cells if (last := cell.outside_widest[-1]).share]
    _scale(axes, [*values, *(share for _, share in exact + expected)])
    if panel.limit_outside() == 0.0:
        axes.text(0.03, 0.97, r"limit $\eta \to 0$: 0", transform=axes.transAxes, va="top", color=AID, fontsize=7.5)
    axes.set(xlabel=ETA_LABEL, ylabel="share of time outside")
    return axes


def _scale(axes: Axes, shares: Sequence[float | None]) -> None:
    """Make the shares' axis logarithmic, TALLEST decades at most, with room for the limit in words."""
    positive = [share for share in shares if share]
    largest = max(positive, default=1.0)
    log_axis(axes, "y", [max(min(positive, default=0.1), largest / 10**TALLEST), largest], room_above=0.15)


def elimination_figure(panels: Sequence[EliminationPanel]) -> Figure:
    """Draw a row for each (b, alpha): against steps on the left, against eta on the right."""
    etas = sorted({cell.eta for panel in panels for cell in panel.curves}, reverse=True)
    looks = {eta: look(rank) for rank, eta in enumerate(etas)}
    figure = Figure(figsize=(PAGE, 0.4 + 2.2 * len(panels)), layout="constrained")
    grid = figure.subplots(len(panels), 2, sharex="col", squeeze=False)
    for (left, right), panel in zip(grid, panels, strict=True):
        cell = panel.cells[0]
        draw_against_steps(left, panel, looks)
        draw_against_eta(right, panel, looks)
        left.set_title(f"{clip_label(cell.b)}, {tail_label(cell.alpha)}: as the runs go on")
        right.set_title(f"{clip_label(cell.b)}, {tail_label(cell.alpha)}: at the end of the runs")
    place_legend(figure, (_eta_handles(looks), _layer_handles(panels)), n_columns=6)
    set_title(figure, _finding(panels[0]))
    return figure


def elimination_rows(panels: Sequence[EliminationPanel]) -> list[Row]:
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
        }
        for panel in panels
        for cell in panel.cells
        for one in cell.outside_widest
    ]


def _sum_outside(cell: VisitComparison, shares: Sequence[float | None]) -> float | None:
    total = 0.0
    for well, share in enumerate(shares):
        if share is None:
            return None
        total += 0.0 if well in cell.widest else share
    return total


def _mark(axes: Axes, x: float, value: tuple[float | None, float | None, float | None], style: Look) -> None:
    """Draw one measured share with its interval; a logarithm has no zero, so that of nobody outside is left out."""
    share, low, high = value
    if not share:
        return
    if low is not None and high is not None:
        axes.plot([x, x], [max(low, 1e-12), high], color=style.colour, linewidth=0.8)
    axes.plot([x], [share], color=style.colour, marker=style.marker, linestyle="none", markersize=3.2)


def _finding(panel: EliminationPanel) -> str:
    first, last = panel.cells[0], panel.cells[-1]
    told = [
        rf"{100 * share:.2g} % at $\eta$ = {number(cell.eta)}"
        for cell in (first, last)
        if (share := cell.outside_widest[-1].share) is not None
    ]
    wells = " and ".join(map(str, first.widest))
    word = "well" if len(first.widest) == 1 else "wells"
    return f"Time outside the widest {word} {wells}, {clip_label(first.b)}: {', '.join(dict.fromkeys(told))}"


def _eta_handles(looks: Mapping[float, Look]) -> list[Artist]:
    return [
        Line2D([], [], color=style.colour, marker=style.marker, linestyle="none", label=rf"$\eta$ = {number(eta)}")
        for eta, style in looks.items()
    ]


def _layer_handles(panels: Sequence[EliminationPanel]) -> list[Artist]:
    cells = [cell for panel in panels for cell in panel.cells]
    handles: list[Artist] = [Line2D([], [], color=AID, marker="o", label="measured, 95 %")]
    if any(one.expected for cell in cells for one in cell.outside_widest):
        handles.append(Line2D([], [], color=paler(AID), linewidth=2.2, label="exact, as many steps"))
    if any(share is not None for cell in cells for share in cell.exact):
        handles.append(Line2D([], [], color="black", linewidth=1.0, label="exact, stationary"))
    return handles
