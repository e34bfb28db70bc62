"""First exits and long runs of many walkers in R^d: problem in, sample out."""

import hashlib
import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.ensembles.driving import STATE_OF_BLOCK, drive, restore
from hts.ensembles.lanes import State
from hts.ensembles.motions import law_numbers
from hts.kernels import blocks, motions, space_motions
from hts.kernels.objects import StoredKernel
from hts.kernels.programs import Program
from hts.kernels.space_motions import ISOTROPIC, Region, SpaceMotion
from hts.noise import Noise

if TYPE_CHECKING:  # as tools see the kernels
    from hts.kernels.space import advance as advance_space_exits
    from hts.kernels.space_visits import advance as advance_space_visits
else:  # as they run, without importing Numba
    advance_space_exits = StoredKernel("hts.kernels.space", "advance")
    advance_space_visits = StoredKernel("hts.kernels.space_visits", "advance")

__all__ = [
    "SPACE_VERSION",
    "SpaceExitSample",
    "SpaceProblem",
    "SpaceVisitSample",
    "advance_space_exits",
    "advance_space_visits",
    "simulate_space_exits",
    "simulate_space_visits",
]

#: Version of the computation from a seed to a path in R^d.
SPACE_VERSION = "xoshiro256++/philox4x32-10/space/1"


@dataclass(frozen=True, eq=False)
class SpaceProblem:
    """All that decides the numbers of one cell in R^d."""

    is_linear: bool  #: whether the gradient is matrix (x - centre), otherwise that of the program
    matrix: FloatArray  #: float64[d, d]
    centre: FloatArray  #: float64[d]
    program: Program  #: the gradient
    noise: Noise  #: the law of |W|, or of each coordinate
    is_isotropic: bool  #: whether Z = |W| U, otherwise its coordinates are independent
    eta: float
    b: float
    projection: float  #: L: the ball about 0 onto which walkers are projected; inf for none
    region: Region  #: the domain that is left; not read in long runs
    start: FloatArray  #: float64[d]
    seed: int

    @property
    def dimension(self) -> int:
        """Dimension d."""
        return len(self.start)

    @property
    def spread(self) -> int:
        """How the noise is spread over the coordinates, as kernels read it."""
        return ISOTROPIC if self.is_isotropic else space_motions.COORDINATES

    def cell_key(self, purpose: bytes) -> npt.NDArray[np.uint64]:
        """Hash what names the cell's streams, the dimension included, to two 64-bit words."""
        alpha = math.nan if self.noise.alpha is None else self.noise.alpha
        named = struct.pack("<QdddI", self.seed, self.eta, self.b, alpha, self.dimension)
        digest = hashlib.blake2b(named, digest_size=16, person=purpose).digest()
        return np.frombuffer(digest, dtype="<u8").astype(np.uint64)

    def motion(self) -> SpaceMotion:
        """Give the problem as kernels read it."""
        return SpaceMotion(
            is_linear=int(self.is_linear),
            matrix=np.ascontiguousarray(self.matrix, dtype=np.float64),
            centre=np.ascontiguousarray(self.centre, dtype=np.float64),
            program=self.program,
            law=self.noise.law.number,
            numbers=law_numbers(self.noise),
            spread=self.spread,
            eta=float(self.eta),
            b=float(self.b),
            projection=float(self.projection),
            start=np.ascontiguousarray(self.start, dtype=np.float64),
            region=self.region,
        )

    def block(self, first_walker: int, n_walkers: int, width: int, chunk: int | None) -> space_motions.SpaceBlock:
        """Make empty lanes; a step of many words gets a shorter chunk, so that the scratch stays in cache."""
        each = motions.n_words(self.noise.law.number, self.noise.p_plus, self.noise.normal_scale)
        n_words = space_motions.words_per_step(self.dimension, each, self.spread)
        n_registers = max(self.program.n_registers, self.region.program.n_registers)
        fitting = max(2, blocks.MAX_CHUNK * 3 // (n_words + self.dimension)) if chunk is None else chunk
        longest = min(fitting, blocks.MAX_CHUNK) if chunk is None else chunk
        return space_motions.new_space_block(
            first_walker, n_walkers, self.dimension, n_words, n_registers, width, longest
        )


@dataclass(frozen=True, eq=False)
class SpaceExitSample:
    """First exits of the walkers of one cell; arrays over walkers."""

    walker: npt.NDArray[np.uint32]  #: number of the walker
    exit_steps: npt.NDArray[np.int64]  #: sigma, or max_steps where censored
    is_censored: npt.NDArray[np.bool_]  #: still inside after max_steps
    landing: FloatArray  #: float64[walker, d]: X_sigma, or the position after max_steps
    steps_beyond_domain: int = 0  #: a formula of several variables has no ends


@dataclass(frozen=True, eq=False)
class SpaceVisitSample:
    """Long runs of the walkers of one cell; arrays over walkers."""

    walker: npt.NDArray[np.uint32]
    steps_in_set: npt.NDArray[np.int64]  #: int64[walker, checkpoint, set + 1]: outside all sets, then in each
    transitions: npt.NDArray[np.int64]  #: int64[walker, set, set]: arrivals at a set after another
    position: FloatArray  #: float64[walker, d], at the end
    steps_beyond_domain: int = 0


def simulate_space_exits(
    problem: SpaceProblem,
    first_walker: int,
    n_walkers: int,
    max_steps: int,
    on_steps: Callable[[int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    *,
    resume_from: Mapping[str, npt.NDArray[Any]] | None = None,
    on_checkpoint: Callable[[State], None] | None = None,
    width: int = blocks.WIDTH,
    chunk: int | None = None,
) -> SpaceExitSample:
    """Simulate first exits of docs/many_dimensions.md (27), censored at `max_steps`.

    Parameters are those of `hts.ensembles.simulate_exits`.

    Raises
    ------
    Interrupted
        When `should_stop` says so.
    """
    block, motion = problem.block(first_walker, n_walkers, width, chunk), problem.motion()
    key = problem.cell_key(b"hts space exits")
    steps, inside = np.zeros(n_walkers, np.int64), np.zeros(n_walkers, np.int8)
    landing = np.zeros((n_walkers, problem.dimension))

    def advance(budget: int) -> int:
        return int(advance_space_exits(block, motion, key, max_steps, budget, first_walker, steps, inside, landing))

    state = {name: getattr(block, name) for name in STATE_OF_BLOCK}
    state |= {"row_steps": steps, "row_inside": inside, "row_landing": landing}
    restore(state, resume_from)
    drive(advance, state, n_walkers, on_steps, should_stop, on_checkpoint)
    walker = np.arange(first_walker, first_walker + n_walkers, dtype=np.uint32)
    return SpaceExitSample(walker, steps, inside != 0, landing)


def simulate_space_visits(
    problem: SpaceProblem,
    ends: FloatArray,
    radii: FloatArray,
    checkpoints: npt.NDArray[np.int64],
    first_walker: int,
    n_walkers: int,
    on_steps: Callable[[int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    *,
    resume_from: Mapping[str, npt.NDArray[Any]] | None = None,
    on_checkpoint: Callable[[State], None] | None = None,
    width: int = blocks.WIDTH,
    chunk: int | None = None,
) -> SpaceVisitSample:
    """Simulate long runs of (27) and count steps in sets: all that lies within a radius of a segment.

    Parameters
    ----------
    problem : SpaceProblem
    ends, radii : float64[set, 2, d], float64[set]
        Segments, and how near is in the set; where sets overlap the later one counts.
    checkpoints : int64[checkpoint]
        Steps at which counts are kept; the last is the length of the run.
    first_walker, n_walkers, on_steps, should_stop, resume_from, on_checkpoint, width, chunk
        As of `hts.ensembles.simulate_visits`.

    Raises
    ------
    Interrupted
        When `should_stop` says so.
    """
    block, motion = problem.block(first_walker, n_walkers, width, chunk), problem.motion()
    key, n_sets = problem.cell_key(b"hts space visits"), len(radii)
    counts, reached = np.zeros((n_sets, width), np.int64), np.zeros(width, np.int64)
    rows = np.zeros((n_walkers, len(checkpoints), n_sets + 1), np.int64)
    transitions, position = np.zeros((n_walkers, n_sets, n_sets), np.int64), np.zeros((n_walkers, problem.dimension))

    def advance(budget: int) -> int:
        return int(
            advance_space_visits(
                block,
                motion,
                key,
                ends,
                radii,
                checkpoints,
                counts,
                reached,
                budget,
                first_walker,
                rows,
                transitions,
                position,
            )
        )

    state = {name: getattr(block, name) for name in STATE_OF_BLOCK}
    state |= {"counts": counts, "reached": reached, "row_counts": rows, "row_transitions": transitions}
    state |= {"row_position": position}
    restore(state, resume_from)
    drive(advance, state, n_walkers, on_steps, should_stop, on_checkpoint)
    walker = np.arange(first_walker, first_walker + n_walkers, dtype=np.uint32)
    return SpaceVisitSample(walker, rows, transitions, position)
