"""What figures are made from, and the record by which a figure declares itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import numpy as np
from matplotlib.figure import Figure

from hts.answers import ExitPrediction, SharePrediction
from hts.answers.discretisation import Discretisation
from hts.answers.flights import Flight
from hts.answers.waiting import WaitingDensity
from hts.comparison import CellComparison, VisitComparison
from hts.plans import Cell, Plan
from hts.plots.save import Row
from hts.plots.style import set_title
from hts.rare import RareResult
from hts.sweeps import CellSample, SummedCell, VisitCellSample

MANY_CELLS = 400
"""Cells of a plan from which on the walkers of some only are drawn."""
DRAWN_CLIPS, DRAWN_ALPHAS, DRAWN_ETAS = 4, 3, 8
"""How many b, alpha, and eta of each (b, alpha), are then drawn: what fits on a page."""
Value = TypeVar("Value")
Part = Literal["cells", "samples", "predictions", "densities", "visits", "runs", "shares", "studies", "flights", "rare"]
Shown = TypeVar("Shown")


@dataclass(frozen=True, eq=False)
class Study:
    """All that figures are made from; what is not at hand, or not wanted, is empty."""

    plan: Plan
    cells: Sequence[CellComparison] = ()  # of a study of exits
    samples: Iterable[CellSample | SummedCell] = ()  # the walkers of `drawn_cells`, read once
    predictions: Sequence[ExitPrediction] = ()  # exact values, of any cells of the plan
    densities: Sequence[WaitingDensity] = ()  # of walkers that have not left
    visits: Sequence[VisitComparison] = ()  # of a study of visits
    runs: Iterable[VisitCellSample] = ()  # its long runs, read once
    shares: Sequence[SharePrediction] = ()  # of a plan with [levy], in the order of its cells
    studies: Sequence[Discretisation] = ()  # of a plan of exits with [levy]
    flights: Sequence[Flight] = ()  # of a plan of exits with [levy] on a flat landscape
    rare: Sequence[RareResult] = ()  # of a plan with [rare]

    @property
    def clips(self) -> tuple[float, ...]:
        """Every b of the plan, increasing: a b looks the same in all figures, also where one leaves some out."""
        return tuple(sorted({cell.b for cell in self.plan.cells()}))

    def own_predictions(self) -> list[ExitPrediction]:
        """List the predictions of the plan's own cells: others, at an eta far below, would stretch the axes."""
        cells = set(self.plan.cells())
        return [one for one in self.predictions if Cell(one.eta, one.b, one.alpha, one.well) in cells]


@dataclass(frozen=True)
class FigureKind(Generic[Shown]):
    """One figure that a study can have, declared as `FIGURE` in the file that draws it."""

    name: str
    place: int  # in lists and in the order of drawing
    reads: tuple[Part, ...]  # of a study, beside its plan
    needs: str  # what is missing where there is nothing to draw
    gather: Callable[[Study], Shown | None]  # what is shown; None or empty where there is nothing to draw
    draw: Callable[[Shown], Figure]
    finding: Callable[[Shown], str]  # the title: what the figure shows
    rows: Callable[[Shown], list[Row]]  # all that is drawn, for the CSV
    of: Literal["exits", "visits"] | None = None  # the studies that can have it; None: all
    levy: bool | None = False  # whether plans with [levy] have it, and no others; None: all

    def titled(self, shown: Shown) -> Figure:
        """Draw the figure with its finding as the title."""
        figure = self.draw(shown)
        set_title(figure, self.finding(shown))
        return figure


def drawn_cells(plan: Plan) -> tuple[Cell, ...]:
    """Choose the cells whose walkers are drawn one by one: all, or of many a few b, alpha and eta evenly over them."""
    cells = plan.cells()
    if len(cells) <= MANY_CELLS:
        return tuple(cells)
    clips = _evenly(sorted({cell.b for cell in cells}), DRAWN_CLIPS)
    alphas = _evenly(sorted({cell.alpha for cell in cells}, key=lambda alpha: alpha or 0.0), DRAWN_ALPHAS)
    groups: dict[tuple[float, float | None], list[Cell]] = {}
    for cell in cells:
        if cell.b in clips and cell.alpha in alphas:
            groups.setdefault((cell.b, cell.alpha), []).append(cell)
    return tuple(cell for group in groups.values() for cell in _evenly(group, DRAWN_ETAS))


def _evenly(values: Sequence[Value], most: int) -> list[Value]:
    places = np.linspace(0, len(values) - 1, min(len(values), most)).round().astype(int)
    return [values[place] for place in places]


AnyFigure = FigureKind[Any]
