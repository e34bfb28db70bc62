"""Row integrals of the one-step law against polynomials (docs/model.md (9))."""

from typing import Final

from hts.arrays import FloatArray
from hts.kernels.quadrature import Basis, Panels, Rows, Rule, Table
from hts.kernels.settings import jit

#: A panel within two intervals of the table, and no longer than this times the shorter, is integrated at its own nodes:
#: there the density is a polynomial of low degree, to the accuracy of the table, and the rule is exact for the product.
SMOOTH_LENGTH: Final = 1.5
#: Window ends nearer to a panel's end than this part of its half length cut nothing off but rounding.
SLACK: Final = 1e-12


@jit
def find_interval(breaks: FloatArray, z: float) -> int:
    """Return k with breaks[k] <= z < breaks[k + 1], the first or the last beyond the ends."""
    low, high = 0, len(breaks) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if breaks[middle] <= z:
            low = middle
        else:
            high = middle
    return low


@jit
def density_at(z: float, k: int, table: Table) -> float:
    """Evaluate the polynomial of interval k at z."""
    left, right = table.breaks[k], table.breaks[k + 1]
    t = (2.0 * z - left - right) / (right - left)
    value = table.coefficients[k, -1]
    for m in range(table.coefficients.shape[1] - 2, -1, -1):
        value = value * t + table.coefficients[k, m]
    return float(value)


@jit
def add_basis(weight: float, distances: FloatArray, basis: Basis, products: FloatArray, entries: FloatArray) -> None:
    """Add weight * l_j(t) to entries[j] for every node j of a panel, distances[j] = t - t_j.

    Products from both sides, no quotient: a t that falls on a node is no special case, and where t - t_i is known to
    full relative accuracy so is every l_j with j != i.
    """
    order = len(distances)
    products[0] = 1.0
    for j in range(1, order):
        products[j] = products[j - 1] * distances[j - 1]
    from_right = weight
    for j in range(order - 1, -1, -1):
        entries[j] += products[j] * from_right * basis.barycentric[j]
        from_right *= distances[j]


@jit
def integrate_panel(
    z_low: float,
    z_high: float,
    first: int,
    scale: float,
    shift: FloatArray,
    basis: Basis,
    table: Table,
    rule: Rule,
    scratch: FloatArray,
    entries: FloatArray,
) -> None:
    """Add the integral of density times basis over z_low < z < z_high, interval by interval of the table.

    The same as `add_basis` for each point of the rule, for all points at once: loops over points are vector code.

    Parameters
    ----------
    z_low, z_high : float
        In units of Z.
    first : int
        The interval of z_low.
    scale : float
        Length of one unit of Z on the panel, t - t_j = shift[j] + scale z.
    shift : float64[order]
    scratch : float64[6 + 2 order, N_POINTS]
    entries : float64[order]
        Added to.
    """
    order, degree, n_points = len(shift), table.coefficients.shape[1] - 1, len(rule.nodes)
    z, t, value, product = scratch[0], scratch[1], scratch[2], scratch[3]
    products, sums = scratch[4 : 4 + order], scratch[4 + order : 4 + 2 * order]
    for j in range(order):
        for m in range(n_points):
            sums[j, m] = 0.0
    k = first
    while k < len(table.is_empty) and table.breaks[k] < z_high:
        left, right = table.breaks[k], table.breaks[k + 1]
        low, high = max(z_low, left), min(z_high, right)
        if high > low and not table.is_empty[k]:
            middle, half = 0.5 * (low + high), 0.5 * (high - low)
            for m in range(n_points):
                z[m] = middle + half * rule.nodes[m]
                t[m] = (2.0 * z[m] - left - right) / (right - left)
                value[m] = table.coefficients[k, degree]
                product[m] = 1.0
            for i in range(degree - 1, -1, -1):
                coefficient = table.coefficients[k, i]
                for m in range(n_points):
                    value[m] = value[m] * t[m] + coefficient
            for m in range(n_points):
                value[m] *= half * rule.weights[m]
            for j in range(order):
                at_j, row = shift[j], products[j]
                for m in range(n_points):
                    row[m] = product[m]
                    product[m] *= at_j + scale * z[m]
            for j in range(order - 1, -1, -1):
                at_j, row, total = shift[j], products[j], sums[j]
                for m in range(n_points):
                    total[m] += row[m] * value[m]
                    value[m] *= at_j + scale * z[m]
        k += 1
    for j in range(order):
        total_j = 0.0
        for m in range(n_points):
            total_j += sums[j, m]
        entries[j] += basis.barycentric[j] * total_j


@jit
def integrate_rows(
    rows: Rows,
    panels: Panels,
    basis: Basis,
    eta: float,
    table: Table,
    rule: Rule,
    scratch: FloatArray,
    matrix: FloatArray,
) -> None:
    """Fill matrix[i, panel * order + j] with the integral of p(x_i, dy) l_j(y), the continuous part only.

    Parameters
    ----------
    scratch : float64[6 + 2 order, N_POINTS]
        `quadrature.new_scratch`.
    matrix : float64[row, panel * order] or wider
        Zero where nothing is said; written to.
    """
    order = len(basis.nodes)
    shift, nodes = scratch[4 + 2 * order, :order], scratch[5 + 2 * order]
    for j in range(order):  # as one assignment it takes two seconds to compile: Numba brings strings to complain with
        nodes[j] = basis.nodes[j]
    t, value, n_points = scratch[0], scratch[1], len(rule.nodes)
    last, degree = len(table.is_empty), table.coefficients.shape[1] - 1
    for i in range(len(rows.anchor)):
        drift = rows.drift[i]
        for q in range(len(panels.half)):
            half = panels.half[q]
            # distances between neighbours of one break point come from offsets alone and keep all their digits
            centre = (panels.anchor[q] - rows.anchor[i]) + (panels.centre[q] - rows.offset[i])
            is_own = rows.own[i] == q
            if is_own:
                centre = -half * basis.nodes[rows.own_node[i]]
            size = abs(half)
            left, right = max(centre - size, rows.low[i]), min(centre + size, rows.high[i])
            if right - left <= SLACK * size:
                continue
            z_low, z_high = (left + drift) / eta, (right + drift) / eta
            if z_high <= table.breaks[0] or z_low >= table.breaks[last]:
                continue
            entries = matrix[i, q * order : (q + 1) * order]
            first, second = find_interval(table.breaks, z_low), find_interval(table.breaks, z_high)
            is_smooth = right - left >= 2.0 * (1.0 - SLACK) * size and second - first <= 1
            if is_smooth and second > first:
                shorter = min(
                    table.breaks[second] - table.breaks[first], table.breaks[second + 1] - table.breaks[second]
                )
                is_smooth = z_high - z_low <= SMOOTH_LENGTH * shorter and not table.is_singular[second]
            if is_smooth and second == first:
                # one polynomial for the whole panel: Horner's rule for all nodes at once is vector code
                low, high = table.breaks[first], table.breaks[first + 1]
                for j in range(n_points):
                    t[j] = (2.0 * (centre + half * nodes[j] + drift) / eta - low - high) / (high - low)
                    value[j] = table.coefficients[first, degree]
                for m in range(degree - 1, -1, -1):
                    coefficient = table.coefficients[first, m]
                    for j in range(n_points):
                        value[j] = value[j] * t[j] + coefficient
                for j in range(order):
                    entries[j] = basis.weights[j] * size / eta * value[j]
            elif is_smooth:
                for j in range(order):
                    z = (centre + half * basis.nodes[j] + drift) / eta
                    k = first if z < table.breaks[second] else second
                    entries[j] = basis.weights[j] * size / eta * density_at(z, k, table)
            else:
                for j in range(order):
                    at_x = basis.nodes[rows.own_node[i]] if is_own else -centre / half
                    shift[j] = (at_x - basis.nodes[j]) - drift / half
                integrate_panel(z_low, z_high, first, eta / half, shift, basis, table, rule, scratch, entries)


@jit
def add_atoms(
    anchor: FloatArray,
    offset: FloatArray,
    mass: FloatArray,
    edges: FloatArray,
    panels: Panels,
    basis: Basis,
    scratch: FloatArray,
    matrix: FloatArray,
) -> None:
    """Add mass[i] * l_j(y_i) to every row, y_i = anchor[i] + offset[i] the place of an atom of the clipped law.

    Parameters
    ----------
    anchor, offset, mass : float64[row]
        Nothing is done where the mass is zero.
    edges : float64[panel + 1]
        Ends of the panels.
    scratch : float64[2 or more, order or more]
    matrix : float64[row, panel * order] or wider
        Added to.
    """
    order = len(basis.nodes)
    products, distances = scratch[0, :order], scratch[1, :order]
    for i in range(len(mass)):
        if mass[i] != 0.0:
            q = find_interval(edges, anchor[i] + offset[i])
            t = ((anchor[i] - panels.anchor[q]) + (offset[i] - panels.centre[q])) / panels.half[q]
            for j in range(order):
                distances[j] = t - basis.nodes[j]
            add_basis(mass[i], distances, basis, products, matrix[i, q * order : (q + 1) * order])
