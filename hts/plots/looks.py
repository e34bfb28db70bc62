"""Colour, marker and line of every series: the one place that decides which b, eta or well looks like what."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import matplotlib
import numpy as np
from matplotlib.colors import to_hex, to_rgb

Key = TypeVar("Key", bound=Hashable)
Dashes = tuple[float, tuple[float, ...]]

# Petroff's sequence of ten (arXiv 2107.02270), optimised for colour-blind readers, darkest contrasts first;
# its middle grey is left out, grey is for aids
COLOURS = ("#3f90da", "#bd1f01", "#a96b59", "#832db6", "#e76300", "#94a4a2", "#b9ac70", "#717581", "#92dadd")
# filled outlines only: each has an open twin for censored cells
MARKERS = ("o", "s", "^", "D", "v", "P", "h", "X", "<", ">", "p")
# no dotted line: dots mean "slope only" wherever they appear.
# Seven styles and eleven markers have no common factor, so 77 pairs differ
LINES: tuple[Dashes, ...] = (
    (0, ()),
    (0, (5, 1.6)),
    (0, (6, 1.4, 1.2, 1.4)),
    (0, (2.4, 1.2)),
    (0, (10, 2)),
    (0, (6, 1.2, 1.2, 1.2, 1.2, 1.2)),
    (0, (10, 1.5, 2.5, 1.5)),
)
DOTTED: Dashes = (0, (0.9, 1.5))
AID = "#4d4d4d"
"""The grey of everything that belongs to no series: guides, published points, annotations."""
SHADE = "#eeeeee"
"""The grey of shaded stretches of x."""
DARKEST, LIGHTEST = 0.0, 0.75
"""The part of the colour map cividis that shows on white paper."""


@dataclass(frozen=True)
class Look:
    """What tells one series from the others; marker and line differ, so the colour may be lost."""

    colour: str
    marker: str
    line: Dashes


def look(rank: int) -> Look:
    """Return the look of the series of that rank, 0 the first; (marker, line) repeats after 77."""
    return Look(COLOURS[rank % len(COLOURS)], MARKERS[rank % len(MARKERS)], LINES[rank % len(LINES)])


def looks_in_order(keys: Iterable[Key]) -> dict[Key, Look]:
    """Return a look for each key, by its place."""
    return {key: look(rank) for rank, key in enumerate(keys)}


def clip_looks(shown: Iterable[float], clips: Iterable[float] = ()) -> dict[float, Look]:
    """Return the look of each b that is shown, by its place among all `clips` of the study: one look in all figures.

    Parameters
    ----------
    shown
        Each b once or more often.
    clips
        Every b of the study, in any order; those shown where it is empty.

    Returns
    -------
    dict of float to Look
        By increasing b.
    """
    kept = set(shown)
    return {b: own for b, own in looks_in_order(sorted(kept.union(clips))).items() if b in kept}


def eta_looks(etas: Iterable[float], first_line: int = 1) -> dict[float, Look]:
    """Return a shade for each eta, the smallest the darkest, with a marker and a line, so that the shade may be lost.

    Parameters
    ----------
    etas
        Each once or more often, in any order.
    first_line
        Which of the first four lines the smallest eta has; 0 is the solid one, which elsewhere is the limit's.

    Returns
    -------
    dict of float to Look
        By increasing eta; neighbours differ in shade, marker and line.
    """
    in_order = sorted(set(etas))
    shades = matplotlib.colormaps["cividis"](np.linspace(DARKEST, LIGHTEST, max(len(in_order), 2)))
    return {
        eta: Look(to_hex(shade), MARKERS[rank % len(MARKERS)], LINES[(rank + first_line) % 4])
        for rank, (eta, shade) in enumerate(zip(in_order, shades, strict=False))
    }


def paler(colour: str) -> str:
    """Mix a colour with two parts of white: a tint, since transparency makes some printers raster a whole page."""
    red, green, blue = (1 - (1 - channel) / 3 for channel in to_rgb(colour))
    return to_hex((red, green, blue))
