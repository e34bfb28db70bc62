"""Transition graph under its landscape, one column per clip length."""

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
from matplotlib.patches import FancyArrowPatch, Patch
from matplotlib.path import Path

from hts.answers.transitions import Transition, TransitionGraph, distinct_graphs
from hts.arrays import FloatArray
from hts.landscapes import Landscape
from hts.plots.landscape import draw_landscape
from hts.plots.looks import AID, COLOURS, SHADE
from hts.plots.save import Row
from hts.plots.study import FigureKind, Study
from hts.plots.style import COLUMN, JUMPS, PAGE, clip_label, listing, number, place_legend, tail_label

MOST_COLUMNS = 3
"""Clip lengths side by side across a page."""
MOST_ARROWS = 80
"""Arrows that a panel shows; of more, those that most exits take."""
MOST_LABELS = 12
"""Wells up to which each carries its number and its jump number."""
MOST_RATES = 5
"""Wells up to which each arrow carries its rate."""
NODE = 0.09
"""Half the height of a minimum in the graph, whose axis runs from -1 to 1: arrows begin and end beyond it."""
PLATE: dict[str, Any] = {"facecolor": "white", "linewidth": 0, "pad": 0.6}
ABSORBING: dict[str, Any] = {"facecolor": SHADE, "linewidth": 0}
TRANSIENT: dict[str, Any] = {"facecolor": "white", "edgecolor": "#d0d0d0", "hatch": "////", "linewidth": 0}
JUMPS_COLOUR = COLOURS[1]
"""Of the jump numbers over the wells, which tells them from the numbers of the wells below."""
WIDEST: dict[str, Any] = {"marker": "o", "linestyle": "none", "color": "black"}
OTHER: dict[str, Any] = {**WIDEST, "markerfacecolor": "white"}
ARROW: dict[str, Any] = {"arrowstyle": "-|>", "color": AID, "capstyle": "butt", "joinstyle": "miter"}


@dataclass(frozen=True, eq=False)
class ShownGraphs:
    """All that the figure shows: the graph of one or more clip lengths, of the same tail index."""

    landscape: Landscape
    graphs: tuple[TransitionGraph, ...]


def drawn_places(graph: TransitionGraph) -> set[int]:
    """Choose the transitions that are drawn, by their places: `MOST_ARROWS` at most, those that most exits take."""
    shares = [one.share for one in graph.transitions]
    in_order = sorted(range(len(shares)), key=lambda k: -shares[k] if shares[k] > 0 else 0.0)
    return set(in_order[:MOST_ARROWS])


def draw_graph(axes: Axes, graph: TransitionGraph, landscape: Landscape) -> Axes:
    """Draw minima in a row at their positions, arrows to the right above them and arrows to the left below.

    Parameters
    ----------
    axes
        Where to draw; its x-axis is that of the landscape above.
    graph
        What to draw.
    landscape
        Its minima and barriers.

    Returns
    -------
    Axes
        The same axes.
    """
    m = landscape.minima
    shade_classes(axes, graph, landscape)
    places = drawn_places(graph)
    drawn = [one for k, one in enumerate(graph.transitions) if k in places]
    widest_span = max((abs(one.end - one.start) for one in drawn), default=1)
    for one in drawn:
        _arrow(axes, one, m, widest_span, is_labelled=len(m) <= MOST_RATES)
    _mark_wells(axes, graph, m, np.zeros(len(m)))
    axes.set(ylim=(-1.0, 1.0), yticks=[], xlabel="position $x$")
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
    return axes


def _mark_wells(axes: Axes, graph: TransitionGraph, x: FloatArray, y: FloatArray) -> None:
    """Fill the widest wells of the classes that are not left, leave the others open; smaller where there are many."""
    is_widest = np.isin(np.arange(len(x)), graph.widest)
    size = 4.2 if len(x) <= MOST_LABELS else 2.8
    for chosen, style in ((is_widest, WIDEST), (~is_widest, OTHER)):
        if chosen.any():  # a line without points has no place in a layout
            axes.plot(x[chosen], y[chosen], zorder=4, clip_on=False, markersize=size, **style)


def shade_classes(axes: Axes, graph: TransitionGraph, landscape: Landscape) -> None:
    """Shade the basins of classes, where there are several: evenly where one is never left, hatched where it is."""
    if graph.chain.irreducible:  # one class of all wells says nothing
        return
    low, high = axes.get_xlim()
    label = graph.class_of
    gap = min(0.006 * (high - low), 0.1 * float(np.diff(landscape.minima).min()))
    for well, k in label.items():
        left, right = (float(np.clip(end, low, high)) for end in landscape.well_ends(well))
        left += gap if label.get(well - 1, k) != k else 0.0
        right -= gap if label.get(well + 1, k) != k else 0.0
        style = ABSORBING if graph.chain.classes[k].absorbing else TRANSIENT
        axes.axvspan(left, right, zorder=0, **style)


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
    arrow = FancyArrowPatch(path=path, linewidth=width, mutation_scale=3 + 2.5 * width, zorder=2, **ARROW)
    arrow.set_in_layout(False)
    axes.add_patch(arrow)
    if is_labelled and math.isfinite(one.rate):
        axes.text(
            0.5 * (begin + end), 0.25 * side * NODE + 0.75 * height, number(float(f"{one.rate:.3g}")),
            fontsize="x-small", ha="center", va="center_baseline", zorder=3, bbox=PLATE,
        )  # fmt: skip


def draw(shown: ShownGraphs) -> Figure:
    """Lay each graph under the landscape, a column for each clip length."""
    landscape, graphs = shown.landscape, shown.graphs
    is_crowded = landscape.n_wells > MOST_LABELS
    columns = 1 if is_crowded else len(graphs)
    n_rows = 2 * len(graphs) // columns
    width = COLUMN if len(graphs) == 1 and not is_crowded else PAGE
    figure = Figure(figsize=(width, 1.5 * n_rows + 0.3), layout="constrained")
    ratios = (1.25, 1.0) * (n_rows // 2)
    places = figure.subplots(n_rows, columns, sharex=True, sharey="row", squeeze=False, height_ratios=ratios)
    pairs = zip(places[::2].ravel(), places[1::2].ravel(), strict=True)
    for graph, (upper, lower) in zip(graphs, pairs, strict=True):
        draw_landscape(upper, landscape, is_marked=not is_crowded)
        shade_classes(upper, graph, landscape)
        _mark_wells(upper, graph, landscape.minima, landscape.potential(landscape.minima))
        draw_graph(lower, graph, landscape)
        upper.set(xlabel="", title=f"{clip_label(graph.chain.b)}: {graph_word(graph)}")
        if not is_crowded:
            _write_jump_numbers(upper, graph, landscape)
        upper.xaxis.set_tick_params(labelbottom=False)
        lower.xaxis.set_tick_params(labelbottom=True)
        if not upper.get_subplotspec().is_first_col():
            upper.set_ylabel("")
        if said := left_out_word(graph):
            lower.set_xlabel(f"position $x$; {said}")
    place_legend(figure, (_handles(graphs),), n_columns=6)
    return figure


def graph_word(graph: TransitionGraph) -> str:
    """Name a graph by its classes."""
    chain = graph.chain
    if chain.irreducible:
        return "irreducible"
    n_absorbing = sum(c.absorbing for c in chain.classes)
    n_transient = len(chain.classes) - n_absorbing
    absorbing = f"{n_absorbing} absorbing class{'es' if n_absorbing > 1 else ''}"
    return absorbing + (f", {n_transient} transient" if n_transient else "")


def left_out_word(graph: TransitionGraph) -> str:
    """Say how many arrows are not drawn, and which; nothing where all are."""
    places = drawn_places(graph)
    left_out = [one for k, one in enumerate(graph.transitions) if k not in places]
    if not left_out:
        return ""
    most = max((one.share for one in left_out if math.isfinite(one.share)), default=0.0)
    return f"{len(left_out)} of {len(graph.transitions)} transitions left out, each {100 * most:.2g} % of exits or less"


def finding(shown: ShownGraphs) -> str:
    """Say for which clip lengths every well is reached from every other."""
    chains = [graph.chain for graph in shown.graphs]
    joined = [clip_label(chain.b) for chain in chains if chain.irreducible]
    apart = [clip_label(chain.b) for chain in chains if not chain.irreducible]
    alpha = tail_label(shown.graphs[0].alpha)
    if not apart:
        return f"Typical transitions lead from every well to every other ({alpha})"
    if not joined:
        return f"Typical transitions do not lead from every well to every other ({alpha})"
    return f"Typical transitions join all wells with {listing(joined)}, and fall apart with {listing(apart)} ({alpha})"


def _write_jump_numbers(axes: Axes, graph: TransitionGraph, landscape: Landscape) -> None:
    """Write l* of each well over its minimum, near the top of the panel."""
    for x, n_jumps in zip(landscape.minima.tolist(), graph.chain.jump_numbers, strict=True):
        text = "–" if n_jumps is None else f"{n_jumps}"
        if landscape.n_wells <= MOST_RATES:
            text = f"{JUMPS}={text}"
        place = (x, 0.985)
        axes.annotate(
            text,
            place,
            xycoords=("data", "axes fraction"),
            ha="center",
            va="top",
            fontsize="x-small",
            bbox=PLATE,
            color=JUMPS_COLOUR,
        )


def _handles(graphs: Sequence[TransitionGraph]) -> list[Artist]:
    kinds = {c.absorbing for graph in graphs if not graph.chain.irreducible for c in graph.chain.classes}
    n_wells = len(graphs[0].chain.jump_numbers)
    handles: list[Artist] = []
    if MOST_RATES < n_wells <= MOST_LABELS:
        look: dict[str, Any] = {"color": JUMPS_COLOUR, "linestyle": "none", "marker": "$1$"}
        handles.append(Line2D([], [], label=rf"{JUMPS} (on top)", **look))
    handles.append(Line2D([], [], label="widest well", **WIDEST))
    if any(len(graph.widest) < n_wells for graph in graphs):
        handles.append(Line2D([], [], label="other well", **OTHER))
    if True in kinds:
        handles.append(Patch(label="absorbing class", **ABSORBING))
    if False in kinds:
        handles.append(Patch(label="transient class", **{**TRANSIENT, "hatch": "//////"}))
    has_rates = any(math.isfinite(one.rate) for graph in graphs for one in graph.transitions)
    rates = r"$q_{ij}$ (width: share of exits)" if n_wells <= MOST_RATES else "width: share of exits"
    label = rates if has_rates else "typical transition"
    return [*handles, Line2D([], [], color=AID, marker=">", markersize=4, label=label)]


def rows(shown: ShownGraphs) -> list[Row]:
    """List all that the figure shows, a row for each minimum and transition; `is_drawn` marks those left out."""
    found: list[Row] = []
    for graph in shown.graphs:
        chain, drawn = graph.chain, drawn_places(graph)
        key: Row = {"b": chain.b, "alpha": graph.alpha}
        shares = {
            well: float(share)
            for c in chain.classes
            if c.stationary is not None
            for well, share in zip(c.widest, c.stationary, strict=True)
        }
        for well, x in enumerate(shown.landscape.minima.tolist()):
            k = graph.class_of.get(well)
            found.append(
                {
                    "layer": "minimum",
                    **key,
                    "well": well,
                    "x": x,
                    "jump_number": chain.jump_numbers[well],
                    "class": k,
                    "is_absorbing": None if k is None else chain.classes[k].absorbing,
                    "is_widest": well in graph.widest,
                    "stationary": shares.get(well),
                }
            )
        for place, one in enumerate(graph.transitions):
            ends: Row = {"well": one.start, "to": one.end, "rate": one.rate, "share_of_exits": one.share}
            found.append({"layer": "transition", **key, **ends, "is_drawn": place in drawn})
    return found


def gather(study: Study) -> ShownGraphs | None:
    """Take what the figure shows from the plan of a study, at its smallest alpha; None for a single well."""
    landscape, cells = study.plan.build_landscape(), study.plan.cells()
    alpha = min((cell.alpha for cell in cells if cell.alpha is not None), default=None)
    noise = study.plan.noise.build(alpha)
    graphs = distinct_graphs(landscape, [cell.b for cell in cells], noise, MOST_COLUMNS)
    return ShownGraphs(landscape, graphs) if graphs else None


FIGURE = FigureKind(
    name="graph",
    place=4,
    reads=(),
    needs="it needs a landscape with two wells or more",
    gather=gather,
    draw=draw,
    finding=finding,
    rows=rows,
)
