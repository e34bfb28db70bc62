"""This file is where one cell is simulated: a landscape, a law, eta and b become the first exits of many walkers."""

import hashlib
import math
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from hts.errors import StoppedError
from hts.kernels import draws, exits
from hts.landscapes import Gradient
from hts.noise import Noise

FloatArray = npt.NDArray[np.float64]
#: Walkers on their way: all that a run of the kernel leaves behind, by name.
State: TypeAlias = dict[str, npt.NDArray[Any]]

#: Names the way from a seed to a path. It changes when any bit of any path may change, and stands in every shard.
STREAM_VERSION: Final = "xoshiro256++/philox4x32-10/1"
#: Wall time between two returns of the kernel: progress, Ctrl-C and schedulers wait no longer than this.
SECONDS_PER_CALL: Final = 0.2
#: Walker-steps of a first call: about 10 ms, enough to tell the speed.
FIRST_BUDGET: Final = 2_000_000
#: Wall time between two checkpoints: with a call of the kernel and a slow disk on top, a kill costs less than 30 s.
SECONDS_PER_CHECKPOINT: Final = 20.0
#: Work that a stop may throw away rather than write a checkpoint.
SECONDS_NOT_WORTH_KEEPING: Final = 1.0
#: Names what the arrays of a `State` mean; another one's are of no use.
STATE_VERSION: Final = "exits/1"
#: Arrays of a block that decide how it goes on; the others are scratch.
STATE_OF_BLOCK: Final = ("streams", "x", "exit_steps", "walker", "counters", "starts")

LAWS: Final = {
    "pareto": draws.PARETO,
    "lomax": draws.LOMAX,
    "stable": draws.STABLE,
    "student": draws.STUDENT,
    "normal": draws.NORMAL,
}


class Interrupted(StoppedError):  # noqa: N818  (as KeyboardInterrupt: not a fault)
    """The simulation was told to stop before its walkers had finished."""


@dataclass(frozen=True, eq=False)
class ExitProblem:
    """All that decides the numbers of one cell.

    The streams are keyed by (seed, eta, b, alpha) and the walker's number, so that cells of one sweep are independent
    of each other and of what else is in the sweep.
    """

    gradient: Gradient  #: f' as arrays
    noise: Noise  #: the law of Z
    eta: float  #: learning rate
    b: float  #: clip, inf for none
    projection: float  #: L, inf for none
    low: float  #: left end of the domain, or -inf
    high: float  #: right end of the domain, or inf
    start: float  #: X_0, inside the domain
    seed: int  #: of the sweep, below 2^64

    def cell_key(self) -> npt.NDArray[np.uint64]:
        """Hash what names the cell's streams to two 64-bit words."""
        alpha = math.nan if self.noise.alpha is None else self.noise.alpha
        named = struct.pack("<Qddd", self.seed, self.eta, self.b, alpha)
        digest = hashlib.blake2b(named, digest_size=16, person=b"hts exits").digest()
        return np.frombuffer(digest, dtype="<u8").astype(np.uint64)


@dataclass(frozen=True, eq=False)
class ExitSample:
    """First exits of the walkers of one cell, equation (2); arrays over walkers."""

    walker: npt.NDArray[np.uint32]  #: number of the walker
    exit_steps: npt.NDArray[np.int64]  #: sigma, or max_steps where censored
    is_censored: npt.NDArray[np.bool_]  #: still inside after max_steps
    side: npt.NDArray[np.int8]  #: -1 left, +1 right, 0 censored
    landing: FloatArray  #: X_sigma, or the position after max_steps
    steps_beyond_domain: int  #: steps begun where a formula's gradient goes on linearly


def law_numbers(noise: Noise) -> FloatArray:
    """Give a law as the draw kernels read it: alpha, scale, centre, p_plus, normal_scale."""
    alpha = 0.0 if noise.alpha is None else noise.alpha
    if noise.kind == "normal":  # the sum of two normals is one
        return np.array([alpha, math.hypot(noise.scale, noise.normal_scale), 0.0, 0.5, 0.0])
    return np.array([alpha, noise.scale, noise.centre, noise.p_plus, noise.normal_scale])


def pad_hinges(values: FloatArray) -> FloatArray:
    """Append zeros to two and a multiple of four numbers, as `dynamics.add_hinges` takes them."""
    n_padded = 2 + 4 * max(0, math.ceil((len(values) - 2) / 4))
    return np.concatenate([values, np.zeros(n_padded - len(values))])


def motion_of(problem: ExitProblem) -> exits.Motion:
    """Give a problem as the kernels read it."""
    gradient = problem.gradient
    return exits.Motion(
        line=np.array(gradient.line),
        knots=pad_hinges(gradient.knots),
        slopes=pad_hinges(gradient.slopes),
        table=np.array(gradient.table),
        place=np.array([gradient.table_low, gradient.table_high, gradient.table_spacing]),
        law=LAWS[problem.noise.kind],
        numbers=law_numbers(problem.noise),
        eta=float(problem.eta),
        b=float(problem.b),
        projection=float(problem.projection),
        low=float(problem.low),
        high=float(problem.high),
        start=float(problem.start),
    )


def simulate_exits(
    problem: ExitProblem,
    first_walker: int,
    n_walkers: int,
    max_steps: int,
    on_steps: Callable[[int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    *,
    resume_from: Mapping[str, npt.NDArray[Any]] | None = None,
    on_checkpoint: Callable[[State], None] | None = None,
    width: int = exits.WIDTH,
    chunk: int = exits.MAX_CHUNK,
) -> ExitSample:
    """Simulate first exits of (1) from a domain, censored at `max_steps`.

    Parameters
    ----------
    problem : ExitProblem
    first_walker, n_walkers : int
        Walkers `first_walker` ... `first_walker` + `n_walkers` - 1; a walker's path does not depend on which others are
        simulated beside it.
    max_steps : int
        Steps after which a walker is censored, at least 1.
    on_steps : callable, optional
        Called about every 0.2 s with the walker-steps taken since its last call.
    should_stop : callable, optional
        Asked as often; when it says True, `Interrupted` is raised.
    resume_from : mapping of str to array, optional
        What `on_checkpoint` was given for the same problem, walkers and `max_steps`, to go on from; the sample is the
        same to the bit. One that does not fit these walkers and this `width` is left aside.
    on_checkpoint : callable, optional
        Called every 20 s, and before `Interrupted` is raised, with the state of all walkers. The arrays go on changing
        when it returns.
    width, chunk : int
        Lanes of a block (a multiple of eight) and longest chunk of steps; they change the speed, never the numbers.

    Returns
    -------
    ExitSample

    Raises
    ------
    Interrupted
        When `should_stop` says so; what was done since the last checkpoint is lost.
    """
    motion, cell_key = motion_of(problem), problem.cell_key()
    n_words = draws.n_words(motion.law, motion.numbers[draws.P_PLUS], motion.numbers[draws.NORMAL_SCALE])
    block = exits.new_block(first_walker, n_walkers, n_words, width, chunk)
    state = {name: getattr(block, name) for name in STATE_OF_BLOCK}
    state |= {"row_steps": np.zeros(n_walkers, np.int64), "row_side": np.zeros(n_walkers, np.int8)}
    state["row_landing"] = np.zeros(n_walkers)
    _restore(state, resume_from)
    rows = state["row_steps"], state["row_side"], state["row_landing"]
    budget, kept = FIRST_BUDGET, time.monotonic()
    while block.counters[exits.FINISHED] < n_walkers:
        is_stopped = should_stop is not None and should_stop()
        patience = SECONDS_NOT_WORTH_KEEPING if is_stopped else SECONDS_PER_CHECKPOINT
        if on_checkpoint is not None and time.monotonic() > kept + patience:
            on_checkpoint(state)
            kept = time.monotonic()
        if is_stopped:
            raise Interrupted("stopped while walkers were running; run it again to continue")
        started = time.perf_counter()
        with np.errstate(over="ignore", invalid="ignore"):  # for interpreted kernels; compiled ones set no flags
            done = exits.advance(block, motion, cell_key, max_steps, budget, first_walker, *rows)
        seconds = time.perf_counter() - started
        budget = max(1, int(budget * min(4.0, SECONDS_PER_CALL / max(seconds, 1e-9))))
        if on_steps is not None:
            on_steps(int(done))
    return ExitSample(
        walker=np.arange(first_walker, first_walker + n_walkers, dtype=np.uint32),
        exit_steps=state["row_steps"],
        is_censored=state["row_side"] == 0,
        side=state["row_side"],
        landing=state["row_landing"],
        steps_beyond_domain=int(block.counters[exits.BEYOND]),
    )


def _restore(state: State, kept: Mapping[str, npt.NDArray[Any]] | None) -> None:
    """Take over a state that was kept, if it is one of these walkers and lanes."""
    if kept is None or any(
        name not in kept or kept[name].shape != array.shape or kept[name].dtype != array.dtype
        for name, array in state.items()
    ):
        return
    if kept["counters"][exits.END] != state["counters"][exits.END]:
        return
    for name, array in state.items():
        array[...] = kept[name]


def steps_in(state: Mapping[str, npt.NDArray[Any]]) -> int:
    """Count the walker-steps that a state holds, those of finished walkers and of running ones."""
    counters = state["counters"]
    return int(counters[exits.FINISHED_STEPS]) + int(state["exit_steps"][: counters[exits.LIVE]].sum())
