"""Rough exact mean exit times, computed where a forecast would be wrong without them."""

from collections.abc import Iterable

from hts.plans import Cell, Plan

#: Pairs (b, alpha) for which exact values are computed before a forecast.
MOST_LINES = 12
#: Walker-steps of a (b, alpha) that take about a second: nobody needs to know them better.
FEW_STEPS = 3e8


def rough_means(plan: Plan, steps: Iterable[tuple[Cell, float]]) -> dict[Cell, float]:
    """Compute the exact mean of each (b, alpha) at its smallest eta, where most steps are taken, to 1 %.

    Nothing is computed for more than `MOST_LINES` of them: it takes up to a second each, and a description should not
    wait. Nor where the work of a (b, alpha) is done before anybody could wonder how long it takes.

    Parameters
    ----------
    plan : Plan
        Of exits.
    steps : iterable of (Cell, float)
        Cells, each once, with the walker-steps that each has to do according to its limit.

    Returns
    -------
    dict of Cell to float
        In steps; cells without an exact value are left out.
    """
    lines: dict[tuple[float, float | None], tuple[Cell, float]] = {}  # the cell of the smallest eta, steps of all
    for cell, n in steps:
        smallest, n_before = lines.get((cell.b, cell.alpha), (cell, 0.0))
        lines[cell.b, cell.alpha] = (cell if cell.eta < smallest.eta else smallest, n_before + n)
    wanted = [cell for cell, n in lines.values() if n > FEW_STEPS]
    if not 0 < len(wanted) <= MOST_LINES:
        return {}
    from hts.answers import predict_roughly  # a run, which forecasts too, needs none and should not wait

    return {cell: mean for cell, mean in predict_roughly(plan, wanted).items() if mean is not None}
