"""Memory layout of walks that all begin together: lanes in groups, their placed noises, and scratch space."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hts.kernels import motions
from hts.kernels.blocks import MAX_CHUNK, WIDTH, aligned_zeros
from hts.kernels.motions import Motion


class Walks(NamedTuple):
    """Walks under way, owned by the caller; a lane that holds none stands at inf."""

    streams: npt.NDArray[np.uint64]  # uint64[group, 4, lane]
    spares: npt.NDArray[np.uint64]  # uint64[group, 4, lane], for noises drawn anew
    x: npt.NDArray[np.float64]  # float64[group, lane]
    exit_steps: npt.NDArray[np.int64]  # int64[group, lane], steps taken
    big: npt.NDArray[np.int64]  # int64[group, lane], large noises among them
    forced: npt.NDArray[np.int64]  # int64[group, lane], whether the large noises are placed
    first: npt.NDArray[np.int64]  # int64[group, lane], the next of its placed noises
    end: npt.NDArray[np.int64]  # int64[group, lane], one past its last one
    places: npt.NDArray[np.int64]  # int64[noise], steps before it, in increasing order for each lane
    sizes: npt.NDArray[np.float64]  # float64[noise], Z without a normal part


class Scratch(NamedTuple):
    """Scratch of one thread."""

    words: npt.NDArray[np.uint64]  # uint64[word, draw]
    z: npt.NDArray[np.float64]  # float64[draw]
    g: npt.NDArray[np.float64]  # float64[lane]
    nodes: npt.NDArray[np.uint64]  # uint64[lane]
    rests: npt.NDArray[np.float64]  # float64[lane]
    events: npt.NDArray[np.int64]  # int64[2, draw], step and lane of large noises
    bare: npt.NDArray[np.float64]  # the law's numbers without a normal part
    spare: npt.NDArray[np.uint64]  # uint64[4, 1]
    spare_words: npt.NDArray[np.uint64]  # uint64[word, 1], without those of a normal part
    spare_z: npt.NDArray[np.float64]  # float64[1]


def empty_walks(n: int) -> Walks:
    """Make room for n walks, none of which has begun."""
    shape = (-(-n // WIDTH), WIDTH)
    return Walks(
        streams=np.zeros((shape[0], 4, WIDTH), np.uint64),
        spares=np.zeros((shape[0], 4, WIDTH), np.uint64),
        x=np.full(shape, np.inf),
        exit_steps=np.zeros(shape, np.int64),
        big=np.zeros(shape, np.int64),
        forced=np.zeros(shape, np.int64),
        first=np.zeros(shape, np.int64),
        end=np.zeros(shape, np.int64),
        places=np.zeros(0, np.int64),
        sizes=np.zeros(0),
    )


def new_scratch(motion: Motion) -> Scratch:
    """Make scratch space for the walks of a motion."""
    n_words = motions.n_words(motion.law, motion.numbers[motions.P_PLUS], motion.numbers[motions.NORMAL_SCALE])
    bare = motion.numbers.copy()
    bare[motions.NORMAL_SCALE] = 0.0
    n_draws = WIDTH * MAX_CHUNK
    return Scratch(
        words=aligned_zeros((n_words, n_draws), np.uint64),
        z=aligned_zeros(n_draws, np.float64, 2048),
        g=aligned_zeros(WIDTH, np.float64, 3072),
        nodes=aligned_zeros(WIDTH, np.uint64, 3584),
        rests=aligned_zeros(WIDTH, np.float64),
        events=np.zeros((2, n_draws), np.int64),
        bare=bare,
        spare=np.zeros((4, 1), np.uint64),
        spare_words=np.zeros((motions.n_words(motion.law, motion.numbers[motions.P_PLUS], 0.0), 1), np.uint64),
        spare_z=np.zeros(1),
    )


def put(lanes: npt.NDArray[Any], values: npt.NDArray[Any]) -> None:
    """Write one number for each walk, [walk], or several, [number, walk], into the lanes of the first walks."""
    n = values.shape[-1]
    group, lane = np.divmod(np.arange(n), WIDTH)
    if values.ndim == 1:
        lanes[group, lane] = values
    else:
        lanes[group, :, lane] = values.T


def taken(lanes: npt.NDArray[Any], n: int) -> npt.NDArray[Any]:
    """Read the numbers of the first n walks."""
    return lanes.reshape(-1)[:n]
