"""The whole line as an interval: [-L, L], or one so wide that the rest hardly counts."""

from dataclasses import replace
from math import inf, isfinite, sqrt

import numpy as np

from hts.arrays import FloatArray
from hts.landscapes import Landscape
from hts.noise import Noise
from hts.theory.exact.steps import MAX_JUMPS, SPARE_CLIPS, Step, linear_from
from hts.theory.limit.geometry import power
from hts.theory.limit.graphs import transition_graph
from hts.theory.limit.rates import light_variance

#: Of the tolerance, what the first guess of an interval may leave outside.
LEFT_OUT = 1e-2
#: How far an interval reaches beyond the outer minima, in units of their distance.
FARTHEST = 1e18
#: Standard deviations of the stationary law that light tails are followed for.
DEVIATIONS = 12.0
#: Points at which the tail of a law that is neither heavy nor normal is looked at, 36 decades.
N_POINTS = 4001


class ShareError(ValueError):
    """Stationary shares that do not exist or cannot be computed; the message says why and what to do."""


def whole_step(landscape: Landscape, noise: Noise, eta: float, b: float, tolerance: float) -> Step:
    """Return the step of the whole process on an interval that no walker leaves.

    Without projection the interval's ends hold what would go beyond them: no mass is lost, it only comes back sooner.

    Parameters
    ----------
    landscape : Landscape
    noise : Noise
    eta : float
        Step size.
    b : float
        Clipping threshold, inf for none.
    tolerance : float
        How much of the time may be spent beyond the ends, about.

    Raises
    ------
    ShareError
        Walkers are lost at infinity, or a well takes more than 12 clipped jumps to leave.
    """
    if not (0.0 < eta < inf and b > 0.0):
        raise ShareError(f"eta = {eta:g}, b = {b:g}: both must be positive, and eta finite")
    n_jumps = max((n for n in transition_graph(landscape, b, noise.p_plus).jump_numbers if n is not None), default=1)
    if n_jumps > MAX_JUMPS:
        raise ShareError(f"leaving the widest well takes {n_jumps} clipped jumps, over {MAX_JUMPS}: choose a larger b")
    L = landscape.projection
    if isfinite(L):
        return Step(landscape.derivative, noise, eta, b, -L, L, False, False, L, n_jumps)
    stiffness = _stiffness(landscape, eta, b)
    span = float(landscape.minima[-1] - landscape.minima[0])
    if b < inf:
        reach = (n_jumps + SPARE_CLIPS) * b
    elif noise.is_heavy:  # H(reach / eta) walkers a step, each beyond for as long as the way back takes
        beyond = noise.tail_constant() * _way_back(eta, stiffness) / (LEFT_OUT * tolerance)
        reach = min(eta * power(beyond, 1.0 / float(noise.alpha or 1.0)), FARTHEST * span)
    elif not noise.is_normal:  # one jump, and what many steps add up to
        x = noise.scale * np.geomspace(1e-6, 1e30, N_POINTS)
        tail = noise.tail(x)
        farthest = float(x[np.argmax(tail < LEFT_OUT * tolerance / _way_back(eta, stiffness))])
        variance = float(np.trapezoid(2.0 * x * x * tail, np.log(x)))
        reach = eta * farthest + DEVIATIONS * sqrt(eta * variance / (stiffness * (2.0 - eta * stiffness)))
    else:
        reach = DEVIATIONS * eta * sqrt(light_variance(noise) / (eta * stiffness * (2.0 - eta * stiffness)))
    inner, outer = linear_from(landscape)
    low, high = inner - max(reach, span), outer + max(reach, span)
    return Step(landscape.derivative, noise, eta, b, low, high, False, False, L, n_jumps)


def widened(step: Step) -> Step:
    """Return the step on an interval twice as wide."""
    half = (step.high - step.low) / 2.0
    return replace(step, low=step.low - half, high=step.high + half)


def time_beyond(landscape: Landscape, step: Step, held: FloatArray) -> FloatArray:
    """Return bounds of the shares of time that the process spends beyond the two ends of its interval, float64[2].

    Parameters
    ----------
    held : float64[2]
        Stationary probabilities of the two ends.
    """
    if abs(step.high) == step.projection:
        return np.zeros(2)
    return np.abs(held) * _way_back(step.eta, _stiffness(landscape, step.eta, step.b))


def _way_back(eta: float, stiffness: float) -> float:
    """Return how many steps a walker beyond an end takes to come back, about: it nears by e in 1/(eta k)."""
    return 1.0 + 1.0 / (eta * stiffness)


def _stiffness(landscape: Landscape, eta: float, b: float) -> float:
    """Return the smaller f'' of the two far ends, where f' is linear.

    Raises
    ------
    ShareError
        Walkers that are far out do not come back.
    """
    slopes = landscape.second_derivative(np.array(linear_from(landscape)))
    least, largest = float(slopes.min()), float(slopes.max())
    if not least > 0.0:
        raise ShareError(
            "f' does not grow beyond the outer wells, walkers are lost there: give a projection, L, or a wider domain"
        )
    if b == inf and eta * largest >= 2.0:
        raise ShareError(
            f"eta f'' = {eta * largest:.3g} beyond the outer wells: without clipping or projection steps of 2 and more "
            "overshoot and grow; take a smaller eta, a b, or a projection L"
        )
    return least
