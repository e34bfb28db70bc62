"""Histograms of where long runs are, one per cell, with the horizon in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from hts.arrays import FloatArray
from hts.comparison import VisitComparison
from hts.landscapes import Landscape
from hts.plans import Cell, VisitRecord
from hts.plots.looks import AID, COLOURS, paler
from hts.plots.published import PublishedShares, read_published_shares
from hts.plots.save import Row
from hts.plots.study import FigureKind, Study
from hts.plots.style import clip_label, draw_panels, number, place_legend, tail_label
from hts.sweeps import VisitCellSample

MOST_PANELS = 9
"""Cells drawn: what fits on a page."""
MOST_WELLS = 6
"""Wells whose shares are written over them; more would touch."""
HEADROOM = 1.42
"""Height of a panel in tallest bars: shares and horizon stand above them."""
BARS: dict[str, Any] = {"facecolor": paler(COLOURS[0]), "edgecolor": COLOURS[0], "linewidth": 0.6}
BARRIER: dict[str, Any] = {"color": AID, "linewidth": 0.6, "linestyle": (0, (4, 2))}
MINIMUM: dict[str, Any] = {"color": "black", "marker": "^", "linestyle": "none", "markersize": 3.4}


@dataclass(frozen=True, eq=False)
class HistogramPanel:
    """One panel: where the walkers of one (eta, b, alpha) were."""

    cell: VisitComparison
    edges: FloatArray  # float64[bin + 1]
    part: FloatArray  # float64[bin], share of time
    below: float  # share of time below the first bin
    above: float
    published: tuple[float, ...] | None  # shares by well


@dataclass(frozen=True, eq=False)
class Histograms:
    """All that the figure shows."""

    panels: tuple[HistogramPanel, ...]
    landscape: Landscape


def histogram_panels(
    runs: Iterable[VisitCellSample],
    visits: Sequence[VisitComparison],
    record: VisitRecord,
    published: Sequence[PublishedShares] = (),
) -> tuple[HistogramPanel, ...]:
    """Gather cells with walkers into panels by alpha, then b, then eta from large to small; at most nine.

    Parameters
    ----------
    runs
        Long runs; their histograms are averaged over walkers.
    visits
        What is known of the same cells beside: shares and horizon.
    record
        Ends and number of the bins.
    published
        Shares laid beside those of the same eta, b and alpha.
    """
    known = {Cell(one.eta, one.b, one.alpha, one.well): one for one in visits}
    edges = np.linspace(record.low, record.high, record.n_bins + 1)
    panels = []
    for run in runs:
        counts = run.histogram.sum(axis=0, dtype=np.float64)
        if run.cell not in known or not counts.sum() > 0:
            continue
        part = counts / counts.sum()
        beside = [p.shares for p in published if (p.eta, p.b, p.alpha) == (run.cell.eta, run.cell.b, run.cell.alpha)]
        own = beside[0] if beside else None
        panels.append(HistogramPanel(known[run.cell], edges, part[1:-1], float(part[0]), float(part[-1]), own))
    panels.sort(key=lambda p: (p.cell.alpha is None, p.cell.alpha or 0.0, p.cell.b, -p.cell.eta))
    return tuple(panels[:MOST_PANELS])


def draw_histogram(axes: Axes, panel: HistogramPanel, landscape: Landscape) -> Axes:
    """Draw the places of one cell, with the barriers between wells and the minima below.

    Parameters
    ----------
    axes
        Where to draw; limits, labels and title are set.
    panel
        What to draw: bars, the measured share of each well as a percentage above it, the published one in brackets, and
        the horizon in relaxation times, with the words "not stationary" where it is too short for that.
    landscape
        Whose barriers are drawn as dashed lines, and minima as triangles on the axis.

    Returns
    -------
    Axes
        The same axes.
    """
    low, high = float(panel.edges[0]), float(panel.edges[-1])
    axes.stairs(panel.part, panel.edges, fill=True, **BARS)
    axes.set(xlim=(low, high), ylim=(0.0, HEADROOM * max(float(panel.part.max()), 1e-12)))
    inside = [float(barrier) for barrier in landscape.barriers if low < barrier < high]
    for barrier in inside:
        axes.axvline(barrier, ymax=0.76, zorder=2.5, **BARRIER)
    minima = [float(m) for m in landscape.minima if low < m < high]
    axes.plot(minima, [0.0] * len(minima), clip_on=False, zorder=3, **MINIMUM)
    _write_shares(axes, panel, landscape)
    axes.text(0.98, 0.985, horizon_words(panel.cell), transform=axes.transAxes, ha="right", va="top", fontsize=7.5)
    axes.set(xlabel="position $x$", ylabel="share of time in a bin")
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10], prune="both"))
    label_shares(axes)
    cell = panel.cell
    axes.set_title(rf"{clip_label(cell.b)}, {tail_label(cell.alpha)}, $\eta$ = {number(cell.eta)}")
    axes.grid(visible=False)
    return axes


def label_shares(axes: Axes) -> None:
    """Label an axis of shares from 0 to 1 at most: above are words, and no share is that large."""
    top = min(1.0, axes.get_ylim()[1])
    axes.set_yticks([tick for tick in MaxNLocator(4).tick_values(0.0, top) if 0.0 <= tick <= top])


def horizon_words(cell: VisitComparison) -> str:
    """Say how long a run was in relaxation times, and whether that is enough to call it stationary."""
    if cell.horizon is None:
        return ""
    times = number(float(f"{cell.horizon:.2g}"))
    text = f"{times} relaxation time{'' if times == '1' else 's'}"
    return text if cell.is_stationary else f"{text}: not stationary"


def draw(shown: Histograms) -> Figure:
    """Lay out a panel for each cell; one is a column wide, more a page."""
    panels = shown.panels
    n_columns = 2 if len(panels) in (2, 4) else 3
    draw_panel = partial(draw_histogram, landscape=shown.landscape)
    figure, places = draw_panels(panels, draw_panel, n_columns, panel_height=2.15)
    top = HEADROOM * max(float(panel.part.max()) for panel in panels)
    places[0].set_ylim(0.0, top)
    label_shares(places[0])
    place_legend(figure, (_handles(panels),), n_columns=4)
    return figure


def rows(shown: Histograms) -> list[Row]:
    """List what is drawn: a row for each bin, each well's share, and each barrier and minimum."""
    found: list[Row] = []
    for panel in shown.panels:
        cell = panel.cell
        key: Row = {"b": cell.b, "alpha": cell.alpha, "eta": cell.eta, "horizon": cell.horizon}
        ends = zip(panel.edges[:-1].tolist(), panel.edges[1:].tolist(), panel.part.tolist(), strict=True)
        found += [{"layer": "bin", **key, "x": a, "x_to": c, "share": share} for a, c, share in ends]
        found.append({"layer": "below", **key, "x_to": float(panel.edges[0]), "share": panel.below})
        found.append({"layer": "above", **key, "x": float(panel.edges[-1]), "share": panel.above})
        found += [{"layer": "measured", **key, "well": k, "share": share} for k, share in enumerate(cell.shares)]
        found += [{"layer": "published", **key, "well": k, "share": p} for k, p in enumerate(panel.published or ())]
    for layer, places in (("minimum", shown.landscape.minima), ("barrier", shown.landscape.barriers)):
        found += [{"layer": layer, "x": x} for x in places.tolist()]
    return found


def _write_shares(axes: Axes, panel: HistogramPanel, landscape: Landscape) -> None:
    """Write each well's share at the height that barriers end, published ones in brackets below."""
    low, high = float(panel.edges[0]), float(panel.edges[-1])
    ends = np.clip(np.concatenate([[low], landscape.barriers, [high]]), low, high)
    if landscape.n_wells > MOST_WELLS or landscape.n_wells == 1:
        return
    for well, share in enumerate(panel.cell.shares):
        if share is None or ends[well + 1] <= ends[well]:
            continue
        text = f"{100 * share:.1f}"
        if panel.published is not None:
            text += f"\n({100 * panel.published[well]:.1f})"
        middle = (0.5 * (ends[well] + ends[well + 1]) - low) / (high - low)
        axes.text(middle, 0.89, text, transform=axes.transAxes, ha="center", va="top", fontsize=7, linespacing=1.1)


def finding(shown: Histograms) -> str:
    """Say what was simulated, and how many of the histograms are not stationary."""
    cells = [panel.cell for panel in shown.panels]
    steps = number(float(cells[0].n_steps))
    short = sum(cell.is_stationary is False for cell in cells)
    text = f"Where {number(float(cells[0].n_walkers))} walkers of {steps} steps were"
    if len(cells) == 1 or not short:
        return text
    verb = "is" if short == 1 else "are"
    return f"{text}: {short} of {len(cells)} histograms {verb} not stationary"


def _handles(panels: Sequence[HistogramPanel]) -> list[Artist]:
    handles: list[Artist] = [
        Patch(label="share of time", **BARS),
        Line2D([], [], label="barrier", **BARRIER),
        Line2D([], [], label="minimum", **MINIMUM),
    ]
    words = "numbers: % in each well"
    if any(panel.published is not None for panel in panels):
        words += " (published)"
    return [*handles, Line2D([], [], linestyle="none", label=words)]


def gather(study: Study) -> Histograms | None:
    """Take what the figure shows from a study; None where nothing has run."""
    plan, source = study.plan, study.plan.figure.published
    published = read_published_shares(source) if source is not None else ()
    panels = histogram_panels(study.runs, study.visits, plan.visit_record(), published)
    return Histograms(panels, plan.build_landscape()) if panels else None


FIGURE = FigureKind(
    name="histograms",
    place=12,
    of="visits",
    reads=("visits", "runs"),
    needs="it needs a study of visits ([visits]) that has run",
    gather=gather,
    draw=draw,
    finding=finding,
    rows=rows,
)
