"""Walks of at most n steps in R^d, some with large noises at given steps; see `rare`.

Large is a draw of the law, |scale W| >= threshold: of isotropic noise the size alone, whose direction is as uniform as
that of any other; of noise by coordinate each coordinate by itself, counted step by step. Every function that is large
once compiled is called from one place.
"""

import numpy as np

from hts.kernels.draws import add_normal, draw
from hts.kernels.motions import NORMAL_SCALE
from hts.kernels.rare import place_noises
from hts.kernels.settings import jit
from hts.kernels.space_dynamics import find_inside, gradient, move_in_plane, move_inside, step, turn, words_of_direction
from hts.kernels.space_motions import BALL, COORDINATES
from hts.kernels.streams import fill


@jit
def draw_steps(n_steps, now, law, numbers, spread, threshold, lanes, places, sizes, scratch):
    """Turn words into the noise of some steps, large draws where they are placed, and list all large ones.

    Parameters
    ----------
    n_steps, now : int
        Steps of the chunk, and steps before it.
    law, numbers, spread
        Of the motion.
    threshold : float
        Of |scale W|; inf where no draw is placed or counted.
    lanes : (uint64[4, lane], int64[lane], int64[lane], int64[lane])
        Spare streams, which walks have placed draws, and the first and last of those; updated.
    places, sizes : int64[noise], float64[noise]
    scratch : SpaceScratch
        Its `z` is written.

    Returns
    -------
    int
        Large draws, listed in `scratch.events`.
    """
    spares, forced, first, end = lanes
    words, size, z = scratch.words, scratch.size, scratch.z
    d, n_lanes, by_coordinate = z.shape[0], forced.shape[0], spread == COORDINATES
    n, n_each, n_events = n_steps * n_lanes, d if by_coordinate else 1, 0
    each = words.shape[0] // d if by_coordinate else words.shape[0] - words_of_direction(d)
    is_placed = threshold < np.inf
    for k in range(n_each):
        draw(law, words[k * each : (k + 1) * each], z[k] if by_coordinate else size, n, scratch.bare)
        for t in range(n_steps if by_coordinate and is_placed else 0):
            for i in range(n_lanes):
                size[(t * d + k) * n_lanes + i] = z[k, t * n_lanes + i]
    if is_placed:
        n_events = place_noises(size, n_steps * n_each, now * n_each, law, threshold, spares, forced, first, end,
                                places, sizes, scratch)  # fmt: skip
    if not by_coordinate:
        turn(words[each:], size, scratch.norm, z, n)
        return n_events
    for k in range(d):
        for t in range(n_steps if is_placed else 0):
            for i in range(n_lanes):
                z[k, t * n_lanes + i] = size[(t * d + k) * n_lanes + i]
        if numbers[NORMAL_SCALE] > 0.0:
            add_normal(words[k * each : (k + 1) * each], z[k], n, numbers)
    return n_events


@jit
def count_large(events, n_events, steps, draws_per_step, counts):
    """Add to each lane's count the large draws of the steps that it has taken."""
    for e in range(n_events):
        lane = events[1, e]
        if events[0, e] < steps[lane] * draws_per_step:
            counts[lane] += 1


@jit
def count_inside(inside, steps, max_steps):
    """Count the lanes that are inside with fewer than `max_steps` steps."""
    n = np.int64(0)
    for i in range(inside.shape[0]):
        n += np.int64((inside[i] != 0) & (steps[i] < max_steps))
    return n


@jit
def advance(walks, scratch, motion, threshold, now, n_steps, max_steps):
    """Advance all walks until they leave, or for some steps; see `rare.advance`.

    Parameters
    ----------
    walks : SpaceWalks
        Updated; call again to go on.
    scratch : SpaceScratch
    motion : SpaceMotion
    threshold : float
        Of |scale W|, from which a draw is large; inf counts none.
    now, n_steps, max_steps : int

    Returns
    -------
    int
        Walks that are left inside with fewer than `max_steps` steps.
    """
    streams, spares, x, exit_steps, inside, big, forced, first, end, places, sizes = walks
    is_linear, matrix, centre, program, law, numbers, spread, eta, b, projection, _, region = motion
    operations, constants, outputs, _ = program
    kind, number, middle, form, low, high, labels, test = region
    test_operations, test_constants, test_outputs, _ = test
    words, z, g, square, rest, registers, events = (
        scratch.words, scratch.z, scratch.g, scratch.square, scratch.rest, scratch.registers, scratch.events,
    )  # fmt: skip
    n_groups, d, width = x.shape
    is_diagonal = is_linear != 0 and d == 2 and matrix[0, d - 1] == 0.0 and matrix[d - 1, 0] == 0.0
    is_simple = is_diagonal and kind == BALL and not projection < np.inf
    draws_per_step = d if spread == COORDINATES else 1
    left = np.int64(0)
    for k in range(n_groups):
        xs, steps, is_in, counts, own_streams = x[k], exit_steps[k], inside[k], big[k], streams[k]
        lanes = (spares[k], forced[k], first[k], end[k])
        done = t = n = n_events = 0
        while True:
            find_inside(xs, kind, number, middle, form, low, high, labels, test_operations, test_constants,
                        test_outputs, registers, square, rest, is_in, width)  # fmt: skip
            if t == n:  # the noise is used up
                count_large(events, n_events, steps, draws_per_step, counts)
                n_inside = count_inside(is_in, steps, max_steps)
                t, n = 0, min(z.shape[1] // width, n_steps - done)
                if n_inside == 0 or n == 0:
                    left += n_inside
                    break
                fill(own_streams, words, n, words.shape[0], width)
                n_events = draw_steps(n, now + done, law, numbers, spread, threshold, lanes, places, sizes, scratch)
                done += n
            if is_simple:
                move_in_plane(xs, z, g, square, is_in, steps, n, width, matrix, centre, eta, b, middle, number)
                t = n
            else:
                gradient(is_linear, matrix, centre, operations, constants, outputs, registers, xs, g, width)
                step(xs, g, z, t * width, square, width, eta, b, projection)
                move_inside(xs, g, is_in, steps, width)
                t += 1
    return left
