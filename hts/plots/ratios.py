"""Exact mean exit time over its limit law, against eta."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hts.answers import ExitPrediction
from hts.arrays import FloatArray
from hts.plots.exact import (
    ExactPanel,
    ExactSeries,
    cells_of,
    clip_handles,
    draw_of_clip,
    every_series,
    layer_handles,
    nearest_eta,
    of_study,
    panel_looks,
)
from hts.plots.local_exponents import local_exponent_panels
from hts.plots.looks import AID, Look
from hts.plots.save import Row
from hts.plots.smooth import smooth
from hts.plots.study import FigureKind, Study
from hts.plots.style import ETA_LABEL, draw_panels, log_axis, number, place_legend, tail_label

RATIO_LABEL = r"exact over limit, $q\,\lambda(\eta)\,\mathrm{E}\,\sigma$"


def ratio_panels(predictions: Sequence[ExitPrediction]) -> tuple[ExactPanel, ...]:
    """Gather predictions into a panel for each alpha and a series for each b with three ratios or more."""
    return local_exponent_panels(
        [
            cell
            for cell in predictions
            if cell.mean_exit_steps_exact is not None and cell.mean_exit_steps_limit is not None
        ]
    )


def ratios_of(series: ExactSeries) -> FloatArray:
    """Return exact mean over limit mean, E sigma q lambda of docs/model.md (8), float64[cell]."""
    return series.values("mean_exit_steps_exact") / series.values("mean_exit_steps_limit")


def draw_ratios(axes: Axes, panel: ExactPanel, looks: Mapping[float, Look] | None = None) -> Axes:
    """Draw exact mean over limit mean against eta for one tail index, both axes logarithmic, a series for each b.

    Parameters
    ----------
    axes
        Where to draw; scales, limits, labels and title are set.
    panel
        What to draw. A marker for each ratio, on a broad pale curve; a band where its error can be seen; a line at 1,
        where the limit law is right.
    looks
        Marker of each b; by its place among the b of this panel when it is not given.

    Returns
    -------
    Axes
        The same axes.
    """
    looks = looks or panel_looks([panel])
    _frame(axes, [panel])
    axes.set(xlabel=ETA_LABEL, ylabel=RATIO_LABEL, title=tail_label(panel.at))
    axes.axhline(1.0, color=AID, zorder=1.2, label="limit")
    for series in panel.series:
        ratio = ratios_of(series)
        error = ratio * series.values("relative_error_exact")
        eta = series.values("eta")
        draw_of_clip(axes, (eta, ratio), error, smooth(eta, ratio), looks[series.by])
    return axes


def _frame(axes: Axes, panels: Sequence[ExactPanel]) -> None:
    log_axis(axes, "x", [cell.eta for cell in cells_of(panels)])
    log_axis(axes, "y", [1.0, *(ratio for _, ratio in _cells_with_ratios(panels))])


def _cells_with_ratios(panels: Sequence[ExactPanel]) -> list[tuple[ExitPrediction, float]]:
    return [pair for one in every_series(panels) for pair in zip(one.cells, ratios_of(one).tolist(), strict=True)]


def draw(panels: Sequence[ExactPanel]) -> Figure:
    """Lay out the panels of all tail indices with one legend; one panel is a column wide, more are a page wide."""
    looks = panel_looks(panels)
    figure, places = draw_panels(panels, partial(draw_ratios, looks=looks), panel_height=2.2)
    _frame(places[0], panels)
    groups = clip_handles(panels, looks, has_lines=False), layer_handles("limit law, no constant fitted")
    place_legend(figure, groups, n_columns=5)
    return figure


def finding(panels: Sequence[ExactPanel]) -> str:
    """Say how far mean exit times are from the limit law at the learning rate where simulations end."""
    eta = nearest_eta(cells_of(panels))
    ratios = [ratio for cell, ratio in _cells_with_ratios(panels) if cell.eta == eta]
    least, most = number(float(f"{min(ratios):.2g}")), number(float(f"{max(ratios):.2g}"))
    shown = f"{least} to {most}" if least != most else least
    return rf"At $\eta$ = {number(eta)} the mean exit time is {shown} times what the limit law says"


def rows(panels: Sequence[ExactPanel]) -> list[Row]:
    """List all that the figure shows, a row for each ratio."""
    return [
        {
            "layer": "exact",
            "alpha": cell.alpha,
            "b": cell.b,
            "well": cell.well,
            "eta": cell.eta,
            "exact_over_limit": ratio,
            "mean_exit_steps_exact": cell.mean_exit_steps_exact,
            "relative_error_exact": cell.relative_error_exact,
            "mean_exit_steps_limit": cell.mean_exit_steps_limit,
            "jump_number": cell.jump_number,
        }
        for cell, ratio in _cells_with_ratios(panels)
    ]


def gather(study: Study) -> tuple[ExactPanel, ...]:
    """Take what the figure shows from a study."""
    return of_study(ratio_panels(study.own_predictions()), study.clips)


FIGURE = FigureKind(
    name="ratios",
    place=7,
    of="exits",
    reads=("predictions",),
    needs="it needs exact values at three eta or more of one b and alpha, and a limit law",
    gather=gather,
    draw=draw,
    finding=finding,
    rows=rows,
)
