"""One step of (27) for all lanes at once: noise in R^d, gradient, clip and projection by the 2-norm, domain.

Coordinates lie one after the other, each over all lanes, so that every inner loop runs over lanes without a branch.
"""

import numpy as np

from hts.kernels.arithmetic import fma
from hts.kernels.draws import distance_to_end, draw, uniform
from hts.kernels.elementary import log2, sinpi
from hts.kernels.program_runs import run_program
from hts.kernels.settings import jit
from hts.kernels.space_motions import BALL, BASIN_MAP, BOX, COORDINATES, ELLIPSOID, HALF_SPACE, SUBLEVEL


@jit
def draw_vectors(law, spread, words, size, norm, z, n, numbers):
    """Turn words into noise of R^d.

    Isotropic noise is a draw W of the law in one dimension, whose sign is fair, times a direction uniform on the half
    sphere: in the plane an angle, from three dimensions on normal numbers divided by their norm.

    Parameters
    ----------
    words : uint64[word, draw]
        Those of W first, then those of the direction; by coordinate, those of one coordinate after the other.
    size, norm : float64[draw]
        Scratch.
    z : float64[d, draw]
        Written.
    """
    d = z.shape[0]
    if spread == COORDINATES:
        each = words.shape[0] // d
        for k in range(d):
            draw(law, words[k * each : (k + 1) * each], z[k], n, numbers)
        return
    if d == 1:
        draw(law, words, z[0], n, numbers)
        return
    own = words.shape[0] - words_of_direction(d)
    draw(law, words[:own], size, n, numbers)
    turn(words[own:], size, norm, z, n)


@jit
def words_of_direction(d):
    """Count the words of a direction."""
    return 0 if d == 1 else 1 if d == 2 else d + d % 2


@jit
def turn(words, size, norm, z, n):
    """Give draws of W float64[draw] their directions: z float64[d, draw] is written; see `draw_vectors`."""
    d = z.shape[0]
    if d == 1:
        for i in range(n):
            z[0, i] = size[i]
    elif d == 2:
        for i in range(n):
            z[0, i] = size[i] * sinpi(0.5 - uniform(words[0, i]))
        for i in range(n):
            z[1, i] = size[i] * sinpi(distance_to_end(words[0, i]))
    else:
        norm[:n] = 0.0
        for k in range(0, d, 2):
            for i in range(n):
                z[k, i] = np.sqrt(-log2(uniform(words[k, i])))
            if k + 1 < d:
                for i in range(n):
                    v = uniform(words[k + 1, i])
                    turned = 2.0 * min(v, 1.0 - v)  # the angle 2 pi v, folded to where sin(pi r) is known
                    y = z[k, i] * sinpi(min(turned, 1.0 - turned))
                    z[k + 1, i] = y if v < 0.5 else -y
            for i in range(n):
                z[k, i] *= sinpi(0.5 - 2.0 * distance_to_end(words[k + 1, i]))
        for k in range(d):
            for i in range(n):
                norm[i] = fma(z[k, i], z[k, i], norm[i])
        for i in range(n):
            norm[i] = size[i] / np.sqrt(norm[i])
        for k in range(d):
            for i in range(n):
                z[k, i] *= norm[i]


@jit
def gradient(is_linear, matrix, centre, operations, numbers, outputs, registers, x, g, n_lanes):
    """Write the gradients at x float64[d, lane] into g."""
    d = x.shape[0]
    if is_linear:
        for k in range(d):
            for i in range(n_lanes):
                g[k, i] = 0.0
            for j in range(d):
                factor, middle = matrix[k, j], centre[j]
                if factor != 0.0:
                    for i in range(n_lanes):
                        g[k, i] = fma(factor, x[j, i] - middle, g[k, i])
        return
    for k in range(d):
        for i in range(n_lanes):
            registers[k, i] = x[k, i]
    run_program(operations, numbers, registers, n_lanes)
    for k in range(d):
        row = outputs[k]
        for i in range(n_lanes):
            g[k, i] = registers[row, i]


@jit
def shorten(v, square, n_lanes, longest):
    """Scale the vectors v float64[d, lane], whose squared lengths are known, to `longest` where they are longer."""
    limit = longest * longest
    n = 0
    for i in range(n_lanes):
        n += 1 if square[i] > limit else 0
    if n == 0:
        return
    for i in range(n_lanes):
        square[i] = longest / np.sqrt(square[i]) if square[i] > limit else 1.0
    for k in range(v.shape[0]):
        for i in range(n_lanes):
            v[k, i] *= square[i]


@jit
def step(x, g, z, first, square, n_lanes, eta, b, projection):
    """Replace the gradients g by where (27) leads from x, with the noise z[:, first], z[:, first + 1], ..."""
    d = x.shape[0]
    for i in range(n_lanes):
        w = eta * (z[0, first + i] - g[0, i])
        g[0, i] = w
        square[i] = w * w
    for k in range(1, d):
        for i in range(n_lanes):
            w = eta * (z[k, first + i] - g[k, i])
            g[k, i] = w
            square[i] = fma(w, w, square[i])
    if b < np.inf:
        shorten(g, square, n_lanes, b)
    for k in range(d):
        for i in range(n_lanes):
            g[k, i] += x[k, i]
    if projection < np.inf:
        for i in range(n_lanes):
            square[i] = 0.0
        for k in range(d):
            for i in range(n_lanes):
                square[i] = fma(g[k, i], g[k, i], square[i])
        shorten(g, square, n_lanes, projection)


@jit
def move_inside(x, g, inside, exit_steps, n_lanes):
    """Take a step, to where g says, with the walkers that are inside; the others stay where they landed."""
    for k in range(x.shape[0]):
        for i in range(n_lanes):
            x[k, i] = g[k, i] if inside[i] != 0 else x[k, i]
    for i in range(n_lanes):
        exit_steps[i] += inside[i]


@jit
def find_inside(x, kind, number, centre, matrix, low, high, labels, operations, numbers, outputs, registers, square,
                rest, inside, n_lanes):  # fmt: skip
    """Write 1 for each lane whose position lies in the domain, otherwise 0."""
    d = x.shape[0]
    if kind in (BALL, HALF_SPACE):
        for i in range(n_lanes):
            square[i] = 0.0
        for k in range(d):
            c = centre[k]
            if kind == BALL:
                for i in range(n_lanes):
                    square[i] = fma(x[k, i] - c, x[k, i] - c, square[i])
            else:
                for i in range(n_lanes):
                    square[i] = fma(c, x[k, i], square[i])
        for i in range(n_lanes):
            inside[i] = np.int64(square[i] < number)
    elif kind == ELLIPSOID:
        for i in range(n_lanes):
            square[i] = 0.0
        for k in range(d):
            for i in range(n_lanes):
                rest[i] = 0.0
            for j in range(d):
                for i in range(n_lanes):
                    rest[i] = fma(matrix[k, j], x[j, i] - centre[j], rest[i])
            for i in range(n_lanes):
                square[i] = fma(rest[i], x[k, i] - centre[k], square[i])
        for i in range(n_lanes):
            inside[i] = np.int64(square[i] < 1.0)
    elif kind == SUBLEVEL:
        for k in range(d):
            for i in range(n_lanes):
                registers[k, i] = x[k, i]
        run_program(operations, numbers, registers, n_lanes)
        for i in range(n_lanes):
            inside[i] = np.int64(registers[outputs[0], i] < number)
    else:
        for i in range(n_lanes):
            inside[i] = 1
        if kind == BOX:
            for k in range(d):
                for i in range(n_lanes):
                    inside[i] &= np.int64((x[k, i] > low[k]) & (x[k, i] < high[k]))
        elif kind == BASIN_MAP:
            for i in range(n_lanes):
                column, row = (x[0, i] - low[0]) / high[0] + 0.5, (x[1, i] - low[1]) / high[1] + 0.5
                is_known = (column >= 0.0) & (column < labels.shape[0]) & (row >= 0.0) & (row < labels.shape[1])
                inside[i] = 0
                if is_known:
                    inside[i] = np.int64(labels[np.int64(column), np.int64(row)] == number)


@jit
def move_in_plane(x, z, g, square, inside, exit_steps, n_steps, n_lanes, matrix, centre, eta, b, middle, number):
    """Take steps of (27) in the plane, for a diagonal linear gradient and a ball, without projection.

    The same bits as `gradient`, `step`, `move_inside` and `find_inside` give, in two passes over the lanes.
    """
    x0, x1, z0, z1, w0, w1 = x[0], x[1], z[0], z[1], g[0], g[1]
    c0, c1, a0, a1, m0, m1 = matrix[0, 0], matrix[1, 1], centre[0], centre[1], middle[0], middle[1]
    limit = b * b
    for t in range(n_steps):
        first = t * n_lanes
        for i in range(n_lanes):
            u = eta * (z0[first + i] - c0 * (x0[i] - a0))
            v = eta * (z1[first + i] - c1 * (x1[i] - a1))
            w0[i] = u
            w1[i] = v
            square[i] = fma(v, v, u * u)
        n = 0
        for i in range(n_lanes):
            n += 1 if square[i] > limit else 0
        if n > 0:
            for i in range(n_lanes):
                factor = b / np.sqrt(square[i]) if square[i] > limit else 1.0
                w0[i] *= factor
                w1[i] *= factor
        for i in range(n_lanes):
            is_inside = inside[i] != 0
            u = w0[i] + x0[i] if is_inside else x0[i]
            v = w1[i] + x1[i] if is_inside else x1[i]
            x0[i] = u
            x1[i] = v
            exit_steps[i] += inside[i]
            inside[i] = np.int64(fma(v - m1, v - m1, (u - m0) * (u - m0)) < number)
