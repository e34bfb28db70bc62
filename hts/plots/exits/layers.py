"""The look of the layers of exit figures, and their names in a legend: which b has which colour, marker and line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from hts.plots.style import AID, DOTTED, Look, clip_label, paler

EXACT_WIDTH = 3.2
"""Points: the exact curve is the broad pale line that the markers lie on."""
NARROW_EXACT_WIDTH = 2.2
"""Points, where the markers on the curve are exact values themselves."""
LIFT = {"exact": 1.5, "guide": 1.8, "limit": 2.0, "measured": 3.0, "published": 4.0}
"""What lies over what."""
PUBLISHED: dict[str, Any] = {
    "linestyle": "none",
    "marker": "x",
    "color": "black",
    "markersize": 3.6,
    "markeredgewidth": 0.7,
    "label": "published",
}
"""Published points, whatever is measured beside them."""


def line_style(layer: str, own: Look) -> dict[str, Any]:
    """Give the line of the layer "exact", "limit" or "guide" of one b."""
    styles: dict[str, dict[str, Any]] = {
        "exact": {"color": paler(own.colour), "linewidth": EXACT_WIDTH, "solid_capstyle": "round"},
        "limit": {"color": own.colour, "linestyle": own.line},
        "guide": {"color": own.colour, "linestyle": DOTTED},
    }
    return styles[layer]


def draw_exact(axes: Axes, x: Any, y: Any, own: Look) -> None:
    """Draw exact values: small markers on a broad pale curve through them."""
    pale: dict[str, Any] = {"color": paler(own.colour), "linewidth": NARROW_EXACT_WIDTH, "solid_capstyle": "round"}
    axes.plot(x, y, zorder=1.8, label="curve", **pale)
    axes.plot(x, y, linestyle="none", marker=own.marker, color=own.colour, markersize=2.6, zorder=3, label="exact")


def clip_handle(b: float, own: Look, jumps: Iterable[int | None], marker: str, line: Any, **style: Any) -> Line2D:
    """Name the series of one b, with its jump number."""
    return Line2D([], [], color=own.colour, marker=marker, linestyle=line, label=clip_label(b, jumps), **style)


def measured_handle() -> Line2D:
    """Name the measured markers."""
    return Line2D([], [], label="measured, 95 % interval", color=AID, marker="o", linestyle="none")


def line_handle(layer: str, label: str) -> Line2D:
    """Name the lines of a layer, whatever their b."""
    looks: dict[str, dict[str, Any]] = {
        "exact": {"color": paler(AID), "linewidth": EXACT_WIDTH},
        "limit": {"color": AID},
        "guide": {"color": AID, "linestyle": DOTTED},
    }
    return Line2D([], [], label=label, **looks[layer])


def published_handles(sources: Iterable[str]) -> list[Artist]:
    """Name the published points of each source."""
    return [Line2D([], [], **{**PUBLISHED, "label": f"published [{source}]"}) for source in sorted(set(sources))]
