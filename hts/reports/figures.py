"""Figures as inline SVG, with a text in their place, the data behind them, and where their points lie."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hts.figures import drawn_figures
from hts.plots.save import Row, csv_text
from hts.plots.study import AnyFigure, Study
from hts.plots.style import house_style

#: Points of a figure that answer to the pointer; with more, a page grows and no pointer hits one.
MOST_POINTS = 3000
#: Kinds of series that a reader can switch off: labels that drawing code gives to its lines.
LAYERS = ("measured", "censored", "exact", "limit", "guide", "published")

#: Where an SVG writes places, and digits of them beyond a hundredth of a point.
_PLACES = re.compile(r'\b(?:d|x|y)="[^"]*"')
_FINE = re.compile(r"(\.\d\d)\d+")

#: Marks of mathtext and the letters they stand for.
SIGNS = {
    "\\times": "×",
    "\\varepsilon": "ε",
    "\\eta": "η",
    "\\alpha": "α",
    "\\sigma": "σ",
    "\\lambda": "λ",
    "\\Omega": "Ω",
}


@dataclass(frozen=True)
class PageFigure:
    """A figure as a page holds it."""

    name: str
    finding: str  # its title, plain text
    svg: str
    width: float  # inches on paper
    points: str  # JSON: for each panel its box in the figure and the points in it
    layers: tuple[str, ...]  # those drawn that can be switched off
    csv: str  # data URI
    n_rows: int


def page_figures(study: Study) -> Iterator[PageFigure]:
    """Draw each figure that a study has something to show for."""
    for kind, shown in drawn_figures(study):
        yield page_figure(kind.name, kind.finding(shown), partial(_drawn, kind, shown))


def _drawn(kind: AnyFigure, shown: Any) -> tuple[Figure, Sequence[Row]]:
    return kind.titled(shown), kind.rows(shown)


def page_figure(name: str, finding: str, draw: Callable[[], tuple[Figure, Sequence[Row]]]) -> PageFigure:
    """Draw a figure in the house style, and turn it into what a page holds.

    Parameters
    ----------
    name : str
        No other figure of the page has it.
    finding : str
        What it shows; mathtext is allowed.
    draw : callable
        Gives the figure, and the rows of its data.
    """
    with house_style(), matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "path"}):
        figure, rows = draw()
        layers = _name_layers(figure, name)
        svg = _svg_of(figure, name, plain_words(finding))
        width = float(figure.get_figwidth())
        points = json.dumps(_points_of(figure), separators=(",", ":"))
    csv = "data:text/csv;charset=utf-8," + quote(csv_text(rows), safe=",.-:/()[]*=+")  # a quarter less than base64
    return PageFigure(name, plain_words(finding), svg, width, points, layers, csv, len(rows))


def plain_words(text: str) -> str:
    """Write a title without the marks of mathtext: for readers of a page, and for those who hear it."""
    for code, sign in SIGNS.items():
        text = text.replace(code, sign)
    text = re.sub(r"\^\{?\{?(-?[\w*]+)\}?\}?", r"^\1", text)
    return re.sub(r"\\(?:mathrm|to|,|;)?|[${}]", "", text).replace("  ", " ")


def _name_layers(figure: Figure, name: str) -> tuple[str, ...]:
    """Give each line of a layer an id in the SVG, by which a page can hide it."""
    found: dict[str, None] = {}
    count = 0
    for axes in figure.axes:
        for line in axes.lines:
            label = str(line.get_label())
            if label in LAYERS:
                found[label] = None
                line.set_gid(f"{name}-{label}-{count}")
                count += 1
    return tuple(layer for layer in LAYERS if layer in found)


def _svg_of(figure: Figure, name: str, text: str) -> str:
    """Write a figure as an SVG element that scales with the page and says what it shows."""
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    svg = file.getvalue()
    svg = _PLACES.sub(lambda found: _FINE.sub(r"\1", found[0]), svg[svg.index("<svg") :])
    # ids of one figure must not be those of another on the same page
    svg = re.sub(r'\bid="(?!' + re.escape(name) + r"-)", f'id="{name}.', svg)
    svg = re.sub(r'((?:xlink:)?href="#|url\(#)(?!' + re.escape(name) + r"-)", rf"\g<1>{name}.", svg)
    width, height = figure.get_size_inches()
    label = text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    head = f'<svg role="img" aria-label="{label}" viewBox="0 0 {72 * width:g} {72 * height:g}" '
    attributes = re.match(r"<svg([^>]*)>", svg)
    assert attributes is not None
    kept = re.sub(r'\s(?:width|height|viewBox|version)="[^"]*"', "", attributes[1])
    return head + kept.strip() + ">" + svg[attributes.end() :]


def _points_of(figure: Figure) -> list[dict[str, Any]]:
    """List the marked points of each panel, in its data and as shares of the width and height of the figure."""
    panels: list[dict[str, Any]] = []
    left = MOST_POINTS
    for axes in figure.axes:
        points = _marked_points(axes)[:left]
        left -= len(points)
        if points:
            x, y, title = map(plain_words, (axes.get_xlabel(), axes.get_ylabel(), axes.get_title()))
            panels.append({"x": x or "x", "y": y or "y", "title": title, "points": points})
    return panels


def _marked_points(axes: Axes) -> list[list[Any]]:
    """List [place across, place down, x, y, label] of all markers of a panel that lie inside it."""
    found: list[list[Any]] = []
    to_figure = axes.transData - axes.get_figure(root=True).transFigure  # type: ignore[union-attr]
    for line in axes.lines:
        if line.get_marker() in ("None", "none", "", None) or line.get_transform() != axes.transData:
            continue
        xy = np.column_stack([np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)])
        places = to_figure.transform(xy)
        label = str(line.get_label())
        for (x, y), (across, up) in zip(xy.tolist(), places.tolist(), strict=True):
            if 0 <= across <= 1 and 0 <= up <= 1:
                shown = "" if label.startswith("_") else label
                found.append([round(across, 4), round(1 - up, 4), float(f"{x:.5g}"), float(f"{y:.5g}"), shown])
    return found
