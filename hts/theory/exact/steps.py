"""One step of docs/model.md (1) on a domain: its drift, its window, its ends."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import exp, inf

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.exits import Exit
from hts.landscapes import Landscape
from hts.noise import Noise
from hts.theory.limit.geometry import jump_number

#: Without clipping an unbounded domain is cut off where about so small a part of the time is spent beyond, within
#: bounds in exit distances: farther jumps end on the cut, and only the time to come back from there is missed.
FAR_SHARE, NEAREST_CUT, FARTHEST_CUT = 1e-10, 1e6, 1e12
#: With clipping, the clips allowed beyond the jumps that an exit takes.
SPARE_CLIPS = 6
#: More jumps than these make more break points than a matrix can hold.
MAX_JUMPS = 12


class ExactExitError(ValueError):
    """An exit that cannot be computed exactly; the message says why and what to do."""


class BeyondArithmeticError(ExactExitError):
    """An exit that a larger eta would bring within floating point."""


class TooMuchWorkError(ExactExitError):
    """An answer that floating point could hold, but that takes too long to compute."""


class NeverLeftError(BeyondArithmeticError):
    """No walker leaves, as far as floating point can resolve."""


@dataclass(frozen=True, eq=False)
class Step:
    """One step x -> x + clip(-eta f'(x) + eta Z) on [low, high], as far as it concerns a domain.

    An end is either left for good (``is_exit_low``, ``is_exit_high``) or holds what would go beyond it: there the
    projection L, or the place where an unbounded domain is cut off, collects the mass in one point.
    """

    derivative: Callable[[npt.ArrayLike], FloatArray]  # f'
    noise: Noise
    eta: float
    b: float
    low: float
    high: float
    is_exit_low: bool
    is_exit_high: bool
    projection: float  # L: no landing lies beyond
    n_cascade: int  # how often clipped jumps are followed back from the ends

    @property
    def states_at_ends(self) -> list[float]:
        """Return the ends that hold mass, the low one first."""
        return [x for x, is_exit in ((self.low, self.is_exit_low), (self.high, self.is_exit_high)) if not is_exit]

    @property
    def jumps_at(self) -> list[float]:
        """Return the ends that solutions jump or bend at: those that walkers leave through, and the projection's."""
        return [
            x
            for x, is_exit in ((self.low, self.is_exit_low), (self.high, self.is_exit_high))
            if is_exit or abs(x) == self.projection
        ]

    @property
    def width(self) -> float:
        """Length in units of Z on which the density varies."""
        noise = self.noise
        return noise.scale if noise.normal_scale == 0.0 else max(noise.normal_scale, 1e-3 * noise.scale)

    def at(self, log_shift: float) -> "Step":
        """Return the same step with eta times exp(log_shift)."""
        return replace(self, eta=self.eta * exp(log_shift))

    def drift(self, x: FloatArray) -> FloatArray:
        """Return eta f'(x): the step without noise leads to x - drift."""
        return self.eta * self.derivative(x)

    def exits(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the probabilities to leave through the low and through the high end, float64[x] each."""
        low = self.below(x, self.low) if self.is_exit_low else np.zeros_like(x)
        high = self.above(x, self.high) if self.is_exit_high else np.zeros_like(x)
        return low, high

    def above(self, x: FloatArray, y: float) -> FloatArray:
        """Return P(next position >= y), relatively accurate where it is small."""
        tail = self.noise.survival(((y - x) + self.drift(x)) / self.eta)
        is_never = (y - x > self.b) | (y > self.projection)
        return np.where(is_never, 0.0, np.where(y - x <= -self.b, 1.0, tail))

    def below(self, x: FloatArray, y: float) -> FloatArray:
        """Return P(next position <= y), relatively accurate where it is small."""
        tail = self.noise.distribution(((y - x) + self.drift(x)) / self.eta)
        is_never = (x - y > self.b) | (y < -self.projection)
        return np.where(is_never, 0.0, np.where(x - y <= -self.b, 1.0, tail))

    def lands_outside(self, x: FloatArray, low: float, high: float) -> FloatArray:
        """Return P(low <= next position < high) for an interval on one side of the domain, as exact as `above`."""
        if high <= self.low:
            return self.below(x, high) - (self.below(x, low) if low > -inf else 0.0)
        return self.above(x, low) - (self.above(x, high) if high < inf else 0.0)

    def clipped(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the masses of the atoms at x - b and x + b, zero where these lie at an end or beyond."""
        if self.b == inf:
            return np.zeros_like(x), np.zeros_like(x)
        drift = self.drift(x)
        down = self.noise.distribution((drift - self.b) / self.eta)
        up = self.noise.survival((drift + self.b) / self.eta)
        return np.where(x - self.b > self.low, down, 0.0), np.where(x + self.b < self.high, up, 0.0)

    def held(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the masses that the two ends hold, zero where an end is left for good."""
        low = np.zeros_like(x) if self.is_exit_low else self.below(x, self.low)
        high = np.zeros_like(x) if self.is_exit_high else self.above(x, self.high)
        return low, high


def make_step(problem: Exit, widening: float = 1.0) -> Step:
    """Return the step for an exit; an unbounded side of its domain is cut off `widening` times further out.

    Raises
    ------
    ExactExitError
        The start is no inner point, no end can be reached, leaving takes more than 12 clipped jumps, or f' carries
        walkers away on an unbounded side.
    """
    landscape, eta, b = problem.landscape, problem.eta, problem.b
    low, high, start = problem.low, problem.high, problem.start
    L = landscape.projection
    if not (low < start < high and abs(start) <= L):
        raise ExactExitError(f"the start {start:g} does not lie inside the domain ({low:g}, {high:g}) and [-L, L]")
    if not (0.0 < eta < inf and b > 0.0):
        raise ExactExitError(f"eta = {eta:g}, b = {b:g}: both must be positive, and eta finite")
    is_exit_low, is_exit_high = -inf < low and low >= -L, high < inf and high <= L
    if not (is_exit_low or is_exit_high):
        raise ExactExitError("the domain has no end that a walker can reach: give it a finite end within [-L, L]")
    distance = min(start - low if is_exit_low else inf, high - start if is_exit_high else inf)
    n_jumps = jump_number(distance, b)
    if n_jumps > MAX_JUMPS:
        raise ExactExitError(f"leaving takes {n_jumps} clipped jumps, more than {MAX_JUMPS}: choose a larger b")
    if b == inf:
        reach = distance * min(max(FAR_SHARE ** (-1.0 / (problem.noise.alpha or inf)), NEAREST_CUT), FARTHEST_CUT)
    else:
        reach = (n_jumps + SPARE_CLIPS) * b
    inner, outer = linear_from(landscape)
    cut_low, cut_high = min(start, inner) - widening * reach, max(start, outer) + widening * reach
    step = Step(
        landscape.derivative,
        problem.noise,
        eta,
        b,
        low if is_exit_low else max(-L, cut_low),
        high if is_exit_high else min(L, cut_high),
        is_exit_low,
        is_exit_high,
        L,
        2 * n_jumps + 1,
    )
    slopes = landscape.derivative(np.array([step.low, step.high]))
    if (not is_exit_low and step.low > -L and slopes[0] >= 0.0) or (
        not is_exit_high and step.high < L and slopes[1] <= 0.0
    ):
        raise ExactExitError(
            "f' carries walkers away on the unbounded side of the domain: give it a finite end there, or a projection L"
        )
    return step


def linear_from(landscape: Landscape) -> tuple[float, float]:
    """Return two points beyond which f' is linear, all minima between them."""
    low, high = landscape.domain
    return (
        float(landscape.minima[0]) if low == -inf else low,
        float(landscape.minima[-1]) if high == inf else high,
    )
