"""Row integrals of the one-step law of a radius: isotropic noise in a radial quadratic well of R^d."""

from math import asin, sin, sqrt
from typing import Final, NamedTuple

from hts.arrays import FloatArray, IntArray
from hts.kernels.operators import add_basis, density_at, find_interval
from hts.kernels.quadrature import Basis, Panels, Rule, Table
from hts.kernels.settings import jit

#: An angle's density is sin^(d - 2): a range is cut into parts of at most 1/PARTS of its width, 1/sqrt(d - 2).
PARTS: Final = 0.4


class Pieces(NamedTuple):
    """Ranges of landing radii, each on one panel and smooth for its row; arrays over pieces."""

    row: IntArray
    panel: IntArray
    low: FloatArray
    high: FloatArray


class Radii(NamedTuple):
    """Radii that a step begins at; arrays over rows."""

    x: FloatArray
    carried: FloatArray  # (1 - a) x, where the step without noise leads
    clipped: FloatArray  # float64[row, degree + 1], powers of the cosine: density of clipped steps by direction


class Law(NamedTuple):
    """The step x e -> x e + phi_b(-a x e + eta scale |W| U)."""

    dimension: int
    share: float  # c of the density c sin(angle)^(d - 2) of the angle of U
    eta: float
    least: float  # the shortest eta scale |W|
    a: float  # eta c
    b: float


@jit
def unclipped_density(
    y: float, carried: float, longest: float, law: Law, levels: FloatArray, table: Table, rule: Rule
) -> float:
    """Return the density at radius y of where noise shorter than `longest` leads from radius `carried`.

    The integral over the angle at the origin between the two, cut where the length of the noise passes a level.
    """
    nearest = abs(y - carried)
    left, end = max(nearest, law.least), min(y + carried, longest)
    if end <= left:
        return 0.0
    spread = 4.0 * y * carried
    total, k = 0.0, find_interval(levels, left)
    angle = 2.0 * asin(sqrt(min(1.0, (left - nearest) * (left + nearest) / spread)))
    while left < end:
        k += 1
        right = min(levels[k], end) if k < len(levels) else end
        to = 2.0 * asin(sqrt(min(1.0, max(0.0, (right - nearest) * (right + nearest) / spread))))
        n_parts = 1 + int(PARTS * (to - angle) * sqrt(law.dimension - 2.0))
        width = (to - angle) / n_parts
        for part in range(n_parts):
            for m in range(len(rule.nodes)):
                phi = angle + width * (part + rule.nodes[m])
                half = sin(0.5 * phi)
                s = sqrt(nearest * nearest + spread * half * half)
                z = s / law.eta
                across = y * sin(phi) / s
                value = density_at(z, find_interval(table.breaks, z), table)
                total += width * rule.weights[m] * across ** (law.dimension - 2) * y / s * value
        left, angle = right, to
    return 2.0 * law.share * total / law.eta


@jit
def clipped_density(y: float, x: float, powers: FloatArray, law: Law) -> float:
    """Return the density at radius y of clipped steps from radius x."""
    near = abs(x - law.b)
    square = (y - near) * (y + near) * (x + law.b - y) * (x + law.b + y) / (4.0 * x * x * law.b * law.b)
    if not square > 0.0:  # nor where b is infinite
        return 0.0
    cosine = (y * y - x * x - law.b * law.b) / (2.0 * x * law.b)
    value = powers[-1]
    for m in range(len(powers) - 2, -1, -1):
        value = value * cosine + powers[m]
    return float(law.share * square ** (0.5 * (law.dimension - 3)) * y / (x * law.b) * value)


@jit
def integrate_radii(
    pieces: Pieces,
    radii: Radii,
    panels: Panels,
    basis: Basis,
    law: Law,
    levels: FloatArray,
    table: Table,
    ends: Rule,
    rule: Rule,
    scratch: FloatArray,
    matrix: FloatArray,
) -> None:
    """Add to matrix[i, panel * order + j] the integral of p(x_i, dy) l_j(y).

    Parameters
    ----------
    levels : float64[level]
        Lengths of the noise, increasing, between neighbours of which its density is smooth.
    ends : Rule
        Nodes and weights on [0, 1] for functions of the square roots of the distances from both ends.
    rule : Rule
        On [0, 1].
    scratch : float64[2, order]
    matrix : float64[row, panel * order]
        Added to.
    """
    order = len(basis.nodes)
    products, distances = scratch[0], scratch[1]
    for p in range(len(pieces.row)):
        i, q = pieces.row[p], pieces.panel[p]
        low, length = pieces.low[p], pieces.high[p] - pieces.low[p]
        centre, half = panels.anchor[q] + panels.centre[q], panels.half[q]
        for m in range(len(ends.nodes)):
            y = low + length * ends.nodes[m]
            longest = sqrt(max(0.0, (1.0 - law.a) * (law.b * law.b - law.a * radii.x[i] * radii.x[i]) + law.a * y * y))
            value = unclipped_density(y, radii.carried[i], longest, law, levels, table, rule)
            value += clipped_density(y, radii.x[i], radii.clipped[i], law)
            t = (y - centre) / half
            for j in range(order):
                distances[j] = t - basis.nodes[j]
            weight = length * ends.weights[m] * value
            add_basis(weight, distances, basis, products, matrix[i, q * order : (q + 1) * order])
