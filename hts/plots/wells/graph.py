"""Transition graph under its landscape, one column per clip length."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch
from matplotlib.path import Path

from hts.arrays import FloatArray
from hts.landscapes import Landscape
from hts.plots.study import Drawn, FigureKind, Study
from hts.plots.style import AID, COLUMN, JUMPS, PAGE, clip_label, listing, number, place_legend, set_title, tail_label
from hts.plots.wells.landscape import SHADE, draw_landscape
from hts.plots.wells.transitions import GraphPanel, Transition, graph_panels, graph_rows, widest_wells
from hts.theory.limit.chains import LimitChain

MOST_LABELS = 12
"""Wells up to which each carries its number and its jump number."""
MOST_RATES = 5
"""Wells up to which each arrow carries its rate."""
NODE = 0.09
"""Half the height of a minimum in the graph, whose axis runs from -1 to 1: arrows begin and end beyond it."""


def draw_graph(axes: Axes, panel: GraphPanel, landscape: Landscape) -> Axes:
    """Draw minima in a row at their positions, arrows to the right above them and arrows to the left below.

    Parameters
    ----------
    axes
        Where to draw; its x-axis is that of the landscape above.
    panel
        The graph.
    landscape
        Its minima and barriers.

    Returns
    -------
    Axes
        The same axes.
    """
    chain, m = panel.chain, landscape.minima
    shade_classes(axes, chain, landscape)
    drawn = [one for one in panel.transitions if one.is_drawn]
    widest_span = max((abs(one.end - one.start) for one in drawn), default=1)
    for one in drawn:
        _arrow(axes, one, m, widest_span, is_labelled=len(m) <= MOST_RATES)
    _mark_wells(axes, chain, m, np.zeros(len(m)))
    axes.set(ylim=(-1.0, 1.0), yticks=[], xlabel="position $x$")
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
    return axes


def _mark_wells(axes: Axes, chain: LimitChain, x: FloatArray, y: FloatArray) -> None:
    """Fill the widest wells of the classes that are not left, leave the others open; smaller where there are many."""
    is_widest = np.isin(np.arange(len(x)), widest_wells(chain))
    size = 4.2 if len(x) <= MOST_LABELS else 2.8
    for chosen, look in ((is_widest, _WIDEST), (~is_widest, _OTHER)):
        if chosen.any():  # a line without points has no place in a layout
            axes.plot(x[chosen], y[chosen], zorder=4, clip_on=False, markersize=size, **look)


def shade_classes(axes: Axes, chain: LimitChain, landscape: Landscape) -> None:
    """Shade the basins of each class: evenly where it is never left, hatched where it is; white between classes."""
    low, high = axes.get_xlim()
    label = {well: k for k, c in enumerate(chain.classes) for well in c.wells}
    gap = min(0.006 * (high - low), 0.1 * float(np.diff(landscape.minima).min()))
    for well, k in label.items():
        left, right = (float(np.clip(end, low, high)) for end in landscape.well_ends(well))
        left += gap if label.get(well - 1, k) != k else 0.0
        right -= gap if label.get(well + 1, k) != k else 0.0
        look = _ABSORBING if chain.classes[k].absorbing else _TRANSIENT
        axes.axvspan(left, right, zorder=0, **look)


def _arrow(axes: Axes, one: Transition, m: FloatArray, widest_span: int, is_labelled: bool) -> None:
    """Draw one transition as an arc, its width the share of exits; to the right above, to the left below."""
    side = 1.0 if one.end > one.start else -1.0
    span = abs(one.end - one.start)
    height = side * (0.5 + 0.65 * (span - 1) / (widest_span - 1) if widest_span > 1 else 0.9)
    low, high = axes.get_xlim()
    nudge = side * min(0.012 * (high - low), 0.15 * float(np.diff(m).min()))
    begin, end = m[one.start] + nudge, m[one.end] - nudge
    share = one.share if math.isfinite(one.share) else 0.3
    path = Path(
        [(begin, side * NODE), (begin, height), (end, height), (end, side * NODE)],
        [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4],
    )
    width = (0.4 + 1.4 * share) * (1.0 if len(m) <= MOST_LABELS else 0.6)
    arrow = FancyArrowPatch(path=path, linewidth=width, mutation_scale=3 + 2.5 * width, zorder=2, **_ARROW)
    arrow.set_in_layout(False)
    axes.add_patch(arrow)
    if is_labelled and math.isfinite(one.rate):
        axes.text(
            0.5 * (begin + end), 0.25 * side * NODE + 0.75 * height, number(float(f"{one.rate:.3g}")),
            fontsize="x-small", ha="center", va="center_baseline", zorder=3, bbox=_PLATE,
        )  # fmt: skip


def graph_figure(panels: Sequence[GraphPanel], landscape: Landscape, title: str | None = None) -> Figure:
    """Lay each graph under the landscape, a column for each clip length.

    Parameters
    ----------
    panels
        One or more, of the same tail index.
    landscape
        What all of them are about.
    title
        What the figure shows; by default the finding of `graph_finding`.
    """
    is_crowded = landscape.n_wells > MOST_LABELS
    columns = 1 if is_crowded else len(panels)
    rows = 2 * len(panels) // columns
    width = COLUMN if len(panels) == 1 and not is_crowded else PAGE
    figure = Figure(figsize=(width, 1.5 * rows + 0.3), layout="constrained")
    ratios = (1.25, 1.0) * (rows // 2)
    places = figure.subplots(rows, columns, sharex=True, sharey="row", squeeze=False, height_ratios=ratios)
    pairs = zip(places[::2].ravel(), places[1::2].ravel(), strict=True)
    for panel, (upper, lower) in zip(panels, pairs, strict=True):
        chain = panel.chain
        draw_landscape(upper, landscape, is_marked=not is_crowded)
        shade_classes(upper, chain, landscape)
        _mark_wells(upper, chain, landscape.minima, landscape.potential(landscape.minima))
        draw_graph(lower, panel, landscape)
        upper.set(xlabel="", title=f"{clip_label(chain.b)}: {graph_word(chain)}")
        if not is_crowded:
            _write_jump_numbers(upper, chain, landscape)
        upper.xaxis.set_tick_params(labelbottom=False)
        lower.xaxis.set_tick_params(labelbottom=True)
        if not upper.get_subplotspec().is_first_col():
            upper.set_ylabel("")
        if panel.left_out:
            lower.set_xlabel(f"position $x$; {left_out_word(panel)}")
    place_legend(figure, (_handles(panels),), n_columns=6)
    set_title(figure, title or graph_finding(panels))
    return figure


def graph_word(chain: LimitChain) -> str:
    """Name a graph by its classes."""
    if chain.irreducible:
        return "irreducible"
    n_absorbing = sum(c.absorbing for c in chain.classes)
    n_transient = len(chain.classes) - n_absorbing
    absorbing = f"{n_absorbing} absorbing class{'es' if n_absorbing > 1 else ''}"
    return absorbing + (f", {n_transient} transient" if n_transient else "")


def left_out_word(panel: GraphPanel) -> str:
    """Say how many arrows are not drawn, and which."""
    most = max((one.share for one in panel.left_out if math.isfinite(one.share)), default=0.0)
    return (
        f"{len(panel.left_out)} of {len(panel.transitions)} transitions left out, each {100 * most:.2g} % "
        "of exits or less"
    )


def graph_finding(panels: Sequence[GraphPanel]) -> str:
    """Say for which clip lengths every well is reached from every other."""
    joined = [clip_label(panel.chain.b) for panel in panels if panel.chain.irreducible]
    apart = [clip_label(panel.chain.b) for panel in panels if not panel.chain.irreducible]
    alpha = tail_label(panels[0].alpha)
    if not apart:
        return f"Typical transitions lead from every well to every other ({alpha})"
    if not joined:
        return f"Typical transitions do not lead from every well to every other ({alpha})"
    return f"Typical transitions join all wells with {listing(joined)}, and fall apart with {listing(apart)} ({alpha})"


def _write_jump_numbers(axes: Axes, chain: LimitChain, landscape: Landscape) -> None:
    """Write l* of each well over its minimum, near the top of the panel."""
    for x, n_jumps in zip(landscape.minima.tolist(), chain.jump_numbers, strict=True):
        text = "–" if n_jumps is None else f"{n_jumps}"
        axes.annotate(text, (x, 0.985), xycoords=("data", "axes fraction"), ha="center", va="top", fontsize="small")


_PLATE: dict[str, Any] = {"facecolor": "white", "linewidth": 0, "pad": 0.6}
_ABSORBING: dict[str, Any] = {"facecolor": SHADE, "linewidth": 0}
_TRANSIENT: dict[str, Any] = {"facecolor": "white", "edgecolor": "#d0d0d0", "hatch": "////", "linewidth": 0}
_WIDEST: dict[str, Any] = {"marker": "o", "linestyle": "none", "color": "black"}
_OTHER: dict[str, Any] = {**_WIDEST, "markerfacecolor": "white"}
_ARROW: dict[str, Any] = {"arrowstyle": "-|>", "color": AID, "capstyle": "butt", "joinstyle": "miter"}


def _handles(panels: Sequence[GraphPanel]) -> list[Artist]:
    chains = [panel.chain for panel in panels]
    kinds = {c.absorbing for chain in chains for c in chain.classes}
    handles: list[Artist] = []
    if len(chains[0].jump_numbers) <= MOST_LABELS:
        handles.append(Line2D([], [], color="black", linestyle="none", marker="$1$", label=rf"{JUMPS} (on top)"))
    handles.append(Line2D([], [], label="widest well", **_WIDEST))
    if any(len(widest_wells(chain)) < len(chain.jump_numbers) for chain in chains):
        handles.append(Line2D([], [], label="other well", **_OTHER))
    if True in kinds:
        handles.append(Patch(label="absorbing class", **_ABSORBING))
    if False in kinds:
        handles.append(Patch(label="transient class", **{**_TRANSIENT, "hatch": "//////"}))
    has_rates = any(math.isfinite(one.rate) for panel in panels for one in panel.transitions)
    rates = (
        r"$q_{ij}$ (width: share of exits)" if len(chains[0].jump_numbers) <= MOST_RATES else "width: share of exits"
    )
    label = rates if has_rates else "typical transition"
    return [*handles, Line2D([], [], color=AID, marker=">", markersize=4, label=label)]


def _drawn(study: Study) -> Drawn | None:
    landscape, cells = study.plan.build_landscape(), study.plan.cells()
    alpha = min((cell.alpha for cell in cells if cell.alpha is not None), default=None)
    panels = graph_panels(landscape, [cell.b for cell in cells], study.plan.noise.build(alpha))
    return (graph_figure(panels, landscape), graph_rows(panels, landscape)) if panels else None


FIGURE = FigureKind("graph", 4, _drawn, needs="it needs a landscape with two wells or more", shows_exact=False)
