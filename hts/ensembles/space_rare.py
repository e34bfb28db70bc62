"""Samples of walks in R^d that leave within n steps: crude, or from the mixture of docs/model.md (19)."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

from hts.ensembles.mixtures import Mixture, design_walks, started
from hts.ensembles.rare import RareSample, placed, run_walks, sample_of, sample_walks
from hts.ensembles.space import SpaceProblem
from hts.kernels.objects import StoredKernel
from hts.kernels.space_walks import empty_space_walks, new_space_scratch
from hts.kernels.walks import put, taken

#: Version of the computation from a seed to a value in R^d.
SPACE_RARE_VERSION: Final = "space rare/1"
advance_space_walks = StoredKernel("hts.kernels.space_rare", "advance")


def simulate_space_walks(
    problem: SpaceProblem,
    n_steps: int,
    mixture: Mixture | None,
    first: int,
    n: int,
    *,
    on_steps: Callable[[int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    walks_per_call: int | None = None,
) -> RareSample:
    """Sample walks first, ..., first + n - 1 of one cell in R^d, each for n_steps steps at most.

    Parameters
    ----------
    problem : SpaceProblem
    n_steps : int
        Steps within which a walk has to leave.
    mixture : Mixture or None
        What is sampled from, of `draws_per_step` times `n_steps` draws; None for the walks' own law.
    first, n, on_steps, should_stop, walks_per_call
        As of `hts.ensembles.rare.simulate_walks`. All that leave count as leaving on the right.

    Raises
    ------
    Interrupted
        When `should_stop` says so.
    """
    make = partial(SpaceWalkers, problem, mixture)
    return sample_walks(make, n_steps, mixture, first, n, on_steps, should_stop, walks_per_call)


def draws_per_step(problem: SpaceProblem) -> int:
    """Count the draws of a step that may be large: one size, or one for each coordinate."""
    return 1 if problem.is_isotropic else problem.dimension


class SpaceWalkers:
    """Walks that one call of the kernel advances."""

    def __init__(self, problem: SpaceProblem, mixture: Mixture | None, first: int, n: int) -> None:
        self.first, self.n, self.mixture = first, n, mixture
        self.draws_per_step = draws_per_step(problem)
        self.motion = problem.motion()
        purpose = b"hts space crude" if mixture is None else b"hts space mixed"
        self.walks = empty_space_walks(n, problem.dimension)
        self.scratch = new_space_scratch(self.motion)
        put(self.walks.streams, started(problem.cell_key(purpose), first, n))
        put(self.walks.x, np.tile(self.motion.start[:, None], n))
        self.threshold, self.design = math.inf, None
        if mixture is not None:
            self.threshold = float(mixture.threshold)
            self.design = design_walks(mixture, problem.cell_key(b"hts space design"), first, n)
            put(self.walks.spares, started(problem.cell_key(b"hts space body"), first, n))
            self.walks = placed(self.walks, self.design)

    def run(self, n_steps: int, on_steps: Callable[[int], None] | None, should_stop: Callable[[], bool] | None) -> None:
        """Walk until all have left or n_steps are taken."""
        run_walks(
            self.walks, self.scratch, self.motion, self.threshold, n_steps, on_steps, should_stop, advance_space_walks
        )

    def hits(self, n_steps: int) -> RareSample:
        """List the walks that left in time, with their values."""
        inside, steps, big = (taken(one, self.n) for one in (self.walks.inside, self.walks.exit_steps, self.walks.big))
        is_out = inside == 0
        return sample_of(
            self.first, is_out, is_out, steps, big, n_steps, self.mixture, self.design, self.draws_per_step
        )
