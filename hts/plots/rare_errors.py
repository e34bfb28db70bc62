"""Errors of the estimators of a rare exit against eta, and their estimates beside the exact probability."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.stats import norm

from hts.estimation.rare import FEWEST, Z
from hts.plots.curves import EXACT_WIDTH
from hts.plots.looks import AID, Look, look, paler
from hts.plots.save import Row
from hts.plots.study import FigureKind, Study
from hts.plots.style import ETA_LABEL, PAGE, clip_label, log_axis, number, place_legend, tail_label
from hts.rare import RareResult

LOOKS: dict[str, Look] = {name: look(rank) for rank, name in enumerate(("importance", "trap", "crude", "splitting"))}
NAMES = {
    "importance": "importance (19)",
    "trap": r"$\gamma$ out of range",
    "crude": "crude",
    "splitting": "splitting",
}
ROW_HEIGHT, EXTRA_HEIGHT = 1.95, 0.45
"""Inches: of a row of panels, and of what stands above and below."""
NO_FINDING = "Errors of the estimators of a rare exit"


@dataclass(frozen=True, eq=False)
class Column:
    """Two panels, one above the other: one b and tail index."""

    b: float
    alpha: float | None
    results: tuple[RareResult, ...]  # by increasing eta

    def of(self, method: str) -> list[RareResult]:
        """List the results of one method."""
        return [one for one in self.results if one.question.method == method]

    @property
    def title(self) -> str:
        """Name the column."""
        jumps = (one.question.base.way.jumps for one in self.results if one.question.base.way is not None)
        return f"{tail_label(self.alpha)}, {clip_label(self.b, jumps)}"


def columns_of(results: Iterable[RareResult]) -> tuple[Column, ...]:
    """Gather results into columns by b and alpha; those of too few positive samples show nothing and are left out."""
    found: dict[tuple[float, float | None], list[RareResult]] = {}
    for one in sorted(results, key=lambda one: one.question.cell.eta):
        cell = one.question.cell
        if one.exact and one.estimate.n_positive:
            found.setdefault((cell.b, cell.alpha), []).append(one)
    return tuple(Column(b, alpha, tuple(those)) for (b, alpha), those in sorted(found.items(), key=lambda i: i[0][0]))


def is_known(one: RareResult) -> bool:
    """Whether enough samples are positive for an error to be drawn."""
    return one.estimate.n_positive >= FEWEST


def draw_errors(axes: Axes, column: Column) -> Axes:
    """Draw the relative error for the work of one walk against eta: markers as sampled, lines by exact probabilities.

    Parameters
    ----------
    axes
        Where to draw; both axes are made logarithmic.
    column
        What to draw. Bars: two standard errors of the error itself.
    """
    for method, own in LOOKS.items():
        if method == "trap":
            continue
        line = [(one.question.cell.eta, one.error_per_walk_exact) for one in column.of(method)]
        line = [(eta, error) for eta, error in line if error]
        if line:
            eta, error = zip(*line, strict=True)
            axes.plot(eta, error, color=paler(own.colour), linewidth=EXACT_WIDTH, solid_capstyle="round", zorder=1.5)
        _draw_points(axes, [_error(one) for one in column.of(method) if is_known(one)], own)
    return axes


def heights(columns: Sequence[Column]) -> list[float]:
    """List what the upper panels have to hold: lines, and both ends of bars."""
    results = [one for column in columns for one in column.results]
    ends = [_error(one) for one in results if is_known(one) and one.question.method != "trap"]
    lines = [error for one in results if (error := one.error_per_walk_exact)]
    return lines + [value + sign * half for _, value, half in ends for sign in (-1, 1)]


def _error(one: RareResult) -> tuple[float, float, float]:
    """Give eta, error and half the length of its bar."""
    e, error = one.estimate, one.error_per_walk or 0.0
    doubt = (e.relative_error_error or 0.0) / (e.relative_error or 1.0)
    return one.question.cell.eta, error, Z * min(doubt, 0.45) * error


def draw_estimates(axes: Axes, column: Column) -> Axes:
    """Draw sampled over exact probability against eta, of importance in range and out of it, with 95 % intervals."""
    axes.axhline(1.0, color=AID, linewidth=0.8, zorder=1)
    apart = 1.06 if column.of("trap") else 1.0
    for method, shift in (("importance", 1.0 / apart), ("trap", apart)):
        points = []
        for one in column.of(method):
            e, exact = one.estimate, one.exact or 1.0
            ratio = e.probability / exact
            points.append((shift * one.question.cell.eta, ratio, Z * (e.relative_error or 0.0) * ratio))
        _draw_points(axes, points, LOOKS[method])
    return axes


def _draw_points(axes: Axes, points: Sequence[tuple[float, float, float]], own: Look) -> None:
    if points:
        eta, value, half = zip(*points, strict=True)
        style: dict[str, Any] = {"color": own.colour, "marker": own.marker, "linestyle": "none", "elinewidth": 0.8}
        axes.errorbar(eta, value, yerr=half, zorder=3, **style)


def draw(columns: Sequence[Column]) -> Figure:
    """Lay out errors above and estimates below, a column for each b and alpha."""
    figure = Figure(figsize=(PAGE, 2 * ROW_HEIGHT + EXTRA_HEIGHT), layout="constrained")
    places = figure.subplots(2, len(columns), sharex="col", sharey="row", squeeze=False)
    for column, (above, below) in zip(columns, places.T, strict=True):
        draw_errors(above, column)
        draw_estimates(below, column)
        above.set_title(column.title)
        below.set_xlabel(ETA_LABEL)
        log_axis(below, "x", [one.question.cell.eta for one in column.results])
    log_axis(places[0, 0], "y", heights(columns))
    places[0, 0].set_ylabel("relative error\nper walk")
    places[1, 0].set_ylabel("sampled over exact\nprobability")
    methods = {one.question.method for column in columns for one in column.results}
    handles: list[Artist] = [
        Line2D([], [], color=own.colour, marker=own.marker, linestyle="none", label=NAMES[method])
        for method, own in LOOKS.items()
        if method in methods
    ]
    by_exact = Line2D([], [], color=paler(AID), linewidth=EXACT_WIDTH, label="by the exact probability")
    place_legend(figure, ([*handles, by_exact],), n_columns=5)
    return figure


def finding(columns: Sequence[Column]) -> str:
    """Say how much less work importance takes than crude walks at the smallest eta, and how low the trap is."""
    said, gains = [], []
    for column in columns:
        by = {method: {one.question.cell.eta: one for one in column.of(method)} for method in ("importance", "crude")}
        for eta in by["importance"].keys() & by["crude"].keys():
            ours, crude = by["importance"][eta], by["crude"][eta].error_per_walk_exact
            if is_known(ours) and ours.error_per_walk and crude:
                gains.append((eta, (crude / ours.error_per_walk) ** 2))
    if gains:
        eta, gain = min(gains)
        times = number(float(f"{gain:.2g}"))
        said.append(rf"At $\eta$ = {number(eta)} importance takes {times} times less work than crude walks")
    traps = [one for column in columns for one in column.of("trap") if one.z is not None]
    # of right samples, one set of points in twenty is called low
    lows = [one for one in traps if one.z is not None and one.z < -norm.isf(0.05 / len(traps))]
    if lows:
        low = min(lows, key=lambda one: one.question.cell.eta)
        miss = 1.0 - low.estimate.probability / (low.exact or 1.0)
        said.append(rf"a $\gamma$ out of range is {miss:.0%} low".replace("%", " %"))
    return "; ".join(said) or NO_FINDING


def rows(columns: Sequence[Column]) -> list[Row]:
    """List all that the figure shows, a row for each cell and method."""
    return [
        {
            "alpha": column.alpha,
            "b": column.b,
            "eta": one.question.cell.eta,
            "method": one.question.method,
            "error_per_walk": one.error_per_walk,
            "error_per_walk_exact": one.error_per_walk_exact,
            "probability": one.estimate.probability,
            "relative_error": one.estimate.relative_error,
            "relative_error_error": one.estimate.relative_error_error,
            "n_samples": one.estimate.n_samples,
            "n_positive": one.estimate.n_positive,
            "exact": one.exact,
        }
        for column in columns
        for one in column.results
    ]


def gather(study: Study) -> tuple[Column, ...]:
    """Take what the figure shows from a study."""
    return columns_of(study.rare)


FIGURE = FigureKind(
    name="rare_errors",
    place=26,
    of="exits",
    reads=("rare", "predictions"),
    needs="it needs samples of `hts rare` and exact values",
    gather=gather,
    draw=draw,
    finding=finding,
    rows=rows,
)
