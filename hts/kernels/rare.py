"""Walks of at most n steps, some with large noises at given steps: crude, importance and splitting samples of (19).

Lanes are walked in groups, all for as many steps as the slowest of a group needs: exits are rare, so that hardly a lane
stands idle. A walk is *forced* where its large noises, |scale W| >= threshold, are placed beforehand; all its other
noises are from below the threshold, drawn anew from a spare stream where they are not.
"""

import numpy as np

from hts.kernels.draws import add_normal, draw, uniform
from hts.kernels.dynamics import add_hinges, gradient_of_table, move, move_with_hinges
from hts.kernels.motions import CENTRE, NORMAL_SCALE
from hts.kernels.settings import jit
from hts.kernels.streams import fill, start_streams


@jit
def uniforms(streams, words, u, n_rows):
    """Draw `n_rows` uniform numbers from each stream.

    Parameters
    ----------
    streams : uint64[4, lane]
        Updated.
    words, u : uint64[1, row * lane], float64[row, lane]
        Scratch; written.

    Returns
    -------
    int
        0.
    """
    n_lanes = u.shape[1]
    fill(streams, words, n_rows, 1, n_lanes)
    for row in range(n_rows):
        for i in range(n_lanes):
            u[row, i] = uniform(words[0, row * n_lanes + i])
    return 0


@jit
def begin(streams, n, key, first):
    """Start the streams of walks `first` ... `first` + n - 1; see `streams.start_streams`. Gives 0."""
    start_streams(streams, n, key, first)
    return 0


@jit
def draw_anew(spares, lane, law, scratch, threshold):
    """Draw a noise from below the threshold out of a lane's spare stream: Z without its normal part."""
    bare, spare, words, z = scratch.bare, scratch.spare, scratch.spare_words, scratch.spare_z
    for k in range(4):
        spare[k, 0] = spares[k, lane]
    z[0] = np.inf
    while abs(z[0] + bare[CENTRE]) >= threshold:
        fill(spare, words, 1, words.shape[0], 1)
        draw(law, words, z, 1, bare)
    for k in range(4):
        spares[k, lane] = spare[k, 0]
    return z[0]


@jit
def place_noises(z, n_steps, now, law, threshold, spares, forced, first, end, places, sizes, scratch):
    """Put placed noises where they belong, draw anew what is too large beside them, and list all large ones.

    Parameters
    ----------
    z : float64[step * lane]
        Noise without its normal part; updated.
    n_steps, now : int
        Steps of the chunk, and steps before it.

    Returns
    -------
    int
        Large noises, listed in `scratch.events`.
    """
    n_lanes, events, centre = forced.shape[0], scratch.events, scratch.bare[CENTRE]
    n_events = 0
    for t in range(n_steps):
        at, n_large = t * n_lanes, np.int64(0)
        for i in range(n_lanes):
            n_large += np.int64(abs(z[at + i] + centre) >= threshold)
        if n_large == 0:
            continue
        for i in range(n_lanes):
            if abs(z[at + i] + centre) < threshold:
                continue
            if forced[i] == 0:
                events[0, n_events], events[1, n_events] = now + t, i
                n_events += 1
                continue
            k = first[i]
            while k < end[i] and places[k] < now + t:
                k += 1
            if k == end[i] or places[k] > now + t:
                z[at + i] = draw_anew(spares, i, law, scratch, threshold)
    for i in range(n_lanes):
        while first[i] < end[i] and places[first[i]] < now + n_steps:
            z[(places[first[i]] - now) * n_lanes + i] = sizes[first[i]]
            events[0, n_events], events[1, n_events] = places[first[i]], i
            n_events += 1
            first[i] += 1
    return n_events


@jit
def advance(walks, scratch, motion, threshold, now, n_steps, max_steps):
    """Advance all walks until they leave, or for some steps.

    Parameters
    ----------
    walks : Walks
        Updated; call again to go on.
    scratch : Scratch
    motion : Motion
    threshold : float
        Of |scale W|, from which a noise is large; inf counts none.
    now, n_steps : int
        Steps taken by earlier calls; steps to take.
    max_steps : int
        A group ends where no lane is left inside with fewer steps. A lane may take some more: whoever leaves after
        `max_steps` has not left in time.

    Returns
    -------
    int
        Walks that are left inside with fewer than `max_steps` steps.
    """
    streams, spares, x, exit_steps, big, forced, first, end, places, sizes = walks
    line, knots, slopes, table, place, law, numbers, eta, b, projection, low, high, _ = motion
    words, z, g, nodes, rests, events = (
        scratch.words, scratch.z, scratch.g, scratch.nodes, scratch.rests, scratch.events,
    )  # fmt: skip
    n_groups, width = x.shape
    has_table = table.shape[0] > 0
    has_hinges = np.any(line) or np.any(slopes)
    is_simple = not has_table and knots.shape[0] == 2
    left = np.int64(0)
    for k in range(n_groups):
        xs, steps, counts = x[k], exit_steps[k], big[k]
        own_streams, own_spares, own_forced, own_first, own_end = streams[k], spares[k], forced[k], first[k], end[k]
        done = 0
        while True:
            n_inside = np.int64(0)
            for i in range(width):
                n_inside += np.int64((xs[i] > low) & (xs[i] < high) & (steps[i] < max_steps))
            n = min(z.shape[0] // width, n_steps - done)
            if n_inside == 0 or n == 0:
                left += n_inside
                break
            fill(own_streams, words, n, words.shape[0], width)
            draw(law, words, z, n * width, scratch.bare)
            n_events = 0
            if threshold < np.inf:
                n_events = place_noises(
                    z, n, now + done, law, threshold, own_spares, own_forced, own_first, own_end, places, sizes, scratch
                )
            if numbers[NORMAL_SCALE] > 0.0:
                add_normal(words, z, n * width, numbers)
            if is_simple:
                move_with_hinges(xs, z, steps, n, width, line, knots, slopes, eta, b, projection, low, high)
            else:
                for t in range(n):
                    if has_table:
                        gradient_of_table(xs, g, width, table, place, nodes, rests)
                    else:
                        g[:] = 0.0
                    if has_hinges:
                        add_hinges(xs, g, width, line, knots, slopes)
                    move(xs, g, z, t * width, steps, width, eta, b, projection, low, high)
            for e in range(n_events):
                if events[0, e] < steps[events[1, e]]:
                    counts[events[1, e]] += 1
            done += n
    return left
