"""First exits of many walkers in one cell: problem in, sample out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.ensembles.driving import Ensemble
from hts.ensembles.lanes import State
from hts.ensembles.motions import cell_key
from hts.exits import Exit
from hts.kernels import blocks
from hts.kernels.objects import StoredKernel
from hts.landscapes import Gradient
from hts.noise import Noise

__all__ = ["ExitProblem", "ExitSample", "advance_exits", "simulate_exits"]

if TYPE_CHECKING:  # as tools see the kernel
    from hts.kernels.exits import advance as advance_exits
else:  # as it runs, without importing Numba
    advance_exits = StoredKernel("hts.kernels.exits", "advance")


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

    @classmethod
    def of(cls, leaving: Exit, seed: int) -> "ExitProblem":
        """Return the problem that simulates an exit.

        Parameters
        ----------
        leaving : Exit
        seed : int
            Below 2^64; with eta, b and alpha it names the streams of the walkers.
        """
        gradient, L = leaving.landscape.gradient(leaving.low, leaving.high), leaving.landscape.projection
        where = leaving.low, leaving.high, leaving.start
        return cls(gradient, leaving.noise, leaving.eta, leaving.b, L, *where, seed)

    @property
    def may_leave_table(self) -> bool:
        """Whether steps may begin where f' is continued beyond its table, so that `steps_beyond_domain` counts them."""
        gradient = self.gradient
        has_table = len(gradient.table) > 0
        return has_table and (self.low < gradient.table_low or self.high > gradient.table_high)

    @property
    def ends(self) -> tuple[float, float]:
        """Ends of the domain: a walker beyond them has left, and stays where it landed."""
        return self.low, self.high

    def cell_key(self) -> npt.NDArray[np.uint64]:
        """Hash what names the cell's streams to two 64-bit words."""
        return cell_key(self, b"hts exits")


@dataclass(frozen=True, eq=False)
class ExitSample:
    """First exits of the walkers of one cell, equation (2); arrays over walkers."""

    walker: npt.NDArray[np.uint32]  #: number of the walker
    exit_steps: npt.NDArray[np.int64]  #: sigma, or max_steps where censored
    is_censored: npt.NDArray[np.bool_]  #: still inside after max_steps
    side: npt.NDArray[np.int8]  #: -1 left, +1 right, 0 censored
    landing: FloatArray  #: X_sigma, or the position after max_steps
    steps_beyond_domain: int  #: steps begun where a formula's gradient goes on linearly


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
    width: int = blocks.WIDTH,
    chunk: int = blocks.MAX_CHUNK,
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
        same to the bit, whatever the lanes were and whatever device it is from. One that does not fit these walkers is
        left aside.
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
    it = Ensemble.of(problem, (first_walker, n_walkers), width, chunk)
    rows = empty_rows(n_walkers)

    def advance(budget: int) -> int:
        taken: int = advance_exits(it.block, it.motion, it.key, max_steps, budget, first_walker, *rows.values())
        return taken

    it.run(advance, rows, on_steps, should_stop, resume_from, on_checkpoint)
    return sample_of(it, rows)


def empty_rows(n_walkers: int) -> State:
    """Make room for what the kernel writes of each walker, in the order in which it takes them."""
    steps, side, landing = np.zeros(n_walkers, np.int64), np.zeros(n_walkers, np.int8), np.zeros(n_walkers)
    return {"row_steps": steps, "row_side": side, "row_landing": landing}


def sample_of(it: Ensemble, rows: State) -> ExitSample:
    """Give the sample of walkers that have finished."""
    steps, side, landing = rows.values()
    return ExitSample(it.walker, steps, side == 0, side, landing, it.steps_beyond_domain)
