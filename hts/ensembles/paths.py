"""Recorded paths of one cell: positions and their noise, thinned when long."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray, IntArray
from hts.ensembles.driving import Interrupted
from hts.ensembles.motions import Problem, motion_in, words_per_draw
from hts.kernels import paths
from hts.kernels.blocks import WIDTH
from hts.kernels.eights import LANES

#: Steps recorded in one call of the kernel: 64 lanes of them are a megabyte.
CHUNK = 1024
#: Records that a path keeps, beside those of its big jumps.
RECORDS = 2000
#: Tells the streams of conditioned paths from those of walkers.
PURPOSE = b"hts paths"
#: In place of a last step that is not known.
FOREVER = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class PathSample:
    """Recorded paths, one after the other; records of path i are first[i] ... first[i + 1] - 1, by increasing step.

    Kept are every `stride`-th step, the last one, and each step whose noise exceeds `size` with the one before it.
    """

    number: npt.NDArray[np.uint32]  #: of the path: the walker's number, or that of a conditioned path
    n_steps: IntArray  #: steps taken
    side: npt.NDArray[np.int8]  #: -1 left, +1 right, 0 still inside
    first: IntArray  #: int64[path + 1]
    step: IntArray  #: int64[record]
    x: FloatArray  #: float64[record], X_n
    z: FloatArray  #: float64[record], the noise Z_n that led there; nan at step 0
    stride: int
    size: float  #: of |Z|; inf keeps no step for its noise


@dataclass(frozen=True, eq=False)
class Recorder:
    """What is kept of paths that advance side by side."""

    stride: int
    size: float
    paths: list[IntArray] = field(default_factory=list)
    steps: list[IntArray] = field(default_factory=list)
    x: list[FloatArray] = field(default_factory=list)
    z: list[FloatArray] = field(default_factory=list)

    def add(self, path: IntArray, step: int, x: FloatArray, z: FloatArray, end: IntArray) -> None:
        """Keep the records of a stretch of steps that are wanted; a step may come twice, as an end and as a beginning.

        Parameters
        ----------
        path : int64[lane]
        step : int
            Number of the stretch's first step.
        x, z : float64[step, lane]
            Positions, and the noise that led there.
        end : int64[lane]
            The path's last step, as far as it is known; a larger number where it goes on.
        """
        number = step + np.arange(len(x))[:, None]
        is_big = np.abs(z) > self.size
        is_kept = (number % self.stride == 0) | is_big | (number == end)
        is_kept[:-1] |= is_big[1:]
        row, lane = np.nonzero(is_kept & (number <= end))
        self.paths.append(path[lane])
        self.steps.append(step + row)
        self.x.append(x[row, lane])
        self.z.append(z[row, lane])

    def join(self, other: "Recorder") -> None:
        """Take over what another one has kept."""
        self.paths.extend(other.paths)
        self.steps.extend(other.steps)
        self.x.extend(other.x)
        self.z.extend(other.z)

    def sample(self, number: npt.NDArray[np.uint32], n_steps: IntArray, side: npt.NDArray[np.int8]) -> PathSample:
        """Put the records in order, each step once."""
        path, step = np.concatenate(self.paths), np.concatenate(self.steps)
        order = np.lexsort((step, path))
        path, step = path[order], step[order]
        is_new = np.append(True, (np.diff(path) != 0) | (np.diff(step) != 0))
        chosen = order[is_new]
        return PathSample(
            number=number,
            n_steps=n_steps,
            side=side,
            first=np.searchsorted(path[is_new], np.arange(len(number) + 1)).astype(np.int64),
            step=step[is_new],
            x=np.concatenate(self.x)[chosen],
            z=np.concatenate(self.z)[chosen],
            stride=self.stride,
            size=self.size,
        )


def stride_for(n_steps: int) -> int:
    """Return the stride at which `n_steps` leave some 2000 records: 1, 2, 5, 10, 20, ..."""
    wanted = max(1.0, n_steps / RECORDS)
    power = int(10 ** np.floor(np.log10(wanted)))
    return next(power * k for k in (1, 2, 5, 10) if power * k >= wanted)


def simulate_paths(
    problem: Problem,
    first_walker: int,
    n_walkers: int,
    n_steps: int,
    *,
    stride: int | None = None,
    size: float = np.inf,
    should_stop: Callable[[], bool] | None = None,
    on_share: Callable[[float], None] | None = None,
    width: int = WIDTH,
    chunk: int = CHUNK,
) -> PathSample:
    """Record walkers of (1), for at most `n_steps` steps; those of an `ExitProblem` until they leave its domain.

    Walker w moves as it does in `simulate_exits` or `simulate_visits` of the same problem, to the bit.

    Parameters
    ----------
    problem : ExitProblem, VisitProblem
    first_walker, n_walkers : int
        Walkers `first_walker` ... `first_walker` + `n_walkers` - 1.
    n_steps : int
        At least 1.
    stride : int, optional
        Every `stride`-th step is kept; by default it is chosen to keep some 2000.
    size : float
        Noises |Z| beyond it are kept whatever the stride, with the step before.
    should_stop : callable, optional
        Asked about every thousand steps.
    on_share : callable, optional
        Called as often with the share of the walkers' steps that is done; a walker that has left is done.
    width, chunk : int
        Lanes (a multiple of eight) and steps of a call; they never change the numbers.

    Raises
    ------
    Interrupted
        When `should_stop` says so.
    """
    motion, cell_key = motion_in(problem), problem.cell_key()
    recorder = Recorder(stride_for(n_steps) if stride is None else stride, size)
    taken, landing = np.zeros(n_walkers, np.int64), np.empty(n_walkers)
    for done in range(0, n_walkers, width):
        n_lanes = min(width, n_walkers - done)
        padded = -(-n_lanes // LANES) * LANES
        block = paths.started_block(first_walker + done, words_per_draw(motion), padded, chunk, cell_key, motion.start)
        x, z = np.empty((chunk + 1, padded)), np.full((chunk + 1, padded), np.nan)
        lanes = np.arange(n_lanes)
        for step in range(0, n_steps, chunk):
            if should_stop is not None and should_stop():
                raise Interrupted("stopped while paths were recorded; run it again")
            n = min(chunk, n_steps - step)
            x[0] = block.x
            with np.errstate(over="ignore", invalid="ignore"):  # for interpreted kernels; compiled ones set no flags
                paths.record(block, motion, n, x[1 : n + 1], z[1 : n + 1])
            last = block.exit_steps[:n_lanes]
            is_over = (last < step + n) | (step + n == n_steps)
            recorder.add(
                done + lanes, step, x[: n + 1, :n_lanes], z[: n + 1, :n_lanes], np.where(is_over, last, FOREVER)
            )
            z[0] = z[n]
            if on_share is not None:
                on_share((done + is_over.sum() + (~is_over).sum() * (step + n) / n_steps) / n_walkers)
            if np.all(is_over):
                break
        taken[done : done + n_lanes], landing[done : done + n_lanes] = last, block.x[:n_lanes]
    number = np.arange(first_walker, first_walker + n_walkers, dtype=np.uint32)
    side = (landing >= motion.high).astype(np.int8) - (landing <= motion.low).astype(np.int8)
    return recorder.sample(number, taken, side)
