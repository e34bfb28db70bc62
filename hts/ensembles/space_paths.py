"""Recorded paths of single walkers in R^d: those of the exits and long runs of `space`."""

import numpy as np

from hts.arrays import FloatArray
from hts.ensembles.space import SpaceProblem, advance_space_exits
from hts.kernels.eights import LANES


def record_space_path(problem: SpaceProblem, purpose: bytes, walker: int, n_steps: int, stride: int) -> FloatArray:
    """Record where one walker is after every `stride` steps.

    Parameters
    ----------
    problem : SpaceProblem
        The walker ends where it leaves the region.
    purpose : bytes
        b"hts space exits" or b"hts space visits": which streams.
    walker : int
    n_steps, stride : int
        Steps in all, and between two places.

    Returns
    -------
    float64[place, d]
        The start first, and the place of the exit last.
    """
    block, motion = problem.block(walker, 1, LANES, stride), problem.motion()
    key = problem.cell_key(purpose)
    steps, inside, landing = np.zeros(1, np.int64), np.zeros(1, np.int8), np.zeros((1, problem.dimension))
    found = [np.array(problem.start, dtype=np.float64)]
    while len(found) <= n_steps // stride:
        taken = advance_space_exits(block, motion, key, n_steps, 1, walker, steps, inside, landing)
        if taken == 0 or steps[0] > 0:
            found.append(landing[0].copy())
            break
        found.append(block.x[:, 0].copy())
    return np.array(found)
