"""First exits (2): advance walkers until they leave the domain or run out of steps.

A block of lanes holds one walker each. All lanes take a chunk of steps together; a lane whose walker has left is frozen
until the chunk ends, and then refilled with the next walker of the queue. When the queue is empty the remaining walkers
close ranks, so that the last of them do not drag empty lanes along. None of this shows in the numbers: a walker's path
depends on its own stream only.
"""

import numpy as np

from hts.kernels.blocks import (
    BEYOND,
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
from hts.kernels.draws import draw
from hts.kernels.dynamics import add_hinges, gradient_of_table, move, move_with_hinges
from hts.kernels.eights import LANES
from hts.kernels.motions import TABLE_HIGH, TABLE_LOW
from hts.kernels.settings import jit
from hts.kernels.streams import fill, start_streams


@jit
def count_beyond(x, n_live, low, high, place, counters):
    """Count the walkers that begin their next step beyond the ends of the table."""
    for i in range(n_live):
        if low < x[i] < high and not (place[TABLE_LOW] <= x[i] <= place[TABLE_HIGH]):
            counters[BEYOND] += 1


@jit
def advance(block, motion, cell_key, max_steps, budget, first_walker, row_steps, row_side, row_landing):
    """Advance the walkers of a block by at most about `budget` walker-steps in all.

    Parameters
    ----------
    block : Block
        Updated in place; call again to go on.
    motion : Motion
    cell_key : uint64[2]
        Names the cell's streams.
    max_steps : int
        A walker still inside after this many steps is censored.
    budget : int
        Walker-steps after which to return (the chunk that passes it is finished).
    first_walker : int
        Walker of row 0 of the three arrays below.
    row_steps, row_side, row_landing : int64[walker], int8[walker], float64[walker]
        Written for each walker that finishes: steps taken, -1 or +1 for the end it left by, 0 when censored, position.

    Returns
    -------
    int
        Walker-steps taken (frozen lanes included); 0 when every walker of the queue has finished.
    """
    # Unpacked once, and no helper is called for a single walker: handing an array on inside a loop costs an atomic
    # operation for its reference count, which came to half of all time when exits are short.
    streams, x, exit_steps, walker, counters, starts, words, z, g, nodes, rests = block
    line, knots, slopes, table, place, law, numbers, eta, b, projection, low, high, start = motion
    width, n_words = x.shape[0], words.shape[0]
    has_table = table.shape[0] > 0
    has_hinges = np.any(line) or np.any(slopes)
    is_simple = not has_table and knots.shape[0] == 2
    may_leave_table = has_table and (low < place[TABLE_LOW] or high > place[TABLE_HIGH])
    done = 0
    while True:
        # Write out the walkers that have finished; refill their lanes or, when none is left to start, close ranks.
        lane = 0
        while lane < counters[LIVE]:
            if walker[lane] != EMPTY:
                if low < x[lane] < high and exit_steps[lane] < max_steps:
                    lane += 1
                    continue
                row = walker[lane] - first_walker
                row_steps[row] = exit_steps[lane]
                row_side[row] = np.int8(x[lane] >= high) - np.int8(x[lane] <= low)
                row_landing[row] = x[lane]
                counters[FINISHED] += 1
                counters[FINISHED_STEPS] += exit_steps[lane]
            number = counters[NEXT]
            if number < counters[END]:
                if number == counters[STARTED]:
                    n_starts = min(counters[END] - number, starts.shape[1])
                    start_streams(starts, n_starts, cell_key, number)
                    counters[STARTED] = number + n_starts
                    counters[FIRST_START] = number
                for k in range(4):
                    streams[k, lane] = starts[k, number - counters[FIRST_START]]
                counters[NEXT] = number + 1
                walker[lane] = number
                x[lane] = start
                exit_steps[lane] = 0
                lane += 1
            else:
                counters[LIVE] -= 1
                last = counters[LIVE]
                for k in range(4):
                    streams[k, lane] = streams[k, last]
                walker[lane] = walker[last]
                x[lane] = x[last]
                exit_steps[lane] = exit_steps[last]
        n_live = counters[LIVE]
        if n_live == 0 or done >= budget:
            return done

        # lanes are dropped by whole vectors, or what is left would run as scalar code
        n_lanes = min((n_live + LANES - 1) // LANES * LANES, width)
        longest = n_steps = z.shape[0] // n_lanes
        if counters[FINISHED] > 0:
            mean = counters[FINISHED_STEPS] // counters[FINISHED]
            n_steps = min(max(mean // CHUNKS_PER_EXIT, MIN_CHUNK), longest)
        for i in range(n_live):
            n_steps = min(n_steps, max_steps - exit_steps[i])

        fill(streams, words, n_steps, n_words, n_lanes)
        draw(law, words, z, n_steps * n_lanes, numbers)
        if is_simple:
            move_with_hinges(x, z, exit_steps, n_steps, n_lanes, line, knots, slopes, eta, b, projection, low, high)
        else:
            for t in range(n_steps):
                if has_table:
                    gradient_of_table(x, g, n_lanes, table, place, nodes, rests)
                else:
                    g[:n_lanes] = 0.0
                if has_hinges:
                    add_hinges(x, g, n_lanes, line, knots, slopes)
                if may_leave_table:
                    count_beyond(x, n_live, low, high, place, counters)
                move(x, g, z, t * n_lanes, exit_steps, n_lanes, eta, b, projection, low, high)
        done += n_steps * n_live
