"""Argument records for the row-integral kernels: positions, panels, basis, density, rule, scratch."""

from typing import Final, NamedTuple

import numpy as np

from hts.arrays import BoolArray, FloatArray, IntArray

#: Points of a quadrature rule: whole vector registers of them. The loops over them take the number from an array, for a
#: compiler that knows it writes them out point by point and makes no vectors of them.
N_POINTS: Final = 16


class Rows(NamedTuple):
    """Positions a step begins at, x = anchor + offset; arrays over rows."""

    anchor: FloatArray
    offset: FloatArray
    drift: FloatArray  # eta f'(x)
    own: IntArray  # the panel of which x is a node, or -1
    own_node: IntArray  # which of its nodes
    low: FloatArray  # displacements y - x between low and high stay inside domain and clip
    high: FloatArray


class Panels(NamedTuple):
    """Panels side by side, increasing; arrays over panels."""

    anchor: FloatArray  # the break point that a panel is described from
    centre: FloatArray  # of the panel, seen from the break point
    half: FloatArray  # half the length; negative where the nodes are counted from the right


class Basis(NamedTuple):
    """The Lagrange polynomials through the nodes of [-1, 1]; arrays over nodes."""

    nodes: FloatArray
    weights: FloatArray  # of the quadrature rule with these nodes
    barycentric: FloatArray  # 1 / prod_k (t_j - t_k)


class Table(NamedTuple):
    """The density of Z, polynomials on intervals."""

    breaks: FloatArray  # float64[interval + 1]
    coefficients: FloatArray  # float64[interval, degree + 1], powers of t in [-1, 1]
    is_empty: BoolArray  # bool[interval], where it vanishes
    is_singular: BoolArray  # bool[interval + 1], breaks where it is not smooth


class Rule(NamedTuple):
    """A quadrature rule on [-1, 1] that is exact for an interval of the table times the basis."""

    nodes: FloatArray
    weights: FloatArray


def new_scratch(order: int) -> FloatArray:
    """Make scratch for `operators.integrate_rows`, `order` nodes a panel: float64[6 + 2 order, N_POINTS], zeros."""
    return np.zeros((6 + 2 * order, N_POINTS))
