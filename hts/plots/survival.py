"""Survival of exit times in units of their mean, against the exponential law."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import NullFormatter
from scipy.stats import binomtest

from hts.answers import ExitPrediction
from hts.answers.records import SurvivalTable
from hts.arrays import FloatArray
from hts.comparison import CellComparison
from hts.estimation.summaries import curve_of_summary
from hts.estimation.survival import SurvivalCurve, survival_curve
from hts.plans import Cell
from hts.plots.looks import AID, LINES, Look, eta_looks, paler
from hts.plots.save import Row
from hts.plots.study import MANY_CELLS, FigureKind, Study
from hts.plots.style import COLUMN, PAGE, clip_label, number, panel_grid, place_legend, tail_label
from hts.sweeps import SummedCell
from hts.words import plural

TIME_LABEL = r"exit time over mean, $\sigma/\mathrm{E}\,\sigma$"
SHARE_LABEL = r"$\mathrm{P}(\sigma/\mathrm{E}\,\sigma > t)$"
LONGEST = 7.0
"""Mean exit times that the axis shows: exp(-7) is one walker in a thousand."""
SURVIVAL_POINTS = 128
"""Points of a survival curve: as many as a small panel can show."""
LEVEL = 0.05
"""Below this p-value a cell's exit times are said to deviate from the exponential law."""
MANY_CURVES = 3
"""Above this number of curves in a panel bands overlap: the one of the smallest eta stands for all."""
MANY_ETAS = 6
"""Above this number of eta a bar of shades names them."""
RAMP_LABELS = 14
"""Names that the bar has room for in each row of panels."""
EXACT_POINTS = 281
"""Points of the exact law."""
EXACT: dict[str, Any] = {"color": "black", "linewidth": 1.0, "linestyle": (0, (1.2, 1.2))}
"""The line of the exact law."""
EXPONENTIAL: dict[str, Any] = {"color": "black", "linewidth": 0.7, "linestyle": "-"}
"""The line of the exponential law."""


@dataclass(frozen=True, eq=False)
class ScaledSurvival:
    """P(sigma > t mean) of one cell, t in units of its measured mean exit time."""

    cell: Cell
    mean_exit_steps: float
    time: FloatArray  # float64[point], increasing
    survival: FloatArray  # share of walkers still inside
    low: FloatArray  # pointwise 95 % band
    high: FloatArray
    exact: SurvivalTable | None = None  # P(sigma > n)
    exact_mean: float | None = None  # steps

    def exact_at(self, time: FloatArray, mean: float) -> FloatArray:
        """Return the exact P(sigma > time mean), float64[point]; NaN where it is not known."""
        return np.full(time.shape, np.nan) if self.exact is None else self.exact(np.floor(time * mean))


@dataclass(frozen=True, eq=False)
class SurvivalPanel:
    """One panel: one (b, alpha), a curve per eta."""

    b: float
    alpha: float | None
    curves: tuple[ScaledSurvival, ...]  # by decreasing eta


@dataclass(frozen=True, eq=False)
class Survival:
    """All that the figure shows."""

    panels: tuple[SurvivalPanel, ...]
    p_values: tuple[float, ...] = ()  # of the tests against the exponential law, one for each cell that has one


def scaled_survival(
    cell: Cell, mean_exit_steps: float, curve: SurvivalCurve, exact: ExitPrediction | None = None
) -> ScaledSurvival:
    """Put a survival curve on the scale of its mean, up to where the axis ends; the rest of it is not drawn."""
    time = curve.steps / mean_exit_steps
    shown = time <= LONGEST
    return ScaledSurvival(
        cell,
        mean_exit_steps,
        time[shown],
        curve.survival[shown],
        curve.low[shown],
        curve.high[shown],
        None if exact is None else exact.survival_exact,
        None if exact is None else exact.mean_exit_steps_exact,
    )


def survival_panels(curves: Sequence[ScaledSurvival]) -> tuple[SurvivalPanel, ...]:
    """Gather curves into panels by alpha, then b; panels of one alpha stand side by side."""
    panels: dict[tuple[float | None, float], list[ScaledSurvival]] = defaultdict(list)
    for curve in sorted(curves, key=lambda curve: -curve.cell.eta):
        panels[curve.cell.alpha, curve.cell.b].append(curve)
    in_order = sorted(panels.items(), key=lambda item: (item[0][0] is None, item[0][0] or 0.0, item[0][1]))
    return tuple(SurvivalPanel(b, alpha, tuple(those)) for (alpha, b), those in in_order)


def survival_looks(panels: Sequence[SurvivalPanel]) -> dict[float, Look]:
    """Return the shade of each eta, the smallest the darkest: a ramp of solid lines, whose order alone matters."""
    looks = eta_looks(curve.cell.eta for panel in panels for curve in panel.curves)
    return {eta: replace(own, line=LINES[0]) for eta, own in looks.items()}


def draw_survival(axes: Axes, panel: SurvivalPanel, looks: Mapping[float, Look] | None = None) -> Axes:
    """Draw the survival of sigma / mean for each eta of one (b, alpha), log scale upwards, with Exp(1).

    Parameters
    ----------
    axes
        Where to draw; scale, limits, labels and title are set.
    panel
        What to draw. The band is pointwise; with more than three curves only the smallest eta has its band. The exact
        law is that of the largest eta, which lies farthest from Exp(1).
    looks
        Shade and line of each eta; by its place among those of this panel when it is not given.

    Returns
    -------
    Axes
        The same axes.
    """
    looks = looks or survival_looks([panel])
    smallest = min((curve.cell.eta for curve in panel.curves), default=math.nan)
    for curve in panel.curves:
        own = looks[curve.cell.eta]
        alive = curve.survival > 0  # a logarithm has no zero
        if len(panel.curves) <= MANY_CURVES or curve.cell.eta == smallest:
            band = curve.time[alive], curve.low[alive], curve.high[alive]
            axes.fill_between(*band, step="post", color=paler(own.colour), linewidth=0, zorder=1.5)
        name = number(curve.cell.eta)
        axes.step(curve.time[alive], curve.survival[alive], where="post", zorder=2.5, label=name, **_style(own))
    axes.plot([0.0, LONGEST], [1.0, math.exp(-LONGEST)], zorder=3, **EXPONENTIAL)
    _draw_exact(axes, panel)
    axes.set(yscale="log", xlim=(0.0, LONGEST), ylim=(math.exp(-LONGEST), 1.3), xlabel=TIME_LABEL, ylabel=SHARE_LABEL)
    axes.set_xticks(range(0, int(LONGEST) + 1, 2))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_title(f"{clip_label(panel.b)}, {tail_label(panel.alpha)}")
    return axes


def _draw_exact(axes: Axes, panel: SurvivalPanel) -> None:
    known = [curve for curve in panel.curves if curve.exact is not None and curve.exact_mean is not None]
    if known:
        largest = max(known, key=lambda curve: curve.cell.eta)
        time = np.linspace(0.0, LONGEST, EXACT_POINTS)
        exact = largest.exact_at(time, largest.exact_mean or 1.0)
        axes.plot(time[exact > 0], exact[exact > 0], zorder=3.5, label="exact", **EXACT)


def _style(own: Look) -> dict[str, Any]:
    return {"color": own.colour, "linestyle": own.line, "linewidth": 0.8}


def draw(shown: Survival) -> Figure:
    """Lay out a panel for each (b, alpha), a row of panels for each alpha, with one legend of eta below.

    One panel is a column wide; more are a page wide, five in a row at most.
    """
    panels = shown.panels
    looks = survival_looks(panels)
    width = COLUMN if len(panels) == 1 else PAGE
    n_clips = len({panel.b for panel in panels})
    columns = min(n_clips if n_clips > 1 else len(panels), 5)
    height = 2.3 if columns < 3 else 1.75 if columns == 3 else 1.5
    figure, places = panel_grid(len(panels), columns, width, panel_height=height, extra_height=0.45)
    for axes, panel in zip(places, panels, strict=True):
        draw_survival(axes, panel, looks)
        if columns > 3:
            axes.set_xlabel(r"$\sigma/\mathrm{E}\,\sigma$")
        axes.label_outer()
        axes.set_ylabel("" if len(panels) > 1 else SHARE_LABEL)
    if len(panels) > 1:
        figure.supylabel(f"share of walkers still inside, {SHARE_LABEL}", fontsize="medium")
    etas: list[Artist] = [Line2D([], [], label=rf"$\eta$ = {number(eta)}", **_style(own)) for eta, own in looks.items()]
    if len(looks) > MANY_ETAS:
        _draw_ramp(figure, places, looks)
        etas = []
    place_legend(figure, (etas, _aid_handles(panels)), n_columns=6, n_narrow=3 if etas else 2)
    return figure


def _draw_ramp(figure: Figure, places: Sequence[Axes], looks: Mapping[float, Look]) -> None:
    """Name many eta by a bar of their shades, the largest on top."""
    n = len(looks)
    shades = ScalarMappable(BoundaryNorm(np.arange(n + 1.0), n), ListedColormap([own.colour for own in looks.values()]))
    rows = len({spec.rowspan.start for axes in places if (spec := axes.get_subplotspec()) is not None})
    step = math.ceil(n / (RAMP_LABELS * rows))
    named = list(enumerate(looks))[::-step][::-1]  # the largest, and every so many below it
    bar = figure.colorbar(shades, ax=list(places), aspect=14 * rows, pad=0.015, ticks=[k + 0.5 for k, _ in named])
    bar.ax.set_yticklabels([number(eta) for _, eta in named])
    bar.ax.tick_params(which="both", length=0, labelsize="x-small")
    bar.ax.set_title(r"$\eta$", fontsize="small")


def _aid_handles(panels: Sequence[SurvivalPanel]) -> list[Artist]:
    is_crowded = any(len(panel.curves) > MANY_CURVES for panel in panels)
    band = r"95 % band, smallest $\eta$" if is_crowded else "95 % band"
    handles: list[Artist] = [Line2D([], [], label="Exp(1)", **EXPONENTIAL)]
    if any(curve.exact is not None for panel in panels for curve in panel.curves):
        handles.append(Line2D([], [], label=r"exact, largest $\eta$", **EXACT))
    return [*handles, Patch(facecolor=paler(AID), label=band)]


def finding(shown: Survival) -> str:
    """Say whether exits remember how long a walker has waited: more cells are not exponential than chance makes so."""
    n = len(shown.p_values)
    if not n:
        return "Exit times, in units of their mean, against the exponential law of the limit"
    rejected = sum(p < LEVEL for p in shown.p_values)
    drawn = sum(len(panel.curves) for panel in shown.panels)
    some = f", {drawn} of them drawn" if n > MANY_CELLS else ""
    if binomtest(rejected, n, LEVEL, alternative="greater").pvalue >= LEVEL:
        chance = "none" if not rejected else "no more than by chance"
        which = f"{rejected} of {plural(n, 'cell')}{some} {'deviates' if rejected == 1 else 'deviate'} from Exp(1)"
        return f"Exits look memoryless, as in the limit: {which} at the 5 % level, {chance}".replace(", none", "")
    return (
        f"Exits are not memoryless yet in {rejected} of {plural(n, 'cell')}{some}: "
        f"Exp(1) is rejected at the 5 % level, by chance in about {number(float(f'{LEVEL * n:.1g}'))}"
    )


def rows(shown: Survival) -> list[Row]:
    """List all that the figure shows, a row for each point of each curve; Exp(1) beside it."""
    return [
        {
            "alpha": curve.cell.alpha,
            "b": curve.cell.b,
            "well": curve.cell.well,
            "eta": curve.cell.eta,
            "mean_exit_steps": curve.mean_exit_steps,
            "time": time,
            "survival": survival,
            "survival_low": low,
            "survival_high": high,
            "survival_limit": math.exp(-time),
            "survival_exact": exact,
        }
        for panel in shown.panels
        for curve in panel.curves
        for time, survival, low, high, exact in zip(
            curve.time.tolist(),
            curve.survival.tolist(),
            curve.low.tolist(),
            curve.high.tolist(),
            curve.exact_at(curve.time, curve.mean_exit_steps).tolist(),
            strict=True,
        )
    ]


def gather(study: Study) -> Survival | None:
    """Take what the figure shows from a study; None where no walker has left yet."""
    measured: dict[tuple[float, float, float | None], CellComparison] = {
        (cell.eta, cell.b, cell.alpha): cell for cell in study.cells
    }
    exact = {(one.eta, one.b, one.alpha): one for one in study.predictions}
    curves = []
    for sample in study.samples:
        cell = sample.cell
        found = measured.get((cell.eta, cell.b, cell.alpha))
        if found is not None and found.mean_exit_steps is not None:
            if isinstance(sample, SummedCell):
                curve = curve_of_summary(sample.summary, SURVIVAL_POINTS)
            else:
                curve = survival_curve(sample.exit_steps, sample.is_censored, SURVIVAL_POINTS)
            known = exact.get((cell.eta, cell.b, cell.alpha))
            curves.append(scaled_survival(cell, found.mean_exit_steps, curve, known))
    if not curves:
        return None
    p_values = tuple(cell.exponentiality_p for cell in study.cells if cell.exponentiality_p is not None)
    return Survival(survival_panels(curves), p_values)


FIGURE = FigureKind(
    name="survival",
    place=2,
    of="exits",
    reads=("cells", "samples", "predictions"),
    needs="run the plan first (hts run)",
    gather=gather,
    draw=draw,
    finding=finding,
    rows=rows,
)
