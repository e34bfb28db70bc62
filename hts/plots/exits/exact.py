"""Panels and series of figures that show exact predictions only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Literal

import numpy as np
from matplotlib.axes import Axes

from hts.answers import ExitPrediction
from hts.arrays import FloatArray
from hts.plots.save import Row
from hts.plots.style import paler

Parameter = Literal["eta", "b", "alpha"]

EXPONENT_LABEL = r"local exponent $-\mathrm{d}\,\log\,\mathrm{E}\,\sigma/\mathrm{d}\,\log\,\eta$"
AFFORDABLE = 1e-3
"""Where simulations end, about: below this learning rate a mean exit takes a million steps and more."""
MOST_ETAS = 4
"""Curves that a panel with a curve for each eta can hold."""
ROOM = 0.06
"""Share of the height kept free above and below exponents."""


@dataclass(frozen=True, eq=False)
class ExactSeries:
    """The cells that one curve runs through."""

    by: float  # b or eta: what tells this series from the others of the panel
    cells: tuple[ExitPrediction, ...]  # by increasing abscissa, all with a local exponent

    def values(self, name: str) -> FloatArray:
        """Give one field of all cells, float64[cell]; NaN where there is none."""
        return np.array([getattr(cell, name) for cell in self.cells], dtype=np.float64)

    @property
    def limit(self) -> float | None:
        """The exponent of the limit, docs/model.md (6), where all cells have the same."""
        limits = {cell.exit_exponent_limit for cell in self.cells}
        return limits.pop() if len(limits) == 1 else None


@dataclass(frozen=True, eq=False)
class ExactPanel:
    """One panel: one alpha, or one b."""

    at: float | None  # None for normal noise, which has no alpha
    series: tuple[ExactSeries, ...]  # by increasing `by`


def exact_panels(
    predictions: Sequence[ExitPrediction], panel: Parameter, series: Parameter, along: Parameter, least: int
) -> tuple[ExactPanel, ...]:
    """Gather predictions into panels and series, both in increasing order.

    Parameters
    ----------
    predictions
        Of one well, in any order; those without an exact local exponent are left out.
    panel, series, along
        What panels differ in, what their series differ in, and what runs along the axis.
    least
        A series of fewer cells is left out, and a panel without series.
    """
    known = [cell for cell in predictions if cell.local_exponent_exact is not None]
    panels = []
    for at, inside in _groups(known, panel):
        curves = [ExactSeries(by, tuple(sorted(cells, key=attrgetter(along)))) for by, cells in _groups(inside, series)]
        long = tuple(one for one in curves if len(one.cells) >= least)
        if long:
            panels.append(ExactPanel(at, long))
    return tuple(panels)


def _groups(cells: Sequence[ExitPrediction], by: Parameter) -> list[tuple[float, list[ExitPrediction]]]:
    """Split cells by one of their parameters, in increasing order, None last."""
    values = sorted({getattr(cell, by) for cell in cells}, key=lambda value: (value is None, value or 0.0))
    return [(value, [cell for cell in cells if getattr(cell, by) == value]) for value in values]


def few_etas(panels: Sequence[ExactPanel], most: int = MOST_ETAS) -> tuple[ExactPanel, ...]:
    """Keep at most so many series of panels whose series are learning rates, evenly over those there are."""
    etas = sorted({series.by for panel in panels for series in panel.series})
    places = np.linspace(0, len(etas) - 1, min(len(etas), most)).round().astype(int)
    kept = {etas[place] for place in places}
    fewer = [replace(panel, series=tuple(one for one in panel.series if one.by in kept)) for panel in panels]
    return tuple(panel for panel in fewer if panel.series)


def shade_errors(axes: Axes, x: FloatArray, series: ExactSeries, colour: str) -> None:
    """Shade the error of local exponents around them: seen only where it is wider than the curve that lies on it."""
    exponent, error = series.values("local_exponent_exact"), series.values("local_exponent_error")
    axes.fill_between(x, exponent - error, exponent + error, color=paler(colour), linewidth=0, zorder=1.5)


def exponent_limits(panels: Sequence[ExactPanel]) -> tuple[float, float]:
    """Give the heights that hold all exponents of the panels, exact and limit, with a little room."""
    cells = [cell for panel in panels for series in panel.series for cell in series.cells]
    values = [cell.local_exponent_exact for cell in cells] + [cell.exit_exponent_limit for cell in cells]
    shown = [value for value in values if value is not None and math.isfinite(value)]
    room = max(ROOM * (max(shown) - min(shown)), 0.05)
    return min(shown) - room, max(shown) + room


def largest_miss(cells: Sequence[ExitPrediction]) -> float | None:
    """Give the largest distance of a local exponent from its limit; None where no cell has both."""
    misses = [
        abs(cell.local_exponent_exact - cell.exit_exponent_limit)
        for cell in cells
        if cell.local_exponent_exact is not None and cell.exit_exponent_limit is not None
    ]
    return max(misses, default=None)


def nearest_eta(cells: Sequence[ExitPrediction], eta: float = AFFORDABLE) -> float:
    """Give the learning rate of the cells that is nearest to one, on a logarithmic scale."""
    return min({cell.eta for cell in cells}, key=lambda other: (abs(math.log(other / eta)), other))


def cells_of(panels: Sequence[ExactPanel]) -> list[ExitPrediction]:
    """List the cells that panels show, in drawing order."""
    return [cell for panel in panels for series in panel.series for cell in series.cells]


def exact_row(cell: ExitPrediction) -> Row:
    """Write what exponent figures show of one cell."""
    return {
        "layer": "exact",
        "alpha": cell.alpha,
        "b": cell.b,
        "well": cell.well,
        "eta": cell.eta,
        "local_exponent_exact": cell.local_exponent_exact,
        "local_exponent_error": cell.local_exponent_error,
        "jump_number": cell.jump_number,
        "exit_exponent_limit": cell.exit_exponent_limit,
    }
