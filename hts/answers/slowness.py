"""Cells whose exact values take long, told before anything is computed."""

from collections.abc import Sequence
from math import inf

from hts.plans import Cell, Plan
from hts.theory.exact.means import first_nodes
from hts.theory.exact.refinement import MAX_NODES
from hts.theory.exact.steps import ExactExitError

#: Seconds of a cell for the square of the nodes of its first mesh: solutions grow with their cube, the rest hardly.
#: Measured over random plans on one core; most lie within a factor of two.
SECONDS = 1.6e-6
#: A cell that takes longer is called slow.
SLOW = 5.0
#: Most cells that are looked at, those between are taken to be like them: a look takes a few milliseconds.
MOST_LOOKS = 60


def expected_seconds(plan: Plan, cell: Cell) -> float:
    """Return about how long the exact exit of a cell takes on one core; 0 where it is refused at once."""
    try:
        n_nodes = first_nodes(plan.exit_of(cell))
    except ExactExitError:
        return 0.0
    return SECONDS * float(n_nodes) ** 2 if n_nodes <= MAX_NODES else 0.0


def slow_cells(plan: Plan, cells: Sequence[Cell]) -> str | None:
    """Say which cells of a plan of exits will take long to predict, and about how long; None where none will.

    Parameters
    ----------
    plan : Plan
    cells : sequence of Cell
    """
    in_order = sorted(cells, key=lambda cell: (cell.b, cell.alpha or 0.0, cell.eta))
    n = min(len(in_order), MOST_LOOKS)
    looked_at = [in_order[k * len(in_order) // n] for k in range(n)]
    seconds = [expected_seconds(plan, cell) for cell in looked_at]
    n_slow = sum(s > SLOW for s in seconds)
    if not n_slow:
        return None
    most, cell = max(zip(seconds, looked_at, strict=True), key=lambda pair: pair[0])
    whole = sum(seconds) * len(in_order) / n
    b = "inf" if cell.b == inf else f"{cell.b:g}"
    alpha = "" if cell.alpha is None else f", alpha {cell.alpha:g}"
    share = f"{n_slow} of {n} cells" + (" looked at" if n < len(in_order) else "")
    return (
        f"exact exit times take about {_duration(whole)} of one core: {share} take over {SLOW:.0f} s each, "
        f"the slowest about {_duration(most)} (eta {cell.eta:g}, b {b}{alpha})"
    )


def _duration(seconds: float) -> str:
    """Write a duration that is known to a factor of two."""
    if seconds < 100.0:
        return f"{seconds:.0f} s"
    return f"{seconds / 60.0:.0f} min" if seconds < 6000.0 else f"{seconds / 3600.0:.0f} h"
