"""Fixed-effort splitting: the probability to leave within n steps as a product of chances to come nearer.

Score of a place: the least number of further jumps that it takes to an end, then the distance. Walks of one stage begin
where those of the last one first came as near as its level; the level of the last stage is the end itself.
"""

import hashlib
import math
from collections.abc import Callable
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np

from hts.arrays import BoolArray, FloatArray, IntArray
from hts.ensembles.exits import ExitProblem
from hts.ensembles.mixtures import Words, draw_uniforms, started
from hts.ensembles.motions import cell_key, motion_in
from hts.ensembles.rare import RareSample, run_walks
from hts.kernels.walks import empty_walks, new_scratch, put, taken

#: Levels within the reach of one jump: the last is where fewer jumps are needed, the others lie evenly before it.
LEVELS_PER_JUMP: Final = 2
#: Places and steps after a stage, and who came through it.
Walked: TypeAlias = tuple[FloatArray, IntArray, BoolArray]


def split_levels(distance: float, b: float, jumps: int) -> tuple[float, ...]:
    """Return the distances from an end at which walks are split, from far to near; the last is 0.

    Parameters
    ----------
    distance : float
        Of the nearest end from the gradient path.
    b : float
        Clipping threshold, inf for none.
    jumps : int
        Least number of jumps that leave.
    """
    edges = [distance, *(k * b for k in range(jumps - 1, 0, -1)), 0.0]
    parts = np.arange(1, LEVELS_PER_JUMP + 1) / LEVELS_PER_JUMP
    return tuple(float(x) for far, near in pairwise(edges) for x in far + parts * (near - far))


def simulate_splitting(
    problem: ExitProblem,
    n_steps: int,
    levels: tuple[float, ...],
    effort: int,
    first: int,
    n: int,
    *,
    on_steps: Callable[[int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> RareSample:
    """Run fixed-effort splitting independently n times; each run is a sample whose mean is the probability.

    Parameters
    ----------
    problem : ExitProblem
    n_steps : int
        Steps within which walks have to leave.
    levels : tuple of float
        As `split_levels` gives them.
    effort : int
        Walks of each stage.
    first, n : int
        Runs first, ..., first + n - 1.
    on_steps, should_stop : callable, optional
        See `simulate_walks`.

    Raises
    ------
    Interrupted
        When `should_stop` says so.
    """

    def run(number: int, count: Callable[[int], None]) -> tuple[float, float]:
        return _run(problem, n_steps, levels, effort, number, count, should_stop)

    return sample_runs(run, first, n, on_steps)


def sample_runs(
    run: Callable[[int, Callable[[int], None]], tuple[float, float]],
    first: int,
    n: int,
    on_steps: Callable[[int], None] | None,
) -> RareSample:
    """Make a sample of runs first, ..., first + n - 1.

    `run` takes a run's number and what is told of its steps, and gives its estimate and the part of it on the right.
    """
    total = 0

    def count(steps: int) -> None:
        nonlocal total
        total += steps
        if on_steps is not None:
            on_steps(steps)

    runs = [run(number, count) for number in range(first, first + n)]
    value, right = np.array([one for one, _ in runs]), np.array([one for _, one in runs])
    row = np.flatnonzero(value)
    nothing = np.zeros(len(row), np.int64)
    sample = (first + row).astype(np.uint32)
    return RareSample(sample, value[row], right[row], value[row], nothing, nothing, total)


def _run(
    problem: ExitProblem,
    n_steps: int,
    levels: tuple[float, ...],
    effort: int,
    number: int,
    on_steps: Callable[[int], None],
    should_stop: Callable[[], bool] | None,
) -> tuple[float, float]:
    """Give the estimate of one run, and the part of it that left on the right."""
    motion = motion_in(problem)

    def walk(stage: int, streams: Words, x: FloatArray, steps: IntArray) -> Walked:
        walks = empty_walks(effort)
        put(walks.streams, streams)
        put(walks.x, x)
        put(walks.exit_steps, steps)
        low, high = problem.low + levels[stage], problem.high - levels[stage]
        run_walks(
            walks, new_scratch(motion), motion._replace(low=low, high=high), math.inf, n_steps, on_steps, should_stop
        )
        x, steps = taken(walks.x, effort), taken(walks.exit_steps, effort)
        return x, steps, ((x <= low) | (x >= high)) & (steps <= n_steps)

    key = key_of_run(cell_key(problem, b"hts splitting"), number)
    value, x = run_stages(walk, key, len(levels), np.full(effort, float(problem.start)))
    return value, value * float(np.mean(x >= problem.high)) if len(x) else 0.0


def run_stages(
    walk: Callable[[int, Words, FloatArray, IntArray], Walked], key: Words, n_stages: int, x: FloatArray
) -> tuple[float, FloatArray]:
    """Run the stages of one run: the product of the shares that come through, and the places of those that leave.

    Parameters
    ----------
    walk : callable
        Walks of one stage: its number, their streams, places and steps taken -> places, steps, and who came through.
    key : uint64[2]
        Of the run.
    n_stages : int
    x : float64[walk] or float64[walk, d]
        Where they begin.
    """
    effort, steps, value = len(x), np.zeros(len(x), np.int64), 1.0
    for stage in range(n_stages):
        x, steps, is_through = walk(stage, started(key, stage * effort, effort), x, steps)
        x, steps = x[is_through], steps[is_through]
        value *= len(x) / effort
        if not len(x):
            return 0.0, x
        if stage < n_stages - 1:
            shift = draw_uniforms(started(key, n_stages * effort + stage, 1), 1)[0, 0]
            x, steps = spread(x, steps, effort, shift)
    return value, x


def spread(x: FloatArray, steps: IntArray, effort: int, shift: float) -> tuple[FloatArray, IntArray]:
    """Let each walk that came through begin equally many of the next stage, up to one more, those with few steps first.

    Lanes of a group then take about equally many steps.
    """
    order = np.argsort(steps, kind="stable")
    chosen = order[((np.arange(effort) + shift) * len(x) / effort).astype(np.int64)]
    return x[chosen], steps[chosen]


def key_of_run(key: Words, number: int) -> Words:
    """Name the streams of one run of a cell, whose key is given."""
    named = key.tobytes() + number.to_bytes(8, "little")
    digest = hashlib.blake2b(named, digest_size=16, person=b"hts split run").digest()
    return np.frombuffer(digest, dtype="<u8").astype(np.uint64)
