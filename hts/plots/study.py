"""What figures are made from: the plan, its walkers and its exact values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from hts.answers import ExitPrediction
from hts.comparison import VisitComparison
from hts.plans import Cell, Plan
from hts.plots.exits.series import MeasuredCell
from hts.plots.exits.within_series import WithinCell
from hts.plots.save import Row
from hts.plots.wells.waiting import WaitingDensity
from hts.sweeps import VisitCellSample


class ComparedCell(MeasuredCell, WithinCell, Protocol):
    """What is drawn of a cell, and what the title of the survival figure counts."""

    @property
    def exponentiality_p(self) -> float | None: ...  # noqa: D102


class Comparison(Protocol):
    """The cells of a comparison record (docs/interface.md, "fit")."""

    @property
    def cells(self) -> Sequence[ComparedCell]: ...  # noqa: D102


class Sample(Protocol):
    """The walkers of one cell."""

    @property
    def cell(self) -> Cell: ...  # noqa: D102
    @property
    def exit_steps(self) -> npt.NDArray[np.int64]: ...  # noqa: D102
    @property
    def is_censored(self) -> npt.NDArray[np.bool_]: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class Study:
    """All that figures are made from."""

    plan: Plan
    cells: Sequence[ComparedCell]  # none before anything has run
    samples: Sequence[Sample]  # the walkers themselves, for the survival figure; none if they are not at hand
    predictions: Sequence[ExitPrediction] = ()  # exact values, of any cells of the plan
    densities: Sequence[WaitingDensity] = ()  # of the walkers inside, for the quasi-stationary figure
    visits: Sequence[VisitComparison] = ()  # shares of time, of a study of visits
    runs: Sequence[VisitCellSample] = ()  # the long runs themselves, for histograms

    def own_predictions(self) -> list[ExitPrediction]:
        """List the predictions of the plan's own cells: others, at an eta far below, would stretch the axes."""
        cells = set(self.plan.cells())
        return [one for one in self.predictions if Cell(one.eta, one.b, one.alpha, one.well) in cells]


Drawn = tuple[Figure, list[Row]]


@dataclass(frozen=True)
class FigureKind:
    """One figure that a study can have, declared as `FIGURE` in the file that draws it."""

    name: str
    place: int  # in lists and in the order of drawing
    draw: Callable[[Study], Drawn | None]  # None where there is nothing to draw
    needs: str  # what is missing then
    shows_exact: bool = True  # without it no exact values are computed for this figure
