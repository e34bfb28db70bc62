"""SGD on Gaussian least squares: growth rate and tail index of the stationary law, (24) to (26), docs/regression.md.

One step multiplies the distance from the optimum by a random matrix whose law is invariant under rotations, so two
chi-square numbers decide its size, and expectations are integrals over their logarithms. Each axis is cut into panels
a few standard deviations wide, finer towards the point where the matrix may vanish; a panel counts where
its share of the integral is above 1e-16.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import scipy

from hts.arrays import FloatArray

#: Nodes along each side of a panel; the second rule tells how far the first can be trusted.
ORDER, FINER_ORDER = 10, 14
#: Nodes where nothing but a sign is asked for.
ROUGH_ORDER = 6
#: Width of a panel in standard deviations of the logarithm, and its largest width.
WIDTH, WIDEST = 2.5, 2.0
#: Panels whose share is below e^-NEGLIGIBLE of the largest one's are left out.
NEGLIGIBLE = 37.0
#: Halvings of panels towards the point where the matrix may vanish: in one dimension, in few, in many.
HALVINGS, HALVINGS_OF_FEW, HALVINGS_OF_MANY = 48, 32, 12
MANY = 40
#: Squares below this are rounding.
TINY = 1e-34
#: Tail indices between which alpha is looked for.
LARGEST_INDEX = 2.0**13
SMALLEST_INDEX = 1e-9
#: Errors below which an answer is no better known, rounding included.
ROUNDING = 1e-12


@dataclass(frozen=True)
class RegressionTail:
    """What (24) says of one learning rate.

    Attributes
    ----------
    lyapunov, lyapunov_error : float
        rho, the growth of log |x| per step, and the estimated error of its quadrature.
    tail_index, tail_index_error : float or None
        alpha; None where rho is not below 0, inf beyond LARGEST_INDEX.
    """

    lyapunov: float
    lyapunov_error: float
    tail_index: float | None
    tail_index_error: float | None

    @property
    def is_stationary(self) -> bool:
        """Whether there is a stationary law."""
        return self.lyapunov < 0.0

    @property
    def is_certain(self) -> bool:
        """Whether the sign of rho is beyond its error."""
        return abs(self.lyapunov) > self.lyapunov_error


def regression_tail(dimension: int, batch: int, eta: float, sigma: float = 1.0) -> RegressionTail:
    """Compute rho and alpha of (24) by quadrature.

    Parameters
    ----------
    dimension : int
        d >= 1.
    batch : int
        b >= 1: samples in a mini-batch.
    eta : float
        Learning rate, positive.
    sigma : float
        Standard deviation of each entry of a sample, positive.

    Returns
    -------
    RegressionTail
        With errors estimated by a finer rule, some 1e-9 of the values.
    """
    c = eta * sigma * sigma / batch
    coarse, fine = (_rule(c, batch, dimension, (0.0,), order) for order in (ORDER, FINER_ORDER))
    rho = fine.mean_log()
    error = abs(rho - coarse.mean_log()) + ROUNDING
    if not rho < 0.0:
        return RegressionTail(rho, error, None, None)
    bracket = _bracket(c, batch, dimension)
    if bracket is None:
        return RegressionTail(rho, error, math.inf, None)
    powers = (0.0, bracket[0], 0.5 * (bracket[0] + bracket[1]), bracket[1])
    rule = _rule(c, batch, dimension, powers, ORDER)
    alpha = _root(rule.log_moment, *bracket)
    finer = _rule(c, batch, dimension, powers, FINER_ORDER)
    steepness = (rule.log_moment(1.001 * alpha) - rule.log_moment(0.999 * alpha)) / (0.002 * alpha)
    correction = finer.log_moment(alpha) / steepness
    return RegressionTail(rho, error, alpha - correction, abs(correction) + alpha * ROUNDING)


def log_moment(dimension: int, batch: int, eta: float, sigma: float, s: float) -> float:
    """Compute log h(s) of (24): the logarithm of the mean of the s-th power.

    Parameters
    ----------
    dimension, batch, eta, sigma
        As in `regression_tail`.
    s : float
        Positive.
    """
    return _rule(eta * sigma * sigma / batch, batch, dimension, (0.0, s), FINER_ORDER).log_moment(s)


def critical_eta(dimension: int, batch: int, sigma: float = 1.0) -> float:
    """Give the learning rate at which alpha is 2, (26)."""
    return 2.0 * batch / (sigma * sigma * (dimension + batch + 1.0))


def edge_eta(dimension: int, batch: int, sigma: float = 1.0) -> float:
    """Compute the learning rate at which rho is 0: from there on there is no stationary law."""
    return _edge(dimension, batch) / (sigma * sigma)


@lru_cache(maxsize=1024)
def _edge(dimension: int, batch: int) -> float:
    def rho(eta: float) -> float:
        return _rule(eta / batch, batch, dimension, (0.0,), ORDER).mean_log()

    low = critical_eta(dimension, batch)
    high = 1.1 * low
    while rho(high) < 0.0:
        low, high = high, 1.5 * high
    return float(scipy.optimize.brentq(rho, low, high, xtol=1e-12 * low, rtol=1e-12))


def _bracket(c: float, batch: int, dimension: int) -> tuple[float, float] | None:
    """Find two powers about alpha, so close that one rule serves both; None beyond LARGEST_INDEX."""

    def is_above(s: float) -> bool:
        return _rule(c, batch, dimension, (0.0, s), ROUGH_ORDER).log_moment(s) > 0.0

    high = 1.0
    while not is_above(high):
        high *= 2.0
        if high > LARGEST_INDEX:
            return None
    low = 0.5 * high if high > 1.0 else SMALLEST_INDEX
    while high - low > 4.0 * math.sqrt(high):  # powers further apart weigh other parts of the law
        middle = 0.5 * (low + high)
        low, high = (low, middle) if is_above(middle) else (middle, high)
    return low, high


def _root(log_h: Callable[[float], float], least: float, most: float) -> float:
    """Find the root s > 0 of log h, which is convex and vanishes at 0: that of log h(s)/s, which increases."""

    def slope(s: float) -> float:
        return log_h(s) / s

    if slope(least) > 0.0:  # below what is looked for: rho is 0 within its error
        return least
    return float(scipy.optimize.brentq(slope, least, most, xtol=1e-15, rtol=1e-13))


@dataclass(frozen=True)
class _Rule:
    """Nodes of a quadrature: log |(I - (eta/b) H) e_1|, and logarithms of weights that sum to 1."""

    log_size: FloatArray
    log_weight: FloatArray

    @cached_property
    def weight(self) -> FloatArray:
        """The weights."""
        return np.exp(self.log_weight)

    def mean_log(self) -> float:
        """Give rho."""
        return float(self.weight @ self.log_size)

    def log_moment(self, s: float) -> float:
        """Give log h(s), without cancellation where it is near 0."""
        power = s * self.log_size
        if power.max() < 300.0:
            excess = float(self.weight @ np.expm1(power))
        else:
            excess = float(np.sum(np.exp(np.minimum(self.log_weight + power, 700.0)) - self.weight))
        return math.log1p(excess) if excess > -1.0 else -math.inf


def _rule(c: float, batch: int, dimension: int, powers: tuple[float, ...], order: int) -> _Rule:
    """Lay out the quadrature for moments of these orders, the largest last; c = eta sigma^2 / b."""
    s = powers[-1]
    u = _g_edges(c, batch, dimension, s)
    # in one dimension a second axis of one panel, on which nothing depends
    v = np.array([0.0, 1.0]) if dimension == 1 else _o_edges(dimension - 1, s)
    u_middle, u_half = (u[1:] + u[:-1]) / 2.0, (u[1:] - u[:-1]) / 2.0
    v_middle, v_half = (v[1:] + v[:-1]) / 2.0, (v[1:] - v[:-1]) / 2.0
    size = _log_size(c, dimension, u_middle[:, None], v_middle)
    weight = _log_density(batch, u_middle)[:, None] + np.log(2.0 * u_half)[:, None] + np.log(2.0 * v_half)
    weight = weight + (0.0 if dimension == 1 else _log_density(dimension - 1, v_middle))
    is_used = np.zeros(weight.shape, dtype=bool)
    for power in powers:
        share = weight + power * size
        is_used |= share > share.max() - NEGLIGIBLE
    i, j = np.nonzero(is_used)
    x, w = np.polynomial.legendre.leggauss(order)
    x_v, w_v = (np.array([0.0]), np.array([2.0])) if dimension == 1 else (x, w)
    u_node = u_middle[i][:, None] + u_half[i][:, None] * x
    v_node = v_middle[j][:, None] + v_half[j][:, None] * x_v
    log_u = _log_density(batch, u_node) + np.log(u_half[i])[:, None] + np.log(w)
    log_v = np.log(v_half[j])[:, None] + np.log(w_v)
    if dimension > 1:
        log_v = log_v + _log_density(dimension - 1, v_node)
    log_size = _log_size(c, dimension, u_node[:, :, None], v_node[:, None, :])
    return _Rule(log_size.reshape(-1), (log_u[:, :, None] + log_v[:, None, :]).reshape(-1))


def _log_size(c: float, dimension: int, u: FloatArray, v: FloatArray) -> FloatArray:
    """Give log |(I - (eta/b) H) e_1| by (25), g = e^u, o = e^v."""
    along = -np.expm1(u + math.log(c))  # 1 - c g, exact to rounding where it is small
    square = along * along
    square = square + (np.exp(2.0 * math.log(c) + u + v) if dimension > 1 else 0.0 * v)
    return np.asarray(0.5 * np.log(np.maximum(square, TINY)))


def _log_density(freedom: int, u: FloatArray) -> FloatArray:
    """Give the log density of the logarithm of a chi-square number."""
    half = 0.5 * freedom
    # about the mode u = log(freedom), so that large terms do not cancel
    shift = u - math.log(freedom)
    at_mode = half * math.log(half) - half - scipy.special.gammaln(half) if half < 1e4 else _stirling(half)
    return np.asarray(at_mode - half * (np.expm1(shift) - shift))


def _stirling(half: float) -> float:
    """Give half*log(half) - half - log Gamma(half) where it is large."""
    return 0.5 * math.log(half / (2.0 * math.pi)) - 1.0 / (12.0 * half) + 1.0 / (360.0 * half**3)


def _range(freedom: int, tilt: float) -> tuple[float, float]:
    """Give the ends of a chi-square number's logarithm, its density multiplied by powers up to `tilt`."""
    p = 0.5 * freedom + tilt
    low = scipy.stats.chi2.ppf(1e-18, freedom)
    return max(math.log(low) if low > 0.0 else -85.0, -85.0), math.log(2.0 * (p + 10.0 * math.sqrt(p) + 50.0))


def _walk(low: float, high: float, width: Callable[[float], float]) -> FloatArray:
    """Cut an interval into panels of a width that depends on the place."""
    edges = [low]
    while edges[-1] < high:
        edges.append(edges[-1] + width(edges[-1]))
    return np.array(edges)


def _g_edges(c: float, batch: int, dimension: int, s: float) -> FloatArray:
    """Cut the axis of log g, finer towards g = 1/c, where the matrix may vanish."""
    low, high = _range(batch, s)

    def width(u: float) -> float:
        return min(WIDEST, WIDTH / math.sqrt(0.5 * batch + 0.5 * math.exp(u) + s * min(c * math.exp(u), 1.0)))

    edges = _walk(low, high, width)
    zero = -math.log(c)
    if not low < zero < high:
        return edges
    few = HALVINGS if dimension == 1 else HALVINGS_OF_FEW
    halvings = 0.5 ** np.arange(HALVINGS_OF_MANY if dimension > MANY else few)
    reach = width(zero)
    near = np.concatenate([zero - reach * halvings, [zero], (zero + reach * halvings)[::-1]])
    outside = edges[(edges < near[0] - 1e-3 * reach) | (edges > near[-1] + 1e-3 * reach)]
    return np.unique(np.concatenate([outside, near]))


def _o_edges(freedom: int, s: float) -> FloatArray:
    """Cut the axis of log o."""
    low, high = _range(freedom, 0.5 * s)

    def width(v: float) -> float:
        return min(WIDEST, WIDTH / math.sqrt(0.5 * freedom + 0.5 * math.exp(v) + 0.125 * s * min(math.exp(v), 1.0)))

    return _walk(low, high, width)
