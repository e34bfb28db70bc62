"""Long runs in R^d: advance walkers for a fixed number of steps, and count where they are.

A set is all that lies within a radius of a segment; walkers are counted in the last set that they lie in, or outside.
"""

import numpy as np

from hts.kernels.blocks import EMPTY, END, FINISHED, FINISHED_STEPS, LIVE, NEXT
from hts.kernels.eights import LANES
from hts.kernels.settings import jit
from hts.kernels.space_dynamics import draw_vectors, gradient, step
from hts.kernels.streams import fill, start_streams


@jit
def find_sets(x, ends, radii, square, rest, label, n_lanes):
    """Write the set that each lane is in, -1 outside all of them.

    Parameters
    ----------
    x : float64[d, lane]
    ends : float64[set, 2, d]
        Of the segments.
    radii : float64[set]
    square, rest : float64[lane]
        Scratch.
    label : int64[lane]
    """
    d = x.shape[0]
    for i in range(n_lanes):
        label[i] = -1
    for s in range(ends.shape[0]):
        length = 0.0
        for k in range(d):
            length += (ends[s, 1, k] - ends[s, 0, k]) ** 2
        for i in range(n_lanes):
            rest[i] = 0.0
            square[i] = 0.0
        if length > 0.0:
            for k in range(d):
                a, slope = ends[s, 0, k], (ends[s, 1, k] - ends[s, 0, k]) / length
                for i in range(n_lanes):
                    rest[i] += (x[k, i] - a) * slope
            for i in range(n_lanes):
                rest[i] = min(max(rest[i], 0.0), 1.0)
        for k in range(d):
            a, way = ends[s, 0, k], ends[s, 1, k] - ends[s, 0, k]
            for i in range(n_lanes):
                away = x[k, i] - a - way * rest[i]
                square[i] += away * away
        limit = radii[s] * radii[s]
        for i in range(n_lanes):
            label[i] = s if square[i] <= limit else label[i]


@jit
def count_arrivals(label, reached, n_live, transitions, row):
    """Count the walkers that have come to another set than the last one they were in."""
    n = 0
    for i in range(n_live):
        n += 1 if (label[i] >= 0) & (label[i] != reached[i]) else 0
    if n == 0:
        return
    for i in range(n_live):
        if label[i] >= 0 and label[i] != reached[i]:
            if reached[i] >= 0:
                transitions[row + i, reached[i], label[i]] += 1
            reached[i] = label[i]


@jit
def advance(block, motion, cell_key, ends, radii, checkpoints, counts, reached, budget, first_walker, row_counts,
            row_transitions, row_position):  # fmt: skip
    """Advance the walkers of a block by at most about `budget` walker-steps in all.

    Parameters
    ----------
    block : SpaceBlock
        All lanes in use have taken the same number of steps.
    motion : SpaceMotion
        Its domain is not read.
    ends, radii : float64[set, 2, d], float64[set]
    checkpoints : int64[checkpoint]
        Numbers of steps, increasing; the last is that of the whole run.
    counts, reached : int64[set, lane], int64[lane]
        Steps in each set so far, and the last set reached; updated in place.
    row_counts : int64[walker, checkpoint, set + 1]
        Written: steps outside all sets up to each checkpoint, then those in each set.
    row_transitions : int64[walker, set, set]
    row_position : float64[walker, d]

    Returns
    -------
    int
        Walker-steps taken; 0 when every walker has finished.
    """
    streams, x, exit_steps, walker, counters, _, words, size, norm, z, g, square, rest, label, registers = block
    is_linear, matrix, centre, program, law, numbers, spread, eta, b, projection, start, _ = motion
    operations, constants, outputs, _ = program
    d, width, n_words, n_sets = x.shape[0], x.shape[1], words.shape[0], ends.shape[0]
    all_steps = checkpoints[-1]
    done = 0
    while True:
        if walker[0] == EMPTY:
            following = counters[NEXT]
            n_live = min(width, counters[END] - following)
            if n_live == 0:
                return done
            counters[LIVE] = n_live
            counters[NEXT] += n_live
            start_streams(streams, min((n_live + LANES - 1) // LANES * LANES, width), cell_key, following)
            for i in range(width):
                exit_steps[i] = 0
                walker[i] = following + i
                for k in range(d):
                    x[k, i] = start[k]
                for s in range(n_sets):
                    counts[s, i] = 0
            find_sets(x, ends, radii, square, rest, reached, width)
        n_live = counters[LIVE]
        n_lanes = min((n_live + LANES - 1) // LANES * LANES, width)
        longest = size.shape[0] // n_lanes
        row, steps = walker[0] - first_walker, exit_steps[0]
        checkpoint = np.searchsorted(checkpoints, steps, side="right")
        while steps < all_steps:
            if done >= budget:
                return done
            n_steps = min(longest, checkpoints[checkpoint] - steps)
            fill(streams, words, n_steps, n_words, n_lanes)
            draw_vectors(law, spread, words, size, norm, z, n_steps * n_lanes, numbers)
            for t in range(n_steps):
                gradient(is_linear, matrix, centre, operations, constants, outputs, registers, x, g, n_lanes)
                step(x, g, z, t * n_lanes, square, n_lanes, eta, b, projection)
                for k in range(d):
                    for i in range(n_lanes):
                        x[k, i] = g[k, i]
                find_sets(x, ends, radii, square, rest, label, n_lanes)
                for s in range(n_sets):
                    for i in range(n_lanes):
                        counts[s, i] += np.int64(label[i] == s)
                count_arrivals(label, reached, n_live, row_transitions, row)
            steps += n_steps
            exit_steps[:n_live] = steps
            done += n_steps * n_live
            if steps == checkpoints[checkpoint]:
                for i in range(n_live):
                    row_counts[row + i, checkpoint, 0] = steps
                    for s in range(n_sets):
                        row_counts[row + i, checkpoint, 0] -= counts[s, i]
                        row_counts[row + i, checkpoint, s + 1] = counts[s, i]
                checkpoint += 1
        for i in range(n_live):
            for k in range(d):
                row_position[row + i, k] = x[k, i]
        counters[FINISHED] += n_live
        counters[FINISHED_STEPS] += n_live * all_steps
        counters[LIVE] = 0
        walker[0] = EMPTY
