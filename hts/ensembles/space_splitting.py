"""Fixed-effort splitting in R^d: walks of one stage begin where those of the last one first left its domain.

The domains grow from stage to stage, the last being the one that is left; any such series gives the right mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from hts.arrays import FloatArray, IntArray
from hts.ensembles.mixtures import Words
from hts.ensembles.rare import RareSample, run_walks
from hts.ensembles.space import SpaceProblem
from hts.ensembles.space_rare import advance_space_walks
from hts.ensembles.splitting import Walked, key_of_run, run_stages, sample_runs
from hts.kernels.space_motions import Region
from hts.kernels.space_walks import empty_space_walks, new_space_scratch, taken_points
from hts.kernels.walks import put, taken


def simulate_space_splitting(
    problem: SpaceProblem,
    n_steps: int,
    stages: tuple[Region, ...],
    effort: int,
    first: int,
    n: int,
    *,
    on_steps: Callable[[int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> RareSample:
    """Run fixed-effort splitting in R^d independently n times; each run is a sample whose mean is the probability.

    Parameters
    ----------
    problem : SpaceProblem
    n_steps : int
        Steps within which walks have to leave.
    stages : tuple of Region
        Domains, each within the next; the last is the problem's own.
    effort : int
        Walks of each stage.
    first, n, on_steps, should_stop
        As of `hts.ensembles.splitting.simulate_splitting`.

    Raises
    ------
    Interrupted
        When `should_stop` says so.
    """

    def run(number: int, count: Callable[[int], None]) -> tuple[float, float]:
        value = _run(problem, n_steps, stages, effort, number, count, should_stop)
        return value, value

    return sample_runs(run, first, n, on_steps)


def _run(
    problem: SpaceProblem,
    n_steps: int,
    stages: tuple[Region, ...],
    effort: int,
    number: int,
    on_steps: Callable[[int], None],
    should_stop: Callable[[], bool] | None,
) -> float:
    """Give the estimate of one run."""
    motion = problem.motion()

    def walk(stage: int, streams: Words, x: FloatArray, steps: IntArray) -> Walked:
        walks, within = empty_space_walks(effort, problem.dimension), motion._replace(region=stages[stage])
        put(walks.streams, streams)
        put(walks.x, x.T)
        put(walks.exit_steps, steps)
        run_walks(
            walks, new_space_scratch(within), within, math.inf, n_steps, on_steps, should_stop, advance_space_walks
        )
        steps = taken(walks.exit_steps, effort)
        return taken_points(walks.x, effort), steps, (taken(walks.inside, effort) == 0) & (steps <= n_steps)

    key = key_of_run(problem.cell_key(b"hts space split"), number)
    return run_stages(walk, key, len(stages), np.tile(motion.start, (effort, 1)))[0]
