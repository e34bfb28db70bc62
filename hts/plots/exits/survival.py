"""Survival of exit times in units of their mean, against the exponential law."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import NullFormatter

from hts.arrays import FloatArray
from hts.estimation.survival import survival_curve
from hts.plots.save import Row
from hts.plots.study import ComparedCell, Drawn, FigureKind, Study
from hts.plots.style import (
    AID,
    COLUMN,
    LINES,
    PAGE,
    clip_label,
    number,
    paler,
    panel_grid,
    place_legend,
    set_title,
    tail_label,
)

TIME_LABEL = r"exit time over mean, $\sigma/\mathrm{E}\,\sigma$"
SHARE_LABEL = r"$\mathrm{P}(\sigma/\mathrm{E}\,\sigma > t)$"
LONGEST = 7.0
"""Mean exit times that the axis shows: exp(-7) is one walker in a thousand."""
DARKEST, LIGHTEST = 0.0, 0.75
"""The part of the colour map cividis that shows on white paper."""
SURVIVAL_POINTS = 128
"""Points of a survival curve: as many as a small panel can show."""
LEVEL = 0.05
"""Below this p-value a cell's exit times are said to deviate from the exponential law."""
MANY_CURVES = 3
"""Above so many curves in a panel, bands overlap: the one of the smallest eta stands for all."""


class Steps(Protocol):
    """A measured survival curve in steps, as estimation gives it."""

    @property
    def steps(self) -> npt.NDArray[np.int64]: ...  # noqa: D102
    @property
    def survival(self) -> FloatArray: ...  # noqa: D102
    @property
    def low(self) -> FloatArray: ...  # noqa: D102
    @property
    def high(self) -> FloatArray: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class ScaledSurvival:
    """P(sigma > t mean) of one cell, t in units of its measured mean exit time."""

    eta: float
    b: float
    alpha: float | None
    well: int
    mean_exit_steps: float
    time: FloatArray  # float64[point], increasing
    survival: FloatArray  # share of walkers still inside
    low: FloatArray  # pointwise 95 % band
    high: FloatArray


@dataclass(frozen=True, eq=False)
class SurvivalPanel:
    """One panel: one (b, alpha), a curve per eta."""

    b: float
    alpha: float | None
    curves: tuple[ScaledSurvival, ...]  # by decreasing eta


def scaled_survival(
    eta: float, b: float, alpha: float | None, well: int, mean_exit_steps: float, curve: Steps
) -> ScaledSurvival:
    """Put a survival curve on the scale of its mean, up to where the axis ends; the rest of it is not drawn."""
    time = curve.steps / mean_exit_steps
    shown = time <= LONGEST
    return ScaledSurvival(
        eta=eta,
        b=b,
        alpha=alpha,
        well=well,
        mean_exit_steps=mean_exit_steps,
        time=time[shown],
        survival=curve.survival[shown],
        low=curve.low[shown],
        high=curve.high[shown],
    )


def survival_panels(curves: Sequence[ScaledSurvival]) -> tuple[SurvivalPanel, ...]:
    """Gather curves into panels by alpha, then b; panels of one alpha stand side by side."""
    keys = {(curve.alpha, curve.b) for curve in curves}
    return tuple(
        SurvivalPanel(
            b=b,
            alpha=alpha,
            curves=tuple(sorted((c for c in curves if (c.alpha, c.b) == (alpha, b)), key=lambda c: -c.eta)),
        )
        for alpha, b in sorted(keys, key=lambda key: (key[0] is None, key[0] or 0.0, key[1]))
    )


def eta_styles(etas: Sequence[float]) -> dict[float, dict[str, Any]]:
    """Give each eta a shade, the smallest the darkest, and one of four line styles, so that neighbours differ twice."""
    in_order = sorted(set(etas))
    ramp = matplotlib.colormaps["cividis"]
    places = np.linspace(DARKEST, LIGHTEST, max(len(in_order), 2))
    return {
        eta: {"color": to_hex(ramp(place)), "linestyle": LINES[rank % 4], "linewidth": 0.8}
        for rank, (eta, place) in enumerate(zip(in_order, places, strict=False))
    }


def draw_survival(axes: Axes, panel: SurvivalPanel, styles: Mapping[float, Mapping[str, Any]] | None = None) -> Axes:
    """Draw the survival of sigma / mean for each eta of one (b, alpha), log scale upwards, with Exp(1).

    Parameters
    ----------
    axes
        Where to draw; scale, limits, labels and title are set.
    panel
        What to draw. The band is pointwise; with more than three curves only the smallest eta has its band.
    styles
        Line properties of each eta; by its place among those of this panel when it is not given.

    Returns
    -------
    Axes
        The same axes.
    """
    styles = styles or eta_styles([curve.eta for curve in panel.curves])
    smallest = min((curve.eta for curve in panel.curves), default=math.nan)
    for curve in panel.curves:
        style = dict(styles[curve.eta])
        alive = curve.survival > 0  # a logarithm has no zero
        if len(panel.curves) <= MANY_CURVES or curve.eta == smallest:
            band = curve.time[alive], curve.low[alive], curve.high[alive]
            axes.fill_between(*band, step="post", color=paler(style["color"]), linewidth=0, zorder=1.5)
        axes.step(curve.time[alive], curve.survival[alive], where="post", zorder=2.5, label=number(curve.eta), **style)
    axes.plot([0.0, LONGEST], [1.0, math.exp(-LONGEST)], zorder=3, **_EXPONENTIAL)
    axes.set(yscale="log", xlim=(0.0, LONGEST), ylim=(math.exp(-LONGEST), 1.3), xlabel=TIME_LABEL, ylabel=SHARE_LABEL)
    axes.set_xticks(range(0, int(LONGEST) + 1, 2))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_title(f"{clip_label(panel.b)}, {tail_label(panel.alpha)}")
    return axes


_EXPONENTIAL: dict[str, Any] = {"color": "black", "linewidth": 0.7, "linestyle": "-"}


def survival_figure(panels: Sequence[SurvivalPanel], title: str | None = None) -> Figure:
    """Lay out a panel for each (b, alpha), a row of panels for each alpha, with one legend of eta below.

    Parameters
    ----------
    panels
        One or more; one is a column wide, more are a page wide, five in a row at most.
    title
        What the figure shows.
    """
    etas = [curve.eta for panel in panels for curve in panel.curves]
    styles = eta_styles(etas)
    width = COLUMN if len(panels) == 1 else PAGE
    n_clips = len({panel.b for panel in panels})
    columns = min(n_clips if n_clips > 1 else len(panels), 5)
    height = 2.3 if columns < 3 else 1.75 if columns == 3 else 1.5
    figure, places = panel_grid(len(panels), columns, width, panel_height=height, extra_height=0.45)
    for axes, panel in zip(places, panels, strict=True):
        draw_survival(axes, panel, styles)
        if columns > 3:
            axes.set_xlabel(r"$\sigma/\mathrm{E}\,\sigma$")
        axes.label_outer()
        axes.set_ylabel("" if len(panels) > 1 else SHARE_LABEL)
    if len(panels) > 1:
        figure.supylabel(f"share of walkers still inside, {SHARE_LABEL}", fontsize="medium")
    place_legend(figure, (_eta_handles(styles), _aid_handles(panels)), n_columns=7, n_narrow=3)
    set_title(figure, title or "Exit times, in units of their mean, against the exponential law of the limit")
    return figure


def _eta_handles(styles: Mapping[float, Mapping[str, Any]]) -> list[Artist]:
    return [Line2D([], [], label=rf"$\eta$ = {number(eta)}", **style) for eta, style in styles.items()]


def _aid_handles(panels: Sequence[SurvivalPanel]) -> list[Artist]:
    is_crowded = any(len(panel.curves) > MANY_CURVES for panel in panels)
    band = r"95 % band, smallest $\eta$" if is_crowded else "95 % band"
    return [Line2D([], [], label="Exp(1)", **_EXPONENTIAL), Patch(facecolor=paler(AID), label=band)]


def survival_rows(panels: Sequence[SurvivalPanel]) -> list[Row]:
    """List all that the figure shows, a row for each point of each curve; Exp(1) beside it."""
    return [
        {
            "alpha": curve.alpha,
            "b": curve.b,
            "well": curve.well,
            "eta": curve.eta,
            "mean_exit_steps": curve.mean_exit_steps,
            "time": float(time),
            "survival": float(survival),
            "survival_low": float(low),
            "survival_high": float(high),
            "survival_limit": math.exp(-float(time)),
        }
        for panel in panels
        for curve in panel.curves
        for time, survival, low, high in zip(curve.time, curve.survival, curve.low, curve.high, strict=True)
    ]


def _tested_finding(cells: Sequence[ComparedCell]) -> str | None:
    tested = [cell.exponentiality_p for cell in cells if cell.exponentiality_p is not None]
    if not tested:
        return None
    rejected = sum(p < LEVEL for p in tested)
    cells_word = "cell" if len(tested) == 1 else "cells"
    return f"Exit times over their mean: Exp(1) is rejected in {rejected} of {len(tested)} {cells_word} (5 % level)"


def _drawn(study: Study) -> Drawn | None:
    means = {(cell.eta, cell.b, cell.alpha): cell.mean_exit_steps for cell in study.cells}
    curves = []
    for sample in study.samples:
        cell = sample.cell
        mean = means.get((cell.eta, cell.b, cell.alpha))
        if mean is not None:
            curve = survival_curve(sample.exit_steps, sample.is_censored, SURVIVAL_POINTS)
            curves.append(scaled_survival(cell.eta, cell.b, cell.alpha, cell.well, mean, curve))
    if not curves:
        return None
    panels = survival_panels(curves)
    return survival_figure(panels, _tested_finding(study.cells)), survival_rows(panels)


FIGURE = FigureKind("survival", 2, _drawn, needs="run the plan first (hts run)", shows_exact=False)
