"""Samples of walks that leave within n steps: crude, or from the mixture of docs/model.md (19)."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from hts.arrays import BoolArray, FloatArray, IntArray
from hts.ensembles.driving import Interrupted
from hts.ensembles.exits import ExitProblem
from hts.ensembles.mixtures import Design, Mixture, design_walks, started
from hts.ensembles.motions import cell_key, motion_in
from hts.kernels.blocks import WIDTH
from hts.kernels.motions import Motion
from hts.kernels.objects import StoredKernel
from hts.kernels.space_motions import SpaceMotion
from hts.kernels.space_walks import SpaceScratch, SpaceWalks
from hts.kernels.walks import Scratch, Walks, empty_walks, new_scratch, put, taken

#: Version of the computation from a seed to a value; it changes when any bit of any value may change.
RARE_VERSION: Final = "rare/1"
#: Walker-steps of a call of the kernel: about a tenth of a second.
STEPS_PER_CALL: Final = 20_000_000
#: Placed noises, and walks, of a call: some megabytes.
NOISES_PER_CALL, WALKS_PER_CALL = 1_000_000, 65_536
advance = StoredKernel("hts.kernels.rare", "advance")


@dataclass(frozen=True, eq=False)
class RareSample:
    """Walks that left within n steps; arrays over them, in the order of their numbers."""

    sample: npt.NDArray[np.uint32]  #: number of the walk
    value: FloatArray  #: what it adds to the sum whose mean is the probability
    right: FloatArray  #: the part of it that left on the right
    plain: FloatArray  #: the part of it from walks drawn from P itself
    steps: IntArray  #: sigma
    big: IntArray  #: large noises until then
    n_steps: int  #: steps of all walks, those that did not leave included


def simulate_walks(
    problem: ExitProblem,
    n_steps: int,
    mixture: Mixture | None,
    first: int,
    n: int,
    *,
    on_steps: Callable[[int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    walks_per_call: int | None = None,
) -> RareSample:
    """Sample walks first, ..., first + n - 1 of one cell, each for n_steps steps at most.

    Parameters
    ----------
    problem : ExitProblem
    n_steps : int
        Steps within which a walk has to leave.
    mixture : Mixture or None
        What is sampled from; None for the walks' own law, crude Monte Carlo.
    on_steps : callable, optional
        Told of walker-steps as they are taken.
    should_stop : callable, optional
        Asked some times a second.
    walks_per_call : int, optional
        Walks of a call of the kernel; no number depends on it.

    Raises
    ------
    Interrupted
        When `should_stop` says so.
    """
    make = partial(Walkers, problem, mixture)
    return sample_walks(make, n_steps, mixture, first, n, on_steps, should_stop, walks_per_call)


class CalledWalkers(Protocol):
    """Walks that one call of a kernel advances, on the line or in R^d."""

    def run(self, n_steps: int, on_steps: Callable[[int], None] | None, should_stop: Callable[[], bool] | None) -> None:
        """Walk until all have left or n_steps are taken."""

    def hits(self, n_steps: int) -> RareSample:
        """List the walks that left in time, with their values."""


def sample_walks(
    make: Callable[[int, int], CalledWalkers],
    n_steps: int,
    mixture: Mixture | None,
    first: int,
    n: int,
    on_steps: Callable[[int], None] | None,
    should_stop: Callable[[], bool] | None,
    walks_per_call: int | None,
) -> RareSample:
    """Sample walks first, ..., first + n - 1, as many to a call as memory and patience allow.

    Parameters
    ----------
    make : callable
        Begins walks: the number of the first, and how many.
    n_steps, mixture, first, n, on_steps, should_stop, walks_per_call
        As of `simulate_walks`.

    Raises
    ------
    Interrupted
        When `should_stop` says so.
    """
    wanted = min(STEPS_PER_CALL // n_steps, WALKS_PER_CALL)
    if mixture is not None:
        wanted = min(wanted, int(NOISES_PER_CALL / (mixture.n_steps * mixture.p + mixture.jumps)))
    size = walks_per_call or max(wanted // WIDTH, 1) * WIDTH
    parts = []
    for begun in range(first, first + n, size):
        walkers = make(begun, min(size, first + n - begun))
        walkers.run(n_steps, on_steps, should_stop)
        parts.append(walkers.hits(n_steps))
    return joined(parts)


def joined(parts: list[RareSample]) -> RareSample:
    """Join samples that follow one another."""
    names = ("sample", "value", "right", "plain", "steps", "big")
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return RareSample(**columns, n_steps=sum(part.n_steps for part in parts))


class Walkers:
    """Walks that one call of the kernel advances."""

    def __init__(self, problem: ExitProblem, mixture: Mixture | None, first: int, n: int) -> None:
        self.first, self.n, self.mixture = first, n, mixture
        self.motion = motion_in(problem)
        purpose = b"hts crude" if mixture is None else b"hts importance"
        self.walks = empty_walks(n)
        self.scratch = new_scratch(self.motion)
        put(self.walks.streams, started(cell_key(problem, purpose), first, n))
        put(self.walks.x, np.full(n, float(problem.start)))
        self.threshold, self.design = math.inf, None
        if mixture is not None:
            self.threshold = float(mixture.threshold)
            self.design = design_walks(mixture, cell_key(problem, b"hts design"), first, n)
            put(self.walks.spares, started(cell_key(problem, b"hts body"), first, n))
            self.walks = placed(self.walks, self.design)

    def run(self, n_steps: int, on_steps: Callable[[int], None] | None, should_stop: Callable[[], bool] | None) -> None:
        """Walk until all have left or n_steps are taken."""
        run_walks(self.walks, self.scratch, self.motion, self.threshold, n_steps, on_steps, should_stop)

    def hits(self, n_steps: int) -> RareSample:
        """List the walks that left in time, with their values."""
        x, steps, big = (taken(array, self.n) for array in (self.walks.x, self.walks.exit_steps, self.walks.big))
        is_right = x >= self.motion.high
        is_out = is_right | (x <= self.motion.low)
        return sample_of(self.first, is_out, is_right, steps, big, n_steps, self.mixture, self.design)


def sample_of(
    first: int,
    is_out: BoolArray,
    is_right: BoolArray,
    steps: IntArray,
    big: IntArray,
    n_steps: int,
    mixture: Mixture | None,
    design: Design | None,
    draws_per_step: int = 1,
) -> RareSample:
    """List the walks of a call that left in time, with their values.

    Parameters
    ----------
    first : int
        Number of the first walk.
    is_out, is_right, steps, big
        Of each walk: whether it left, whether on the right, its steps and its large noises until then.
    n_steps : int
        Steps within which walks have to leave.
    mixture, design
        What was sampled from, and the noises placed; None for the walks' own law.
    draws_per_step : int
        Draws of a step that may be large.
    """
    row = np.flatnonzero(is_out & (steps <= n_steps))
    forced, value = np.zeros(len(row), bool), np.ones(len(row))
    if mixture is not None and design is not None:
        forced = design.forced[row]
        value = mixture.values(steps[row] * draws_per_step, big[row], forced, design.spare[row])
    return RareSample(
        sample=(first + row).astype(np.uint32),
        value=value,
        right=np.where(is_right[row], value, 0.0),
        plain=np.where(forced, 0.0, value),
        steps=steps[row],
        big=big[row],
        n_steps=int(np.minimum(steps, n_steps).sum()),
    )


AnyWalks = TypeVar("AnyWalks", Walks, SpaceWalks)


def placed(walks: AnyWalks, design: Design) -> AnyWalks:
    """Give walks the noises that are placed beforehand."""
    end = np.cumsum(design.counts)
    put(walks.forced, design.forced.astype(np.int64))
    put(walks.first, end - design.counts)
    put(walks.end, end)
    return walks._replace(places=design.places, sizes=design.sizes)


def run_walks(
    walks: Walks | SpaceWalks,
    scratch: Scratch | SpaceScratch,
    motion: Motion | SpaceMotion,
    threshold: float,
    n_steps: int,
    on_steps: Callable[[int], None] | None,
    should_stop: Callable[[], bool] | None,
    kernel: Callable[..., Any] = advance,
) -> None:
    """Advance walks until each has left or taken n_steps steps in all.

    `kernel` is `advance` of the same arguments, on the line or in R^d.

    Raises
    ------
    Interrupted
        When `should_stop` says so.
    """
    n_lanes = walks.exit_steps.size
    now, n_left, before = 0, 1, int(walks.exit_steps.sum())
    while n_left:
        if should_stop is not None and should_stop():
            raise Interrupted("stopped while walks were under way; run it again to continue")
        n = max(1, min(STEPS_PER_CALL // n_lanes, n_steps - now))
        with np.errstate(over="ignore", invalid="ignore"):  # for interpreted kernels; compiled ones set no flags
            n_left = kernel(walks, scratch, motion, threshold, now, n, n_steps)
        now += n
        total = int(walks.exit_steps.sum())
        if on_steps is not None:
            on_steps(total - before)
        before = total
