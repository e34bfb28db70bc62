"""Repeated calls of a kernel until its walkers finish, with progress, stops and saved states in between."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from hts.errors import StoppedError
from hts.kernels import blocks

#: Walkers on their way: all that a run of the kernel leaves behind, by name.
State: TypeAlias = dict[str, npt.NDArray[Any]]

#: Wall time between two returns of the kernel: progress, Ctrl-C and schedulers wait no longer than this.
SECONDS_PER_CALL: Final = 0.2
#: Walker-steps of a first call: about 10 ms, enough to tell the speed.
FIRST_BUDGET: Final = 2_000_000
#: By which a next call may be larger: the first one, of some milliseconds, says how large.
MOST_GROWTH: Final = 100.0
#: Wall time between two checkpoints: with a call of the kernel and a slow disk on top, a kill costs less than 30 s.
SECONDS_PER_CHECKPOINT: Final = 20.0
#: Work that a stop may throw away rather than write a checkpoint.
SECONDS_NOT_WORTH_KEEPING: Final = 1.0
#: Names what the arrays of a `State` mean, of exits and of visits; another one's are of no use.
STATE_VERSION: Final = "exits/1 visits/1"
#: Arrays of a block that decide how it goes on; the others are scratch.
STATE_OF_BLOCK: Final = ("streams", "x", "exit_steps", "walker", "counters", "starts")


class Interrupted(StoppedError):  # noqa: N818  (as KeyboardInterrupt: not a fault)
    """The simulation was told to stop before its walkers had finished."""


def state_of(block: blocks.Block, **rows: npt.NDArray[Any]) -> State:
    """Name what a run of the kernel leaves behind: the block's arrays, and those written per walker."""
    return {name: getattr(block, name) for name in STATE_OF_BLOCK} | rows


def restore(state: State, kept: Mapping[str, npt.NDArray[Any]] | None) -> None:
    """Take over a state that was kept, if it is one of these walkers and lanes."""
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
        Takes about so many walker-steps and says how many it took.
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
