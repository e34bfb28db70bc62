"""First exits in R^d: advance walkers until they leave the domain or run out of steps; see `exits`."""

import numpy as np

from hts.kernels.blocks import (
    CHUNKS_PER_EXIT,
    EMPTY,
    END,
    FINISHED,
    FINISHED_STEPS,
    FIRST_START,
    LIVE,
    MIN_CHUNK,
    NEXT,
    STARTED,
)
from hts.kernels.eights import LANES
from hts.kernels.settings import jit
from hts.kernels.space_dynamics import draw_vectors, find_inside, gradient, move_in_plane, move_inside, step
from hts.kernels.space_motions import BALL
from hts.kernels.streams import fill, start_streams


@jit
def advance(block, motion, cell_key, max_steps, budget, first_walker, row_steps, row_inside, row_landing):
    """Advance the walkers of a block by at most about `budget` walker-steps in all.

    Parameters
    ----------
    block : SpaceBlock
        Updated in place; call again to go on.
    motion : SpaceMotion
    cell_key : uint64[2]
    max_steps, budget, first_walker : int
        See `exits.advance`.
    row_steps, row_inside, row_landing : int64[walker], int8[walker], float64[walker, d]
        Written for each walker that finishes: steps taken, 1 when censored, position.

    Returns
    -------
    int
        Walker-steps taken (frozen lanes included); 0 when every walker of the queue has finished.
    """
    streams, x, exit_steps, walker, counters, starts, words, size, norm, z, g, square, rest, inside, registers = block
    is_linear, matrix, centre, program, law, numbers, spread, eta, b, projection, start, region = motion
    operations, constants, outputs, _ = program
    kind, number, middle, form, low, high, labels, test = region
    test_operations, test_constants, test_outputs, _ = test
    d, width, n_words = x.shape[0], x.shape[1], words.shape[0]
    is_diagonal = is_linear != 0 and d == 2 and matrix[0, d - 1] == 0.0 and matrix[d - 1, 0] == 0.0
    is_simple = is_diagonal and kind == BALL and not projection < np.inf
    done = 0
    while True:
        find_inside(x, kind, number, middle, form, low, high, labels, test_operations, test_constants, test_outputs,
                    registers, square, rest, inside, width)  # fmt: skip
        lane = 0
        while lane < counters[LIVE]:
            if walker[lane] != EMPTY:
                if inside[lane] != 0 and exit_steps[lane] < max_steps:
                    lane += 1
                    continue
                row = walker[lane] - first_walker
                row_steps[row] = exit_steps[lane]
                row_inside[row] = inside[lane]
                for k in range(d):
                    row_landing[row, k] = x[k, lane]
                counters[FINISHED] += 1
                counters[FINISHED_STEPS] += exit_steps[lane]
            following = counters[NEXT]
            if following < counters[END]:
                if following == counters[STARTED]:
                    n_starts = min(counters[END] - following, starts.shape[1])
                    start_streams(starts, n_starts, cell_key, following)
                    counters[STARTED] = following + n_starts
                    counters[FIRST_START] = following
                for k in range(4):
                    streams[k, lane] = starts[k, following - counters[FIRST_START]]
                counters[NEXT] = following + 1
                walker[lane] = following
                for k in range(d):
                    x[k, lane] = start[k]
                exit_steps[lane] = 0
                inside[lane] = 1
                lane += 1
            else:
                counters[LIVE] -= 1
                last = counters[LIVE]
                for k in range(4):
                    streams[k, lane] = streams[k, last]
                walker[lane] = walker[last]
                for k in range(d):
                    x[k, lane] = x[k, last]
                exit_steps[lane] = exit_steps[last]
                inside[lane] = inside[last]
        n_live = counters[LIVE]
        if n_live == 0 or done >= budget:
            return done

        n_lanes = min((n_live + LANES - 1) // LANES * LANES, width)
        longest = n_steps = size.shape[0] // n_lanes
        if counters[FINISHED] > 0:
            mean = counters[FINISHED_STEPS] // counters[FINISHED]
            n_steps = min(max(mean // CHUNKS_PER_EXIT, MIN_CHUNK), longest)
        for i in range(n_live):
            n_steps = min(n_steps, max_steps - exit_steps[i])

        fill(streams, words, n_steps, n_words, n_lanes)
        draw_vectors(law, spread, words, size, norm, z, n_steps * n_lanes, numbers)
        if is_simple:
            move_in_plane(x, z, g, square, inside, exit_steps, n_steps, n_lanes, matrix, centre, eta, b, middle, number)
        for t in range(0 if is_simple else n_steps):
            gradient(is_linear, matrix, centre, operations, constants, outputs, registers, x, g, n_lanes)
            step(x, g, z, t * n_lanes, square, n_lanes, eta, b, projection)
            move_inside(x, g, inside, exit_steps, n_lanes)
            find_inside(x, kind, number, middle, form, low, high, labels, test_operations, test_constants,
                        test_outputs, registers, square, rest, inside, n_lanes)  # fmt: skip
        done += n_steps * n_live
