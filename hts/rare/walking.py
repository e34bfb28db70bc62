"""How the walks of one cell are taken, on the line or in R^d: what a question asks of the ensembles."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from hts.ensembles import STREAM_VERSION
from hts.ensembles.mixtures import Mixture
from hts.ensembles.rare import RARE_VERSION, RareSample, simulate_walks
from hts.ensembles.splitting import simulate_splitting, split_levels
from hts.plans import AnyPlan, Cell, Plan, SpacePlan
from hts.plans.rare import RareCell, rare_cell
from hts.plans.space_rare import space_rare_cell
from hts.sweeps import EXIT_STUDY, study_of

if TYPE_CHECKING:
    from hts.kernels.space_motions import Region


class Sampler(Protocol):
    """A function that takes samples of one question; whatever walks, on the line or in R^d, it gives values, steps."""

    def __call__(
        self,
        first: int,
        n: int,
        *,
        on_steps: Callable[[int], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> RareSample:
        """Take samples first, ..., first + n - 1."""


class Walking(Protocol):
    """The walks of one cell.

    Attributes
    ----------
    base : RareCell
        Steps, J and gamma.
    draws_per_step : int
        Draws of a step that may be large.
    version : str
        Of the computation from a seed to a value.
    """

    base: RareCell
    draws_per_step: int
    version: str

    def walks(self, mixture: Mixture | None) -> Sampler:
        """Return the sampler of walks of the mixture, or of the plan's own law."""

    def splitting(self, effort: int) -> tuple[tuple[Any, ...], Sampler]:
        """Return what tells the stages of splitting apart from others, one for each, and its sampler."""


class LineWalking:
    """Walks on the line."""

    draws_per_step = 1
    version = f"{STREAM_VERSION} {RARE_VERSION}"

    def __init__(self, plan: Plan, cell: Cell) -> None:
        self.base, self.problem = rare_cell(plan, cell), EXIT_STUDY.problem(plan, cell)

    def walks(self, mixture: Mixture | None) -> Sampler:
        """Return the sampler of walks of the mixture, or of the plan's own law."""
        return partial(simulate_walks, self.problem, self.base.n_steps, mixture)

    def splitting(self, effort: int) -> tuple[tuple[Any, ...], Sampler]:
        """Return the distances at which walks are split, and the sampler."""
        assert self.base.way is not None
        levels = split_levels(self.base.way.distance, self.base.cell.b, self.base.way.jumps)
        return levels, partial(simulate_splitting, self.problem, self.base.n_steps, levels, effort)


class SpaceWalking:
    """Walks in R^d."""

    def __init__(self, plan: SpacePlan, cell: Cell) -> None:
        from hts.ensembles.space import SPACE_VERSION
        from hts.ensembles.space_rare import SPACE_RARE_VERSION, draws_per_step

        self.plan, self.base, self.problem = plan, space_rare_cell(plan, cell), study_of(plan).problem(plan, cell)
        self.draws_per_step = draws_per_step(self.problem)
        self.version = f"{SPACE_VERSION} {SPACE_RARE_VERSION}"

    def walks(self, mixture: Mixture | None) -> Sampler:
        """Return the sampler of walks of the mixture, or of the plan's own law."""
        from hts.ensembles.space_rare import simulate_space_walks

        return partial(simulate_space_walks, self.problem, self.base.n_steps, mixture)

    def splitting(self, effort: int) -> tuple[tuple[Any, ...], Sampler]:
        """Return digests of the domains that are left one after the other, and the sampler."""
        from hts.ensembles.space_splitting import simulate_space_splitting

        stages = self.plan.ways[self.base.cell.b].stages
        names = tuple(_digest(region) for region in stages)
        return names, partial(simulate_space_splitting, self.problem, self.base.n_steps, stages, effort)


def walking_of(plan: AnyPlan, cell: Cell) -> Walking:
    """Return how the walks of one cell are taken."""
    return SpaceWalking(plan, cell) if isinstance(plan, SpacePlan) else LineWalking(plan, cell)


def _digest(region: Region) -> str:
    """Sum a domain up in eight hexadecimal digits."""
    found = hashlib.blake2b(
        f"{region.kind} {region.number!r} {region.program.outputs.tolist()}".encode(), digest_size=4
    )
    for array in (region.centre, region.matrix, region.low, region.high, region.labels, *region.program[:2]):
        found.update(array.tobytes())
    return found.hexdigest()
