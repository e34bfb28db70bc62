"""How rare exits come about in the limit: how many jumps, how large (docs/model.md (18), (19))."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np

from hts.arrays import FloatArray
from hts.landscapes import Landscape
from hts.theory.limit.geometry import jump_number

#: Of the classical Runge-Kutta rule, within the longest time between two jumps and per relaxation time.
FEWEST_STEPS, STEPS_PER_RELAXATION = 32, 4
#: Places where f'' is looked at.
N_LOOKS = 257


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
