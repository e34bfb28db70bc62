"""A cell of a plan as the problem that kernels solve."""

from collections.abc import Callable
from functools import lru_cache
from typing import Protocol, TypeAlias

import numpy as np

from hts.ensembles import ExitProblem, ExitSample, VisitProblem, VisitSample
from hts.landscapes import Gradient
from hts.plans import Cell, Plan

Sample: TypeAlias = ExitSample | VisitSample


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
    ) -> Sample:
        """Simulate walkers first_walker, ..., first_walker + n_walkers - 1."""


def exit_problem(plan: Plan, cell: Cell) -> ExitProblem:
    """Gather all that decides one cell's numbers."""
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


def visit_problem(plan: Plan, cell: Cell, n_steps: int) -> VisitProblem:
    """Gather all that decides one cell's numbers in a study of visits of so many steps."""
    landscape, record = plan.build_landscape(), plan.visit_record()
    return VisitProblem(
        gradient=_gradient(plan),
        noise=plan.noise_of(cell),
        eta=cell.eta,
        b=cell.b,
        projection=landscape.projection,
        start=record.start,
        seed=plan.seed,
        minima=landscape.minima,
        barriers=landscape.barriers,
        radius=np.full(landscape.n_wells, record.radius),
        low=record.low,
        high=record.high,
        n_bins=record.n_bins,
        checkpoints=np.array(record.checkpoints(n_steps), np.int64),
    )


@lru_cache(maxsize=8)
def _gradient(plan: Plan) -> Gradient:
    """Tabulate f' where walkers can be once for all shards."""
    landscape = plan.build_landscape()
    if plan.visits is not None:
        return landscape.gradient(-landscape.projection, landscape.projection)
    domain = plan.exit_domain()
    return landscape.gradient(domain.low, domain.high)
