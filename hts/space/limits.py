"""Limit constants of radial wells in R^d: docs/model.md (7), radius by radius.

A path out of a radial well with the fewest jumps is a chain of radii. Between jumps j and j + 1 it slides down from
where it landed, so the measure of paths that are at radius y there has the density

    psi_1(y) = y^-alpha / g(y),    psi_j(y) = 1 / g(y) int psi_{j-1}(x) K(x, y) dx,    q = int psi_{l-1}(x) K(x, r) dx,

g = |f'| and K(x, y) the measure of the jumps of length at most b that land beyond y from x: nu{|x e + phi_b(w)| > y},
an integral over the angle between the two with density proportional to sin(angle)^(d - 2).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import exp, inf, lgamma, pi, sqrt

import numpy as np
from scipy.interpolate import BarycentricInterpolator

from hts.arrays import FloatArray
from hts.theory.limit.geometry import jump_number

#: Nodes in radius and in angle of the value, and of the one that it is compared with.
N_NODES, N_NODES_CHECK = 40, 28
#: Pieces into which each range of radii and angles is cut.
N_PIECES = 3
#: A few roundings of every factor.
ROUNDING = 1e-14
#: More jumps than these have no use: the exact solver refuses them too.
MAX_JUMPS = 12


@dataclass(frozen=True)
class RadialConstant:
    """The limit constant of a radial well."""

    jump_number: int  # l*
    value: float  # q, in units (landscape unit)^(-l alpha) (gradient-flow time)^(l - 1)
    error: float  # estimated, absolute


def radial_constant(
    speed: Callable[[FloatArray], FloatArray], radius: float, b: float, alpha: float, dimension: int
) -> RadialConstant:
    """Return jump number and limit constant of a ball around the minimum of a radial well, docs/model.md (3), (7).

    Parameters
    ----------
    speed : callable
        |f'| as a function of the distance from the minimum, float64[n] -> float64[n]; positive within the ball.
    radius : float
        Of the ball, in landscape units.
    b : float
        Clipping threshold; inf is no clipping.
    alpha : float
        Tail index of the isotropic noise.
    dimension : int
        1 or more; in one dimension noise is symmetric.

    Returns
    -------
    RadialConstant
        For one jump q = radius^-alpha, in every dimension; for more by quadrature, compared with a coarser one.

    Raises
    ------
    ValueError
        Leaving takes more than 12 jumps, radius / b is a whole number, or a number is out of its range.
    """
    if not (0.0 < radius < inf and b > 0.0 and alpha > 0.0 and dimension >= 1):
        given = f"radius = {radius:g}, b = {b:g}, alpha = {alpha:g}, dimension = {dimension}"
        raise ValueError(f"{given}: all must be positive, and the radius finite")
    n_jumps = jump_number(radius, b)
    if n_jumps > MAX_JUMPS:
        raise ValueError(f"leaving takes {n_jumps} clipped jumps, more than {MAX_JUMPS}: choose a larger b")
    if n_jumps * b <= radius * (1.0 + ROUNDING):
        raise ValueError(f"radius / b = {n_jumps} is a whole number, which the theory leaves out: change b")
    if n_jumps == 1:
        value = radius**-alpha
        return RadialConstant(1, value, ROUNDING * value)
    value, check = (_chain(speed, radius, b, alpha, dimension, n_jumps, n) for n in (N_NODES, N_NODES_CHECK))
    return RadialConstant(n_jumps, value, abs(value - check) + ROUNDING * n_jumps * value)


def _chain(
    speed: Callable[[FloatArray], FloatArray],
    radius: float,
    b: float,
    alpha: float,
    dimension: int,
    n_jumps: int,
    n_nodes: int,
) -> float:
    """Return q with so many nodes in each piece of a range."""

    def first(x: FloatArray) -> FloatArray:
        return np.asarray(x**-alpha / speed(x))

    density: Callable[[FloatArray], FloatArray] = first
    for jump in range(2, n_jumps):
        density = _next_density(speed, density, radius - (n_jumps - jump) * b, jump, b, alpha, dimension, n_nodes)
    return float(_landing(density, np.array([radius]), n_jumps - 1, b, alpha, dimension, n_nodes)[0])


def _next_density(
    speed: Callable[[FloatArray], FloatArray],
    before: Callable[[FloatArray], FloatArray],
    lowest: float,
    jump: int,
    b: float,
    alpha: float,
    dimension: int,
    n_nodes: int,
) -> Callable[[FloatArray], FloatArray]:
    """Return psi_jump on (lowest, jump b): a polynomial in the angle whose sine squared is the share of the range."""
    span = jump * b - lowest
    turn = 0.25 * pi * (1.0 - np.cos(pi * (np.arange(n_nodes) + 0.5) / n_nodes))
    y = lowest + span * np.sin(turn) ** 2
    values = _landing(before, y, jump - 1, b, alpha, dimension, n_nodes) / speed(y)
    polynomial = BarycentricInterpolator(turn, values)

    def density(x: FloatArray) -> FloatArray:
        share = np.clip((x - lowest) / span, 0.0, 1.0)
        return np.asarray(polynomial(np.arcsin(np.sqrt(share))))

    return density


def _landing(
    density: Callable[[FloatArray], FloatArray],
    y: FloatArray,
    jump: int,
    b: float,
    alpha: float,
    dimension: int,
    n_nodes: int,
) -> FloatArray:
    """Return what lands beyond each y (float64[n]) with the next jump: the integral over x in (y - b, jump b)."""
    share, weight = _both_ends(n_nodes)
    span = jump * b - (y - b)
    x = (y - b)[:, None] + span[:, None] * share
    kernel = beyond(x, y[:, None], b, alpha, dimension, n_nodes)
    return np.asarray(((density(x.ravel()).reshape(x.shape) * kernel) @ weight) * span)


def beyond(x: FloatArray, y: FloatArray, b: float, alpha: float, dimension: int, n_nodes: int = N_NODES) -> FloatArray:
    """Return K(x, y), the measure of the jumps of length at most b that land beyond radius y from radius x < y.

    Parameters
    ----------
    x, y : float64
        Of shapes that broadcast; y <= x + b.
    b, alpha, dimension
        As in `radial_constant`.
    n_nodes : int
        Of the quadrature in each of three pieces of the angle.
    """
    if dimension == 1:
        return np.asarray(0.5 * (y - x) ** -alpha)
    sine = np.sqrt(np.clip((x + b - y) * (x + b + y) / (4.0 * x * b), 0.0, 1.0))
    widest = 2.0 * np.arcsin(sine)  # directions farther off need a jump longer than b
    share, weight = _pieces(n_nodes)
    angle = widest[..., None] * share
    x, y = np.broadcast_arrays(x, y)
    along = x[..., None] * np.cos(angle)
    across = np.sqrt(y[..., None] ** 2 - (x[..., None] * np.sin(angle)) ** 2)
    # the length of the jump that just lands at y, without a difference of nearly equal numbers
    length = np.where(along > 0.0, (y - x)[..., None] * (y + x)[..., None] / (across + np.abs(along)), across - along)
    values = np.sin(angle) ** (dimension - 2) * length**-alpha
    return np.asarray(sphere_share(dimension) * widest * (values @ weight))


def sphere_share(dimension: int) -> float:
    """Return the constant c of the density c sin(angle)^(d - 2) of the angle of an isotropic direction, d >= 2."""
    return exp(lgamma(0.5 * dimension) - lgamma(0.5 * (dimension - 1))) / sqrt(pi)


@cache
def _pieces(n_nodes: int) -> tuple[FloatArray, FloatArray]:
    """Return nodes and weights on [0, 1] of Gauss's rule on pieces that double from 0."""
    x, w = np.polynomial.legendre.leggauss(n_nodes)
    edges = np.append(0.0, 2.0 ** np.arange(1 - N_PIECES, 1))
    length = np.diff(edges)
    return (edges[:-1, None] + 0.5 * length[:, None] * (x + 1.0)).ravel(), (0.5 * length[:, None] * w).ravel()


@cache
def _both_ends(n_nodes: int) -> tuple[FloatArray, FloatArray]:
    """Return nodes and weights on [0, 1] for functions of the square roots of the distances from both ends."""
    turn, weight = _pieces(n_nodes)
    turn = 0.5 * pi * turn
    return np.sin(turn) ** 2, 0.5 * pi * weight * np.sin(2.0 * turn)
