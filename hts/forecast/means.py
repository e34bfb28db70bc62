"""Rough exact mean exit times, computed where a forecast would be wrong without them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from hts.plans import Cell, Plan

#: Pairs (b, alpha) for which exact values are computed before a forecast.
MOST_LINES = 12
#: Walker-steps of a (b, alpha) that take about a second: not worth a better forecast.
FEW_STEPS = 3e8


def rough_means(plan: Plan, steps: Mapping[Cell, float], without_limit: Collection[Cell] = ()) -> dict[Cell, float]:
    """Compute exact means of each (b, alpha), to 1 %: at its smallest eta, where most steps are taken, and elsewhere.

    Elsewhere is where the limit says nothing, so that no other eta can stand for it: the largest eta first, then some
    between. Nothing is computed for more than `MOST_LINES` pairs: a mean takes up to a second, and a description should
    not wait. Nor where the work of a (b, alpha) takes no longer than a glance.

    Parameters
    ----------
    plan : Plan
        Of exits.
    steps : mapping of Cell to float
        Walker-steps that each cell has to do according to its limit, or at most where there is none.
    without_limit : collection of Cell
        Those of them whose limit says nothing.

    Returns
    -------
    dict of Cell to float
        In steps; cells without an exact value are left out.
    """
    lines: dict[tuple[float, float | None, float | None], list[Cell]] = defaultdict(list)
    for cell in steps:
        lines[cell.b, cell.alpha, cell.epsilon].append(cell)
    wanted = [cells for cells in lines.values() if sum(steps[cell] for cell in cells) > FEW_STEPS]
    if not 0 < len(wanted) <= MOST_LINES:
        return {}
    chosen: list[Cell] = []
    for cells in wanted:
        smallest = min(cells, key=lambda cell: cell.eta)
        unknown = sorted((cell for cell in cells if cell in without_limit and cell != smallest), key=lambda c: -c.eta)
        chosen += [smallest, *_spread(unknown, MOST_LINES // len(wanted))]
    from hts.answers import predict_roughly  # a run, which forecasts too, needs none and should not wait

    return {cell: mean for cell, mean in predict_roughly(plan, chosen).items() if mean is not None}


def _spread(cells: Sequence[Cell], n: int) -> list[Cell]:
    """Give all of the cells, or n of them from the first one on, evenly."""
    return [cells[i * len(cells) // n] for i in range(n)] if len(cells) > n else list(cells)
