"""The walkers of one cell and the loop that advances them: what exits and visits share.

A kernel is called again and again until its walkers finish, with progress, stops and saved states in between.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from hts.ensembles.lanes import State, Waiting
from hts.ensembles.motions import Problem, motion_in, words_per_draw
from hts.errors import StoppedError
from hts.kernels import blocks
from hts.kernels.motions import Motion

#: Wall time between two returns of the kernel: progress, Ctrl-C and schedulers wait no longer than this.
SECONDS_PER_CALL: Final = 0.2
#: Walker-steps of a first call: about 10 ms, enough to measure the speed.
FIRST_BUDGET: Final = 2_000_000
#: Largest ratio of one call to the one before: the first, of some milliseconds, measures the speed.
MOST_GROWTH: Final = 100.0
#: Wall time between two checkpoints: with a call of the kernel and a slow disk on top, a kill costs less than 30 s.
SECONDS_PER_CHECKPOINT: Final = 20.0
#: Work that a stop may throw away rather than write a checkpoint.
SECONDS_NOT_WORTH_KEEPING: Final = 1.0
#: Version of the meaning of the arrays in a `State`, of exits and of visits; a state of another version is ignored.
STATE_VERSION: Final = "exits/1 visits/1"
#: Arrays of a block that decide how it goes on; the others are scratch.
STATE_OF_BLOCK: Final = ("streams", "x", "exit_steps", "walker", "counters", "starts")


class Interrupted(StoppedError):  # noqa: N818  (as KeyboardInterrupt: not a fault)
    """The simulation was stopped before its walkers had finished."""


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Walkers of one cell: how they move, the key of their streams, and the block of lanes they run in."""

    first_walker: int
    n_walkers: int
    motion: Motion
    key: npt.NDArray[np.uint64]
    block: blocks.Block

    @classmethod
    def of(
        cls,
        problem: Problem,
        walkers: tuple[int, int],
        width: int,
        chunk: int,
    ) -> Self:
        """Make an ensemble that has not started.

        Parameters
        ----------
        problem : Problem
        walkers : (int, int)
            First walker and number of walkers.
        width, chunk : int
            Lanes of the block (a multiple of eight) and longest chunk of steps.
        """
        motion = motion_in(problem)
        block = blocks.new_block(*walkers, words_per_draw(motion), width, chunk)
        return cls(*walkers, motion, problem.cell_key(), block)

    @property
    def walker(self) -> npt.NDArray[np.uint32]:
        """The walkers' numbers."""
        return np.arange(self.first_walker, self.first_walker + self.n_walkers, dtype=np.uint32)

    @property
    def steps_beyond_domain(self) -> int:
        """Steps begun so far where a formula's gradient goes on linearly."""
        return int(self.block.counters[blocks.BEYOND])

    def run(
        self,
        advance: Callable[[int], int],
        rows: Mapping[str, npt.NDArray[Any]],
        on_steps: Callable[[int], None] | None,
        should_stop: Callable[[], bool] | None,
        resume_from: Mapping[str, npt.NDArray[Any]] | None,
        on_checkpoint: Callable[[State], None] | None,
    ) -> None:
        """Advance all walkers until they have finished.

        Parameters
        ----------
        advance : callable
            Calls the kernel for about that many walker-steps and returns how many it took.
        rows : mapping of str to array
            What the kernel writes beside the block; kept with it in a `State`.
        on_steps, should_stop, resume_from, on_checkpoint : optional
            See `exits.simulate_exits`.

        Raises
        ------
        Interrupted
            When `should_stop` says so.
        """
        state = self.state(rows)
        waiting = Waiting(state, resume_from, in_step="integers" in rows)  # which a watch of long runs has

        def go_on(budget: int) -> int:
            waiting.refill()
            return advance(budget)

        def keep(_: State) -> None:
            if on_checkpoint is not None:
                on_checkpoint(waiting.whole())

        drive(go_on, state, self.n_walkers, on_steps, should_stop, keep if on_checkpoint is not None else None)

    def state(self, rows: Mapping[str, npt.NDArray[Any]]) -> State:
        """Give all that the kernel updates, by name."""
        return {name: getattr(self.block, name) for name in STATE_OF_BLOCK} | dict(rows)


def restore(state: State, kept: Mapping[str, npt.NDArray[Any]] | None) -> None:
    """Copy a saved state into `state`, if it belongs to these walkers and lanes.

    That of walkers on a line is fitted to other lanes as well, by `lanes.Waiting`.
    """
    if kept is None or any(
        name not in kept or kept[name].shape != array.shape or kept[name].dtype != array.dtype
        for name, array in state.items()
    ):
        return
    if kept["counters"][blocks.END] != state["counters"][blocks.END]:
        return
    for name, array in state.items():
        array[...] = kept[name]


def drive(
    advance: Callable[[int], int],
    state: State,
    n_walkers: int,
    on_steps: Callable[[int], None] | None,
    should_stop: Callable[[], bool] | None,
    on_checkpoint: Callable[[State], None] | None,
) -> None:
    """Call a kernel until all its walkers have finished.

    Parameters
    ----------
    advance : callable
        Takes about that many walker-steps and returns how many it took.
    state : State
        What it updates.
    n_walkers : int
    on_steps, should_stop, on_checkpoint : callable, optional
        See `exits.simulate_exits`.

    Raises
    ------
    Interrupted
        When `should_stop` says so.
    """
    counters = state["counters"]
    budget, kept = FIRST_BUDGET, time.monotonic()
    while counters[blocks.FINISHED] < n_walkers:
        is_stopped = should_stop is not None and should_stop()
        patience = SECONDS_NOT_WORTH_KEEPING if is_stopped else SECONDS_PER_CHECKPOINT
        if on_checkpoint is not None and time.monotonic() > kept + patience:
            on_checkpoint(state)
            kept = time.monotonic()
        if is_stopped:
            raise Interrupted("stopped while walkers were running; run it again to continue")
        started = time.perf_counter()
        with np.errstate(over="ignore", invalid="ignore"):  # for interpreted kernels; compiled ones set no flags
            done = advance(budget)
        seconds = time.perf_counter() - started
        budget = max(1, int(budget * min(MOST_GROWTH, SECONDS_PER_CALL / max(seconds, 1e-9))))
        if on_steps is not None:
            on_steps(int(done))


def steps_in(state: Mapping[str, npt.NDArray[Any]]) -> int:
    """Count the walker-steps that a state holds, those of finished walkers and of running ones."""
    counters = state["counters"]
    return int(counters[blocks.FINISHED_STEPS]) + int(state["exit_steps"][: counters[blocks.LIVE]].sum())
