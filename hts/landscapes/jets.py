"""Values that carry their first two derivatives (forward-mode differentiation).

A jet is (u, u', u'') at many points at once. The rules are those of calculus, so the derivatives are exact to rounding.
"""

from collections.abc import Callable

import numpy as np

from hts.arrays import FloatArray
from hts.landscapes import elementary

Jet = tuple[FloatArray, FloatArray, FloatArray]


def number(value: float) -> Jet:
    """Return a constant."""
    zero = np.asarray(0.0)
    return np.asarray(value, dtype=np.float64), zero, zero


def variable(x: FloatArray) -> Jet:
    """Return x itself."""
    return x, np.ones_like(x), np.zeros_like(x)


def negative(u: Jet) -> Jet:
    """Return -u."""
    return -u[0], -u[1], -u[2]


def add(u: Jet, w: Jet) -> Jet:
    """Return u + w."""
    return u[0] + w[0], u[1] + w[1], u[2] + w[2]


def subtract(u: Jet, w: Jet) -> Jet:
    """Return u - w."""
    return u[0] - w[0], u[1] - w[1], u[2] - w[2]


def multiply(u: Jet, w: Jet) -> Jet:
    """Return u w."""
    return u[0] * w[0], u[1] * w[0] + u[0] * w[1], u[2] * w[0] + 2.0 * u[1] * w[1] + u[0] * w[2]


def divide(u: Jet, w: Jet) -> Jet:
    """Return q = u / w, from q w = u differentiated twice."""
    q = u[0] / w[0]
    q1 = (u[1] - q * w[1]) / w[0]
    return q, q1, (u[2] - 2.0 * q1 * w[1] - q * w[2]) / w[0]


def constant_power(u: Jet, c: float) -> Jet:
    """Return u^c; u may be negative where c is whole."""
    v = u[0]
    if c == 0.0:
        return number(1.0)
    if c == 1.0:  # the rule below would ask for 0 * 0^-1 at 0
        return u
    v0, v1, v2 = (elementary.constant_power(v, c - k) for k in (0.0, 1.0, 2.0))
    return _chain(u, v0, c * v1, c * (c - 1.0) * v2)


def power(u: Jet, w: Jet) -> Jet:
    """Return u^w = exp(w log u) with an exponent that moves; u > 0."""
    v = elementary.power(u[0], w[0])
    _, e1, e2 = multiply(w, log(u))
    return v, v * e1, v * (e2 + e1**2)


def absolute(u: Jet) -> Jet:
    """Return |u|; at u = 0 the derivatives from the right."""
    sign = np.where(u[0] != 0.0, np.sign(u[0]), np.where(u[1] >= 0.0, 1.0, -1.0))
    return np.abs(u[0]), sign * u[1], sign * u[2]


def exp(u: Jet) -> Jet:
    """Return exp u."""
    v = elementary.exp(u[0])
    return _chain(u, v, v, v)


def log(u: Jet) -> Jet:
    """Return the natural logarithm."""
    return _chain(u, elementary.log(u[0]), 1.0 / u[0], -1.0 / u[0] ** 2)


def sqrt(u: Jet) -> Jet:
    """Return the square root."""
    v = np.sqrt(u[0])
    return _chain(u, v, 0.5 / v, -0.25 / (u[0] * v))


def sin(u: Jet) -> Jet:
    """Return sin u, u in radians."""
    v = elementary.sin(u[0])
    return _chain(u, v, elementary.cos(u[0]), -v)


def cos(u: Jet) -> Jet:
    """Return cos u, u in radians."""
    v = elementary.cos(u[0])
    return _chain(u, v, -elementary.sin(u[0]), -v)


def tanh(u: Jet) -> Jet:
    """Return the hyperbolic tangent."""
    v, slope = elementary.tanh(u[0]), elementary.tanh_slope(u[0])
    return _chain(u, v, slope, -2.0 * v * slope)


FUNCTIONS: dict[str, Callable[[Jet], Jet]] = {
    "abs": absolute,
    "exp": exp,
    "log": log,
    "sqrt": sqrt,
    "sin": sin,
    "cos": cos,
    "tanh": tanh,
}
OPERATORS: dict[str, Callable[[Jet, Jet], Jet]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}


def _chain(u: Jet, g: FloatArray, g1: FloatArray, g2: FloatArray) -> Jet:
    """Return g(u) from g, g' and g'' at u."""
    return g, g1 * u[1], g1 * u[2] + g2 * u[1] ** 2
