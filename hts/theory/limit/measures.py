"""Measure of the shortest ways out on one side: the quadrature of docs/model.md (7).

All l jumps of a shortest way point outwards, so between jumps the path only slides back and its times become places.
Count by how much it falls short: t = j b - u, with u the distance from the minimum just before jump j + 1. Each t lies
in (0, l b - s), s the distance of the end, and none is smaller than the one before. With psi_j(t) the density of paths
there,

    psi_1(t) = K(t) / g(b - t),     psi_j(t) = 1 / g(j b - t) * int_0^t K(t - t') psi_{j-1}(t') dt',

g = |f'|, and K(t) = p (b - t)^-alpha the measure of the jumps beyond b - t: they land beyond t and slide back to it.
What lands at n >= s or beyond is int_0^{l b - n} K(l b - n - t') psi_{l-1}(t') dt'. One Volterra matrix serves all
jumps, so the cost is linear in l.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import inf, ulp

import numpy as np

from hts.arrays import BoolArray, FloatArray
from hts.theory.limit.geometry import jump_number

# Singularities stand at least one panel's length away from each panel (see _graded_edges): Legendre expansions there
# lose a factor 5.8 per degree, so 20 nodes reach rounding and 16 reach 1e-12.
N_NODES = 20
N_NODES_CHECK = 16
RESOLVED = 1e-12  # tail of the Legendre coefficients of 1/g, relative, that counts as resolved
MAX_ROUNDS = 12  # of halving: features of f' down to 1/4000 of a panel
MAX_PANELS = 120  # 2400 unknowns, 50 MB; what is then left shows in the error


@dataclass(frozen=True, eq=False)
class LandingRates:
    """Measure of the shortest ways that land at or beyond each threshold (docs/model.md (7), one side)."""

    values: FloatArray  # float64[threshold], in units (landscape unit)^(-l alpha) (gradient-flow time)^(l - 1)
    errors: FloatArray  # float64[threshold], estimated absolute error


class ClimbError(ValueError):
    """f' does not pull back to the minimum all the way that the shortest paths take."""


def landing_rates(
    speed: Callable[[FloatArray], FloatArray],
    distance: float,
    b: float,
    alpha: float,
    probability: float,
    thresholds: FloatArray,
    kinks: FloatArray,
) -> LandingRates:
    """Return the measure of the ways out with the fewest jumps, by where they land.

    Parameters
    ----------
    speed : callable
        |f'| as a function of the distance from the minimum, float64[n] -> float64[n].
    distance : float
        Of the end, in landscape units; distance / b no whole number.
    b, alpha, probability : float
        Clipping threshold, tail index, share of big jumps to this side (p_plus or p_minus).
    thresholds : float64[threshold]
        Distances, each >= `distance`.
    kinks : float64[kink]
        Distances where `speed` is not smooth.

    Raises
    ------
    ClimbError
        `speed` is not positive where it is needed.
    """
    n_jumps = jump_number(distance, b)
    if n_jumps == 1:
        values = np.where(thresholds < b, probability * thresholds**-alpha, 0.0)
        return LandingRates(values, 4 * ulp(1.0) * alpha * values)
    spans = n_jumps * b - thresholds  # how much a path may fall short and still land there
    edges = _mesh(speed, distance, b, n_jumps, spans, kinks)
    tails = b, alpha, probability
    values = _convolve(speed, edges, n_jumps, spans, tails, N_NODES)
    check = _convolve(speed, edges, n_jumps, spans, tails, N_NODES_CHECK)
    # s - (l - 1) b and l b - n lose digits when they are small beside s; the values are powers of them.
    with np.errstate(divide="ignore"):
        digits = n_jumps * distance * ulp(1.0) * (alpha / (distance - (n_jumps - 1) * b) + n_jumps / np.abs(spans))
    rounding = np.where(values > 0, (digits + 16 * n_jumps * ulp(1.0)) * values, 0.0)
    return LandingRates(values, np.abs(values - check) + rounding)


def _convolve(
    speed: Callable[[FloatArray], FloatArray],
    edges: FloatArray,
    n_jumps: int,
    spans: FloatArray,
    tails: tuple[float, float, float],
    n_nodes: int,
) -> FloatArray:
    """Return what lands within each span, with n_nodes Gauss-Legendre nodes per panel."""
    b, alpha, probability = tails
    nodes, weights, _ = _rule(n_nodes)
    widths = np.diff(edges)
    t = (edges[:-1, None] + widths[:, None] * nodes).ravel()
    dt = (widths[:, None] * weights).ravel()
    density = probability * (b - t) ** -alpha / _speeds(speed, b - t)
    if n_jumps > 2:
        volterra = _volterra(edges, t, dt, tails, n_nodes)
        for jump in range(2, n_jumps):
            density = (volterra @ density) / _speeds(speed, jump * b - t)
    values = np.zeros(len(spans))
    for k, span in enumerate(spans):
        inside = t < span  # spans are edges, so whole panels lie inside
        values[k] = probability * np.sum(density[inside] * (b - span + t[inside]) ** -alpha * dt[inside])
    return values


def _volterra(
    edges: FloatArray, t: FloatArray, dt: FloatArray, tails: tuple[float, float, float], n_nodes: int
) -> FloatArray:
    """Return the matrix of psi -> int_0^t K(t - t') psi(t') dt' between the nodes."""
    b, alpha, probability = tails
    nodes, weights, cut = _rule(n_nodes)
    n_panels = len(edges) - 1
    panel = np.repeat(np.arange(n_panels), n_nodes)
    matrix: FloatArray = np.where(
        panel[:, None] > panel[None, :], probability * (b - t[:, None] + t[None, :]) ** -alpha * dt[None, :], 0.0
    )
    # In its own panel a node sees the integral from the panel's edge up to itself: psi is interpolated there.
    reach = np.diff(edges)[:, None] * nodes  # [panel, target]
    kernel = probability * (b - reach[:, :, None] * (1 - nodes)) ** -alpha  # [panel, target, place on the way]
    blocks = np.einsum("pi,m,pim,imk->pik", reach, weights, kernel, cut, optimize=True)
    for p in range(n_panels):
        own = slice(p * n_nodes, (p + 1) * n_nodes)
        matrix[own, own] = blocks[p]
    return matrix


def _mesh(
    speed: Callable[[FloatArray], FloatArray],
    distance: float,
    b: float,
    n_jumps: int,
    spans: FloatArray,
    kinks: FloatArray,
) -> FloatArray:
    """Return panel edges on [0, l b - s] on which K and all 1/g(j b - t) are smooth."""
    span = n_jumps * b - distance
    # A kink at u is met at t = j b - u, for one j at most, as span < b.
    marks = np.concatenate([np.ceil(kinks / b) * b - kinks, spans])
    edges = _graded_edges(span, distance - (n_jumps - 1) * b)
    edges = np.sort(np.concatenate([edges, marks[(marks > 0) & (marks < span)]]))
    # A kink met within rounding of an edge would make a panel of no width.
    edges = edges[np.concatenate([[True], np.diff(edges) > 4 * ulp(distance)])]
    edges[-1] = span
    for _ in range(MAX_ROUNDS):
        is_rough = _is_rough(speed, edges, b, n_jumps)
        if not is_rough.any() or len(edges) + is_rough.sum() > MAX_PANELS:
            break
        middles = (0.5 * (edges[:-1] + edges[1:]))[is_rough]
        edges = np.sort(np.concatenate([edges, middles]))
    return edges


def _graded_edges(span: float, gap: float) -> FloatArray:
    """Return edges on [0, span], panels growing by 2 away from both ends, the first as long as gap.

    The singularities nearest to [0, span] stand at -gap (the barrier, if the path may come that near) and at
    b = span + gap (a jump of size 0, from the minimum).
    """
    edges = [0.0]
    while gap * (2.0 ** len(edges) - 1) < 0.5 * span:
        edges.append(gap * (2.0 ** len(edges) - 1))
    half = np.array(edges)
    return np.concatenate([half, (span - half)[::-1]])


def _is_rough(speed: Callable[[FloatArray], FloatArray], edges: FloatArray, b: float, n_jumps: int) -> BoolArray:
    """Return bool[panel]: some 1/g(j b - t) is not resolved by N_NODES nodes there."""
    nodes = _rule(N_NODES)[0]
    t = edges[:-1, None] + np.diff(edges)[:, None] * nodes
    jumps = np.arange(1, n_jumps)[:, None, None]
    g = _speeds(speed, (jumps * b - t).ravel()).reshape(n_jumps - 1, *t.shape)
    coefficients = np.abs((1 / g) @ _legendre_transform(N_NODES).T)
    tail = coefficients[..., -2:].max(axis=-1) / coefficients.max(axis=-1)
    # f' itself carries rounding errors of the size of its largest terms.
    floor = 8 * ulp(1.0) * g.max() / g.min(axis=-1)
    is_rough: BoolArray = np.any(tail > np.maximum(RESOLVED, floor), axis=0)
    return is_rough


def _speeds(speed: Callable[[FloatArray], FloatArray], u: FloatArray) -> FloatArray:
    g = speed(u)
    if not np.all((g > 0) & (g < inf)):
        raise ClimbError(
            f"f' does not pull back to the minimum at distance {u[~((g > 0) & (g < inf))][0]:.10g} from it"
        )
    return g


@cache
def _rule(n: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return Gauss-Legendre nodes and weights on (0, 1), and cut[i, m, k] = Lagrange basis k at nodes[i] * nodes[m]."""
    x, w = np.polynomial.legendre.leggauss(n)
    nodes = 0.5 * (x + 1)
    places = 2 * nodes[:, None] * nodes - 1
    cut = np.polynomial.legendre.legvander(places, n - 1) @ _legendre_transform(n)
    return nodes, 0.5 * w, cut


@cache
def _legendre_transform(n: int) -> FloatArray:
    """Return the matrix from values at the n Gauss-Legendre nodes to Legendre coefficients."""
    x, w = np.polynomial.legendre.leggauss(n)
    matrix: FloatArray = (np.arange(n)[:, None] + 0.5) * np.polynomial.legendre.legvander(x, n - 1).T * w
    return matrix
