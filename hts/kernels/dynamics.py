"""One step of equation (1) for all lanes at once: gradient, clip, project.

Each loop runs over lanes, without a branch, and over few arrays: that is what LLVM turns into vector code.
"""

from typing import Final

import numpy as np

from hts.kernels.arithmetic import as_bits, fma
from hts.kernels.eights import LANES, cubics
from hts.kernels.motions import TABLE_LOW, TABLE_SPACING
from hts.kernels.settings import inline, jit

TWO_52: Final = 2.0**52  # adding it rounds to an integer, left in the low bits
TWO_52_MANTISSA: Final = np.uint64(0x000FFFFFFFFFFFFF)


@inline
def add_hinges(x, g, n_lanes, line, knots, slopes):
    """Add c0 + c1 x + sum_k a_k max(x, t_k) to the gradients.

    Parameters
    ----------
    x, g : float64[lane]
        Positions; gradients, updated in place; the first `n_lanes` entries.
    line : float64[2]
        c0 and c1.
    knots, slopes : float64[hinge]
        t_k and a_k, two and a multiple of four of them (pad with zeros): four are done in one pass over the lanes.
    """
    c0, c1 = line[0], line[1]
    t0, t1, a0, a1 = knots[0], knots[1], slopes[0], slopes[1]
    for i in range(n_lanes):
        g[i] += two_hinges(x[i], c0, c1, t0, t1, a0, a1)
    for k in range(2, knots.shape[0], 4):
        t0, t1, t2, t3 = knots[k], knots[k + 1], knots[k + 2], knots[k + 3]
        a0, a1, a2, a3 = slopes[k], slopes[k + 1], slopes[k + 2], slopes[k + 3]
        for i in range(n_lanes):
            lower = fma(a1, max(x[i], t1), fma(a0, max(x[i], t0), g[i]))
            g[i] = fma(a3, max(x[i], t3), fma(a2, max(x[i], t2), lower))


@inline
def gradient_of_table(x, g, n_lanes, table, place, nodes, rests):
    """Evaluate the table's cubic at x put back on [table_low, table_high].

    Parameters
    ----------
    x, g : float64[lane]
        Positions; gradients, written.
    n_lanes : int
        A multiple of eight.
    table : float64[node, 4]
        Coefficients in t = (x - node)/spacing, |t| <= 1/2.
    place : float64[3]
        Position of the first node, of the last one, and their spacing.
    nodes, rests : uint64[lane], float64[lane]
        Scratch: row of the table, and t.
    """
    low, per_spacing = place[TABLE_LOW], 1.0 / place[TABLE_SPACING]
    last = table.shape[0] - 1.0
    for i in range(n_lanes):
        position = min(max((x[i] - low) * per_spacing, 0.0), last)
        rounded = position + TWO_52
        rests[i] = position - (rounded - TWO_52)
        nodes[i] = as_bits(rounded) & TWO_52_MANTISSA
    for first in range(0, n_lanes, LANES):
        cubics(table, nodes, rests, g, first)


@inline
def next_position(x, g, z, eta, b, projection):
    """Give X_n of (1) from X_{n-1} = x, g = f'(x) and Z_n = z."""
    clipped = max(min(eta * (z - g), b), -b)
    return max(min(x + clipped, projection), -projection)


@inline
def two_hinges(x, c0, c1, t0, t1, a0, a1):
    """Give c0 + c1 x + a0 max(x, t0) + a1 max(x, t1)."""
    return fma(a1, max(x, t1), fma(a0, max(x, t0), fma(c1, x, c0)))


@jit
def move_with_hinges(x, z, exit_steps, n_steps, n_lanes, line, knots, slopes, eta, b, projection, low, high):
    """Take steps of (1) in a landscape of at most two joins: everything in one pass over the lanes.

    Parameters
    ----------
    x : float64[lane]
        Positions; updated in place. A walker outside (low, high) has left and stays where it landed.
    z : float64[step * lane]
        Noise, lane after lane for each step.
    exit_steps : int64[lane]
        Steps that each walker has taken inside; updated in place.
    eta, b, projection, low, high : float
        Learning rate, clip, L, and the domain's ends; b, L, -low and high may be infinite.
    """
    c0, c1 = line[0], line[1]
    t0, t1, a0, a1 = knots[0], knots[1], slopes[0], slopes[1]
    for t in range(n_steps):
        first = t * n_lanes
        for i in range(n_lanes):
            xi = x[i]
            g = two_hinges(xi, c0, c1, t0, t1, a0, a1)
            y = next_position(xi, g, z[first + i], eta, b, projection)
            is_inside = (xi > low) & (xi < high)
            x[i] = y if is_inside else xi
            exit_steps[i] += np.int64(is_inside)


@inline
def move(x, g, z, first, exit_steps, n_lanes, eta, b, projection, low, high):
    """Take one step of (1) with gradients g that were computed before; see `move_with_hinges`."""
    for i in range(n_lanes):
        xi = x[i]
        y = next_position(xi, g[i], z[first + i], eta, b, projection)
        is_inside = (xi > low) & (xi < high)
        x[i] = y if is_inside else xi
        exit_steps[i] += np.int64(is_inside)


@jit
def roam_with_hinges(x, z, n_steps, n_lanes, line, knots, slopes, eta, b, projection):
    """Take steps of (1), wherever they lead, in a landscape of at most two joins; see `move_with_hinges`.

    Parameters
    ----------
    x : float64[lane]
        Positions; updated in place.
    z : float64[step * lane]
        Noise, lane after lane for each step; replaced by the positions that it led to.
    """
    c0, c1 = line[0], line[1]
    t0, t1, a0, a1 = knots[0], knots[1], slopes[0], slopes[1]
    for t in range(n_steps):
        first = t * n_lanes
        for i in range(n_lanes):
            g = two_hinges(x[i], c0, c1, t0, t1, a0, a1)
            y = next_position(x[i], g, z[first + i], eta, b, projection)
            x[i] = y
            z[first + i] = y


@inline
def roam(x, g, z, first, n_lanes, eta, b, projection):
    """Take one step of (1) with gradients g, wherever it leads, and keep the positions in place of the noise."""
    for i in range(n_lanes):
        y = next_position(x[i], g[i], z[first + i], eta, b, projection)
        x[i] = y
        z[first + i] = y
