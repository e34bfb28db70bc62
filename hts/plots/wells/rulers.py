"""Clip lengths laid end to end from a minimum: how many jumps lead out of the domain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from hts.arrays import FloatArray
from hts.landscapes import Landscape
from hts.plans import ExitDomain
from hts.plots.style import JUMPS, clip_label
from hts.theory.limit.geometry import accessible_ends, jump_number

MOST_BARS = 40
"""Clip lengths that are drawn one by one; more would merge into a grey bar, so one bar stands for them."""
BARS = ("#3f90da", "#b8d8f2")
"""The two tints that tell one clip length from the next, of different lightness."""


@dataclass(frozen=True, eq=False)
class ClipRuler:
    """Clip lengths laid end to end from the minimum until one reaches the nearest end of the domain."""

    b: float
    jump_number: int  # l* of docs/model.md (3)
    end: float  # the end reached
    edges: FloatArray  # float64[jump_number + 1], from the minimum outwards; the last is infinite without clipping


def clip_rulers(
    landscape: Landscape, domain: ExitDomain, clips: Sequence[float], p_plus: float = 0.5
) -> tuple[ClipRuler, ...]:
    """Lay each clip length from the minimum to the nearest end that jumps can reach, docs/model.md (3).

    Parameters
    ----------
    landscape
        A domain that reaches over a barrier ends there.
    domain
        With the minimum the walkers rest at.
    clips
        Each b once or more often, in any order.
    p_plus
        Share of the jumps that point upwards.

    Returns
    -------
    tuple of ClipRuler
        By increasing b; none where the domain has no minimum of its own or no end within reach.
    """
    if domain.minimum is None:
        return ()
    left, right = landscape.well_ends(landscape.well_of(domain.minimum))
    low, high = max(domain.low, left), min(domain.high, right)
    ends = accessible_ends(domain.minimum, low, high, p_plus, landscape.projection)
    if not ends:
        return ()
    end = min(ends, key=lambda end: end.distance)
    rulers = []
    for b in sorted(set(clips)):
        jumps = jump_number(end.distance, b)
        lengths = [0.0, math.inf] if math.isinf(b) else [b * jump for jump in range(jumps + 1)]
        edges = np.array([domain.minimum + end.sign * length for length in lengths], dtype=np.float64)
        rulers.append(ClipRuler(b=b, jump_number=jumps, end=float(end.position), edges=edges))
    return tuple(rulers)


def draw_clip_rulers(axes: Axes, rulers: Sequence[ClipRuler]) -> Axes:
    """Draw a row for each b: its clip lengths end to end from the minimum to beyond the end, with their number.

    Parameters
    ----------
    axes
        Where to draw; its x limits are kept, so set them first (or share the axis with the landscape).
    rulers
        One or more, the first on top.

    Returns
    -------
    Axes
        The same axes.
    """
    low, high = axes.get_xlim()
    for row, ruler in enumerate(rulers):
        _draw_ruler(axes, row, ruler, low, high)
        axes.text(1.01, row, f"{JUMPS} = {ruler.jump_number}", transform=axes.get_yaxis_transform(), va="center")
    for place in (float(rulers[0].edges[0]), rulers[0].end):
        axes.axvline(place, color="black", linewidth=0.7, zorder=3)
    axes.set_yticks(range(len(rulers)), [clip_label(ruler.b) for ruler in rulers])
    axes.set(xlim=(low, high), ylim=(len(rulers) - 0.4, -0.6), xlabel="position $x$")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
    return axes


def _draw_ruler(axes: Axes, row: int, ruler: ClipRuler, low: float, high: float) -> None:
    start, end = float(ruler.edges[0]), float(ruler.edges[-1])
    if math.isinf(end):
        axes.annotate(
            "",
            xy=(high if end > 0 else low, row),
            xytext=(start, row),
            arrowprops={"arrowstyle": "-|>", "color": BARS[0], "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0},
        )
        return
    edges = ruler.edges if ruler.jump_number <= MOST_BARS else np.array([start, end])
    for jump, (begin, stop) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
        axes.barh(row, stop - begin, left=begin, height=0.55, color=BARS[jump % 2], edgecolor="white", linewidth=0.4)
