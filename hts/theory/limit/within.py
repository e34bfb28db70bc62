"""Limit law of exits within a gradient-flow time (docs/model.md (18))."""

from collections.abc import Callable
from dataclasses import dataclass
from math import floor, inf

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
    flow = scipy.integrate.solve_ivp(
        lambda _, x: -landscape.derivative(x), (0.0, within), [start], "LSODA", dense_output=True,
        rtol=TOLERANCE, atol=TOLERANCE * abs(ends[0].distance),
    ).sol  # fmt: skip
    # a flow in one dimension never turns: it is nearest to an end when it begins or when it stops
    nearest = [min(_distance(flow, end, 0.0), _distance(flow, end, within)) for end in ends]
    jumps = min(jump_number(distance, b) for distance in nearest)
    if any(is_integer_ratio(distance, b) for distance in nearest):
        reason = f"an end lies a whole number of clips b = {b:g} from the gradient flow"
        return WithinLimit(None, None, None, reason)
    if jumps > 1:
        return WithinLimit(jumps, None, None, None)
    parts = [_integral(flow, end, b, noise.alpha, within) for end in ends]
    constant = sum(value for value, _ in parts)
    if not 0 < constant < inf:
        return WithinLimit(1, None, None, "the constant of one jump is too large or too small for a float")
    return WithinLimit(1, constant, sum(error for _, error in parts) / constant, None)


def _distance(flow: Callable[[float], FloatArray], end: End, time: float) -> float:
    return abs(float(flow(time)[0]) - end.position)


def _integral(
    flow: Callable[[float], FloatArray], end: End, b: float, alpha: float, within: float
) -> tuple[float, float]:
    """Integrate p |y(s) - end|^-alpha over the times at which the end is less than b away; value and error."""
    first, last = _distance(flow, end, 0.0), _distance(flow, end, within)
    begin, stop = 0.0, within
    if min(first, last) >= b:
        return 0.0, 0.0
    if (largest := power(min(first, last), -alpha)) in (0.0, inf):
        return largest, 0.0
    if max(first, last) > b:
        crossing = scipy.optimize.brentq(lambda time: _distance(flow, end, time) - b, 0.0, within, xtol=1e-14)
        begin, stop = (0.0, crossing) if first < b else (crossing, within)
    value, error = scipy.integrate.quad(
        lambda time: end.probability * power(_distance(flow, end, time), -alpha), begin, stop, epsrel=TOLERANCE
    )
    return float(value), float(error)
