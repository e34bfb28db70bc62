"""Density of walkers that have not left yet, fine enough to be drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hts.arrays import FloatArray
from hts.landscapes import Landscape
from hts.plans import Cell, ExitDomain, Plan
from hts.theory.exact.exits import ExactExit, exact_exit
from hts.theory.exact.operators import build_operator
from hts.theory.exact.solutions import solve_exit
from hts.theory.exact.steps import ExactExitError

BINS = 120
"""Bins across the part shown, at least: joined by lines they look smooth at a column's width."""
MOST_ETAS = 4
"""Learning rates of one (b, alpha) that `waiting_cells` chooses, at most."""
MOST_PANELS = 6
"""Pairs (b, alpha) that `waiting_cells` chooses, at most: what fits on a page."""
REACH = 2.5
"""How far an unbounded side is shown, in distances of the other end from the minimum."""


@dataclass(frozen=True, eq=False)
class WaitingDensity:
    """The quasi-stationary law of one cell, docs/model.md (10), as a histogram."""

    eta: float
    b: float
    alpha: float | None
    well: int
    edges: FloatArray  # float64[bin + 1], increasing
    probability: FloatArray  # float64[bin]

    @property
    def density(self) -> FloatArray:
        """Probability over width of each bin, float64[bin]: what is drawn at its middle."""
        return self.probability / np.diff(self.edges)

    @property
    def middles(self) -> FloatArray:
        """float64[bin]."""
        return (self.edges[:-1] + self.edges[1:]) / 2


def waiting_cells(plan: Plan) -> tuple[Cell, ...]:
    """Choose the cells worth a curve: for each (b, alpha) at most four learning rates, evenly over those of the plan.

    Where there are more pairs than panels, only those of the middle alpha, and the first six b of it, are taken.
    """
    etas: dict[tuple[float, float | None], list[Cell]] = {}
    for cell in plan.cells():
        etas.setdefault((cell.b, cell.alpha), []).append(cell)
    if len(etas) > MOST_PANELS:
        alphas = sorted({alpha or 0.0 for _, alpha in etas})
        middle = alphas[len(alphas) // 2]
        etas = {(b, alpha): cells for (b, alpha), cells in etas.items() if (alpha or 0.0) == middle}
    chosen: list[Cell] = []
    for cells in list(etas.values())[:MOST_PANELS]:
        places = np.linspace(0, len(cells) - 1, min(len(cells), MOST_ETAS)).round().astype(int)
        chosen += [cells[place] for place in places]
    return tuple(chosen)


def waiting_density(plan: Plan, cell: Cell) -> WaitingDensity | None:
    """Compute the quasi-stationary law of one cell, a second or a few; None where there is no exact answer."""
    domain, landscape = plan.exit_domain(), plan.build_landscape()
    try:
        exact = exact_exit(plan.exit_of(cell))
    except ExactExitError:
        return None
    edges, probability = fine_histogram(exact, shown_part(landscape, domain))
    return WaitingDensity(cell.eta, cell.b, cell.alpha, cell.well, edges, probability)


def shown_part(landscape: Landscape, domain: ExitDomain) -> tuple[float, float]:
    """Return the stretch of x that is drawn: the domain; of an unbounded side, REACH distances of the other end."""
    centre = float(landscape.minima[domain.well])
    distance = min(abs(end - centre) for end in (domain.low, domain.high) if math.isfinite(end))
    low = domain.low if math.isfinite(domain.low) else max(centre - REACH * distance, -landscape.projection)
    high = domain.high if math.isfinite(domain.high) else min(centre + REACH * distance, landscape.projection)
    return low, high


def fine_histogram(exact: ExactExit, shown: tuple[float, float]) -> tuple[FloatArray, FloatArray]:
    """Return bin ends and the quasi-stationary probability of each bin, docs/model.md (10), on a mesh cut for drawing.

    The mesh of the mean is coarse where u is smooth, even where the law itself is not: its panels are cut until none
    that is shown is longer than the part shown over BINS, and (10) is solved once more.
    """
    refined = exact.refined
    step, mesh, (low, high) = refined.step, refined.mesh, shown
    is_shown = (mesh.edges[1:] > low) & (mesh.edges[:-1] < high)
    longest = np.where(is_shown, (high - low) / BINS, math.inf)
    pieces = np.maximum(1, np.ceil(np.diff(mesh.edges) / longest)).astype(np.int64)
    fine = mesh.with_order(max(mesh.order // 2, 4)).split(pieces)
    fine = fine.facing(step.drift(fine.anchor + fine.centre) >= 0.0)
    nearest = int(np.argmin(np.abs(fine.x - refined.start)))
    escape = solve_exit(build_operator(step, fine, refined.table, refined.start), nearest).escape
    return fine.edges, escape.weights[: fine.n_nodes].reshape(-1, fine.order).sum(axis=1)
