"""SGD on Gaussian least squares, many runs side by side, docs/regression.md.

Fresh samples: with s = sigma |x| and u = x/|x| a mini-batch enters through b numbers g_i = a_i.u / sigma, and through
the sum of r_i a_i, r_i = s g_i - y_i, whose part across u is sigma |r| times a normal vector w across u, independent of
all else. So a step needs d + 2 b normal numbers instead of (d + 1) b, and keeps the law of the iterates:

    x' = x - (eta/b) sigma ((g.r) u + |r| w)

Finite data: b different rows of the data, by Floyd's way of drawing without replacement, one word for each.

A run is a lane here and its sums follow one order, so that no bit depends on how many runs share a block.
"""

from typing import Final

import numpy as np

from hts.kernels.arithmetic import fma
from hts.kernels.draws import distance_to_end, uniform, with_fair_sign
from hts.kernels.elementary import LN2, log2, sinpi
from hts.kernels.settings import inline, jit
from hts.kernels.streams import fill, start_streams

#: Sizes between which squares stay far from the ends of floating point, and the power of two that brings them back.
LARGE: Final = 1e100
SMALL: Final = 1e-100
DOWN: Final = 2.0**-400
UP: Final = 2.0**400
#: Partial sums of a product of rows: as many as a vector has lanes.
LANES: Final = 8


@jit
def normal_pairs(words, z, n):
    """Turn two words into two independent normal numbers (Box and Muller 1958).

    Parameters
    ----------
    words : uint64[2, draw]
    z : float64[2, draw]
        Written; the first `n` columns.
    """
    for i in range(n):
        z[0, i] = np.sqrt((-2.0 * LN2) * log2(uniform(words[0, i])))
    for i in range(n):
        z[1, i] = z[0, i] * with_fair_sign(sinpi(distance_to_end(words[1, i])), words[0, i])
    for i in range(n):
        z[0, i] = z[0, i] * sinpi(0.5 - uniform(words[1, i]))


@jit
def begin_streams(streams, n, key, first):
    """Start the streams of runs `first` ... `first` + n - 1; see `streams.start_streams`. Gives 0."""
    start_streams(streams, n, key, first)
    return 0


@jit
def draw_normals(streams, words, z, n_pairs, n_lanes):
    """Draw 2 `n_pairs` normal numbers for each lane.

    Parameters
    ----------
    streams : uint64[4, lane]
        Updated.
    words : uint64[2, pair * lane]
        Scratch.
    z : float64[2, pair * lane]
        Written: number k of lane i goes to ``z[k // n_pairs, k % n_pairs * n_lanes + i]``.

    Returns
    -------
    int
        0.
    """
    fill(streams, words, n_pairs, 2, n_lanes)
    normal_pairs(words, z, n_pairs * n_lanes)
    return 0


@jit
def advance_online(streams, words, z, x, total, unit, sums, batch, rate, sigma, noise, n_steps, n_skipped):
    """Take steps on fresh samples.

    Parameters
    ----------
    streams, words, z
        As in `draw_normals`, with (d + 2 batch + 1) // 2 pairs.
    x, total : float64[coordinate, lane]
        Distances from the optimum, and their sum over the steps after the first `n_skipped`; updated.
    unit : float64[lane]
        A power of two by which x is multiplied before it is squared; updated.
    sums : float64[4, lane]
        Scratch.
    batch : int
    rate, sigma, noise : float
        eta, and the standard deviations of samples and of y.
    n_steps : int

    Returns
    -------
    int
        `n_steps`.
    """
    dimension, lanes = x.shape
    pairs = (dimension + 2 * batch + 1) // 2
    c = rate * sigma / batch
    for step in range(n_steps):
        draw_normals(streams, words, z, pairs, lanes)
        sums[:] = 0.0
        for j in range(dimension):
            half, at = j // pairs, j % pairs * lanes
            for i in range(lanes):
                t = x[j, i] * unit[i]
                sums[0, i] = fma(t, t, sums[0, i])
                sums[1, i] = fma(t, z[half, at + i], sums[1, i])
        for i in range(lanes):
            sums[0, i] = np.sqrt(sums[0, i])
        for k in range(batch):
            half, at = (dimension + k) // pairs, (dimension + k) % pairs * lanes
            half_y, at_y = (dimension + batch + k) // pairs, (dimension + batch + k) % pairs * lanes
            for i in range(lanes):
                g = z[half, at + i]
                r = sigma * sums[0, i] * g - noise * unit[i] * z[half_y, at_y + i]
                sums[2, i] = fma(g, r, sums[2, i])
                sums[3, i] = fma(r, r, sums[3, i])
        for i in range(lanes):
            size, across = sums[0, i], np.sqrt(sums[3, i])
            along = sums[2, i] - across * (sums[1, i] / size)
            sums[1, i] = 1.0 - c * (along / size) if size > 0.0 else 1.0
            sums[2, i] = c * across / unit[i]
            if size > LARGE:
                unit[i] *= DOWN
            elif size < SMALL and unit[i] < 1.0:
                unit[i] *= UP
        is_counted = step >= n_skipped
        for j in range(dimension):
            half, at = j // pairs, j % pairs * lanes
            for i in range(lanes):
                x[j, i] = sums[1, i] * x[j, i] - sums[2, i] * z[half, at + i]
            if is_counted:
                for i in range(lanes):
                    total[j, i] += x[j, i]
    return n_steps


@inline
def product(rows, row, x, i):
    """Give the scalar product of a row of the data with an iterate, in eight partial sums."""
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    for j in range(0, x.shape[1], LANES):
        s0 = fma(rows[row, j], x[i, j], s0)
        s1 = fma(rows[row, j + 1], x[i, j + 1], s1)
        s2 = fma(rows[row, j + 2], x[i, j + 2], s2)
        s3 = fma(rows[row, j + 3], x[i, j + 3], s3)
        s4 = fma(rows[row, j + 4], x[i, j + 4], s4)
        s5 = fma(rows[row, j + 5], x[i, j + 5], s5)
        s6 = fma(rows[row, j + 6], x[i, j + 6], s6)
        s7 = fma(rows[row, j + 7], x[i, j + 7], s7)
    return ((s0 + s4) + (s1 + s5)) + ((s2 + s6) + (s3 + s7))


@jit
def advance_finite(streams, words, rows, targets, x, total, picks, marks, errors, batch, rate, n_steps, n_skipped):
    """Take steps on mini-batches from fixed data, without replacement.

    Parameters
    ----------
    streams : uint64[4, lane]
        Updated.
    words : uint64[batch, lane]
        Scratch.
    rows : float64[sample, coordinate]
        The data; coordinates padded with zeros to a multiple of LANES.
    targets : float64[sample]
    x, total : float64[lane, coordinate]
        Iterates, and their sum over the steps after the first `n_skipped`; updated.
    picks, marks, errors : int64[batch], int64[sample + 1], float64[batch]
        Scratch; `marks` says in which draw a row was taken last, and counts the draws in its last entry.
    batch, n_steps : int
    rate : float
        eta.

    Returns
    -------
    int
        `n_steps`.
    """
    n = rows.shape[0]
    lanes, width = x.shape
    c = rate / batch
    for step in range(n_steps):
        fill(streams, words, 1, batch, lanes)
        is_counted = step >= n_skipped
        for i in range(lanes):
            marks[n] += 1
            for k in range(batch):
                last = n - batch + k
                place = np.int64(uniform(words[k, i]) * (last + 1))
                if marks[place] == marks[n]:
                    place = last
                marks[place] = marks[n]
                picks[k] = place
            for k in range(batch):
                errors[k] = -c * (product(rows, picks[k], x, i) - targets[picks[k]])
            for k in range(batch):
                row, error = picks[k], errors[k]
                for j in range(width):
                    x[i, j] = fma(error, rows[row, j], x[i, j])
            if is_counted:
                for j in range(width):
                    total[i, j] += x[i, j]
    return n_steps
