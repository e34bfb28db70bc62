"""This file is where a cell of a plan becomes the exit problem that kernels solve."""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from hts.landscapes import Gradient
from hts.plans import Cell, Plan

if TYPE_CHECKING:
    from hts.ensembles import ExitProblem, ExitSample


class Simulate(Protocol):
    """What simulates some walkers of a cell; a sweep takes any such function.

    It may be called from several threads at once, and it raises when should_stop() says so.
    """

    def __call__(
        self,
        cell: Cell,
        first_walker: int,
        n_walkers: int,
        max_steps: int,
        on_steps: Callable[[int], None],
        should_stop: Callable[[], bool],
        /,
    ) -> "ExitSample":
        """Simulate walkers first_walker, ..., first_walker + n_walkers - 1."""


def exit_problem(plan: Plan, cell: Cell) -> "ExitProblem":
    """Gather all that decides one cell's numbers."""
    from hts.ensembles import ExitProblem  # Numba takes a second to import, and status needs none of it

    landscape, domain = plan.build_landscape(), plan.exit_domain()
    return ExitProblem(
        gradient=_gradient(plan),
        noise=plan.noise_of(cell),
        eta=cell.eta,
        b=cell.b,
        projection=landscape.projection,
        low=domain.low,
        high=domain.high,
        start=domain.start,
        seed=plan.seed,
    )


@lru_cache(maxsize=8)
def _gradient(plan: Plan) -> Gradient:
    """Tabulate f' on the domain once for all shards."""
    domain = plan.exit_domain()
    return plan.build_landscape().gradient(domain.low, domain.high)
