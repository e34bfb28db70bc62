"""Figures of studies in several dimensions: the plane with a path, shares of time, and exits by jump number."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import files
from math import isfinite
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from hts.answers.space_picture import SpacePicture
from hts.comparison.space import SpaceComparison, SpaceShareComparison, SpaceShares
from hts.plots import exits
from hts.plots.curves import Curve, Series, SeriesPanel
from hts.plots.looks import AID, COLOURS, paler
from hts.plots.save import Row, save_figure
from hts.plots.style import PAGE, clip_label, house_style, listing, number, place_legend, set_title

#: Levels of f between its lowest and highest values in the picture.
N_LEVELS = 14
#: Heights above the lowest are spread like this power, so that shallow wells show.
POWER = 0.35
#: Names of the figures.
NAMES = ("plane", "shares", "exits")


@dataclass(frozen=True)
class SpaceFigure:
    """One figure of such a study."""

    name: str
    finding: str  # its title: what it shows
    rows: list[Row]  # all that is drawn, for the CSV
    draw: Callable[[], Figure]

    def titled(self) -> Figure:
        """Draw the figure with its finding as the title, in the style that is in force."""
        figure = self.draw()
        set_title(figure, self.finding)
        figure.draw_without_rendering()  # panels of fixed aspect find their place in a second layout only
        return figure

    def save(self, folder: Path) -> tuple[Path, ...]:
        """Write the figure as PDF, PNG and CSV."""
        with house_style():
            return save_figure(self.titled(), folder, self.name, self.rows)


def plane_figure(picture: SpacePicture) -> SpaceFigure:
    """Show f with basins and minima, a walker's path and the shortest way out for each b."""
    clips = " and ".join(clip_label(b) for b in picture.paths)
    finding = rf"Landscape and one path at $\eta$ = {number(picture.eta)}: {clips}"
    return SpaceFigure("plane", finding, _plane_rows(picture), partial(_planes, picture))


def paths_figure(picture: SpacePicture, jumps: Mapping[float, int | None], eta: float) -> SpaceFigure:
    """Show recorded paths for each b over f, with the domain and a shortest way out.

    Parameters
    ----------
    picture : SpacePicture
        Its paths stand one after the other, a row of nan between two.
    jumps : mapping of float to int
        l* by b, None where it is not known.
    eta : float
        The smallest one.
    """
    clips = listing([clip_label(b, [jumps[b]]) for b in picture.paths])
    rows: list[Row] = []
    for b, path in picture.paths.items():
        starts = np.isnan(path[:, 0]).cumsum()
        rows += [
            {"b": b, "path": int(k), "x": float(x), "y": float(y)}
            for k, (x, y) in zip(starts, path, strict=True)
            if not np.isnan(x)
        ]
    finding = rf"Paths at $\eta$ = {number(eta)}: {clips}"
    return SpaceFigure("paths", finding, rows, partial(_planes, picture))


def _planes(picture: SpacePicture) -> Figure:
    """Draw a panel for each b."""
    figure = Figure(figsize=(PAGE, 0.35 + PAGE / max(len(picture.paths), 2)), layout="constrained")
    places = figure.subplots(1, len(picture.paths), squeeze=False, sharex=True, sharey=True)[0]
    for axes, b in zip(places, picture.paths, strict=True):
        _draw_plane(axes, picture, b)
    places[0].set_ylabel("$y$")
    handles = [
        Line2D([], [], color=AID, lw=0.5, label="path of a walker"),
        Line2D([], [], color="black", marker="o", ls="none", ms=4, label="minimum"),
    ]
    if len(picture.saddles):
        handles.append(Line2D([], [], color="black", marker="x", ls="none", ms=4, label="saddle"))
    if picture.ways:
        handles.append(Line2D([], [], color=COLOURS[1], lw=1.6, label="shortest way out: jumps"))
        handles.append(Line2D([], [], color=COLOURS[1], lw=1.6, ls=":", label="and flow between them"))
    if picture.inside is not None:
        handles.append(Line2D([], [], color=AID, lw=0.9, ls="--", label="end of the domain"))
    place_legend(figure, [handles], 5)
    return figure


def _draw_plane(axes: Axes, picture: SpacePicture, b: float) -> None:
    x, y, heights = picture.x, picture.y, picture.heights.T
    radius = np.hypot(*np.meshgrid(x, y))
    seen = np.where(np.isfinite(heights) & (radius <= 1.02 * picture.projection), heights, np.nan)
    low, high = float(np.nanmin(seen)), float(np.nanpercentile(seen, 97))
    if picture.labels is not None:
        for k in range(len(picture.minima)):
            shade = paler(paler(COLOURS[k % len(COLOURS)]))
            inside = (k == picture.labels.T) & np.isfinite(seen)
            axes.contourf(x, y, inside.astype(float), levels=[0.5, 1.5], colors=[shade])
    levels = low + (high - low) * np.linspace(0.0, 1.0, N_LEVELS)[1:] ** (1.0 / POWER)
    axes.contour(x, y, seen, levels=levels, colors="#b5b5b5", linewidths=0.4)
    if picture.inside is not None:
        axes.contour(x, y, picture.inside.T.astype(float), levels=[0.5], colors=AID, linewidths=0.9, linestyles="--")
    path = picture.paths[b]
    axes.plot(*path.T, color=AID, lw=0.35, zorder=2, rasterized=True)
    for points in picture.minima:
        style = {"ms": 4, "marker": "o", "ls": "none"} if len(points) == 1 else {"lw": 2.0}
        axes.plot(*points.T, color="black", zorder=4, **style)
    axes.plot(*picture.saddles.T, "x", color="black", ms=4, zorder=4)
    for way in picture.ways.get(b, ()):
        axes.plot(*way.flow.T, color=COLOURS[1], ls=":", lw=1.6, zorder=5)
        ends = np.array([way.flow[-1], way.landing])
        axes.annotate("", ends[1], ends[0], arrowprops={"arrowstyle": "->", "color": COLOURS[1], "lw": 1.6}, zorder=5)
    if isfinite(picture.projection):
        turn = np.linspace(0.0, 2.0 * np.pi, 361)
        axes.plot(picture.projection * np.cos(turn), picture.projection * np.sin(turn), color=AID, lw=0.6)
    axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), aspect="equal", xlabel="$x$", title=clip_label(b))


def _plane_rows(picture: SpacePicture) -> list[Row]:
    rows: list[Row] = []
    for well, points in enumerate(picture.minima):
        rows += [_row("minimum", well, None, point) for point in (points[0], points[-1])]
    rows += [_row("saddle", k, None, point) for k, point in enumerate(picture.saddles)]
    for b, ways in picture.ways.items():
        for k, way in enumerate(ways):
            rows += [_row("jump begins", k, b, way.flow[-1]), _row("jump ends", k, b, way.landing)]
    for b, path in picture.paths.items():
        rows.append(_row("path ends", 0, b, path[-1]))
    return rows


def _row(what: str, k: int, b: float | None, point: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Row:
    return {"what": what, "number": k, "b": b, "x": float(point[0]), "y": float(point[1])}


def shares_figure(comparison: SpaceShareComparison, published: str | None) -> SpaceFigure:
    """Show the shares of time of each cell with the spread of single paths, beside published bars."""
    cells = [cell for cell in comparison.visits if cell.n_walkers]
    theirs = [_published(published, cell.b) for cell in cells]

    def draw() -> Figure:
        figure = Figure(figsize=(PAGE, 2.6), layout="constrained")
        places = figure.subplots(1, max(len(cells), 1), squeeze=False, sharey=True)[0]
        for axes, cell, bars in zip(places, cells, theirs, strict=False):
            _draw_shares(axes, cell, bars)
        places[0].set_ylabel("share of time")
        handles: list[Patch | Line2D] = [
            Patch(color=COLOURS[0], label="mean of the paths"),
            Line2D([], [], color="black", lw=1.0, label="95 % of the mean"),
            Line2D([], [], color=AID, lw=3.0, alpha=0.4, label="spread of single paths"),
        ]
        if any(theirs):
            handles.append(Patch(facecolor="none", edgecolor=COLOURS[1], label="published, one path"))
        place_legend(figure, [handles], 4)
        return figure

    return SpaceFigure("shares", _share_finding(cells), _share_rows(cells, theirs), draw)


def _draw_shares(axes: Axes, cell: SpaceShares, published: Sequence[float]) -> None:
    shares = (cell.outside, *cell.shares)
    low, high = (cell.outside_low, *cell.low), (cell.outside_high, *cell.high)
    for k, share in enumerate(shares):
        if share is None:
            continue
        axes.bar(k, share, 0.62, color=COLOURS[0])
        if (spread := cell.spread[k]) is not None:
            axes.plot([k, k], [max(share - spread, 0.0), share + spread], color=AID, lw=3.0, alpha=0.4)
        first, last = low[k], high[k]
        if first is not None and last is not None:
            axes.plot([k, k], [first, last], color="black", lw=1.0)
    for k, bar in enumerate(published):
        axes.bar(k, bar, 0.84, facecolor="none", edgecolor=COLOURS[1], lw=1.0)
    names = ["out", *(rf"$\Omega_{{{k + 1}}}$" for k in range(len(cell.shares)))]
    axes.set(xticks=range(len(names)), xticklabels=names, title=f"{clip_label(cell.b)}, {cell.n_walkers} paths")


def _share_finding(cells: Sequence[SpaceShares]) -> str:
    parts = [f"{100 * sum(share or 0.0 for share in cell.shares[:2]):.0f} % ({clip_label(cell.b)})" for cell in cells]
    return rf"Time in $\Omega_1$ and $\Omega_2$: {', '.join(parts)}" if parts else "No paths yet"


def _share_rows(cells: Sequence[SpaceShares], published: Sequence[Sequence[float]]) -> list[Row]:
    rows: list[Row] = []
    for cell, bars in zip(cells, published, strict=True):
        columns = zip(
            (cell.outside, *cell.shares),
            (cell.outside_low, *cell.low),
            (cell.outside_high, *cell.high),
            cell.spread,
            bars or (None,) * (len(cell.shares) + 1),
            strict=True,
        )
        for k, (share, low, high, spread, bar) in enumerate(columns, -1):
            row: Row = {"b": cell.b, "alpha": cell.alpha, "eta": cell.eta, "well": k, "share": share}
            rows.append({**row, "low": low, "high": high, "spread": spread, "published": bar})
    return rows


def _published(source: str | None, b: float) -> list[float]:
    """Read the published shares: outside, then in each well; nothing where there are none."""
    text = (files("hts.plots") / "published_space.csv").read_text(encoding="utf-8")
    names = ("outside", *(f"well_{k}" for k in range(4)))
    found = [row for row in csv.DictReader(text.splitlines()) if row["source"] == source and float(row["b"]) == b]
    return [float(found[0][name]) for name in names] if found else []


def exits_figure(comparison: SpaceComparison, dimension: int) -> SpaceFigure | None:
    """Show mean exit times against eta for each b, measured, exact and in the limit; None where there is none yet."""
    panels = _exit_panels(comparison)
    if not panels:
        return None
    where = "one dimension" if dimension == 1 else f"{dimension} dimensions"
    finding = f"{exits.finding(panels)}, in {where}"
    return SpaceFigure("exits", finding, _exit_rows(comparison), partial(exits.draw, panels))


def _exit_panels(comparison: SpaceComparison) -> tuple[SeriesPanel, ...]:
    """Gather the cells into panels by alpha, with the limit of each series through those of its cells."""
    jumps = {(fit.alpha, fit.b): fit.jump_number for fit in comparison.exits.fits}
    limits: dict[tuple[float | None, float], dict[float, float]] = {}
    for cell in comparison.exits.cells:
        if cell.mean_exit_steps_limit:
            limits.setdefault((cell.alpha, cell.b), {})[cell.eta] = cell.mean_exit_steps_limit
    clips = tuple(sorted({cell.b for cell in comparison.exits.cells}))
    panels = exits.exit_panels(comparison.exits.cells)
    return tuple(
        replace(
            panel,
            clips=clips,
            series=tuple(
                _with_limit(one, limits.get((panel.alpha, one.b), {}), jumps.get((panel.alpha, one.b)))
                for one in panel.series
            ),
        )
        for panel in panels
    )


def _with_limit(series: Series, means: Mapping[float, float], jumps: int | None) -> Series:
    """Add the limit line, which the eta of the cells suffice for."""
    known = replace(series, jump_number=jumps, limit_name=r"limit $\eta \to 0$")
    if not means:
        return known
    eta = np.array(sorted(means))
    return replace(known, curves={**series.curves, "limit": Curve(eta, np.array([means[one] for one in eta.tolist()]))})


def _exit_rows(comparison: SpaceComparison) -> list[Row]:
    jumps = {(fit.b, fit.alpha): fit.jump_number for fit in comparison.exits.fits}
    names = ("b", "alpha", "eta", "n_exits", "n_censored", "mean_exit_steps", "mean_low", "mean_high",
             "mean_exit_steps_exact", "mean_exit_steps_limit")  # fmt: skip
    return [
        {"jump_number": jumps.get((cell.b, cell.alpha)), **{name: getattr(cell, name) for name in names}}
        for cell in comparison.exits.cells
    ]
