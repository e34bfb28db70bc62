"""One random stream per walker: xoshiro256++, seeded by Philox4x32-10.

Philox, a keyed bijection, turns (cell key, walker number) into the 256 bits of a xoshiro state, so that any walker can
be replayed alone and no two walkers share a start; xoshiro256++ then costs ten vector instructions a draw. With 256
bits of state, 1e9 walkers of 1e12 steps overlap with probability below 1e-34.

References: Salmon, Moraes, Dror, Shaw, *Parallel random numbers: as easy as 1, 2, 3* (2011); Blackman, Vigna,
*Scrambled linear pseudorandom number generators* (2021).
"""

from typing import Final

import numpy as np

from hts.kernels.eights import LANES, ROTATION_OUT, ROTATION_STATE, SHIFT, draw_words
from hts.kernels.settings import IS_INTERPRETED, inline, jit

PHILOX_MULTIPLIERS: Final = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
PHILOX_WEYL: Final = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))
PHILOX_ROUNDS: Final = 10
FIRST_BLOCK: Final = np.uint64(0)
SECOND_BLOCK: Final = np.uint64(1)
LOW_32: Final = np.uint64(0xFFFFFFFF)
C32: Final = np.uint64(32)
SHIFT_BITS: Final = np.uint64(SHIFT)
OUT_LEFT, OUT_RIGHT = np.uint64(ROTATION_OUT), np.uint64(64 - ROTATION_OUT)
STATE_LEFT, STATE_RIGHT = np.uint64(ROTATION_STATE), np.uint64(64 - ROTATION_STATE)


@inline
def philox(c0, c1, c2, c3, k0, k1):
    """Encrypt a counter of four 32-bit words under a key of two (Philox4x32-10), all held in uint64.

    Returns
    -------
    tuple of four uint64
        The 32-bit words of the block.
    """
    for _ in range(PHILOX_ROUNDS):
        product0 = PHILOX_MULTIPLIERS[0] * c0
        product1 = PHILOX_MULTIPLIERS[1] * c2
        c0 = (product1 >> C32) ^ c1 ^ k0
        c1 = product1 & LOW_32
        c2 = (product0 >> C32) ^ c3 ^ k1
        c3 = product0 & LOW_32
        k0 = (k0 + PHILOX_WEYL[0]) & LOW_32
        k1 = (k1 + PHILOX_WEYL[1]) & LOW_32
    return c0, c1, c2, c3


@jit
def start_streams(states, n, cell_key, first_walker):
    """Compute the states in which the streams of walkers `first_walker` ... `first_walker` + n - 1 start.

    Parameters
    ----------
    states : uint64[4, walker]
        Written; the first `n` columns.
    cell_key : uint64[2]
        128 bits that name the cell: the first word is Philox's key, the second fills half its counter.
    first_walker : int
        Walkers' numbers are below 2^32: one word of the counter. The fourth tells the two blocks of a state apart.
    """
    k0, k1 = cell_key[0] & LOW_32, cell_key[0] >> C32
    c2, c3 = cell_key[1] & LOW_32, cell_key[1] >> C32
    for i in range(n):
        walker = np.uint64(first_walker + i)
        a0, a1, a2, a3 = philox(walker, FIRST_BLOCK, c2, c3, k0, k1)
        b0, b1, b2, b3 = philox(walker, SECOND_BLOCK, c2, c3, k0, k1)
        states[0, i] = a0 | (a1 << C32)
        states[1, i] = a2 | (a3 << C32)
        states[2, i] = b0 | (b1 << C32)
        states[3, i] = b2 | (b3 << C32)


@inline
def rotate_left(bits, left, right):
    """Rotate 64 bits; `left` + `right` = 64."""
    return (bits << left) | (bits >> right)


@jit
def fill(streams, words, n_rows, n_words, n_lanes):
    """Draw `n_words` 64-bit words per lane for each of `n_rows` steps.

    Parameters
    ----------
    streams : uint64[4, lane]
        Generators; updated in place.
    words : uint64[word, row * lane]
        Word k of lane i for step t goes to ``words[k, t * n_lanes + i]``: a walker's words are used in the order of its
        steps, whatever the number of lanes and rows.
    """
    n_in_eights = 0 if IS_INTERPRETED else n_lanes // LANES * LANES
    for first in range(0, n_in_eights, LANES):
        draw_words(streams, words, first, n_rows, n_words, n_lanes)
    for i in range(n_in_eights, n_lanes):
        s0, s1, s2, s3 = streams[0, i], streams[1, i], streams[2, i], streams[3, i]
        for row in range(n_rows):
            for word in range(n_words):
                words[word, row * n_lanes + i] = rotate_left(s0 + s3, OUT_LEFT, OUT_RIGHT) + s0
                shifted = s1 << SHIFT_BITS
                s2 ^= s0
                s3 ^= s1
                s1 ^= s2
                s0 ^= s3
                s2 ^= shifted
                s3 = rotate_left(s3, STATE_LEFT, STATE_RIGHT)
        streams[0, i], streams[1, i], streams[2, i], streams[3, i] = s0, s1, s2, s3
