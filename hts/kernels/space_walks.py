"""Memory layout of walks in R^d that all begin together: lanes in groups, their placed noises; see `walks`."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hts.kernels import motions
from hts.kernels.blocks import MAX_CHUNK, WIDTH, aligned_zeros
from hts.kernels.space_motions import COORDINATES, SpaceMotion, words_per_step


class SpaceWalks(NamedTuple):
    """Walks under way, owned by the caller; a lane that holds none stands nowhere, at nan."""

    streams: npt.NDArray[np.uint64]  # uint64[group, 4, lane]
    spares: npt.NDArray[np.uint64]  # uint64[group, 4, lane], for noises drawn anew
    x: npt.NDArray[np.float64]  # float64[group, d, lane]
    exit_steps: npt.NDArray[np.int64]  # int64[group, lane], steps taken
    inside: npt.NDArray[np.int64]  # int64[group, lane], written: 1 while in the domain
    big: npt.NDArray[np.int64]  # int64[group, lane], large noises among the steps taken
    forced: npt.NDArray[np.int64]  # int64[group, lane], whether the large noises are placed
    first: npt.NDArray[np.int64]  # int64[group, lane], the next of its placed noises
    end: npt.NDArray[np.int64]  # int64[group, lane], one past its last one
    places: npt.NDArray[np.int64]  # int64[noise], draws before it, in increasing order for each lane
    sizes: npt.NDArray[np.float64]  # float64[noise], W or a coordinate of Z, without a normal part


class SpaceScratch(NamedTuple):
    """Scratch of one thread."""

    words: npt.NDArray[np.uint64]  # uint64[word, step * lane]
    size: npt.NDArray[np.float64]  # float64[draw]: one W a step, or all coordinates, step by step
    norm: npt.NDArray[np.float64]  # float64[step * lane]
    z: npt.NDArray[np.float64]  # float64[d, step * lane]
    g: npt.NDArray[np.float64]  # float64[d, lane]
    square: npt.NDArray[np.float64]  # float64[lane]
    rest: npt.NDArray[np.float64]  # float64[lane]
    registers: npt.NDArray[np.float64]  # float64[register, lane]
    events: npt.NDArray[np.int64]  # int64[2, draw], draws before it, and lane, of large noises
    bare: npt.NDArray[np.float64]  # the law's numbers without a normal part
    spare: npt.NDArray[np.uint64]  # uint64[4, 1]
    spare_words: npt.NDArray[np.uint64]  # uint64[word, 1], without those of a normal part
    spare_z: npt.NDArray[np.float64]  # float64[1]


def empty_space_walks(n: int, dimension: int) -> SpaceWalks:
    """Make room for n walks, none of which has begun."""
    n_groups = -(-n // WIDTH)
    lanes = (n_groups, WIDTH)
    return SpaceWalks(
        streams=np.zeros((n_groups, 4, WIDTH), np.uint64),
        spares=np.zeros((n_groups, 4, WIDTH), np.uint64),
        x=np.full((n_groups, dimension, WIDTH), np.nan),
        exit_steps=np.zeros(lanes, np.int64),
        inside=np.zeros(lanes, np.int64),
        big=np.zeros(lanes, np.int64),
        forced=np.zeros(lanes, np.int64),
        first=np.zeros(lanes, np.int64),
        end=np.zeros(lanes, np.int64),
        places=np.zeros(0, np.int64),
        sizes=np.zeros(0),
    )


def new_space_scratch(motion: SpaceMotion) -> SpaceScratch:
    """Make scratch space for the walks of a motion; a step of many words gets a shorter chunk."""
    d, numbers = len(motion.start), motion.numbers
    each = motions.n_words(motion.law, numbers[motions.P_PLUS], numbers[motions.NORMAL_SCALE])
    n_words = words_per_step(d, each, motion.spread)
    n_draws = WIDTH * min(max(2, MAX_CHUNK * 3 // (n_words + d)), MAX_CHUNK)
    draws_per_step = d if motion.spread == COORDINATES else 1
    n_registers = max(motion.program.n_registers, motion.region.program.n_registers, 1)
    bare = numbers.copy()
    bare[motions.NORMAL_SCALE] = 0.0
    return SpaceScratch(
        words=aligned_zeros((n_words, n_draws), np.uint64),
        size=aligned_zeros(n_draws * draws_per_step, np.float64, 2048),
        norm=aligned_zeros(n_draws, np.float64, 1024),
        z=aligned_zeros((d, n_draws), np.float64, 512),
        g=aligned_zeros((d, WIDTH), np.float64, 3072),
        square=aligned_zeros(WIDTH, np.float64, 1536),
        rest=aligned_zeros(WIDTH, np.float64, 3584),
        registers=aligned_zeros((n_registers, WIDTH), np.float64),
        events=np.zeros((2, n_draws * draws_per_step), np.int64),
        bare=bare,
        spare=np.zeros((4, 1), np.uint64),
        spare_words=np.zeros((motions.n_words(motion.law, numbers[motions.P_PLUS], 0.0), 1), np.uint64),
        spare_z=np.zeros(1),
    )


def taken_points(lanes: npt.NDArray[Any], n: int) -> npt.NDArray[Any]:
    """Read the positions of the first n walks, float64[walk, d]."""
    return np.ascontiguousarray(lanes.transpose(0, 2, 1).reshape(-1, lanes.shape[1])[:n])
