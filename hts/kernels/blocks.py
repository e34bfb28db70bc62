"""Memory layout of a block's lanes: walkers under way, their streams, and scratch space."""

import math
from typing import Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

Scalar = TypeVar("Scalar", bound=np.generic)

#: Lanes of a block: eight vectors of eight float64 (benchmarks/README.md, "Width of a block").
WIDTH: Final = 64
#: Longest chunk of a full block, and shortest one; words, noise and state of a longest one fit the first-level cache.
#: Where fewer lanes are left a chunk grows as long as its arrays.
MAX_CHUNK: Final = 16
MIN_CHUNK: Final = 4
#: Chunks per mean exit time: a frozen lane wastes half a chunk.
CHUNKS_PER_EXIT: Final = 4
#: Streams are started by the batch: vector code, 4 ns a walker instead of 40.
MAX_STARTS: Final = 256

#: Bytes of a page. CPUs compare the last twelve bits of addresses to find the stores that a load must wait for, so that
#: arrays of one loop lie at different places of a page, and at cache lines (benchmarks/README.md, "Memory").
PAGE: Final = 4096

EMPTY: Final = -1  # in place of a walker's number: the lane is empty

#: Places in a block's counters.
NEXT: Final = 0  # number of the next walker to start
END: Final = 1  # one past the last walker of the queue
LIVE: Final = 2  # lanes in use: the first ones
FINISHED: Final = 3
FINISHED_STEPS: Final = 4  # steps of all finished walkers together
BEYOND: Final = 5  # steps begun beyond the ends of the table
FIRST_START: Final = 6  # walker whose stream's start is in column 0 of `starts`
STARTED: Final = 7  # one past the last walker whose stream's start is there


class Block(NamedTuple):
    """Lanes and what is in them: all that a run of `advance` leaves behind, owned by the caller."""

    streams: npt.NDArray[np.uint64]  # uint64[4, lane]
    x: npt.NDArray[np.float64]  # float64[lane], positions
    exit_steps: npt.NDArray[np.int64]  # int64[lane], steps taken
    walker: npt.NDArray[np.int64]  # int64[lane], the walker's number
    counters: npt.NDArray[np.int64]  # int64[8], see NEXT ... BEYOND
    starts: npt.NDArray[np.uint64]  # uint64[4, start], states of the next walkers' streams
    words: npt.NDArray[np.uint64]  # uint64[word, draw], scratch
    z: npt.NDArray[np.float64]  # float64[draw], scratch
    g: npt.NDArray[np.float64]  # float64[lane], scratch: f'(x)
    nodes: npt.NDArray[np.uint64]  # uint64[lane], scratch: rows of the table
    rests: npt.NDArray[np.float64]  # float64[lane], scratch: position between them


def aligned_zeros(shape: int | tuple[int, ...], dtype: type[Scalar], offset: int = 0) -> npt.NDArray[Scalar]:
    """Make an array of eight-byte zeros that begins `offset` bytes behind a page boundary."""
    n_bytes = 8 * (shape if isinstance(shape, int) else math.prod(shape))
    memory = np.zeros(n_bytes + PAGE + offset, np.uint8)
    first = -memory.ctypes.data % PAGE + offset
    return memory[first : first + n_bytes].view(dtype).reshape(shape)


def new_block(first_walker: int, n_walkers: int, n_words: int, width: int = WIDTH, chunk: int = MAX_CHUNK) -> Block:
    """Make a block with empty lanes and a queue of walkers.

    Parameters
    ----------
    first_walker, n_walkers : int
        The queue.
    n_words : int
        Words per draw (`motions.n_words`).
    width, chunk : int
        Lanes, a multiple of eight, and longest chunk; they change the speed, never the numbers.
    """
    counters = np.zeros(8, np.int64)
    counters[NEXT] = counters[STARTED] = first_walker
    counters[END] = first_walker + n_walkers
    counters[LIVE] = min(width, n_walkers)
    return Block(
        streams=aligned_zeros((4, width), np.uint64),
        x=aligned_zeros(width, np.float64, 2048),
        exit_steps=aligned_zeros(width, np.int64, 2560),
        walker=np.full(width, EMPTY, np.int64),
        counters=counters,
        starts=np.zeros((4, min(MAX_STARTS, n_walkers)), np.uint64),
        words=aligned_zeros((n_words, width * chunk), np.uint64),
        z=aligned_zeros(width * chunk, np.float64, 2048),
        g=aligned_zeros(width, np.float64, 3072),
        nodes=aligned_zeros(width, np.uint64, 3584),
        rests=aligned_zeros(width, np.float64),
    )
