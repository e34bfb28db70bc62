"""Panels and rows of the time outside the widest wells (docs/model.md (14))."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hts.comparison import VisitComparison
from hts.comparison.visit_records import OutsideShare
from hts.plots.save import Row

MOST_PANELS = 3
"""Pairs (b, alpha) drawn, a row each."""
MOST_ETAS = 7
"""Curves in a panel, spread evenly over those there are; more could not be told apart."""
ABOVE_BOUND = 0.1
"""How far beta lies above the bound 1 + (alpha - 1) max l* of (14), [WOR] Theorem 2."""


@dataclass(frozen=True)
class Horizon:
    """The first t/eta^beta steps: many enough that (14) holds, and as many as the runs have at the smallest eta."""

    beta: float
    t: float

    def checkpoint(self, cell: VisitComparison) -> OutsideShare:
        """Give the last checkpoint that is not beyond t/eta^beta; the first where all are."""
        n = math.floor(self.t / cell.eta**self.beta * (1.0 + 1e-12))  # rounding must not lose the last checkpoint
        return max((one for one in cell.outside_widest if one.steps <= n), default=cell.outside_widest[0], key=_steps)


@dataclass(frozen=True, eq=False)
class EliminationPanel:
    """One row: one (b, alpha) whose wells are not all equally wide."""

    cells: tuple[VisitComparison, ...]  # with walkers, eta from large to small
    horizon: Horizon | None  # None for light tails, which (14) says nothing about

    @property
    def curves(self) -> tuple[VisitComparison, ...]:
        """The cells whose shares are drawn against steps."""
        n, m = len(self.cells), min(len(self.cells), MOST_ETAS)
        return tuple(self.cells[round(k * (n - 1) / max(m - 1, 1))] for k in range(m))

    def exact_outside(self, cell: VisitComparison) -> float | None:
        """Sum the exact stationary shares outside the widest wells."""
        return _sum_outside(cell, cell.exact)

    def limit_outside(self) -> float | None:
        """Sum the limit shares outside the widest wells: zero wherever there is a limit."""
        return _sum_outside(self.cells[0], self.cells[0].limit)


def elimination_panels(
    visits: Sequence[VisitComparison], jump_numbers: Mapping[tuple[float, float | None], int]
) -> tuple[EliminationPanel, ...]:
    """Gather cells with walkers by (b, alpha), where some well is not among the widest; at most three.

    Parameters
    ----------
    visits
        Cells of long runs.
    jump_numbers
        The largest l* of the landscape, by (b, alpha).

    Returns
    -------
    tuple of EliminationPanel
        Their horizons have beta = 1 + (alpha - 1) max l* + 0.1, and the largest t that the runs allow.
    """
    gathered: dict[tuple[float, float | None], list[VisitComparison]] = {}
    for cell in visits:
        if cell.n_walkers and 0 < len(cell.widest) < len(cell.shares) and cell.outside_widest:
            gathered.setdefault((cell.b, cell.alpha), []).append(cell)
    panels = [
        EliminationPanel(
            tuple(sorted(cells, key=lambda cell: -cell.eta)), _horizon(cells, key[1], jump_numbers.get(key))
        )
        for key, cells in gathered.items()
    ]
    return tuple(panels[:MOST_PANELS])


def _horizon(cells: Sequence[VisitComparison], alpha: float | None, jump_number: int | None) -> Horizon | None:
    if alpha is None or jump_number is None:
        return None
    beta = 1.0 + (alpha - 1.0) * jump_number + ABOVE_BOUND
    return Horizon(beta, min(cell.outside_widest[-1].steps * cell.eta**beta for cell in cells))


def elimination_rows(panels: Sequence[EliminationPanel]) -> list[Row]:
    """List what is drawn, a row for each eta and number of steps; the exact stationary share beside the last."""
    return [
        {
            "b": cell.b,
            "alpha": cell.alpha,
            "eta": cell.eta,
            "widest": " ".join(map(str, cell.widest)),
            "steps": one.steps,
            "outside": one.share,
            "low": one.low,
            "high": one.high,
            "expected": one.expected,
            "exact": panel.exact_outside(cell),
            "limit": panel.limit_outside(),
            "horizon": None if cell.horizon is None else cell.horizon * one.steps / cell.n_steps,
            "beta": None if panel.horizon is None else panel.horizon.beta,
            "t": None if panel.horizon is None else panel.horizon.t,
            "is_at_horizon": panel.horizon is not None and panel.horizon.checkpoint(cell) is one,
        }
        for panel in panels
        for cell in panel.cells
        for one in cell.outside_widest
    ]


def _sum_outside(cell: VisitComparison, shares: Sequence[float | None]) -> float | None:
    total = 0.0
    for well, share in enumerate(shares):
        if share is None:
            return None
        total += 0.0 if well in cell.widest else share
    return total


def _steps(share: OutsideShare) -> int:
    return share.steps
