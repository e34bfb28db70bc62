"""Long runs: advance walkers across all wells for a fixed number of steps, and count where they are.

The walkers of a block start together and take the same number of steps, so there is nothing to freeze or refill: block
after block of them. The positions of a chunk of steps are kept in place of the noise that led there. For most lanes
vector code then finds that the whole chunk was spent in one well, and counts the steps near its minimum; only a lane
that has crossed a barrier, or has come to another minimum than the last one, is gone through step by step.
"""

import numpy as np

from hts.kernels.blocks import BEYOND, EMPTY, END, FINISHED, FINISHED_STEPS, LIVE, NEXT
from hts.kernels.draws import draw
from hts.kernels.dynamics import add_hinges, gradient_of_table, roam, roam_with_hinges
from hts.kernels.eights import LANES
from hts.kernels.ledgers import (
    BEYOND_HIGH,
    CHUNK_NEAR,
    DEPARTED,
    HOME,
    LEAST,
    LOW,
    MINIMUM,
    MOST,
    NEAR,
    NOWHERE,
    RADIUS,
    REACHED,
    SINCE,
    STRIDE,
)
from hts.kernels.settings import inline, jit
from hts.kernels.streams import fill, start_streams


@inline
def look(positions, n_steps, n_lanes, minimum, radius, least, most, near):
    """Find the lowest and highest position of each lane in a chunk, and count those near its well's minimum."""
    for i in range(n_lanes):
        least[i] = positions[i]
        most[i] = positions[i]
        near[i] = 0
    for four in range(n_steps // 4):  # not range(0, n_steps, 4): Numba would guard against negative indices
        first = 4 * four * n_lanes
        second, third, fourth = first + n_lanes, first + 2 * n_lanes, first + 3 * n_lanes
        for i in range(n_lanes):
            x0, x1, x2, x3 = positions[first + i], positions[second + i], positions[third + i], positions[fourth + i]
            least[i] = min(min(least[i], min(x0, x1)), min(x2, x3))
            most[i] = max(max(most[i], max(x0, x1)), max(x2, x3))
            m, r = minimum[i], radius[i]
            n = np.int64(abs(x0 - m) <= r) + np.int64(abs(x1 - m) <= r)
            near[i] += n + np.int64(abs(x2 - m) <= r) + np.int64(abs(x3 - m) <= r)
    for t in range(n_steps // 4 * 4, n_steps):
        first = t * n_lanes
        for i in range(n_lanes):
            x = positions[first + i]
            least[i] = min(least[i], x)
            most[i] = max(most[i], x)
            near[i] += np.int64(abs(x - minimum[i]) <= radius[i])


@inline
def find_departures(n_live, low, beyond_high, least, most, near, home, reached, departed):
    """Mark the lanes that have left their well or reached another minimum, and count them, in vector code."""
    n = 0
    for i in range(n_live):
        is_outside = (least[i] < low[i]) | (most[i] >= beyond_high[i])
        departed[i] = np.int64(is_outside | ((near[i] > 0) & (home[i] != reached[i])))
    for i in range(n_live):
        n += departed[i]
    return n


@inline
def well_of(x, barriers, well):
    """Find the well of x, the number of barriers at or below it, sought from a well nearby."""
    while well < barriers.shape[0] and x >= barriers[well]:
        well += 1
    while well > 0 and x < barriers[well - 1]:
        well -= 1
    return well


@inline
def sort_into_bins(positions, first, n_live, low, per_width, histogram, row):
    """Add one step of each lane to its histogram."""
    last = histogram.shape[1] - 1.0
    for i in range(n_live):
        place = min(max((positions[first + i] - low) * per_width + 1.0, 0.0), last)
        histogram[row + i, np.int64(place)] += 1


@inline
def follow(
    positions, n_steps, n_lanes, n_live, steps, wells, barriers, first, last, floats, integers, steps_in_well,
    steps_near, transitions, counters, first_row, checkpoint
):  # fmt: skip
    """Go step by step through the lanes that have left their well or reached another minimum.

    Parameters
    ----------
    positions : float64[step * lane]
        Of the chunk; `steps` were taken before it.
    first_row, checkpoint : int
        Row of lane 0, and the checkpoint up to which steps are now counted.
    """
    for i in range(n_live):
        if integers[DEPARTED, i] == 0:
            continue
        row = first_row + i
        well, reached, near, since = integers[HOME, i], integers[REACHED, i], integers[NEAR, i], integers[SINCE, i]
        low, beyond_high = floats[LOW, i], floats[BEYOND_HIGH, i]
        minimum, radius = floats[MINIMUM, i], floats[RADIUS, i]
        for t in range(n_steps):
            x = positions[t * n_lanes + i]
            if not low <= x < beyond_high:
                steps_in_well[row, checkpoint, well] += steps + t - since
                steps_near[row, well] += near
                since, near = steps + t, 0
                well = well_of(x, barriers, well)
                low, beyond_high = wells[LOW, well], wells[BEYOND_HIGH, well]
                minimum, radius = wells[MINIMUM, well], wells[RADIUS, well]
                counters[BEYOND] += np.int64(not (first <= x <= last))
            if abs(x - minimum) <= radius:
                near += 1
                if reached != well:
                    if reached != NOWHERE:
                        transitions[row, reached, well] += 1
                    reached = well
        floats[LOW, i], floats[BEYOND_HIGH, i] = low, beyond_high
        floats[MINIMUM, i], floats[RADIUS, i] = minimum, radius
        integers[HOME, i], integers[REACHED, i] = well, reached
        integers[NEAR, i], integers[SINCE, i] = near, since
        integers[CHUNK_NEAR, i] = 0


@jit
def start_walkers(block, regions, watch, start, cell_key):
    """Fill the lanes with the next walkers of the queue, as many as there are, and count them."""
    counters, integers, width = block.counters, watch.integers, block.x.shape[0]
    wells, barriers, first, last, _, _, _ = regions
    number = counters[NEXT]
    n_live = min(width, counters[END] - number)
    counters[LIVE] = n_live
    counters[NEXT] += n_live
    start_streams(block.streams, min((n_live + LANES - 1) // LANES * LANES, width), cell_key, number)
    well = well_of(start, barriers, 0)
    is_near = abs(start - wells[MINIMUM, well]) <= wells[RADIUS, well]
    for i in range(width):
        block.x[i] = start
        block.exit_steps[i] = 0
        block.walker[i] = number + i
        integers[REACHED, i] = well if is_near else NOWHERE
        integers[SINCE, i] = 0
        integers[NEAR, i] = 0
        integers[HOME, i] = well
        for k in range(wells.shape[0]):
            watch.floats[k, i] = wells[k, well]
    counters[BEYOND] += n_live * np.int64(not (first <= start <= last))
    return n_live


@jit
def write_down(steps, n_live, watch, ledger, row, checkpoint):
    """Write down all lanes at a checkpoint, and let the next begin with what this one has."""
    integers, steps_in_well, steps_near = watch.integers, ledger.steps_in_well, ledger.steps_near
    for i in range(n_live):
        well = integers[HOME, i]
        steps_in_well[row + i, checkpoint, well] += steps - integers[SINCE, i]
        steps_near[row + i, well] += integers[NEAR, i]
        integers[SINCE, i] = steps
        integers[NEAR, i] = 0
        if checkpoint + 1 < steps_in_well.shape[1]:
            for k in range(steps_in_well.shape[2]):
                steps_in_well[row + i, checkpoint + 1, k] = steps_in_well[row + i, checkpoint, k]


@jit
def advance(block, motion, regions, watch, ledger, cell_key, budget, first_walker):
    """Advance the walkers of a block by at most about `budget` walker-steps in all.

    Parameters
    ----------
    block : Block
        Updated in place; call again to go on. All lanes in use have taken the same number of steps.
    motion : Motion
        Its domain is not read: walkers go on wherever they are.
    regions : Regions
    watch : Watch
        Updated in place.
    ledger : Ledger
        Written: at its checkpoints, and for each walker that has taken all its steps.
    cell_key : uint64[2]
        Names the cell's streams.
    budget : int
        Walker-steps after which to return (the chunk that passes it is finished).
    first_walker : int
        Walker of row 0 of the ledger.

    Returns
    -------
    int
        Walker-steps taken; 0 when every walker has finished.
    """
    streams, x, exit_steps, walker, counters, _, words, z, g, nodes, rests = block
    line, knots, slopes, table, place, law, numbers, eta, b, projection, _, _, start = motion
    checkpoints, low, per_width = regions.checkpoints, regions.low, regions.per_width
    histogram, floats, integers = ledger.histogram, watch.floats, watch.integers
    low_ends, high_ends, minimum, radius = floats[LOW], floats[BEYOND_HIGH], floats[MINIMUM], floats[RADIUS]
    least, most, near, chunk_near = floats[LEAST], floats[MOST], integers[NEAR], integers[CHUNK_NEAR]
    home, reached, departed = integers[HOME], integers[REACHED], integers[DEPARTED]
    wells, barriers, first, last = regions.wells, regions.barriers, regions.first, regions.last
    steps_in_well, steps_near, transitions = ledger.steps_in_well, ledger.steps_near, ledger.transitions
    width, n_words = x.shape[0], words.shape[0]
    all_steps = checkpoints[-1]
    has_table = table.shape[0] > 0
    has_hinges = np.any(line) or np.any(slopes)
    is_simple = not has_table and knots.shape[0] == 2
    done = 0
    while True:
        if walker[0] == EMPTY and start_walkers(block, regions, watch, start, cell_key) == 0:
            return done
        n_live = counters[LIVE]
        n_lanes = min((n_live + LANES - 1) // LANES * LANES, width)
        longest = z.shape[0] // n_lanes
        row, steps = walker[0] - first_walker, exit_steps[0]
        checkpoint = np.searchsorted(checkpoints, steps, side="right")
        while steps < all_steps:
            if done >= budget:
                return done
            n_steps = min(longest, checkpoints[checkpoint] - steps)
            fill(streams, words, n_steps, n_words, n_lanes)
            draw(law, words, z, n_steps * n_lanes, numbers)
            if is_simple:
                roam_with_hinges(x, z, n_steps, n_lanes, line, knots, slopes, eta, b, projection)
            else:
                for t in range(n_steps):  # spelled out as in exits.advance: an inlined function costs a tenth
                    if has_table:
                        gradient_of_table(x, g, n_lanes, table, place, nodes, rests)
                    else:
                        g[:n_lanes] = 0.0
                    if has_hinges:
                        add_hinges(x, g, n_lanes, line, knots, slopes)
                    roam(x, g, z, t * n_lanes, n_lanes, eta, b, projection)
            look(z, n_steps, n_lanes, minimum, radius, least, most, chunk_near)
            n = find_departures(n_live, low_ends, high_ends, least, most, chunk_near, home, reached, departed)
            if n > 0:
                follow(
                    z, n_steps, n_lanes, n_live, steps, wells, barriers, first, last, floats, integers, steps_in_well,
                    steps_near, transitions, counters, row, checkpoint,
                )  # fmt: skip
            for i in range(n_live):
                near[i] += chunk_near[i]
            for t in range(STRIDE - 1 - steps % STRIDE, n_steps, STRIDE):
                sort_into_bins(z, t * n_lanes, n_live, low, per_width, histogram, row)
            steps += n_steps
            exit_steps[:n_live] = steps
            done += n_steps * n_live
            if steps == checkpoints[checkpoint]:
                write_down(steps, n_live, watch, ledger, row, checkpoint)
                checkpoint += 1
        for i in range(n_live):
            ledger.position[row + i] = x[i]
            counters[BEYOND] -= np.int64(not (first <= x[i] <= last))  # no step began here
        counters[FINISHED] += n_live
        counters[FINISHED_STEPS] += n_live * all_steps
        counters[LIVE] = 0
        walker[0] = EMPTY
