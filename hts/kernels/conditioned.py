"""One step of a conditioned path: p(x, dy) h(y), the h-transform of docs/model.md (12).

Inside the domain the density of one step is a polynomial of the noise on each interval of its table, and h is one of
the position on each panel of the mesh. On a piece, an interval within a panel, their product is a polynomial: Gauss
quadrature gives its integral, and that up to any point, exactly. A uniform number then picks panel, piece and place.
"""

from typing import Final

import numpy as np

from hts.kernels.draws import uniform
from hts.kernels.operators import find_interval
from hts.kernels.settings import inline, jit
from hts.kernels.streams import fill

#: Where a step leads: into the mesh by a step that no clip cuts, or by one beyond the lower or the upper end of those.
BELOW: Final = -1
INSIDE: Final = 0
ABOVE: Final = 1
#: A piece that cannot hold this part of the whole is passed over: far below rounding, and there are a thousand pieces.
NOTHING: Final = 1e-20
#: Newton's method ends when the integral is met to this part of its piece's.
PLACED: Final = 1e-14
MAX_ITERATIONS: Final = 100


@jit
def draw_uniforms(streams, words, u, n_lanes):
    """Draw one uniform number per lane; streams : uint64[4, lane], updated; words : uint64[1, lane], scratch."""
    fill(streams, words, 1, 1, n_lanes)
    for i in range(n_lanes):
        u[i] = uniform(words[0, i])


@inline
def integrand(z, k, table, h, q, slope, shift):
    """Give density times h on interval k and panel q, both by Horner's rule; h at t = slope z + shift."""
    s = (2.0 * z - table.breaks[k] - table.breaks[k + 1]) / (table.breaks[k + 1] - table.breaks[k])
    density = table.coefficients[k, table.coefficients.shape[1] - 1]
    for m in range(table.coefficients.shape[1] - 2, -1, -1):
        density = density * s + table.coefficients[k, m]
    t = slope * z + shift
    value = h[q, h.shape[1] - 1]
    for m in range(h.shape[1] - 2, -1, -1):
        value = value * t + h[q, m]
    return density * value


@inline
def integral(z_low, z_high, k, table, h, q, slope, shift, rule, scratch):
    """Integrate density times h over z_low < z < z_high, within interval k and panel q; vector code over the nodes."""
    n_nodes, degree, order = len(rule.nodes), table.coefficients.shape[1] - 1, h.shape[1] - 1
    middle, half = 0.5 * (z_low + z_high), 0.5 * (z_high - z_low)
    low, high = table.breaks[k], table.breaks[k + 1]
    for j in range(n_nodes):
        z = middle + half * rule.nodes[j]
        scratch[0, j] = (2.0 * z - low - high) / (high - low)
        scratch[1, j] = table.coefficients[k, degree]
        scratch[2, j] = slope * z + shift
        scratch[3, j] = h[q, order]
    for m in range(degree - 1, -1, -1):
        coefficient = table.coefficients[k, m]
        for j in range(n_nodes):
            scratch[1, j] = scratch[1, j] * scratch[0, j] + coefficient
    for m in range(order - 1, -1, -1):
        coefficient = h[q, m]
        for j in range(n_nodes):
            scratch[3, j] = scratch[3, j] * scratch[2, j] + coefficient
    total = 0.0
    for j in range(n_nodes):
        total += rule.weights[j] * scratch[1, j] * scratch[3, j]
    return half * total


@inline
def place(target, z_low, z_high, k, table, h, q, slope, shift, rule, scratch):
    """Find the z up to which the integral over a piece is `target`: Newton's method, kept in a bracket."""
    whole = integral(z_low, z_high, k, table, h, q, slope, shift, rule, scratch)
    low, high = z_low, z_high
    z = z_low + (z_high - z_low) * min(max(target / whole, 0.0), 1.0)
    for _ in range(MAX_ITERATIONS):
        miss = integral(z_low, z, k, table, h, q, slope, shift, rule, scratch) - target
        if abs(miss) <= PLACED * whole:
            break
        if miss > 0.0:
            high = z
        else:
            low = z
        rate = integrand(z, k, table, h, q, slope, shift)
        newton = z - miss / rate if rate > 0.0 else high
        before = z
        z = newton if low < newton < high else 0.5 * (low + high)
        if z == before:
            break
    return z


@jit
def draw_steps(x, drift, low, high, below, above, expected, u, eta, panels, h, table, rule, masses, y, z):
    """Draw from p(x, dy) h(y) for every lane.

    Parameters
    ----------
    x, drift : float64[lane]
        Positions, and eta f' there.
    low, high : float64[lane]
        Displacements between which a step neither leaves the mesh nor is clipped.
    below, above : float64[lane]
        The weights of all steps to `low` or below, and to `high` or above: probability times h.
    expected : float64[lane]
        About what the weights will be; tells what is negligible.
    u : float64[lane]
        Uniform numbers.
    eta : float
    panels, h : Panels, float64[panel, power]
        The mesh, and h on each panel by powers of its own coordinate in [-1, 1].
    table, rule : Table, Rule
        The density of Z, and a quadrature rule exact for the product of its polynomials with those of h.
    masses : float64[panel]
        Scratch.
    y, z : float64[lane]
        Written where the step stays inside: the next position, and the noise that leads there.

    Returns
    -------
    weights : float64[lane]
        The integral of p(x, dy) h(y), which (12) says is h one step earlier.
    places : int8[lane]
        BELOW, INSIDE or ABOVE.
    """
    n_panels, n_intervals = len(panels.half), len(table.is_empty)
    weights, places = np.empty(len(x)), np.empty(len(x), np.int8)
    scratch = np.empty((4, len(rule.nodes)))
    largest, largest_h = np.zeros(n_intervals), np.zeros(n_panels)  # bounds: sums of the sizes of coefficients
    for k in range(n_intervals):
        for m in range(table.coefficients.shape[1]):
            largest[k] += abs(table.coefficients[k, m])
    for q in range(n_panels):
        for m in range(h.shape[1]):
            largest_h[q] += abs(h[q, m])
    for i in range(len(x)):
        inside = 0.0
        for q in range(n_panels):
            masses[q] = 0.0
            half = panels.half[q]
            centre = (panels.anchor[q] - x[i]) + panels.centre[q]
            left, right = max(centre - abs(half), low[i]), min(centre + abs(half), high[i])
            if right <= left:
                continue
            slope, shift = eta / half, -(drift[i] + centre) / half
            z_low, z_high = (left + drift[i]) / eta, (right + drift[i]) / eta
            k = find_interval(table.breaks, z_low)
            while k < n_intervals and table.breaks[k] < z_high:
                a, b = max(z_low, table.breaks[k]), min(z_high, table.breaks[k + 1])
                if (b - a) * largest[k] * largest_h[q] > NOTHING * expected[i]:
                    masses[q] += integral(a, b, k, table, h, q, slope, shift, rule, scratch)
                k += 1
            masses[q] = max(masses[q], 0.0)
            inside += masses[q]
        weights[i] = below[i] + inside + above[i]
        target = u[i] * weights[i] - below[i]
        places[i] = BELOW if target < 0.0 else (ABOVE if target >= inside else INSIDE)
        if places[i] != INSIDE:
            continue
        chosen, last = -1, -1
        for q in range(n_panels):
            if masses[q] > 0.0:
                last = q
                if target < masses[q]:
                    chosen = q
                    break
                target -= masses[q]
        if chosen < 0:  # rounding of the sums
            chosen, target = last, masses[last]
        half = panels.half[chosen]
        centre = (panels.anchor[chosen] - x[i]) + panels.centre[chosen]
        left, right = max(centre - abs(half), low[i]), min(centre + abs(half), high[i])
        slope, shift = eta / half, -(drift[i] + centre) / half
        z_low, z_high = (left + drift[i]) / eta, (right + drift[i]) / eta
        k = find_interval(table.breaks, z_low)
        z[i] = z_high
        while k < n_intervals and table.breaks[k] < z_high:
            a, b = max(z_low, table.breaks[k]), min(z_high, table.breaks[k + 1])
            if b > a and not table.is_empty[k]:
                mass = integral(a, b, k, table, h, chosen, slope, shift, rule, scratch)
                if target < mass:
                    z[i] = place(target, a, b, k, table, h, chosen, slope, shift, rule, scratch)
                    break
                target -= max(mass, 0.0)
                z[i] = b
            k += 1
        y[i] = x[i] + (eta * z[i] - drift[i])
    return weights, places
