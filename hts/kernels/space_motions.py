"""Cells in several dimensions as kernels read them: gradient, noise, domain, sets to be visited, lanes in memory."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from hts.kernels import blocks
from hts.kernels.programs import Program

#: Kinds of domain.
EVERYWHERE: Final = 0
BALL: Final = 1  # |x - centre|^2 < number
HALF_SPACE: Final = 2  # centre . x < number
ELLIPSOID: Final = 3  # (x - centre) . matrix (x - centre) < 1
BOX: Final = 4  # low < x < high
SUBLEVEL: Final = 5  # program < number
BASIN_MAP: Final = 6  # the label of the nearest node of a grid in the plane is `number`

#: How the noise is spread over the coordinates.
ISOTROPIC: Final = 0
COORDINATES: Final = 1


class Region(NamedTuple):
    """A domain of R^d; the parts that its kind does not use are empty."""

    kind: int
    number: float
    centre: npt.NDArray[np.float64]  # float64[d]
    matrix: npt.NDArray[np.float64]  # float64[d, d]
    low: npt.NDArray[np.float64]  # float64[d]; of a map, the first node
    high: npt.NDArray[np.float64]  # float64[d]; of a map, the spacing of its nodes
    labels: npt.NDArray[np.int16]  # int16[node along x, node along y]
    program: Program


class SpaceMotion(NamedTuple):
    """What moves the walkers of one cell in R^d."""

    is_linear: int  # 1: the gradient is matrix (x - centre); 0: that of the program
    matrix: npt.NDArray[np.float64]
    centre: npt.NDArray[np.float64]
    program: Program
    law: int
    numbers: npt.NDArray[np.float64]  # of the law, see `motions`
    spread: int  # ISOTROPIC or COORDINATES
    eta: float
    b: float
    projection: float
    start: npt.NDArray[np.float64]  # float64[d]
    region: Region


class SpaceBlock(NamedTuple):
    """Lanes and what is in them; see `blocks.Block`."""

    streams: npt.NDArray[np.uint64]  # uint64[4, lane]
    x: npt.NDArray[np.float64]  # float64[d, lane]
    exit_steps: npt.NDArray[np.int64]
    walker: npt.NDArray[np.int64]
    counters: npt.NDArray[np.int64]
    starts: npt.NDArray[np.uint64]
    words: npt.NDArray[np.uint64]  # uint64[word, draw], scratch
    size: npt.NDArray[np.float64]  # float64[draw], scratch: |W| with a fair sign
    norm: npt.NDArray[np.float64]  # float64[draw], scratch
    z: npt.NDArray[np.float64]  # float64[d, draw], scratch
    g: npt.NDArray[np.float64]  # float64[d, lane], scratch: gradient, then the step, then where it leads
    square: npt.NDArray[np.float64]  # float64[lane], scratch
    rest: npt.NDArray[np.float64]  # float64[lane], scratch
    inside: npt.NDArray[np.int64]  # int64[lane], scratch: 1 while in the domain
    registers: npt.NDArray[np.float64]  # float64[register, lane], scratch


def words_per_step(dimension: int, words_per_draw: int, spread: int) -> int:
    """Count the 64-bit words of a step: sizes and directions, or a draw for each coordinate."""
    if spread == COORDINATES:
        return dimension * words_per_draw
    direction = 0 if dimension == 1 else 1 if dimension == 2 else dimension + dimension % 2
    return words_per_draw + direction


def new_space_block(
    first_walker: int, n_walkers: int, dimension: int, n_words: int, n_registers: int, width: int = blocks.WIDTH,
    chunk: int = blocks.MAX_CHUNK,
) -> SpaceBlock:  # fmt: skip
    """Make a block with empty lanes and a queue of walkers; see `blocks.new_block`."""
    one = blocks.new_block(first_walker, n_walkers, n_words, width, chunk)
    zeros = blocks.aligned_zeros
    return SpaceBlock(
        streams=one.streams,
        x=zeros((dimension, width), np.float64, 2048),
        exit_steps=one.exit_steps,
        walker=one.walker,
        counters=one.counters,
        starts=one.starts,
        words=one.words,
        size=one.z,
        norm=zeros(width * chunk, np.float64, 1024),
        z=zeros((dimension, width * chunk), np.float64, 512),
        g=zeros((dimension, width), np.float64, 3072),
        square=zeros(width, np.float64, 1536),
        rest=zeros(width, np.float64, 3584),
        inside=zeros(width, np.int64, 256),
        registers=zeros((max(n_registers, 1), width), np.float64),
    )
