"""The one-step law of a radius: isotropic noise in a radial quadratic well of R^d, as a matrix on a mesh of radii."""

from dataclasses import dataclass
from functools import cache
from math import ceil, inf, log, nan, pi, sqrt
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from numpy.polynomial import chebyshev

from hts.arrays import FloatArray
from hts.kernels.objects import StoredKernel
from hts.kernels.quadrature import Rule
from hts.noise import Noise
from hts.noise.magnitudes import Magnitude
from hts.space.limits import sphere_share
from hts.theory.exact.densities import tabulate_density
from hts.theory.exact.meshes import Mesh
from hts.theory.exact.operators import Operator

if TYPE_CHECKING:  # as tools see the kernel
    from hts.kernels.radial import integrate_radii
else:  # as it runs, without importing Numba
    integrate_radii = StoredKernel("hts.kernels.radial", "integrate_radii")

#: Levels at which the length of the noise cuts integrals begin at this part of its width and grow so.
FIRST_LEVEL, LEVEL_RATIO = 1e-5, 2.5
#: The exact minimum is no place for an angle: a start nearer than this part of one step's noise is moved out so far.
NEAREST_START = 1e-4
#: Nodes in the direction of a clipped step, and in its length.
N_DIRECTIONS, N_LENGTHS = 16, 16
#: Nodes in each range of angles of an exit probability; with the square root of the dimension more.
N_ANGLES = 12
#: Ranges of radii shorter than this, relative to the ball, hold nothing.
NOTHING = 1e-14
#: The density is tabulated a little farther than any step inside the ball.
MARGIN = 1.1


@dataclass(frozen=True)
class RadialWell:
    """One cell: f = c |x|^2 / 2, the ball |x| < radius, and isotropic noise Z = scale |W| U."""

    dimension: int
    noise: Noise
    eta: float
    b: float  # inf is no clipping
    radius: float = 1.0
    curvature: float = 1.0
    start: float = 0.0  # |X_0|

    @property
    def a(self) -> float:
        """The part of the radius that the gradient takes away in one step."""
        return self.eta * self.curvature

    @property
    def unit(self) -> float:
        """The scale of one step's noise."""
        return self.eta * self.noise.scale

    @property
    def magnitude(self) -> Magnitude:
        """The law of |W|."""
        parameter = self.noise.alpha if self.noise.shape is None else self.noise.shape
        return self.noise.law.magnitude(nan if parameter is None else parameter)


def radial_operator(well: RadialWell, mesh: Mesh, n_points: int) -> Operator:
    """Return the one-step law of the radius between the nodes of a mesh, as `hts.theory.exact.solutions` takes it.

    Parameters
    ----------
    well : RadialWell
    mesh : Mesh
        From 0 to the radius of the ball.
    n_points : int
        Nodes of the rules in each range of radii and of angles.
    """
    from hts.kernels.radial import Law, Pieces, Radii

    x = np.append(mesh.x, max(well.start, NEAREST_START * well.unit))
    magnitude = well.magnitude
    reach = MARGIN * (2.0 * well.radius + well.a * well.radius) / well.eta
    table = tabulate_density(well.noise, 0.0, reach)
    lengths = (
        well.unit
        * magnitude.width
        * FIRST_LEVEL
        * LEVEL_RATIO
        ** np.arange(0.0, 1.0 + ceil(log(reach * well.eta / (well.unit * magnitude.width * FIRST_LEVEL), LEVEL_RATIO)))
    )
    least = well.unit * magnitude.least
    levels = np.concatenate([[0.0, least] if least > 0.0 else [0.0], lengths[lengths > least]])
    law = Law(well.dimension, sphere_share(well.dimension), well.eta, least, well.a, well.b)
    pieces = Pieces(*_pieces(well, mesh, x, levels[1:]))
    radii = Radii(x, (1.0 - well.a) * x, _clipped_powers(well, x))
    matrix = np.zeros((len(x), mesh.n_nodes))
    scratch = np.zeros((2, mesh.order))
    ends, rule = _rule_for_ends(n_points), _rule(n_points)
    integrate_radii(pieces, radii, mesh.panels, mesh.basis, law, levels, table.arrays, ends, rule, scratch, matrix)
    exits = exit_probabilities(well, x, levels[1:])
    square = matrix[:-1].copy()
    np.fill_diagonal(square, 0.0)
    return Operator(square, np.zeros(mesh.n_nodes), exits[:-1], matrix[-1].copy(), 0.0, float(exits[-1]))


def _pieces(
    well: RadialWell, mesh: Mesh, x: FloatArray, levels: FloatArray
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], FloatArray, FloatArray]:
    """Return row, panel, low and high of all ranges of landing radii: cut at panels and about each row's own place."""
    r, found = well.radius, []
    for i, (at, carried) in enumerate(zip(x, (1.0 - well.a) * x, strict=True)):
        own = np.concatenate([carried - levels, carried + levels, np.abs(carried - levels[:1]), [carried]])
        clip = np.array([abs(at - well.b), at + well.b]) if well.b < inf else np.empty(0)
        lowest, highest = max(0.0, at - well.b), min(r, at + well.b)
        edges = np.unique(np.concatenate([mesh.edges, own, clip, [lowest, highest]]))
        edges = edges[(edges >= lowest) & (edges <= highest)]
        keep = np.diff(edges) > NOTHING * r
        low, high = edges[:-1][keep], edges[1:][keep]
        panel = np.clip(np.searchsorted(mesh.edges, 0.5 * (low + high)) - 1, 0, len(mesh.half) - 1)
        found.append((np.full(len(low), i), panel, low, high))
    row, panel, low, high = (np.concatenate(part) for part in zip(*found, strict=True))
    return row, panel, low, high


def _clipped_powers(well: RadialWell, x: FloatArray) -> FloatArray:
    """Return the density of clipped steps by direction, relative to that of U: powers of the cosine for each radius.

    It is int_b^inf h(s) (v / s)^(d - 1) dv with s the length of the noise that makes a step of length v in that
    direction, h its density; the integral is taken over the tail of s.
    """
    if well.b == inf:
        return np.zeros((len(x), 1))
    magnitude = well.magnitude
    exponent = magnitude.alpha or 1.0
    nodes, weights = _rule(N_LENGTHS)
    cosine = np.cos(pi * (np.arange(N_DIRECTIONS) + 0.5) / N_DIRECTIONS)
    pull = well.a * x[:, None]
    shortest = np.sqrt(pull**2 + 2.0 * pull * well.b * cosine + well.b**2)
    tail = magnitude.tail((shortest / well.unit).ravel()).reshape(shortest.shape)
    logs = np.log(np.maximum(tail, 1e-300))[..., None] + exponent * np.log(nodes)
    s = well.unit * magnitude.inverse(logs.ravel()).reshape(logs.shape)
    across = np.sqrt(np.maximum(s**2 - (pull**2 * (1.0 - cosine**2))[..., None], 0.0))
    ratio = ((across - (pull * cosine)[..., None]) / s) ** (well.dimension - 1) * s / across
    values = tail * ((ratio * exponent * nodes ** (exponent - 1.0)) @ weights)
    coefficients = np.linalg.solve(chebyshev.chebvander(cosine, N_DIRECTIONS - 1), values.T)
    return np.ascontiguousarray(np.stack([_to_powers(column) for column in coefficients.T]))


def _to_powers(coefficients: FloatArray) -> FloatArray:
    """Return the coefficients of powers, as many."""
    powers = chebyshev.cheb2poly(coefficients)
    return np.asarray(np.pad(powers, (0, len(coefficients) - len(powers))))


def exit_probabilities(well: RadialWell, x: FloatArray, levels: FloatArray) -> FloatArray:
    """Return the probability to leave in one step from each radius (float64[n]): an integral over the direction U.

    In every direction the noise has to be longer than some length: a tail, relatively accurate however rare.

    Parameters
    ----------
    well : RadialWell
    x : float64[n]
    levels : float64[level]
        Lengths between which the law's tail is smooth.
    """
    r, b, carried = well.radius, well.b, (1.0 - well.a) * x
    tail = well.magnitude.tail
    nodes, weights = _rule(N_ANGLES + int(4.0 * sqrt(well.dimension)))
    may_clip = x + r > b  # else every clipped step leaves
    longest = carried + r
    if b < inf:
        at_end = np.sqrt(np.maximum((1.0 - well.a) * (b**2 - well.a * x**2) + well.a * r**2, 0.0))
        longest = np.where(may_clip, np.minimum(longest, at_end), longest)
    leaves = x + b > r
    lengths = np.clip(levels, (r - carried)[:, None], longest[:, None])
    lengths = np.hstack([(r - carried)[:, None], lengths, longest[:, None]])
    angles = _angle_of(lengths, carried[:, None], r)
    theta = angles[:, :-1, None] + np.diff(angles)[..., None] * nodes
    along = carried[:, None, None] * np.cos(theta)
    across = np.sqrt(r**2 - (carried[:, None, None] * np.sin(theta)) ** 2)
    length = np.where(
        along > 0.0, ((r - carried) * (r + carried))[:, None, None] / (across + np.abs(along)), across - along
    )
    values = np.sin(theta) ** (well.dimension - 2) * tail((length / well.unit).ravel()).reshape(length.shape)
    total = ((values @ weights) * np.diff(angles)).sum(axis=1)
    if b < inf:
        total += np.where(may_clip, _last_sliver(well, x, angles[:, -1]), 0.0)
    return np.where(leaves, sphere_share(well.dimension) * total, 0.0)


def _angle_of(length: FloatArray, carried: FloatArray, r: float) -> FloatArray:
    """Return the angle of a step of that length from radius `carried` to radius r."""
    square = (carried + length - r) * (carried + length + r) / (4.0 * carried * length)
    return np.asarray(2.0 * np.arcsin(np.sqrt(np.clip(square, 0.0, 1.0))))


def _last_sliver(well: RadialWell, x: FloatArray, first: FloatArray) -> FloatArray:
    """Return the integral over the directions in which noise leaves only where it is so long that the pull is nothing.

    A clipped step of direction psi ends at radius r for one psi; noise at an angle below psi turns the step there when
    it is longer than a x sin(psi) / sin(psi - angle).
    """
    nodes, weights = _rule(N_ANGLES)
    last = _angle_of(np.full_like(x, well.b), x, well.radius)
    width = np.maximum(last - first, 0.0)
    below = width[:, None] * nodes**2
    length = (well.a * x * np.sin(last))[:, None] / np.maximum(np.sin(below), 1e-300)
    tail = well.magnitude.tail((length / well.unit).ravel()).reshape(length.shape)
    values = np.sin(last[:, None] - below) ** (well.dimension - 2) * tail
    return np.asarray(width * ((values * 2.0 * nodes) @ weights))


@cache
def _rule(n: int) -> Rule:
    """Return Gauss's rule on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return Rule(0.5 * (nodes + 1.0), 0.5 * weights)


@cache
def _rule_for_ends(n: int) -> Rule:
    """Return a rule on [0, 1] for functions of the square roots of the distances from both ends."""
    nodes, weights = _rule(n)
    return Rule(np.sin(0.5 * pi * nodes) ** 2, 0.5 * pi * weights * np.sin(pi * nodes))
