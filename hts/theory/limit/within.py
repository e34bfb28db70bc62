"""Limit law of exits within a gradient-flow time, and the jumps that they take (docs/model.md (18), (19))."""

from collections.abc import Callable
from dataclasses import dataclass
from math import floor, inf, isfinite

import numpy as np
import scipy

from hts.arrays import FloatArray
from hts.landscapes import Landscape
from hts.noise import Noise
from hts.theory.limit.geometry import End, accessible_ends, is_integer_ratio, jump_number, power

#: n = floor(t / eta + SLACK) steps are within the time t; 1 / 0.1 must count as 10.
SLACK = 1e-9
#: Relative error of the flow, and of the integral along it.
TOLERANCE = 1e-10
#: Of the classical Runge-Kutta rule, within the longest time between two jumps and per relaxation time.
FEWEST_STEPS, STEPS_PER_RELAXATION = 32, 4
#: Places where f'' is looked at.
N_LOOKS = 257
#: Largest J: there are as many stages and placed noises.
MOST_JUMPS = 12
#: Default gamma as a part of the upper end of its range: the larger it is the rarer is B, and the smaller the error.
GAMMA_PART = 0.9


@dataclass(frozen=True)
class WithinLimit:
    """P(sigma eta <= t) ~ C (H(1/eta)/eta)^jump_number as eta -> 0; None where the theory has no answer."""

    jump_number: int | None  # l*(A): the fewest clipped jumps from the gradient flow to an end
    constant: float | None  # C(A); None for more than one jump
    relative_error: float | None  # of the constant, estimated by its quadrature
    reason: str | None  # why there is no jump number, or no constant for one jump


def steps_within(time: float, eta: float) -> int:
    """Return how many steps of eta are within a gradient-flow time: floor(time / eta + 1e-9)."""
    return floor(time / eta + SLACK)


def probability_scale(noise: Noise, eta: float, jump_number: int) -> float:
    """Return (H(1/eta)/eta)^jump_number, docs/model.md (18), with H of the noise as it is used; inf beyond floats."""
    return power(noise.tail(1 / eta) / eta, jump_number)


def within_limit(
    landscape: Landscape, noise: Noise, b: float, low: float, high: float, start: float, within: float
) -> WithinLimit:
    """Return the limit law of leaving (low, high) within a time, docs/model.md (18).

    One jump: it comes at a uniform time, from where the gradient flow is then, and must reach an end, so that
    C = sum over the ends of p int_0^t |y(s) - end|^-alpha 1{|y(s) - end| < b} ds. The flow may not leave by itself,
    neither from the start nor after a jump: f' leads inwards at both ends, or vanishes there.

    Parameters
    ----------
    landscape : Landscape
    noise : Noise
        Heavy-tailed, alpha > 1.
    b : float
        Clipping threshold, inf for none.
    low, high, start : float
        The domain, an end of which may be infinite, and where walkers start.
    within : float
        The gradient-flow time t.
    """
    if not noise.is_heavy or noise.alpha is None or not noise.alpha > 1:
        return WithinLimit(None, None, None, "the limit law needs heavy tails with alpha > 1")
    finite = [end for end in (low, high) if np.isfinite(end)]
    slopes = landscape.derivative(np.array(finite))
    inwards = np.array([-1.0 if end == low else 1.0 for end in finite])
    if np.any(slopes * inwards < -1e-9 * np.abs(landscape.derivative(np.array([start]))).max()):
        return WithinLimit(None, None, None, "f' leads out of the domain at an end: the gradient flow leaves by itself")
    ends = accessible_ends(start, low, high, noise.p_plus, landscape.projection)
    if not ends:
        return WithinLimit(None, None, None, "no end can be reached")
    path = scipy.integrate.solve_ivp(
        lambda _, x: -landscape.derivative(x), (0.0, within), [start], "LSODA", dense_output=True,
        rtol=TOLERANCE, atol=TOLERANCE * abs(ends[0].distance),
    ).sol  # fmt: skip
    # a flow in one dimension never turns: it is nearest to an end when it begins or when it stops
    nearest = [min(_distance(path, end, 0.0), _distance(path, end, within)) for end in ends]
    jumps = min(jump_number(distance, b) for distance in nearest)
    if any(is_integer_ratio(distance, b) for distance in nearest):
        reason = f"an end lies a whole number of clips b = {b:g} from the gradient flow"
        return WithinLimit(None, None, None, reason)
    if jumps > 1:
        return WithinLimit(jumps, None, None, None)
    parts = [_integral(path, end, b, noise.alpha, within) for end in ends]
    constant = sum(value for value, _ in parts)
    if not 0 < constant < inf:
        return WithinLimit(1, None, None, "the constant of one jump is too large or too small for a float")
    return WithinLimit(1, constant, sum(error for _, error in parts) / constant, None)


def _distance(path: Callable[[float], FloatArray], end: End, time: float) -> float:
    return abs(float(path(time)[0]) - end.position)


def _integral(
    path: Callable[[float], FloatArray], end: End, b: float, alpha: float, within: float
) -> tuple[float, float]:
    """Integrate p |y(s) - end|^-alpha over the times at which the end is less than b away; value and error."""
    first, last = _distance(path, end, 0.0), _distance(path, end, within)
    begin, stop = 0.0, within
    if min(first, last) >= b:
        return 0.0, 0.0
    if (largest := power(min(first, last), -alpha)) in (0.0, inf):
        return largest, 0.0
    if max(first, last) > b:
        crossing = scipy.optimize.brentq(lambda time: _distance(path, end, time) - b, 0.0, within, xtol=1e-14)
        begin, stop = (0.0, crossing) if first < b else (crossing, within)
    value, error = scipy.integrate.quad(
        lambda time: end.probability * power(_distance(path, end, time), -alpha), begin, stop, epsrel=TOLERANCE
    )
    return float(value), float(error)


@dataclass(frozen=True)
class Way:
    """A way out: jumps to one side."""

    sign: int  # -1 through the low end, +1 through the high one
    n_jumps: int  # clipped jumps that it takes from the gradient path
    smallest: float  # size of a jump when all others are as large as b, in landscape units


@dataclass(frozen=True)
class Catastrophe:
    """How paths leave a domain as eta -> 0, given that they leave within a time."""

    low: float
    high: float
    start: float
    b: float
    time: float  # gradient-flow time within which they leave
    ways: tuple[Way, ...]  # those with the least number of jumps
    n_flow_steps: int  # for the gradient flow over that time

    @property
    def n_jumps(self) -> int:
        """The least number of jumps, l* of the event."""
        return self.ways[0].n_jumps

    @property
    def threshold(self) -> float:
        """Return gamma: a jump is big where eta |Z| exceeds half the smallest that can be of use.

        For one jump it is the bound of docs/model.md (19); for more, (19) asks for less, because its estimator must not
        miss several small ones that add up, while here the big jumps are kept apart from the rest.
        """
        return min(way.smallest for way in self.ways) / 2.0


def catastrophe(
    landscape: Landscape, b: float, low: float, high: float, start: float, time: float, signs: tuple[int, ...]
) -> Catastrophe | None:
    """Return how the domain is left by as few jumps as possible; None where it takes none, or cannot be.

    Distances are those of the ends from the gradient path, which may come near one of them by itself.

    Parameters
    ----------
    landscape : Landscape
    b : float
        Clipping threshold, inf for none.
    low, high, start : float
        The domain and X_0.
    time : float
        Gradient-flow time within which paths leave.
    signs : tuple of int
        Sides that count and that jumps may go to, -1 and +1.
    """
    reach = [x for x in (low, high) if isfinite(x)]
    places = np.linspace(min([start, *reach]), max([start, *reach]), N_LOOKS)
    steepest = float(np.abs(landscape.second_derivative(places)).max())
    n_steps = max(FEWEST_STEPS, int(np.ceil(STEPS_PER_RELAXATION * steepest * time)))
    path = [np.array([start])]
    for _ in range(n_steps):
        path.append(flow(landscape.derivative, path[-1], np.array([time / n_steps]), 1))
    L = landscape.projection
    ways = []
    for sign, end in ((-1, low), (1, high)):
        distance = float(sign * (end - (np.max(path) if sign > 0 else np.min(path)))) if isfinite(end) else inf
        if distance <= 0.0:
            return None
        if sign in signs and isfinite(end) and abs(end) <= L:
            n = jump_number(distance, b)
            ways.append(Way(sign, n, distance - (n - 1) * b if n > 1 else distance))
    fewest = min((way.n_jumps for way in ways), default=0)
    chosen = tuple(way for way in ways if way.n_jumps == fewest)
    return Catastrophe(low, high, start, b, time, chosen, n_steps) if chosen else None


def flow(derivative: Callable[[FloatArray], FloatArray], x: FloatArray, time: FloatArray, n_steps: int) -> FloatArray:
    """Follow dx/dt = -f'(x) for a time each, float64[path], by the classical Runge-Kutta rule."""
    h = time / n_steps
    for _ in range(n_steps):
        k1 = derivative(x)
        k2 = derivative(x - h / 2.0 * k1)
        k3 = derivative(x - h / 2.0 * k2)
        k4 = derivative(x - h * k3)
        x = x - h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return x


@dataclass(frozen=True)
class WayOut:
    """What the sampling of rare exits is built on.

    Attributes
    ----------
    jumps : int
        J, the least number of clipped jumps that leave.
    distance : float
        Of the nearest end from the gradient path.
    largest_gamma : float
        Upper end of the range of gamma in (19), itself left out: the smallest jump that can be of use, over 2 J.
    """

    jumps: int
    distance: float
    largest_gamma: float


def way_out(
    landscape: Landscape, noise: Noise, b: float, low: float, high: float, start: float, time: float
) -> WayOut | None:
    """Return how the domain is left by as few jumps as possible; None where the flow leaves by itself, or no jump can.

    Parameters
    ----------
    landscape : Landscape
    noise : Noise
        Its skew says to which sides jumps go.
    b : float
        Clipping threshold, inf for none.
    low, high, start : float
        The domain and X_0.
    time : float
        Gradient-flow time within which walks leave.
    """
    chances = ((-1, noise.p_minus), (1, noise.p_plus))
    signs = tuple(sign for sign, p in chances if p > 0.0)
    event = catastrophe(landscape, b, low, high, start, time, signs)
    if event is None:
        return None
    smallest, jumps = min(way.smallest for way in event.ways), event.n_jumps
    distance = smallest + (jumps - 1) * b if jumps > 1 else smallest
    return WayOut(jumps, distance, smallest / (2.0 * jumps))
