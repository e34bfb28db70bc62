"""Time outside the widest wells at the horizon t/eta^beta (docs/model.md (14))."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hts.comparison.visit_records import OutsideShare, VisitComparison

#: How far beta lies above the bound 1 + (alpha - 1) max l* of (14), [WOR] Theorem 2.
ABOVE_BOUND = 0.1


@dataclass(frozen=True)
class Horizon:
    """The first t/eta^beta steps: many enough that (14) holds, and as many as the runs have at the smallest eta."""

    beta: float
    t: float

    def checkpoint(self, cell: VisitComparison) -> OutsideShare:
        """Return the last checkpoint that is not beyond t/eta^beta; the first where all are."""
        n = math.floor(self.t / cell.eta**self.beta * (1.0 + 1e-12))  # rounding must not lose the last checkpoint
        within = [one for one in cell.outside_widest if one.steps <= n]
        return max(within, default=cell.outside_widest[0], key=lambda one: one.steps)


@dataclass(frozen=True, eq=False)
class Elimination:
    """The long runs of one (b, alpha) whose wells are not all equally wide."""

    cells: tuple[VisitComparison, ...]  # with walkers, eta from large to small
    horizon: Horizon | None  # None for light tails, which (14) says nothing about

    def exact_outside(self, cell: VisitComparison) -> float | None:
        """Sum the exact stationary shares outside the widest wells."""
        return _sum_outside(cell, cell.exact)

    def limit_outside(self) -> float | None:
        """Sum the limit shares outside the widest wells: zero wherever there is a limit."""
        return _sum_outside(self.cells[0], self.cells[0].limit)


def eliminations(
    visits: Sequence[VisitComparison], jump_numbers: Mapping[tuple[float, float | None], int]
) -> tuple[Elimination, ...]:
    """Gather cells with walkers by (b, alpha), where some well is not among the widest.

    Parameters
    ----------
    visits
        Cells of long runs.
    jump_numbers
        The largest l* of the landscape, by (b, alpha).

    Returns
    -------
    tuple of Elimination
        Their horizons have beta = 1 + (alpha - 1) max l* + 0.1, and the largest t that the runs allow.
    """
    gathered: dict[tuple[float, float | None], list[VisitComparison]] = {}
    for cell in visits:
        if cell.n_walkers and 0 < len(cell.widest) < len(cell.shares) and cell.outside_widest:
            gathered.setdefault((cell.b, cell.alpha), []).append(cell)
    return tuple(
        Elimination(tuple(sorted(cells, key=lambda cell: -cell.eta)), _horizon(cells, key[1], jump_numbers.get(key)))
        for key, cells in gathered.items()
    )


def _horizon(cells: Sequence[VisitComparison], alpha: float | None, jump_number: int | None) -> Horizon | None:
    if alpha is None or jump_number is None:
        return None
    beta = 1.0 + (alpha - 1.0) * jump_number + ABOVE_BOUND
    return Horizon(beta, min(cell.outside_widest[-1].steps * cell.eta**beta for cell in cells))


def _sum_outside(cell: VisitComparison, shares: Sequence[float | None]) -> float | None:
    total = 0.0
    for well, share in enumerate(shares):
        if share is None:
            return None
        total += 0.0 if well in cell.widest else share
    return total
