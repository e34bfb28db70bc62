"""Probability of leaving within a time, against eta: measured, exact, limit, published."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hts.answers import ExitPrediction
from hts.answers.laws import WithinLaw, within_laws
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
from hts.plots.published import PublishedPoint, read_published_probabilities
from hts.plots.save import Row
from hts.plots.study import FigureKind, Study
from hts.plots.style import ETA_LABEL, clip_label, draw_panels, log_axis, number, place_legend, tail_label

CURVE_POINTS = 33
"""Points of a limit line or guide."""
MANY_SERIES = 4
"""Above this number of b, one panel is a page wide: its legend needs the room."""
COLUMNS = dict.fromkeys(("exact", "limit", "guide", "published"), "probability")
NO_FINDING = "Probability to leave within a time against learning rate"


@dataclass(frozen=True, eq=False)
class Within:
    """All that the figure shows."""

    time: float  # in units of the gradient flow
    panels: tuple[SeriesPanel, ...]


def within_panels(
    cells: Sequence[CellComparison],
    predictions: Sequence[ExitPrediction],
    laws: Sequence[WithinLaw] = (),
    published: Sequence[PublishedPoint] = (),
) -> tuple[SeriesPanel, ...]:
    """Gather what is drawn into panels by alpha and series by b; cells without a probability do not count.

    Parameters
    ----------
    cells, predictions
        Measured and exact values, in any order.
    laws
        At most one per (b, alpha); with a constant they give the limit line, without one the slope guide.
    published
        Points laid beside the series of the same b and alpha.
    """
    measured: dict[tuple[float | None, float], list[CellComparison]] = {}
    for cell in sorted(cells, key=lambda cell: cell.eta):
        if cell.probability_within is not None:
            measured.setdefault((cell.alpha, cell.b), []).append(cell)
    exact: dict[tuple[float | None, float], dict[float, float]] = {}
    for one in sorted(predictions, key=lambda one: one.eta):
        if one.probability_within_exact:
            exact.setdefault((one.alpha, one.b), {})[one.eta] = one.probability_within_exact
    series: dict[float | None, list[Series]] = {}
    for alpha, b in sorted({*measured, *exact}, key=lambda key: (key[0] is None, key[0] or 0.0, key[1])):
        law = next((law for law in laws if (law.b, law.alpha) == (b, alpha)), None)
        beside = tuple(point for point in published if (point.b, point.alpha) == (b, alpha))
        own, known = measured.get((alpha, b), []), exact.get((alpha, b), {})
        series.setdefault(alpha, []).append(_series(b, own, known, law, beside))
    return tuple(SeriesPanel(alpha, tuple(those)) for alpha, those in series.items())


def _series(
    b: float,
    cells: Sequence[CellComparison],
    exact: Mapping[float, float],
    law: WithinLaw | None,
    published: tuple[PublishedPoint, ...],
) -> Series:
    curves: dict[Layer, Curve] = {}
    if exact:
        curves["exact"] = Curve(np.array(list(exact)), np.array(list(exact.values())))
    # a guide goes through the exact value of smallest eta, or the measured one
    anchors = [*exact.items()][:1] + [(cell.eta, cell.probability_within) for cell in cells if cell.probability_within]
    if law is not None and (law.constant is not None or anchors):
        etas = [*exact, *(cell.eta for cell in cells), *(point.eta for point in published)]
        eta = np.geomspace(min(etas) / 10**0.05, max(etas), CURVE_POINTS)
        scale = np.array([law.scale(float(one)) for one in eta])
        row: Row = {"jump_number": law.jump_number, "constant": law.constant}
        if law.constant is not None:
            curves["limit"] = Curve(eta, law.constant * scale, row)
        else:
            at, value = anchors[0]
            curves["guide"] = Curve(eta, (value or 0.0) / law.scale(at) * scale, row)
    return Series(
        b=b,
        points=tuple(_point(cell) for cell in cells),
        curves=curves,
        published=published,
        jump_number=None if law is None else law.jump_number,
        limit_name=r"limit $C\,(H/\eta)^{l^{*}}$",
    )


def _point(cell: CellComparison) -> Point:
    """Lay out one share; where no walker left in time only its upper end is known to a logarithmic axis."""
    p, low, high = cell.probability_within, cell.probability_within_low, cell.probability_within_high
    row: Row = {"probability": p, "low": low, "high": high, "n_walkers": cell.n_walkers}
    return Point(cell.eta, p, low, high, row=row) if p else Point(cell.eta, None, None, high, row=row)


def draw_within(axes: Axes, panel: SeriesPanel, looks: Mapping[float, Look] | None = None) -> Axes:
    """Draw P(sigma <= time/eta) against eta for one tail index, both axes logarithmic, a series for each b.

    Parameters
    ----------
    axes
        Where to draw; scales, limits, labels and title are set.
    panel
        What to draw. Bars: 95 % intervals; where no walker left in time, an open triangle at the upper end alone.
    looks
        Marker and line of each b; by its place among the b of this panel when it is not given.

    Returns
    -------
    Axes
        The same axes.
    """
    looks = looks or panel_looks([panel])
    axes.set(xlabel=ETA_LABEL, ylabel="probability to leave in time", title=tail_label(panel.alpha))
    frame(axes, [panel])
    aside = points_aside(panel)
    for series in panel.series:
        draw_series(axes, series, looks[series.b], aside.get(series.b, {}))
    return axes


def frame(axes: Axes, panels: Sequence[SeriesPanel]) -> None:
    """Set limits that hold all but the far ends of intervals, limit lines and guides."""
    series = every_series(panels)
    shown = [(point.eta, point.height) for one in series for point in one.points]
    shown += [(point.eta, point.value) for one in series for point in one.published]
    etas, values = [eta for eta, _ in shown], [value for _, value in shown]
    for one in series:
        if (exact := one.curves.get("exact")) is not None:
            etas += exact.eta.tolist()
            values += exact.value.tolist()
    log_axis(axes, "x", etas)
    log_axis(axes, "y", [value for value in values if value])


def draw(shown: Within) -> Figure:
    """Lay out the panels of all tail indices with one legend below."""
    panels = shown.panels
    looks = panel_looks(panels)
    figure, places = draw_panels(panels, partial(draw_within, looks=looks), is_wide=len(looks) > MANY_SERIES)
    for axes in places:
        axes.set_ylabel(rf"$\mathrm{{P}}\,(\eta\,\sigma\leq${number(shown.time)})")
        axes.label_outer()
    frame(places[0], panels)
    handles = clip_handles(panels, looks), layer_handles(panels, r"slope $(H/\eta)^{l^{*}}$ only", looks)
    place_legend(figure, handles, n_columns=4)
    return figure


def finding(shown: Within) -> str:
    """Say how much rarer the tightest clipping makes it, by the exact values at the smallest common eta."""
    series = shown.panels[0].series
    tight, loose = (one.curves.get("exact") for one in (series[0], series[-1]))
    if len(shown.panels) > 1 or len(series) < 2 or tight is None or loose is None:
        return NO_FINDING
    common = np.intersect1d(tight.eta, loose.eta)
    if not common.size:
        return NO_FINDING
    eta = common.min()
    ratio = loose.value[loose.eta == eta][0] / tight.value[tight.eta == eta][0]
    than = "" if math.isinf(series[-1].b) else f" than {clip_label(series[-1].b)}"
    factor = number(float(f"{ratio:.2g}"))
    return rf"Leaving in time is {factor} times rarer with {clip_label(series[0].b)}{than} ($\eta$ = {number(eta)})"


def rows(shown: Within) -> list[Row]:
    """List all that the figure shows, a row for each point of each layer."""
    return series_rows(shown.panels, COLUMNS)


def gather(study: Study) -> Within | None:
    """Take what the figure shows from a study; None where its plan has no time to leave within."""
    plan, source = study.plan, study.plan.figure.published
    if plan.within is None:
        return None
    published = read_published_probabilities(source) if source is not None else ()
    panels = within_panels(study.cells, study.own_predictions(), within_laws(plan, plan.within), published)
    panels = tuple(replace(panel, clips=study.clips) for panel in panels)
    return Within(plan.within, panels) if panels else None


FIGURE = FigureKind(
    name="within",
    place=5,
    of="exits",
    reads=("cells", "predictions"),
    needs="it needs within in [exit], and exact values or walkers",
    gather=gather,
    draw=draw,
    finding=finding,
    rows=rows,
)
