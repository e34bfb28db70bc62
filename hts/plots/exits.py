"""Mean exit time against eta: measured, exact, limit law and published."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hts.answers import ExitPrediction
from hts.answers.laws import LimitLaw, limit_laws
from hts.arrays import FloatArray
from hts.comparison import CellComparison
from hts.plots.curves import (
    Curve,
    Layer,
    Point,
    Series,
    SeriesPanel,
    clip_handles,
    draw_series,
    every_series,
    layer_handles,
    panel_looks,
    points_aside,
    series_rows,
)
from hts.plots.looks import Look
from hts.plots.published import PublishedPoint, read_published
from hts.plots.save import Row
from hts.plots.study import FigureKind, Study
from hts.plots.style import ETA_LABEL, MEAN_LABEL, draw_panels, log_axis, number, place_legend, tail_label

CURVE_POINTS = 33
"""Points of a limit line: four a decade over eight decades; a power law needs two, a lomax law bends."""
MOST_STEPS = 1e18
"""No walker takes more steps: a plan's max_steps is a 62-bit number."""
MANY_SERIES = 8
"""Above this number of b, one panel is a page wide: its legend needs the room."""
COLUMNS = {
    "exact": "mean_exit_steps_exact",
    "limit": "mean_exit_steps_limit",
    "guide": "mean_exit_steps_guide",
    "published": "mean_exit_steps",
}
Line = tuple[FloatArray, FloatArray]


def exit_panels(
    cells: Sequence[CellComparison],
    laws: Sequence[LimitLaw] = (),
    published: Sequence[PublishedPoint] = (),
    etas: Sequence[float] = (),
    well: int = 0,
    predictions: Sequence[ExitPrediction] = (),
) -> tuple[SeriesPanel, ...]:
    """Gather what is drawn into panels by (alpha, well) and series by b, both in increasing order; no empty panels.

    Parameters
    ----------
    cells
        Measured cells; none are needed where only the limit lines are wanted.
    laws
        At most one per (b, alpha); with a mean they give the limit line, with an exponent alone the slope guide.
    published
        Points laid beside the series of the same b and alpha; those without such a series are left out.
    etas, well
        The learning rates the limit lines span, and the well, where there are no measured cells.
    predictions
        More exact values: the exact curve runs through them and through those of the measured cells.
    """
    measured: dict[tuple[float | None, int, float], list[CellComparison]] = defaultdict(list)
    for cell in sorted(cells, key=lambda cell: cell.eta):
        measured[cell.alpha, cell.well, cell.b].append(cell)
    exact: dict[tuple[float | None, int, float], dict[float, float]] = defaultdict(dict)
    slopes = {(one.alpha, one.well, one.b, one.eta): one.local_exponent_exact for one in predictions}
    known: list[ExitPrediction | CellComparison] = [*predictions, *cells]  # the comparison's own value goes before
    for one in known:
        if (mean := _positive(one.mean_exit_steps_exact)) is not None:
            exact[one.alpha, one.well, one.b][one.eta] = mean
    sites = {(alpha, site) for alpha, site, _ in measured} or {(law.alpha, well) for law in laws}
    panels = []
    for alpha, site in sorted(sites, key=lambda key: (key[0] is None, key[0] or 0.0, key[1])):
        lines = {law.b: law for law in laws if law.alpha == alpha}
        series = []
        for b in sorted({b for *place, b in measured if tuple(place) == (alpha, site)} or set(lines)):
            own, means = measured.get((alpha, site, b), []), exact.get((alpha, site, b), {})
            beside = tuple(point for point in published if (point.b, point.alpha) == (b, alpha))
            span = [*(cell.eta for cell in own), *(point.eta for point in beside), *means] or list(etas)
            known_slopes = {eta: slopes.get((alpha, site, b, eta)) for eta in means}
            series.append(_series(b, own, lines.get(b), beside, span, _exact_curve(means, known_slopes)))
        if not all(one.is_empty for one in series):
            panels.append(SeriesPanel(alpha, tuple(series), site))
    return tuple(panels)


def _series(
    b: float,
    cells: Sequence[CellComparison],
    law: LimitLaw | None,
    published: tuple[PublishedPoint, ...],
    etas: Sequence[float],
    exact: Curve | None,
) -> Series:
    points = tuple(_point(cell) for cell in cells if cell.n_walkers > 0)
    jumps, exponent = (law.jump_number, law.exit_exponent) if law else (None, None)
    row: Row = {"jump_number": jumps, "exit_exponent_limit": exponent}
    limit = _limit_line(law, etas)
    curves: dict[Layer, Curve] = {} if exact is None else {"exact": replace(exact, row=row)}
    lines: dict[Layer, Line | None] = {
        "limit": limit,
        "guide": _guide_line(law, points, etas) if limit is None else None,
    }
    return Series(
        b=b,
        points=points,
        curves=curves | {layer: Curve(*line, row) for layer, line in lines.items() if line is not None},
        published=published,
        jump_number=None if exponent is None else jumps,
        # light tails have no exponent, their mean is Kramers'
        limit_name="Kramers' law" if exponent is None else r"limit law $1/(q\lambda(\eta))$",
    )


def _point(cell: CellComparison) -> Point:
    mean, low, high = map(_positive, (cell.mean_exit_steps, cell.mean_low, cell.mean_high))
    row: Row = {
        "n_walkers": cell.n_walkers,
        "n_exits": cell.n_exits,
        "n_censored": cell.n_censored,
        "mean_exit_steps": mean,
        "mean_low": low,
        "mean_high": high,
    }
    return Point(cell.eta, mean, low, high, is_open=cell.n_censored > 0, row=row)


def _span(etas: Sequence[float]) -> FloatArray:
    """Return the learning rates of a line, a tenth of a decade beyond the outermost points on both sides."""
    return np.geomspace(min(etas) / 10**0.1, max(etas) * 10**0.1, CURVE_POINTS)


def _exact_curve(means: Mapping[float, float], slopes: Mapping[float, float | None]) -> Curve | None:
    """Lay exact means out by increasing eta, with their local exponents where all are known."""
    if not means:
        return None
    etas = sorted(means)
    exponent = np.array([slopes[eta] for eta in etas], dtype=np.float64)
    return Curve(np.array(etas), np.array([means[eta] for eta in etas]), exponent=exponent)


def _limit_line(law: LimitLaw | None, etas: Sequence[float]) -> Line | None:
    if law is None or law.mean_exit_steps is None or not etas:
        return None
    eta = _span(etas)
    # None, where a float has no room for the mean, becomes NaN
    mean = np.array([law.mean_exit_steps(float(value)) for value in eta], dtype=np.float64)
    known = np.isfinite(mean) & (mean > 0)
    return (eta[known], mean[known]) if known.any() else None


def _guide_line(law: LimitLaw | None, points: Sequence[Point], etas: Sequence[float]) -> Line | None:
    anchor = next((point for point in points if point.value is not None), None)
    if law is None or law.exit_exponent is None or anchor is None or anchor.value is None:
        return None
    eta = _span(etas)
    return eta, anchor.value * (eta / anchor.eta) ** -law.exit_exponent


def _positive(value: float | None) -> float | None:
    """Keep what a logarithmic axis can show."""
    return float(value) if value is not None and math.isfinite(value) and value > 0 else None


def draw_exits(axes: Axes, panel: SeriesPanel, looks: Mapping[float, Look] | None = None) -> Axes:
    """Draw E sigma against eta for one tail index, both axes logarithmic, a series for each b.

    Parameters
    ----------
    axes
        Where to draw; scales, limits, labels and title are set.
    panel
        What to draw. Closed markers: every walker left. Open: some walkers were censored. Open with an arrow: none
        left, and the marker stands at the lower bound. Bars: 95 % intervals.
    looks
        Marker and line of each b; by its place among the b of this panel when it is not given.

    Returns
    -------
    Axes
        The same axes.
    """
    looks = looks or panel_looks([panel])
    axes.set(xlabel=ETA_LABEL, ylabel=MEAN_LABEL, title=tail_label(panel.alpha))
    frame(axes, [panel])  # first, or matplotlib would look for limits that hold what runs out of all bounds
    aside = points_aside(panel)
    for series in panel.series:
        draw_series(axes, series, looks[series.b], aside.get(series.b, {}))
    return axes


def frame(axes: Axes, panels: Sequence[SeriesPanel]) -> None:
    """Set limits that hold all points and limit lines of the panels, a decade or more each way, with room for arrows.

    Slope guides do not count, nor what a limit line says below one step or beyond MOST_STEPS: both may run far out of
    what can be measured.
    """
    series = every_series(panels)
    points = [point for one in series for point in one.points]
    shown = [point for one in series for point in one.published]
    curves = [curve for one in series for layer, curve in one.curves.items() if layer != "guide"]
    etas = [point.eta for point in points] + [point.eta for point in shown]
    etas += [eta for curve in curves for eta in curve.eta.tolist()]
    means = [mean for point in points for mean in (point.height, point.low, point.high) if mean is not None]
    means += [point.value for point in shown]
    means += [mean for curve in curves for mean in curve.value.tolist() if 1 <= mean <= MOST_STEPS]
    has_arrows = any(point.value is None for point in points) or any(point.is_censored for point in shown)
    if etas:
        log_axis(axes, "x", etas)
        log_axis(axes, "y", means or [1.0, MOST_STEPS], room_above=0.1 if has_arrows else 0.0)


def draw(panels: Sequence[SeriesPanel]) -> Figure:
    """Lay out the panels of all tail indices with one legend; one panel is a column wide, more are a page wide."""
    looks = panel_looks(panels)
    figure, places = draw_panels(panels, partial(draw_exits, looks=looks), is_wide=len(looks) > MANY_SERIES)
    frame(places[0], panels)
    handles = clip_handles(panels, looks), layer_handles(panels, "slope only, no constant", looks)
    place_legend(figure, handles, n_columns=4)
    return figure


def finding(panels: Sequence[SeriesPanel]) -> str:
    """Say how much slower the tightest clipping makes exit, at the smallest eta at which all walkers of both left.

    Where there is none, the exact means of the smallest eta say it.
    """
    series = every_series(panels)
    if not any(one.points for one in series):
        is_law, is_exact = any("limit" in one.curves for one in series), any("exact" in one.curves for one in series)
        if is_exact:
            return "Mean exit time, exact and by the limit law" if is_law else "Mean exit time, exact"
        return "Mean exit time by the limit law" if is_law else "Published mean exit times"
    slower = [(_slower(panel, _measured_means), "") for panel in panels]
    if None in (found for found, _ in slower):
        slower = [(_slower(panel, _exact_means), ", exact") for panel in panels]
    ratios, rates = [found[0] for found, _ in slower if found], {found[1] for found, _ in slower if found}
    if len(ratios) < len(panels):
        return "Mean exit time against learning rate"
    b, other = panels[0].series[0].b, panels[0].series[-1].b
    same_clips = all((panel.series[0].b, panel.series[-1].b) == (b, other) for panel in panels)
    if len(rates) > 1 or not same_clips or min(ratios) < 1.5:
        return "Mean exit time against learning rate"
    low, high = number(float(f"{min(ratios):.2g}")), number(float(f"{max(ratios):.2g}"))
    factor = low if low == high else f"{low} to {high}"
    than = "without clipping" if math.isinf(other) else rf"for $b$ = {number(other)}"
    at = rf"$\eta$ = {number(rates.pop())}{slower[0][1]}"
    return f"Exit is {factor} times slower for $b$ = {number(b)} than {than} ({at})"


def _slower(panel: SeriesPanel, means: Callable[[Series], Mapping[float, float]]) -> tuple[float, float] | None:
    """Say how many times slower the tightest clipping is than the loosest, and at which eta: the smallest of both."""
    tight, loose = means(panel.series[0]), means(panel.series[-1])
    eta = min(tight.keys() & loose.keys(), default=None)
    return None if len(panel.series) < 2 or eta is None else (tight[eta] / loose[eta], eta)


def _measured_means(series: Series) -> Mapping[float, float]:
    """Return the means of the cells that all walkers have left, by eta."""
    return {point.eta: point.value for point in series.points if point.value and not point.is_open}


def _exact_means(series: Series) -> Mapping[float, float]:
    curve = series.curves.get("exact")
    return {} if curve is None else dict(zip(curve.eta.tolist(), curve.value.tolist(), strict=True))


def rows(panels: Sequence[SeriesPanel]) -> list[Row]:
    """List all that the figure shows, a row for each point of each layer (measured, exact, limit, guide, published)."""
    return series_rows(panels, COLUMNS)


def gather(study: Study) -> tuple[SeriesPanel, ...]:
    """Take what the figure shows from a study."""
    source = study.plan.figure.published
    panels = exit_panels(
        study.cells,
        limit_laws(study.plan),
        read_published(source) if source is not None else (),
        etas=[cell.eta for cell in study.plan.cells()],
        well=study.plan.exit_domain().well,
        predictions=study.own_predictions(),
    )
    return tuple(replace(panel, clips=study.clips) for panel in panels)


FIGURE = FigureKind(
    name="exits",
    place=1,
    of="exits",
    reads=("cells", "predictions"),
    needs="run the plan first (hts run)",
    gather=gather,
    draw=draw,
    finding=finding,
    rows=rows,
)
