"""Series and rows of the probabilities of leaving within a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from hts.answers import ExitPrediction
from hts.plots.exits.series import CURVE_POINTS, Curve, DrawnCell
from hts.plots.published import PublishedProbability
from hts.plots.save import Row


class WithinCell(DrawnCell, Protocol):
    """What is drawn of the probability of one cell to leave within a time."""

    @property
    def probability_within(self) -> float | None: ...  # noqa: D102
    @property
    def probability_within_low(self) -> float | None: ...  # noqa: D102
    @property
    def probability_within_high(self) -> float | None: ...  # noqa: D102


@dataclass(frozen=True)
class WithinLaw:
    """What docs/model.md (18) says of one (b, alpha)."""

    b: float
    alpha: float | None
    jump_number: int  # l*(A)
    constant: float | None  # C(A); None where the slope alone is known
    scale: Callable[[float], float]  # (H(1/eta)/eta)^l*


@dataclass(frozen=True, eq=False)
class WithinSeries:
    """All that is drawn for one b in one panel."""

    b: float
    law: WithinLaw | None
    cells: tuple[WithinCell, ...]  # those with a measured share, by increasing eta
    exact: Curve | None  # P(sigma <= floor(within/eta + 1e-9)), in the place of a mean
    limit: Curve | None  # C (H(1/eta)/eta)^l*
    guide: Curve | None  # slope only, through the exact or measured value of smallest eta
    published: tuple[PublishedProbability, ...]


@dataclass(frozen=True, eq=False)
class WithinPanel:
    """One panel: one tail index, a series per b."""

    alpha: float | None
    series: tuple[WithinSeries, ...]  # by increasing b


def within_panels(
    cells: Sequence[WithinCell],
    predictions: Sequence[ExitPrediction],
    laws: Sequence[WithinLaw] = (),
    published: Sequence[PublishedProbability] = (),
) -> tuple[WithinPanel, ...]:
    """Gather what is drawn into panels by alpha and series by b; those without a probability do not count."""
    shares = [cell for cell in cells if cell.probability_within is not None]
    exact = [one for one in predictions if one.probability_within_exact]
    panels = []
    places = {(cell.alpha, cell.b) for cell in shares} | {(one.alpha, one.b) for one in exact}
    for alpha in sorted({alpha for alpha, _ in places}, key=lambda a: (a is None, a or 0.0)):
        series = []
        for b in sorted(b for other, b in places if other == alpha):
            own = sorted((cell for cell in shares if (cell.b, cell.alpha) == (b, alpha)), key=lambda cell: cell.eta)
            known = {p.eta: p.probability_within_exact for p in exact if (p.b, p.alpha) == (b, alpha)}
            law = next((law for law in laws if (law.b, law.alpha) == (b, alpha)), None)
            beside = tuple(point for point in published if (point.b, point.alpha) == (b, alpha))
            curve = Curve(*np.array(sorted(known.items()), dtype=np.float64).T) if known else None
            etas = [*known, *(cell.eta for cell in own), *(point.eta for point in beside)]
            limit, guide = _law_curves(law, etas, _anchor(curve, own))
            series.append(WithinSeries(b, law, tuple(own), curve, limit, guide, beside))
        panels.append(WithinPanel(alpha, tuple(series)))
    return tuple(panels)


def _anchor(exact: Curve | None, cells: Sequence[WithinCell]) -> tuple[float, float] | None:
    """Give the point that a guide goes through: the exact value of smallest eta, or the measured one."""
    if exact is not None:
        return float(exact.eta[0]), float(exact.mean_exit_steps[0])
    return next(((cell.eta, cell.probability_within) for cell in cells if cell.probability_within), None)


def _law_curves(
    law: WithinLaw | None, etas: Sequence[float], anchor: tuple[float, float] | None
) -> tuple[Curve | None, Curve | None]:
    """Give the limit line where its constant is known, else the guide."""
    if law is None or (law.constant is None and anchor is None):
        return None, None
    eta = np.geomspace(min(etas) / 10**0.05, max(etas), CURVE_POINTS)
    scale = np.array([law.scale(float(one)) for one in eta])
    if law.constant is not None:
        return Curve(eta, law.constant * scale), None
    assert anchor is not None  # or it had returned
    return None, Curve(eta, anchor[1] / law.scale(anchor[0]) * scale)


def within_rows(panels: Sequence[WithinPanel]) -> list[Row]:
    """List all that the figure shows, a row for each point of each layer."""
    return [row for panel in panels for series in panel.series for row in _series_rows(panel.alpha, series)]


def _series_rows(alpha: float | None, series: WithinSeries) -> Iterator[Row]:
    key = {"alpha": alpha, "b": series.b}
    for cell in series.cells:
        yield {
            "layer": "measured",
            **key,
            "eta": cell.eta,
            "probability": cell.probability_within,
            "low": cell.probability_within_low,
            "high": cell.probability_within_high,
            "n_walkers": cell.n_walkers,
        }
    law = series.law
    for layer, curve in (("exact", series.exact), ("limit", series.limit), ("guide", series.guide)):
        if curve is not None:
            known = {"jump_number": law.jump_number, "constant": law.constant} if law and layer != "exact" else {}
            for eta, p in zip(curve.eta.tolist(), curve.mean_exit_steps.tolist(), strict=True):
                yield {"layer": layer, **key, "eta": eta, "probability": p, **known}
    for point in series.published:
        yield {"layer": "published", **key, "eta": point.eta, "probability": point.probability, "source": point.source}
