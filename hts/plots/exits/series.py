"""Series of the exit-time figure: cells, limit laws and published points."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from hts.answers import ExitPrediction
from hts.arrays import FloatArray
from hts.plots.published import PublishedPoint
from hts.plots.save import Row

CURVE_POINTS = 33
"""Points of a limit line: four a decade over eight decades; a power law needs two, a lomax law bends."""


class DrawnCell(Protocol):
    """What any figure of measured cells needs of one; the names are the keys of docs/interface.md, "fit"."""

    @property
    def eta(self) -> float: ...  # noqa: D102
    @property
    def b(self) -> float: ...  # noqa: D102
    @property
    def alpha(self) -> float | None: ...  # noqa: D102
    @property
    def n_walkers(self) -> int: ...  # noqa: D102


class MeasuredCell(DrawnCell, Protocol):
    """What is drawn of the mean exit time of one cell."""

    @property
    def well(self) -> int: ...  # noqa: D102
    @property
    def n_exits(self) -> int: ...  # noqa: D102
    @property
    def n_censored(self) -> int: ...  # noqa: D102
    @property
    def mean_exit_steps(self) -> float | None: ...  # noqa: D102
    @property
    def mean_low(self) -> float | None: ...  # noqa: D102
    @property
    def mean_high(self) -> float | None: ...  # noqa: D102
    @property
    def mean_exit_steps_exact(self) -> float | None: ...  # noqa: D102


@dataclass(frozen=True)
class ExitPoint:
    """One measured cell as it is drawn."""

    eta: float
    mean_exit_steps: float | None  # exposure/exits in steps; None when nobody left
    low: float | None  # 95 % interval; the lower bound alone when nobody left
    high: float | None
    n_walkers: int
    n_exits: int
    n_censored: int

    @property
    def is_censored(self) -> bool:
        """Whether some walkers had not left when they were stopped: the marker is open."""
        return self.n_censored > 0

    @property
    def is_bound(self) -> bool:
        """Whether only a lower bound is known: the marker carries an arrow upwards."""
        return self.mean_exit_steps is None

    @property
    def height(self) -> float | None:
        """Where the marker stands, in steps."""
        return self.low if self.mean_exit_steps is None else self.mean_exit_steps


@dataclass(frozen=True)
class LimitLaw:
    """What the limit theorem says of one (b, alpha): equations (3)-(8) of docs/model.md."""

    b: float
    alpha: float | None
    jump_number: int | None  # l*, None for a law or a domain without one
    exit_exponent: float | None  # E sigma ~ eta^-exponent
    mean_exit_steps: Callable[[float], float | None] | None  # 1/(q lambda(eta)) in steps; None: q unknown


@dataclass(frozen=True, eq=False)
class Curve:
    """A line of the figure, float64[point] each."""

    eta: FloatArray
    mean_exit_steps: FloatArray


@dataclass(frozen=True, eq=False)
class ExitSeries:
    """All that is drawn for one b in one panel."""

    b: float
    law: LimitLaw | None
    points: tuple[ExitPoint, ...]  # by increasing eta
    limit: Curve | None  # 1/(q lambda(eta)), an absolute prediction
    guide: Curve | None  # slope only, through the point of smallest eta
    exact: Curve | None
    published: tuple[PublishedPoint, ...]

    @property
    def curves(self) -> dict[str, Curve]:
        """The lines there are, by the name of their layer."""
        every = {"exact": self.exact, "limit": self.limit, "guide": self.guide}
        return {layer: curve for layer, curve in every.items() if curve is not None}

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw: no walker has ended, and no law is known."""
        return not (self.points or self.published or self.curves)


@dataclass(frozen=True, eq=False)
class ExitPanel:
    """One panel: one tail index (or normal noise), one well, a series per b."""

    alpha: float | None
    well: int
    series: tuple[ExitSeries, ...]  # by increasing b, no clipping last


def exit_panels(
    cells: Sequence[MeasuredCell],
    laws: Sequence[LimitLaw] = (),
    published: Sequence[PublishedPoint] = (),
    etas: Sequence[float] = (),
    well: int = 0,
    predictions: Sequence[ExitPrediction] = (),
) -> tuple[ExitPanel, ...]:
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
    sites = {(cell.alpha, cell.well) for cell in cells} or {(law.alpha, well) for law in laws}
    panels = []
    for alpha, site in sorted(sites, key=lambda key: (key[0] is None, key[0] or 0.0, key[1])):
        here = [cell for cell in cells if (cell.alpha, cell.well) == (alpha, site)]
        lines = {law.b: law for law in laws if law.alpha == alpha}
        series = []
        for b in sorted({cell.b for cell in here} or set(lines)):
            beside = tuple(point for point in published if (point.b, point.alpha) == (b, alpha))
            own = sorted((cell for cell in here if cell.b == b), key=lambda cell: cell.eta)
            exact = _exact_values(own, [one for one in predictions if (one.b, one.alpha, one.well) == (b, alpha, site)])
            span = [*(cell.eta for cell in own), *(point.eta for point in beside), *exact] or list(etas)
            series.append(_series(b, own, lines.get(b), beside, span, exact))
        if not all(one.is_empty for one in series):
            panels.append(ExitPanel(alpha=alpha, well=site, series=tuple(series)))
    return tuple(panels)


def _series(
    b: float,
    cells: Sequence[MeasuredCell],
    law: LimitLaw | None,
    published: tuple[PublishedPoint, ...],
    etas: Sequence[float],
    exact: Mapping[float, float],
) -> ExitSeries:
    points = tuple(
        ExitPoint(
            eta=cell.eta,
            mean_exit_steps=_positive(cell.mean_exit_steps),
            low=_positive(cell.mean_low),
            high=_positive(cell.mean_high),
            n_walkers=cell.n_walkers,
            n_exits=cell.n_exits,
            n_censored=cell.n_censored,
        )
        for cell in cells
        if cell.n_walkers > 0
    )
    limit = _limit_curve(law, etas)
    return ExitSeries(
        b=b,
        law=law,
        points=points,
        limit=limit,
        guide=None if limit is not None else _guide_curve(law, points, etas),
        exact=Curve(*np.array(sorted(exact.items()), dtype=np.float64).T) if exact else None,
        published=published,
    )


def _exact_values(cells: Sequence[MeasuredCell], predictions: Sequence[ExitPrediction]) -> dict[float, float]:
    """Give the exact mean exit steps of each eta that has one, measured or not."""
    means = [(one.eta, _positive(one.mean_exit_steps_exact)) for one in predictions]
    means += [(cell.eta, _positive(cell.mean_exit_steps_exact)) for cell in cells]
    return {eta: mean for eta, mean in means if mean is not None}


def _span(etas: Sequence[float]) -> FloatArray:
    """Give the learning rates of a line, a tenth of a decade beyond the outermost points on both sides."""
    return np.geomspace(min(etas) / 10**0.1, max(etas) * 10**0.1, CURVE_POINTS)


def _limit_curve(law: LimitLaw | None, etas: Sequence[float]) -> Curve | None:
    if law is None or law.mean_exit_steps is None or not etas:
        return None
    eta = _span(etas)
    # None, where a float has no room for the mean, becomes NaN
    mean = np.array([law.mean_exit_steps(float(value)) for value in eta], dtype=np.float64)
    known = np.isfinite(mean) & (mean > 0)
    return Curve(eta[known], mean[known]) if known.any() else None


def _guide_curve(law: LimitLaw | None, points: Sequence[ExitPoint], etas: Sequence[float]) -> Curve | None:
    anchor = next((point for point in points if point.mean_exit_steps is not None), None)
    if law is None or law.exit_exponent is None or anchor is None or anchor.mean_exit_steps is None:
        return None
    eta = _span(etas)
    return Curve(eta, anchor.mean_exit_steps * (eta / anchor.eta) ** -law.exit_exponent)


def _positive(value: float | None) -> float | None:
    """Keep what a logarithmic axis can show."""
    return float(value) if value is not None and math.isfinite(value) and value > 0 else None


def exit_rows(panels: Sequence[ExitPanel]) -> list[Row]:
    """List all that the figure shows, a row for each point of each layer (measured, exact, limit, guide, published)."""
    return [row for panel in panels for series in panel.series for row in _series_rows(panel, series)]


def _series_rows(panel: ExitPanel, series: ExitSeries) -> Iterator[Row]:
    key = {"alpha": panel.alpha, "b": series.b, "well": panel.well}
    for point in series.points:
        yield {
            "layer": "measured",
            **key,
            "eta": point.eta,
            "n_walkers": point.n_walkers,
            "n_exits": point.n_exits,
            "n_censored": point.n_censored,
            "mean_exit_steps": point.mean_exit_steps,
            "mean_low": point.low,
            "mean_high": point.high,
        }
    law = series.law
    exponent = {
        "jump_number": law.jump_number if law else None,
        "exit_exponent_limit": law.exit_exponent if law else None,
    }
    for layer, curve in series.curves.items():
        for eta, mean in zip(curve.eta.tolist(), curve.mean_exit_steps.tolist(), strict=True):
            yield {"layer": layer, **key, "eta": eta, f"mean_exit_steps_{layer}": mean, **exponent}
    for shown in series.published:
        yield {
            "layer": "published",
            **key,
            "eta": shown.eta,
            "mean_exit_steps": shown.mean_exit_steps,
            "source": shown.source,
            "is_censored": shown.is_censored,
        }
