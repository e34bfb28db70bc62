"""Long runs of one cell across all wells, with counts of where the walkers are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray, IntArray
from hts.ensembles.driving import Ensemble
from hts.ensembles.lanes import State
from hts.ensembles.motions import cell_key
from hts.kernels import blocks, ledgers
from hts.kernels.objects import StoredKernel
from hts.landscapes import Gradient
from hts.noise import Noise

__all__ = ["VisitProblem", "VisitSample", "advance_visits", "simulate_visits"]

if TYPE_CHECKING:  # as tools see the kernel
    from hts.kernels.visits import advance as advance_visits
else:  # as it runs, without importing Numba
    advance_visits = StoredKernel("hts.kernels.visits", "advance")


@dataclass(frozen=True, eq=False)
class VisitProblem:
    """All that decides the numbers of one cell.

    The streams are keyed as those of `ExitProblem`, under a name of their own.
    """

    gradient: Gradient  #: f' as arrays, on the whole line
    noise: Noise  #: the law of Z
    eta: float  #: learning rate
    b: float  #: clip, inf for none
    projection: float  #: L, inf for none
    start: float  #: X_0
    seed: int  #: of the sweep, below 2^64
    minima: FloatArray  #: float64[well], increasing
    barriers: FloatArray  #: float64[well - 1], between them
    radius: FloatArray  #: float64[well], half-width of each minimum's neighbourhood; no two overlap
    low: float  #: lower end of the histogram
    high: float  #: upper end
    n_bins: int  #: bins between them
    checkpoints: IntArray  #: int64[checkpoint], increasing: steps after which is written down; the last is all steps

    @property
    def n_steps(self) -> int:
        """Steps that each walker takes."""
        return int(self.checkpoints[-1])

    @property
    def may_leave_table(self) -> bool:
        """Whether steps may begin where f' is continued beyond its table, so that `steps_beyond_domain` counts them."""
        gradient, L = self.gradient, self.projection
        return len(gradient.table) > 0 and (gradient.table_high < L or gradient.table_low > -L)

    @property
    def ends(self) -> tuple[float, float]:
        """No ends: walkers go on wherever they are."""
        return -np.inf, np.inf

    def cell_key(self) -> npt.NDArray[np.uint64]:
        """Hash what names the cell's streams to two 64-bit words."""
        return cell_key(self, b"hts visits")


@dataclass(frozen=True, eq=False)
class VisitSample:
    """Where the walkers of one cell were, n = 1 ... n_steps; arrays over walkers.

    The well of X_n is the number of barriers at or below it. A minimum is reached where |X_n - m| <= radius; a
    transition i -> j counts when j is reached and i was the last one reached before.
    """

    walker: npt.NDArray[np.uint32]  #: number of the walker
    steps_in_well: IntArray  #: int64[walker, checkpoint, well], cumulative
    steps_near: IntArray  #: int64[walker, well], in the minimum's neighbourhood
    transitions: IntArray  #: int64[walker, well, well], from, to; the diagonal is 0
    histogram: IntArray  #: int64[walker, bin + 2], every 16th step; the first below `low`, the last above `high`
    position: FloatArray  #: X_n after the last step
    steps_beyond_domain: int  #: steps begun where a formula's gradient goes on linearly


def regions_of(problem: VisitProblem) -> ledgers.Regions:
    """Give neighbourhoods, wells and bins as the kernel reads them."""
    gradient = problem.gradient
    first, last = (gradient.table_low, gradient.table_high) if problem.may_leave_table else (-np.inf, np.inf)
    low = np.maximum(np.append(-np.inf, problem.barriers), first)
    beyond_high = np.minimum(np.append(problem.barriers, np.inf), np.nextafter(last, np.inf))
    return ledgers.Regions(
        wells=np.array([low, beyond_high, problem.minima, problem.radius], np.float64),
        barriers=np.asarray(problem.barriers, np.float64),
        first=float(first),
        last=float(last),
        checkpoints=np.asarray(problem.checkpoints, np.int64),
        low=float(problem.low),
        per_width=problem.n_bins / (problem.high - problem.low),
    )


def simulate_visits(
    problem: VisitProblem,
    first_walker: int,
    n_walkers: int,
    on_steps: Callable[[int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    *,
    resume_from: Mapping[str, npt.NDArray[Any]] | None = None,
    on_checkpoint: Callable[[State], None] | None = None,
    width: int = blocks.WIDTH,
    chunk: int = blocks.MAX_CHUNK,
) -> VisitSample:
    """Simulate (1) for a fixed number of steps across all wells.

    Parameters
    ----------
    problem : VisitProblem
    first_walker, n_walkers : int
        Walkers `first_walker` ... `first_walker` + `n_walkers` - 1; a walker's path does not depend on which others are
        simulated beside it.
    on_steps, should_stop, resume_from, on_checkpoint : optional
        As those of `exits.simulate_exits`.
    width, chunk : int
        Lanes of a block (a multiple of eight) and longest chunk of steps; they change the speed, never the numbers.

    Returns
    -------
    VisitSample

    Raises
    ------
    Interrupted
        When `should_stop` says so; what was done since the last checkpoint is lost.
    """
    it = Ensemble.of(problem, (first_walker, n_walkers), width, chunk)
    regions, rows = regions_of(problem), empty_rows(problem, n_walkers, width)
    watch = ledgers.Watch(*(rows[name] for name in ledgers.Watch._fields))
    ledger = ledgers.Ledger(*(rows[name] for name in ledgers.Ledger._fields))

    def advance(budget: int) -> int:
        taken: int = advance_visits(it.block, it.motion, regions, watch, ledger, it.key, budget, first_walker)
        return taken

    it.run(advance, rows, on_steps, should_stop, resume_from, on_checkpoint)
    return sample_of(it, rows)


def empty_rows(problem: VisitProblem, n_walkers: int, width: int) -> State:
    """Make a watch over lanes, and room for what the kernel writes down of each walker."""
    n_wells = len(problem.minima)
    ledger = ledgers.Ledger(
        steps_in_well=np.zeros((n_walkers, len(problem.checkpoints), n_wells), np.int64),
        steps_near=np.zeros((n_walkers, n_wells), np.int64),
        transitions=np.zeros((n_walkers, n_wells, n_wells), np.int64),
        histogram=np.zeros((n_walkers, problem.n_bins + 2), np.int64),
        position=np.zeros(n_walkers),
    )
    return ledgers.new_watch(width)._asdict() | ledger._asdict()


def sample_of(it: Ensemble, rows: State) -> VisitSample:
    """Give the sample of walkers that have finished."""
    ledger = {name: rows[name] for name in ledgers.Ledger._fields}
    return VisitSample(walker=it.walker, steps_beyond_domain=it.steps_beyond_domain, **ledger)
