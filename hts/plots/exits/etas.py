"""Colour and marker of each learning rate, in figures with one curve per rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from hts.plots.exits.survival import eta_styles
from hts.plots.style import LINES, MARKERS, Look, number

LIMIT: dict[str, Any] = {"color": "black", "linewidth": 0.9, "linestyle": "-"}
"""The limit, where it is one line for all learning rates."""
MARKER_SIZE = 2.8


def eta_looks(etas: Sequence[float]) -> dict[float, Look]:
    """Give each eta a shade, a marker and a line style, so that the shade may be lost; the smallest is the darkest."""
    styles = eta_styles(etas)
    return {
        eta: Look(style["color"], MARKERS[rank % len(MARKERS)], LINES[(rank + 1) % 4])
        for rank, (eta, style) in enumerate(styles.items())
    }


def draw_eta_curve(axes: Axes, x: Any, y: Any, own: Look) -> None:
    """Draw exact values of one eta: a small marker for each, joined by lines that say nothing of their own."""
    axes.plot(
        x,
        y,
        color=own.colour,
        linestyle=own.line,
        linewidth=0.7,
        marker=own.marker,
        markersize=MARKER_SIZE,
        markeredgewidth=0.4,
        zorder=3,
        label="exact",
    )


def eta_handles(looks: Mapping[float, Look]) -> list[Artist]:
    """Name the curve of each eta, the largest first: it lies farthest from the limit."""
    return [
        Line2D(
            [],
            [],
            color=own.colour,
            linestyle=own.line,
            linewidth=0.7,
            marker=own.marker,
            markersize=MARKER_SIZE,
            markeredgewidth=0.4,
            label=rf"exact, $\eta$ = {number(eta)}",
        )
        for eta, own in sorted(looks.items(), reverse=True)
    ]
