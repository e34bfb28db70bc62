"""The limit law of a plan's cell: eta -> 0, or with [levy] epsilon -> 0."""

from hts.plans.plan import Cell, Plan
from hts.theory.limit.levy import levy_exit_limit
from hts.theory.limit.limits import ExitLimit, exit_limit


def exit_limit_of(plan: Plan, cell: Cell) -> ExitLimit:
    """Return the limit law of the exit from the plan's domain, docs/model.md (3) to (8) or docs/levy.md (20)."""
    leaving = plan.exit_of(cell)
    return exit_limit(leaving) if cell.epsilon is None else levy_exit_limit(leaving, cell.epsilon)
