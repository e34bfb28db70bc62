"""Memory layout of the per-walker visit counters, and of what is watched across all wells."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from hts.kernels.blocks import aligned_zeros

#: The histogram takes every sixteenth step of a walker: in a well a walker forgets its place within 1/(eta f'') steps,
#: so that little is lost (benchmarks/README.md, "Visits").
STRIDE: Final = 16
#: In place of a minimum's number: none has been reached yet.
NOWHERE: Final = -1

#: Places in the rows of what a lane's positions are held against, and in the columns of `Regions.wells`.
LOW: Final = 0  # lower end of its well, or where the gradient's table begins
BEYOND_HIGH: Final = 1  # first float beyond its upper end
MINIMUM: Final = 2
RADIUS: Final = 3
#: And two more rows, scratch: the chunk's lowest and highest positions.
LEAST: Final = 4
MOST: Final = 5
#: Places in the rows of a watch's integers.
HOME: Final = 0  # the well of its position
REACHED: Final = 1  # the minimum reached last, or NOWHERE
SINCE: Final = 2  # steps taken when what follows was last written down
NEAR: Final = 3  # steps near its minimum since
CHUNK_NEAR: Final = 4  # scratch: those of the chunk
DEPARTED: Final = 5  # scratch: 1 where the chunk must be gone through step by step


class Regions(NamedTuple):
    """Where a walker may be: wells, neighbourhoods of their minima, bins."""

    wells: npt.NDArray[np.float64]  # float64[4, well], see LOW ... RADIUS; |x - minimum| <= radius is near
    barriers: npt.NDArray[np.float64]  # float64[well - 1]; a barrier counts with the well on its right
    first: float  # ends of the gradient's table where it may be left, else infinite: beyond them steps are counted
    last: float
    checkpoints: npt.NDArray[np.int64]  # int64[checkpoint], steps after which is written down; the last: all steps
    low: float  # lower end of the histogram
    per_width: float  # bins per unit of length


class Watch(NamedTuple):
    """What is known of the walkers on their way."""

    floats: npt.NDArray[np.float64]  # float64[6, lane], see LOW ... MOST
    integers: npt.NDArray[np.int64]  # int64[6, lane], see HOME ... DEPARTED


class Ledger(NamedTuple):
    """What is written down of each walker, by row; starts as zeros."""

    steps_in_well: npt.NDArray[np.int64]  # int64[row, checkpoint, well], cumulative
    steps_near: npt.NDArray[np.int64]  # int64[row, well]
    transitions: npt.NDArray[np.int64]  # int64[row, well, well]
    histogram: npt.NDArray[np.int64]  # int64[row, bin + 2]
    position: npt.NDArray[np.float64]  # float64[row]


def new_watch(width: int) -> Watch:
    """Make a watch over `width` lanes; of 64 of them, rows of one loop lie at different places of a page."""
    return Watch(floats=aligned_zeros((6, width), np.float64), integers=aligned_zeros((6, width), np.int64, 1024))
